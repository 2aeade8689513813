"""What was decided on the revision before, for the reviewer's eyes: nothing of it counts until it is decided again."""

from __future__ import annotations

from consult.case import Model
from consult.plan import Plan
from consult.review._consultation import Consultation, Decision, DecisionKind
from consult.review._state import review_state


class Suggestion(Model):
    """What was decided on the same thing in the revision before. It decides nothing."""

    item: str
    """Of this consultation."""
    consultation: str
    """The revision before."""
    was: str
    """The item there."""
    decision: DecisionKind
    text: str | None = None
    reason: str | None = None
    by: str
    at: str
    holds: bool
    """No later result touches the item on which it was decided."""


def suggestions(consultation: Consultation, before: Consultation) -> list[Suggestion]:
    """What doctors decided in `before` on what is asked again in `consultation`; never for an alert.

    Items are the same by what they are about: the condition, or kind and concept of a recommendation.
    """
    touched = {item for later in before.later_results for item in later.items}
    decided = {about: (item, review_state(before)[item]) for about, item in _about(before.plan).items()}
    found = []
    for about, item in _about(consultation.plan).items():
        earlier, decision = decided.get(about, ("", None))
        if decision is not None:
            found.append(_suggestion(item, before.id, earlier, decision, holds=earlier not in touched))
    return found


def _about(plan: Plan | None) -> dict[tuple[str, str], str]:
    if plan is None:
        return {}
    problems = {("problem", one.concept): one.id for one in plan.problems}
    return problems | {(one.kind, one.concept): one.id for one in plan.recommendations}


def _suggestion(item: str, id: str, earlier: str, decision: Decision, *, holds: bool) -> Suggestion:
    return Suggestion(
        item=item,
        consultation=id,
        was=earlier,
        decision=decision.decision,
        text=decision.text,
        reason=decision.reason,
        by=decision.by,
        at=decision.at,
        holds=holds,
    )
