"""What code alone makes of a record: the plan that the rules give, at once and without the graph."""

from __future__ import annotations

from consult.panel._desk import Desk
from consult.panel._disputes import find_conflicts
from consult.panel._rules_reasoner import composed
from consult.panel._synthesis import synthesize
from consult.plan import Opinion, Plan, verify_plan


def opinions_by_code(desk: Desk) -> list[Opinion]:
    """Every specialist's opinion as the rules compose it, without further reading, in the order of the tasks."""
    return [composed(desk.brief(task)) for task in desk.tasks()]


def plan_by_code(desk: Desk) -> Plan:
    """The verified plan that the rules of all specialties give; a rule that fired stays fired in a dispute."""
    opinions = opinions_by_code(desk)
    plan = synthesize(opinions, find_conflicts(opinions, desk.concept_name), desk.material)
    return verify_plan(plan, desk.evidence).plan
