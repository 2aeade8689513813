"""`value[x]` of an observation: a number with its unit, words, a code, a ratio, an interval."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Any

from consult.analytes import UnitError, between, normalize_unit, parse_decimal
from consult.case._json_text import Written
from consult.case._model import Coding
from consult.case._text import clean
from consult.case._times import read_iso_time
from consult.case._values import ABSENT, Value, comparator_of, decimal_text, read_text
from consult.interop.fhir import UCUM, Code, Resource, choice, codings, obj, text, words

_UCUM = frozenset({UCUM, "", "UCUM", "urn:oid:2.16.840.1.113883.6.8"})
_PLAIN_NUMBER = re.compile(r"1|\{[^{}]*\}")
_LONG_SAMPLE = 200
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class Sent:
    """A value as read, with what was sent for it."""

    value: Value
    reported: str | None = None
    """The value exactly as sent, with its comparator."""
    unit_sent: str | None = None
    """The unit as the sender shows it."""
    unit: str | None = None
    """The unit to calculate in: the UCUM code where one was sent."""


NOTHING = Sent(ABSENT)


def read_value(holder: Resource, home: tzinfo) -> Sent:
    """The value of an Observation or of one of its components."""
    kind, value = choice(holder, "value")
    if value is None:
        return NOTHING
    reader = _READERS.get(kind or _guess(value))
    return reader(value, home) if reader is not None else Sent(ABSENT)


def _guess(value: Any) -> str:
    """The type of a value whose element does not name it."""
    if isinstance(value, dict):
        return "CodeableConcept" if {"coding", "text"} & value.keys() else "Quantity"
    return "Boolean" if isinstance(value, bool) else "Decimal" if isinstance(value, Written) else "String"


def _quantity(value: Any, home: tzinfo) -> Sent:
    if not isinstance(value, dict):
        # Not what the element is for; `"6.9 mmol/L"` still says what it says.
        return _string(value, home)
    digits, sign = text(value.get("value")), text(value.get("comparator"))
    shown, code = unit_of(value)
    number = number_in(digits)
    reported = f"{sign}{digits}" if digits else None
    if not digits:
        return Sent(ABSENT, None, shown, code)
    if number is None:
        return Sent(Value("text", clean(reported or "") or None, doubts=("value-not-numeric",)), reported, shown, code)
    bound = comparator_of(sign)
    doubts = list(_unit_doubts(value))
    if sign and bound is None:
        return Sent(Value("text", f"{sign} {digits}", doubts=("comparator-odd", *doubts)), reported, shown, code)
    return Sent(
        Value("quantity", decimal_text(number, digits), number, bound, doubts=tuple(doubts)), reported, shown, code
    )


def number_in(digits: str) -> Decimal | None:
    """The number; null when it is none, or longer than any measurement."""
    return parse_decimal(digits) if len(digits) <= _LONGEST and "," not in digits else None


def unit_of(quantity: Resource) -> tuple[str | None, str | None]:
    """The unit as shown, and the one to calculate in: the UCUM code, unless it says less than the text."""
    shown, code = text(quantity.get("unit")), text(quantity.get("code"))
    ucum = text(quantity.get("system")) in _UCUM
    return shown or code or None, _calculated(shown, code, ucum) or None


@lru_cache(maxsize=1024)
def _calculated(shown: str, code: str, ucum: bool) -> str:
    if not code or not shown:
        return code or shown
    readable = normalize_unit(code) is not None
    # `1` or `{result}` beside `%`: the code was filled in for the sake of the form.
    if not readable or _PLAIN_NUMBER.fullmatch(code) or not ucum:
        return shown if normalize_unit(shown) is not None or not readable else code
    return code


def _unit_doubts(quantity: Resource) -> tuple[str, ...]:
    """The code and the text of one unit may name two: no one can say which of them was meant."""
    shown, code = text(quantity.get("unit")), text(quantity.get("code"))
    return ("unit-conflict",) if shown and code and _differ(shown, code) else ()


@lru_cache(maxsize=1024)
def _differ(shown: str, code: str) -> bool:
    if _PLAIN_NUMBER.fullmatch(code):
        return False
    one, other = (normalize_unit(unit) for unit in (shown, code))
    if one is None or other is None or one == other:
        return False
    try:
        # International units and the units of enzymes are written for each other.
        return between(Decimal(1), one.replace("[IU]", "U"), other.replace("[IU]", "U")) != 1
    except UnitError as error:
        return error.reason != "unknown"


def _string(value: Any, home: tzinfo) -> Sent:
    sent = text(value)
    if isinstance(value, dict | list):
        return Sent(ABSENT)
    return Sent(read_text(sent), sent or None)


def _boolean(value: Any, home: tzinfo) -> Sent:
    sent = text(value)
    return Sent(Value("text", clean(sent)) if sent else ABSENT, sent or None)


def _decimal(value: Any, home: tzinfo) -> Sent:
    return _quantity({"value": value}, home) if not isinstance(value, dict | list) else NOTHING


def _concept(value: Any, home: tzinfo) -> Sent:
    said, listed = clean(words(value)), codings(value)
    first = next((code for code in listed if code.code), None)
    sent = (first.code if first is not None else "") or said
    if not said:
        return NOTHING
    if first is None or (said == first.code and not first.system):
        # A code of no system that nobody put into words is what was written.
        return Sent(read_text(said), said)
    return Sent(Value("code", said, code=coding(first)), sent)


def coding(code: Code) -> Coding:
    """As the case holds it."""
    return Coding(system=code.system, code=code.code)


def _range(value: Any, home: tzinfo) -> Sent:
    held = obj(value)
    low, high = obj(held.get("low")), obj(held.get("high"))
    first, second = text(low.get("value")), text(high.get("value"))
    shown, code = unit_of(low or high)
    if first and second:
        bounds = number_in(first), number_in(second)
        plain = None not in bounds and not (unit_of(low)[1] and unit_of(high)[1] and unit_of(low) != unit_of(high))
        if not plain:
            return _spelled(f"{_spell(low)} - {_spell(high)}", "value-not-numeric")
        return Sent(Value("interval", f"{first}-{second}"), f"{first}-{second}", shown, code)
    if first or second:
        open_sided = {**(low if first else high), "comparator": ">=" if first else "<="}
        return _quantity(open_sided, home)
    return NOTHING


def _ratio(value: Any, home: tzinfo) -> Sent:
    held = obj(value)
    above, below = obj(held.get("numerator")), obj(held.get("denominator"))
    parts = text(above.get("value")), text(below.get("value"))
    if not any(parts):
        return NOTHING
    sign = text(above.get("comparator"))
    plain = all(number_in(part) is not None for part in parts) and not (unit_of(above)[1] or unit_of(below)[1])
    if plain and (not sign or comparator_of(sign)) and not text(below.get("comparator")):
        return Sent(
            Value("ratio", f"{parts[0]}:{parts[1]}", comparator=comparator_of(sign)), f"{sign}{':'.join(parts)}"
        )
    return _spelled(f"{_spell(above)} / {_spell(below)}")


def _spell(quantity: Resource) -> str:
    return " ".join(
        part for part in (text(quantity.get("comparator")) + text(quantity.get("value")), unit_of(quantity)[0]) if part
    )


def _spelled(words_: str, *doubts: str) -> Sent:
    shown = clean(words_)
    return Sent(Value("text", shown, doubts=doubts), shown)


def _sampled(value: Any, home: tzinfo) -> Sent:
    """A curve: short ones in full, of long ones what they are; an ECG is no value."""
    held = obj(value)
    data = text(held.get("data"))
    if not data:
        return NOTHING
    named = {"period": "ms a sample", "interval": "an interval", "factor": "factor", "lowerLimit": "at least"}
    about = [f"origin {_spell(obj(held.get('origin')))}".strip()]
    about += [f"{text(held[key])} {said}" for key, said in named.items() if text(held.get(key))]
    if len(data) <= _LONG_SAMPLE:
        return Sent(Value("text", clean(f"{data} ({'; '.join(about)})")), data)
    shown = f"{len(data.split())} samples ({'; '.join(about)})"
    return Sent(Value("text", clean(shown), doubts=("encapsulated-data",)), shown)


def _time(value: Any, home: tzinfo) -> Sent:
    sent = text(value)
    when = read_iso_time(sent, home)
    if when is None:
        return Sent(Value("text", clean(sent)) if sent else ABSENT, sent or None)
    return Sent(Value("text", when.text), sent)


def _period(value: Any, home: tzinfo) -> Sent:
    held = obj(value)
    ends = [_time(held.get(key), home).value.text or "" for key in ("start", "end")]
    return _spelled(" / ".join(ends)) if any(ends) else NOTHING


def _attachment(value: Any, home: tzinfo) -> Sent:
    return Sent(Value("absent", doubts=("encapsulated-data",)))


_READERS: dict[str, Callable[[Any, tzinfo], Sent]] = {
    "Quantity": _quantity,
    "CodeableConcept": _concept,
    "Coding": _concept,
    "String": _string,
    "Markdown": _string,
    "Code": _string,
    "Boolean": _boolean,
    "Integer": _decimal,
    "Decimal": _decimal,
    "Range": _range,
    "Ratio": _ratio,
    "SampledData": _sampled,
    "Time": _time,
    "DateTime": _time,
    "Date": _time,
    "Instant": _time,
    "Period": _period,
    "Attachment": _attachment,
    "Reference": _attachment,
}
