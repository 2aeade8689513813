"""Which items a plan asks a doctor to decide, and how far the deciding has come."""

from __future__ import annotations

from collections.abc import Iterable

from consult.clinic import Finding
from consult.plan import Plan, needs_alert
from consult.review._consultation import Consultation, Decision


def items(plan: Plan | None) -> list[str]:
    """Ids of everything to decide, in the order of the plan: alerts, problems, recommendations."""
    if plan is None:
        return []
    return [*(a.id for a in plan.alerts), *(p.id for p in plan.problems), *(r.id for r in plan.recommendations)]


def alert_ids(plan: Plan | None) -> frozenset[str]:
    """Ids of the alerts, which are acknowledged rather than accepted."""
    return frozenset() if plan is None else frozenset(alert.id for alert in plan.alerts)


def review_state(consultation: Consultation) -> dict[str, Decision | None]:
    """The decision that counts for each item of the plan, in plan order; None where nobody has decided."""
    state: dict[str, Decision | None] = dict.fromkeys(items(consultation.plan))
    for decision in consultation.decisions:
        if decision.item in state:
            state[decision.item] = decision
    return state


def pending_items(consultation: Consultation) -> list[str]:
    """Ids of the items that nobody has decided yet, in plan order."""
    return [item for item, decision in review_state(consultation).items() if decision is None]


def problem_of(decision: Decision, plan: Plan | None) -> str | None:
    """Why this decision cannot stand, as one clause naming item and decision; None when it can."""
    name = f"{decision.decision} for item {decision.item!r}"
    if decision.item not in items(plan):
        return f"the plan has no item {decision.item!r}"
    if (decision.item in alert_ids(plan)) != (decision.decision == "acknowledge"):
        other = "an alert is only acknowledged" if decision.decision != "acknowledge" else "it is not an alert"
        return f"{name} is not possible: {other}"
    if decision.decision == "edit" and _blank(decision.text):
        return f"{name} needs the new text"
    if decision.decision == "reject" and _blank(decision.reason):
        return f"{name} needs a reason"
    if decision.decision == "acknowledge" and _blank(decision.text) and _blank(decision.reason):
        return f"{name} needs a text: who was told, by whom and when"
    return None


def _blank(text: str | None) -> bool:
    return text is None or not text.strip()


def plan_problem(plan: Plan, findings: Iterable[Finding]) -> str | None:
    """Why this plan must not reach a reviewer: a repeated item id, or a danger without its alert; None when it may."""
    ids = items(plan)
    twice = sorted({item for item in ids if ids.count(item) > 1})
    if twice:
        return f"item {twice[0]!r} is in the plan twice"
    alerted = {alert.finding for alert in plan.alerts}
    for finding in findings:
        if needs_alert(finding) and finding.id not in alerted:
            return f"finding {finding.id!r} has no alert in the plan"
    return None
