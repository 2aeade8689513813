"""Results in a text: a test that is named, its number, unit, range and flag, each where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator

from consult.case._prose.named import NamedTest
from consult.case._prose.names import Mention, is_other
from consult.case._prose.quantity import Quantity, columns, following, lead, quantity
from consult.case._prose.reading import Found, Reading

_WORTH_READING = re.compile(r"\d")
_BEFORE = re.compile(r"(?<![\d.,/-])(?P<digits>\d{1,3}(?:\.\d+)?)[ ]?%[ ](?:(?:were|was|are|of)[ ])?$")
_MOST_RESULTS = 1000
_MOST_MENTIONS = 5000


def results(reading: Reading) -> tuple[list[Found], bool]:
    """The results of a text in its order, and whether there were more than are read."""
    found: list[Found] = []
    looked = 0
    for start, end in reading.folded.sentences:
        if not _WORTH_READING.search(reading.folded.text, start, end):
            continue
        done = start
        for mention in reading.mentions(start, end):
            looked += 1
            if mention.start < done:
                continue
            for one in _of(reading, mention, done):
                found.append(one)
                done = one.at[1]
            if len(found) > _MOST_RESULTS or looked > _MOST_MENTIONS:
                return found[:_MOST_RESULTS], True
    return found, False


def _of(reading: Reading, mention: Mention, done: int) -> Iterator[Found]:
    text = reading.folded.text
    way = lead(text, mention.end)
    named = NamedTest(reading, mention, way)
    one = quantity(text, way.end, named.fits, trend=way.trend)
    if one is None:
        one = _percent_before(text, mention, done)
        if one is None or not named.differential:
            return
    if mention.glued and not named.sure(one):
        return
    if one.flag is None:
        one.flag = way.flag
    if is_other(reading.folded, mention):
        return
    row = columns(text, one, named.fits)
    if len(row) > 1:
        yield from _of_days(reading, named, row)
        return
    several = [one]
    while (after := following(text, several[-1], named.fits, trend=way.trend)) is not None:
        several.append(after)
    if way.trend and len(several) == 1:
        return  # `Hb down from 102`: what it is now stands elsewhere
    for each in several:
        built = named.found(each, next((other.unit for other in reversed(several) if other.unit), None))
        if built is not None:
            yield built


def _of_days(reading: Reading, named: NamedTest, row: list[Quantity]) -> Iterator[Found]:
    """A row below as many dates; without them nobody can tell which number is the result, and it stays text."""
    for when, one in zip(reading.times.header(row[0].start, len(row)), row, strict=False):
        built = named.found(one, next((other.unit for other in row if other.unit), None))
        if built is not None:
            built.result.when = when
            yield Found(built.result, (built.at[0], row[-1].end), built.analyte)


def _percent_before(text: str, mention: Mention, done: int) -> Quantity | None:
    """`80% neutrophils`."""
    found = _BEFORE.search(text, max(done, mention.start - 16), mention.start)
    if found is None or (found.start() <= done and done > 0 and re.match(r"[A-Za-z]", text[max(0, done - 1) : done])):
        return None
    digits = found.span("digits")
    return Quantity(
        digits[0], mention.end, digits, None, unit=(text.index("%", digits[1]), text.index("%", digits[1]) + 1)
    )
