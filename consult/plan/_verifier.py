"""Lets nothing through that is not tied to a fact of the case or a passage of the literature.

Code, not a model. It repairs once what it can repair alone, marks the rest as unsupported, and never removes: a doctor
must see what was claimed without ground. It adds what nobody may leave out: alerts, allergies, superseded guidance.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from consult.clinic import Finding
from consult.plan._allergies import say_allergies
from consult.plan._doses import reads_like_a_dose
from consult.plan._evidence import Evidence, Grounds, holds
from consult.plan._model import Alert, Plan, Position, Problem, Recommendation, Statement, Verification
from consult.plan._numbers import Stated, in_words
from consult.plan._phrases import Language, phrase

__all__ = ["Evidence", "Verified", "alert_for", "needs_alert", "positions_of", "statements_of", "verify_plan"]

Claim = Statement | Position
"""A sentence with what it cites."""


@dataclass(slots=True)
class Verified:
    """The plan as checked, and what was done."""

    plan: Plan
    report: Verification = field(default_factory=Verification)


def verify_plan(plan: Plan, evidence: Evidence) -> Verified:
    """Check every statement of `plan`; returns a new plan, the given one stays as it was."""
    checker = _Checker(plan.model_copy(deep=True), evidence)
    checker.check_claims()
    checker.restore_alerts()
    checker.add_cautions()
    checker.warn()
    return Verified(plan=checker.plan, report=checker.report)


class _Checker:
    def __init__(self, plan: Plan, evidence: Evidence) -> None:
        self.plan = plan
        self.evidence = evidence
        self.report = Verification()
        self.grounds = Grounds(evidence)

    @property
    def language(self) -> Language:
        return self.plan.language

    def check_claims(self) -> None:
        for where, statement in statements_of(self.plan):
            self._check(where, statement)
        for where, position in positions_of(self.plan):
            self._check(where, position)

    def _check(self, where: str, claim: Claim) -> None:
        self.report.checked += 1
        problem = self._problem(claim)
        if problem is not None and self._repair(claim):
            problem = self._problem(claim)
            self.report.repaired += problem is None
        claim.supported = problem is None
        claim.problem = problem
        if problem is not None:
            self.report.unsupported.append(f"{where}: {problem}")

    def _problem(self, claim: Claim) -> str | None:
        withheld = phrase("withheld", self.language)
        if _text(claim) == withheld or reads_like_a_dose(_text(claim), self.grounds.results(claim.facts)):
            _withhold(claim, withheld)
            return phrase("problem.dose", self.language)
        for fact in claim.facts:
            if fact not in self.grounds:
                return phrase("problem.fact", self.language, id=fact)
            if fact in self.grounds.withdrawn:
                return phrase("problem.withdrawn", self.language, id=fact)
        for passage in claim.passages:
            if passage not in self.evidence.passages:
                return phrase("problem.passage", self.language, id=passage)
        if not claim.facts and not claim.passages:
            return phrase("problem.nothing", self.language)
        return self._foreign_number(claim)

    def _foreign_number(self, claim: Claim) -> str | None:
        for words in in_words(_text(claim)):
            if not self.grounds.says(words, claim.facts, claim.passages):
                return phrase("problem.number", self.language, number=words)
        for stated in self._foreign(claim):
            return phrase("problem.number", self.language, number=stated.value)
        return None

    def _foreign(self, claim: Claim) -> list[Stated]:
        """The numbers that nothing cited holds; all ids must exist."""
        stated = self.grounds.stated(_text(claim), claim.facts)
        if not stated:
            return []
        held = [self.grounds.fact(fact) for fact in claim.facts]
        held += [self.grounds.passage(passage) for passage in claim.passages]
        return [number for number in stated if not any(holds(one, number) for one in held)]

    def _repair(self, claim: Claim) -> bool:
        """Drop ids that do not exist; cite the one result that the sentence itself names before its number."""
        known = [fact for fact in claim.facts if fact in self.grounds]
        passages = [passage for passage in claim.passages if passage in self.evidence.passages]
        changed = known != claim.facts or passages != claim.passages
        claim.facts, claim.passages = known, passages
        for number in self._foreign(claim):
            named = self._named_before(_text(claim)[: number.start], number)
            if len(named) == 1 and named[0] not in claim.facts:
                claim.facts.append(named[0])
                changed = True
        return changed

    def _named_before(self, text: str, number: Stated) -> list[str]:
        """Results that hold a number and whose name is the last one before it."""
        analyte = self.evidence.called(text)[-1:]
        return [
            fact
            for fact, seen in self.grounds.observations.items()
            if fact not in self.grounds.withdrawn
            and ((seen.analyte,) == analyte or _ends_with_name(text, seen.name))
            and holds(self.grounds.fact(fact), number)
        ]

    def restore_alerts(self) -> None:
        """No synthesizer, model or vote can drop an alert."""
        shown = {alert.finding for alert in self.plan.alerts}
        for finding in self.evidence.findings.values():
            if needs_alert(finding) and finding.id not in shown:
                cites = self.evidence.cites(finding.rule) if finding.rule is not None else ()
                self.plan.alerts.append(alert_for(finding, f"A{len(self.plan.alerts) + 1}", cites))

    def add_cautions(self) -> None:
        self._doubts()
        say_allergies(self.plan, self.evidence)
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
        for number, statement in enumerate(recommendation.further, start=2):
            yield f"{recommendation.id}/{number}", statement


def positions_of(plan: Plan) -> Iterable[tuple[str, Position]]:
    """Every position of a plan with its place, e.g. `C1/hematology`, `P1/dissent/laboratory`."""
    for number, conflict in enumerate(plan.conflicts, start=1):
        for position in conflict.positions:
            yield f"C{number}/{position.specialty}", position
    for problem in plan.problems:
        for position in problem.dissent:
            yield f"{problem.id}/dissent/{position.specialty}", position


def needs_alert(finding: Finding) -> bool:
    """A critical value or a red rule: told before anything else."""
    return finding.kind == "critical" or finding.severity == "red"


def alert_for(finding: Finding, identifier: str, cites: Sequence[str]) -> Alert:
    """The alert of a finding, in the finding's own words, with the passages that its rule cites."""
    statement = Statement(
        text=finding.says, facts=list(finding.facts), passages=list(cites), author="engine", rule=finding.rule
    )
    return Alert(id=identifier, finding=finding.id, statement=statement, source=finding.source)


def _text(claim: Claim) -> str:
    return claim.text if isinstance(claim, Statement) else claim.reason


def _withhold(claim: Claim, text: str) -> None:
    if isinstance(claim, Statement):
        claim.text = text
    else:
        claim.reason = text


def _ends_with_name(text: str, name: str) -> bool:
    """Whether a text that is followed by a number ends with a result's reported name (`… Hb is `)."""
    return (
        bool(name)
        and re.search(rf"(?<![A-Za-z0-9]){re.escape(name)}(?:\s|[:=：为是]|is|of|was)*$", text, re.I) is not None
    )


def _add(texts: list[str], text: str) -> None:
    if text not in texts:
        texts.append(text)
