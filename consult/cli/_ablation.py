"""`consult replay --ablate`: which conclusions move when a fact or a specialty is left out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from consult.cli._common import console, say
from consult.errors import ConsultationError, UsageError

if TYPE_CHECKING:
    from consult.replay import Ablate, Ablation, Arm, Estimate, Options, Progress
    from consult.replay._ablation import Block, LeftOut, Support
    from consult.settings import Settings

_LINES = 12
"""Lines of a table; the report has more, and `ablation.json` all."""
_NAMED = 4
"""Conclusions that are named in one line."""
_TITLES = {
    "without": "one fact left out at a time",
    "normal": "one test at a time in the middle of its reference range",
    "without-specialty": "one specialty left out at a time",
}


def asked_for(said: Sequence[str]) -> list[Ablate]:
    """What `--ablate` names, each once.

    Raises:
        UsageError: it names something else.
    """
    known: tuple[Ablate, ...] = ("specialties", "facts", "facts=normal")
    if not set(said) <= set(known):
        raise UsageError("--ablate takes specialties, facts or facts=normal")
    return [one for one in known if one in said]


def leave_out(
    cases: Path,
    out: Path,
    arms: Sequence[Arm],
    whats: Sequence[Ablate],
    *,
    limit: int,
    settings: Settings,
    options: Options,
    tell: Callable[[Progress], None],
) -> bool:
    """Leave out what is asked for, of a replay that has its rows; whether the budget stopped it."""
    from consult.replay import Results, ablate
    from consult.storage import Vault

    stopped = False
    with Results(out, vault=Vault.from_settings(settings.storage)) as results:
        for what in whats:
            work = ablate(
                cases, results, arms,
                what=what, limit=limit, settings=settings, options=options, tell=tell, expect=_expect,
            )  # fmt: skip
            try:
                ended, _ = asyncio.run(work)
            except KeyboardInterrupt:
                raise ConsultationError("interrupted; the same command goes on where this one stopped") from None
            stopped = stopped or ended.out_of_budget
    return stopped


def show(found: Ablation) -> None:
    """The tables of what was left out, the ones that move most first."""
    for block in found.blocks:
        console().print()
        console().print(f"{block.arm}: {_TITLES[block.kind]} ({block.variants} plans of {block.cases} cases)")
        if block.control is not None:
            say(f"nothing left out, asked once more: moved in {block.control.moved} of {block.control.pairs} plans")
        if block.failed or block.cut:
            say(f"{block.failed} failed; in {block.cut} of {block.cases} cases not everything was tried")
        if block.kind == "without-specialty":
            _specialties(block)
        else:
            _facts(block)
            _fragile(block.conclusions)


def _expect(estimate: Estimate) -> None:
    said = f"{estimate.what}: {estimate.variants} plans of {estimate.cases} cases"
    if estimate.already:
        said += f", {estimate.already} of them there already"
    if estimate.cut:
        said += f"; in {estimate.cut} cases --ablate-limit leaves some facts untried"
    if estimate.calls:
        cost = f"{estimate.cost.normalize():f} {estimate.currency}".strip()
        said += f"; about {estimate.calls} model calls and {cost}, at what the replay itself took"
    say(said)


def _facts(block: Block) -> None:
    from rich.table import Table

    table = Table("left out", "plans", "moved", "cited but idle", "then asked for", "falls without it", box=None)
    table.columns[-1].overflow = "fold"
    for one in block.left_out[:_LINES]:
        moved, idle = f"{one.moved}/{one.variants}", f"{one.idle}/{one.cited}"
        table.add_row(one.what, str(one.variants), moved, idle, f"{one.asked_again}/{one.variants}", _falls(one))
    console().print(table)
    idle, cited = (sum(getattr(one, name) for one in block.left_out) for name in ("idle", "cited"))
    say(f"cited, and nothing moves without it: {idle} of {cited}")


def _fragile(supports: Sequence[Support]) -> None:
    from rich.table import Table

    fragile = [one for one in supports if one.one]
    if not fragile:
        return
    table = Table("conclusion", "fragile", "stands", "needs several", "the one fact", box=None)
    table.columns[0].overflow = table.columns[-1].overflow = "fold"
    for one in fragile[:_LINES]:
        counts = [f"{value}/{one.judged}" for value in (one.one, one.stands, one.several)]
        alone = ", ".join(f"{fact} {n}" for fact, n in list(one.alone.items())[:_NAMED])
        table.add_row(_called(one.part, one.concept), *counts, alone)
    console().print(table)


def _specialties(block: Block) -> None:
    from rich.table import Table

    table = Table("left out", *(one.what for one in block.left_out), box=None)
    for title, cell in _SHOWN.items():
        table.add_row(title, *(cell(one) for one in block.left_out))
    console().print(table)
    for one in block.left_out:
        if said := _falls(one):
            say(f"without {one.what} falls: {said}")


def _saved(left: LeftOut, gone: str, new: str) -> str:
    saved = left.saved
    if saved is None or not saved.scored:
        return "not judged"
    return f"-{getattr(saved, gone)} +{getattr(saved, new)} (n = {saved.scored})"


def _count(left: LeftOut, change: str, *parts: str) -> int:
    return sum(
        n for one in left.effects if not parts or one.part in parts for what, n in one.changes.items() if what == change
    )


def _spared(left: LeftOut) -> str:
    return "" if left.saved is None else f"{left.saved.cost} {left.saved.currency}".strip()


_SHOWN: dict[str, Callable[[LeftOut], str]] = {
    "plans": lambda one: str(one.variants),
    "conclusions moved": lambda one: f"{one.moved}/{one.variants}",
    "alerts lost": lambda one: str(_count(one, "lost", "alert")),
    "conditions lost": lambda one: str(_count(one, "lost", "condition")),
    "advice lost": lambda one: str(_count(one, "lost", "advice", "avoid")),
    "new": lambda one: str(_count(one, "new")),
    "forbidden: gone, new": lambda one: _saved(one, "forbidden_gone", "forbidden_new"),
    "expectations: lost, gained": lambda one: _saved(one, "misses_more", "misses_fewer"),
    "model calls spared": lambda one: str(one.saved.calls if one.saved else 0),
    "cost spared": _spared,
}
"""What is said of each specialty, one line each."""


def _falls(left: LeftOut) -> str:
    """The conclusions that are lost in most plans."""
    from consult.replay._ablation import falls

    return ", ".join(f"{_called(one.part, one.concept)} {one.changes['lost']}/{one.of}" for one in falls(left)[:_NAMED])


def _called(part: str, concept: str) -> str:
    return concept if part in {"condition", "advice"} else f"{part} {concept}"
