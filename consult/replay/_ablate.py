"""Counterfactuals: the cases of a replay again with one fact or one specialty left out, and which conclusions move.

What is left out makes a row of its own, in a folder below that of the replay: scores, comparisons and gates read the
rows of the cases themselves, and never these. `ablation.json` sums them up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from consult.errors import UsageError
from consult.panel import Library
from consult.replay._ablated import ABLATION, BELOW, LIMIT, Ablate, ablation_request, finished_in
from consult.replay._ablation import Ablation, Block, Counting, Kind, read_ablation
from consult.replay._arms import Arm
from consult.replay._bench import Bench
from consult.replay._cases import Item
from consult.replay._finished import is_finished, request
from consult.replay._index import RowIndex
from consult.replay._leave_out import Facts, LeaveOut, Specialties
from consult.replay._options import RUN, Options
from consult.replay._progress import Ended, Progress, Tell
from consult.replay._replay import items_of, run_items, to_json
from consult.replay._report import write_report
from consult.replay._results import Results
from consult.replay._row import Row, RowVariant
from consult.settings import Settings
from consult.storage import Vault

_KINDS: dict[Ablate, Kind] = {"specialties": "without-specialty", "facts": "without", "facts=normal": "normal"}


@dataclass(frozen=True, slots=True)
class Estimate:
    """What leaving out will take, as far as the replay itself tells: said before it begins."""

    what: Ablate
    cases: int = 0
    variants: int = 0
    """Rows to come, those included that are there."""
    already: int = 0
    cut: int = 0
    """Cases in which the limit leaves something untried."""
    calls: int = 0
    cost: Decimal = Decimal()
    currency: str = ""

    @property
    def each(self) -> Decimal:
        """What one of them will probably cost."""
        return self.cost / self.variants if self.variants else Decimal()


async def ablate(
    source: Path,
    results: Results,
    arms: Sequence[Arm],
    *,
    what: Ablate,
    settings: Settings,
    limit: int = LIMIT,
    options: Options | None = None,
    models: Mapping[str, Any] | None = None,
    tell: Tell = lambda _: None,
    expect: Callable[[Estimate], None] = lambda _: None,
) -> tuple[Ended, Ablation]:
    """Run the cases of a replay with something left out, and write `ablation.json` and the report.

    What has its row is not run again. Each whole plan is taken from the rows of the replay, which must be there.

    Args:
        source: of the replay, as the other arguments of the same name are.
        results: the folder of the replay.
        arms: those of the replay.
        what: a specialty at a time; a fact at a time; or a fact at a time put into the middle of its reference range.
        settings: the site's.
        limit: facts of a case that are tried, those on which most conclusions rest first.
        options: those of the replay; its budget is for both together.
        models: LangChain models or endpoints by name.
        tell: told of the progress.
        expect: told before it begins what it will take.

    Raises:
        UsageError: there is nothing that could be left out, or the rows of the replay are not there.
    """
    said = options or Options()
    own = Specialties.of(arms) if what == "specialties" else None
    run_by = [*arms, *(own.arms if own is not None else ())]
    bench = Bench(run_by, models=models)
    try:
        now = {arm.name: bench.hashes[arm.name] for arm in arms}
        index = RowIndex.read(results.folder, now=now)
        if not any(index.hashes.get(name) == hash for name, hash in now.items()):
            raise UsageError("there are no rows of these arms as they are now; replay the cases first")
        leave = own or Facts(results, Library.load(settings), limit, normal=what == "facts=normal")
        with _Below(
            results.folder / BELOW, vault=Vault.from_settings(settings.storage), keeps=own is not None
        ) as below:
            work = _Work(index, below, bench, arms, leave, _KINDS[what])
            estimate = await asyncio.to_thread(work.plan, lambda: items_of(source, settings, said), what)
            expect(estimate)
            spent = sum((Decimal(row.usage.cost) for row in (*results.rows(), *below.written())), Decimal())
            ended = await run_items(
                work.items(items_of(source, settings, said)), below, run_by, bench, said,
                spent=spent, each=estimate.each, progress=Progress(total=estimate.variants - estimate.already),
                tell=tell, given=bool(models),
            )  # fmt: skip
            found = work.summed(read_ablation(results.folder))
            results.write(ABLATION, to_json(found.model_dump(mode="json", by_alias=True)))
            asked = request(source, arms, said, models=models or {})
            whole = is_finished(results.folder, asked) if asked is not None else not ended.out_of_budget
            _report(results, settings, now, complete=whole)
            if not ended.out_of_budget:
                done = {**finished_in(results.folder), what: ablation_request(asked, what, limit)}
                below.write(RUN, to_json(done))
        return ended, found
    finally:
        await bench.close()


class _Below(Results):
    """The rows with something left out: each is written with what it was."""

    def __init__(self, folder: Path, *, vault: Vault, keeps: bool) -> None:
        super().__init__(folder, vault=vault)
        self.told: dict[tuple[str, str], RowVariant] = {}
        """Case hash and arm of a pair that is to come, to what it is."""
        self._keeps = keeps

    def written(self) -> Iterator[Row]:
        """All rows; none where nothing has begun."""
        return self.rows() if self.begun else iter(())

    def append(self, row: Row) -> None:
        told = self.told.pop((row.case_hash, row.arm), None)
        super().append(row.model_copy(update={"variant": told, "document": row.document if self._keeps else ""}))

    def keep(self, place: str, packed: bytes) -> None:
        if self._keeps:  # of facts there are many times more plans than cases, and rows say what moved
            super().keep(place, packed)


class _Work:
    """What is left out of which case with which arm."""

    def __init__(
        self, index: RowIndex, below: _Below, bench: Bench, arms: Sequence[Arm], leave: LeaveOut, kind: Kind
    ) -> None:
        self._index = index
        self._below = below
        self._bench = bench
        self._arms = [arm.name for arm in arms]
        self._leave = leave
        self._kind = kind

    def plan(self, items: Callable[[], Iterator[Item]], what: Ablate) -> Estimate:
        """Decide what is left out of each case."""
        cases = variants = cut = calls = 0
        cost, currency = Decimal(), ""
        for item in items():
            for whole in self._wholes(item):
                count, possible = self._leave.plan(item, whole)
                again = count + self._asks(whole.arm) if count else 0
                cases += count > 0
                variants += again
                cut += count < possible
                calls += again * whole.usage.calls
                cost += again * Decimal(whole.usage.cost)
                currency = whole.usage.currency or currency
        already = sum(self._is_current(row) for row in self._below.written())
        return Estimate(what, cases, variants, already, cut, calls, cost, currency)

    def items(self, items: Iterator[Item]) -> Iterator[Item]:
        """The variants of all cases, those of one case one after another, after the case itself where it is run."""
        for item in items:
            wholes = list(self._wholes(item))
            listed = list(self._leave.items(item, wholes))
            noisy = [whole for whole in wholes if listed and self._asks(whole.arm)]
            controls = {whole.arm: _told("unchanged", whole) for whole in noisy}
            for one, told in [(item, controls), *listed]:
                if told:
                    self._below.told |= {(one.hash, arm): variant for arm, variant in told.items()}
                    yield _only(one, told)

    def summed(self, before: Ablation) -> Ablation:
        """All blocks: those of this kind anew, others as they were where their arm is still the same."""
        found = {name: Counting(name, self._index.hashes[name], self._kind) for name in self._arms if self._has(name)}
        for row in self._below.written():
            told = row.variant
            whole = None if told is None or not self._is_current(row) else self._index.row(told.arm, told.case)
            if told is None or whole is None or whole.status == "failed":
                continue
            if told.kind == "unchanged":
                found[told.arm].add_control(whole, row)
            else:
                found[told.arm].add(whole, row, told)
        blocks = [one.block() for one in found.values() if one.wholes]
        return Ablation(blocks=sorted([*self._others(before), *blocks], key=lambda one: (one.arm, one.kind)))

    def _others(self, before: Ablation) -> list[Block]:
        known = self._index.hashes
        same = [block for block in before.blocks if known.get(block.arm) == block.arm_hash]
        return [block for block in same if block.kind != self._kind or block.arm not in self._arms]

    def _is_current(self, row: Row) -> bool:
        """Whether a row is one of this kind, of arms as they are."""
        told = row.variant
        return (
            told is not None
            and told.kind in {self._kind, "unchanged"}
            and self._bench.hashes.get(row.arm) == row.arm_hash
            and told.arm in self._arms
            and self._bench.hashes[told.arm] == told.arm_hash
        )

    def _wholes(self, item: Item) -> Iterator[Row]:
        """The rows of a case with each arm, of those that have a plan."""
        if item.case is not None:
            rows = (self._index.row(arm, item.hash) for arm in self._arms if self._has(arm))
            yield from (row for row in rows if row is not None and row.status == "ok")

    def _has(self, arm: str) -> bool:
        return self._index.hashes.get(arm) == self._bench.hashes[arm]

    def _asks(self, arm: str) -> bool:
        """Whether an arm asks models: then the same case once more shows how much moves by itself."""
        return bool(self._bench.models_of(arm))


def _told(kind: Any, whole: Row) -> RowVariant:
    return RowVariant(kind=kind, case=whole.case_hash, arm=whole.arm, arm_hash=whole.arm_hash)


def _only(item: Item, told: Mapping[str, RowVariant]) -> Item:
    return Item(item.id, item.hash, item.case, expected=item.expected, arms=frozenset(told))


def _report(results: Results, settings: Settings, arms: Mapping[str, str], *, complete: bool) -> None:
    """The report again, with what came of this."""
    write_report(
        results,
        at=datetime.now(UTC),
        language=settings.language,
        library=Library.load(settings),
        arms=list(arms),
        complete=complete,
        now=arms,
    )
