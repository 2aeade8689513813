"""People whom nothing announces, in English: known names, pairs of strange words, signatures, what only people do."""

from __future__ import annotations

import re
from collections.abc import Iterator

from consult.privacy._detect import Found
from consult.privacy._fold import Folded
from consult.privacy._leads_en import ACTING, BY, LAST, NOT_PEOPLE, SCORED, SIGNATURE, L
from consult.privacy._names import in_eponym
from consult.privacy._people_en import is_eponym, is_known, is_strange, month_too, name_end, without_genitive
from consult.privacy._words import EPONYMS, words
from consult.privacy._words_en import FAMILY_EN, GIVEN_EN, PARTICLES, STOP, SURNAMES_TOO, is_ordinary

_PAIR = re.compile(rf"(?<![{L}\d'-])([A-Z][a-z]+(?:-?[A-Z][a-z]+)?)(?= (?:ten |van |von |de |al-)?[A-ZØŁĐÞÆŒ])")
_CAPS_FIRST = re.compile(r"(?<![A-Za-z'-])([A-Z][A-Z'-]{2,}(?: [A-Z][A-Z'-]{2,})?), ([A-Z][A-Za-z]+)(?![A-Za-z])")
_CAPITAL = re.compile(rf"(?<![{L}\d'@._-])[A-ZØŁĐÞÆŒ][{L}]+(?:['-][{L}]+)*")
_MOVED_WITH = re.compile(r"(?:transfer|mobilis|mobiliz|hoist)[a-z]* [^.\n]{0,12}(?:with|using) \Z")
_START = re.compile(rf"(?<![{L}\d'./-])[A-ZØŁĐÞÆŒ][a-zøłđþæœßı]+(?:[A-Z][a-z]+)?(?:['-][{L}]+)*(?= )")
_ARTICLED = re.compile(
    rf"(?<![{L}\d'-])(?:(?:de|da|di|dos|del|[Tt]en|[Tt]er|[Vv]an(?: de[rn]?)?|[Vv]on(?: der)?) |(?:[Aa]l|[Ee]l)-)"
    rf"([A-Z][a-z]+(?:-[A-Z][a-z]+)?)(?![{L}])"
)
_TWO_LETTERS = words("Ly Ng Wu Li Yu Ho Xu Lu Le Vo Ma Su Hu Fu Gu Oh Ko Ha Au Sy Go Uy Qi He Ye Yi Ai Bo Mo Ge Du Qu")
"""Whole surnames of two letters, behind a given name."""
_WORD = re.compile(rf"[{L}]+(?:['-][{L}]+)*")
_WORDS = re.compile(rf"[{L}'-]+")
_BEFORE = re.compile(r"(?:(?<![A-Za-z'])[A-Z]\.? ?){1,3}\Z")
_AFTER = re.compile(r" [A-Z](?![A-Za-z'+-]|\.\w| ?[\d=<>:])\.?")
_INITIALLED = re.compile(r"\A[A-Z]\.? | [A-Z]\.?\Z")
_NOUN = re.compile(r"'s [a-z]")
_INITIALS = re.compile(rf"(?<![A-Za-z.])(?:[A-Z]\. ?){{1,3}}([A-ZØŁĐÞÆŒ][a-zøłđþæœßı]{{2,}}(?:['-][{L}]+)*)(?![{L}])")
_SPEAKER = re.compile(rf"(?m)^\[?\d{{1,2}}[:.]\d\d\]? ([A-ZØŁĐÞÆŒ][a-zøłđþæœßı]+(?:['-][{L}]+)*)(?=: )")
"""`[09:31] Hope: ok`: who says it."""
_ROLE_BEHIND = re.compile(
    r" \((?:in charge|(?:[A-Za-z]+ )?(?:nurse|reg|registrar|consultant|cons|SHO)|pathology|radiology|surgery)\)"
)
_SEROVARS = words("typhi paratyphi typhimurium enteritidis infantis newport dublin heidelberg virchow choleraesuis")


def find_free_en(folded: Folded) -> Iterator[Found]:
    """Names of people in the running words of a folded text."""
    text = folded.cased
    if _CAPITAL.search(text) is None:
        return
    free = [*_pairs(text), *_known(text, folded.text), *_strangers(text), *_articled(text), *_initialled(text)]
    for one in free:
        if not _MOVED_WITH.search(text, max(0, one.start - 30), one.start):
            yield one
    yield from (Found("name", *match.span(1), 0.7) for match in _SPEAKER.finditer(text))
    yield from _signatures(text)
    yield from _doing(text)


def _pairs(text: str) -> Iterator[Found]:
    """`Peter Brown`: the first of two capitalised words is a given name."""
    for match in _PAIR.finditer(text):
        first = match.group(1).lower()
        if not month_too(text, match.end(), match.group(1)) and (
            first not in GIVEN_EN or first in STOP or (is_ordinary(first) and not _surname_follows(text, match.end()))
        ):
            continue
        end = name_end(text, match.start(), strong=False)
        if end is not None and " " in text[match.start() : end] and not _is_thing(text, match.start(), end):
            yield Found("name", match.start(), end, 0.8)
    for match in _CAPS_FIRST.finditer(text):
        if (
            match.group(2).lower() in GIVEN_EN
            and not SCORED.match(text, match.end())
            and not is_ordinary(match.group(1).lower())
        ):
            yield Found("name", *match.span(), 0.8)


def _is_thing(text: str, start: int, end: int) -> bool:
    return is_eponym(text, start) or NOT_PEOPLE.match(text, end) is not None


def _surname_follows(text: str, end: int) -> bool:
    """Behind a given name that is a word too only a surname tells."""
    word = _WORD.match(text, end + 1)
    return word is not None and (
        word.group().lower() in FAMILY_EN | SURNAMES_TOO | GIVEN_EN or is_strange(word.group())
    )


def _known(text: str, folded: str) -> Iterator[Found]:
    """`Khadija`, `J. Okonkwo`, `Abernethy T`: a name that nothing else is called, with what belongs to it."""
    for match in _CAPITAL.finditer(text):
        word = match.group()
        parts = word.split("-")
        if (
            word.lower() in EPONYMS
            or not is_known(word)
            and not (len(parts) > 1 and all(is_known(part) for part in parts))
        ):
            continue
        if (word.isupper() and len(word) < 5) or in_eponym(folded, *match.span()):
            continue
        end = without_genitive(text, match.start(), name_end(text, match.start(), strong=True) or match.end())
        if NOT_PEOPLE.match(text, end) or (end < match.end() and _NOUN.match(text, end)):
            continue
        if " " not in text[match.start() : end] and (
            SCORED.match(text, end) or text[match.start() - 2 : match.start()] == "+ "
        ):
            continue
        before = _BEFORE.search(text, max(0, match.start() - 9), match.start())
        after = _AFTER.match(text, end)
        start = match.start() if before is None else before.start()
        yield Found("name", start, end if after is None else after.end(), 0.75)


def _strangers(text: str) -> Iterator[Found]:
    """`Ottilie Fitzgerald`, whom no list knows: two capitalised words neither of which is a word of medicine."""
    for match in _START.finditer(text):
        if not is_strange(match.group()) or is_eponym(text, match.start()):
            continue
        end = name_end(text, match.start(), strong=True)
        words = [] if end is None else [one for one in _WORDS.findall(text[match.start() : end]) if len(one) > 1]
        if end is not None and NOT_PEOPLE.match(text, end):
            continue
        if end is not None and len(words) > 1 and all(_may_follow(one) for one in words[1:3]):
            yield Found("name", match.start(), end, 0.7)


def _articled(text: str) -> Iterator[Found]:
    """`ten Broek`, `al-Tikriti`: a small word that only surnames have."""
    for match in _ARTICLED.finditer(text):
        if (
            is_strange(match.group(1))
            and not is_eponym(text, match.start())
            and not NOT_PEOPLE.match(text, match.end())
        ):
            yield Found("name", *match.span(), 0.7)


def _initialled(text: str) -> Iterator[Found]:
    """`called by J. Winterbourne`: initials with dots before a word that nothing else is called."""
    for match in _INITIALS.finditer(text):
        word = match.group(1)
        if is_strange(word) and word.lower() not in _SEROVARS and NOT_PEOPLE.match(text, match.end()) is None:
            yield Found("name", *match.span(), 0.7)


def _may_follow(word: str) -> bool:
    return is_strange(word) or word in _TWO_LETTERS or word.lower() in PARTICLES | SURNAMES_TOO | FAMILY_EN


def _signatures(text: str) -> Iterator[Found]:
    """A line that holds a name and nothing else: `T. Abernethy`, `--- Moira Quist, RN`."""
    for match in SIGNATURE.finditer(text):
        name = match.group(1)
        words = [one for one in _WORDS.findall(name) if len(one) > 1]
        named = words and all(is_strange(one) or one.lower() in FAMILY_EN | PARTICLES for one in words)
        if named and (_INITIALLED.search(name) or len(words) > 1 or is_known(words[0])):
            yield Found("name", *match.span(1), 0.7)


def _surname_with_role(text: str, word: re.Match[str]) -> bool:
    """`Price (IBD nurse)`: a word that is a surname too, with what its bearer is."""
    return word.group().lower() in SURNAMES_TOO | GIVEN_EN and _ROLE_BEHIND.match(text, word.end()) is not None


def _doing(text: str) -> Iterator[Found]:
    """`Bryony wants`, `from Thandiwe`, a word behind the end of a message: strange words where people stand."""
    for pattern, group in ((BY, 0), (ACTING, 1), (LAST, 1)):
        for match in pattern.finditer(text, len(text) - 60 if pattern is LAST and len(text) > 60 else 0):
            start = match.end() if group == 0 else match.start(1)
            word = _WORD.match(text, start)
            if word is None or NOT_PEOPLE.match(text, word.end()):
                continue
            if not is_strange(word.group()) and not _surname_with_role(text, word):
                continue
            if group or match.group().lower().startswith(("by", "from", "fyi", "per")):
                yield Found("name", start, without_genitive(text, start, word.end()), 0.6)
