"""Tables for the terminal."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from consult.case import Case, Observation

if TYPE_CHECKING:
    from consult.review import Row

_COLOUR = {"LL": "bold white on red", "HH": "bold white on red", "L": "yellow", "H": "yellow", "A": "yellow"}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]+")


def plain(text: str | None, limit: int = 300) -> str:
    """Text from outside on one line, without terminal escapes, at most `limit` characters."""
    cleaned = _CONTROL.sub(" ", text or "").strip()
    return cleaned if len(cleaned) <= limit else f"{cleaned[: limit - 1]}…"


def flag_text(flag: str | None) -> Text:
    """A flag in its colour."""
    return Text(flag or "", style=_COLOUR.get(flag or "", ""))


def case_table(console: Console, case: Case) -> None:
    """One case: who, results, texts, and what is wrong with the data."""
    age = "" if case.patient.age_years is None else f", {case.patient.age_years} y"
    console.print(Text(f"{case.id}  {case.patient.sex}{age}", style="bold"))
    console.print(results_table(case.observations))
    for report in case.reports:
        console.print(Text(f"{report.fact} {plain(report.title)}: {plain(report.text)}"))
    for quality in case.quality:
        facts = f" [{', '.join(quality.facts[:6])}]" if quality.facts else ""
        style = "" if quality.severity == "info" else "yellow"
        console.print(Text(f"{quality.severity}: {plain(quality.message)}{facts}", style=style))
    console.print()


def results_table(observations: Sequence[Observation]) -> Table:
    """Results as reported, with our flag; the converted value where the unit was changed."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in ("", "result", "value", "", "range", "converted", "time", "status"):
        table.add_column(column, overflow="fold")
    for seen in observations:
        table.add_row(
            seen.fact,
            Text(plain(seen.name, 60)),
            Text(f"{plain(seen.reported.value, 60)} {plain(seen.reported.unit, 20)}".strip()),
            flag_text(seen.flag),
            Text(plain(seen.reported.range, 30)),
            Text(_converted(seen)),
            Text((seen.effective or "")[:16]),
            Text("" if seen.status == "final" else seen.status),
        )
    return table


def _converted(seen: Observation) -> str:
    if seen.value_type != "quantity" or seen.unit is None or seen.unit == seen.reported.unit:
        return ""
    if seen.value == seen.reported.value:
        return ""
    return f"{seen.comparator or ''}{seen.value} {seen.unit}"


def consultation_table(console: Console, rows: Sequence[Row]) -> None:
    """The stored consultations."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in ("id", "status", "created", "subject", "alerts", "open"):
        table.add_column(column)
    for row in rows:
        alerts = Text(str(row.alerts), style="bold red" if row.alerts else "")
        table.add_row(row.id, row.status, row.created[:19], row.subject, alerts, str(row.open))
    console.print(table)
