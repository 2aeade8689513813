"""What came after a consultation was drafted: changed results, and what they answer."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from consult.case import Model

ChangeKind = Literal["corrected", "withdrawn", "unit", "finalised", "new", "other-specimen", "earlier"]
"""corrected: another value; withdrawn: no result any longer; unit: value and unit are others; finalised: was not final;
new: a result that was not there; other-specimen: of a test that was known from another specimen only; earlier: a number
from before the newest of its test, which makes nothing stale."""


class ResultChange(Model):
    """One result that a newer input brought or changed. Holds values: kept in the home, never in an audit log."""

    kind: ChangeKind
    name: str
    analyte: str | None = None
    specimen: str | None = None
    effective: str | None = None
    """When it was taken; ISO 8601."""
    fact: str | None = None
    """The fact of the consultation that it is; null when it was not there."""
    before: str | None = None
    """Value and unit as reported before."""
    after: str | None = None
    """As reported now; null: withdrawn."""
    items: list[str] = Field(default_factory=list)
    """Items of the plan that rest on it."""


class LaterResults(Model):
    """Results that arrived after the consultation had been drafted, and what of it they touch."""

    consultation: str
    at: str
    """When they were noticed; ISO 8601, UTC."""
    facts: list[str]
    """Facts of the case whose value changed, or whose analyte has a newer result."""
    items: list[str]
    """Items of the plan that rest on those facts."""
    changed: int
    """Results that were corrected or withdrawn."""
    new: int
    """Results that the consultation has not seen."""
    changes: list[ResultChange] = Field(default_factory=list)
    """Each of them with its values, where this home still knows them; empty in what only the audit log tells."""


class Answer(Model):
    """The result that closed a follow-up item."""

    consultation: str | None = None
    """The later consultation that holds the result; null when none was made."""
    fact: str | None = None
    """Its id there."""
    name: str = ""
    value: str = ""
    """Value and unit as reported."""
    effective: str | None = None
    at: str = ""
    """When it was noticed; ISO 8601, UTC."""


class FollowUp(Model):
    """Something that a plan asked for, and the result that answers it, if it has come."""

    consultation: str
    item: str
    """`R5`, or the key of what was missing (`ferritin`, `history.smoking`)."""
    kind: Literal["recommendation", "missing"]
    name: str
    analyte: str | None = None
    """Of the result that closes it; null: no result of a known analyte does, and it stays open."""
    answer: Answer | None = None
