"""People whom no message names, in English, who are announced: behind titles, relations, labels and verbs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from consult.privacy._detect import Found
from consult.privacy._fold import Folded
from consult.privacy._leads_en import (
    DEGREE,
    LABEL,
    LOWER_LEAD,
    LOWER_TITLE,
    NOT_PEOPLE,
    RELATION,
    SIGNED,
    TITLE,
    VERB,
    L,
)
from consult.privacy._words import COMMON, EPONYMS, begins_eponym
from consult.privacy._words_en import (
    FAMILY_EN,
    GIVEN_EN,
    MEDICAL,
    PARTICLES,
    STOP,
    SURNAMES_TOO,
    is_ordinary,
    names_alone,
)

WORD = re.compile(rf"[A-ZØŁĐÞÆŒ][{L}]*(?:['-][{L}]+)*\.?(?![{L}\d])")
_TOKEN = re.compile(
    rf"(?P<gap>[ \t]|, ?(?=[A-Z])|-)?(?:(?P<initial>[A-Z]\.?(?![{L}\d'-]))|(?P<word>[{L}]+(?:['-][{L}]+)*)(?![{L}\d]))"
)
_LETTERS = re.compile(r"[A-Z][A-Za-z]|[a-z]{2}")
_SURNAME = re.compile(rf" (?:(?:de|la|der|den|el|al|los) )?{WORD.pattern}")
_INITIALS = re.compile(r"[A-Z]{2,3}\Z")
_WEAK = re.compile(r"(?:cc|re|to|from|present|family|team|staff|contact)\s*:")
"""Labels behind which anything may stand: `CC: Cough`."""
_CAPITALS = re.compile(r"[A-Z]{2,}(?![A-Za-z'-]|,? [A-Z][a-z])")
_CAMEL = re.compile(r"(?!Mc|Mac|De|Di|Da|Du|La|Le|Fitz|Van|Von|O')[A-Z][a-z]+[A-Z]")
_OTHER = re.compile(r"(?: and | & |/| / |, | \+ | ?-> ?| ?→ ?)(?=[A-Z]|(?:de|van|von|al|el|bin|ten)[ -])")
_ARTICLE = re.compile(r"(?:al|el|ad|as|ar|at|an|az|ibn|bin|abd)-[A-Z]")
_ROLE = re.compile(r".+(?:copist|logist|apist|ographer|guarantor|ecologist|ician)")
_CAPITALISED = re.compile(rf" ?([A-ZØŁĐÞÆŒ][a-zøłđþæœßı'-]+[{L}]*)(?![{L}])")
_LAST_WORDS = re.compile(rf"(?:[A-Z]\. |[A-ZØŁĐÞÆŒ][{L}'-]+ ){{0,3}}[A-ZØŁĐÞÆŒ][{L}'-]+\Z")
_UNSPOKEN = re.compile(r"[BCDFGHJKLMNPQRSTVWXZ]{3}")
"""What abbreviations in capitals have, and few names: UKHSA."""
_MIXED = re.compile(r"[A-Z]{2}[a-z]|[a-z][A-Z]{2}")
_PREFIXED = re.compile(r"O[A-Z][a-z]|Mc|Mac")
_LEADS = re.compile(r"[A-Za-z.)'][ ,:;(\t\n]{1,6}[A-ZØŁĐÞÆŒ]|[:/(>]\s{0,3}[A-ZØŁĐÞÆŒ]")
"""Without any of these nobody is announced: most Chinese texts."""
_FOLLOWING = re.compile(rf"(?: [A-Z]\.?)? (?:(?:ten|van|von|der|de|De|la|al|O) ?)*-?([A-Z][{L}]+(?:['-][{L}]+)*)")
_MOST = 4


def find_announced_en(folded: Folded) -> Iterator[Found]:
    """Names of people in a folded text before or behind which something says so."""
    text = folded.cased
    if _LETTERS.search(text) is None:
        return
    for match in LOWER_TITLE.finditer(text):
        if match.group(1) not in STOP | COMMON:
            yield Found("name", *match.span(1), 0.8)
    for match in LOWER_LEAD.finditer(text):
        if match.group(1) in names_alone():
            yield Found("name", *match.span(1), 0.7)
    if _LEADS.search(text) is None:
        return
    for pattern, sure, title in ((TITLE, 0.95, True), (LABEL, 0.9, False), (VERB, 0.8, False), (RELATION, 0.8, False)):
        for match in pattern.finditer(text if title else folded.text):
            if not title and (not text[match.end()].isupper() or _heading(text, match, pattern is LABEL)):
                continue
            signed = SIGNED.search(text, match.start(), match.end()) is not None
            strong = title or signed or (pattern is LABEL and not _WEAK.match(match.group()))
            end = name_end(text, match.end(), strong=strong)
            if end is not None and (title or not NOT_PEOPLE.match(text, end)):
                yield Found("name", match.end(), end, sure)
                yield from _others(text, end, strong=title)
    yield from _with_degree(text)


def _heading(text: str, lead: re.Match[str], label: bool) -> bool:
    """`FAMILY MEETING`, `To: ID on call`: capitals behind capitals, or two or three that are no name."""
    word = _CAPITALS.match(text, lead.end())
    if word is None or is_known(word.group()):
        return False
    return len(word.group()) < 4 if label else lead.group().strip(" :,").isupper() and " " in lead.group()[-1:]


def _others(text: str, end: int, *, strong: bool) -> Iterator[Found]:
    """`Drs Smith and Patel`, `seen by Anna and Tom`, `WR: Haddad / Mwangi / SpR Lee`."""
    for _ in range(_MOST):
        match = _OTHER.match(text, end)
        if match is None:
            return
        other = name_end(text, match.end(), strong=strong)
        word = WORD.match(text, match.end())
        if other is None or (", " in match.group() and word is not None and not is_known(word.group())):
            return
        if not (strong or " and " in match.group() or " & " in match.group() or (word and is_strange(word.group()))):
            return
        yield Found("name", match.end(), other, 0.7)
        end = other


def name_end(text: str, start: int, *, strong: bool) -> int | None:
    """Where the name that begins at `start` ends; None where none does.

    Args:
        text: with its capitals.
        start: the place of a capital letter.
        strong: a title or a label stands before it: one word is enough, in capitals too.
    """
    words: list[str] = []
    end, place = start, start
    while len(words) < _MOST:
        match = _TOKEN.match(text, place)
        if match is None or (bool(match["gap"]) is not bool(words) and words):
            break
        word = match["word"]
        if word is None:
            if not words and not strong and not _before_surname(text, match.end(), match["initial"]):
                break
            words.append(match["initial"][0])
        elif _INITIALS.match(word) and not words and _before_surname(text, match.end(), word):
            words.append(word[0])  # JR Oyelaran
        elif word[0].isupper() and (
            not _ordinary(word, medical=not strong)
            or _surname_too(word, words, strong)
            or (not words and month_too(text, match.end(), word))
        ):
            if match["gap"] and match["gap"].startswith(",") and (len(words) != 1 or word.lower() not in GIVEN_EN):
                break
            words.append(word)
        elif words and _ARTICLE.match(word):
            words.append(word)
        elif word.lower() in PARTICLES and _SURNAME.match(text, match.end()) and not (words and word in {"y", "e"}):
            place = match.end()
            continue
        else:
            break
        end = place = match.end()
    end = without_genitive(text, start, end)
    return end if _believed(text, words, start, end, strong=strong) else None


def _before_surname(text: str, end: int, initials: str) -> bool:
    """Whether a surname follows these initials: `J. Smith`, `JR Oyelaran`, `Ó Dálaigh`."""
    following = _CAPITALISED.match(text, end)
    if following is None:
        return initials.endswith(".")
    return initials.endswith(".") or initials == "O" or is_known(following.group(1))


def month_too(text: str, end: int, word: str) -> bool:
    """`Will Castellanos`: a given name that is an auxiliary or a month, with a surname behind it and nothing else."""
    if word not in {"Will", "May", "June", "April", "August", "Dot"}:
        return False
    following = _FOLLOWING.match(text, end)
    if following is None or (word != "Will" and is_ordinary(following[1].lower())):
        return False
    return following[1].lower() in FAMILY_EN or is_strange(following[1]) or is_known(following[1])


def is_eponym(text: str, start: int) -> bool:
    """Whether a disease, sign or stain named after somebody begins here."""
    return begins_eponym(text[start : start + 48].lower())


def without_genitive(text: str, start: int, end: int) -> int:
    """The end of a name without its `'s`."""
    return end - 2 if text[start:end].endswith(("'s", "'S")) else end


def is_known(word: str) -> bool:
    """A given name or a surname that nothing else is called."""
    return word.lower().removesuffix("'s") in names_alone()


def _ordinary(word: str, *, medical: bool = True) -> bool:
    """A word of the record rather than of a name; behind a title not every `-oma` is a tumour."""
    folded = word.lower().removesuffix("'s")
    if folded in GIVEN_EN and folded not in STOP:
        return False
    return (
        folded in STOP
        or (medical and MEDICAL.fullmatch(folded) is not None)
        or (_MIXED.search(word) is not None and _PREFIXED.match(word) is None)
    )


def _surname_too(word: str, before: list[str], strong: bool) -> bool:
    """`Aoife Young`, `Dr White`: words of the language that are surnames behind a given name or a title."""
    return (
        word.lower() in SURNAMES_TOO
        and not word.isupper()
        and (strong if not before else len(before[-1]) > 1 or strong)
    )


def _believed(text: str, words: list[str], start: int, end: int, *, strong: bool) -> bool:
    long = [word for word in words if len(word) > 1]
    if not long or (not strong and is_eponym(text, start)):
        return False
    if strong:
        return True
    first = long[0].lower().removesuffix("'s")
    if any(word.isupper() for word in long):
        return any(word.lower() in GIVEN_EN or is_known(word) for word in long) or all(
            len(word) > 4 and not _UNSPOKEN.search(word) for word in long
        )
    if len(words) > 1 and month_too(text, start + len(words[0]), words[0]):
        return True
    if len(words) > 1:
        return (first not in COMMON or long[0] in words[:1]) and not (is_ordinary(first) and first not in GIVEN_EN)
    named = first in GIVEN_EN or first in FAMILY_EN
    return named or (first not in COMMON | EPONYMS and not is_ordinary(first))


def is_strange(word: str) -> bool:
    """Neither a word of medicine nor of the language, as far as our own literature has it; or a given name."""
    folded = word.lower().removesuffix("'s")
    if word.isupper() or len(folded) < 3 or folded in STOP or _ROLE.fullmatch(folded) or _CAMEL.match(word):
        return False
    if folded in GIVEN_EN:
        return True
    plain = folded.replace("'", "")
    return not (
        folded in EPONYMS
        or MEDICAL.fullmatch(folded)
        or is_ordinary(plain)
        or all(is_ordinary(part) for part in folded.split("-"))
        or (folded.startswith("non-") or ("-" in folded and any(part in EPONYMS for part in folded.split("-"))))
    )


def _with_degree(text: str) -> Iterator[Found]:
    """`Ngozi Adeyemi, MD`."""
    for match in DEGREE.finditer(text):
        name = _LAST_WORDS.search(text, max(0, match.start() - 60), match.start())
        if name is not None and not _no_part(name.group().split()[-1]):
            start = name.start()
            while " " in text[start : name.end()] and _no_part(text[start : name.end()].split()[0].strip(".")):
                start += len(text[start : name.end()].split()[0]) + 1
            yield Found("name", start, name.end(), 0.9)


def _no_part(word: str) -> bool:
    return _ordinary(word) or (len(word) > 1 and is_ordinary(word.lower()) and word.lower() not in GIVEN_EN)
