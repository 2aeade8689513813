"""Lets nothing through that is not tied to a fact of the case or a passage of the literature.

Code, not a model. It repairs once what it can repair alone, marks the rest as unsupported, and never removes: a doctor
must see what was claimed without ground. It adds what nobody may leave out: alerts, allergies, superseded guidance.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from consult.case import Case
from consult.clinic import Finding
from consult.plan._model import Alert, Plan, Problem, Recommendation, Statement, Verification
from consult.plan._numbers import DigitNames, numbers_in
from consult.plan._phrases import Language, phrase

_AMOUNT = (
    r"\d+(?:[.,]\d+)?\s*(?:mg|g|µg|ug|mcg|ml|iu|units?|tablets?|毫克|克|微克|毫升|单位|片|粒)(?![a-z])"
    r"(?:\s*/\s*(?:kg|m2|公斤))?(?!\s*/\s*[a-z])"
)
_ROUTE = r"(?:po|iv|im|sc|orally|口服|静滴|静脉滴注|静脉注射|肌注|皮下注射|静注)"
_OFTEN = (
    r"(?:once|twice|three times|four times|(?:every|each)\s*\d*\s*(?:h|hours?|d|days?|weeks?)|daily|weekly"
    r"|b\.?i\.?d|t\.?i\.?d|q\.?i\.?d|q\.?d\b|qod|q\s*\d+\s*h"
    r"|每日|每天|每晚|每周|一日|一天|每\s*\d+\s*小时|日\s*\d\s*次)"
)
_DOSE = re.compile(
    rf"{_AMOUNT}[\s,，;；]*(?:{_ROUTE}[\s,，]*)?{_OFTEN}"
    r"|(?:每日|每天|每晚|每\s*\d+\s*小时|daily|every\s*\d*\s*hours?)\D{0,20}?" + _AMOUNT,
    flags=re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the verifier may check against."""

    case: Case
    findings: Mapping[str, Finding]
    passages: Mapping[str, str]
    """Passage id to its text."""
    superseded: Callable[[str], tuple[str, ...]]
    """Passage id to the names of what replaced its guideline."""
    concept_of: Callable[[str], frozenset[str]]
    """Concepts that a text names, broader ones included."""
    families: Callable[[str], frozenset[str]]
    """A concept and the broader concepts it is part of."""
    limits: Callable[[str], tuple[Decimal, ...]]
    """Numbers of our own reference tables for an analyte."""
    cites: Callable[[str], tuple[str, ...]]
    """Rule id to the passages it cites, in the language of the plan."""
    names: DigitNames | None = None
    """Names of analytes and concepts, whose digits state nothing."""


@dataclass(slots=True)
class Verified:
    """The plan as checked, and what was done."""

    plan: Plan
    report: Verification = field(default_factory=Verification)


def verify_plan(plan: Plan, evidence: Evidence) -> Verified:
    """Check every statement of `plan`; returns a new plan, the given one stays as it was."""
    checker = _Checker(plan.model_copy(deep=True), evidence)
    checker.check_statements()
    checker.restore_alerts()
    checker.add_cautions()
    checker.warn()
    return Verified(plan=checker.plan, report=checker.report)


class _Checker:
    def __init__(self, plan: Plan, evidence: Evidence) -> None:
        self.plan = plan
        self.evidence = evidence
        self.report = Verification()
        self.facts = fact_numbers(evidence)

    @property
    def language(self) -> Language:
        return self.plan.language

    def check_statements(self) -> None:
        for where, statement in statements_of(self.plan):
            self.report.checked += 1
            problem = self._problem(statement)
            if problem is not None and self._repair(statement):
                problem = self._problem(statement)
                self.report.repaired += problem is None
            statement.supported = problem is None
            statement.problem = problem
            if problem is not None:
                self.report.unsupported.append(f"{where}: {problem}")

    def _problem(self, statement: Statement) -> str | None:
        if _DOSE.search(statement.text):
            statement.text = phrase("withheld", self.language)
            return phrase("problem.dose", self.language)
        for fact in statement.facts:
            if fact not in self.facts:
                return phrase("problem.fact", self.language, id=fact)
        for passage in statement.passages:
            if passage not in self.evidence.passages:
                return phrase("problem.passage", self.language, id=passage)
        if not statement.facts and not statement.passages:
            return phrase("problem.nothing", self.language)
        return self._foreign_number(statement)

    def _foreign_number(self, statement: Statement) -> str | None:
        stated = numbers_in(statement.text, names=self.evidence.names)
        if not stated:
            return None
        allowed = {number for fact in statement.facts for number in self.facts[fact]}
        allowed |= {number for passage in statement.passages for number in self._passage_numbers(passage)}
        if self.evidence.case.patient.age_years is not None:
            allowed.add(Decimal(self.evidence.case.patient.age_years))
        for number in stated:
            if number not in allowed:
                return phrase("problem.number", self.language, number=number)
        return None

    def _passage_numbers(self, passage: str) -> Iterable[Decimal]:
        return numbers_in(self.evidence.passages[passage])

    def _repair(self, statement: Statement) -> bool:
        """Drop ids that do not exist; cite the one fact that holds a number nothing cited holds."""
        known = [fact for fact in statement.facts if fact in self.facts]
        passages = [passage for passage in statement.passages if passage in self.evidence.passages]
        changed = known != statement.facts or passages != statement.passages
        statement.facts, statement.passages = known, passages
        cited = {number for fact in known for number in self.facts[fact]}
        cited |= {number for passage in passages for number in self._passage_numbers(passage)}
        for number in numbers_in(statement.text, names=self.evidence.names):
            holders = [fact for fact, held in self.facts.items() if number in held]
            if number not in cited and len(holders) == 1:
                statement.facts.append(holders[0])
                changed = True
        return changed

    def restore_alerts(self) -> None:
        """No synthesizer, model or vote can drop an alert."""
        shown = {alert.finding for alert in self.plan.alerts}
        for finding in self.evidence.findings.values():
            if needs_alert(finding) and finding.id not in shown:
                cites = self.evidence.cites(finding.rule) if finding.rule is not None else ()
                self.plan.alerts.append(alert_for(finding, f"A{len(self.plan.alerts) + 1}", cites))

    def add_cautions(self) -> None:
        self._doubts()
        self._allergies()
        self._superseded()

    def _doubts(self) -> None:
        for alert in self.plan.alerts:
            self._doubt([alert.finding], alert.cautions)
        for problem in self.plan.problems:
            self._doubt(problem.findings, problem.cautions)

    def _doubt(self, findings: Iterable[str], cautions: list[str]) -> None:
        known = self.evidence.findings
        for finding in findings:
            for gate in known[finding].doubted_by if finding in known else ():
                if gate in known:
                    _add(cautions, phrase("caution.doubt", self.language, reason=known[gate].says))

    def _allergies(self) -> None:
        allergies = [entry for entry in self.evidence.case.allergies if entry.status != "refuted"]
        if not allergies:
            return
        for recommendation in self.plan.recommendations:
            if recommendation.kind == "avoid":
                continue
            asked = self.evidence.families(recommendation.concept)
            asked |= self.evidence.concept_of(recommendation.statement.text)
            for allergy in allergies:
                if asked & self.evidence.concept_of(allergy.name):
                    _add(recommendation.cautions, phrase("caution.allergy", self.language, allergy=allergy.name))
                    if allergy.fact and allergy.fact not in recommendation.statement.facts:
                        recommendation.statement.facts.append(allergy.fact)

    def _superseded(self) -> None:
        for citation in self.plan.citations:
            if citation.superseded_by:
                old = f"{citation.organisation} {citation.year}"
                new = ", ".join(citation.superseded_by)
                key = "caution.partly_superseded" if citation.partly else "caution.superseded"
                _add(self.plan.warnings, phrase(key, self.language, old=old, new=new))

    def warn(self) -> None:
        items: list[Problem | Recommendation] = [*self.plan.problems, *self.plan.recommendations]
        if any(item.draft_knowledge for item in items):
            _add(self.plan.warnings, phrase("warning.draft", self.language))
        if self.report.unsupported:
            count = len(self.report.unsupported)
            _add(self.plan.warnings, phrase("warning.unsupported", self.language, count=count))


def statements_of(plan: Plan) -> Iterable[tuple[str, Statement]]:
    """Every statement of a plan with its place, e.g. `P1/2`."""
    for alert in plan.alerts:
        yield alert.id, alert.statement
    for problem in plan.problems:
        for number, statement in enumerate(problem.statements, start=1):
            yield f"{problem.id}/{number}", statement
    for recommendation in plan.recommendations:
        yield recommendation.id, recommendation.statement


def needs_alert(finding: Finding) -> bool:
    """A critical value or a red rule: told before anything else."""
    return finding.kind == "critical" or finding.severity == "red"


def alert_for(finding: Finding, identifier: str, cites: Sequence[str]) -> Alert:
    """The alert of a finding, in the finding's own words, with the passages that its rule cites."""
    statement = Statement(
        text=finding.says, facts=list(finding.facts), passages=list(cites), author="engine", rule=finding.rule
    )
    return Alert(id=identifier, finding=finding.id, statement=statement, source=finding.source)


def fact_numbers(evidence: Evidence) -> dict[str, frozenset[Decimal]]:
    """The numbers that each fact of the case holds: as reported, as converted, its range, our limits for it."""
    case = evidence.case
    held: dict[str, frozenset[Decimal]] = {}
    for seen in case.observations:
        texts = [seen.value, seen.reported.value, seen.reported.range, seen.effective, *seen.notes]
        if seen.range is not None:
            texts += [seen.range.low, seen.range.high]
        numbers = {number for text in texts if text for number in numbers_in(text)}
        held[seen.fact] = frozenset(numbers | set(evidence.limits(seen.analyte) if seen.analyte else ()))
    for report in case.reports:
        held[report.fact] = frozenset(numbers_in(f"{report.title} {report.text}"))
    for entries in (case.conditions, case.medications, case.allergies, case.procedures, case.immunizations):
        for entry in entries:
            held[entry.fact] = frozenset(numbers_in(f"{entry.name} {entry.note or ''}"))
    for entry in case.encounters:
        held[entry.fact] = frozenset(numbers_in(entry.name))
    return held


def _add(texts: list[str], text: str) -> None:
    if text not in texts:
        texts.append(text)
