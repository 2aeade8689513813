"""Answers that give reasons: why something is held, what speaks against it, what a specialist says of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from consult.chat._leaving_out import left_out
from consult.chat._model import Sentence
from consult.chat._reading import Question
from consult.chat._results import doubts
from consult.chat._results import value as values
from consult.chat._table import ENGINE, Table
from consult.clinic import Finding, Unknown
from consult.plan import UNEXPLAINED, Alert, Position, Problem, Recommendation, phrase

_MOST = 2
"""Problems that are explained where none is named."""
_WEIGHED = 6
"""Results whose weight is tried by leaving each out."""
_ADVICE = 5


def why(question: Question, table: Table) -> Iterator[Sentence]:
    """What an item, a condition or a result rests on."""
    named = list(items_of(question, table))
    for item in named:
        yield from _because(item, table)
    for concept in _open_concepts(question, table, named):
        yield from _not_held(concept, table)
    if not question.concepts:
        for key in question.analytes:
            yield from _of_result(key, table)
    for finding in _asked_findings(question, table):
        yield table.found(finding)
    if not question.subjects:
        for problem in [one for one in table.plan.problems if one.concept != UNEXPLAINED][:_MOST]:
            yield from _because(problem, table)


def against(question: Question, table: Table) -> Iterator[Sentence]:
    """What speaks against a condition or a measure here: dissent, doubts, what is missing, what it rests on."""
    named: Sequence[Alert | Problem | Recommendation] = list(items_of(question, table))
    if not question.subjects:
        named = [one for one in table.plan.problems if one.concept != UNEXPLAINED][:1]
    for item in named:
        said = list(_against(item, table))
        yield _held(item, table)
        yield from said
        if not said:
            yield table.record("nothing-against", name=_name(item))
    for concept in _open_concepts(question, table, named):
        cautions = [table.sentence(one) for one in table.desk.cautions(concept, "")]
        yield from cautions
        if not cautions:
            yield from _not_held(concept, table)
    if not question.concepts and not named:
        yield from doubts([one.fact for key in question.analytes for one in table.of_analyte(key)], table)


def differs(question: Question, table: Table) -> Iterator[Sentence]:
    """Where specialists differ, each position."""
    wanted = set(question.concepts)
    conflicts = [one for one in table.plan.conflicts if not wanted or one.concept in wanted]
    for conflict in conflicts:
        for position in conflict.positions:
            yield _position(position, table)
    if not conflicts:
        yield table.record("no-difference")


def specialist(question: Question, table: Table) -> Iterator[Sentence]:
    """One specialist's opinion: what it holds, and its first steps."""
    specialty = question.specialty or table.default_seat
    held = [one for one in table.plan.problems if specialty in one.said_by]
    for problem in held:
        own = [one for one in problem.statements if one.author == specialty][:_MOST]
        if own and problem.concept != UNEXPLAINED:
            yield _held(problem, table)
        yield from (table.sentence(one) for one in own)
    advised = [one for one in table.plan.recommendations if specialty in one.said_by][:_ADVICE]
    yield from (table.sentence(one.statement) for one in advised)
    if not held and not advised:
        yield table.record("nothing-said", specialty=table.specialty_name(specialty))


def summary(question: Question, table: Table) -> Iterator[Sentence]:
    """The alerts, and every condition with its first reason."""
    del question
    yield from (table.sentence(alert.statement) for alert in table.plan.alerts)
    told = {alert.statement.text for alert in table.plan.alerts}
    for problem in table.plan.problems:
        if problem.concept == UNEXPLAINED or problem.below_the_line:
            continue
        yield _held(problem, table)
        yield from (table.sentence(one) for one in problem.statements[:1] if one.text not in told)
    left = [one for one in table.plan.problems if one.concept == UNEXPLAINED]
    if len(left) == len(table.plan.problems):
        yield table.record("no-problems")
    for problem in left:
        yield from (table.sentence(one) for one in problem.statements)


def items_of(question: Question, table: Table) -> Iterator[Alert | Problem | Recommendation]:
    """The items of the plan that a question names, by id or by what they are about."""
    plan = table.plan
    listed: list[Alert | Problem | Recommendation] = [*plan.alerts, *plan.problems, *plan.recommendations]
    named = [one for one in listed if one.id in question.items]
    problems = table.problems_of(question.concepts)
    advice = table.advice_on(question.concepts)
    seen: set[str] = set()
    for one in [*named, *problems, *advice]:
        if one.id not in seen:
            seen.add(one.id)
            yield one


# -- parts ------------------------------------------------------------------------------------------------------------


def _because(item: Alert | Problem | Recommendation, table: Table) -> Iterator[Sentence]:
    if isinstance(item, Alert):
        yield table.sentence(item.statement)
    elif isinstance(item, Problem):
        if item.concept != UNEXPLAINED:
            yield _held(item, table)
        yield from (table.sentence(one) for one in item.statements)
        yield from (_position(one, table) for one in item.dissent)
    else:
        yield from (table.sentence(one) for one in [item.statement, *item.further])
        for problem in [one for one in table.plan.problems if one.id in item.why]:
            yield _held(problem, table)
            yield from (table.sentence(one) for one in problem.statements[:1])
    yield from _cautions(item, table)


def _cautions(item: Alert | Problem | Recommendation, table: Table) -> Iterator[Sentence]:
    facts = _facts(item, table)
    gates = list(doubts(facts, table))
    yield from gates
    told = {one.text for one in gates}
    for text in item.cautions:
        if not any(one in text for one in told):
            yield Sentence(text=table.says("caution", text=text), facts=facts, specialty=ENGINE)


def _held(item: Alert | Problem | Recommendation, table: Table) -> Sentence:
    if isinstance(item, Alert):
        return table.sentence(item.statement)
    grade = item.likelihood if isinstance(item, Problem) else item.urgency
    text = table.says("held", name=item.name, likelihood=phrase(grade, table.language))
    first = item.statements[0] if isinstance(item, Problem) else item.statement
    specialty = item.said_by[0] if item.said_by else ENGINE
    return Sentence(text=text, facts=_facts(item, table) or list(first.facts), passages=list(first.passages),
                    specialty=specialty, supported=not item.below_the_line)  # fmt: skip


def _name(item: Alert | Problem | Recommendation) -> str:
    return item.statement.text if isinstance(item, Alert) else item.name


def _facts(item: Alert | Problem | Recommendation, table: Table) -> list[str]:
    said = item.statements if isinstance(item, Problem) else [item.statement]
    facts = [fact for one in said for fact in one.facts]
    return list(dict.fromkeys(fact for fact in facts if fact in table.facts))


def _position(one: Position, table: Table) -> Sentence:
    who = table.specialty_name(one.specialty)
    text = table.says("position", who=who, stance=phrase(one.stance, table.language), reason=one.reason)
    return Sentence(text=text, facts=list(one.facts), passages=list(one.passages), specialty=one.specialty,
                    supported=one.supported, problem=one.problem, by=one.by)  # fmt: skip


def _against(item: Alert | Problem | Recommendation, table: Table) -> Iterator[Sentence]:
    """What speaks against one item of the plan."""
    yield from _cautions(item, table)
    if isinstance(item, Alert):
        return
    for conflict in table.plan.conflicts:
        if conflict.concept == item.concept:
            yield from (_position(one, table) for one in conflict.positions if _is_against(one))
    if isinstance(item, Problem):
        if item.likelihood in {"unlikely", "excluded"}:
            yield from (table.sentence(one) for one in item.statements)
        yield from (_position(one, table) for one in item.dissent)
        for one in table.plan.missing:
            if item.concept in one.decides:
                yield Sentence(text=one.text, facts=list(one.facts), specialty=ENGINE, about="record")
        yield from _weight(item, table)
        yield from _beside(item, table)
    else:
        yield from (table.sentence(one) for one in table.desk.cautions(item.concept, item.statement.text))


def _is_against(one: Position) -> bool:
    return one.stance in {"unlikely", "excluded", "advises-against"}


def _weight(item: Problem, table: Table) -> Iterator[Sentence]:
    """Which single result the conclusion stands or falls with: tried by leaving each out."""
    used = [table.facts[fact] for fact in _facts(item, table)]
    keys = list(dict.fromkeys(key for one in used if (key := getattr(one, "analyte", None)) is not None))
    for key in keys[:_WEIGHED]:
        case, facts = left_out(table.case, [key])
        other = table.panel.plan_by_code(table.panel.desk(table.stored, language=table.language, case=case))
        before = next((one for one in table.by_code.problems if one.concept == item.concept), None)
        after = next((one for one in other.problems if one.concept == item.concept), None)
        if before is None or (after is not None and after.likelihood == before.likelihood):
            continue
        name = table.analyte_name(key)
        if after is None:
            held = f"{item.name} ({phrase(before.likelihood, table.language)})"
            yield table.record("rests-alone", facts, name=held, what=name)
        else:
            grades = {
                "before": phrase(before.likelihood, table.language),
                "after": phrase(after.likelihood, table.language),
            }
            yield table.record("weakens", facts, name=item.name, what=name, **grades)


def _beside(item: Problem, table: Table) -> Iterator[Sentence]:
    """Other conditions that rest on the same results."""
    mine = set(_facts(item, table))
    for other in table.plan.problems:
        shares = mine.intersection(_facts(other, table))
        if other.id != item.id and other.concept != UNEXPLAINED and shares and not other.below_the_line:
            first = other.statements[0]
            grade = phrase(other.likelihood, table.language)
            yield Sentence(text=table.says("beside", name=other.name, likelihood=grade), facts=list(first.facts),
                           passages=list(first.passages), specialty=first.author)  # fmt: skip


def _open_concepts(
    question: Question, table: Table, named: Sequence[Alert | Problem | Recommendation]
) -> Iterator[str]:
    """Concepts that no item of the plan is about."""
    held = [concept for one in named if (concept := getattr(one, "concept", ""))]
    for concept in question.concepts:
        if concept not in held and not any(table.is_near(one, [concept]) for one in held):
            yield concept


def _not_held(concept: str, table: Table) -> Iterator[Sentence]:
    """Why a condition is not in the plan: undecided for want of results, or nothing speaks for it."""
    name = table.concept_name(concept)
    history = table.assessment.history
    if concept in history.present or concept in history.denied:
        facts = history.present.get(concept, ())
        yield table.record("told" if concept in history.present else "denied", facts, name=name)
        return
    asked = [one for one in table.assessment.unknown if one.rule.concludes and one.rule.concludes.concept == concept]
    for unknown in asked[:_MOST]:
        missing = ("、" if table.language == "zh" else ", ").join(_missing(unknown, table))
        yield table.record("undecided", unknown.facts, name=name, missing=missing)
    if not asked:
        yield table.record("unconcluded" if concept in table.ruled else "unknown-concept", name=name)


def _missing(unknown: Unknown, table: Table) -> Iterator[str]:
    for key in unknown.missing:
        yield table.analyte_name(key) if key in table.catalog else table.concept_name(key.removeprefix("history."))


def _of_result(key: str, table: Table) -> Iterator[Sentence]:
    """What a result means in this case: its own findings, and the conditions that rest on it."""
    seen = table.of_analyte(key)
    if not seen:
        yield table.record("not-measured", name=table.analyte_name(key))
        return
    yield from values(Question(text="", kind="value", told=False, analytes=(key,)), table)
    facts = {one.fact for one in seen}
    using = [
        one for one in table.plan.problems if one.concept != UNEXPLAINED and facts.intersection(_facts(one, table))
    ]
    for problem in using:
        yield _held(problem, table)
        yield from _using(problem, facts, table)
    if not using and seen[0].flag not in {None, "N"}:
        yield table.record("unexplained", [seen[0].fact])


def _using(problem: Problem, facts: Iterable[str], table: Table) -> Iterator[Sentence]:
    wanted = set(facts)
    for one in problem.statements:
        if wanted.intersection(one.facts):
            yield table.sentence(one)


def _asked_findings(question: Question, table: Table) -> Iterator[Finding]:
    for item in question.items:
        if item in table.findings:
            yield table.findings[item]
        elif item in table.facts:
            yield from (one for one in table.assessment.findings if item in one.facts)
