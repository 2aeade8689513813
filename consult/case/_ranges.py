"""Reference ranges in the ways laboratories write them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from consult.analytes import normalize_unit, parse_decimal
from consult.case._text import clean
from consult.case._values import comparator_of

Expected = Literal["negative", "positive"]

_NUMBER = r"[+-]?\s?(?:\d+(?:[.,]\d+)?|\.\d+)(?:[eE][+-]?\d{1,2})?"
_SIGN = r"<=|>=|=<|=>|< ?or ?=|> ?or ?=|<|>|[\u2264\u2265\u2266\u2267]"
_BOTH = re.compile(
    rf"(?P<low>{_NUMBER})\s*(?P<dash>-|~|to|;|\.\.|至|到)\s*(?P<high>{_NUMBER})(?P<rest>.*)", re.IGNORECASE
)
_ONE = re.compile(
    rf"(?P<sign>{_SIGN}|up to|below|under|less than|above|over|greater than|小于|大于|不超过)\s*"
    rf"(?P<number>{_NUMBER})(?P<rest>.*)",
    re.IGNORECASE,
)
_NOTHING = re.compile(r"0+(?:[.,]0+)?(?P<rest>\D{0,20})")
"""`0`, `0 %`: none at all is normal (blasts, plasma cells)."""
_NEGATIVE_BELOW = re.compile(rf"(?P<sign>{_SIGN})\s*(?P<number>{_NUMBER})\s*[=:]\s*(?P<word>[^\d,;]+)", re.IGNORECASE)
_LABEL = re.compile(
    r"^(?:normal(?: range)?|reference(?: range)?|ref\.?|参考(?:范围|值|区间)?|正常(?:值|范围)?)\s*[:=]\s*",
    re.IGNORECASE,
)
_SEX = re.compile(
    r"(?<![a-z])(female|women|woman|male|men|man|[mf]|男性?|女性?)\s*[:=(]?\s*(?=[\d<>\u2264\u2265.+-])", re.IGNORECASE
)
_MALE = frozenset({"m", "male", "men", "man", "男", "男性"})
_DASHES = str.maketrans({"\u2013": "-", "\u2014": "-", "\u2012": "-", "\u2212": "-", "\u301c": "~", "\u223c": "~"})
_BRACKETS = {"(": ")", "[": "]"}
_WORD_SIGNS: dict[str, Literal["<", "<=", ">"]] = {
    "up to": "<=",
    "不超过": "<=",
    "below": "<",
    "under": "<",
    "less than": "<",
    "小于": "<",
    "above": ">",
    "over": ">",
    "greater than": ">",
    "大于": ">",
}
_NEGATIVE = re.compile(
    r"neg|negative|non[- ]?reactive|nonreactive|not detected|none detected|undetected|not seen|none seen|"
    r"no growth|absent|none|nil|normal|未检出|未见|阴性|阴|无|无反应性|非反应性|\(-\)|-"
)
_POSITIVE = re.compile(
    r"pos|positive|reactive|weakly reactive|detected|present|seen|阳性|弱阳性|阳|检出|反应性|有反应性|\(\+\)|"
    r"[1-4]?\+{1,4}|[1-4]\+"
)
_LONGEST = 120


@dataclass(frozen=True, slots=True)
class ParsedRange:
    """A range in the reported unit. A bound that is null is open."""

    low: Decimal | None = None
    high: Decimal | None = None
    low_inclusive: bool = True
    high_inclusive: bool = True
    expected: Expected | None = None
    """What a normal result says, where the range is words."""
    negative_below: Decimal | None = None
    """From `<10 = Negative`: a result below is normal, one at or above is not."""
    readable: bool = True
    """False: it holds numbers that we cannot place. A range in plain words is readable, with nothing to compare."""

    @property
    def numeric(self) -> bool:
        """There is a bound to compare with."""
        return self.low is not None or self.high is not None


NO_RANGE = ParsedRange()
UNREADABLE = ParsedRange(readable=False)


def says(text: str) -> Expected | None:
    """Whether a result in words is a negative or a positive one; null when it says something else."""
    plain = _even(text).lower().strip(" .!*")
    if _NEGATIVE.fullmatch(plain) or re.match(
        r"(?:negative|not detected|non[- ]?reactive|阴性|未检出)(?:$|[^\w-])", plain
    ):
        return "negative"
    if _POSITIVE.fullmatch(plain) or re.match(r"(?:positive|detected|reactive|阳性)(?:$|[^\w-])", plain):
        return "positive"
    return None


@lru_cache(maxsize=4096)
def parse_range(text: str, *, sex: str = "unknown", unit: str | None = None) -> ParsedRange:
    """The range in `text`; a range by sex is chosen by `sex` (`male`, `female`), and open when the sex is unknown.

    Args:
        text: as reported, escapes resolved.
        sex: of the patient.
        unit: the unit of the result; a range that names another one is not readable.
    """
    plain = _even(clean(text))
    if not plain:
        return NO_RANGE
    if len(plain) > _LONGEST:
        return UNREADABLE if re.search(r"\d", plain) else NO_RANGE
    chosen = _of_sex(_LABEL.sub("", plain), sex)
    if chosen is None:
        return NO_RANGE
    return _numbers(chosen, unit) or _labelled(chosen) or _words(chosen)


def _even(text: str) -> str:
    return unicodedata.normalize("NFKC", text.translate(_DASHES)).strip()


def _of_sex(plain: str, sex: str) -> str | None:
    """The part for this sex, or all of it when it names none; null when it names sexes and ours is not among them."""
    found = list(_SEX.finditer(plain))
    if not found:
        return plain
    parts = {}
    for here, after in zip(found, [*found[1:], None], strict=True):
        end = after.start() if after is not None else len(plain)
        key = "male" if here.group(1).lower() in _MALE else "female"
        parts[key] = plain[here.end() : end].strip(" ,;/|)")
    return parts.get(sex)


def _numbers(plain: str, unit: str | None) -> ParsedRange | None:
    if plain[0] in _BRACKETS and plain.endswith(_BRACKETS[plain[0]]):
        plain = plain[1:-1].strip()
    both = _BOTH.fullmatch(plain)
    if both is not None:
        return _two_sided(both, unit)
    one = _ONE.fullmatch(plain)
    if one is not None:
        return _one_sided(one, unit)
    none = _NOTHING.fullmatch(plain)
    return ParsedRange(high=Decimal(0)) if none is not None and _same_unit(none["rest"], unit) else None


def _two_sided(found: re.Match[str], unit: str | None) -> ParsedRange:
    low, high = _decimal(found["low"]), _decimal(found["high"])
    if low is None or high is None or not _same_unit(found["rest"], unit):
        return UNREADABLE
    if low > high and found["dash"] == "-" and high < 0:
        high = -high  # `3.5--5.1` is a doubled dash, not a negative limit
    return UNREADABLE if low > high else ParsedRange(low, high)


def _one_sided(found: re.Match[str], unit: str | None) -> ParsedRange | None:
    number = _decimal(found["number"])
    rest = found["rest"].strip()
    if re.match(r"[=:]", rest):
        return None
    if number is None or not _same_unit(rest, unit):
        return UNREADABLE
    sign = _WORD_SIGNS.get(found["sign"].lower()) or comparator_of(found["sign"])
    if sign in {"<", "<="}:
        return ParsedRange(high=number, high_inclusive=sign == "<=")
    return ParsedRange(low=number, low_inclusive=sign == ">=")


def _same_unit(rest: str, unit: str | None) -> bool:
    rest = rest.strip().strip("()[]").strip()
    if not rest:
        return True
    named = normalize_unit(rest)
    return named is not None and unit is not None and named == normalize_unit(unit)


def _labelled(plain: str) -> ParsedRange | None:
    """`<10 = Negative`; several classes (`<1 = Susceptible, >= 1 = Resistant`) are words to us."""
    found = _NEGATIVE_BELOW.fullmatch(plain)
    if found is None:
        return ParsedRange() if re.search(r"[<>\u2264\u2265]\s*=?\s*[\d.]+\s*[=:]\s*\D", plain) else None
    number = _decimal(found["number"])
    below = comparator_of(found["sign"]) == "<"
    if number is not None and below and says(found["word"]) == "negative":
        return ParsedRange(negative_below=number)
    return NO_RANGE


def _words(plain: str) -> ParsedRange:
    expected = says(plain)
    if expected is not None:
        return ParsedRange(expected=expected)
    return UNREADABLE if re.search(r"\d", plain) else NO_RANGE


def _decimal(digits: str) -> Decimal | None:
    return parse_decimal(digits.replace(" ", ""))
