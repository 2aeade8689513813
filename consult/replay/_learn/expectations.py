"""What a signed plan says that a plan for the same case should hold: `expected.toml`, proposed from decisions.

| decision | on a condition | on a recommendation |
|---|---|---|
| accept | `top5`, if among the first five; `concepts`, if unlikely or excluded | `recommends`, `avoids` |
| edit | the conditions that the wording names; what it denies is forbidden | the same item, and tests that it adds |
| reject, *wrong* | forbidden | forbidden |
| reject, *harmful* | nothing | forbidden |
| reject, any other reason | nothing | nothing |
| acknowledge (alerts) | `alerts`; `may_alert` where who acknowledged it calls it wrong | |

Nothing is said of what nobody decided: the order, what was missing, gates, questions. What one decision expects is not
forbidden by another. An alert stays expected where its condition is forbidden: the danger is told, and then doubted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from consult.clinic import Finding
from consult.panel import Library
from consult.plan import UNEXPLAINED, Plan, Problem, Recommendation
from consult.replay._expected import Expect, Expected, Forbid
from consult.replay._learn.added import concepts_named
from consult.replay._learn.reasons import AGAINST, reason_of
from consult.replay._scoring import AFFIRMED
from consult.review import Consultation, Decision, review_state

_DEPTH = 5
AVOID = "avoid"


@dataclass(slots=True)
class Proposal:
    """What is expected, and what was not taken over and why, by item."""

    expected: Expected
    notes: list[str] = field(default_factory=list)
    """Ids, concepts and codes only."""

    @property
    def empty(self) -> bool:
        """No decision says anything that can be expected or forbidden."""
        return self.expected.expect == Expect() and self.expected.forbid == Forbid()


def propose(consultation: Consultation, library: Library, *, source: str) -> Proposal:
    """The expectations that follow from the decisions on a plan.

    Args:
        consultation: signed.
        library: whose concepts may be named.
        source: where they come from, in one line.

    Raises:
        ValueError: it has no plan.
    """
    if consultation.plan is None:
        raise ValueError("a consultation without a plan proposes nothing")
    reading = _Reading(consultation, consultation.plan, library)
    reading.read()
    expect, forbid = reading.settled()
    expected = Expected(
        specialty=_leads(consultation.plan),
        language=consultation.plan.language,
        source=source,
        expect=expect,
        forbid=forbid,
    )
    return Proposal(expected, reading.notes)


class _Reading:
    """Goes through the decisions of one plan."""

    def __init__(self, consultation: Consultation, plan: Plan, library: Library) -> None:
        self._plan = plan
        self._library = library
        self._decided = review_state(consultation)
        self._findings = {finding.id: finding for finding in consultation.findings}
        self._expect, self._forbid = Expect(), Forbid()
        held = [one for one in plan.problems if one.likelihood in AFFIRMED and one.concept != UNEXPLAINED]
        kept = [one for one in held if self._decision(one.id) != "reject"]
        self._first = {one.id for one in kept[:_DEPTH]}
        self.notes: list[str] = []

    def read(self) -> None:
        """Take over what every decision says."""
        for alert in self._plan.alerts:
            self._alert(self._findings.get(alert.finding), self._decided.get(alert.id))
        for problem in self._plan.problems:
            self._problem(problem, self._decided.get(problem.id))
        for item in self._plan.recommendations:
            self._recommendation(item, self._decided.get(item.id))

    def settled(self) -> tuple[Expect, Forbid]:
        """What is expected and forbidden, each once and nothing in both."""
        expect, forbid = self._expect, self._forbid
        wanted = [str(one) for one in (*expect.top5, *expect.concepts)]
        for both in sorted({*expect.alerts} & {*forbid.concepts}):
            self.notes.append(f"{both}: as an alert it is expected, as a condition forbidden; see that both are meant")
        return (
            Expect(
                top5=list(dict.fromkeys(expect.top5)),
                alerts=list(dict.fromkeys(expect.alerts)),
                may_alert=[one for one in dict.fromkeys(expect.may_alert) if one not in expect.alerts],
                recommends=list(dict.fromkeys(expect.recommends)),
                avoids=list(dict.fromkeys(expect.avoids)),
                concepts=expect.concepts,
            ),
            Forbid(
                concepts=self._unless(forbid.concepts, wanted),
                recommends=self._unless(forbid.recommends, map(str, expect.recommends)),
                avoids=self._unless(forbid.avoids, map(str, expect.avoids)),
            ),
        )

    def _unless(self, forbidden: Iterable[str], wanted: Iterable[str]) -> list[str]:
        """Without what is wanted too, itself or in a narrower form: forbidding the broader would forbid that."""
        held = {broader for one in wanted for broader in self._library.concepts.broader(one)}
        for clash in sorted({one for one in forbidden if one in held}):
            self.notes.append(f"{clash}: one decision is against it, another expects it; it is not forbidden")
        return [one for one in dict.fromkeys(forbidden) if one not in held]

    def _alert(self, finding: Finding | None, decision: Decision | None) -> None:
        if finding is None or decision is None:
            return
        name = self._alert_name(finding)
        said = {reason_of(text) for text in (decision.text, decision.reason) if text}
        (self._expect.may_alert if "wrong" in said else self._expect.alerts).append(name)

    def _alert_name(self, finding: Finding) -> str:
        """A critical value by its analyte, a rule by what it concludes, else by its id."""
        if finding.rule is None:
            return finding.analyte or finding.source
        if finding.rule not in self._library.book:  # it was taken out since
            return finding.rule
        concludes = self._library.book[finding.rule].concludes
        return finding.rule if concludes is None else concludes.concept

    def _problem(self, problem: Problem, decision: Decision | None) -> None:
        if decision is None or problem.concept == UNEXPLAINED:
            return
        if not self._known(problem.id, problem.concept):
            return
        affirmed = problem.likelihood in AFFIRMED
        if decision.decision == "edit":
            self._edited_problem(problem, decision.text or "")
        elif decision.decision == "reject":
            self._rejected(problem.id, problem.concept, decision, self._forbid.concepts if affirmed else None)
        elif not affirmed:
            self._expect.concepts[problem.concept] = problem.likelihood
        else:
            self._holds(problem.id, problem.concept)

    def _edited_problem(self, problem: Problem, text: str) -> None:
        stated = self._library.concepts.stated(text)
        named = [id for id in sorted(concepts_named(text, self._library)) if self._is_held(id, problem, stated)]
        if stated.get(problem.concept) is False and problem.likelihood in AFFIRMED:
            self._forbid.concepts.append(problem.concept)
        for id in named:
            self._holds(problem.id, id)
        if not named:
            self.notes.append(f"{problem.id} {problem.concept}: edited; its wording names no condition that we know")

    def _is_held(self, id: str, problem: Problem, stated: Mapping[str, bool]) -> bool:
        """A condition that a wording states; of the item's own it is enough that it is spoken of and not denied."""
        own = id in self._library.concepts.broader(problem.concept) or id == problem.concept
        return self._library.concepts[id].kind == "condition" and (own or stated.get(id) is True)

    def _holds(self, item: str, concept: str) -> None:
        if item in self._first:
            self._expect.top5.append(concept)
        else:
            self.notes.append(f"{item} {concept}: accepted below the first five conditions, whose place is not scored")

    def _recommendation(self, item: Recommendation, decision: Decision | None) -> None:
        if decision is None or not self._known(item.id, item.concept):
            return
        against = item.kind == AVOID
        if decision.decision == "reject":
            lists = self._forbid
            self._rejected(item.id, item.concept, decision, lists.avoids if against else lists.recommends)
            return
        (self._expect.avoids if against else self._expect.recommends).append(item.concept)
        if decision.decision == "edit" and not against:
            self._expect.recommends += self._tests_in(decision.text or "", item.concept)

    def _tests_in(self, text: str, own: str) -> Iterator[str]:
        """Further tests that an edited recommendation names."""
        for id in sorted(concepts_named(text, self._library)):
            if id != own and self._library.concepts[id].kind == "test":
                yield id

    def _rejected(self, item: str, concept: str, decision: Decision, forbidden: list[str] | None) -> None:
        reason = reason_of(decision.reason)
        if forbidden is None or reason not in AGAINST or (reason == "harmful" and forbidden is self._forbid.concepts):
            self.notes.append(f"{item} {concept}: rejected, its reason reads as `{reason}`; nothing is forbidden")
        else:
            forbidden.append(concept)

    def _known(self, item: str, concept: str) -> bool:
        if concept in self._library.concepts:
            return True
        self.notes.append(f"{item}: about something that is not in our list of concepts")
        return False

    def _decision(self, item: str) -> str:
        made = self._decided.get(item)
        return "" if made is None else made.decision


def _leads(plan: Plan) -> str:
    """The specialty that first says the first condition of the plan."""
    return next((one.said_by[0] for one in plan.problems if one.said_by and one.concept != UNEXPLAINED), "")
