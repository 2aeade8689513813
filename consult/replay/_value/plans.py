"""What a plan says of tests that are there already, and what became of its items."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from consult.analytes import Catalog
from consult.case import Observation
from consult.plan import Language, Recommendation, Statement, phrase
from consult.replay._doctors import Decided, decided_items
from consult.replay._value.told import Fate, Item, Repeat
from consult.review import Consultation

_ANY = "\ue000"
_SLOTS = ("name", "value")


def repeats_in(consultation: Consultation, catalog: Catalog, fates: Mapping[str, Fate] | None) -> tuple[Repeat, ...]:
    """The tests that code advised against because a valid result lies within its retest interval.

    Args:
        consultation: with its plan.
        catalog: of analytes, for their codes.
        fates: what became of each item; None: nobody decides.
    """
    plan = consultation.plan
    if plan is None:
        return ()
    return tuple(
        Repeat(_ids(consultation, item, said, catalog), None if fates is None else fates.get(item.id, "undecided"))
        for item in plan.recommendations
        if item.kind == "avoid"
        for said in [_within_interval(item, plan.language)]
        if said is not None
    )


def asked_though_present(consultation: Consultation) -> int:
    """How many tests the plan asks for and says itself that this case holds a result of theirs."""
    plan = consultation.plan
    if plan is None:
        return 0
    pattern = _pattern("caution.available", plan.language)
    asked = (item for item in plan.recommendations if item.kind == "test")
    return sum(any(pattern.fullmatch(caution) for caution in item.cautions) for item in asked)


def fates_of(consultation: Consultation) -> tuple[dict[str, Fate], Counter[Item], Counter[Item]]:
    """What became of each problem and recommendation: by id, by kind, and by agent.

    Args:
        consultation: whose record was checked; only of a signed one decisions count as made.
    """
    items = _items(consultation)
    fates = {item.item: _fate(item, consultation) for item in items}
    kinds = Counter((item.kind, fates[item.item]) for item in items)
    agents = Counter((agent, fates[item.item]) for item in items for agent in item.said_by)
    return fates, kinds, agents


def _items(consultation: Consultation) -> Sequence[Decided]:
    """Those of a plan on which nobody has decided anything too."""
    if consultation.decisions or consultation.plan is None:
        return decided_items([consultation])
    plan = consultation.plan
    said = [("problem", one.id, one.concept, one.said_by) for one in plan.problems]
    said += [(one.kind, one.id, one.concept, one.said_by) for one in plan.recommendations]
    return [Decided(consultation.id, id, kind, concept, tuple(by), "undecided") for kind, id, concept, by in said]


def _fate(item: Decided, consultation: Consultation) -> Fate:
    if item.outcome == "undecided":
        return "undecided"
    return item.outcome if consultation.status == "signed" else "unsigned"


def _within_interval(item: Recommendation, language: Language) -> Statement | None:
    """The engine's own sentence of the item, which has no mark but its wording: no model, no rule and no passage."""
    pattern = _pattern("retest.avoid", language)
    for said in (item.statement, *item.further):
        if not said.by and said.rule is None and not said.passages and said.facts and pattern.fullmatch(said.text):
            return said
    return None


def _ids(consultation: Consultation, item: Recommendation, said: Statement, catalog: Catalog) -> tuple[str, ...]:
    seen = [one for one in consultation.case.observations if one.fact in said.facts]
    return tuple(dict.fromkeys([*_codes(seen, catalog), item.concept]))


def _codes(seen: Sequence[Observation], catalog: Catalog) -> Iterator[str]:
    """The site's own code first: it names what is charged there."""
    yield from (one.code.code for one in seen if one.code is not None and one.code.code)
    known = [one.analyte for one in seen if one.analyte is not None and one.analyte in catalog]
    for key in known:
        yield from catalog[key].loinc
    yield from known


@cache
def _pattern(key: str, language: Language) -> re.Pattern[str]:
    """The phrase with anything in its slots."""
    said = phrase(key, language, **dict.fromkeys(_SLOTS, _ANY))
    return re.compile(re.escape(said).replace(_ANY, r".+"), re.DOTALL)
