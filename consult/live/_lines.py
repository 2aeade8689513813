"""A signed plan as the lines of a laboratory's answer: one for each item, in the words that the doctor signed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from consult.errors import ReviewError
from consult.plan import Alert, Conflict, Language, Plan, Position, Problem, Recommendation, Statement, phrase
from consult.plan._model import UNEXPLAINED
from consult.review import Consultation, Decision, review_state
from consult.review._jws import header_of

Kind = Literal["STATEMENT", "ALERT", "PROBLEM", "RECOMMENDATION", "CONFLICT", "MISSING", "SOURCES"]

_AUTHOR: dict[Language, str] = {
    "en": "Machine-made interpretation ({engine}), decided item by item and signed by {signers}. Items are options for "
    "the treating physician to consider; nothing here is an order.",
    "zh": "机器生成的解读（{engine}），已由{signers}逐项决定并签名。各项供经治医师参考，均非医嘱。",
}
_RULES: dict[Language, str] = {"en": "rules engine, no language model", "zh": "规则引擎，未使用语言模型"}
_LEFT_OUT: dict[Language, str] = {
    "en": "Items rejected by the doctor and left out: {count}.",
    "zh": "医师否决而未列出的条目：{count}项。",
}
_STALE: dict[Language, str] = {
    "en": "Results arrived that this interpretation has not seen.",
    "zh": "另有后到或更正的结果，本解读未予考虑。",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is said."""

    kind: Kind
    id: str
    """Of the item (`P1`), or of the kind."""
    text: str
    """Lines end in a line feed."""


@dataclass(frozen=True, slots=True)
class Signed:
    """Who signed, and when first."""

    names: tuple[str, ...]
    at: str
    """ISO 8601, UTC."""


def signed_by(consultation: Consultation, signatures: int) -> Signed:
    """The first `signatures` signers.

    Raises:
        ReviewError: it is not signed.
    """
    found = [header_of(one.model_dump()) for one in consultation.signatures[:signatures]]
    if consultation.status != "signed" or not found:
        raise ReviewError(f"consultation {consultation.id!r} is {consultation.status}: only a signed plan is sent")
    return Signed(tuple(str(one["signer"]) for one in found), str(found[0]["iat"]))


def plan_lines(consultation: Consultation, signed: Signed) -> list[Line]:
    """What is said, in the order of the plan; what the doctor rejected is left out, and counted.

    Raises:
        ReviewError: there is no plan.
    """
    plan = consultation.plan
    if plan is None:
        raise ReviewError(f"consultation {consultation.id!r} has no plan")
    return _Lines(plan, review_state(consultation)).written(signed, stale=consultation.stale)


class _Lines:
    def __init__(self, plan: Plan, decided: dict[str, Decision | None]) -> None:
        self.plan, self.decided = plan, decided
        self.language: Language = plan.language

    def written(self, signed: Signed, *, stale: bool) -> list[Line]:
        plan = self.plan
        lines = [
            self.author(signed, stale),
            *(Line("ALERT", one.id, self.alert(one)) for one in plan.alerts),
            *(Line("PROBLEM", one.id, self.problem(one)) for one in plan.problems if self.kept(one.id)),
            *(Line("RECOMMENDATION", one.id, self.advice(one)) for one in plan.recommendations if self.kept(one.id)),
            *(Line("CONFLICT", f"C{n}", self.conflict(one)) for n, one in enumerate(plan.conflicts, start=1)),
            *(Line("MISSING", f"M{n}", one.text) for n, one in enumerate(plan.missing, start=1)),
        ]
        sources = [f"{one.organisation}. {one.title}. {one.year}. {one.reference}" for one in plan.citations]
        if sources:
            lines.append(Line("SOURCES", "SOURCES", "\n".join(dict.fromkeys(sources))))
        return lines

    def author(self, signed: Signed, stale: bool) -> Line:
        engine = _RULES[self.language] if self.plan.engine == "rules" else self.plan.engine
        said = [_AUTHOR[self.language].format(engine=engine, signers=", ".join(signed.names)), *self.plan.warnings]
        rejected = sum(one is not None and one.decision == "reject" for one in self.decided.values())
        if rejected:
            said.append(_LEFT_OUT[self.language].format(count=rejected))
        if stale:
            said.append(_STALE[self.language])
        return Line("STATEMENT", "STATEMENT", "\n".join(said))

    def kept(self, item: str) -> bool:
        decision = self.decided.get(item)
        return decision is not None and decision.decision in {"accept", "edit"}

    def say(self, key: str) -> str:
        return phrase(key, self.language)

    def statement(self, one: Statement) -> str:
        return one.text if one.supported else f"{one.text} [{self.say('label.unsupported')}]"

    def body(self, item: str, statements: list[Statement]) -> list[str]:
        """The doctor's wording where there is one."""
        decision = self.decided.get(item)
        if decision is not None and decision.decision == "edit" and decision.text:
            return [decision.text]
        return [self.statement(one) for one in statements]

    def alert(self, one: Alert) -> str:
        return "\n".join([self.statement(one.statement), *one.cautions])

    def problem(self, one: Problem) -> str:
        grade = "" if one.concept == UNEXPLAINED else f" ({self.say(one.likelihood)})"
        care = [f"{self.say(f'care.{item.kind}')}: {self.statement(item.statement)}" for item in one.care]
        dissent = [f"{self.say('label.dissent')}: {self.position(view)}" for view in one.dissent]
        return "\n".join([f"{one.name}{grade}", *self.body(one.id, one.statements), *one.cautions, *care, *dissent])

    def advice(self, one: Recommendation) -> str:
        grade = f"{self.say(one.kind)}, {self.say(one.urgency)}"
        text = self.body(one.id, [one.statement, *one.further])
        return "\n".join([f"{one.name} ({grade})", *text, *one.cautions])

    def conflict(self, one: Conflict) -> str:
        outcome = f" ({self.say('label.no_consensus')})" if one.outcome == "no-consensus" else ""
        return "\n".join([f"{self.say('label.conflicts')}: {one.name}{outcome}", *map(self.position, one.positions)])

    def position(self, one: Position) -> str:
        who = self.plan.specialties.get(one.specialty, one.specialty)
        mark = "" if one.supported else f" [{self.say('label.unsupported')}]"
        return f"{who}, {self.say(one.stance)}: {one.reason}{mark}"
