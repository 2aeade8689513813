"""How far a replay is, and how it ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from time import monotonic


@dataclass(slots=True)
class Progress:
    """How far a replay is."""

    total: int | None = None
    """Pairs to run, where that is known beforehand."""
    done: int = 0
    failed: int = 0
    skipped: int = 0
    """Pairs that had a row already."""
    calls: int = 0
    cost: Decimal = Decimal()
    started: float = field(default_factory=monotonic)
    waiting: str = ""
    """What it waits for, if not for answers."""

    @property
    def rate(self) -> float:
        """Pairs a second since the start."""
        return self.done / max(monotonic() - self.started, 1e-9)

    @property
    def eta(self) -> float | None:
        """Seconds until the end at this rate; None: unknown."""
        if self.total is None or not self.done:
            return None
        return max(self.total - self.done, 0) / self.rate


Tell = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended."""

    progress: Progress
    out_of_budget: bool = False
