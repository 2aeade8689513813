"""`consult replay`: many cases through one or several arms, resumable, with a row for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from consult.cli._case import FORMATS
from consult.cli._common import Config, Home, Json, Lang, console, print_json, say, settings
from consult.errors import ConsultationError, UsageError

if TYPE_CHECKING:
    from rich.status import Status

    from consult.replay import Ablate, Ablation, Arm, Options, Progress, Replayed
    from consult.settings import Settings

_SHOWN = {
    "cases": "{cases}",
    "failed": "{failed}",
    "wholly met": "{wholly_met}/{scored}",
    "alerts found": "{tally[alerts]}/{tally[alerts_of]}",
    "alerts false": "{tally[false_alerts]}",
    "condition first": "{tally[first1]}/{tally[first1_of]}",
    "among the first 3": "{tally[first3]}/{tally[first3_of]}",
    "next tests": "{tally[next]}/{tally[next_of]}",
    "forbidden": "{tally[forbidden]}",
    "unsupported": "{unsupported}/{statements}",
    "model calls": "{calls}",
    "cost": "{cost} {currency}",
}
"""What is said of each arm of `summary.json` at the end, one line each."""
_UNASKED = frozenset({"alerts found", "alerts false", "next tests"})
"""Of which public benchmarks say nothing."""
_PUBLIC = {
    "judged by code": "{judged}/{cases}",
    "met": "{met}/{judged}",
    "answer given away": "{given_away}/{searched}",
    "met, not given away": "{clean_met}/{clean}",
}
"""What is said of each public benchmark."""
BENCHMARKS = ("agentclinic", "cmb-clin", "diagnosis-arena", "mac", "medcalc-bench", "medqa")
"""Public benchmarks whose files are read."""
_EVERY = 10.0
"""Seconds between two lines where no terminal shows a status."""


def replay(
    cases: Annotated[Path, typer.Argument(metavar="CASES", help="A folder, batch, NDJSON or case file, or a suite.")],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where the rows go; a run that stopped goes on.")],
    arm: Annotated[
        list[str] | None, typer.Option("--arm", help="panel, single, blind, or a TOML file; may be repeated.")
    ] = None,
    engine: Annotated[str, typer.Option("--engine", help="rules, or auto (models where configured).")] = "auto",
    executor: Annotated[str, typer.Option("--executor", help="local or ray.")] = "local",
    concurrency: Annotated[int | None, typer.Option("--concurrency", min=1, help="Cases at once.")] = None,
    limit: Annotated[int | None, typer.Option("--limit", min=1, help="Only the first N cases.")] = None,
    sample: Annotated[int | None, typer.Option("--sample", min=1, help="Only N cases, of every disease group.")] = None,
    off_peak: Annotated[bool, typer.Option("--off-peak", help="Wait for the hours in which models are cheap.")] = False,
    budget: Annotated[str | None, typer.Option("--budget", metavar="MONEY", help="Stop before it is spent.")] = None,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Run cases that failed again.")] = False,
    format: Annotated[str, typer.Option("--format", help="As for case, or a public benchmark's name.")] = "auto",
    flat: Annotated[bool, typer.Option("--flat", help="Also write flat tables/*.jsonl for analysts.")] = False,
    parquet: Annotated[bool, typer.Option("--parquet", help="Also write tables/*.parquet (extra: parquet).")] = False,
    ablate: Annotated[
        list[str] | None,
        typer.Option("--ablate", help="Leave out one at a time: specialties, facts or facts=normal."),
    ] = None,
    ablate_limit: Annotated[int, typer.Option("--ablate-limit", min=1, help="Facts of a case to leave out.")] = 20,
    lang: Lang = None,
    json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Replay CASES through arms; results.jsonl, summary.json and report.html go to DIR."""
    from consult.cli._ablation import asked_for, show
    from consult.replay import Options, arms_of, is_finished, request
    from consult.review import read_json

    if engine not in {"auto", "rules"} or executor not in {"local", "ray"}:
        raise UsageError("--engine takes rules or auto, --executor local or ray")
    if format not in (*FORMATS, *BENCHMARKS):
        raise UsageError(f"--format takes {', '.join((*FORMATS, *BENCHMARKS))}")
    whats = asked_for(ablate or [])
    chosen = settings(home, config, lang)
    kind: Literal["auto", "rules"] = "rules" if engine == "rules" else "auto"
    arms = arms_of(arm or [], chosen, engine=kind)
    options = Options(
        executor="ray" if executor == "ray" else "local",
        concurrency=concurrency,
        limit=limit,
        sample=sample,
        off_peak=off_peak,
        budget=_money(budget),
        retry_failed=retry_failed,
        format=format,
        tables=_tables(flat=flat, parquet=parquet),
    )
    if not options.tables and is_finished(out, request(cases, arms, options), retry_failed=retry_failed):
        said = "every case has its row already; nothing was run"
    else:
        said = _replayed(cases, out, arms, chosen, options)
    summary = read_json((out / "summary.json").read_bytes())
    left_out = None
    if whats:
        moved, left_out = _left_out(cases, out, arms, whats, ablate_limit, chosen, options)
        said = f"{said}; {moved}"
    if json:
        found = {} if left_out is None else {"ablation": left_out.model_dump(mode="json", by_alias=True)}
        print_json({**summary, **found})
        return
    order = [arm.name for arm in arms]
    _show({name: summary["arms"][name] for name in (*order, *summary["arms"]) if name in summary["arms"]}, out)
    if left_out is not None:
        show(left_out)
    say(said)


def _left_out(
    cases: Path,
    out: Path,
    arms: Sequence[Arm],
    whats: Sequence[Ablate],
    limit: int,
    chosen: Settings,
    options: Options,
) -> tuple[str, Ablation | None]:
    """Leave something out; gives back what is to be said of how it ended, and what came of it."""
    from consult.cli._ablation import leave_out
    from consult.replay import is_ablated, read_ablation, request

    if not options.retry_failed and is_ablated(out, request(cases, arms, options), whats, limit):
        return "nothing was left to leave out", read_ablation(out)
    with console(stderr=True).status("leaving out") as status:
        stopped = leave_out(
            cases, out, arms, whats, limit=limit, settings=chosen, options=options, tell=_Teller(status)
        )
    said = "stopped before the budget was spent" if stopped else "what was left out is in ablation.json"
    return said, read_ablation(out)


def _tables(*, flat: bool, parquet: bool) -> tuple[Literal["jsonl", "parquet"], ...]:
    if flat and parquet:
        return ("jsonl", "parquet")
    return ("jsonl",) if flat else ("parquet",) if parquet else ()


def _money(text: str | None) -> Decimal | None:
    try:
        money = None if text is None else Decimal(text)
    except InvalidOperation:
        raise UsageError("--budget takes an amount of money, such as 12.50") from None
    if money is not None and not (money.is_finite() and money > 0):
        raise UsageError("--budget takes an amount of money above zero")
    return money


def _replayed(cases: Path, out: Path, arms: Sequence[Arm], chosen: Settings, options: Options) -> str:
    """Run it; gives back what is to be said of how it ended."""
    import asyncio

    from consult.replay import Results
    from consult.replay import replay as run
    from consult.storage import Vault

    with (
        Results(out, vault=Vault.from_settings(chosen.storage)) as results,
        console(stderr=True).status("reading rules and literature") as status,
    ):
        work = run(cases, results, arms, settings=chosen, options=options, tell=_Teller(status))
        try:
            return _ended(asyncio.run(work))
        except KeyboardInterrupt:
            raise ConsultationError("interrupted; the same command goes on where this one stopped") from None


class _Teller:
    """Says how far a replay is: a status line on a terminal, a line every ten seconds elsewhere."""

    def __init__(self, status: Status) -> None:
        self._status = status
        self._said = monotonic()

    def __call__(self, progress: Progress) -> None:
        line = _line(progress)
        self._status.update(line)
        if not self._status.console.is_terminal and monotonic() - self._said > _EVERY:
            self._said = monotonic()
            say(line)


def _line(progress: Progress) -> str:
    of = "" if progress.total is None else f" of {progress.total}"
    parts = [f"{progress.done}{of} done", f"{progress.rate:.1f}/s"]
    if progress.eta is not None:
        parts.append(f"{progress.eta:.0f} s left")
    if progress.failed:
        parts.append(f"{progress.failed} failed")
    if progress.calls:
        parts.append(f"{progress.calls} calls, {progress.cost.normalize():f} spent")
    if progress.waiting:
        parts.append(f"waiting for the cheap hours of {progress.waiting}")
    return ", ".join(parts)


def _show(arms: Mapping[str, Any], out: Path) -> None:
    """A table of the arms, and where the rest is."""
    from rich.table import Table

    table = Table("", *arms, box=None)
    benchmarks = sorted({name for arm in arms.values() for name in arm.get("public", {})})
    told = {name: [arm["public"].get(name) for arm in arms.values()] for name in benchmarks}
    only_public = all(
        arm["cases"] == arm["failed"] + sum(one["cases"] for one in arm.get("public", {}).values())
        for arm in arms.values()
    )
    for title, cell in _SHOWN.items():
        if not (benchmarks and only_public and title in _UNASKED):
            table.add_row(title, *(cell.format_map(arm).strip() for arm in arms.values()))
    for name, sums in told.items():
        for title, cell in _PUBLIC.items():
            table.add_row(f"{name}: {title}", *("" if one is None else cell.format_map(one) for one in sums))
    console().print(table)
    say(f"the whole of it, case by case: {out / 'report.html'}")


def _ended(replayed: Replayed) -> str:
    progress = replayed.ended.progress
    if replayed.ended.out_of_budget:
        return "stopped before the budget was spent; a larger --budget goes on"
    if replayed.already_complete:
        return "every case has its row already; nothing was run"
    return f"{progress.skipped} rows were there already, {progress.done} are new"
