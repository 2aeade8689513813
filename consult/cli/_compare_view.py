"""A comparison in the terminal: figures with their n, the groups that moved, the cases that changed, the gate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from consult.cli._common import plain
from consult.replay import says

if TYPE_CHECKING:
    from rich.console import Console

    from consult.replay import Comparison, Judged, Metric, Piece, PlanDiff, Spent, Verdict

_MARK = {"gone": ("[-", "-]", "red strike"), "new": ("{+", "+}", "green"), "same": ("", "", "")}
_CHANGE = {"new": "bold green", "gone": "bold red", "changed": "bold"}
_OUTCOME = {"passed": ("ok", "green"), "failed": ("FAILED", "bold red"), "unjudged": ("not judged", "yellow")}
_NUMBERS = {"n", "cases", "A", "B", "B - A [95 %]", "lost", "gain", "P"}
_FEW = 25
"""Changed cases that are listed; `--json` lists all."""
_LONG = 600


def show_comparison(terminal: Console, comparison: Comparison) -> None:
    """Everything but the plans."""
    a, b = comparison.a, comparison.b
    pairs = len(comparison.pairing.pairs)
    names = [f"{which} {plain(side.arm, 40)} ({len(side.rows)} cases)" for which, side in (("A", a), ("B", b))]
    terminal.print(Text(f"{', '.join(names)}: {pairs} compared"))
    for note in comparison.notes:
        terminal.print(Text(f"! {note}", style="yellow"))
    for which, ids in (("A", comparison.pairing.only_a), ("B", comparison.pairing.only_b)):
        if ids:
            terminal.print(Text(f"  only in {which}: {_listed(ids)}", style="yellow"))
    metrics = {metric.name: metric for metric in comparison.metrics}
    _figures(terminal, comparison.overall, metrics)
    _money(terminal, comparison.spent["a"], comparison.spent["b"], pairs)
    _groups(terminal, comparison, metrics)
    _changes(terminal, comparison)


def show_diff(terminal: Console, case: str, diff: PlanDiff) -> None:
    """How the plans of one case differ: what is gone in red and `[-…-]`, what is new in green and `{+…+}`."""
    terminal.print()
    terminal.print(Rule(plain(case, 80), align="left", style="dim"))
    if diff.remark:
        terminal.print(Text(f"! {diff.remark}", style="yellow"))
    elif not diff.entries:
        terminal.print(Text(says("none", diff.language), style="dim"))
    for entry in diff.entries:
        label = f"{says(entry.part, diff.language)} · {says(entry.change, diff.language)}"
        notes = plain("; ".join(note for note in entry.notes if note))
        terminal.print(Text.assemble((plain(entry.name), _CHANGE[entry.change]), f"  {label}", (f"  {notes}", "cyan")))
        for pieces in entry.statements:
            terminal.print(Padding(Text.assemble(*(_piece(one) for one in pieces)), (0, 0, 0, 3)))


def show_verdict(terminal: Console, verdict: Verdict) -> None:
    """Every gate and what came of it."""
    terminal.print()
    table = _table("gate", "", "n", "")
    for one in verdict.judgements:
        word, style = _OUTCOME[one.outcome]
        style = "bold red" if one.fails else style
        table.add_row(one.about, Text(word, style=style), str(one.n), Text(plain(one.says, _LONG)))
    terminal.print(table)
    terminal.print(_ended(verdict))


def _ended(verdict: Verdict) -> Text:
    """Whether the gate is passed, and how much of it says nothing: a mistyped group would be passed by anything."""
    unjudged, of = sum(one.outcome == "unjudged" for one in verdict.judgements), len(verdict.judgements)
    if not verdict.passed:
        return Text(f"The gate is NOT passed{': nothing could be judged' if unjudged == of else ''}.", "bold red")
    if not unjudged:
        return Text("The gate is passed.", "green")
    return Text(f"The gate is passed, but {unjudged} of {of} limits could not be judged.", "yellow")


def _figures(terminal: Console, judged: Sequence[Judged], metrics: dict[str, Metric]) -> None:
    table = _table("metric", "n", "A", "B", "B - A [95 %]", "lost", "gain", "P")
    for one in judged:
        if one.n and (metrics[one.metric].family != "process" or one.a or one.b):
            table.add_row(
                one.metric,
                str(one.n),
                *_means(one, metrics[one.metric]),
                _difference(one),
                *(("", "") if one.p is None else (_count(one.lost, "red"), _count(one.gained, "green"))),
                "" if one.p_holm is None else f"{one.p_holm:.2g}",
            )
    terminal.print(table)
    terminal.print(Text("lost, gain: cases; P: McNemar or randomisation of pairs, after Holm", style="dim"))
    silent = [one.metric for one in judged if not one.n]
    if silent:
        terminal.print(Text(f"could not be judged in any case: {', '.join(silent)}", style="dim"))


def _money(terminal: Console, a: Spent, b: Spent, pairs: int) -> None:
    table = _table(f"{pairs} cases", "cost", "calls", "tokens in", "tokens out", "median s", "95 % s")
    for name, one in (("A", a), ("B", b)):
        seconds = ("" if time is None else f"{time:.2f}" for time in (one.median_seconds, one.p95_seconds))
        tokens = (str(one.input_tokens), str(one.output_tokens))
        table.add_row(name, f"{one.cost} {one.currency}".strip(), str(one.calls), *tokens, *seconds)
    terminal.print(table)


def _groups(terminal: Console, comparison: Comparison, metrics: dict[str, Metric]) -> None:
    """The groups in which something was lost or gained, those that lose most first, and how many others there are."""
    groups = [(by, name, judged) for by, names in comparison.by.items() for name, judged in names.items()]
    moved = [(by, name, [one for one in judged if one.lost or one.gained]) for by, name, judged in groups]
    shown = [found for found in moved if found[2]]
    if not shown:
        return
    shown.sort(key=lambda found: (list(comparison.by).index(found[0]), -max(one.lost / one.n for one in found[2])))
    table = _table("by", "", "cases", "A → B")
    for by, name, judged in shown:
        said = [f"{one.metric} {' → '.join(_means(one, metrics[one.metric], n=True))}" for one in judged]
        cases = judged[0].n + judged[0].not_judged
        table.add_row(by, plain(name, 40), str(cases), "; ".join(said))
    terminal.print(table)
    terminal.print(
        Text(f"the other {len(groups) - len(shown)} of {len(groups)} groups neither lose nor gain", style="dim")
    )


def _changes(terminal: Console, comparison: Comparison) -> None:
    changed, pairs = comparison.changed, len(comparison.pairing.pairs)
    terminal.print(Text(f"{len(changed)} of {pairs} cases changed", style="bold"))
    if not changed:
        return
    table = _table("case", "group", "", "changed", "worse in", "better in")
    for one in changed[:_FEW]:
        lost, gained = Text(", ".join(one.lost), "red"), Text(", ".join(one.gained), "green")
        table.add_row(
            plain(one.case, 60), plain(one.group, 40), plain(one.language, 5), ", ".join(one.what), lost, gained
        )
    terminal.print(table)
    if len(changed) > _FEW:
        terminal.print(
            Text(f"and {len(changed) - _FEW} more: --json lists them, --cases shows their plans", style="dim")
        )


def _means(one: Judged, metric: Metric, *, n: bool = False) -> tuple[str, str]:
    """Of a binary metric how many of how many, else the mean, with its n where it is wanted."""
    if one.a is None or one.b is None:
        return "", ""
    if metric.kind == "binary":
        return f"{one.a * one.n:.0f}/{one.n}", f"{one.b * one.n:.0f}/{one.n}"
    return f"{one.a:.4g}", f"{one.b:.4g}{f' (n {one.n})' if n else ''}"


def _difference(one: Judged) -> str:
    if one.difference is None:
        return ""
    ends = "" if one.interval is None else f" [{_short(one.interval[0])}, {_short(one.interval[1])}]"
    return f"{'+' if one.difference > 0 else ''}{_short(one.difference)}{ends}" if one.difference or ends else "0"


def _short(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 100 else f"{value:.2g}"


def _count(count: int, style: str) -> Text:
    return Text(str(count), style=style if count else "dim")


def _piece(piece: Piece) -> tuple[str, str]:
    before, after, style = _MARK[piece.mark]
    return f"{before}{_within(piece.text)}{after}", style


def _within(text: str) -> str:
    """A stretch of a line without terminal escapes; the spaces at its ends part it from its neighbours."""
    lead, tail = (" " if text[:1].isspace() else ""), (" " if text[-1:].isspace() and text.strip() else "")
    return f"{lead}{plain(text, _LONG)}{tail}"


def _listed(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - _FEW} more" if len(ids) > _FEW else ""
    return ", ".join(plain(one, 60) for one in ids[:_FEW]) + more


def _table(*columns: str) -> Table:
    """A table in which a narrow terminal folds words and never drops a figure."""
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column in _NUMBERS)
    return table
