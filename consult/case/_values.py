"""What a result says: a number, a bound, a titre, an interval or words."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from consult.analytes import normalize_unit, parse_decimal
from consult.case._model import Coding, ValueType
from consult.case._text import clean

Comparator = Literal["<", "<=", ">=", ">"]
_COMPARATORS: dict[str, Comparator] = {
    "<": "<",
    ">": ">",
    "<=": "<=",
    "=<": "<=",
    ">=": ">=",
    "=>": ">=",
    "\u2264": "<=",
    "\u2266": "<=",
    "\u2265": ">=",
    "\u2267": ">=",
    "< or =": "<=",
    "> or =": ">=",
    "less than": "<",
    "greater than": ">",
    "more than": ">",
    "小于": "<",
    "低于": "<",
    "大于": ">",
    "高于": ">",
}
_SIGN = (
    r"<=|>=|=<|=>|<|>|[\u2264\u2265\u2266\u2267]|< ?or ?=|> ?or ?=|less than|greater than|more than|小于|低于|大于|高于"
)
_NUMBER = r"[+-]?(?:\d+(?:[.,]\d+)?|\.\d+)(?:[eE][+-]?\d{1,2})?"
_BOUND = re.compile(rf"(?P<sign>{_SIGN})?\s*(?P<number>{_NUMBER})\s*(?P<rest>.*)", re.IGNORECASE)
_RATIO = re.compile(rf"(?P<sign>{_SIGN})?\s*(\d{{1,7}}(?:\.\d+)?)\s*:\s*(\d{{1,7}}(?:\.\d+)?)", re.IGNORECASE)
_INTERVAL = re.compile(r"(\d{1,9}(?:[.,]\d+)?)\s*(?:-|~|to)\s*(\d{1,9}(?:[.,]\d+)?)\s*(?P<rest>.*)", re.IGNORECASE)
_MARK = re.compile(r"(?:\*+|↑+|↓+|\(?(?:HH|LL|H|L|N)\)?)", re.ASCII)
_DASHES = str.maketrans({"\u2013": "-", "\u2014": "-", "\u2012": "-", "\u2212": "-", "\u301c": "~"})
_LONGEST_NUMBER = 15
_LONGEST_TEXT = 60


@dataclass(frozen=True, slots=True)
class Value:
    """A result as read, before any conversion."""

    kind: ValueType
    text: str | None = None
    """What is shown; a decimal string for a quantity."""
    number: Decimal | None = None
    comparator: Comparator | None = None
    unit: str | None = None
    """A unit that stood beside the number in the text."""
    code: Coding | None = None
    doubts: tuple[str, ...] = ()
    """Codes of `QUALITY_CODES`."""


ABSENT = Value("absent")


def comparator_of(text: str) -> Comparator | None:
    """The comparator that `text` is, in any usual writing; null when it is none."""
    return _COMPARATORS.get(" ".join(_even(text).lower().replace("or", " or ").split()))


def read_text(text: str) -> Value:
    """The value in a text: `5.8`, `<5`, `≥3`, `1:640`, `5-10`, `6.2 mmol/L`, else the words as they are."""
    shown = clean(text)
    if not shown:
        return ABSENT
    if len(shown) <= _LONGEST_TEXT and any(char.isdigit() for char in shown):
        plain = _even(shown)
        for reader in (_ratio, _interval, _quantity):
            found = reader(plain)
            if found is not None:
                return found
    return Value("text", shown)


def _even(text: str) -> str:
    return unicodedata.normalize("NFKC", text.translate(_DASHES)).strip()


def _quantity(plain: str) -> Value | None:
    found = _BOUND.fullmatch(plain)
    if found is None:
        return None
    digits = found["number"]
    number = number_of(digits)
    rest = found["rest"].strip()
    unit: str | None = None
    if number is None:
        return None
    if rest and not _MARK.fullmatch(rest):
        unit = rest if normalize_unit(rest) is not None else None
        if unit is None:
            return None
    comparator = comparator_of(found["sign"]) if found["sign"] else None
    return Value("quantity", decimal_text(number, digits), number, comparator, unit)


def _ratio(plain: str) -> Value | None:
    found = _RATIO.fullmatch(plain)
    if found is None:
        return None
    comparator = comparator_of(found["sign"]) if found["sign"] else None
    return Value("ratio", f"{found.group(2)}:{found.group(3)}", comparator=comparator)


def _interval(plain: str) -> Value | None:
    found = _INTERVAL.fullmatch(plain)
    if found is None:
        return None
    low, high = number_of(found.group(1)), number_of(found.group(2))
    rest = found["rest"].strip()
    if low is None or high is None or low > high or (rest and normalize_unit(rest) is None):
        return None
    return Value("interval", f"{found.group(1)}-{found.group(2)}", unit=rest or None)


def number_of(digits: str) -> Decimal | None:
    """The number, unless the digits are an identifier: leading zeros or more digits than any result has."""
    bare = digits.lstrip("+-")
    if len(bare) > _LONGEST_NUMBER + 1 or re.match(r"0\d", bare):
        return None
    return parse_decimal(digits)


def decimal_text(number: Decimal, sent: str | None = None) -> str:
    """A plain decimal string; trailing zeros that were sent stay (`6.90`)."""
    if sent is not None and re.fullmatch(r"-?\d+(\.\d+)?", sent):
        return sent
    plain = format(number, "f")
    return "0" if plain in {"-0", ""} else plain
