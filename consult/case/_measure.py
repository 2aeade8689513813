"""One result to one observation: analyte, canonical value, range and flag."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from consult.analytes import Catalog, Certainty, Match, UnitError, normalize_unit
from consult.case._draft import Named, Result
from consult.case._flags import disagreement, graded, in_words, reported_flag, side
from consult.case._model import Flag, Observation, Range, Sex
from consult.case._ranges import NO_RANGE, ParsedRange, parse_range
from consult.case._specimens import contradicts
from consult.case._text import clean
from consult.case._values import Value, decimal_text

LABORATORY = "laboratory"
_IMPOSSIBLE = frozenset({"value-implausible", "range-contradicts-unit"})
"""With one of these the canonical number is not to be compared with limits in its unit."""
_FAR = 3
"""A reported range that lies beyond ours by this factor was not made in the unit that was sent: methods and ages
differ by less, wrong units by more (calcium 4, haemoglobin 10, creatinine 88)."""
_UNIT_DOUBTS = {
    "missing": "unit-missing",
    "unknown": "unit-unknown",
    "incompatible": "unit-incompatible",
    "basis": "unit-basis-unknown",
    "scale": "unit-other-scale",
}


@dataclass(frozen=True, slots=True)
class Subject:
    """What ranges and limits depend on."""

    sex: Sex
    age_years: int | None
    pregnant: bool | None


@dataclass(slots=True)
class _Work:
    """The state of one result while it is worked on."""

    result: Result
    catalog: Catalog
    person: Subject
    doubts: list[str]
    analyte: str | None = None
    matched: Certainty = "none"
    converting_unit: str | None = None
    canonical: Decimal | None = None
    unit: str | None = None
    limits: ParsedRange = NO_RANGE
    ours: bool = False


def measure(result: Result, *, fact: str, person: Subject, catalog: Catalog) -> tuple[Observation, list[str]]:
    """The observation of one result, and the codes of what is doubtful about it."""
    work = _Work(result, catalog, person, [*result.doubts, *result.value.doubts])
    _identify(work)
    value = _convert(work)
    reference = _range(work)
    _check_range(work, reference)
    flag = _flag(work)
    _compare(work, flag)
    first = result.codings[0].coding if result.codings else None
    observation = Observation(
        fact=fact,
        analyte=work.analyte,
        matched=work.matched,
        name=result.name,
        code=first,
        value=value,
        value_type=result.value.kind,
        value_code=result.value.code,
        comparator=result.value.comparator,
        unit=work.unit,
        reported=result.reported,
        range=reference,
        flag=flag,
        specimen=result.specimen,
        order=result.order,
        effective=result.when.text if result.when is not None else None,
        effective_assumed=result.when.assumed if result.when is not None else False,
        status=result.status,
        notes=result.notes,
        source=result.source,
    )
    return observation, work.doubts


def _identify(work: _Work) -> None:
    result = work.result
    if result.question:
        return
    matched = _match(work.catalog, result)
    if matched is None:
        return
    if matched.conflict is not None:
        other = contradicts(result.specimen, work.catalog[matched.conflict].specimen)
        work.doubts.append("specimen-conflict" if other and matched.analyte is None else "code-conflict")
    if matched.analyte is None:
        return
    if contradicts(result.specimen, work.catalog[matched.analyte].specimen):
        work.doubts.append("specimen-conflict")
        return
    work.analyte, work.matched = matched.analyte, matched.certainty
    work.converting_unit = matched.unit


def _match(catalog: Catalog, result: Result) -> Match | None:
    """The first coding that names an analyte; where none does, what was said of the first."""
    first: Match | None = None
    for named in result.codings or (Named(result.name),):
        found = catalog.match(
            named.name,
            code=named.coding.code if named.coding is not None else None,
            system=named.coding.system if named.coding is not None else None,
            unit=result.unit or result.value.unit,
            specimen=result.specimen,
            order=result.order,
        )
        if found.analyte is not None:
            return found
        first = first or found
    return first


def _convert(work: _Work) -> str | None:
    """The value as shown; sets the canonical number and the unit."""
    result, value = work.result, work.result.value
    sent_unit = result.unit or value.unit
    work.unit = clean(sent_unit) or None if sent_unit else None
    if value.number is None:
        return value.text
    if work.analyte is None:
        if sent_unit and normalize_unit(sent_unit) is None:
            work.doubts.append("unit-unchecked")
        return value.text
    analyte = work.catalog[work.analyte]
    if analyte.kind == "ordinal":
        return value.text
    try:
        converted = work.catalog.convert(work.analyte, value.number, work.converting_unit or sent_unit)
    except UnitError as error:
        work.doubts.append(_UNIT_DOUBTS[error.reason])
        return value.text
    work.canonical, work.unit = converted.value, converted.unit
    _check_plausible(work, analyte.plausible_low, analyte.plausible_high)
    return value.text if converted.value == value.number else decimal_text(converted.value)


def _check_plausible(work: _Work, low: Decimal | None, high: Decimal | None) -> None:
    number, comparator = work.canonical, work.result.value.comparator
    if number is None:
        return
    below = low is not None and number < low and comparator not in {"<", "<=", ">", ">="}
    above = high is not None and number > high and comparator not in {"<", "<="}
    if below or above:
        work.doubts.append("value-implausible")


def _range(work: _Work) -> Range | None:
    """The range in the unit of the value; keeps the limits in the reported unit for the flag."""
    result = work.result
    told = NO_RANGE
    if result.range_text:
        unit = result.range_unit or result.unit or result.value.unit
        told = parse_range(result.range_text, sex=work.person.sex, unit=unit)
        if not told.readable and result.range_given is None:
            work.doubts.append("range-unreadable")
    given = result.range_given
    if given is not None:
        work.limits = replace(told, low=_number(given.low), high=_number(given.high))
        return _canonical_range(work, given.source)
    work.limits = told
    if told.numeric:
        return _canonical_range(work, LABORATORY)
    return None if result.range_text else _our_range(work)


def _check_range(work: _Work, told: Range | None) -> None:
    """Doubts the unit when the laboratory's own range cannot be in it (haemoglobin 11.5-15.0 "g/L")."""
    if told is None or work.ours or work.canonical is None or work.analyte is None:
        return
    low, high = work.catalog.widest_range(work.analyte)
    told_low, told_high = _number(told.low), _number(told.high)
    below = low is not None and low > 0 and told_high is not None and told_high * _FAR < low
    above = high is not None and high > 0 and told_low is not None and told_low > high * _FAR
    if below or above:
        work.doubts.append("range-contradicts-unit")


def _number(text: str | None) -> Decimal | None:
    return Decimal(text) if text is not None else None


def _canonical_range(work: _Work, source: str) -> Range:
    bounds = (work.limits.low, work.limits.high)
    if work.canonical is None or work.analyte is None:
        low, high = bounds
    else:
        low, high = (_canonical_bound(work, bound) for bound in bounds)
        if _own_unit(work) is not None:
            # The value came in canonical units already and its range did not: compare in those.
            work.limits = replace(work.limits, low=low, high=high)
    return Range(
        low=decimal_text(low) if low is not None else None,
        high=decimal_text(high) if high is not None else None,
        source=source,
    )


def _own_unit(work: _Work) -> str | None:
    """The unit of a range that was sent in another unit than the value; only native files have such."""
    unit = work.result.range_unit if work.result.range_given is None else None
    return unit if unit is not None and unit != work.result.unit else None


def _canonical_bound(work: _Work, bound: Decimal | None) -> Decimal | None:
    if bound is None or work.analyte is None:
        return None
    unit = _own_unit(work) or work.converting_unit or work.result.unit or work.result.value.unit
    try:
        return work.catalog.convert(work.analyte, bound, unit).value
    except UnitError:
        return None


def _our_range(work: _Work) -> Range | None:
    """Ours, where the report gives none and the patient is of its population."""
    if work.canonical is None or work.analyte is None:
        return None
    person = work.person
    found = work.catalog.reference_range(
        work.analyte, sex=person.sex, age_years=person.age_years, pregnant=person.pregnant
    )
    if found is None or (found.low is None and found.high is None):
        return None
    work.limits = ParsedRange(found.low, found.high)
    work.ours = True
    return Range(
        low=decimal_text(found.low) if found.low is not None else None,
        high=decimal_text(found.high) if found.high is not None else None,
        source=found.source,
    )


def _flag(work: _Work) -> Flag | None:
    value = work.result.value
    if value.kind == "absent":
        return None
    if value.number is None or not work.limits.numeric:
        words = in_words(value, work.limits)
        if words is not None or value.number is None:
            return words
    found = side(_compared(work, value), value.comparator, work.limits) if work.limits.numeric else None
    if work.canonical is None or work.analyte is None or _IMPOSSIBLE.intersection(work.doubts):
        return found
    if found is None and (work.limits.numeric or not work.limits.readable):
        return None
    limits = work.catalog.critical_limits(work.analyte, age_years=work.person.age_years)
    if limits is None:
        return found
    return graded(found, work.canonical, value.comparator, limits.low, limits.high)


def _compared(work: _Work, value: Value) -> Decimal:
    """The number in the unit of the limits: canonical for our own range, else as reported."""
    canonical = work.ours or _own_unit(work) is not None
    if canonical and work.canonical is not None:
        return work.canonical
    return value.number if value.number is not None else Decimal(0)


def _compare(work: _Work, flag: Flag | None) -> None:
    difference = disagreement(flag, reported_flag(work.result.reported.flag))
    if difference is not None:
        work.doubts.append("flag-differs" if difference == "direction" else "flag-grade-differs")
