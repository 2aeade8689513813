"""Every sentence of an answer goes through the plan's verifier before anybody reads it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from consult.chat._model import Sentence
from consult.panel import Desk
from consult.plan import UNEXPLAINED, Language, Plan, Problem, Statement, verify_plan


def checked(said: Iterable[Sentence], desk: Desk, *, concept: str = UNEXPLAINED) -> list[Sentence]:
    """The sentences as checked: ids exist, every number stands in what is cited, nothing prescribes.

    What does not hold is marked, and keeps its place. A model's sentence is held to more: units, dates, direction,
    polarity, whatever it names or quotes. A prescription is taken out. Sentences about the record that cite nothing
    hold no medicine to check.

    Args:
        said: the sentences.
        desk: what they may rest on.
        concept: the condition that the question is about.
    """
    return [kept for one in said for kept in _checked(one, desk, concept)]


def _checked(one: Sentence, desk: Desk, concept: str) -> Iterator[Sentence]:
    if not one.by and ((one.about == "record" and not one.facts) or not one.supported):
        yield one  # what the plan marks stays marked
        return
    [statement] = _verified([_statement(one)], desk, concept)
    if statement.prescribed:
        return
    yield one.model_copy(
        update={
            "text": statement.text,
            "facts": statement.facts,
            "passages": statement.passages,
            "supported": statement.supported and one.supported,
            "problem": statement.problem or one.problem,
        }
    )


def _statement(one: Sentence) -> Statement:
    return Statement(
        text=one.text, facts=one.facts, passages=one.passages, author=one.specialty, rule=one.rule, by=one.by
    )


def _verified(statements: Sequence[Statement], desk: Desk, concept: str) -> list[Statement]:
    """The statements as a plan that holds nothing else would show them."""
    language: Language = desk.language
    about = Problem(
        id="P1", concept=concept, name=desk.concept_name(concept), likelihood="possible", severity="standard",
        statements=list(statements), said_by=[],
    )  # fmt: skip
    plan = Plan(language=language, engine="chat", problems=[about])
    return verify_plan(plan, desk.evidence).plan.problems[0].statements
