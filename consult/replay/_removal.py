"""A case with one thing left out, or with one test in the middle of its reference range."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from consult.case import Case, Entry, Observation, Quality, Range, Report, Reported
from consult.case._quality import quality
from consult.concepts import Concepts
from consult.replay._targets import Target, places_of

_SPAN = re.compile(r"text\[(\d+):(\d+)\]")
"""How the reader of free text says where it found something in the history."""
_LISTS = ("reports", "conditions", "medications", "allergies", "procedures", "immunizations", "encounters")
_STAYS = frozenset({
    "time-missing", "time-in-future", "time-zone-assumed", "times-out-of-order", "order-in-time-unknown", "corrected",
    "duplicate-result", "status-missing", "machine-made", "instruction-in-text", "code-conflict", "code-misplaced",
})  # fmt: skip
"""What is said of a result and is as true when its value is another."""


def without(case: Case, target: Target, concepts: Concepts) -> Case:
    """The case without these facts and without what the text of its history says of them.

    The other facts keep their ids. What is calculated from a result goes with it, for it is calculated anew; what the
    laboratory itself calculated and sent (a ratio, a saturation) is a fact of its own and stays.

    Args:
        case: as it was read; it is not changed.
        target: what goes.
        concepts: by which the history is read.
    """
    gone = [seen for seen in case.observations if seen.fact in target.facts]
    lists = {name: [one for one in getattr(case, name) if one.fact not in target.facts] for name in _LISTS}
    return case.model_copy(
        update={
            **lists,
            "observations": [seen for seen in case.observations if seen.fact not in target.facts],
            "history": _cut(case, target, gone, concepts),
            "quality": _quality(case.quality, target.facts, frozenset()),
        }
    )


def normal(case: Case, target: Target, concepts: Concepts) -> Case | None:
    """The case with every value of this test in the middle of its reference range; None where there is none.

    A range without an upper end has no middle. One without a lower end goes from zero.
    """
    told = [seen for seen in case.observations if seen.fact in target.facts]
    doubted = {fact for one in case.quality if one.severity == "error" for fact in one.facts}
    ranges = [seen.range for seen in told if seen.range is not None]
    if not told or not ranges or any(seen.fact in doubted or seen.value_type != "quantity" for seen in told):
        return None
    changed = {seen.fact: _in_the_middle(seen, seen.range or ranges[-1]) for seen in told}
    if None in changed.values():
        return None
    return case.model_copy(
        update={
            "observations": [changed.get(seen.fact) or seen for seen in case.observations],
            "history": _cut(case, target, told, concepts),
            "quality": _quality(case.quality, target.facts, _STAYS),
        }
    )


def _blank(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with blanks in place of these parts: what stands after them keeps its place."""
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def _cut(case: Case, target: Target, results: Iterable[Observation], concepts: Concepts) -> str:
    entries: list[Entry | Report] = [one for name in _LISTS for one in getattr(case, name)]
    told = [*results, *(one for one in entries if one.fact in target.facts)]
    found = [(int(at[1]), int(at[2])) for one in told if (at := _SPAN.fullmatch(one.source)) is not None]
    spans = [span for span in found if span[0] <= span[1] <= len(case.history)]
    named = places_of(target.concept, case.history, concepts) if target.concept else ()
    return _blank(case.history, [*spans, *named])


def _quality(told: Iterable[Quality], facts: frozenset[str], stays: frozenset[str]) -> list[Quality]:
    """What is said of the data, without what is said of these facts; `stays` is kept as it is."""
    kept = []
    for one in told:
        left = [fact for fact in one.facts if fact not in facts]
        if one.code in stays or left == one.facts:
            kept.append(one)
        elif left:
            kept.append(quality(one.code, left))
    return kept


def _in_the_middle(seen: Observation, limits: Range) -> Observation | None:
    middle = _middle(limits)
    if middle is None:
        return None
    said = f"{middle.normalize():f}"
    between = f"<{limits.high}" if limits.low is None else f"{limits.low}-{limits.high}"
    reported = Reported(value=said, unit=seen.unit, range=between)
    return seen.model_copy(
        update={"value": said, "comparator": None, "range": limits, "flag": "N", "reported": reported, "notes": []}
    )


def _middle(limits: Range) -> Decimal | None:
    try:
        high = None if limits.high is None else Decimal(limits.high)
        low = Decimal() if limits.low is None else Decimal(limits.low)
    except InvalidOperation:
        return None
    return None if high is None or high <= low else (low + high) / 2
