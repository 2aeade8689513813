"""Chinese names in letters and back: 张伟, Zhang Wei, zhangwei, ZHANG W. Readings are those of `_han`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from consult.privacy._han import characters, syllables
from consult.privacy._surnames import COMMON_SURNAMES, COMPOUND_SURNAMES, GIVEN, RARE_SURNAMES

_SURNAMES = COMMON_SURNAMES | RARE_SURNAMES
_GAP = r"[\s,.^_-]{0,3}"
_INITIAL_GAP = r"[\s,]{1,2}"
_NOT_VALUE = r"(?![a-z]|\.?\s?[\d<>=:](?!\d{0,2}\s?(?:床|岁|月龄|号床)))"
"""Behind an initial: in `Zhang K 6.9` the letter is potassium."""
_SYMBOLS = frozenset(["li", "na", "ca", "he", "ba", "la", "mo", "se", "ni", "pa", "pe"])
"""Readings that are results, elements or abbreviations as well: `Li, Na` may be two of them."""
_SHORT = 4
"""Letters of a whole name such as Li Na, which in another order may be two results."""


def in_letters(family: str, given: str) -> str | None:
    """A pattern for the ways in which a name in characters is written in letters; None when a reading is unknown."""
    surname, parts = _any_reading(family), [_any_reading(one) for one in given]
    if surname is None or not parts or None in parts:
        return None
    spelled = r"[\s'-]?".join(part for part in parts if part)
    short = len(family + given) < 3 and not _SYMBOLS.isdisjoint((*readings(family[0]), *readings(given[0])))
    first = r"[\s^_-]?" if short else _GAP
    ways = [f"{surname}{first}{spelled}"]
    shortest = min(len(one) for one in syllables()[family[0]]) + sum(len(syllables()[one][0]) for one in given)
    if shortest > _SHORT:
        ways.append(f"{spelled}{_GAP}{surname}")
        first, *more = (_initials(one) for one in given)
        initials = first + "".join(rf"(?:\.?[\s-]?{one})?" for one in more)
        ways += [rf"{surname}{_INITIAL_GAP}{initials}\.?{_NOT_VALUE}", rf"{initials}\.\s?{surname}"]
    return rf"(?<![a-z])(?:{'|'.join(ways)})(?![a-z])"


def readings(character: str) -> tuple[str, ...]:
    """The ways in which one character is written in letters."""
    return tuple(way for one in syllables().get(character, ()) for way in (one, *_without_umlaut(one)))


def _any_reading(text: str) -> str | None:
    """`(?:zhang)`, with both readings where there are two, and lu and lyu beside lü."""
    parts = []
    for character in text:
        spelled = dict.fromkeys(readings(character))
        if not spelled:
            return None
        parts.append(f"(?:{'|'.join(spelled)})")
    return r"[\s-]?".join(parts)


def _without_umlaut(syllable: str) -> tuple[str, ...]:
    return (syllable.replace("v", "u"), syllable.replace("v", "yu")) if "v" in syllable else ()


def _initials(character: str) -> str:
    return f"[{''.join(sorted({one[0] for one in syllables()[character]}))}]"


def in_characters(words: list[str]) -> tuple[str, str] | None:
    """Patterns for the characters of a name that was sent in letters, whole and surname alone; None when it is none.

    Args:
        words: the parts of the name, folded; the surname is the first or the last of them.
    """
    wholes, surnames = [], []
    for family, given in _orders(words):
        written = _family(family)
        if not written:
            continue
        for parts in _split(given):
            wholes.append(f"{written}{''.join(_class(one, narrow=len(parts) == 1) for one in parts)}")
            surnames.append(written)
    wholes = [one for one in wholes if "[]" not in one]
    return ("|".join(dict.fromkeys(wholes)), "|".join(dict.fromkeys(surnames))) if wholes else None


def _orders(words: list[str]) -> Iterator[tuple[str, str]]:
    if len(words) > 1:
        yield words[0], "".join(words[1:])
        yield words[-1], "".join(words[:-1])


@lru_cache(maxsize=1)
def _compound() -> dict[str, list[str]]:
    """Double surnames by their letters."""
    found: dict[str, list[str]] = {}
    for name in COMPOUND_SURNAMES:
        if len(name) == 2 and all(one in syllables() for one in name):
            for first in syllables()[name[0]]:
                for second in syllables()[name[1]]:
                    found.setdefault(first + second, []).append(name)
    return found


def _family(letters: str) -> str:
    """The surnames that are written so, as a pattern; empty when there is none."""
    plain = letters.replace("yu", "v") if letters in {"lyu", "nyu"} else letters
    single = "".join(one for one in characters().get(plain, "") if one in _SURNAMES)
    double = _compound().get(letters, [])
    if not single and not double:
        return ""
    return f"(?:{'|'.join([f'[{single}]'] * bool(single) + double)})"


def _split(letters: str) -> Iterator[list[str]]:
    """One or two syllables."""
    plain = re.sub(r"[^a-z]", "", letters)
    if plain in characters():
        yield [plain]
    for place in range(1, len(plain)):
        if plain[:place] in characters() and plain[place:] in characters():
            yield [plain[:place], plain[place:]]


def _class(syllable: str, *, narrow: bool) -> str:
    return f"[{''.join(one for one in characters()[syllable] if not narrow or one in GIVEN)}]"
