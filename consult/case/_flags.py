"""Flags: computed from value and range, and compared with the one that was sent."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from consult.case._model import Flag
from consult.case._ranges import ParsedRange, says
from consult.case._values import Comparator, Value

Side = Literal["L", "N", "H"]

_REPORTED: dict[str, Flag] = {
    "L": "L",
    "LOW": "L",
    "LU": "L",
    "↓": "L",
    "偏低": "L",
    "低": "L",
    "LL": "LL",
    "<": "LL",
    "↓↓": "LL",
    "LP": "LL",
    "C-L": "LL",
    "H": "H",
    "HIGH": "H",
    "HU": "H",
    "↑": "H",
    "偏高": "H",
    "高": "H",
    "HH": "HH",
    ">": "HH",
    "↑↑": "HH",
    "HP": "HH",
    "C-H": "HH",
    "N": "N",
    "NORMAL": "N",
    "NEG": "N",
    "正常": "N",
    "阴性": "N",
    "A": "A",
    "AA": "A",
    "ABN": "A",
    "ABNORMAL": "A",
    "POS": "A",
    "*": "A",
    "异常": "A",
    "阳性": "A",
}
_DIRECTION = {"LL": "low", "L": "low", "N": "normal", "H": "high", "HH": "high", "A": "abnormal"}


def side(number: Decimal, comparator: Comparator | None, limits: ParsedRange) -> Side | None:
    """Where the value lies; null when it cannot be told, as for `<5` against 3-8."""
    if comparator is None:
        return _exact(number, limits)
    if comparator in {"<", "<="}:
        return _upper_bound(number, comparator, limits)
    return _lower_bound(number, comparator, limits)


def _exact(number: Decimal, limits: ParsedRange) -> Side:
    low, high = limits.low, limits.high
    if low is not None and (number < low or (number == low and not limits.low_inclusive)):
        return "L"
    if high is not None and (number > high or (number == high and not limits.high_inclusive)):
        return "H"
    return "N"


def _upper_bound(bound: Decimal, comparator: Comparator, limits: ParsedRange) -> Side | None:
    """All that is known: the value is below `bound` (or equal to it)."""
    low, high = limits.low, limits.high
    strict = comparator == "<"
    if low is not None and (bound < low or (bound == low and (strict or not limits.low_inclusive))):
        return "L"
    # A lower limit of zero excludes nothing: no concentration is negative.
    open_below = low is None or low <= 0
    inside = high is None or bound < high or (bound == high and (strict or limits.high_inclusive))
    return "N" if open_below and inside else None


def _lower_bound(bound: Decimal, comparator: Comparator, limits: ParsedRange) -> Side | None:
    """All that is known: the value is above `bound` (or equal to it)."""
    low, high = limits.low, limits.high
    strict = comparator == ">"
    if high is not None and (bound > high or (bound == high and (strict or not limits.high_inclusive))):
        return "H"
    inside = low is None or bound > low or (bound == low and (strict or limits.low_inclusive))
    return "N" if high is None and inside else None


def graded(
    found: Side | None, number: Decimal, comparator: Comparator | None, low: Decimal | None, high: Decimal | None
) -> Flag | None:
    """`LL` or `HH` where the value is at or beyond our critical limit in the same direction.

    Without a range (`found` null) a critical value still has a direction. A range that calls the value normal wins.
    """
    if low is not None and comparator not in {">", ">="} and number <= low and found in {"L", None}:
        return "LL"
    if high is not None and comparator not in {"<", "<="} and number >= high and found in {"H", None}:
        return "HH"
    return found


def in_words(value: Value, limits: ParsedRange) -> Flag | None:
    """`A` or `N` for a result in words or a titre against a range in words; null when the range settles nothing."""
    if limits.negative_below is not None:
        return _against_titre(value, limits.negative_below)
    if limits.expected != "negative" or value.text is None:
        # A range that says `Detected` is more often a copied result than an expectation: it settles nothing.
        return None
    if value.kind == "ratio":
        return None
    said = says(value.text)
    if said is None:
        return None
    return "A" if said == "positive" else "N"


def _against_titre(value: Value, below: Decimal) -> Flag | None:
    number = value.number
    if value.kind == "ratio" and value.text is not None:
        number = Decimal(value.text.rsplit(":", 1)[1])
    if number is None:
        said = says(value.text) if value.text is not None else None
        return None if said is None else ("A" if said == "positive" else "N")
    if value.comparator in {"<", "<="}:
        return "N" if number <= below else None
    if value.comparator in {">", ">="}:
        return "A" if number >= below else None
    return "N" if number < below else "A"


def reported_flag(text: str | None) -> Flag | None:
    """The flag that the laboratory means (HL7 table 0078 and its usual variants); null when it is of another kind."""
    return None if text is None else _REPORTED.get(text.strip().upper())


def disagreement(ours: Flag | None, reported: Flag | None) -> Literal["direction", "grade"] | None:
    """How our flag and the laboratory's differ; null when they agree or one of them is missing."""
    if ours is None or reported is None or ours == reported:
        return None
    here, there = _DIRECTION[ours], _DIRECTION[reported]
    if here == there or ("abnormal" in {here, there} and "normal" not in {here, there}):
        return "grade"
    return "direction"
