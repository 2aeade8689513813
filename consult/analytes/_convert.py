"""Conversion of one value to its analyte's canonical unit."""

from __future__ import annotations

from decimal import Decimal

from consult.analytes._analyte import Analyte, Converted, Factor, UnitError
from consult.analytes._decimals import EXACT, significant, tidy
from consult.analytes._dimensions import Measure, measure
from consult.analytes._spelling import normalize_unit


def convert(analyte: Analyte, value: Decimal, unit: str | None) -> Converted:
    """`value` in the canonical unit of `analyte`, rounded to one digit more than was reported at most.

    Raises:
        UnitError: the unit is missing, unknown, of another dimension, or says too little (`basis`).
    """
    canonical = canonical_measure(analyte)
    if unit is None or not unit.strip():
        if analyte.unit in {"1", "[pH]"} or analyte.unit.startswith("{"):
            return Converted(value, analyte.unit, "same")
        raise UnitError("missing", analyte=analyte.key, unit=unit)
    sent = _sent(unit, canonical)
    if sent is None:
        raise UnitError("unknown", analyte=analyte.key, unit=unit)
    factor, how = factor_to(analyte, canonical, sent, unit)
    if factor.slope == 1 and not factor.offset:
        return Converted(value, analyte.unit, "same")
    exact = EXACT.fma(value, factor.slope, factor.offset)
    shifted = not factor.offset and factor.slope.normalize().as_tuple().digits == (1,)
    return Converted(tidy(exact, significant(value) + (0 if shifted else 1)), analyte.unit, how)


def fits(analyte: Analyte, unit: str) -> bool:
    """Could a value of `analyte` be reported in `unit` (its basis set aside)?"""
    canonical = canonical_measure(analyte)
    sent = _sent(unit, canonical)
    if sent is None:
        return False
    try:
        factor_to(analyte, canonical, sent, unit)
    except UnitError as error:
        return error.reason in {"basis", "scale"}
    return True


def _sent(unit: str, canonical: Measure) -> Measure | None:
    """What a unit measures. `G/L` is a billion cells in a litre, but of a protein it can only be capitals for `g/L`."""
    grams = measure("g/L")
    if grams is not None and unit.strip() in {"G/L", "G/l"} and canonical.dimension == grams.dimension:
        return grams
    code = normalize_unit(unit)
    return measure(code) if code else None


def canonical_measure(analyte: Analyte) -> Measure:
    """What the canonical unit measures; the table has been validated, so it is known."""
    found = measure(analyte.unit)
    if found is None:
        raise UnitError("unknown", analyte=analyte.key, unit=analyte.unit)
    return found


def factor_to(analyte: Analyte, canonical: Measure, sent: Measure, unit: str) -> tuple[Factor, str]:
    """The factor from the unit as sent to the canonical one, and how it was found."""
    bridge = _bridge(analyte, sent, unit)
    if bridge is not None:
        return bridge, "factor"
    if sent.dimension == canonical.dimension:
        if canonical.basis and sent.basis != canonical.basis:
            raise UnitError("scale" if sent.basis else "basis", analyte=analyte.key, unit=unit)
        return Factor(EXACT.divide(sent.size, canonical.size)), "scaled"
    if canonical.code == "%" and not sent.dimension:
        return Factor(EXACT.multiply(sent.size, Decimal(100))), "scaled"
    slope = _molar(analyte, canonical, sent)
    if slope is None:
        raise UnitError("incompatible", analyte=analyte.key, unit=unit)
    return Factor(slope), f"molar mass {analyte.molar_mass} g/mol"


def _bridge(analyte: Analyte, sent: Measure, unit: str) -> Factor | None:
    """The table's own factor for this unit or for another size of it (`ug/L` where the table has `mg/L`)."""
    undeclared = False
    for code, factor in analyte.factors.items():
        known = measure(code)
        if known is None or known.dimension != sent.dimension:
            continue
        if known.basis != sent.basis:
            undeclared = True
            continue
        if factor.offset:
            scale = EXACT.divide(sent.size, known.size)
            return Factor(EXACT.multiply(factor.slope, scale), factor.offset)
        return Factor(EXACT.multiply(factor.slope, EXACT.divide(sent.size, known.size)))
    if undeclared:
        raise UnitError("basis", analyte=analyte.key, unit=unit)
    return None


def _molar(analyte: Analyte, canonical: Measure, sent: Measure) -> Decimal | None:
    """Mass to amount or back, when the units differ in nothing else."""
    if analyte.molar_mass is None:
        return None
    here, there = dict(sent.dimension), dict(canonical.dimension)
    mass = there.pop("mass", 0) - here.pop("mass", 0)
    amount = there.pop("amount", 0) - here.pop("amount", 0)
    if here != there or mass + amount or abs(mass) != 1:
        return None
    scale = EXACT.divide(sent.size, canonical.size)
    if mass == 1:
        return EXACT.multiply(scale, analyte.molar_mass)
    return EXACT.divide(scale, analyte.molar_mass)
