"""Decimal numbers as laboratories write them, and how a converted number is rounded."""

from __future__ import annotations

import re
import unicodedata
from decimal import ROUND_HALF_EVEN, Context, Decimal

EXACT = Context(prec=34, rounding=ROUND_HALF_EVEN)
"""Arithmetic of all conversions; its own context, so a caller's decimal settings cannot change a result."""
LONGEST = 6
"""Significant digits kept of a converted value: no laboratory result has more, only noise of binary fractions does."""

_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_COMMA = re.compile(r"[+-]?\d+,\d{1,2}", re.ASCII)
_MINUS = str.maketrans({"\u2212": "-", "\u2013": "-", "\u2010": "-", "\u2011": "-"})


def parse_decimal(text: str) -> Decimal | None:
    """The number that `text` is, or None when it is none or could be two.

    Reads plain and scientific notation and full-width digits. `7,4` is 7.4; `1,234` may be a thousand or a bit more
    than one, so it is None. A comparator, a unit or a word beside the number makes it None as well.
    """
    plain = unicodedata.normalize("NFKC", text).translate(_MINUS).strip()
    if _COMMA.fullmatch(plain):
        plain = plain.replace(",", ".")
    return Decimal(plain) if _NUMBER.fullmatch(plain) else None


def significant(value: Decimal) -> int:
    """Significant digits as written: 3 for `15.0` and for `200`, 2 for `0.40`."""
    digits = "".join(map(str, value.as_tuple().digits)).lstrip("0")
    return max(len(digits), 1)


def tidy(value: Decimal, digits: int) -> Decimal:
    """`value` rounded to `digits` significant digits (at most `LONGEST`), without trailing zeros or an exponent.

    Digits before the decimal point are never rounded away.
    """
    if not value:
        return Decimal(0)
    keep = max(min(digits, LONGEST), value.adjusted() + 1, 1)
    rounded = Context(prec=keep, rounding=ROUND_HALF_EVEN).plus(value)
    plain = format(rounded, "f")
    return Decimal(plain.rstrip("0").rstrip(".") if "." in plain else plain)
