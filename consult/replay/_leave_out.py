"""What is left out of each case: its facts one at a time, or the specialties that took part one at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from consult.case import Case
from consult.errors import UsageError
from consult.panel import Library
from consult.replay._arms import Arm, over
from consult.replay._cases import Item, case_hash
from consult.replay._removal import normal, without
from consult.replay._results import Results
from consult.replay._row import Row, RowVariant
from consult.replay._targets import Target, chosen, cited_by, targets_of
from consult.settings import Settings

Told = dict[str, RowVariant]
"""Arm that runs an item, to what it is a variant of."""


class LeaveOut(Protocol):
    """One way of leaving something out."""

    def plan(self, item: Item, whole: Row) -> tuple[int, int]:
        """How many variants of a case one arm runs, and how many there could be."""

    def items(self, item: Item, wholes: Sequence[Row]) -> Iterator[tuple[Item, Told]]:
        """The variants of a case, once `plan` has been asked of each of its rows."""


@dataclass(slots=True)
class Facts:
    """The facts on which a plan rests, all values of a test together."""

    results: Results
    library: Library
    limit: int
    normal: bool = False
    """Put them into the middle of their reference range instead of leaving them out."""
    _planned: dict[str, dict[str, Told]] = field(default_factory=dict, init=False)
    """Case to code to arms."""

    def plan(self, item: Item, whole: Row) -> tuple[int, int]:
        """The facts that the plan of this arm cites, the most cited first; what changes nothing in the case is none."""
        case = item.opened
        if case is None:
            return 0, 0
        cited = cited_by(self.results.document(whole))
        wanted = chosen(targets_of(case, self.library.concepts), cited, self.library)
        possible = self._distinct(item, case, wanted)
        for target in possible[: self.limit]:
            told = RowVariant(
                kind="normal" if self.normal else "without",
                what=target.code,
                case=item.hash,
                arm=whole.arm,
                arm_hash=whole.arm_hash,
                cited=sum(cited.get(fact, 0) for fact in target.facts),
                of=len(possible),
            )
            self._planned.setdefault(item.hash, {}).setdefault(target.code, {})[whole.arm] = told
        return min(len(possible), self.limit), len(possible)

    def items(self, item: Item, wholes: Sequence[Row]) -> Iterator[tuple[Item, Told]]:
        """A case for each fact, for the arms whose plans rest on it."""
        del wholes
        planned = self._planned.get(item.hash)
        whole = item.opened
        if whole is None or not planned:
            return
        targets = {target.code: target for target in targets_of(whole, self.library.concepts)}
        for code, told in planned.items():
            case = self._changed(whole, targets[code])
            if case is not None:
                said = f"{item.id} {'normal' if self.normal else 'without'} {code}"
                yield Item(said, case_hash(case), case, expected=item.expected), told

    def _changed(self, case: Case, target: Target) -> Case | None:
        change = normal if self.normal else without
        return change(case, target, self.library.concepts)

    def _distinct(self, item: Item, case: Case, targets: Sequence[Target]) -> list[Target]:
        seen, kept = {item.hash}, []
        for target in targets:
            changed = self._changed(case, target)
            hash = None if changed is None else case_hash(changed)
            if hash is not None and hash not in seen:
                seen.add(hash)
                kept.append(target)
        return kept


@dataclass(slots=True)
class Specialties:
    """The specialists that answered, with their rules and their questions: each arm without each of them."""

    arms: list[Arm]
    """The arms without one, beside those of the replay."""
    _named: dict[tuple[str, str], str]
    """Whole arm and specialty to the arm without it."""

    @classmethod
    def of(cls, arms: Sequence[Arm]) -> Specialties:
        """Of each arm that has several specialists.

        Raises:
            UsageError: no arm has.
        """
        found: list[Arm] = []
        named: dict[tuple[str, str], str] = {}
        for arm in arms:
            for specialty in _specialists(arm):
                found.append(_arm_without(arm, specialty))
                named[arm.name, specialty] = found[-1].name
        if not found:
            raise UsageError("no arm has several specialties, so none can be left out")
        return cls(found, named)

    def plan(self, item: Item, whole: Row) -> tuple[int, int]:
        """The specialties that took part: without another nothing would be otherwise."""
        del item
        count = len(self._took_part(whole))
        return count, count

    def items(self, item: Item, wholes: Sequence[Row]) -> Iterator[tuple[Item, Told]]:
        """The case itself, for each arm without one."""
        told: Told = {}
        for whole in wholes:
            part = self._took_part(whole)
            for specialty, arm in part.items():
                told[arm] = RowVariant(
                    kind="without-specialty",
                    what=specialty,
                    case=whole.case_hash,
                    arm=whole.arm,
                    arm_hash=whole.arm_hash,
                    of=len(part),
                )
        if told:
            yield item, told

    def _took_part(self, whole: Row) -> dict[str, str]:
        named = {specialty: self._named.get((whole.arm, specialty)) for specialty in whole.opinions}
        return {specialty: arm for specialty, arm in named.items() if arm is not None}


def _specialists(arm: Arm) -> list[str]:
    if arm.settings.panel.arm == "single":
        return []
    found = [card.id for card in Library.load(arm.settings).specialists]
    return found if len(found) > 1 else []


def _arm_without(arm: Arm, specialty: str) -> Arm:
    changes = {"agents": {specialty: {"enabled": False}}}
    settings = Settings.model_validate(over(arm.settings.model_dump(exclude_unset=True), changes))
    return replace(arm, name=f"{arm.name} without {specialty}", settings=settings)
