# ruff: noqa: E501 - patterns, which are read as a whole
"""Where somebody lies: numbers of beds, bays and rooms, in English and Chinese. The word itself stays.

Wards write them in every way: `bed 12`, `beds 05 and 29`, `bed 3C`, `B22 Smith - fever` on a list of the ward, `走廊5床`,
`抢6床`, `ICU02床`, `床号：走廊3`. What is counted or measured (`bed 30 degrees`, `12床旁`) is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from consult.privacy._detect import Found

_PLACED = "加|抢|走廊|过道|临时|观察|留观|临|观"
"""Before the number of a bed that stands where no bed should."""
_CODE = rf"(?:{_PLACED})?[a-z]{{0,2}}-?\d{{1,4}}[a-z]?(?:[-./][a-z]?\d{{0,3}}[a-z]?)?(?<![-./])"
_NO_BED = r"(?![a-z0-9])(?!\.\d| ?(?:hours?|hrs?|h|days?|weeks?|months?|min|degrees?|deg|c|f|beds?|%|°|x|times|l|m|people)(?![a-z]))"
_BED = re.compile(
    rf"(?<![a-z])(?:beds?|rooms?|rm|cubicles?|side ?rooms?|lockers?|cots?|cribs?|incubators?|isolettes?|chairs?|bays?|trolleys?|stations?|pods?)(?:space)?(?: ?(?:no|number)s?\b\.?|\s?#)?\s?[:#]?[ ]?#?({_CODE}){_NO_BED}"
)
_MORE = re.compile(rf"(?:,? (?:and|to) |, ?| ?[&+/] ?)(?:bed )?({_CODE}){_NO_BED}")
_ON_LIST = re.compile(
    r"(?m)^(?:[-*] ?)?B(?!12 (?:Def|Level|Inj|And|Supp))(\d{1,2}(?:-\d{1,2})?[A-Z]?)(?= (?=[A-Z]|d[aeu]|v[ao]n|al|la|ten)(?:[\w'-]+ ){1,4}[-:(,])"
)
"""`B22 Smith - fever`: a line of a ward's list."""
_BED_ZH = re.compile(
    rf"((?:{_PLACED})\d{{1,3}}|(?:(?<=icu)|(?<=ccu)|(?<![\d.a-z-]))(?:\+|(?!\w{{0,2}}[ic]cu)[a-z]{{1,4}}-?)?\d{{1,3}}(?:-\d{{1,2}})?)(?=\s?床(?!旁|边|单|垫|前|上(?!官)|下|头))"
)
_PLACE_ZH = re.compile(
    r"(?:手术间|产房|机位|诊室|诊间|抢救室|病室|隔离间|母婴室|透析位|椅位|温箱|暖箱)(?:编?号)?[:为]?\s?(\d{1,3}[a-z]?)(?![\d.]|\s?(?:号|楼|层|时|分|天|日|月|人|次|例|个))"
    r"|[科区室部](\d{1,3})(?=床旁(?:卫生间|呼叫|柜|椅|凳))"
)
_DATE = re.compile(r"(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])(?:[-/.]|\Z)")


def find_beds(text: str, cased: str) -> Iterator[Found]:
    """Numbers of beds and rooms.

    Args:
        text: folded.
        cased: the same with its capitals.
    """
    for match in _BED.finditer(text):
        yield Found("id", *match.span(1), 0.9)
        more: re.Match[str] | None = match
        while match[0].startswith("beds") and (more := _MORE.match(text, more.end() if more else 0)):
            yield Found("id", *more.span(1), 0.8)
    yield from (Found("id", *match.span(1), 0.8) for match in _ON_LIST.finditer(cased))
    yield from (Found("id", *match.span(match.lastindex or 1), 0.8) for match in _PLACE_ZH.finditer(text))
    if "床" in text:
        for match in _BED_ZH.finditer(text):
            if not _DATE.match(match[1]):
                yield Found("id", *match.span(1), 0.9)
