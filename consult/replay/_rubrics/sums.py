"""The scores by rubrics of one arm, added up."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from consult.replay._rubrics.criteria import AxisPoints, RowRubric

_COUNTS = ("judged", "not_judged", "distrusted", "criteria", "criteria_not_judged")


@dataclass(slots=True)
class RubricSums:
    """What a judge gave the plans of one arm."""

    judged: int = 0
    """Cases of which every criterion could be judged: the n of `mean`."""
    not_judged: int = 0
    """Cases with a rubric of which one could not."""
    distrusted: int = 0
    """Cases, judged or not, whose judge is not trusted."""
    criteria: int = 0
    """That could be judged, of all cases."""
    criteria_not_judged: int = 0
    total: Fraction = Fraction()
    """Sum of the scores of the judged cases."""
    axes: dict[str, AxisPoints] = field(default_factory=dict)

    @property
    def mean(self) -> float | None:
        """Mean score, clipped to 0 … 1 as HealthBench clips it; None where nothing was judged."""
        return None if not self.judged else float(min(max(self.total / self.judged, Fraction()), Fraction(1)))

    def add(self, rubric: RowRubric) -> None:
        """Count the score of one row."""
        exact = rubric.exact
        self.judged += exact is not None
        self.not_judged += exact is None
        self.distrusted += not rubric.trusted
        self.criteria += rubric.judged
        self.criteria_not_judged += rubric.not_judged
        self.total += exact or 0
        for name, axis in rubric.axes.items():
            sums = self.axes.setdefault(name, AxisPoints())
            for key in AxisPoints.model_fields:
                setattr(sums, key, getattr(sums, key) + getattr(axis, key))

    def as_json(self) -> dict[str, Any]:
        """JSON types, in a fixed order."""
        mean = None if self.mean is None else round(self.mean, 6)
        axes = {name: axis.model_dump() for name, axis in sorted(self.axes.items())}
        return {"mean": mean, **{name: getattr(self, name) for name in _COUNTS}, "axes": axes}
