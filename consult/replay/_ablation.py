"""What carries a conclusion: rows with something left out, held against the rows of the whole, and summed up."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import Field

from consult.case import Model
from consult.replay._ablated import ABLATION
from consult.replay._moves import CONCLUSIONS, Change, Conclusion, Move, Part, conclusions, moves
from consult.replay._row import Row, RowVariant

Kind = Literal["without", "normal", "without-specialty"]
EXAMPLES = 5
"""Cases named of each effect."""
_PARTS: tuple[Part, ...] = (*CONCLUSIONS, "conflict", "missing")
_REST = re.compile(r"; there: | is ")
"""After what a miss says what is there instead."""


class Effect(Model):
    """What became of one conclusion when one thing was left out."""

    part: Part
    concept: str
    of: int
    """In so many cases the whole plan held it and this was left out; of what is new: did not hold it."""
    changes: dict[Change, int]
    cases: list[str] = Field(default_factory=list)
    """Some of them, by id."""

    @property
    def conclusion(self) -> Conclusion:
        """Of what it is said."""
        return Conclusion(self.part, self.concept)


class Saved(Model):
    """What it would spare to do without a specialty, and what it would cost in quality; sums over its cases."""

    calls: int = 0
    cost: str = "0"
    currency: str = ""
    misses_more: int = 0
    """Expectations that only the whole meets."""
    misses_fewer: int = 0
    forbidden_gone: int = 0
    forbidden_new: int = 0
    scored: int = 0
    """Cases that say what they expect: what the four counts above are of."""


class LeftOut(Model):
    """One fact, by its code, or one specialty."""

    what: str
    variants: int = 0
    """In how many cases it was left out and a plan came of it."""
    moved: int = 0
    """In how many of them a conclusion moved."""
    failed: int = 0
    cited: int = 0
    """In how many of them the whole plan cites it."""
    idle: int = 0
    """Of those: nothing moved."""
    asked_again: int = 0
    """In how many of them the plan then asks for it."""
    effects: list[Effect] = Field(default_factory=list)
    saved: Saved | None = None
    """Of a specialty."""


class Support(Model):
    """On how much one conclusion rests."""

    part: Part
    concept: str
    plans: int
    """Plans that hold it."""
    judged: int
    """Of those, where every fact that the plan rests on was left out once."""
    stands: int
    """Of the judged: whichever one fact is left out, it stays."""
    one: int
    """Of the judged: it falls with one fact, and with no other."""
    several: int
    """Of the judged: it falls with each of several facts, since it needs them together."""
    alone: dict[str, int] = Field(default_factory=dict)
    """Fact to the plans in which it is the one."""


class Control(Model):
    """The same once more with nothing left out: how much moves by itself where models are asked."""

    pairs: int = 0
    moved: int = 0


class Block(Model):
    """One arm, and one kind of leaving out."""

    arm: str
    arm_hash: str
    kind: Kind
    cases: int = 0
    variants: int = 0
    failed: int = 0
    cut: int = 0
    """Cases in which not everything was left out once: for the limit, the budget, or since one failed."""
    control: Control | None = None
    left_out: list[LeftOut] = Field(default_factory=list)
    """Those that move most first."""
    conclusions: list[Support] = Field(default_factory=list)
    """Of facts. Those that hang on one fact most often first."""


class Ablation(Model):
    """`ablation.json`."""

    version: Literal[1] = Field(default=1, alias="schema")
    blocks: list[Block] = Field(default_factory=list)


def read_ablation(folder: Path) -> Ablation:
    """What stands in `ablation.json` of a replay; nothing where there is none, or another version wrote it."""
    try:
        return Ablation.model_validate(json.loads((folder / ABLATION).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return Ablation()


def falls(left: LeftOut) -> list[Effect]:
    """What is lost in most plans: alerts and conditions first; not the alert of the critical value that is left out."""
    lost = [one for one in left.effects if "lost" in one.changes and (one.part, one.concept) != ("alert", left.what)]
    return sorted(lost, key=lambda one: (one.part not in {"alert", "condition"}, -one.changes["lost"]))


@dataclass(slots=True)
class Counting:
    """One block while rows are counted; the same rows give the same block in whatever order they come."""

    arm: str
    arm_hash: str
    kind: Kind
    things: dict[str, _Thing] = field(default_factory=dict)
    wholes: dict[str, _Whole] = field(default_factory=dict)
    control: Control | None = None

    def add(self, whole: Row, row: Row, told: RowVariant) -> None:
        """Count one row with something left out."""
        case = self.wholes.get(whole.case_hash)
        if case is None:
            case = self.wholes[whole.case_hash] = _Whole(conclusions(whole), told.of)
        case.tried += row.status == "ok"
        thing = self.things.setdefault(told.what, _Thing(LeftOut(what=told.what)))
        thing.left.failed += row.status == "failed"
        if row.status == "ok":
            found = moves(whole, row)
            thing.add(whole, row, told, found, case.held)
            case.falls += [(one.conclusion, told.what) for one in found if one.change == "lost"]

    def add_control(self, whole: Row, row: Row) -> None:
        """Count one row in which nothing was left out."""
        self.control = self.control or Control()
        if row.status == "ok":
            self.control.pairs += 1
            self.control.moved += any(one.part != "missing" for one in moves(whole, row))

    def block(self) -> Block:
        """What came of it."""
        left = [thing.done(specialty=self.kind == "without-specialty") for thing in self.things.values()]
        return Block(
            arm=self.arm,
            arm_hash=self.arm_hash,
            kind=self.kind,
            cases=len(self.wholes),
            variants=sum(one.variants for one in left),
            failed=sum(one.failed for one in left),
            cut=sum(case.tried < case.of for case in self.wholes.values()),
            control=self.control,
            left_out=sorted(left, key=lambda one: (-one.moved, -one.variants, one.what)),
            conclusions=[] if self.kind == "without-specialty" else _supports(self.wholes.values()),
        )


@dataclass(slots=True)
class _Whole:
    """One case as it was."""

    held: list[Conclusion]
    of: int
    tried: int = 0
    falls: list[tuple[Conclusion, str]] = field(default_factory=list)


_Seen = tuple[Conclusion, bool]
"""A conclusion that the whole plan holds (true), or that only the other holds."""


@dataclass(slots=True)
class _Thing:
    """One fact or specialty, over all cases."""

    left: LeftOut
    changes: dict[_Seen, Counter[Change]] = field(default_factory=dict)
    held: Counter[Conclusion] = field(default_factory=Counter)
    cases: dict[_Seen, list[str]] = field(default_factory=dict)
    saved: Saved = field(default_factory=Saved)
    spared: Decimal = Decimal()

    def add(self, whole: Row, row: Row, told: RowVariant, listed: Sequence[Move], held: Iterable[Conclusion]) -> None:
        left = self.left
        left.variants += 1
        left.moved += any(one.part != "missing" for one in listed)
        left.cited += told.cited > 0
        left.idle += told.cited > 0 and not listed
        left.asked_again += told.what in row.missing and told.what not in whole.missing
        self.held.update(held)
        for one in listed:
            if one.part != "missing":  # that it is asked for is counted above, and what it would settle with it
                seen = one.conclusion, one.change != "new"
                self.changes.setdefault(seen, Counter())[one.change] += 1
                self.cases.setdefault(seen, []).append(whole.case)
        self._save(whole, row, told)

    def _save(self, whole: Row, row: Row, told: RowVariant) -> None:
        saved = self.saved
        saved.calls += whole.usage.calls - row.usage.calls
        self.spared += Decimal(whole.usage.cost) - Decimal(row.usage.cost)
        saved.currency = whole.usage.currency or saved.currency
        if whole.scored and row.scored:
            before, after = (_missed(side, told.what) for side in (whole, row))
            more, fewer = after - before, before - after
            saved.scored += 1
            saved.forbidden_new += _forbidden(more)
            saved.forbidden_gone += _forbidden(fewer)
            saved.misses_more += more.total() - _forbidden(more)
            saved.misses_fewer += fewer.total() - _forbidden(fewer)

    def done(self, *, specialty: bool) -> LeftOut:
        effects = [
            Effect(
                part=one.part,
                concept=one.concept,
                of=self.held[one] if was else self.left.variants - self.held[one],
                changes=dict(sorted(changes.items())),
                cases=sorted(set(self.cases[one, was]))[:EXAMPLES],
            )
            for (one, was), changes in self.changes.items()
        ]
        if specialty:
            self.left.saved = self.saved.model_copy(update={"cost": f"{self.spared.normalize():f}"})
        return self.left.model_copy(update={"effects": sorted(effects, key=_gravest)})


def _missed(row: Row, left_out: str) -> Counter[tuple[str, str]]:
    """What is not as expected, without what stands there instead; that who is left out is not asked is no miss."""
    said = [(miss.kind, _REST.split(miss.what)[0]) for miss in row.misses]
    return Counter(one for one in said if one != ("asks", left_out))


def _forbidden(misses: Mapping[tuple[str, str], int]) -> int:
    return sum(count for (kind, _), count in misses.items() if kind == "forbidden")


def _gravest(effect: Effect) -> tuple[int, int, int, str, bool]:
    lost = effect.changes.get("lost", 0)
    return _PARTS.index(effect.part), -lost, -sum(effect.changes.values()), effect.concept, "new" in effect.changes


def _supports(wholes: Iterable[_Whole]) -> list[Support]:
    found: dict[Conclusion, Support] = {}
    for case in wholes:
        carriers: dict[Conclusion, set[str]] = {}
        for conclusion, what in case.falls:
            carriers.setdefault(conclusion, set()).add(what)
        for one in case.held:
            support = found.setdefault(
                one, Support(part=one.part, concept=one.concept, plans=0, judged=0, stands=0, one=0, several=0)
            )
            _count(support, carriers.get(one, set()), judged=case.tried >= case.of)
    for support in found.values():
        support.alone = dict(sorted(support.alone.items(), key=lambda one: (-one[1], one[0])))
    told = (one for one in found.values() if not _of_itself(one))
    return sorted(told, key=lambda one: (-one.one, -one.judged, CONCLUSIONS.index(one.part), one.concept))


def _of_itself(support: Support) -> bool:
    """Whether it is the alert of a critical value, which rests on that value by its nature."""
    return support.part == "alert" and set(support.alone) == {support.concept}


def _count(support: Support, carriers: set[str], *, judged: bool) -> None:
    support.plans += 1
    if not judged:
        return
    support.judged += 1
    support.stands += not carriers
    support.one += len(carriers) == 1
    support.several += len(carriers) > 1
    if len(carriers) == 1:
        (only,) = carriers
        support.alone[only] = support.alone.get(only, 0) + 1
