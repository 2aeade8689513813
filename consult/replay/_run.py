"""Running the pairs of a replay: interleaved arms, so many at once, resumable, within a budget."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Awaitable,
    Callable,
    Iterable,
    Mapping,
    Sequence,
)
from contextlib import aclosing
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from consult.errors import UsageError
from consult.replay._bench import Bench, Outcome, Pair, failed
from consult.replay._cases import Cases, Item
from consult.replay._index import RowIndex
from consult.replay._progress import Ended, Progress, Tell
from consult.replay._results import Results
from consult.replay._row import Row
from consult.replay._rubrics.sheets import keep_rubric
from consult.settings import Settings


class Executor(Protocol):
    """Who works on pairs: this process, several, or a cluster."""

    @property
    def places(self) -> int:
        """How many pairs it works on at once."""

    async def outcome(self, pair: Pair) -> Outcome:
        """What came of a pair; never raises for what is wrong with the pair itself."""

    def read(self, cases: Cases, settings: Settings, *, limit: int | None) -> AsyncIterator[Item] | None:
        """The first items of `cases`, read by who works on them; None: they are read here."""

    async def close(self) -> None:
        """Let go of everything."""


@dataclass(frozen=True, slots=True)
class InProcess:
    """Works in this process, many pairs at once: for models, which answer elsewhere."""

    bench: Bench
    places: int = 16

    async def outcome(self, pair: Pair) -> Outcome:
        """What came of a pair."""
        return await self.bench.outcome(pair)

    def read(self, cases: Cases, settings: Settings, *, limit: int | None) -> None:
        """Nobody reads faster than this process, which works on them too."""

    async def close(self) -> None:
        """The bench is closed by who made it."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a run may do."""

    budget: Decimal | None = None
    """Money that all arms together may cost, rows of earlier runs included; None: no limit."""
    spent: Decimal = Decimal()
    """What earlier runs cost."""
    each: Decimal = Decimal()
    """What a pair is thought to cost before any has ended."""
    may_start: Callable[[str], Awaitable[None]] | None = None
    """Awaited before a pair of this arm starts; waits for the hours in which its models are cheap."""
    retry_failed: bool = False
    """Whether pairs that failed run again."""


async def run_pairs(
    items: Iterable[Item] | AsyncIterable[Item],
    arms: Sequence[str],
    *,
    bench: Bench,
    executor: Executor,
    results: Results,
    terms: Terms | None = None,
    progress: Progress | None = None,
    tell: Tell = lambda _: None,
) -> Ended:
    """Work on every pair that has no row yet; each gives one row, also when it fails.

    Args:
        items: the cases; read as places become free, so that they need not fit into memory.
        arms: names of the arms; of each case all arms run near each other in time, each in turn first.
        bench: knows the arms' fingerprints.
        executor: who works on the pairs.
        results: where the rows go.
        terms: budget and hours.
        progress: told of every row; made here where none is given.
        tell: called after every row.
    """
    work = _Work(results, terms or Terms(), progress or Progress(), tell)
    done = results.finished(failed_too=not work.terms.retry_failed) if results.begun else {}
    running: set[asyncio.Task[Outcome]] = set()
    stopped = False
    try:
        async with aclosing(_pairs(items, arms, bench, done, work)) as pairs:
            async for pair in pairs:
                stopped = work.spends_too_much(len(running))
                if stopped:
                    break
                if work.terms.may_start is not None:
                    await work.terms.may_start(pair.arm)
                running.add(asyncio.create_task(executor.outcome(pair)))
                if len(running) >= executor.places:
                    running = work.take(await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED))
        while running:
            running = work.take(await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED))
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
    return Ended(work.progress, stopped)


async def _each(items: Iterable[Item] | AsyncIterable[Item]) -> AsyncGenerator[Item]:
    if isinstance(items, AsyncIterable):
        async for item in items:
            yield item
        return
    for item in items:
        yield item


async def _pairs(
    items: Iterable[Item] | AsyncIterable[Item],
    arms: Sequence[str],
    bench: Bench,
    done: Mapping[tuple[str, str], str],
    work: _Work,
) -> AsyncGenerator[Pair]:
    """The pairs to run; what needs no run (an unreadable part, a finished pair) is settled here."""
    turn = deque(arms)
    async for item in _each(items):
        keep_rubric(work.results, item.hash, [] if item.expected is None else item.expected.rubric)
        for arm in turn:
            if item.arms is not None and arm not in item.arms:
                continue
            then = done.get((item.hash, bench.hashes[arm]))
            if then is not None and (then == _expectations(item) or work.settled(bench, item, arm)):
                work.progress.skipped += 1
            elif item.case is None:
                work.write(failed(bench.head(item, arm), item.error))
            else:
                yield Pair.of(item, arm)
        turn.rotate(-1)


def _expectations(item: Item) -> str:
    return "" if item.expected is None else item.expected.hash


@dataclass(slots=True)
class _Work:
    """Rows as they come, and what they cost."""

    results: Results
    terms: Terms
    progress: Progress
    tell: Tell
    before: RowIndex | None = None
    """The rows as they were, once they are asked for."""

    def take(self, ended: tuple[set[asyncio.Task[Outcome]], set[asyncio.Task[Outcome]]]) -> set[asyncio.Task[Outcome]]:
        """Write the rows of what ended; gives back what still runs."""
        done, running = ended
        for task in done:
            self.write(task.result())
        return running

    def write(self, outcome: Outcome) -> None:
        """The consultation, then its row."""
        row = outcome.row
        if outcome.packed:
            self.results.keep(row.document, outcome.packed)
        self.results.append(row)
        self._count(row)
        self.tell(self.progress)

    def settled(self, bench: Bench, item: Item, arm: str) -> bool:
        """Whether a pair whose case expects something else than it did needs no run: its plan is scored again."""
        row = self._rows(bench).row(arm, item.hash)
        if row is None or row.status == "failed" or not row.document:
            return True
        try:
            found = bench.scored_again(item, arm, row, self.results.document(row))
        except UsageError:  # the plan cannot be read any more
            return False
        if found is not None:
            self.results.append(found.row)
        return found is not None

    def _rows(self, bench: Bench) -> RowIndex:
        if self.before is None:
            self.before = RowIndex.read(self.results.folder, now=bench.hashes)
        return self.before

    def _count(self, row: Row) -> None:
        self.progress.done += 1
        self.progress.failed += row.status == "failed"
        self.progress.calls += row.usage.calls
        self.progress.cost += Decimal(row.usage.cost)

    def spends_too_much(self, running: int) -> bool:
        """Whether one more pair, beside those that run, would probably cost more than the budget leaves."""
        if self.terms.budget is None:
            return False
        cost = self.progress.cost
        each = cost / self.progress.done if self.progress.done else self.terms.each
        return self.terms.spent + cost + each * (running + 1) > self.terms.budget
