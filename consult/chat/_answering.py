"""Which answer a question gets from the rules engine, and who of the panel is best placed to give it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from consult.chat._checking import checked
from consult.chat._model import Kind, Move, Proposal, Sentence, Supposed
from consult.chat._moving import Side, moves, told
from consult.chat._reading import Question
from consult.chat._reasons import against, differs, items_of, specialist, summary, why
from consult.chat._results import abnormal, trend, trust, value
from consult.chat._steps import alerts, guideline, missing, next_steps
from consult.chat._supposing import suppose
from consult.chat._table import Table
from consult.chat._telling import is_known, read_told, stands_late
from consult.plan import UNEXPLAINED, Problem

OPEN: frozenset[Kind] = frozenset(
    {"why", "against", "guideline", "specialist", "next", "trust", "summary", "unanswered"}
)
"""What a model has more to say of than rules have; all else is computed, and a model adds nothing to it."""
_LONGEST_TEXT = 400
"""Characters of a told text that is shown again."""


@dataclass(slots=True)
class Reply:
    """What the rules engine answers."""

    kind: Kind
    sentences: list[Sentence] = field(default_factory=list)
    """Checked."""
    supposed: list[Supposed] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    proposal: Proposal | None = None


_Answer = Callable[[Question, Table], Iterator[Sentence]]
_ANSWERS: dict[Kind, _Answer] = {
    "value": value,
    "trend": trend,
    "abnormal": abnormal,
    "alerts": alerts,
    "trust": trust,
    "why": why,
    "against": against,
    "missing": missing,
    "next": next_steps,
    "summary": summary,
    "specialist": specialist,
    "differs": differs,
}


def reply(question: Question, table: Table, *, now: datetime) -> Reply:
    """The rules engine's answer, every sentence checked; it says so where it has none."""
    if question.kind == "refusal":
        return Reply("refusal", [_of_the_chat(table, "refusal")])
    if table.stored.plan is None:
        return Reply("unanswered", [_of_the_chat(table, "no-plan")])
    if question.kind == "what-if":
        return _supposed(question, table)
    if question.kind == "fact":
        return _told(question, table, now)
    return _answered(question, table)


def seat_of(question: Question, table: Table) -> str:
    """The specialist best placed: who is asked by name, who said it, whose test it is, else who takes everything."""
    seats = {card.id for card in table.cards}
    if question.specialty is not None:
        return question.specialty
    for item in items_of(question, table):
        said = getattr(item, "said_by", [])
        if said and said[0] in seats:
            return str(said[0])
    for concept in question.concepts:
        wide = table.library.concepts.broader(concept)
        rules = [rule for rule in table.library.book if rule.concludes and rule.concludes.concept in wide]
        if rules and rules[0].specialty in seats:
            return rules[0].specialty
    for key in question.analytes:
        seat = table.seat_of(key)
        if seat is not None:
            return seat
    return table.default_seat


def concept_of(question: Question, table: Table) -> str:
    """The condition that a question is about, for the verifier."""
    named = next((one for one in items_of(question, table) if isinstance(one, Problem)), None)
    return named.concept if named is not None else next(iter(question.concepts), UNEXPLAINED)


def _answered(question: Question, table: Table) -> Reply:
    said: list[Sentence] = []
    if question.strange and question.kind != "guideline":
        listed = ("、" if table.language == "zh" else ", ").join(question.strange)
        return Reply("unanswered", [table.record("strange", names=listed), _of_the_chat(table, "unanswered")])
    if question.kind == "guideline":
        said = list(guideline(question, table, seat_of(question, table)))
    elif question.kind in _ANSWERS:
        said = list(_ANSWERS[question.kind](question, table))
        said = _once(checked(said, table.desk, concept=concept_of(question, table)))
    if not said:
        return Reply("unanswered", [_of_the_chat(table, "unanswered")])
    return Reply(question.kind, said)


def _once(said: list[Sentence]) -> list[Sentence]:
    return list({one.text: one for one in reversed(said)}.values())[::-1]


def _supposed(question: Question, table: Table) -> Reply:
    """The assessment of a copy of the case beside that of the record: what moves. The record stays as it is."""
    found = suppose(question.text, table)
    if not found.supposed:
        return Reply("unanswered", found.refused or [_of_the_chat(table, "not-supposed")])
    desk = table.panel.desk(table.stored, language=table.language, case=found.case)
    before = Side(table.by_code, table.assessment.findings, table.desk.cites)
    after = Side(table.panel.plan_by_code(desk), desk.assessment.findings, desk.cites)
    moved = moves(before, after, table.language)
    text = ("；" if table.language == "zh" else "; ").join(one.text for one in found.supposed)
    facts = [fact for one in found.supposed for fact in one.facts]
    first = table.record("supposed", text=text).model_copy(update={"facts": facts})
    said = [first, *found.refused]
    for sentence, is_after in told(before, after, moved, table.language):
        said += [_in_the_record(one, table) for one in checked([sentence], desk if is_after else table.desk)]
    if not moved:
        said.append(table.record("nothing-moves"))
    return Reply("what-if", said, supposed=found.supposed, moves=moved)


def _in_the_record(one: Sentence, table: Table) -> Sentence:
    """Without the fact that was supposed: nobody can look it up."""
    return one.model_copy(update={"facts": [fact for fact in one.facts if fact in table.facts]})


def _told(question: Question, table: Table, now: datetime) -> Reply:
    proposal = read_told(question.text, table, now=now)
    if proposal is None:
        return Reply("unanswered", [_of_the_chat(table, "proposal.unreadable"), _of_the_chat(table, "unanswered")])
    if is_known(proposal, table):
        listed = ("；" if table.language == "zh" else "; ").join(one.text for one in proposal.facts)
        known = [seen[0].fact for one in proposal.facts if one.analyte and (seen := table.of_analyte(one.analyte))]
        return Reply("fact", [table.record("proposal.known", known, told=listed[:_LONGEST_TEXT])])
    newest = stands_late(proposal, table, now)
    said = [table.record("proposal.late", newest=newest)] if newest is not None else []
    if any(one.flag in {"LL", "HH"} for one in proposal.case.observations):
        said.insert(0, table.record("proposal.critical"))
    return Reply("fact", said, proposal=proposal)


def _of_the_chat(table: Table, key: str) -> Sentence:
    return Sentence(text=table.says(key), about="record")
