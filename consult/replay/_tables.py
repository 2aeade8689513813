"""A replay as flat tables for analysts: `tables/rows` and `tables/items`, as JSON lines or as Parquet.

`rows` has a line for each case and arm, `items` one for each thing in a plan. What could not be judged is null, never
0: the figures of a plan where the pair failed, those of a score where the case does not say what it expects.
`docs/guides/replay-report.md` tells each column.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from consult.errors import MissingExtra
from consult.replay._index import RowIndex
from consult.replay._options import Kind
from consult.replay._results import Results
from consult.replay._row import Row
from consult.storage import private_folder

Type = Literal["text", "texts", "count", "yes", "money", "seconds"]
Line = dict[str, Any]
_COUNT: Type = "count"

TABLES = "tables"
"""The folder below that of a replay."""
_BATCH = 1000
"""Lines held at once."""
_SCALE = Decimal(1).scaleb(-12)
"""Money in Parquet has twelve digits after the point: enough for one token at a price for a million."""

_PAIR: dict[str, Type] = {"case": "text", "case_hash": "text", "arm": "text"}
"""What joins the two."""
_ROW: dict[str, Type] = {
    **_PAIR,
    "arm_hash": "text", "status": "text", "error": "text",
    "specialty": "text", "group": "text", "trap": "text", "language": "text",
    "engine": "text", "results": "count", "scored": "yes", "wholly_met": "yes",
    "alerts_found": "count", "alerts_expected": "count", "alerts_false": "count",
    "first1_found": "count", "first1_expected": "count", "first3_found": "count", "first3_expected": "count",
    "first5_found": "count", "first5_expected": "count", "next_found": "count", "next_expected": "count",
    "rubric_points": "count", "rubric_possible": "count", "rubric_not_judged": "count", "rubric_trusted": "yes",
    "forbidden": "count", "alerts": "count", "problems": "count", "first_problem": "text", "recommendations": "count",
    "missing": "count", "conflicts": "count", "gaps": "count", "specialties_answered": "count", "statements": "count",
    "unsupported": "count", "repaired": "count", "calls": "count", "failed_calls": "count", "replayed_calls": "count",
    "input_tokens": "count", "cached_tokens": "count", "output_tokens": "count", "cost": "money", "currency": "text",
    "seconds": "seconds", "document": "text",
}  # fmt: skip
_ITEM: dict[str, Type] = {
    **_PAIR,
    "part": "text", "place": "count", "name": "text", "grade": "text", "urgency": "text", "said_by": "texts",
    "dissent": "count", "dissent_by": "texts", "expected": "text", "cost": "money",
}  # fmt: skip


def need(kinds: Iterable[Kind]) -> None:
    """Make sure that what writes these tables is there.

    Raises:
        MissingExtra: PyArrow is not installed.
    """
    if "parquet" in kinds:
        _pyarrow()


def write_tables(results: Results, kinds: Sequence[Kind], *, now: Mapping[str, str] | None = None) -> None:
    """Write both tables below the folder of a replay, whole or not at all; lines are held a thousand at a time.

    Args:
        results: of which rows from before an arm changed are left out.
        kinds: in which forms.
        now: see `RowIndex.read`.

    Raises:
        MissingExtra: PyArrow is not installed.
        UsageError: there are no rows, or a line is none.
    """
    if not kinds:
        return
    index = RowIndex.read(results.folder, now=now)
    folder = private_folder(results.folder / TABLES)
    measures = sorted({measure for row in index.rows() for measure in row.process})
    columns = {**_ROW, **dict.fromkeys((_column(measure) for measure in measures), _COUNT)}
    for kind in kinds:
        write = _WRITERS[kind]
        write(folder / f"rows.{kind}", columns, (row_line(row, measures) for row in index.rows()))
        write(folder / f"items.{kind}", _ITEM, (line for row in index.rows() for line in item_lines(row)))


def row_line(row: Row, measures: Sequence[str] = ()) -> Line:
    """One line of `rows`; `process_…` has a column for each measure."""
    drafted = row.status == "ok"
    usage = row.usage
    return {
        **_pair(row),
        "arm_hash": row.arm_hash,
        "status": row.status,
        "error": row.error or None,
        **{name: getattr(row, name) or None for name in ("specialty", "group", "trap", "language", "engine")},
        "results": row.results,
        "scored": row.scored,
        **(_score(row) if drafted and row.scored else {}),
        **(_plan(row) if drafted else {}),
        **_rubric(row),
        **{name: getattr(usage, name) for name in ("calls", "failed_calls", "replayed_calls")},
        **{name: getattr(usage, name) for name in ("input_tokens", "cached_tokens", "output_tokens")},
        "cost": Decimal(usage.cost),
        "currency": usage.currency or None,
        **{_column(measure): row.process.get(measure) for measure in measures},
    }


def item_lines(row: Row) -> Iterator[Line]:
    """The lines of `items` of one row: part by part, in the order of the plan."""
    pair = _pair(row)
    for part, items in _items(row).items():
        for place, item in enumerate(items, 1):
            yield {**pair, "part": part, "place": place, **item}


def _items(row: Row) -> dict[str, list[Line]]:
    costs = row.usage.by_agent
    agents = [*row.opinions, *(agent for agent in costs if agent not in row.opinions)]
    return {
        "alert": [{"name": name} for name in row.alerts],
        "problem": [
            {
                "name": one.concept,
                "grade": one.likelihood,
                "urgency": one.severity,
                **one.model_dump(include={"said_by", "dissent", "dissent_by", "expected"}),
            }
            for one in row.problems
        ],
        "recommendation": [
            {"name": one.concept, "grade": one.kind, "urgency": one.urgency, "said_by": one.said_by}
            for one in row.recommendations
        ],
        "missing": [{"name": name} for name in row.missing],
        "conflict": [{"name": name} for name in row.conflicts],
        "gap": [{"name": name} for name in row.gaps],
        "miss": [{"name": miss.what, "grade": miss.kind} for miss in row.misses],
        "agent": [
            {"name": agent, "grade": row.opinions.get(agent), "cost": Decimal(costs.get(agent, "0"))}
            for agent in agents
        ],
    }


def _pair(row: Row) -> Line:
    return {name: getattr(row, name) for name in _PAIR}


def _rubric(row: Row) -> Line:
    found = row.rubric
    if found is None:
        return {}
    told = {"points": found.points, "possible": found.of, "not_judged": found.not_judged, "trusted": found.trusted}
    return {f"rubric_{name}": value for name, value in told.items()}


def _score(row: Row) -> Line:
    tally = row.tally
    found: Line = {"alerts_found": tally.alerts, "alerts_expected": tally.alerts_of, "alerts_false": tally.false_alerts}
    if row.public is not None:  # nobody said which alerts are right
        found = dict.fromkeys(found)
    for name in ("first1", "first3", "first5", "next"):
        found |= {f"{name}_found": getattr(tally, name), f"{name}_expected": getattr(tally, f"{name}_of")}
    return {"wholly_met": not row.misses, **found, "forbidden": tally.forbidden}


def _plan(row: Row) -> Line:
    lists = ("alerts", "problems", "recommendations", "missing", "conflicts", "gaps")
    return {
        **{name: len(getattr(row, name)) for name in lists},
        "first_problem": row.problems[0].concept if row.problems else None,
        "specialties_answered": sum(status == "answered" for status in row.opinions.values()),
        **{name: getattr(row, name) for name in ("statements", "unsupported", "repaired", "document")},
        "seconds": float(row.seconds),
    }


def _column(measure: str) -> str:
    return f"process_{measure.replace('-', '_')}"


def _jsonl(path: Path, columns: Mapping[str, Type], lines: Iterator[Line]) -> None:
    temporary = _new(path)
    with temporary.open("w", encoding="utf-8") as file:
        for line in lines:
            plain = {name: _plain(line.get(name)) for name in columns}
            file.write(json.dumps(plain, ensure_ascii=False) + "\n")
    temporary.replace(path)


def _plain(value: Any) -> Any:
    """Money as a decimal string: exact, as in `results.jsonl`."""
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value


def _parquet(path: Path, columns: Mapping[str, Type], lines: Iterator[Line]) -> None:
    arrow, parquet = _pyarrow()
    types = {
        "text": arrow.string(),
        "texts": arrow.list_(arrow.string()),
        "count": arrow.int64(),
        "yes": arrow.bool_(),
        "money": arrow.decimal128(38, 12),
        "seconds": arrow.float64(),
    }
    schema = arrow.schema([(name, types[type]) for name, type in columns.items()])
    temporary = _new(path)
    with parquet.ParquetWriter(temporary, schema, compression="zstd") as writer:
        while batch := list(islice(lines, _BATCH)):
            held = {name: [_scaled(line.get(name)) for line in batch] for name in columns}
            writer.write_table(arrow.table(held, schema=schema))
    temporary.replace(path)


def _scaled(value: Any) -> Any:
    return value.quantize(_SCALE) if isinstance(value, Decimal) else value


def _new(path: Path) -> Path:
    """Where a table is written until it is whole, readable by its owner only."""
    temporary = path.with_name(f".{path.name}.new")
    os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT, 0o600))
    return temporary


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise MissingExtra("parquet", "writing Parquet") from None
    return pyarrow, parquet


_WRITERS: dict[Kind, Callable[[Path, Mapping[str, Type], Iterator[Line]], None]] = {
    "jsonl": _jsonl,
    "parquet": _parquet,
}
