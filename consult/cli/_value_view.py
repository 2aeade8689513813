"""A value report in the terminal: a line for each figure, and a table of the groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from consult.cli._common import plain
from consult.replay import heading_of, sheets_of

if TYPE_CHECKING:
    from typing import Literal

    from rich.console import Console

    from consult.replay import Names, Sheet, ValueReport


def show_value(
    terminal: Console,
    report: ValueReport,
    names: Names,
    *,
    by: Literal["department", "month"] | None = None,
) -> None:
    """What the report is of, what is left out, and its tables."""
    first, *others = heading_of(report, names.language)
    terminal.print(Text(plain(first), style="bold"))
    for line in others:
        terminal.print(Text(plain(line, 1000), style="dim"))
    for sheet in sheets_of(report, names, by=by):
        terminal.print()
        _show(terminal, sheet)


def _show(terminal: Console, sheet: Sheet) -> None:
    if sheet.title:
        terminal.print(Text(sheet.title, style="bold"))
    if sheet.rows:
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
        last = len(sheet.head) - 1
        for number, name in enumerate(sheet.head):
            left = number == 0 or (number == last and not name)
            table.add_column(plain(name, 60), justify="left" if left else "right", overflow="fold")
        for row in sheet.rows:
            table.add_row(*(Text(plain(cell)) for cell in row))
        terminal.print(table)
    for note in sheet.notes:
        terminal.print(Text(plain(note, 1000), style="dim"))
