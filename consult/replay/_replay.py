"""A replay as a whole: cases, arms and a folder in; rows, a summary and a report out."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from consult.errors import CaseError, UsageError
from consult.panel import Library
from consult.replay._ablated import BELOW
from consult.replay._arms import Arm
from consult.replay._bench import Bench
from consult.replay._cases import Cases, Item, sampled
from consult.replay._finished import is_finished, request, rows_size
from consult.replay._hours import Hours
from consult.replay._index import RowIndex
from consult.replay._options import ROWS, RUN, SUMMARY, Options, Replayed
from consult.replay._processes import Processes
from consult.replay._progress import Ended, Progress, Tell
from consult.replay._report import write_report
from consult.replay._results import Results, read_rows
from consult.replay._rubrics.records import Scores
from consult.replay._run import Executor, InProcess, Terms, run_pairs
from consult.replay._summary import ArmSummary, summarise, summary_document
from consult.replay._tables import need, write_tables
from consult.settings import Settings


async def replay(
    source: Path,
    results: Results,
    arms: Sequence[Arm],
    *,
    settings: Settings,
    options: Options | None = None,
    models: Mapping[str, Any] | None = None,
    tell: Tell = lambda _: None,
) -> Replayed:
    """Run every pair of a case of `source` and an arm that has no row in `results`, and sum up.

    Args:
        source: a file of any kind that is read, a folder, or a suite.
        results: the folder of the replay; what stands there already is not run again.
        arms: what the cases are replayed with.
        settings: the site's; where cases are read as it says.
        options: how it is run.
        models: LangChain models or endpoints by name; they work in this process only.
        tell: told of the progress.

    Raises:
        UsageError: options contradict each other or the arms.
        MissingExtra: what writes the tables that are asked for is not installed.
        CaseError: nothing in the input can be read.
    """
    chosen = options or Options()
    need(chosen.tables)
    bench = Bench(arms, models=models)
    try:
        cases = _cases(source, settings, chosen, controlled=len(arms) > 1)
        asked = request(source, arms, chosen, models=models or {})
        if is_finished(results.folder, asked, retry_failed=chosen.retry_failed):
            write_tables(results, chosen.tables, now=bench.hashes)
            return Replayed(Ended(Progress()), _counted(results, bench.hashes), already_complete=True)
        executor = _executor(chosen, arms, bench, given=bool(models))
        try:
            ended = await _run(cases, results, arms, bench, executor, chosen, tell, settings)
        finally:
            await executor.close()
    finally:
        await bench.close()
    if not results.begun:
        raise CaseError("the input holds no case")
    replayed = _summed(results, ended, asked, bench.hashes, settings)
    write_tables(results, chosen.tables, now=bench.hashes)
    return replayed


def items_of(source: Path, settings: Settings, options: Options) -> Iterator[Item]:
    """The cases that a replay with these options takes.

    Raises:
        UsageError: there are none.
    """
    cases = _cases(source, settings, options, controlled=True)  # the replay itself has seen to it
    return _wanted(cases, _chosen(cases, options), options.limit)


async def run_items(
    items: Iterator[Item],
    results: Results,
    arms: Sequence[Arm],
    bench: Bench,
    options: Options,
    *,
    spent: Decimal,
    each: Decimal,
    progress: Progress,
    tell: Tell,
    given: bool = False,
) -> Ended:
    """Run items as a replay runs its cases: in as many places, within its budget, in its hours.

    Args:
        items: what is run; an item may be for some arms only.
        results: where the rows go.
        arms: all that any item may be for.
        bench: of these arms.
        options: those of the replay.
        spent: what was spent of the budget before.
        each: what a pair is thought to cost.
        progress: counts what is run.
        tell: told of it.
        given: there are models that are Python objects.
    """
    terms = Terms(
        budget=options.budget,
        spent=spent,
        each=each,
        may_start=_hours(arms, bench, progress, tell) if options.off_peak else None,
        retry_failed=options.retry_failed,
    )
    executor = _executor(options, arms, bench, given=given)
    try:
        return await run_pairs(
            items, [arm.name for arm in arms],
            bench=bench, executor=executor, results=results, terms=terms, progress=progress, tell=tell,
        )  # fmt: skip
    finally:
        await executor.close()


def _summed(results: Results, ended: Ended, asked: str | None, arms: Mapping[str, str], settings: Settings) -> Replayed:
    """Write the summary and the report, and that nothing is left to do if so."""
    found = _counted(results, arms)
    results.write(SUMMARY, to_json(summary_document(found, Scores.read(results.folder).as_json())))
    _report(results, arms, settings, complete=not ended.out_of_budget)
    if not ended.out_of_budget and asked is not None:
        results.write(RUN, to_json({"finished": asked, "rows": rows_size(results.folder), "arms": dict(arms)}))
    return Replayed(ended, found, already_complete=not ended.progress.done and not ended.out_of_budget)


def _counted(results: Results, arms: Mapping[str, str]) -> dict[str, ArmSummary]:
    """The counts of every arm of the folder, of those that are not among these as they were last."""
    return summarise(results.rows(), RowIndex.read(results.folder, now=arms).hashes)


def _report(results: Results, arms: Mapping[str, str], settings: Settings, *, complete: bool) -> None:
    """Write `report.html`, in the language of the settings."""
    write_report(
        results,
        at=datetime.now(UTC),
        language=settings.language,
        library=Library.load(settings),
        arms=list(arms),
        complete=complete,
        now=arms,
    )


async def _run(
    cases: Cases,
    results: Results,
    arms: Sequence[Arm],
    bench: Bench,
    executor: Executor,
    options: Options,
    tell: Tell,
    settings: Settings,
) -> Ended:
    progress = Progress()
    chosen = await asyncio.to_thread(_chosen, cases, options)
    progress.total = None if chosen is None else len(chosen) * len(arms)
    spent = sum((Decimal(cost) for cost in _costs(results)), Decimal())
    terms = Terms(
        budget=options.budget,
        spent=spent,
        may_start=_hours(arms, bench, progress, tell) if options.off_peak else None,
        retry_failed=options.retry_failed,
    )
    ahead = executor.read(cases, settings, limit=options.limit) if chosen is None else None
    return await run_pairs(
        _wanted(cases, chosen, options.limit) if ahead is None else ahead,
        [arm.name for arm in arms],
        bench=bench,
        executor=executor,
        results=results,
        terms=terms,
        progress=progress,
        tell=tell,
    )


def _costs(results: Results) -> Iterator[str]:
    """What every row cost, those of what was left out included."""
    below = results.folder / BELOW
    for folder in (results.folder, below):
        if (folder / ROWS).is_file():
            yield from (row.usage.cost for row in read_rows(folder))


def _cases(source: Path, settings: Settings, options: Options, *, controlled: bool) -> Cases:
    if not source.exists():
        raise UsageError("the cases do not exist")
    library = Library.load(settings)
    return Cases(
        source,
        library.catalog,
        concepts=library.concepts,
        time_zone=settings.site.time_zone,
        format=options.format,
        controlled=controlled,
    )


def _chosen(cases: Cases, options: Options) -> frozenset[str] | None:
    """The hashes of a sample; None: all cases are wanted."""
    if options.sample is None:
        return None
    return sampled([(item.hash, item.group) for item in islice(cases, options.limit)], options.sample)


def _wanted(cases: Cases, chosen: frozenset[str] | None, limit: int | None) -> Iterator[Item]:
    return (item for item in islice(cases, limit) if chosen is None or item.hash in chosen)


def _executor(options: Options, arms: Sequence[Arm], bench: Bench, *, given: bool) -> Executor:
    if options.executor == "ray":
        if given:
            raise UsageError("models that are Python objects cannot be sent to a cluster: name them in the settings")
        from consult.replay._ray import OnRay

        return OnRay(arms, bench, options.concurrency)
    if bench.asks_models:
        return InProcess(bench, options.concurrency or 16)
    count = options.concurrency or os.cpu_count() or 1
    return Processes(arms, bench, count) if count > 1 else InProcess(bench, 1)


def _hours(arms: Sequence[Arm], bench: Bench, progress: Progress, tell: Tell) -> Any:
    def waits(arm: str) -> None:
        progress.waiting = arm
        tell(progress)

    return Hours({arm.name: (arm, bench.models_of(arm.name)) for arm in arms}, tell=waits).wait


def to_json(document: Any) -> str:
    """JSON text for a person to read, ending in a line break."""
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
