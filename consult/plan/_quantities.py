"""Is a number of a sentence that of a result, converted to the sentence's unit and rounded as the sentence has it?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from consult.case import Observation
from consult.plan._lexicon import Lexicon
from consult.plan._numbers import Stated, stated_in, unit_code

_FEWEST = 2
"""Significant digits that a rounded number must still have."""
_BIAS = Decimal("1e-6")
"""Relative: what the conversion itself may round away."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with its unit (UCUM), as a fact or a passage has it."""

    value: Decimal
    unit: str | None


@dataclass(frozen=True, slots=True)
class Measured:
    """The numbers of one result: what was measured, and what it is compared with."""

    analyte: str | None
    values: tuple[Amount, ...]
    """As reported and as converted."""
    bounds: tuple[Amount, ...]
    """Ends of its range, our limits for it."""


def measured(seen: Observation, limits: Iterable[Decimal]) -> Measured:
    """The numbers of a result."""
    unit, reported = unit_code(seen.unit), unit_code(seen.reported.unit_shown)
    values = [*_amounts(seen.reported.value, reported), *_amounts(seen.value, unit)]
    bounds = _amounts(seen.reported.range_shown, reported)
    if seen.range is not None:
        bounds += [*_amounts(seen.range.low, unit), *_amounts(seen.range.high, unit)]
    bounds += [Amount(limit, unit) for limit in limits]
    return Measured(seen.analyte, tuple(dict.fromkeys(values)), tuple(dict.fromkeys(bounds)))


def is_value_of(stated: Stated, result: Measured, lexicon: Lexicon) -> bool:
    """Whether a number is what was measured; rounding carries no value to the other side of a limit."""
    return any(
        same_amount(stated, value, result.analyte, lexicon)
        and all(_same_side(stated, value, bound) for bound in result.bounds)
        for value in result.values
    )


def is_bound_of(stated: Stated, result: Measured, lexicon: Lexicon) -> bool:
    """Whether a number is an end of the range, or one of our limits."""
    return any(same_amount(stated, bound, result.analyte, lexicon) for bound in result.bounds)


def same_amount(stated: Stated, amount: Amount, analyte: str | None, lexicon: Lexicon) -> bool:
    """Whether two numbers are one amount, the first perhaps converted and rounded.

    A number without a unit is taken in the unit of the other. Digits before the decimal point are never rounded away
    (96 g/L is not `about 100`), and a rounded number keeps two significant digits: 4.96 is `5.0`, not `5`; 96.4 is
    `96`.
    """
    if stated.unit is None or stated.unit == amount.unit:
        return _rounds_to(amount.value, stated.value)
    return _converts_to(stated, amount, analyte, lexicon)


def _rounds_to(exact: Decimal, rounded: Decimal) -> bool:
    if exact == rounded:
        return True
    if _significant(rounded) < _FEWEST or _places(rounded) >= _places(exact):
        return False
    return exact.quantize(Decimal(1).scaleb(-_places(rounded)), rounding=ROUND_HALF_UP) == rounded


def _converts_to(stated: Stated, amount: Amount, analyte: str | None, lexicon: Lexicon) -> bool:
    """Within half of the last digit of either: 5.6 mmol/L is 101 mg/dL, and 100.8 mg/dL is 5.6 mmol/L."""
    here = lexicon.convert(analyte, amount.value, amount.unit)
    there = lexicon.convert(analyte, stated.value, stated.unit)
    if here is None or there is None:
        return False
    if abs(here - there) <= abs(here) * _BIAS:
        return True
    if _significant(stated.value) < _FEWEST or _significant(amount.value) < _FEWEST:
        return False
    return _covers(stated.value, stated.unit, here, analyte, lexicon) or _covers(
        amount.value, amount.unit, there, analyte, lexicon
    )


def _covers(value: Decimal, unit: str | None, canonical: Decimal, analyte: str | None, lexicon: Lexicon) -> bool:
    half = Decimal("0.5").scaleb(-_places(value))
    low = lexicon.convert(analyte, value - half, unit)
    high = lexicon.convert(analyte, value + half, unit)
    if low is None or high is None:
        return False
    slack = abs(canonical) * _BIAS
    return low - slack <= canonical <= high + slack


def _same_side(stated: Stated, value: Amount, bound: Amount) -> bool:
    """In the same unit only: where it differs, the conversion is exact enough."""
    if value.unit != bound.unit or (stated.unit is not None and stated.unit != value.unit):
        return True
    return _sign(value.value, bound.value) == _sign(stated.value, bound.value)


def _sign(one: Decimal, other: Decimal) -> int:
    return (one > other) - (one < other)


def _amounts(text: str | None, unit: str | None) -> list[Amount]:
    return [Amount(stated.value, stated.unit or unit) for stated in stated_in(text or "")]


def _places(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _significant(value: Decimal) -> int:
    return len("".join(map(str, value.as_tuple().digits)).lstrip("0"))
