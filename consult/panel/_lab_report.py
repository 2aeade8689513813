"""The interpretive laboratory report (检验解释性报告): what code found, drafted for a laboratory physician to sign."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal

from pydantic import Field

from consult.case import Model, Observation, Patient
from consult.clinic import Likelihood, Severity
from consult.panel._desk import Desk
from consult.panel._disputes import find_conflicts
from consult.panel._rules_reasoner import composed
from consult.panel._synthesis import synthesize
from consult.plan import (
    UNEXPLAINED,
    Citation,
    Conflict,
    Language,
    Missing,
    Plan,
    Problem,
    Recommendation,
    Statement,
    verify_plan,
)
from consult.review import Consultation, Decision, review_state

_SAID = frozenset({"test", "monitoring", "avoid"})
"""What a laboratory advises on; treatment and referral are the clinician's, and stand in the plan."""


class ReportedResult(Model):
    """One line of the table of results."""

    fact: str
    name: str
    """As the sender wrote it."""
    title: str = ""
    """The analyte's name in the language of the report; empty where it is none of ours."""
    value: str
    unit: str
    range: str
    flag: str | None = None
    effective: str | None = None
    comments: list[str] = Field(default_factory=list)
    """Why the number may be wrong; what the laboratory noted."""


class Wording(Model):
    """What a doctor wrote in the review instead of the draft's sentence."""

    text: str
    """In the doctor's own language, whatever that of the report."""
    by: str


class Interpretation(Model):
    """A condition that the results point to or against."""

    concept: str
    name: str
    likelihood: Likelihood
    severity: Severity
    statements: list[Statement]
    cautions: list[str] = Field(default_factory=list)
    edited: Wording | None = None


class Suggestion(Model):
    """A further test, or one that need not be done."""

    kind: Literal["test", "monitoring", "avoid"]
    concept: str
    name: str
    urgency: str
    statement: Statement
    cautions: list[str] = Field(default_factory=list)
    edited: Wording | None = None


class LabReport(Model):
    """The draft. It is code's, but for the review: what a doctor rejected is left out, what was edited says so."""

    consultation: str
    language: Language
    status: Literal["draft"] = "draft"
    patient: Patient
    questions: list[str] = Field(default_factory=list)
    as_of: str | None = None
    """The newest time of a result, as it was sent."""
    results: list[ReportedResult] = Field(default_factory=list)
    quality: list[Statement] = Field(default_factory=list)
    """What is to be known of the samples and the data before anything is read from them."""
    critical: list[Statement] = Field(default_factory=list)
    interpretation: list[Interpretation] = Field(default_factory=list)
    unexplained: list[Statement] = Field(default_factory=list)
    """Abnormal results that no rule explains."""
    scores: list[Statement] = Field(default_factory=list)
    """Everything that was calculated."""
    suggestions: list[Suggestion] = Field(default_factory=list)
    conflicts: list[Conflict] = Field(default_factory=list)
    """Where the rules of two specialties differ; both are shown."""
    missing: list[Missing] = Field(default_factory=list)
    citations: list[Citation] = Field(default_factory=list)
    content: str
    """Hash of the rules and passages that it was drafted with."""
    changed: bool = False
    """They are no longer those of the consultation, so that the two may differ."""


def lab_report(desk: Desk, consultation: Consultation) -> LabReport:
    """The report on one consultation, in the language of `desk`."""
    plan = _plan(desk)
    decided = _decided(consultation)
    problems = [one for one in plan.problems if not _rejected(decided.get(("problem", one.concept)))]
    advice = [one for one in plan.recommendations if not _rejected(decided.get((one.kind, one.concept)))]
    return LabReport(
        consultation=consultation.id,
        language=desk.language,
        patient=desk.case.patient,
        questions=desk.case.questions,
        as_of=desk.assessment.as_of,
        results=[_line(seen, desk) for seen in desk.case.observations],
        quality=[_of_code(one.says, one.facts) for one in desk.assessment.findings if one.kind == "quality"],
        critical=[alert.statement for alert in plan.alerts],
        interpretation=[
            _interpretation(one, decided.get(("problem", one.concept)))
            for one in problems
            if one.concept != UNEXPLAINED
        ],
        unexplained=[one for problem in problems if problem.concept == UNEXPLAINED for one in problem.statements],
        scores=_scores(desk),
        suggestions=[_suggestion(one, decided.get((one.kind, one.concept))) for one in advice if one.kind in _SAID],
        conflicts=plan.conflicts,
        missing=plan.missing,
        citations=_cited(plan, [*problems], advice),
        content=desk.library.content_hash,
        changed=desk.library.content_hash != consultation.provenance.content_hash,
    )


def _plan(desk: Desk) -> Plan:
    """The rules engine's plan: the same whoever reasoned in the consultation."""
    opinions = [composed(desk.brief(task)) for task in desk.tasks()]
    plan = synthesize(opinions, find_conflicts(opinions, desk.concept_name), desk.material)
    return verify_plan(plan, desk.evidence).plan


def _decided(consultation: Consultation) -> dict[tuple[str, str], Decision]:
    """What a doctor decided, by kind and concept: a report made today may number its items otherwise."""
    if consultation.plan is None:
        return {}
    named = {problem.id: ("problem", problem.concept) for problem in consultation.plan.problems}
    named |= {item.id: (item.kind, item.concept) for item in consultation.plan.recommendations}
    return {named[id]: one for id, one in review_state(consultation).items() if one is not None and id in named}


def _rejected(decision: Decision | None) -> bool:
    return decision is not None and decision.decision == "reject"


def _edited(decision: Decision | None) -> Wording | None:
    if decision is None or decision.decision != "edit" or decision.text is None:
        return None
    return Wording(text=decision.text, by=decision.by)


def _line(seen: Observation, desk: Desk) -> ReportedResult:
    findings = {finding.rule: finding.says for finding in desk.assessment.findings if finding.rule}
    doubts = [findings[rule] for rule in desk.assessment.doubted.get(seen.fact, ()) if rule in findings]
    return ReportedResult(
        fact=seen.fact,
        name=seen.name,
        title=_title(seen, desk),
        value=seen.shown,
        unit=seen.reported.unit_shown,
        range=seen.reported.range_shown,
        flag=seen.flag,
        effective=seen.effective,
        comments=[*doubts, *seen.notes],
    )


def _title(seen: Observation, desk: Desk) -> str:
    if seen.analyte is None:
        return ""
    analyte = desk.catalog[seen.analyte]
    return analyte.name_en if desk.language == "en" else analyte.name_zh


def _of_code(text: str, facts: Sequence[str], passages: Sequence[str] = ()) -> Statement:
    return Statement(text=text, facts=list(facts), passages=list(passages), author="laboratory")


def _scores(desk: Desk) -> list[Statement]:
    found = (one for one in desk.assessment.findings if one.kind == "score")
    return [_of_code(one.says, one.facts, desk.cites(one.source)) for one in found]


def _interpretation(problem: Problem, decision: Decision | None) -> Interpretation:
    return Interpretation(
        concept=problem.concept,
        name=problem.name,
        likelihood=problem.likelihood,
        severity=problem.severity,
        statements=[statement for statement in problem.statements if statement.facts],
        cautions=problem.cautions,
        edited=_edited(decision),
    )


def _suggestion(item: Recommendation, decision: Decision | None) -> Suggestion:
    edited = _edited(decision)
    return Suggestion.model_validate({**item.model_dump(include=set(Suggestion.model_fields)), "edited": edited})


def _cited(plan: Plan, problems: Sequence[Problem], advice: Collection[Recommendation]) -> list[Citation]:
    statements = [alert.statement for alert in plan.alerts]
    statements += [one for problem in problems for one in problem.statements if one.facts]
    statements += [item.statement for item in advice if item.kind in _SAID]
    used = {passage for one in statements for passage in one.passages}
    return [citation for citation in plan.citations if citation.passage in used]
