"""The planner on the rules engine: who is asked what, so that every abnormal finding is in somebody's task."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from consult.analytes import Catalog
from consult.case import Case
from consult.clinic import Assessment, Finding
from consult.clinic.calculators import CALCULATORS
from consult.panel._cards import Card
from consult.plan import Language, Task, phrase

_POOR = 75
"""Below this score of the data somebody is asked, before anything else, which results can be used."""


def plan_tasks(
    case: Case, assessment: Assessment, *, cards: Sequence[Card], catalog: Catalog, language: Language
) -> list[Task]:
    """One task for every specialist who has something to answer, in the order of `cards`.

    A finding goes to every specialist whose card takes its analyte; a rule's finding to the specialist who owns the
    rule; what nobody takes, to the default specialist.
    """
    assigned = assign(assessment, cards=cards, catalog=catalog)
    asked = _worth_asking(assessment)
    tasks: list[Task] = []
    for card in cards:
        findings = assigned[card.id]
        if not findings and card.id not in asked and not card.default:
            continue
        facts = dict.fromkeys(fact for finding in findings for fact in finding.facts)
        tasks.append(
            Task(
                id=f"T{len(tasks) + 1}",
                specialty=card.id,
                question=_question(case, card, language, assessment if card.default else None),
                facts=list(facts),
                findings=[finding.id for finding in findings],
            )
        )
    return tasks


def task_for_all(case: Case, assessment: Assessment, card: Card, tasks: Sequence[Task], language: Language) -> Task:
    """The task of one who answers for all specialties."""
    return Task(
        id=f"T{len(tasks) + 1}",
        specialty=card.id,
        question=_question(case, card, language, assessment),
        facts=list(dict.fromkeys(fact for task in tasks for fact in task.facts)),
        findings=[finding.id for finding in assessment.findings],
    )


def assign(assessment: Assessment, *, cards: Sequence[Card], catalog: Catalog) -> dict[str, list[Finding]]:
    """Every finding to at least one specialist: card id to findings, in the assessment's order."""
    owner = {fired.finding: fired.rule.specialty for fired in assessment.fired}
    default = next(card.id for card in cards if card.default)
    takers = {
        finding.id: [card.id for card in cards if _takes(card, finding, owner.get(finding.id), catalog)] or [default]
        for finding in assessment.findings
        if finding.kind != "score"
    }
    asked = {card for taken in takers.values() for card in taken}
    assigned: dict[str, list[Finding]] = {card.id: [] for card in cards}
    for finding in assessment.findings:
        for taker in takers.get(finding.id) or [_scored(finding, asked, default)]:
            assigned[taker].append(finding)
    return assigned


def _scored(finding: Finding, asked: Collection[str], default: str) -> str:
    """A score alone raises no question: it goes to its specialist only where that one is asked for a reason."""
    specialty = CALCULATORS[finding.source].specialty
    return specialty if specialty in asked else default


def _takes(card: Card, finding: Finding, owner: str | None, catalog: Catalog) -> bool:
    if owner is not None:
        return card.id == owner
    if finding.analyte is None or finding.analyte not in catalog:
        return False
    return card.takes(finding.analyte, catalog[finding.analyte].group)


def _worth_asking(assessment: Assessment) -> set[str]:
    return {unknown.rule.specialty for unknown in assessment.unknown}


def _question(case: Case, card: Card, language: Language, assessment: Assessment | None) -> str:
    """The card's own question and the case's; before poor data, which of them can be used at all."""
    asks = card.asks.text(language) if card.asks is not None else ""
    poor = assessment is not None and assessment.data.score < _POOR
    first = phrase("data.poor", language, score=assessment.data.score) if assessment is not None and poor else ""
    return " ".join([first, asks, *case.questions]).strip()
