"""Finding a person's name in text, in whole and in parts, in Latin letters and in Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterator

from consult.privacy._fold import fold
from consult.privacy._words import (
    COMMON,
    COMMON_ZH,
    COMPOUND_SURNAMES,
    EPONYM,
    HONORIFICS,
    TITLE,
    TITLES_ZH,
)

Span = tuple[int, int]
HAN = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3"
_HAN_RUN = re.compile(rf"[{HAN}]+(?:[\s·^]*[{HAN}]+)*")
_LATIN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")


class NameFinder:
    """Finds one person, however the name is written. Searches folded text."""

    def __init__(self, name: str) -> None:
        folded = fold(name).text
        self._finders: list[LatinName | ChineseName] = [ChineseName(run) for run in _HAN_RUN.findall(folded)]
        latin = [word for word in _LATIN.findall(_HAN_RUN.sub(" ", folded)) if word not in HONORIFICS]
        if any(len(word) > 1 for word in latin):
            self._finders.append(LatinName(latin))

    @property
    def parts(self) -> frozenset[str]:
        """The parts of the name, folded: two spellings of one name have the same."""
        return frozenset(part for finder in self._finders for part in finder.parts)

    def find(self, text: str) -> Iterator[Span]:
        """Where the name stands in a folded text."""
        for finder in self._finders:
            yield from finder.find(text)


class LatinName:
    """A name in letters with word boundaries: parts in any order, initials, possessives, hyphens."""

    def __init__(self, words: list[str]) -> None:
        self.parts = frozenset(word for word in words if len(word) > 1)
        self._strong = frozenset(part for part in self.parts if len(part) > 2 and part not in COMMON)
        self._hints = frozenset(max(part.split("'"), key=len) for part in self.parts)
        word = "|".join(re.escape(part).replace("'", "'?") for part in sorted(self.parts, key=len, reverse=True))
        initials = "".join(sorted({part[0] for part in words}))
        gap = r"[\s,.^_-]{1,3}"
        # J. Smith, John A. Smith, SMITH^JOHN, Smith-Jones, Smith, J.
        self._run = re.compile(
            rf"(?<![a-z])(?:[{initials}]\.?\s?){{0,2}}(?:{word})"
            rf"(?:{gap}(?:{word})(?![a-z])|[\s,.]{{1,2}}[{initials}]\.?(?={gap}(?:{word})(?![a-z]))|[\s,]{{1,2}}[{initials}]\.)*"
            rf"(?![a-z])"
        )
        self._word = re.compile(rf"(?<![a-z])(?:{word})(?![a-z])")
        joined = {"".join(words), "".join(reversed(words)), "".join([*words[1:], words[0]])}
        whole = "|".join(re.escape(one) for one in joined if len(one) > 4 and len(words) > 1)
        self._joined = re.compile(rf"(?<![a-z])(?:{whole})(?![a-z])") if whole else None

    def find(self, text: str) -> Iterator[Span]:
        """Where the name, or a part that is no ordinary word, stands."""
        if not any(hint in text for hint in self._hints):  # far cheaper than the patterns, and mostly the answer
            return
        if self._joined is not None:
            yield from (match.span() for match in self._joined.finditer(text))
        for match in self._run.finditer(text):
            words = self._word.findall(text, *match.span()) or [match.group()]
            if len(words) > 1 or self._alone(text, words[0], *match.span()):
                yield match.span()

    def _alone(self, text: str, word: str, start: int, end: int) -> bool:
        """Whether one part of the name, standing alone, means the person."""
        if TITLE.search(text, max(0, start - 12), start):
            return True
        return not self._strong.isdisjoint(self._plain(word)) and not _in_eponym(text, start, end)

    def _plain(self, word: str) -> frozenset[str]:
        bare = word.replace("'", "")
        return frozenset(part for part in self.parts if part.replace("'", "") in {bare, bare[1:], bare[2:]})


class ChineseName:
    """A name in Chinese characters, which stand without word boundaries."""

    def __init__(self, run: str) -> None:
        pieces = [piece for piece in re.split(r"[\s·^]+", run) if piece]
        whole = "".join(pieces)
        family, given = _split(pieces, whole)
        self.parts = frozenset({whole})
        patterns = [_spaced(whole)] if len(whole) > 1 else []
        # The given name alone, when it is long enough not to be part of other words.
        patterns += [_spaced(part) for part in given if len(part) > 1 and part not in COMMON_ZH]
        patterns.append(rf"{_spaced(family)}(?={TITLES_ZH})")
        self._any = frozenset(whole)
        self._pattern = re.compile("|".join(patterns))

    def find(self, text: str) -> Iterator[Span]:
        """Where the name stands, the given name alone, or the surname before a title."""
        if any(character in text for character in self._any):
            yield from (match.span() for match in self._pattern.finditer(text))


def _split(pieces: list[str], whole: str) -> tuple[str, list[str]]:
    """Surname and given names; from the separators that were sent, else from the known double surnames."""
    if len(pieces) > 1 and len(whole) > len(pieces):
        return pieces[0], pieces
    size = 2 if len(whole) > 2 and whole[:2] in COMPOUND_SURNAMES else 1
    return whole[:size], [whole[size:]]


def _spaced(text: str) -> str:
    return r"[\s·^]{0,3}".join(re.escape(character) for character in text)


def _in_eponym(text: str, start: int, end: int) -> bool:
    return any(
        match.start() <= start and end <= match.end() for match in EPONYM.finditer(text, max(0, start - 24), end + 24)
    )
