"""Answers about what to do: the alerts, what is missing, what to consider next, what the literature says."""

from __future__ import annotations

from collections.abc import Iterator

from consult.chat._checking import checked
from consult.chat._model import Sentence
from consult.chat._patterns import GIVEN
from consult.chat._reading import Question
from consult.chat._reasons import items_of
from consult.chat._table import ENGINE, Table
from consult.panel import cite
from consult.plan import Alert, Problem, Recommendation
from consult.retrieval import Hit, Passage, analyte_query, concept_query

_PASSAGES = 4
_FIRST = 2
_LONGEST = 700
"""Characters of a passage that are shown; its id leads to the rest."""


def alerts(question: Question, table: Table) -> Iterator[Sentence]:
    """Every alert with what doubts it; with tests named, those of these."""
    wanted = {one.fact for key in question.analytes for one in table.of_analyte(key)}
    shown = [one for one in table.plan.alerts if not wanted or wanted.intersection(one.statement.facts)]
    for alert in shown:
        yield table.sentence(alert.statement)
        for text in alert.cautions:
            gates = [one for one in table.assessment.findings if one.says in text]
            facts = gates[0].facts if gates else alert.statement.facts
            yield Sentence(text=table.says("caution", text=text), facts=list(facts), specialty=ENGINE)
    if not shown:
        yield table.record("no-alerts")


def missing(question: Question, table: Table) -> Iterator[Sentence]:
    """What would settle a question, each with what raises it."""
    items = [one for one in items_of(question, table) if isinstance(one, Problem)]
    concepts = {*question.concepts, *(one.concept for one in items)}
    shown = [one for one in table.plan.missing if not concepts or concepts.intersection(one.decides)]
    for one in shown:
        yield Sentence(text=one.text, facts=list(one.facts), specialty=(one.asked_by or [ENGINE])[0], about="record")
    if not shown:
        yield table.record("no-missing")


def next_steps(question: Question, table: Table) -> Iterator[Sentence]:
    """What the plan puts to the doctor, most urgent first; of a condition or specialty where one is named."""
    said = list(_steps(question, table))
    yield from said or [table.record("no-next")]


def _steps(question: Question, table: Table) -> Iterator[Sentence]:
    problems = {one.id for one in items_of(question, table) if isinstance(one, Problem)}
    facts = {one.fact for key in question.analytes for one in table.of_analyte(key)}
    concepts = set(question.concepts)
    given = bool(question.analytes or concepts) and GIVEN.search(question.text) is not None
    for item in table.plan.recommendations:
        if given and item.kind not in {"treatment", "avoid"}:
            continue
        about = item.concept in concepts or problems.intersection(item.why) or facts.intersection(item.statement.facts)
        if (about or not (concepts or facts or problems)) and (
            question.specialty is None or question.specialty in item.said_by
        ):
            yield table.sentence(item.statement)
            yield from (
                Sentence(text=table.says("caution", text=text), facts=list(item.statement.facts), specialty=ENGINE)
                for text in item.cautions
            )
    yield from (table.sentence(one) for concept in question.concepts for one in table.desk.cautions(concept, ""))


def guideline(question: Question, table: Table, specialty: str) -> Iterator[Sentence]:
    """The passages that the plan cites for this, then those that a search finds, with their editions; checked."""
    shown = 0
    for passage in dict.fromkeys([*_cited(question, table), *_searched(question, table, specialty)]):
        known = table.library.knowledge.passages.get(passage)
        if known is None or shown == _PASSAGES:
            continue
        shown += 1
        yield from _passage(known, table, specialty)
    if not shown:
        yield table.record("no-passage")


def searched(question: Question, table: Table, specialty: str) -> list[Passage]:
    """The passages that answer a question, best first: what a model gets to read."""
    known = table.library.knowledge.passages
    found = dict.fromkeys([*_cited(question, table), *_searched(question, table, specialty)])
    return [known[passage] for passage in found if passage in known]


def _cited(question: Question, table: Table) -> Iterator[str]:
    """What the named items cite, each in the language of the answer; where none is named, the first of the plan."""
    named: list[Alert | Problem | Recommendation] = list(items_of(question, table))
    if not question.subjects and not question.strange:
        named = [*table.plan.problems[:_FIRST]]
    for item in named:
        said = item.statements if isinstance(item, Problem) else [item.statement]
        yield from (table.desk.localise(passage) for one in said for passage in one.passages)
        if isinstance(item, Alert):
            return


def _searched(question: Question, table: Table, specialty: str) -> Iterator[str]:
    card = table.library.cards[specialty]
    asked = _queries(question, table)
    if not asked or not card.index:
        return
    found: list[list[Hit]] = table.library.retriever.search_many(
        asked, corpora=card.index, language=table.language, k=card.k
    )
    for rank in range(card.k):
        yield from (hits[rank].passage.id for hits in found if rank < len(hits))


def _queries(question: Question, table: Table) -> list[str]:
    """Queries whose vectors ship where the question names something that we know; else its own words."""
    concepts, lang = table.library.concepts, table.language
    asked = [concept_query(concepts[one], lang) for one in question.concepts]
    for key in question.analytes:
        seen = table.of_analyte(key)
        low = bool(seen) and seen[0].flag in {"L", "LL"}
        asked.append(analyte_query(table.analyte_name(key), "low" if low else "high", lang))
    asked += [
        concept_query(concepts[one.concept], lang)
        for one in items_of(question, table)
        if isinstance(one, Problem) and one.concept in concepts
    ]
    return list(dict.fromkeys(asked)) or ([question.text] if question.strange else [])


def _passage(passage: Passage, table: Table, specialty: str) -> Iterator[Sentence]:
    """A passage in its own words, checked against itself, then its document and edition before it."""
    cited = cite(passage, table.library.guidelines)
    source = f"{cited.organisation} {cited.year}"
    text = " ".join(passage.text.split())
    shown = text if len(text) <= _LONGEST else f"{text[:_LONGEST].rsplit(' ', 1)[0]}…"
    for one in checked([Sentence(text=shown, passages=[passage.id], specialty=specialty)], table.desk):
        said = table.says("passage", source=source, section=passage.section, text=one.text)
        yield one.model_copy(update={"text": said})
    if cited.superseded_by:
        partly = table.says("superseded.partly") if cited.partly else ""
        newer = ", ".join(cited.superseded_by)
        told = table.says("superseded", source=source, partly=partly, newer=newer)
        yield Sentence(text=told, passages=[passage.id], specialty=ENGINE, about="record")
