"""What doctors wrote that nobody had proposed: concepts and tests that only an edited wording or a reason names.

A review knows no decision `add`. What a doctor misses in a plan stands in the wording of an edited item, or in the
reason of a rejection ("not this, but …"), and is read there. What the case itself says is context, and is not counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from consult.case import Case
from consult.panel import Library
from consult.plan import Plan
from consult.replay._learn.sources import decidable
from consult.review import Consultation, Decision, review_state

Where = Literal["edit", "reason"]
_ENTRIES = ("conditions", "medications", "allergies", "procedures", "immunizations", "encounters")
_NOT_CONTENT = frozenset({"finding", "exposure"})
"""Kinds of concepts that describe a patient: they are told, not proposed."""


def added(consultation: Consultation, library: Library) -> Iterator[tuple[Where, str]]:
    """Concept ids, and analyte keys of tests without a concept, that only the doctor names; each place once."""
    plan, written = consultation.plan, list(_written(review_state(consultation).values()))
    if plan is None or not written:
        return
    known = _known(consultation, plan, library)
    for where, text in written:
        for id in _named(text, consultation.case, library):
            if id not in known:
                yield where, id


def concepts_named(text: str, library: Library) -> frozenset[str]:
    """What a doctor's wording names and does not deny, without the broader concepts."""
    denied = {id for id, so in library.concepts.stated(text).items() if not so}
    named = {id for id in library.concepts.mentions(text) if id not in denied}
    broader = {wide for id in named for wide in library.concepts.broader(id)[1:]}
    return frozenset(named - broader)


def _written(decisions: Iterable[Decision | None]) -> Iterator[tuple[Where, str]]:
    for one in decisions:
        if one is not None and one.decision == "edit" and one.text:
            yield "edit", one.text
        if one is not None and one.decision == "reject" and one.reason:
            yield "reason", one.reason


def _named(text: str, case: Case, library: Library) -> Iterator[str]:
    """Concepts; and analytes, but those that were measured: they are what the wording rests on."""
    concepts = concepts_named(text, library)
    yield from sorted(id for id in concepts if library.concepts[id].kind not in _NOT_CONTENT)
    answered = {library.concepts[id].analyte for id in concepts}
    measured = {one.analyte for one in case.observations}
    keys = {key for mention in library.lexicon.find(text) if not mention.concepts for key in mention.analytes[:1]}
    yield from sorted(keys - answered - measured)


def _known(consultation: Consultation, plan: Plan, library: Library) -> frozenset[str]:
    """Everything that the plan proposes or asks for, that is in the case, and what these are part of."""
    ids = {item.concept for _, item in decidable(plan)} | {one.concept for one in plan.conflicts}
    ids |= {concept for one in plan.missing for concept in one.decides}
    ids |= {concept for text in _texts(consultation.case) for concept in library.concepts.mentions(text)}
    wide = {broader for id in ids for broader in library.concepts.broader(id)}
    asked = {one.what for one in plan.missing} | {one.analyte for one in consultation.case.observations if one.analyte}
    tests = {id for id in library.concepts if library.concepts[id].analyte in asked}
    answered = {analyte for id in ids if id in library.concepts and (analyte := library.concepts[id].analyte)}
    return frozenset(ids | wide | asked | tests | answered)


def _texts(case: Case) -> Iterator[str]:
    yield from (*case.questions, case.history)
    yield from (f"{one.title}\n{one.text}" for one in case.reports)
    yield from (entry.name for kind in _ENTRIES for entry in getattr(case, kind))
