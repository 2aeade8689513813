"""Tables of results in the lines of a printed report: which column is what, and which lines are rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from consult.case._ranges import parse_range
from consult.interop.pdf import Cell, Line

Role = Literal["index", "code", "name", "value", "flag", "unit", "range", "method", "previous", "other"]
_WORDS: tuple[tuple[Role, str], ...] = (
    ("index", r"序号|no\.?|#|s\.?/?n\.?|item no\.?"),
    ("code", r"(?:项目)?代号|代码|缩写|英文(?:名|名称|缩写)?|简称|项目代码|code|abbr(?:\.|eviation)?"),
    (
        "name",
        r"(?:检验|检测|检查|化验)?项目(?:名称)?|中文名称|项目中文名称|tests?(?: name| description)?|analytes?|"
        r"investigations?|examinations?|parameters?|components?|assays?|test procedure",
    ),
    (
        "previous",
        r"(?:上次|历史|前次|既往)结果|prev(?:ious)?\.?(?: results?| value)?|prior(?: results?)?|last result",
    ),
    (
        "value",
        r"(?:检验|检测|测定|本次|定量|化验)?结果(?:值)?|测定值|results?(?: value)?|values?|"
        r"observed(?: value| result)?|your results?|current results?|patient results?|findings?",
    ),
    ("flag", r"提示|标志|状态|异常(?:提示|标志)?|箭头|高低|flags?|abn(?:ormal)?\.?|h/l|l/h|alert|status|indicator"),
    ("unit", r"单位|units?|uom|unit of measure"),
    (
        "range",
        r"(?:生物)?参考(?:范围|值|区间|值范围)|生物参考区间|正常(?:值|范围|参考值)|"
        r"(?:biological |normal )?ref(?:\.|erence)?s?\.?(?: ?(?:range|interval|value|limit)s?)?|"
        r"(?:normal|expected)(?: ?(?:range|value)s?)?|range|limits",
    ),
    ("method", r"(?:检测|检验|测定|实验)?方法(?:学)?|methods?|methodology"),
)
_HEADINGS = tuple((role, re.compile(pattern, re.IGNORECASE)) for role, pattern in _WORDS)
_LABELLED = re.compile(r"[^\d:：<>≤≥]{1,24}[:：](?!\d)\s*")
_VALUE = re.compile(
    r"\d|阴性|阳性|弱阳|未检|未见|正常|\bneg|\bpos|detected|reactive|seen|growth|normal|^[+＋±-]{1,4}$", re.I
)
_LONGEST_VALUE = 60
_LONGEST_NAME = 120
_MARK = re.compile(r"[↑↓]+|HH|LL|[HLNA*]")


class _Column(NamedTuple):
    role: Role
    left: float
    right: float

    def distance(self, cell: Cell) -> float:
        """Points between a cell and the column; less than zero by as much as they overlap."""
        return max(cell.left, self.left) - min(cell.right, self.right)


@dataclass(frozen=True, slots=True)
class Row:
    """One printed result; texts as they stand."""

    page: int
    number: int
    """Of the row on its page, from 1."""
    name: str
    value: str
    code: str = ""
    flag: str = ""
    unit: str = ""
    range: str = ""
    method: str = ""


@dataclass(slots=True)
class Printed:
    """What the lines hold."""

    rows: list[Row]
    rest: list[Line]
    """Lines that are no rows, in their order."""


def printed_results(lines: Iterable[Line]) -> Printed:
    """The rows of all tables; a heading holds until the next one, over the ends of pages too."""
    found = Printed([], [])
    blocks: list[list[_Column]] = []
    counts: dict[int, int] = {}
    for line in lines:
        heading = _heading(line)
        if heading:
            blocks = heading
            continue
        rows = [row for row in _rows(line, blocks) if row is not None] if blocks and not _labelled(line) else []
        for row in rows:
            counts[line.page] = counts.get(line.page, 0) + 1
            found.rows.append(_row(row, line.page, counts[line.page]))
        if not rows:
            found.rest.append(line)
    return found


def _heading(line: Line) -> list[list[_Column]]:
    """The columns of a heading, one list for each table that stands beside others; empty for any other line."""
    columns = [_Column(_role(cell.text), cell.left, cell.right) for cell in line.cells]
    roles = [column.role for column in columns]
    if "value" not in roles or not {"name", "code"} & {*roles} or not {"unit", "range", "flag"} & {*roles}:
        return []
    blocks: list[list[_Column]] = [[]]
    for column in columns:
        if column.role != "other" and any(column.role == other.role for other in blocks[-1]):
            blocks.append([])
        blocks[-1].append(column)
    return [block for block in blocks if any(column.role == "value" for column in block)]


def _role(text: str) -> Role:
    plain = " ".join(text.replace("（", "(").replace("）", ")").split()).rstrip(":：")
    return next((role for role, pattern in _HEADINGS if pattern.fullmatch(plain)), "other")


def _rows(line: Line, blocks: Sequence[Sequence[_Column]]) -> Iterator[dict[Role, str] | None]:
    columns = [(number, column) for number, block in enumerate(blocks) for column in block]
    texts: list[dict[Role, list[str]]] = [{} for _ in blocks]
    for cell in line.cells:
        number, column = min(columns, key=lambda one: one[1].distance(cell))
        texts[number].setdefault(column.role, []).append(cell.text)
    for parts in texts:
        yield _complete({role: " ".join(words) for role, words in parts.items()})


def _complete(parts: dict[Role, str]) -> dict[Role, str] | None:
    """The parts of a row, put right where neighbours ran together; None: it is no row."""
    _part_from_unit(parts)
    name, value = parts.get("name") or parts.get("code", ""), parts.get("value", "")
    if not name or not value or len(name) > _LONGEST_NAME or len(value) > _LONGEST_VALUE or not _VALUE.search(value):
        return None
    return {**parts, "name": name}


def _part_from_unit(parts: dict[Role, str]) -> None:
    """`g/L 115-150` in the column of units, and a mark that stands beside the value."""
    unit, _, rest = parts.get("unit", "").partition(" ")
    if rest and not parts.get("range") and _is_range(rest):
        parts["unit"], parts["range"] = unit, rest
    value, _, mark = parts.get("value", "").rpartition(" ")
    if value and not parts.get("flag") and _MARK.fullmatch(mark):
        parts["value"], parts["flag"] = value, mark


def _is_range(text: str) -> bool:
    parsed = parse_range(text)
    return parsed.low is not None or parsed.high is not None


def _row(parts: dict[Role, str], page: int, number: int) -> Row:
    return Row(
        page=page,
        number=number,
        name=parts["name"],
        value=parts["value"],
        code=parts.get("code", ""),
        flag=parts.get("flag", ""),
        unit=parts.get("unit", ""),
        range=parts.get("range", ""),
        method=parts.get("method", ""),
    )


def _labelled(line: Line) -> bool:
    """`姓名：…  性别：…`, `Comment: …`: the line tells of the report, and is no row of it."""
    return any(_LABELLED.match(cell.text) for cell in line.cells[:1]) or (
        sum(bool(_LABELLED.match(cell.text)) for cell in line.cells) > 1
    )
