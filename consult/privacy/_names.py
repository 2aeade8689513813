"""Finding a person's name in text, in whole and in parts, in Latin letters and in Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property, lru_cache

from consult.privacy._fold import fold
from consult.privacy._pinyin import in_characters, in_letters, readings
from consult.privacy._surnames import COMPOUND_SURNAMES
from consult.privacy._words import ABBREVIATIONS, COMMON, COMMON_ZH, HONORIFICS, ORDINARY_ZH, TITLE, TITLES_ZH, eponyms
from consult.privacy._words_zh import NOT_NAMES

Span = tuple[int, int]


@lru_cache(maxsize=4096)
def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern, compiled when it is first needed: that takes longer than most searches."""
    return re.compile(pattern)


HAN = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3"
_HAN_RUN = re.compile(rf"[{HAN}]+(?:[\s·^]*[{HAN}]+)*")
_ANY_HAN = re.compile(rf"[{HAN}]")
_LETTERS = re.compile(r"[a-z]{2}")
_LATIN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")


_PLAIN = frozenset("于时明黄方白康麻汤年家人江水安平高和成")
"""Surnames that behind 小 or 老 begin a word: 小于, 小时, 老年."""
_SAFE_INITIALS = r"(?:(?<![a-z])(?:patient|pt|initials?|seen by|signed(?: by)?|dictated by|dr|mr|mrs|ms)[\s.:]{1,2})"
"""Behind these two letters are somebody's initials."""


class NameFinder:
    """Finds one person, however the name is written. Searches folded text."""

    def __init__(self, name: str, *, sent: bool = True) -> None:
        """Prepare.

        Args:
            name: as the message has it, or as it was found in a text.
            sent: the message says that it is a name; what was merely found is not looked for in parts.
        """
        folded = fold(name).text
        self._finders: list[LatinName | ChineseName] = [ChineseName(run, sent=sent) for run in _HAN_RUN.findall(folded)]
        latin = [word for word in _LATIN.findall(_HAN_RUN.sub(" ", folded)) if word not in HONORIFICS]
        if any(len(word) > 1 for word in latin):
            self._finders.append(LatinName(latin))

    @property
    def parts(self) -> frozenset[str]:
        """The parts of the name, folded: two spellings of one name have the same."""
        return frozenset(part for finder in self._finders for part in finder.parts)

    @property
    def weak(self) -> frozenset[str]:
        """Its parts in letters that are words too, or too short to be believed wherever they stand."""
        return frozenset().union(*(one.parts - one.strong for one in self._finders if isinstance(one, LatinName)))

    def find(self, text: str) -> Iterator[Span]:
        """Where the name stands in a folded text."""
        for finder in self._finders:
            yield from finder.find(text)


class LatinName:
    """A name in letters with word boundaries: parts in any order, initials, possessives, hyphens."""

    def __init__(self, words: list[str]) -> None:
        self.parts = frozenset(word for word in words if len(word) > 1)
        self.strong = frozenset(part for part in self.parts if len(part) > 2 and part not in COMMON)
        self._hints = frozenset(max(part.split("'"), key=len) for part in self.parts)
        word = "|".join(re.escape(part).replace("'", "'?") for part in sorted(self.parts, key=len, reverse=True))
        initials = "".join(sorted({part[0] for part in words}))
        gap = r"[\s,.^_-]{1,3}"
        # J. Smith, John A. Smith, SMITH^JOHN, Smith-Jones, Smith, J.
        self._run = (
            rf"(?<![a-z])(?:[{initials}]\.?\s?){{0,2}}(?:{word})"
            rf"(?:{gap}(?:{word})(?![a-z])|[\s,.]{{1,2}}[a-z]\.?(?={gap}(?:{word})(?![a-z]))|[\s,]{{1,2}}[{initials}]\."
            rf"|[\s,]{{1,2}}(?![ai]\b(?![,;)|\n]|\Z))[{initials}](?!\w|'(?!s\b)|-\w|\.|\s?[<>=:]?\s?\d))*"
            rf"(?![a-z])"
        )
        joined = {"".join(words), "".join(reversed(words)), "".join([*words[1:], words[0]])}
        self._joined = tuple(one for one in joined if len(one) > 4 and len(words) > 1)
        self._initials = _initials(words)
        ends = (words[0][0], words[-1][0])
        self._pairs = tuple(f"{a}{gap}{b}" for a, b in (ends, ends[::-1]) for gap in ("", ".", ". "))
        self._words = words

    def find(self, text: str) -> Iterator[Span]:
        """Where the name, or a part that is no ordinary word, stands."""
        yield from self._otherwise(text)
        if not any(hint in text for hint in self._hints):  # far cheaper than the patterns, and mostly the answer
            return
        for whole in self._joined:
            if whole in text:
                yield from (match.span() for match in compiled(rf"(?<![a-z]){whole}(?![a-z])").finditer(text))
        for match in compiled(self._run).finditer(text):
            words = [one for one in _LATIN.findall(match.group()) if self._plain(one)] or [match.group()]
            if len(words) > 1 or self._beside_initial(match.group()) or self._alone(text, words[0], *match.span()):
                yield match.span()

    @cached_property
    def _characters(self) -> str | None:
        """The characters in which the name may stand, made when a Chinese text is first looked through."""
        return _characters(self._words)

    def _otherwise(self, text: str) -> Iterator[Span]:
        """Initials where only initials stand, and the characters of a Chinese name."""
        if self._initials is not None and any(pair in text for pair in self._pairs):
            yield from (match.span(match.lastindex or 0) for match in compiled(self._initials).finditer(text))
        if _ANY_HAN.search(text) is not None and self._characters is not None:
            for match in compiled(self._characters).finditer(text):
                if NOT_NAMES.match(text, match.start()) is None:
                    yield match.span()

    def _beside_initial(self, found: str) -> bool:
        """`G. Bishop`, `Young R`: beside the person's own initial even an ordinary word is the person."""
        if re.match(r"[a-z]\.", found) is not None:
            return not self.strong.isdisjoint(self.parts)
        return re.search(r"[a-z][\s,]{1,2}[a-z]\.?\Z", found) is not None

    def _alone(self, text: str, word: str, start: int, end: int) -> bool:
        """Whether one part of the name, standing alone, means the person."""
        if TITLE.search(text, max(0, start - 12), start):
            return True
        return not self.strong.isdisjoint(self._plain(word)) and not in_eponym(text, start, end)

    def _plain(self, word: str) -> frozenset[str]:
        bare = word.replace("'", "")
        return frozenset(part for part in self.parts if part.replace("'", "") in {bare, bare[1:], bare[2:]})


class ChineseName:
    """A name in Chinese characters, which stand without word boundaries."""

    def __init__(self, run: str, *, sent: bool = True) -> None:
        pieces = [piece for piece in re.split(r"[\s·^]+", run) if piece]
        whole = "".join(pieces)
        family, given = _split(pieces, whole)
        # The given name alone, when it is long enough not to be part of other words.
        alone = [part for part in given if sent and len(part) > 1 and part not in COMMON_ZH]
        self.parts = frozenset({whole, *alone})
        patterns = [_whole(whole)] if len(whole) > 1 else []
        patterns += [_spaced(part) for part in alone]
        patterns.append(rf"(?<![责主兼担处病产药实见值夜])(?<!首席){_spaced(family)}(?={TITLES_ZH})")
        if sent and family not in _PLAIN:
            patterns.append(rf"(?<=[床叫找跟问让,。、;\s][老小]){_spaced(family)}(?=[的说去来今昨那还也\s,。;!?、]|\Z)")
        self._any = frozenset(whole)
        self._pattern = "|".join(patterns)
        self._spelled = (family, whole[len(family) :] if len(whole) < 5 else "")

    @cached_property
    def _letters(self) -> tuple[str | None, tuple[str, ...]]:
        """A pattern for the name in letters, and the readings of the surname, one of which stands in it."""
        family, given = self._spelled
        return in_letters(family, given), readings(family[-1])

    def find(self, text: str) -> Iterator[Span]:
        """Where the name stands, the given name alone, or the surname before a title."""
        pattern, surnames = self._letters if _LETTERS.search(text) is not None else (None, ())
        if pattern is not None and any(one in text for one in surnames):
            yield from (match.span() for match in compiled(pattern).finditer(text))
        if not text.isascii() and any(character in text for character in self._any):
            yield from (match.span() for match in compiled(self._pattern).finditer(text))


def _split(pieces: list[str], whole: str) -> tuple[str, list[str]]:
    """Surname and given names; from the separators that were sent, else from the known double surnames."""
    if len(pieces) > 1 and len(whole) > len(pieces):
        return pieces[0], pieces
    size = 2 if len(whole) > 2 and whole[:2] in COMPOUND_SURNAMES else 1
    return whole[:size], [whole[size:]]


def _whole(name: str) -> str:
    """A whole name; one that is a word besides only where somebody is spoken of."""
    if name not in ORDINARY_ZH:
        return _spaced(name)
    return rf"(?<=[者人属名师生:子女夫妻亲]){_spaced(name)}|{_spaced(name)}(?={TITLES_ZH}|,|诉|因|于)"


def _initials(words: list[str]) -> str | None:
    """`J.S.`, and `JS` where only initials stand; of the first and the last part of the name."""
    if len(words) < 2:
        return None
    one, two = words[0][0], words[-1][0]
    pairs = [pair for pair in (one + two, two + one) if pair not in ABBREVIATIONS]
    ways = [rf"(?<![a-z.])({pair[0]}\.\s?{pair[1]}\.)(?![a-z])" for pair in pairs]
    ways += [rf"{_SAFE_INITIALS}({pair})(?![\w/'-])|\(({pair})\)" for pair in pairs]
    return "|".join(ways) if ways else None


def _characters(words: list[str]) -> str | None:
    """The characters in which a name such as Zhang Wei may stand in the text."""
    found = in_characters(words)
    return None if found is None else rf"(?:{found[0]})|(?:{found[1]})(?={TITLES_ZH})"


def _spaced(text: str) -> str:
    return r"[\s·^]{0,3}".join(re.escape(character) for character in text)


def in_eponym(text: str, start: int, end: int) -> bool:
    """Whether a place in a folded text is a part of a disease, sign or stain named after somebody."""
    return any(first <= start and end <= last for first, last in eponyms(text, start - 24, end + 24))
