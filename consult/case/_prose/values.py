"""Results in a text: a test that is named, its number, unit, range and flag, each where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo
from decimal import Decimal

from consult.analytes import Catalog, Match, normalize_unit
from consult.case._draft import Named, Result
from consult.case._flags import reported_flag
from consult.case._model import Reported
from consult.case._prose.fold import Folded
from consult.case._prose.names import Mention, is_other, mentions
from consult.case._prose.quantity import Lead, Quantity, columns, following, lead, quantity
from consult.case._prose.specimens import Specimens
from consult.case._prose.times import Times
from consult.case._prose.units import WINDOWS, only_unit
from consult.case._values import Value, comparator_of, decimal_text, number_of

_WORTH_READING = re.compile(r"\d")
_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_DECIMAL_COMMA = re.compile(r"(?<![\d,.])\d{1,3},\d{1,2}(?![\d,])(?=[ ]?[A-Za-zµμ%×])")
_VOLUMES = re.compile(r"/[ ]?(?:[dmuµμnf]|mc)?[lL]$|/[ ]?[cm]?m[m³]?[3³]$|/(?:cu)?mm3?$|升$", re.IGNORECASE)
_MATCHED_AS = {
    "weighs": "Weight",
    "o2 sats": "SpO2",
    "sats": "SpO2",
    "bt": "Temp",
    "r": "Respirations",
    "p": "Pulse",
    "t": "T",
}
_ONLY_WITH_UNIT = frozenset({"P", "R", "T"})
_BLOOD_ONLY = frozenset({"CBC", "COAG", "CARD", "ENDO", "ABG", "VITAL"})
_SHARED = frozenset({"wbc", "rbc", "ph"})
"""Counted or measured in other fluids as well."""
_BEFORE = re.compile(r"(?<![\d.,/-])(?P<digits>\d{1,3}(?:\.\d+)?)[ ]?%[ ](?:(?:were|was|are|of)[ ])?$")
TIME_NOTE = "time as written: "
"""Begins the note that holds a relative time which nothing in the text dates."""
_MOST_RESULTS = 1000
_MOST_MENTIONS = 5000


@dataclass(slots=True)
class Reading:
    """What is needed to read one text."""

    text: str
    """As it was given."""
    folded: Folded
    catalog: Catalog
    specimens: Specimens
    times: Times
    decimal_commas: bool
    """Somewhere a comma stands for a decimal point, so that `1,250` may be one and a quarter."""

    @classmethod
    def of(cls, text: str, folded: Folded, catalog: Catalog, home: tzinfo) -> Reading:
        """The reading of a text."""
        commas = _DECIMAL_COMMA.search(folded.text) is not None
        return cls(text, folded, catalog, Specimens(folded), Times(folded, home), commas)

    def result(
        self, *, name: str, span: tuple[int, int], one: Quantity, unit: str | None, as_name: str, specimen: str | None,
        inferred: str | None = None,
    ) -> Result:  # fmt: skip
        """The result of one quantity."""
        value, doubts = self._value(one)
        when, words = self.times.of(*span)
        notes = [*(self.text[slice(*note)] for note in one.notes), *([f"{TIME_NOTE}{words}"] if words else [])]
        if inferred is not None:
            doubts.append("unit-inferred")
        return Result(
            name=name,
            value=value,
            source=f"text[{span[0]}:{span[1]}]",
            codings=(Named(as_name),),
            reported=Reported(
                value=self.text[one.start : (one.second or one.number)[1]],
                unit=unit,
                range=self._slice(one.range),
                flag=self._flag(one),
            ),
            unit=unit or inferred,
            range_text=self._folded(one.range),
            specimen=specimen,
            when=when,
            notes=notes,
            doubts=doubts,
        )

    def _flag(self, one: Quantity) -> str | None:
        """A mark, or the first note when it is the word for one (`high`)."""
        if one.flag is not None:
            return self._slice(one.flag)
        words = [self.text[slice(*note)] for note in one.notes]
        return next((word for word in words if reported_flag(word)), None)

    def _value(self, one: Quantity) -> tuple[Value, list[str]]:
        digits = self.folded.text[slice(*one.number)]
        sign = comparator_of(one.sign) if one.sign else None
        if one.second is not None:
            shown = f"{digits}-{self.folded.text[slice(*one.second)]}"
            return Value("interval", shown), ["value-is-range"]
        grouped = _GROUPED.fullmatch(digits) is not None
        if one.spaced or ("," in digits and (not grouped or self.decimal_commas)):
            return Value("text", digits), ["number-ambiguous"]
        number = self.number(one)
        if number is None:
            return Value("text", digits), ["number-ambiguous"]
        return Value("quantity", decimal_text(number, digits.replace(",", "").lstrip("+")), number, sign), []

    def number(self, one: Quantity) -> Decimal | None:
        """The number, where its commas can only group thousands."""
        digits = self.folded.text[slice(*one.number)]
        if "," in digits and not (_GROUPED.fullmatch(digits) and not self.decimal_commas):
            return None
        return number_of(digits.replace(",", ""))

    def _slice(self, span: tuple[int, int] | None) -> str | None:
        return self.text[slice(*span)] if span is not None else None

    def _folded(self, span: tuple[int, int] | None) -> str | None:
        return self.folded.text[slice(*span)] if span is not None else None


@dataclass(slots=True)
class Found:
    """A result and the place of its number."""

    result: Result
    at: tuple[int, int]
    analyte: str


def results(reading: Reading) -> tuple[list[Found], bool]:
    """The results of a text in its order, and whether there were more than are read."""
    found: list[Found] = []
    looked = 0
    for start, end in reading.folded.sentences:
        if not _WORTH_READING.search(reading.folded.text, start, end):
            continue
        done = start
        for mention in mentions(reading.folded, start, end, reading.catalog):
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
    named = _Named(reading, mention, way)
    one = quantity(text, way.end, named.fits)
    if one is None:
        one = _percent_before(text, mention, done)
        if one is None or not named.differential:
            return
    if is_other(reading.folded, mention):
        return
    row = columns(text, one, named.fits)
    if len(row) > 1:
        yield from _of_days(reading, named, row)
        return
    several = [one]
    while (after := following(text, several[-1], named.fits)) is not None:
        several.append(after)
    for each in several:
        built = named.found(each, next((other.unit for other in reversed(several) if other.unit), None))
        if built is not None:
            yield built


def _of_days(reading: Reading, named: _Named, row: list[Quantity]) -> Iterator[Found]:
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


class _Named:
    """A named test, while its numbers are read."""

    def __init__(self, reading: Reading, mention: Mention, way: Lead) -> None:
        self._reading, self._mention, self._way = reading, mention, way
        written = mention.written
        self._as = _MATCHED_AS.get(written.lower(), written)
        self._specimen, self._carried = reading.specimens.of(mention.start, mention.end)
        self._bracket_unit: str | None = None
        if way.bracket is not None:
            inner = reading.folded.text[slice(*way.bracket)]
            if normalize_unit(inner) is not None and re.search(r"[/%^]", inner):
                self._bracket_unit = inner
        self._written = written

    @property
    def differential(self) -> bool:
        """It is counted as a part of the white cells."""
        key = self._match("%").analyte
        return key is not None and self._reading.catalog[key].group in {"DIFF", "SMEAR"}

    def fits(self, unit: str) -> bool:
        """Whether the unit can be that of a result, not of a dose."""
        if self._written == "P" or self._written == "R":
            return normalize_unit(unit) == "/min"
        matched = self._match(unit)
        if matched.analyte is not None and matched.certainty != "weak":
            return True
        return matched.analyte is not None and _VOLUMES.search(unit) is not None

    def found(self, one: Quantity, shared: tuple[int, int] | None) -> Found | None:
        """The result of one number; its unit may stand behind the last of several."""
        reading = self._reading
        span = one.unit or shared
        unit = reading.text[slice(*span)] if span is not None else self._bracket_unit
        number = reading.number(one)
        inferred = None
        key = self._key(unit)
        if unit is None and (key is None or not _unitless(reading.catalog[key].unit)):
            key, inferred = self._inferred(key, number, reading.folded.text[slice(*one.number)])
        if key is None or (one.second is not None and unit is None and _unitless(reading.catalog[key].unit)):
            return None
        start = min(self._mention.start, one.start)
        if one.arrow:
            start = one.start
        result = reading.result(
            name=reading.text[self._mention.start : self._mention.end],
            span=(start, one.end), one=one, unit=unit, as_name=self._as, specimen=self._used, inferred=inferred,
        )  # fmt: skip
        return Found(result, (start, one.end), key)

    @property
    def _used(self) -> str | None:
        return None if self._carried else self._specimen

    def _key(self, unit: str | None) -> str | None:
        catalog = self._reading.catalog
        matched = self._match(unit).analyte
        if not self._carried or self._specimen is None:
            return matched
        # Only an earlier sentence speaks of another fluid: what could be of either stays in the text.
        there = catalog.match(self._as, unit=unit, specimen=self._specimen).analyte
        if matched is None or there is not None or matched in _SHARED or catalog[matched].group not in _BLOOD_ONLY:
            return None
        return matched

    def _match(self, unit: str | None) -> Match:
        catalog = self._reading.catalog
        names = [self._as, f"{self._as}+"] if self._as[-1:].isdigit() else [self._as]
        matched = Match(None, "none")
        for name in names:
            matched = catalog.match(name, unit=unit, specimen=self._used)
            if matched.analyte is not None:
                self._as = name
                break
        return matched

    def _inferred(self, key: str | None, number: Decimal | None, digits: str) -> tuple[str | None, str | None]:
        """The analyte and the one usual unit that the number can be in."""
        if number is None or (self._written in _ONLY_WITH_UNIT and "." not in digits) or self._written in {"P", "R"}:
            return key, None
        if key is not None:
            return key, only_unit(key, number)
        possible = [
            (other, window)
            for other, windows in WINDOWS.items()
            for window in windows
            if window.low <= number <= window.high
            and self._key(window.unit) == other
            and self._match(window.unit).certainty != "weak"
        ]
        return (possible[0][0], possible[0][1].unit) if len(possible) == 1 else (None, None)


def _unitless(unit: str) -> bool:
    return unit in {"1", "[pH]"} or unit.startswith("{")
