# ruff: noqa: E501 - patterns, which are read as a whole
"""Names that are words too (`Rose`, `Long`, `Will`), where a capital and the words around it say that somebody is meant.

The message has to name somebody so: nobody is looked for here who is not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from consult.privacy._leads_en import NOT_PEOPLE, L
from consult.privacy._names import Span
from consult.privacy._words import EPONYMS
from consult.privacy._words import words as table
from consult.privacy._words_en import STOP

_AFTER = (
    r" (?:settled|wishes|wants|wanted|said|says|slept|ate|drank|refused|declined|rang|called|phoned|told|asked|agrees|agreed|reports|denies|states|feels|complains|"
    r"understands|consents|remains (?:well|stable|unwell)|is (?:aware|happy|keen|well|comfortable|due|for|unwell|anxious)|was (?:seen|admitted|told|reviewed|born)|has (?:been|had)|who|"
    r"staying|attended|informed|updated|lives|works|mobilis\w+|fam(?:ily)?|brought|arrived|tolerat\w+|went|walked)(?![a-z])"
    r"| (?:ST\d|CT\d|F[12Y]\d?|FY\d|SHO|SpR|StR|RN|HCA|CNS|bleep)(?![a-z])| \([A-Z]{2,4}\d?\)"
    r"|, \d{1,3} ?(?:y|yo|yrs?|years?|months?|weeks?|days?)(?![a-z])|, (?:niece|nephew|son|daughter|wife|husband|his|her|mum|dad|mother|father|sister|brother)(?![a-z])|/[A-Z][a-z]{2}"
)
_SPOKEN = re.compile(
    rf"(?<![{L}\d'/-])([A-Z][{L}'-]+)(?={_AFTER})"
    rf"|(?:(?<=Present: )|(?<=Patient: )|(?<=Family: )|(?<=Name: )|(?<=[a-z]/))([A-Z][{L}'-]+)(?![{L}])"
    rf"|(?m:^)[A-Z]?[\dA-Z-]{{1,5}} ([A-Z][{L}'-]+)(?= - )"
    rf"|(?<![{L}\d'-])([A-Z][{L}'-]+,? [A-Z])(?=\s*(?:[,;:)|\n]|\.?\s*\Z| (?:and|staying|rang|attended|informed|present)(?![a-z])))"
)
_MIDST = re.compile(
    rf"(?<![{L}\d'/.-])([A-Za-z][{L}']*)(,? )([A-Z][a-zøłđþæœßı]+)(?='s |[ ,.;:)?!\n]|\Z)(?! [A-Z][a-z]|-)"
)
"""A capital in the midst of a sentence: behind a small word, or behind the word that begins it."""
_LISTED = re.compile(
    rf"(?:(?m:^)|[.?!] )([A-Z][{L}'-]+)(?='s (?:sister|brother|mother|father|wife|husband|son|daughter|mum|dad|partner|family|carer|name)(?![a-z])"
    rf"| (?:would|does|did|lives|lived|likes|asks|thinks|hopes|still|also)(?![a-z])|, (?:mrn|MRN|NHS|nhs|DOB|dob|hosp|bed|Bed|aged?|\d))"
    rf"|(?<![A-Za-z])((?:[A-Z]\.[ ]?){{1,2}}[A-Z][{L}'-]+)(?![{L}])"
    rf"|(?<=\")([A-Z][{L}'-]+)(?=\")"
    rf"|(?<=Patient )([A-Z][{L}'-]+(?:,? [A-Z]\.?)?)(?=[ \t]{{2}}|[ \t]*(?:\(|,|MRN|NHS|DOB|\n|\Z))"
)
_MONTHS = table("april may june august")
_DATED = table("in on since of from until till by to early late mid before after during between and or")


def find_spoken(cased: str, words: frozenset[str]) -> Iterator[tuple[Span, str]]:
    """Places of people and the folded word by which they are known.

    Args:
        cased: a folded text with its capitals.
        words: folded names that are words too.
    """
    for match in _SPOKEN.finditer(cased):
        group = match.lastindex or 0
        word = re.split(r"[, ]", match[group])[0].lower()
        if word in words:
            yield match.span(group), word
    for match in _LISTED.finditer(cased):
        group = match.lastindex or 0
        word = next(part for part in re.split(r"[,. ]+", match[group]) if len(part) > 1).lower()
        if word in words and NOT_PEOPLE.match(cased, match.end(group)) is None:
            yield match.span(group), word
    yield from _in_midst(cased, words)


def _in_midst(cased: str, words: frozenset[str]) -> Iterator[tuple[Span, str]]:
    """`If Grace re-bleeds`, `his eldest, Faith, works`: a word that only a name gives a capital there."""
    place = 0
    while (match := _MIDST.search(cased, place)) is not None:
        place = match.start(3)
        before, word = match[1].lower(), match[3].lower()
        opens = match[1][0].islower() or (before in STOP and not match[2].startswith(","))
        dated = word in _MONTHS and (before in _DATED or re.match(r"[ ,]{1,2}\d", cased[match.end() :]) is not None)
        if word in words and opens and not dated and word not in EPONYMS and not NOT_PEOPLE.match(cased, match.end()):
            yield match.span(3), word
