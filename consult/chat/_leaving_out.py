"""A case without some of its facts and without what its history says of them; the others keep their ids."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from consult.case import Case, Observation, Quality
from consult.chat._table import LISTS
from consult.concepts import Concepts

_SPAN = re.compile(r"text\[(\d+):(\d+)\]")
"""How the reader of free text says where it found something in the history."""


def left_out(case: Case, analytes: Collection[str]) -> tuple[Case, list[str]]:
    """The case without the results of some tests, and which facts those were."""
    facts = [one.fact for one in case.observations if one.analyte in analytes]
    return _without(case, frozenset(facts)), facts


def without_concept(case: Case, concept: str, concepts: Concepts) -> tuple[Case | None, list[str]]:
    """The case without what its lists and the text of its history say of a concept."""
    facts = [
        entry.fact for name in LISTS for entry in getattr(case, name)
        if any(concept in concepts.broader(one) for one in concepts.mentions(entry.name))
    ]  # fmt: skip
    spans = [
        (span.start, span.end) for span, ids, standing in concepts.places(case.history)
        if standing in {"present", "past"} and any(concept in concepts.broader(one) for one in ids)
    ]  # fmt: skip
    noted = {one.fact: kept for one in case.observations if (kept := _unsaid(one, concept, concepts)) != one.notes}
    if not facts and not spans and not noted:
        return None, []
    left = _without(case, frozenset(facts), spans)
    changed = [
        one.model_copy(update={"notes": noted[one.fact]}) if one.fact in noted else one for one in left.observations
    ]
    return left.model_copy(update={"observations": changed}), [*facts, *noted]


def _unsaid(one: Observation, concept: str, concepts: Concepts) -> list[str]:
    """The notes of a result that say nothing of a concept."""
    return [note for note in one.notes if concept not in concepts.mentions(note)]


def _without(case: Case, facts: frozenset[str], spans: Sequence[tuple[int, int]] = ()) -> Case:
    """The case without these facts and without what the text of its history says of them; the others keep their ids."""
    gone = [one for one in case.observations if one.fact in facts]
    lists = {name: [one for one in getattr(case, name) if one.fact not in facts] for name in LISTS}
    told = [one.source for one in gone]
    told += [one.source for name in LISTS for one in getattr(case, name) if one.fact in facts]
    return case.model_copy(
        update={
            **lists,
            "observations": [one for one in case.observations if one.fact not in facts],
            "history": cut(case.history, told, spans),
            "quality": doubts_left(case.quality, facts, frozenset()),
        }
    )


def cut(history: str, sources: Sequence[str], spans: Sequence[tuple[int, int]] = ()) -> str:
    """The text with blanks in place of these parts: what stands after them keeps its place."""
    found = [(int(at[1]), int(at[2])) for one in sources if (at := _SPAN.fullmatch(one)) is not None]
    for start, end in [*found, *spans]:
        if start <= end <= len(history):
            history = history[:start] + " " * (end - start) + history[end:]
    return history


def doubts_left(told: Sequence[Quality], facts: Collection[str], stays: frozenset[str]) -> list[Quality]:
    """What is said of the data, without what is said of these facts; `stays` is kept as it is."""
    return list(_kept(told, frozenset(facts), stays))


def _kept(told: Sequence[Quality], facts: frozenset[str], stays: frozenset[str]) -> Iterator[Quality]:
    for one in told:
        left = [fact for fact in one.facts if fact not in facts]
        if one.code in stays or left == one.facts:
            yield one
        elif left:
            yield one.model_copy(update={"facts": left})
