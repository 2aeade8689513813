"""Numbers in sentences, and whether they stand in what a sentence cites."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

_NUMBER = re.compile(r"(?<![A-Za-z0-9_.,])[+\-\u2212]?\d+(?:[.,]\d+)?(?![A-Za-z0-9_]*[A-Za-z_]\d)")
_UNIT_NUMBERS = re.compile(
    r"(?:[x×]\s?)?10(?:[*^]|E)\d+|[x×]\s?10[⁰¹²³⁴⁵⁶⁷⁸⁹]+|1\.73\s*m2|\{1\.73_m2\}|/\d+\s*WBC", flags=re.IGNORECASE
)
_WIDE = str.maketrans("０１２３４５６７８９．", "0123456789.")


def digit_names(names: Iterable[str]) -> re.Pattern[str] | None:
    """One pattern for all `names` that contain digits (`CA 19-9`, `Vitamin B12`): their digits state nothing."""
    with_digits = {name for name in names if any(c.isdigit() for c in name) and not name.isdigit()}
    if not with_digits:
        return None
    longest_first = sorted(with_digits, key=lambda name: (-len(name), name))
    return re.compile("|".join(re.escape(name) for name in longest_first), flags=re.IGNORECASE)


def numbers_in(text: str, *, names: re.Pattern[str] | None = None) -> list[Decimal]:
    """The numbers that `text` states, in order; those inside `names` or a unit (`10*9/L`) left out."""
    plain = text.translate(_WIDE)
    if names is not None:
        plain = names.sub(" ", plain)
    plain = _UNIT_NUMBERS.sub(" ", plain)
    found = []
    for match in _NUMBER.finditer(plain):
        value = to_number(match.group())
        if value is not None:
            found.append(abs(value))
    return found


def to_number(text: str) -> Decimal | None:
    """`text` as a decimal number, a decimal comma understood; None when it is none."""
    try:
        return Decimal(text.replace("\u2212", "-").replace(",", "."))
    except InvalidOperation:
        return None
