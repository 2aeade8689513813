"""Rubrics: what a reader of a plan gives and takes points for, and the score that comes of it.

After HealthBench (Arora et al., 2025, arXiv:2505.08775): the points of the criteria that are met, taken away points
included, over all points that could be had. A case can score below 0; only a mean over cases is clipped to 0 … 1.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

from pydantic import Field, field_validator

from consult.case import Model

Axis = Literal["accuracy", "completeness", "communication", "context", "instruction-following", ""]
"""What a criterion speaks of: HealthBench's five axes; empty: nobody said."""
Verdict = Literal["met", "not-met"]
"""None stands beside it everywhere: it could not be judged."""


class Criterion(Model):
    """One `[[rubric]]` of an `expected.toml`."""

    criterion: str = Field(min_length=3, max_length=1000)
    """What the plan says or does, as a sentence that is true of a plan or not."""
    points: int = Field(ge=-100, le=100)
    """What it is worth where it is met; below 0 for what must not be said."""
    axis: Axis = ""
    tags: list[str] = Field(default_factory=list)

    @field_validator("criterion")
    @classmethod
    def _trimmed(cls, value: str) -> str:
        return " ".join(value.split())

    @field_validator("points")
    @classmethod
    def _counts(cls, value: int) -> int:
        if value == 0:
            raise ValueError("a criterion that is worth nothing is none")
        return value

    @property
    def hash(self) -> str:
        """SHA-256 of its words, hex, 24 digits: what its verdict depends on; points and axis can change."""
        return hashlib.sha256(self.criterion.encode()).hexdigest()[:24]


class JudgedCriterion(Model):
    """One criterion and what became of it; no word of the criterion or of the plan."""

    criterion: str
    """Its hash."""
    points: int
    axis: Axis = ""
    tags: list[str] = Field(default_factory=list)
    verdict: Verdict | None = None
    why: str = ""
    """Why it could not be judged: `judge` (it says so itself), `no-quotation`, `not-in-plan`, or the kind of failure of
    the call."""


class AxisPoints(Model):
    """Points of the criteria of one axis."""

    points: int = 0
    of: int = 0
    """Sum of the points above 0; of judged criteria only, as is `points`."""
    judged: int = 0
    not_judged: int = 0


class RowRubric(Model):
    """What a row is worth by the rubric of its case; figures alone."""

    score: float | None = None
    """Points over the points that could be had; null where any criterion could not be judged."""
    points: int = 0
    """Of the criteria that are met, as far as they could be judged."""
    of: int = 0
    """Points above 0 of all criteria."""
    judged: int = 0
    not_judged: int = 0
    axes: dict[str, AxisPoints] = Field(default_factory=dict)
    judge: str
    """Fingerprint of the judge."""
    trusted: bool
    """Whether the judge agreed with the known answers as far as the site asks for."""
    rubric: str
    """Hash of all criteria with their points: rows that were judged by others cannot be compared."""

    @property
    def exact(self) -> Fraction | None:
        """The score without rounding, so that sums do not depend on their order."""
        return None if self.score is None else Fraction(self.points, self.of)


def rubric_hash(criteria: Sequence[Criterion | JudgedCriterion]) -> str:
    """SHA-256 of criteria and points, whatever their order, hex, 24 digits."""
    told = sorted(f"{one.hash if isinstance(one, Criterion) else one.criterion} {one.points}" for one in criteria)
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:24]


def scored(criteria: Sequence[JudgedCriterion], *, judge: str, trusted: bool) -> RowRubric:
    """The score of a case.

    A score over what happened to be judged would be one of another rubric, and would rise where the judge fails: it is
    null as soon as one criterion could not be judged. The points beside it are of those that could.
    """
    of = sum(one.points for one in criteria if one.points > 0)
    points = sum(one.points for one in criteria if one.verdict == "met")
    not_judged = sum(one.verdict is None for one in criteria)
    axes: dict[str, AxisPoints] = {}
    for one in criteria:
        _add(axes.setdefault(one.axis or "none", AxisPoints()), one)
    return RowRubric(
        score=None if not_judged or not of else points / of,
        points=points,
        of=of,
        judged=len(criteria) - not_judged,
        not_judged=not_judged,
        axes=axes,
        judge=judge,
        trusted=trusted,
        rubric=rubric_hash(criteria),
    )


def _add(axis: AxisPoints, one: JudgedCriterion) -> None:
    if one.verdict is None:
        axis.not_judged += 1
        return
    axis.judged += 1
    axis.of += max(one.points, 0)
    axis.points += one.points if one.verdict == "met" else 0
