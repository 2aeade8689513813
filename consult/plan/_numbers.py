"""Numbers in sentences, and whether they stand in what a sentence cites."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

_NUMBER = re.compile(r"(?<![A-Za-z0-9_.,])[+\-\u2212]?\d+(?:[.,]\d+)?(?![A-Za-z0-9_]*[A-Za-z_]\d)")
_UNIT_NUMBERS = re.compile(
    r"(?:[x×]\s?)?10(?:[*^]|E)\d+|[x×]\s?10[⁰¹²³⁴⁵⁶⁷⁸⁹]+|1\.73\s*m2|\{1\.73_m2\}|/\d+\s*WBC", flags=re.IGNORECASE
)
_RUN = re.compile(r"[0-9]+")
_WIDE = str.maketrans("０１２３４５６７８９．", "0123456789.")


class DigitNames:
    """Names with digits in them (`CA 19-9`, `Vitamin B12`), whose digits state nothing.

    Kept by their runs of digits: looking at the few names around a number is a hundred times faster than searching a
    text for all names.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._by_run: dict[str, list[tuple[int, str]]] = {}
        for name in sorted({name.casefold() for name in names if not name.isdigit()}):
            for run in _RUN.finditer(name):
                self._by_run.setdefault(run.group(), []).append((run.start(), name))

    def cover(self, text: str, start: int, end: int) -> bool:
        """Whether the digits at `start:end` of `text` (casefolded) are part of a name that stands there."""
        return any(
            text.startswith(name, run.start() - offset)
            for run in _RUN.finditer(text, start, end)
            for offset, name in self._by_run.get(run.group(), ())
            if run.start() >= offset
        )


def numbers_in(text: str, *, names: DigitNames | None = None) -> list[Decimal]:
    """The numbers that `text` states, in order; those inside `names` or a unit (`10*9/L`) left out."""
    plain = _UNIT_NUMBERS.sub(" ", text.translate(_WIDE))
    folded = plain.casefold() if names is not None else plain
    same = len(folded) == len(plain)  # casefolding may lengthen a text (ß); then no name is looked for
    found = []
    for match in _NUMBER.finditer(plain):
        value = to_number(match.group())
        if value is not None and not (names is not None and same and names.cover(folded, match.start(), match.end())):
            found.append(abs(value))
    return found


def to_number(text: str) -> Decimal | None:
    """`text` as a decimal number, a decimal comma understood; None when it is none."""
    try:
        return Decimal(text.replace("\u2212", "-").replace(",", "."))
    except InvalidOperation:
        return None
