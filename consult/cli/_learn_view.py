"""What review teaches, on a terminal: what was read, the sources that are most surely corrected, what was proposed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from consult.cli._common import plain
from consult.replay import learn_proposed, learn_summary, learn_words

if TYPE_CHECKING:
    from rich.console import Console

    from consult.plan import Language

_SHOWN = {"rule": 10, "agent": 10, "passage": 5, "calculator": 5, "concept": 10}
"""Sources of each kind that are listed; the page and `learn.json` have more."""
_ADDED = 10


def show_learned(terminal: Console, document: dict[str, Any], language: Language) -> None:
    """The document of `learn.json`."""
    for said in learn_summary(document, language):
        terminal.print(Text(plain(said, 600)))
    _reasons(terminal, document["items"]["reasons"], language)
    for kind in _SHOWN:
        _sources(terminal, kind, document["by"][kind], language)
    _added(terminal, document["added"], language)
    if document["consultations"]["counted"]:
        for said in learn_proposed(document, language):
            terminal.print(Text(plain(said, 600)))
    terminal.print(Text(learn_words("nothing-changed", language), style="dim"))


def _sources(terminal: Console, kind: str, rows: Sequence[dict[str, Any]], language: Language) -> None:
    corrected = [row for row in rows if row["corrected"]]
    if not corrected:
        return
    heads = ("n", "accepted", "edited", "rejected", "corrected")
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column(learn_words(f"sec.{kind}", language), overflow="fold")
    for head in heads:
        table.add_column(learn_words(head, language), justify="right", no_wrap=head != "corrected")
    for row in corrected[: _SHOWN[kind]]:
        name = row["name"] if row["there"] else learn_words("foreign" if kind == "passage" else "gone", language)
        by = f" · {row['by']}" if kind == "agent" else ""
        counts = [str(row[key]) for key in ("n", "accepted", "edited", "rejected")]
        table.add_row(f"{plain(row['id'], 60)}  {plain(f'{name}{by}', 80)}", *counts, _share(row))
    terminal.print()
    terminal.print(table)
    if len(corrected) > _SHOWN[kind]:
        terminal.print(Text(learn_words("more", language, n=len(corrected) - _SHOWN[kind]), style="dim"))


def _reasons(terminal: Console, reasons: dict[str, int], language: Language) -> None:
    if reasons:
        order = sorted(reasons.items(), key=lambda entry: (-entry[1], entry[0]))
        said = "; ".join(f"{learn_words(f'reason.{reason}', language)} {n}" for reason, n in order)
        terminal.print(Text(f"{learn_words('sec.reasons', language)}: {said}"))


def _share(row: dict[str, Any]) -> str:
    low, high = row["interval"]
    return f"{row['corrected']}/{row['n']} ({100 * low:.0f}–{100 * high:.0f} %)"


def _added(terminal: Console, added: Sequence[dict[str, Any]], language: Language) -> None:
    if not added:
        return
    terminal.print()
    terminal.print(Text(learn_words("sec.added", language), style="bold"))
    for one in added[:_ADDED]:
        terminal.print(
            Text(f"  {plain(one['name'], 80)} ({plain(one['id'], 60)}): {one['in_edits'] + one['in_reasons']}")
        )
    terminal.print()
