"""Two tests and two numbers with strokes between them: `H/H 7.8/23.4`, `AST/ALT 240/310 U/L`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from consult.case._prose.named import NamedTest
from consult.case._prose.names import Mention, is_other
from consult.case._prose.quantity import Quantity, lead
from consult.case._prose.reading import Found, Reading
from consult.case._prose.written_units import unit_at

_WORTH_READING = re.compile(r"[A-Za-z+][ ]?/[ ]?[A-Za-z][^\n]{0,40}?\d[ ]?/[ ]?\d")
_NUMBERS = re.compile(
    r"[ \t:=]*+(?P<first>\d{1,6}(?:\.\d{1,3})?)[ ]?/[ ]?(?P<second>\d{1,6}(?:\.\d{1,3})?)(?![\d/]|[.,]\d)"
)
_HH = re.compile(r"(?<![A-Za-z/])H[ ]?/[ ]?H(?![A-Za-z/])")


def pairs(reading: Reading) -> Iterator[Found]:
    """The results of each pair; neither when one of the two cannot be told."""
    text = reading.folded.text
    for start, end in reading.folded.sentences:
        if not _WORTH_READING.search(text, start, end):
            continue
        for both in _HH.finditer(text, start, end):
            yield from _of(reading, Mention(*both.span(), "Hgb"), Mention(*both.span(), "Hct"))
        for first, second in pairwise(reading.mentions(start, end)):
            if text[first.end : second.start].strip() == "/":
                yield from _of(reading, first, second)


def _of(reading: Reading, first: Mention, second: Mention) -> Iterator[Found]:
    way = lead(reading.folded.text, second.end)
    numbers = _NUMBERS.match(reading.folded.text, way.end)
    if numbers is None or is_other(reading.folded, first):
        return
    found = [_one(reading, mention, numbers.span(part)) for mention, part in ((first, "first"), (second, "second"))]
    if all(one is not None for one in found):
        yield from (one for one in found if one is not None)


def _one(reading: Reading, mention: Mention, digits: tuple[int, int]) -> Found | None:
    named = NamedTest(reading, mention, lead(reading.folded.text, mention.end))
    unit = unit_at(reading.folded.text, digits[1], named.fits)
    return named.found(Quantity(digits[0], unit[1] if unit else digits[1], digits, None, unit=unit), None)
