"""One text while it is read, and the result of a number that was found in it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import tzinfo
from decimal import Decimal

from consult.analytes import Catalog
from consult.case._draft import Named, Result
from consult.case._flags import reported_flag
from consult.case._model import Reported
from consult.case._prose.fold import Folded
from consult.case._prose.names import Mention, mentions
from consult.case._prose.quantity import Quantity
from consult.case._prose.specimens import Specimens
from consult.case._prose.times import Times
from consult.case._values import Value, comparator_of, decimal_text, number_of

_GROUPED = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_DECIMAL_COMMA = re.compile(r"(?<![\d,.])\d{1,3},\d{1,2}(?![\d,])(?=[ ]?[A-Za-zµμ%×])")
TIME_NOTE = "time as written: "
"""Begins the note that holds a relative time which nothing in the text dates."""


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
    _named: dict[tuple[int, int], list[Mention]] = field(default_factory=dict)

    @classmethod
    def of(cls, text: str, folded: Folded, catalog: Catalog, home: tzinfo) -> Reading:
        """The reading of a text."""
        commas = _DECIMAL_COMMA.search(folded.text) is not None
        return cls(text, folded, catalog, Specimens(folded), Times(folded, home), commas)

    def mentions(self, start: int, end: int) -> list[Mention]:
        """The tests named in a sentence; looked for once."""
        known = self._named.get((start, end))
        if known is None:
            known = self._named[start, end] = list(mentions(self.folded, start, end, self.catalog))
        return known

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
            unit=inferred or unit,
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
