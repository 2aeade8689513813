"""What a report says of one arm, counted row by row: only their durations grow with the cases."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from math import sqrt
from typing import NamedTuple

from consult.replay._row import Row
from consult.replay._scoring import DANGER, Tally
from consult.replay._summary import BY, ArmSummary

LISTED = 300
"""Failed rows, and dangers, that are listed of an arm; the number of the others is said."""
FEW = 5
"""Below so many cases, a disease group is part of the long tail."""
_Z = 1.959964
"""Of a 95 % interval."""


@dataclass(slots=True)
class Quality:
    """Counts of a set of cases of one arm."""

    cases: int = 0
    failed: int = 0
    scored: int = 0
    """Cases with a plan that say what they expect; those without are in `cases` only."""
    alerts_judged: int = 0
    """Of these, the cases that say which alerts are right."""
    wholly_met: int = 0
    tally: Tally = field(default_factory=Tally)

    def add(self, row: Row) -> None:
        """Count one row."""
        self.cases += 1
        self.failed += row.status == "failed"
        if row.scored and row.status == "ok":
            self.scored += 1
            self.alerts_judged += row.public is None
            self.wholly_met += not row.misses
            self.tally.add(row.tally)

    def merge(self, other: Quality) -> None:
        """Add another's counts to these."""
        self.cases += other.cases
        self.failed += other.failed
        self.scored += other.scored
        self.alerts_judged += other.alerts_judged
        self.wholly_met += other.wholly_met
        self.tally.add(other.tally)


class Listed(NamedTuple):
    """A line of a list: a case, what kind of thing happened, and what."""

    case: str
    kind: str
    what: str


@dataclass(slots=True)
class Figures:
    """One arm."""

    name: str
    hash: str
    sums: ArmSummary
    engines: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    quality: Quality = field(default_factory=Quality)
    by: dict[str, dict[str, Quality]] = field(default_factory=lambda: {by: {} for by in BY})
    """Specialty, group, language or trap to its values; `""`: nobody said."""
    seconds: list[float] = field(default_factory=list)
    """Wall time of every pair that has a plan."""
    repaired: int = 0
    replayed_calls: int = 0
    money: dict[str, Decimal] = field(default_factory=dict)
    """Currency to what was spent."""
    money_by_agent: dict[str, Decimal] = field(default_factory=dict)
    standing: dict[str, Counter[str]] = field(default_factory=dict)
    """Likelihood to how many conditions of it are `expected`, `contrary`, `unnamed`, where cases name conditions."""
    said: dict[str, Counter[str]] = field(default_factory=dict)
    """Specialty to how many items it says `alone` or `shared` with others, and in how many it `dissent`s."""
    seats: set[str] = field(default_factory=set)
    """Specialties that were asked in any case."""
    gaps: Counter[str] = field(default_factory=Counter)
    """Agents that did not answer."""
    failures: list[Listed] = field(default_factory=list)
    dangers: list[Listed] = field(default_factory=list)
    dangers_in_all: int = 0

    @classmethod
    def of(cls, name: str, hash: str) -> Figures:
        """An arm of which no row is counted yet."""
        return cls(name, hash, ArmSummary(hash))

    def add(self, row: Row) -> None:
        """Count one row."""
        self.sums.add(row)
        self.engines[row.engine] += row.status == "ok"
        self.languages[row.language] += 1
        self._add_quality(row)
        self._add_money(row)
        self._add_lists(row)
        if row.status == "ok":
            self.seconds.append(float(row.seconds))
            self.repaired += row.repaired
            self.gaps.update(row.gaps)
            self.seats.update(row.opinions)
            self._add_said(row)

    def _add_quality(self, row: Row) -> None:
        self.quality.add(row)
        for by, values in self.by.items():
            values.setdefault(getattr(row, by), Quality()).add(row)
        for problem in row.problems:
            if problem.expected is not None:
                self.standing.setdefault(problem.likelihood, Counter())[problem.expected] += 1

    def _add_money(self, row: Row) -> None:
        usage = row.usage
        self.replayed_calls += usage.replayed_calls
        spent = Decimal(usage.cost)
        if spent:
            self.money[usage.currency] = self.money.get(usage.currency, Decimal()) + spent
        for agent, cost in usage.by_agent.items():
            self.money_by_agent[agent] = self.money_by_agent.get(agent, Decimal()) + Decimal(cost)

    def _add_said(self, row: Row) -> None:
        for said_by in [*(one.said_by for one in row.problems), *(one.said_by for one in row.recommendations)]:
            kind = "alone" if len(said_by) == 1 else "shared"
            for who in said_by:
                self.said.setdefault(who, Counter())[kind] += 1
        for problem in row.problems:
            for who in problem.dissent_by:
                self.said.setdefault(who, Counter())["dissent"] += 1

    def _add_lists(self, row: Row) -> None:
        if row.status == "failed" and len(self.failures) < LISTED:
            self.failures.append(Listed(row.case, "failed", row.error))
        for miss in row.misses:
            if miss.kind in DANGER:
                self.dangers_in_all += 1
                if len(self.dangers) < LISTED:
                    self.dangers.append(Listed(row.case, miss.kind, miss.what))

    def tail(self, by: str, below: int = FEW) -> tuple[int, Quality]:
        """How many values have fewer cases than `below`, and their cases taken together."""
        rare, count = Quality(), 0
        for quality in self.by[by].values():
            if quality.cases < below:
                count += 1
                rare.merge(quality)
        return count, rare


def wilson(found: int, of: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson, J Am Stat Assoc 1927;22:209), between 0 and 1.

    Args:
        found: how many.
        of: of how many, above zero.
    """
    share, square = found / of, _Z * _Z
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = _Z * sqrt(share * (1 - share) / of + square / (4 * of * of)) / (1 + square / of)
    return max(0.0, middle - half), min(1.0, middle + half)
