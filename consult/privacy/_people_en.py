# ruff: noqa: E501 - tables and patterns, which are read as a whole
"""People whom no message names, in English: behind titles, relations and verbs, in signatures, and free where it is plain."""

from __future__ import annotations

import re
from collections.abc import Iterator

from consult.privacy._detect import Found
from consult.privacy._fold import Folded
from consult.privacy._words import COMMON, EPONYM, EPONYMS
from consult.privacy._words_en import GIVEN_EN, MEDICAL, PARTICLES, STOP, SURNAMES_TOO, ordinary_words

_L = "A-Za-zØøŁłĐđÞþÆæŒœßı"
_TITLE = re.compile(
    r"(?<![A-Za-z])(?:[Mm]rs?|MRS?|[Mm]s|MS|[Mm]iss|MISS|[Mm]x|[Dd]rs?|DRS?|[Pp]rof(?:essor)?|PROF|Doctor|"
    r"Sister|Matron|Madam|Sir|Lady|Lord|Rev|"
    r"Herr|Frau|Mme|Mlle|Senora?|Sgt|Capt|Col|Nurse|[Ss]taff [Nn]urse|S/N|Fr)(?:\.[ \t]?|[ \t])[ \t]?(?=[A-ZØŁĐÞÆŒ]|"
    r"(?:de|van|von|al|el|bin)[ -])"
)
_LOWER_TITLE = re.compile(r"(?<![a-z])(?:mr|mrs|ms|dr|prof)(?:\.[ \t]?|[ \t])(?=([a-z]{3,}))")
_RELATION = re.compile(
    r"(?<![A-Za-z])(?:[Pp]atient|[Pp]t|PATIENT|PT|[Ss]on|[Dd]aughter|[Ww]ife|[Hh]usband|[Mm]other|[Ff]ather|"
    r"[Bb]rother|[Ss]ister|[Pp]artner|[Nn]iece|[Nn]ephew|[Aa]unt|"
    r"[Uu]ncle|[Cc]ousin|[Gg]rand(?:son|daughter|mother|father)|[Nn]eighbou?r|[Ff]riend|[Cc]arer|[Gg]uardian|"
    r"[Nn]ext of kin|NOK|[Cc]ontact|[Ss]pouse|"
    r"[Ff]ianc[e]e?|[Mm]um|[Mm]om|[Dd]ad|[Ss]tep(?:son|daughter|mother|father)|(?:son|daughter|mother|"
    r"father|sister|brother)-in-law|[Hh]ousemate|"
    r"[Rr]oommate|[Bb]oyfriend|[Gg]irlfriend|[Cc]olleague|[Ee]mployer|[Ss]ocial worker|[Kk]ey worker|[Ii]nterpreter|"
    r"[Mm]idwife|[Nn]urse|[Cc]onsultant|"
    r"[Rr]egistrar|[Ss]urgeon|[Pp]hysician|[Rr]esident|[Ii]ntern|[Pp]aramedic|[Pp]harmacist|[Tt]echnician|"
    r"[Ss]cientist|[Rr]adiologist|[Pp]athologist|"
    r"[Hh]a?ematologist|[Cc]ardiologist|[Oo]ncologist|[Aa]tt?ending|[Ss]ecretary|[Pp]hlebotomist)"
    r"(?:[ ,]{1,2}(?:is|named|called|known as|a|also)\b|,)?[ ]?[( ]?(?<=[ (,])(?=[A-ZØŁĐÞÆŒ])"
)
_VERB = re.compile(
    r"(?<![A-Za-z])(?:[Ss]poke(?:n)? (?:to|with)|[Ll]etter (?:to|from)|[Cc]op(?:y|ied) (?:to|from)|[Rr]eply (?:to|"
    r"from)|[Mm]essage (?:to|from|for)|[Ff]orwarded to|[Dd]iscuss(?:ed|ion) (?:\w+ )?with|[Dd]/[Ww]|(?:[Ee]lectronically "
    r")?[Ss]igned(?: off)?(?: by)?|[Dd]ictated by|[Rr]eported by|[Vv]erified by|"
    r"[Aa]uthori[sz]ed by|[Rr]eferred by|[Rr]eviewed (?:by|with)|[Ss]een (?:by|with)|[Cc]alled|[Ii]nformed|[Nn]otified|[Tt]elephoned|[Pp]honed|[Cc]ontacted|[Pp]aged|[Bb]leeped|"
    r"[Hh]and(?:ed)?(?:over| over) (?:to|from|by)|[Aa]ccepted by|[Cc]c|[Rr]equested by|[Oo]rdered by|[Cc]ollected by|[Tt]aken by|[Pp]erformed by|[Ww]itnessed by|"
    r"[Aa]ccompanied by|[Ll]ives with|[Cc]ared for by|[Bb]rought in by|[Dd]ear|[Rr]ead back by|[Aa]cknowledged by|[Rr]eceived by|[Aa]pproved by|[Cc]hecked by|[Vv]alidated by|"
    r"[Pp]repared by|[Tt]yped by|[Tt]ranscribed by|[Ww]ritten by|[Ee]ntered by|[Ii]nterviewed by|[Cc]onsented by|[Oo]perated on by|[Ee]scorted by|[Vv]isited by|[Aa]dmitted (?:by|under)|"
    r"[Cc]are of|under|[Aa]ttended by|[Aa]ssisted by|[Ee]mailed|[Tt]exted|[Aa]sked|[Tt]old|[Tt]hank(?:s| you),?|[Rr]egards,?|[Ss]incerely,?|[Ff]aithfully,?|[Bb]est wishes,?|via|[Tt]hx,?|[Tt]hanks,?|[Cc]heers,?|[Tt]a,?|[Rr]gds,?|[Ii] am|[Tt]his is|[Aa]sk(?:ed)? for|[Cc]all|[Rr]ing)"
    r"[:,]?(?:[ \t]|[ \t]*\n+[ \t]*)(?=[A-ZØŁĐÞÆŒ])"
)
_SIGNED = re.compile(r"(?i)(?:regards|sincerely|faithfully|best wishes|signed)[,.:]?\s*\n+\s*\Z")
_LABEL = re.compile(
    r"(?<![A-Za-z])(?<![Tt]est )(?<![Dd]rug )(?<![Pp]roduct )(?<![Ff]ile )(?<![Bb]rand )(?<![Gg]eneric )(?:(?:[Pp]atient|[Ff]ull|[Ff]irst|[Ll]ast|[Ff]amily|[Gg]iven|[Mm]aiden)?\s?[Nn]ame|NAME|PATIENT|[Pp]atient|[Ss]urname|"
    r"(?:[Cc]onsultant|[Pp]hysician|[Ss]urgeon|[Rr]adiologist|[Pp]athologist|[Aa]ttending|[Rr]egistrar|[Pp]rovider|[Cc]linician|[Pp]rescriber|[Oo]perator|[Rr]equester|[Rr]equestor|GP|"
    r"[Rr]eferrer|[Aa]uthor|[Tt]echnologist|[Tt]echnician|[Nn]urse|[Mm]idwife|[Dd]octor|[Cc]ollector|[Vv]erifier|[Rr]eporter|[Ss]ignatory|[Nn]ext of [Kk]in|NOK|[Ee]mergency [Cc]ontact|"
    r"[Cc]ontact(?: [Pp]erson)?|[Cc]arer|[Gg]uardian|[Aa]ttn|ATTN|[Tt]o|[Ff]rom|[Rr]e|RE|[Cc]c|CC|[Ss]ignature|[Ss]igned|[Bb]y|[Pp]atient of|[Ii]nsured|[Mm]other|[Ff]ather|[Ss]pouse|[Ww]ife|[Hh]usband|[Ss]on|[Dd]aughter|[Bb]rother|[Ss]ister|[Ii]nterpreter|[Pp]artner|[Ss]cientist|[Ww]itness|[Ee]scort|[Rr]eviewer|[Cc]hecked|[Vv]erified|[Rr]eported|[Aa]uthori[sz]ed|[Rr]elative|[Ff]riend|[Nn]eighbou?r|[Pp]harmacist|[Ss]ocial [Ww]orker|[Cc]haperone))"
    r"(?: \([^)\n]{1,20}\))?[ \t]?:[ \t]{0,4}(?=[A-ZØŁĐÞÆŒ])"
)
_DEGREE = re.compile(
    r",? ?(?<=[, ])(?:MD|M\.D\.|RN|R\.N\.|NP|PA-C|DO|D\.O\.|MBBS|MBChB|MB ChB|FRCP(?:ath)?|MRCP|FRCS|PhD|BSN|ARNP|FNP|MLS|MT\(ASCP\)|FACP|FRACP|FRCR|DNP|CNM|PharmD|LCSW)(?![A-Za-z])"
)
_WORD = re.compile(rf"[A-ZØŁĐÞÆŒ][{_L}]*(?:['-][{_L}]+)*\.?(?![{_L}\d])")
_TOKEN = re.compile(
    rf"(?P<gap>[ \t]|, ?(?=[A-Z])|-)?(?:(?P<initial>[A-Z]\.?(?![{_L}\d'-]))|(?P<word>[{_L}]+(?:['-][{_L}]+)*))"
)
_PAIR = re.compile(rf"(?<![{_L}\d'-])([A-Z][a-z]+)(?= [A-ZØŁĐÞÆŒ])")
_CAPS_FIRST = re.compile(r"(?<![A-Za-z])([A-Z][A-Z'-]{2,}), ([A-Z][a-z]{2,})(?![A-Za-z])")
_LETTERS = re.compile(r"[A-Z][A-Za-z]|[a-z]{2}")
_SURNAME = re.compile(rf" (?:(?:de|la|der|den|el|al|los) )?{_WORD.pattern}")
_MOST = 4


def find_people_en(folded: Folded) -> Iterator[Found]:
    """Names of people in a folded text."""
    text = folded.cased
    if _LETTERS.search(text) is None:
        return
    for pattern, sure, title in (
        (_TITLE, 0.95, True),
        (_LABEL, 0.9, False),
        (_VERB, 0.8, False),
        (_RELATION, 0.8, False),
    ):
        for match in pattern.finditer(text):
            strong = title or pattern is _LABEL or _SIGNED.search(text, match.start(), match.end()) is not None
            end = _name_end(text, match.end(), strong=strong)
            if end is not None:
                yield Found("name", match.end(), end, sure)
                yield from _also(text, end)
    for match in _LOWER_TITLE.finditer(text):
        if match.group(1) not in STOP | COMMON:
            yield Found("name", *match.span(1), 0.8)
    yield from _free(text)
    yield from _strangers(text)
    yield from _with_degree(text)


def _also(text: str, end: int) -> Iterator[Found]:
    """`Drs Smith and Patel`, `seen by Anna and Tom`."""
    match = re.compile(r"(?: and | & |/|, )(?=[A-Z])").match(text, end)
    if match is not None and match.group() in {" and ", " & "}:
        other = _name_end(text, match.end(), strong=False)
        if other is not None:
            yield Found("name", match.end(), other, 0.7)


def _name_end(text: str, start: int, *, strong: bool) -> int | None:
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
            if not words and not strong and not match["initial"].endswith("."):
                break
            words.append(match["initial"][0])
        elif word[0].isupper() and (not _ordinary(word, medical=not strong) or _surname_too(word, words, strong)):
            if match["gap"] and match["gap"].startswith(",") and (len(words) != 1 or not _name_like(word)):
                break
            words.append(word)
        elif word.lower() in PARTICLES and _SURNAME.match(text, match.end()) and not (words and word in {"y", "e"}):
            place = match.end()
            continue
        else:
            break
        end = place = match.end()
    end = _without_genitive(text, start, end)
    return end if _believed(text, words, start, end, strong=strong) else None


def _eponym(text: str, start: int) -> bool:
    """Whether a disease, sign or stain named after somebody begins here."""
    return EPONYM.match(text[start : start + 48].lower()) is not None


def _without_genitive(text: str, start: int, end: int) -> int:
    return end - 2 if text[start:end].endswith(("'s", "'S")) else end


def _ordinary(word: str, *, medical: bool = True) -> bool:
    """A word of the record rather than of a name; behind a title not every `-oma` is a tumour."""
    folded = word.lower().removesuffix("'s")
    if folded in GIVEN_EN and folded not in STOP:
        return False
    return (
        folded in STOP
        or (medical and MEDICAL.fullmatch(folded) is not None)
        or bool(re.search(r"[A-Z]{2}[a-z]|[a-z][A-Z]{2}", word))
    )


def _surname_too(word: str, before: list[str], strong: bool) -> bool:
    """`Aoife Young`, `Dr White`: words of the language that are surnames behind a given name or a title."""
    return (
        word.lower() in SURNAMES_TOO
        and not word.isupper()
        and (strong if not before else len(before[-1]) > 1 or strong)
    )


def _name_like(word: str) -> bool:
    return word.lower() in GIVEN_EN


def _believed(text: str, words: list[str], start: int, end: int, *, strong: bool) -> bool:
    long = [word for word in words if len(word) > 1]
    if not long or _eponym(text, start):
        return False
    if strong:
        return True
    first = long[0].lower().removesuffix("'s")
    if any(word.isupper() for word in long):
        return any(word.lower() in GIVEN_EN for word in long) or all(len(word) > 4 for word in long)
    if len(words) > 1:
        return first not in COMMON or long[0] in words[:1]
    return first not in COMMON or first in GIVEN_EN


def _free(text: str) -> Iterator[Found]:
    """`Peter Brown` where nothing announces it: the first of two capitalised words is a given name."""
    for match in _PAIR.finditer(text):
        first = match.group(1).lower()
        if first not in GIVEN_EN or first in STOP:
            continue
        end = _name_end(text, match.start(), strong=False)
        if end is not None and " " in text[match.start() : end] and not _eponym(text, match.start()):
            yield Found("name", match.start(), end, 0.8)
    for match in _CAPS_FIRST.finditer(text):
        if match.group(2).lower() in GIVEN_EN and not _ordinary(match.group(1)):
            yield Found("name", *match.span(), 0.8)


_START = re.compile(rf"(?<![{_L}\d'’./-])[A-ZØŁĐÞÆŒ][a-zøłđþæœßı]+(?:['-][{_L}]+)*(?= )")
_BY = re.compile(rf"(?<![A-Za-z])(?:by|from|with|for|[Ff][Yy][Ii]|called|is) (?=[A-ZØŁĐÞÆŒ][{_L}'-]+(?![{_L}-]))")
_ACTING = re.compile(
    rf"(?<![{_L}\d'-])([A-ZØŁĐÞÆŒ](?:'[A-Z])?[a-zøłđþæœßı]+(?:['-][{_L}]+)*)(?= (?:wants|wanted|said|says|called|rang|asked|asks|phoned|told|agrees|agreed|"
    r"explained|mentioned|insisted|visited|attended|telephoned|confirmed|informed|aware|updated|will ring|will call|is aware|was told|was informed|was aware|here from|here again|here)(?![a-z])"
    r"| ?\((?:[Dd]aughter|[Ss]on|[Ww]ife|[Hh]usband|[Mm]other|[Ff]ather|[Ss]ister|[Bb]rother|[Nn]urse|RN|SN|[Nn]iece|[Nn]ephew|[Pp]artner|[Nn]ext of kin|NOK|[Cc]arer)"
    r"|, (?:ward clerk|staff nurse|charge nurse|nurse|clerk|secretary|receptionist|porter|paramedic|physio|pharmacist|midwife|sister|carer|registrar|SHO|SpR|CNS|RN|FY1|FY2|HCA|next of kin|daughter|son|wife|husband|his|her)(?![a-z]))"
)
_LAST = re.compile(
    rf"(?:[.!?,;] ?|[-\n] ?|\b(?:thanks|thx|cheers|ta|regards) )([A-ZØŁĐÞÆŒ][a-zøłđþæœßı]+(?:['-][{_L}]+)*)(?:, [A-Z]{{2,4}})?\.?\s*\Z"
)


def _strangers(text: str) -> Iterator[Found]:
    """`Ottilie Fitzgerald`, whom no list knows: two capitalised words neither of which is a word of medicine."""
    for match in _START.finditer(text):
        if not _strange(match.group()) or _eponym(text, match.start()):
            continue
        end = _name_end(text, match.start(), strong=True)
        words = (
            [] if end is None else [one for one in re.findall(rf"[{_L}'-]+", text[match.start() : end]) if len(one) > 1]
        )
        if (
            end is not None
            and len(words) > 1
            and all(_strange(one) or one.lower() in PARTICLES | SURNAMES_TOO for one in words[:3])
        ):
            yield Found("name", match.start(), end, 0.7)
    for pattern, group in ((_BY, 0), (_ACTING, 1), (_LAST, 1)):
        for match in pattern.finditer(text, len(text) - 60 if pattern is _LAST and len(text) > 60 else 0):
            start = match.end() if group == 0 else match.start(1)
            word = re.compile(rf"[{_L}]+(?:['-][{_L}]+)*").match(text, start)
            if (
                word is not None
                and _strange(word.group())
                and (group or match.group().lower().startswith(("by", "from", "fyi")))
            ):
                yield Found("name", start, _without_genitive(text, start, word.end()), 0.6)


def _strange(word: str) -> bool:
    """Neither a word of medicine nor of the language, as far as our own literature has it; or a given name."""
    folded = word.lower().removesuffix("'s")
    if word.isupper() or len(folded) < 3 or folded in STOP:
        return False
    if folded in GIVEN_EN:
        return True
    plain = folded.replace("'", "")
    return not (
        folded in EPONYMS
        or MEDICAL.fullmatch(folded)
        or _is_ordinary(plain)
        or all(_is_ordinary(part) for part in folded.split("-"))
        or (folded.startswith("non-") or "-" in folded and any(part in EPONYMS for part in folded.split("-")))
    )


def _is_ordinary(word: str) -> bool:
    known = ordinary_words()
    return (
        word in known
        or word in STOP
        or any(word.removesuffix(end) in known for end in ("s", "es", "d", "ed", "ing", "ly", "al", "ic"))
    )


def _with_degree(text: str) -> Iterator[Found]:
    """`Ngozi Adeyemi, MD`."""
    for match in _DEGREE.finditer(text):
        before = re.compile(rf"(?:[A-Z]\. |[A-ZØŁĐÞÆŒ][{_L}'-]+ ){{0,3}}[A-ZØŁĐÞÆŒ][{_L}'-]+\Z")
        name = before.search(text, max(0, match.start() - 60), match.start())
        if name is not None and not _ordinary(name.group().split()[-1]):
            start = name.start()
            while _ordinary(text[start : name.end()].split()[0].strip(".")) and " " in text[start : name.end()]:
                start += len(text[start : name.end()].split()[0]) + 1
            yield Found("name", start, name.end(), 0.9)
