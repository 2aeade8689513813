"""What a question asks: its kind, what it is about, and whom it names. By wordings and names, without a model."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from consult.chat._model import Exchange, Kind
from consult.chat._patterns import (
    ASKS_SPECIALTY,
    FOLLOWS,
    IDLE,
    INTERROGATIVE,
    ITEM,
    KINDS,
    LISTED,
    NO_PRESCRIPTION,
    ORDERS,
    PLAIN,
    PLAIN_HAN,
    PRESCRIBES,
    STATES,
)
from consult.chat._table import Table
from consult.concepts import Concept
from consult.panel import Card
from consult.plan import Language, Lexicon, is_prescription

LONGEST = 2000
"""Characters of a question."""
_HAN = re.compile(r"[\u3400-\u9fff]")
_GIVEN = frozenset({"treatment", "exposure"})
_SHORT = 3
_FEW = 3
_WORD = re.compile(r"[A-Za-z][A-Za-z'-]{3,}")
_SHORT_NAME = re.compile(r"(?<![A-Za-z0-9])[A-Z][A-Z0-9]{1,5}(?![A-Za-z0-9])")
"""`HIT`, `DIC`."""
_HAN_RUN = re.compile(r"[\u3400-\u9fff]{2,}")
_WHOLE: frozenset[Kind] = frozenset({
    "alerts", "differs", "summary", "refusal", "fact", "what-if", "specialist", "unanswered", "abnormal"
})  # fmt: skip
"""Kinds of questions that ask for no one thing."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it was understood."""

    text: str
    """De-identified."""
    kind: Kind
    told: bool
    """It is neither a question nor a request: it may tell something new."""
    analytes: tuple[str, ...] = ()
    concepts: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    """`P1`, `R2`, `A1`, `F3`, `N4`, as far as the record has them."""
    others: tuple[str, ...] = ()
    """Facts of tests that are none of ours, named as the record names them."""
    listed: tuple[str, ...] = ()
    """Lists of the record: `medications` …"""
    specialty: str | None = None
    """Whose view is wanted."""
    follows: bool = False
    """It takes up what the question before was about."""
    strange: tuple[str, ...] = ()
    """Words that name something which neither rules nor record know, where nothing else is named."""

    @property
    def subjects(self) -> list[str]:
        """All that it is about."""
        return [*self.items, *self.analytes, *self.concepts, *self.others]


def language_of(text: str) -> Language:
    """The language that a question is asked in."""
    return "zh" if _HAN.search(text) else "en"


def read_question(text: str, table: Table, before: Sequence[Exchange] = ()) -> Question:
    """A question understood.

    Args:
        text: de-identified.
        table: the record.
        before: what was asked before, oldest first: a question that names nothing takes up what the last was about.
    """
    plain = unicodedata.normalize("NFKC", text)
    told = INTERROGATIVE.search(plain) is None
    specialty = _specialty(plain, table.cards)
    items = tuple(_items(plain, table))
    bare = ITEM.sub(lambda match: " " if match.group().upper() in items else match.group(), plain)
    analytes, concepts = named_in(_unaddressed(bare, specialty, table.cards), table)
    question = Question(
        text=text,
        kind="unanswered",
        told=told,
        analytes=analytes,
        concepts=concepts,
        items=items,
        others=tuple(_others(plain, table, analytes)),
        listed=tuple(name for name, pattern in LISTED.items() if pattern.search(plain)),
        specialty=specialty,
    )
    question = replace(question, kind=_kind(question, plain, table.library.lexicon))
    if question.subjects or question.listed:
        return question
    if question.kind != "refusal" and (absent := tuple(match.group() for match in ITEM.finditer(plain)))[:1]:
        return replace(question, kind=question.kind if question.kind != "fact" else "unanswered", strange=absent[:_FEW])
    if question.kind not in _WHOLE:
        question = _by_words(question, plain, table)
    if not (question.subjects or question.strange) and before and FOLLOWS.search(IDLE.sub(" ", plain)):
        question = _taken_up(question, before[-1], table)
        return replace(question, kind=_kind(question, plain, table.library.lexicon))
    return question


def named_in(text: str, table: Table) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The analytes and the concepts that a text names; of several specimens the one that was measured."""
    measured = {one.analyte for one in table.case.observations}
    analytes: dict[str, None] = {}
    concepts: dict[str, None] = {}
    for mention in table.library.lexicon.find(text):
        if _is_part_of_a_word(text, mention.start, mention.end):
            continue
        keys = [key for key in mention.analytes if key in measured] or list(mention.analytes[:1])
        analytes.update(dict.fromkeys(keys))
        for concept in mention.concepts:
            of_test = table.library.concepts[concept].kind in {"test", "monitoring"}
            if not (keys and of_test):  # the test is its analyte
                concepts[concept] = None
    return tuple(analytes), tuple(concepts)


def _is_part_of_a_word(text: str, start: int, end: int) -> bool:
    """A single Chinese character beside others that name something: `糖` in `糖尿病`."""
    if end - start > 1 or not _HAN.match(text, start):
        return False
    blanked = PLAIN_HAN.sub(lambda match: " " * len(match.group()), text)
    return bool(_HAN.match(blanked, end) or (start and _HAN.match(blanked, start - 1)))


def is_refused(question: Question, lexicon: Lexicon) -> bool:
    """Whether a prescription is asked for, or given as an order."""
    plain = NO_PRESCRIPTION.sub(" ", unicodedata.normalize("NFKC", question.text))
    if question.told and ORDERS.search(plain) is None:
        return False
    if PRESCRIBES.search(plain) is not None or is_prescription(plain, (), lexicon):
        return True
    return ORDERS.search(plain) is not None and not question.listed and _names_what_is_given(question, lexicon)


def _names_what_is_given(question: Question, lexicon: Lexicon) -> bool:
    return any(lexicon.kind(concept) in _GIVEN for concept in question.concepts)


def _kind(question: Question, plain: str, lexicon: Lexicon) -> Kind:
    if is_refused(question, lexicon):
        return "refusal"
    matched = next((kind for kind, pattern in KINDS if pattern.search(plain) is not None), None)
    if question.told and matched != "what-if" and not _bare(question, plain):
        return "fact"
    if matched is None or (matched == "next" and question.listed):
        matched = _by_subject(question)
    if question.specialty is not None and matched in {"unanswered", "value", "next", "summary"}:
        return "specialist" if not question.analytes else matched
    if matched == "summary" and (question.concepts or question.items):
        return "why"
    return matched


def _bare(question: Question, plain: str) -> bool:
    """Only a name or two, without a number: `potassium`, `trend of platelets`, `P1`."""
    if STATES.search(plain) is not None:
        return False
    words = len(plain.split()) + len(_HAN.findall(plain)) // 2
    return words <= 6 and re.search(r"(?<![A-Za-z])\d", plain) is None and not question.listed


def _by_subject(question: Question) -> Kind:
    if question.listed and not question.analytes:
        return "value"
    if question.analytes or question.others or any(item[0] == "F" for item in question.items):
        return "value"
    return "why" if question.items or question.concepts else "unanswered"


def _items(text: str, table: Table) -> Iterator[str]:
    plan = table.plan
    known = {one.id for listed in (plan.alerts, plan.problems, plan.recommendations) for one in listed}
    known |= table.facts.keys() | table.findings.keys()
    for match in ITEM.finditer(text):
        item = f"{match[1].upper()}{match[2]}"
        if item in known:
            yield item


def _others(text: str, table: Table, analytes: Iterable[str]) -> Iterator[str]:
    """Results of tests that are none of ours, by the name that the record has for them."""
    folded, taken = text.casefold(), set(analytes)
    for one in table.case.observations:
        name = one.name.casefold().strip()
        if one.analyte not in taken and len(name) >= _SHORT and one.analyte is None and _stands(name, folded):
            yield one.fact


def _stands(name: str, text: str) -> bool:
    edge = r"(?<![a-z0-9]){}(?![a-z0-9])" if name.isascii() else "{}"
    return re.search(edge.format(re.escape(name)), text) is not None


def _specialty(text: str, cards: Sequence[Card]) -> str | None:
    """The specialist whose view is asked for by name."""
    if len(text) > _SHORT and ASKS_SPECIALTY.search(text) is None and not _is_name(text, cards):
        return None
    folded = _folded(text)
    return next((card.id for card in cards if any(stem in folded for stem in _stems(card))), None)


def _unaddressed(text: str, specialty: str | None, cards: Sequence[Card]) -> str:
    """Without the name of who is asked: `呼吸科` is no question about breathing."""
    names = [name for card in cards if card.id == specialty for name in (card.name.en, card.name.zh)]
    for name in names:
        text = re.sub(re.escape(name), " ", text, flags=re.IGNORECASE)
    return text


def _is_name(text: str, cards: Sequence[Card]) -> bool:
    """Nothing but the name of a specialty."""
    bare = _folded(text).strip(" ?？.。!")
    return any(bare in {_folded(card.id), _folded(card.name.en), card.name.zh} for card in cards)


def _stems(card: Card) -> set[str]:
    """`hematolog` of Hematology finds haematologist too; `检验` of 检验科."""
    first = [_folded(name).split()[0] for name in (card.id, card.name.en)]
    latin = {re.sub(r"(?:y|ist|ies|ical)$", "", word) for word in first}
    return {*latin, card.name.zh.removesuffix("科")}


def _folded(text: str) -> str:
    return text.casefold().replace("ae", "e").replace("pulmonolog", "respiratory ").replace("检验医学", "检验")


def _by_words(question: Question, plain: str, table: Table) -> Question:
    """What its words may mean: conditions that have one in their names; those that are in no name are strange."""
    concepts: dict[str, None] = {}
    strange: list[str] = []
    for word in _content(plain):
        found = [one.id for one in table.library.concepts.values() if one.kind == "condition" and _has_word(one, word)]
        held = [one.concept for one in table.plan.problems if one.concept in found]
        ruled = [one for one in found if one in table.ruled]
        concepts.update(dict.fromkeys((held or ruled or found)[:_FEW]))
        if not found:
            strange.append(word)
    if concepts:
        question = replace(question, concepts=tuple(concepts))
        return replace(question, kind=_kind(question, plain, table.library.lexicon))
    return replace(question, strange=tuple(strange[:_FEW]))


def _content(text: str) -> Iterator[str]:
    """Its words that may name something."""
    for word in _WORD.findall(text):
        if word.casefold() not in PLAIN:
            yield word
    for word in _SHORT_NAME.findall(text):
        if len(word) <= _SHORT and word.casefold() not in PLAIN:
            yield word
    yield from _HAN_RUN.findall(PLAIN_HAN.sub(" ", text))


def _has_word(concept: Concept, word: str) -> bool:
    names = (concept.en, concept.zh, *concept.synonyms)
    if _HAN.search(word):
        return any(word in name for name in names)
    if word.isupper() and word.casefold() == "".join(part[0] for part in re.findall(r"[a-z]+", concept.en.casefold())):
        return True
    return any(word.casefold() in re.split(r"[^a-z0-9]+", name.casefold()) for name in names)


def _taken_up(question: Question, last: Exchange, table: Table) -> Question:
    about = last.subjects
    return replace(
        question,
        follows=bool(about),
        items=tuple(one for one in about if ITEM.fullmatch(one)),
        analytes=tuple(one for one in about if one in table.catalog),
        concepts=tuple(one for one in about if one in table.library.concepts and one not in table.catalog),
    )
