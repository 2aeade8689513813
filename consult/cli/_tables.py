"""Tables for the terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from consult.cli._common import plain

if TYPE_CHECKING:
    from rich.console import Console

    from consult.case import Case, Observation
    from consult.review import Row

_COLOUR = {"LL": "bold white on red", "HH": "bold white on red", "L": "yellow", "H": "yellow", "A": "yellow"}


def flag_text(flag: str | None) -> Text:
    """A flag in its colour."""
    return Text(flag or "", style=_COLOUR.get(flag or "", ""))


def when(time: str | None) -> str:
    """An ISO time to the minute, as precise as it was sent."""
    return (time or "")[:16].replace("T", " ")


def case_table(console: Console, case: Case) -> None:
    """One case: who, results, texts, and what is wrong with the data."""
    age = "" if case.patient.age_years is None else f", {case.patient.age_years} y"
    console.print(Text(f"{plain(case.id, 80)}  {case.patient.sex}{age}", style="bold"))
    if case.history:
        console.print(Text(plain(case.history, 5000)))
    if case.observations:
        console.print(results_table(case.observations))
    for report in case.reports:
        console.print(Text(f"{report.fact} {plain(report.title)}: {plain(report.text, 5000)}"))
    for kind in ("conditions", "medications", "allergies", "procedures", "immunizations", "encounters"):
        for entry in getattr(case, kind):
            console.print(Text(f"{entry.fact} {kind}: {plain(entry.name)} {plain(entry.status)}".rstrip()))
    for quality in case.quality:
        facts = f" [{', '.join(quality.facts[:6])}]" if quality.facts else ""
        style = "" if quality.severity == "info" else "yellow"
        console.print(Text(f"{quality.severity}: {plain(quality.message)}{facts}", style=style))
    console.print()


def results_table(observations: Sequence[Observation]) -> Table:
    """Results as reported, with our flag; the converted value and the status where there is something to say."""
    columns: list[tuple[str, Callable[[Observation], Text]]] = [
        ("", lambda seen: Text(seen.fact)),
        ("result", lambda seen: Text(plain(seen.name, 80))),
        ("value", lambda seen: Text(f"{plain(seen.shown, 200)} {plain(seen.reported.unit_shown, 30)}".strip())),
        ("", lambda seen: flag_text(seen.flag)),
        ("range", lambda seen: Text(plain(seen.reported.range_shown, 60))),
        ("converted", lambda seen: Text(_converted(seen))),
        ("time", lambda seen: Text(when(seen.effective))),
        ("status", lambda seen: Text("" if seen.status == "final" else seen.status)),
    ]
    cells = [(name, [make(seen) for seen in observations]) for name, make in columns]
    shown = [(name, column) for name, column in cells if any(column)]
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name, _ in shown:
        table.add_column(name, overflow="fold", no_wrap=name == "time")
    for row in zip(*(column for _, column in shown), strict=True):
        table.add_row(*row)
    return table


def _converted(seen: Observation) -> str:
    if seen.value_type != "quantity" or seen.unit is None or seen.unit == seen.reported.unit:
        return ""
    if seen.value == seen.reported.value:
        return ""
    return f"{seen.comparator or ''}{seen.value} {plain(seen.unit, 30)}"


def _besides(row: Row) -> list[str]:
    """What must be known of a consultation beside its status; one that was replaced need not be brought up to date."""
    if row.superseded_by is not None:
        return ["superseded"]
    return ["stale"] if row.stale else []


def consultation_table(console: Console, rows: Sequence[Row]) -> None:
    """The stored consultations."""
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for column in ("id", "status", "created", "alerts", "open", "subject"):
        table.add_column(column, overflow="fold", no_wrap=column in {"id", "created"})
    for row in rows:
        alerts = Text(str(row.alerts), style="bold red" if row.alerts else "")
        status = Text(", ".join([row.status, *_besides(row)]))
        table.add_row(row.id, status, when(row.created), alerts, str(row.open), row.subject)
    console.print(table)
