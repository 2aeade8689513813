"""`referenceRange` of an observation: which of several is meant for the patient, and what it says."""

from __future__ import annotations

from typing import NamedTuple

from consult.analytes import normalize_unit
from consult.case._fhir.values import number_in, unit_of
from consult.case._model import Range, Sex
from consult.case._text import clean
from consult.case._values import decimal_text
from consult.interop.fhir import Resource, code_set, obj, objs, text, words

_SEXES: dict[str, Sex] = {
    "male": "male",
    "m": "male",
    "248153007": "male",
    "female": "female",
    "f": "female",
    "248152002": "female",
}
_USUAL = frozenset({"", "normal", "n", "reference"})
_YEARS = {
    "a": 1.0,
    "year": 1.0,
    "years": 1.0,
    "y": 1.0,
    "yr": 1.0,
    "mo": 1 / 12,
    "wk": 1 / 52,
    "d": 1 / 365,
    "h": 1 / 8760,
}


class Limits(NamedTuple):
    """The range of a result, for `Result`."""

    reported: str | None = None
    text: str | None = None
    """In words and numbers; read like those of other formats."""
    unit: str | None = None
    """The unit of `text`, where it is another one than the value's."""
    given: Range | None = None
    """The bounds, in the unit of the value."""
    unclear: bool = False
    """There are several, and none is certainly the patient's."""


NO_LIMITS = Limits()


def read_limits(holder: Resource, *, unit: str | None, sex: Sex, age: int | None) -> Limits:
    """The reference range of an Observation or component that holds for this patient."""
    listed = objs(holder.get("referenceRange"))
    usable = [one for one in listed if _shown(one)]
    if not usable:
        return NO_LIMITS
    fitting = [one for one in usable if _usual(one) and _fits(one, sex, age)]
    distinct = {_shown(one): one for one in fitting}
    if len(distinct) == 1:
        return _limits(next(iter(distinct.values())), unit)
    everything = "; ".join(dict.fromkeys(_described(one) for one in usable))
    return Limits(everything, unclear=bool(fitting))


def _usual(one: Resource) -> bool:
    """Not a therapeutic, treatment or critical range."""
    kind = code_set(one.get("type")) | code_set(one.get("meaning"))
    return not kind or bool(kind & _USUAL)


def _fits(one: Resource, sex: Sex, age: int | None) -> bool:
    sexes = {_SEXES[code] for code in code_set(one.get("appliesTo")) if code in _SEXES}
    if sexes and sex not in sexes:
        return False
    limits = obj(one.get("age"))
    low, high = (_years(obj(limits.get(end))) for end in ("low", "high"))
    if low is None and high is None:
        return True
    return age is not None and (low is None or age >= low) and (high is None or age <= high)


def _years(quantity: Resource) -> float | None:
    number = number_in(text(quantity.get("value")))
    factor = _YEARS.get((unit_of(quantity)[1] or "a").lower())
    return float(number) * factor if number is not None and factor is not None and number < 1000 else None


def _limits(one: Resource, unit: str | None) -> Limits:
    said = clean(text(one.get("text"))) or None
    low, high = obj(one.get("low")), obj(one.get("high"))
    bounds = tuple(number_in(text(end.get("value"))) for end in (low, high))
    if bounds == (None, None):
        return Limits(said, said)
    reported = said or _shown(one)
    if bounds[0] is not None and bounds[1] is not None and bounds[0] > bounds[1]:
        return Limits(reported, _bounds(one))
    other = _other_unit(low if bounds[0] is not None else high, unit)
    if other is not None:
        return Limits(reported, _bounds(one), other)
    first, second = (
        decimal_text(end, text(side.get("value"))) if end is not None else None
        for end, side in zip(bounds, (low, high), strict=True)
    )
    return Limits(reported, said, None, Range(low=first, high=second, source="laboratory"))


def _other_unit(bound: Resource, unit: str | None) -> str | None:
    """The unit of the bounds when it is certainly another one than the value's."""
    own = unit_of(bound)[1]
    if own is None or unit is None or own == unit:
        return None
    return own if normalize_unit(own) != normalize_unit(unit) else None


def _bounds(one: Resource) -> str:
    low, high = (text(obj(one.get(end)).get("value")) for end in ("low", "high"))
    if low and high:
        return f"{low}-{high}"
    return f">={low}" if low else f"<={high}" if high else ""


def _shown(one: Resource) -> str:
    return clean(text(one.get("text"))) or _bounds(one)


def _described(one: Resource) -> str:
    """With whom or what it is for."""
    about = [words(one.get("type")), *(words(part) for part in objs(one.get("appliesTo")))]
    label = " ".join(dict.fromkeys(part for part in about if part))
    age = obj(one.get("age"))
    years = "-".join(text(obj(age.get(end)).get("value")) for end in ("low", "high")).strip("-")
    label = " ".join(part for part in (label, f"age {years}" if years else "") if part)
    return clean(f"{label}: {_shown(one)}" if label else _shown(one))
