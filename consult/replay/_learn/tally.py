"""Counts of what doctors decided, by source, and the examples that are shown of them. Its size does not grow with n."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from statistics import median

from consult.replay._learn.reasons import CIRCUMSTANCE, Reason
from consult.replay._learn.sources import Source
from consult.replay._stats import share_interval


@dataclass(slots=True)
class Decided:
    """What became of the items of one source."""

    accepted: int = 0
    edited: int = 0
    rejected: int = 0
    reasons: Counter[Reason] = field(default_factory=Counter)
    """Of the rejections."""

    @property
    def n(self) -> int:
        """Items that were decided."""
        return self.accepted + self.edited + self.rejected

    @property
    def set_aside(self) -> int:
        """Rejections that say nothing against the item: done, known, not now, declined."""
        return sum(self.reasons[reason] for reason in CIRCUMSTANCE)

    @property
    def corrected(self) -> int:
        """Edited, or rejected for a reason that is none of circumstance."""
        return self.edited + self.rejected - self.set_aside

    @property
    def interval(self) -> tuple[float, float] | None:
        """95 % interval of the share that was corrected; None: nothing was decided."""
        return share_interval(self.corrected, self.n) if self.n else None

    def add(self, decision: str, reason: Reason | None) -> None:
        """Count a decision."""
        if decision == "accept":
            self.accepted += 1
        elif decision == "edit":
            self.edited += 1
        elif decision == "reject":
            self.rejected += 1
            self.reasons[reason or "unclear"] += 1


@dataclass(slots=True)
class BySource:
    """What became of the items of one source, as a whole, by version, and how far edits went."""

    decided: Decided = field(default_factory=Decided)
    versions: dict[str, Decided] = field(default_factory=dict)
    consultations: int = 0
    distances: Counter[int] = field(default_factory=Counter)
    """Edit distances in hundredths."""

    def add(self, version: str, decision: str, reason: Reason | None, distance: float | None) -> None:
        """Count the decision on one item."""
        for one in (self.decided, self.versions.setdefault(version, Decided())):
            one.add(decision, reason)
        if distance is not None:
            self.distances[round(100 * distance)] += 1

    @property
    def distance(self) -> float | None:
        """Median of the edit distances, 0 to 1; None: nothing was edited."""
        return median(self.distances.elements()) / 100 if self.distances else None


def worst_first(sources: dict[Source, BySource]) -> list[tuple[Source, BySource]]:
    """By the lower end of the interval of what was corrected, so that one of one does not stand at the top."""

    def place(entry: tuple[Source, BySource]) -> tuple[float, int, str, str]:
        source, found = entry
        interval = found.decided.interval
        return (-interval[0] if interval else 0.0, -found.decided.n, source.id, source.by)

    return sorted(sources.items(), key=place)
