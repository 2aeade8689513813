# ruff: noqa: E501 - tables and patterns, which are read as a whole
"""Dates, years and ages in texts: found however they are written, and told so that no calendar is left.

A day becomes what the caller calls it (`D-3`, or a moved date); a month or a year becomes `about 9 years before`; an
age from 90 on becomes `90 or older`. A time of day stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

OLDEST = 90
"""Stands for every age from here on: few reach it, so it would single somebody out."""
UNTOLD = "[date]"
"""What stands in a text for a date that is not told."""

_YEAR = r"(?:19|20)\d\d"
WHOLE = (  # 2026-03-04, 2026/3/4, 2026年3月4日; 20260304, 202603041530
    r"(?<!\d)(?P<year>{year})(?P<one>\s*[-/.年]\s*)(?P<month>\d{{1,2}})(?P<two>\s*[-/.月]\s*)(?P<day>\d{{1,2}})(?!\d)"
    r"|(?<!\d)(?P<digits>{year}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))(?=(?:\d{{4}}|\d{{6}})?(?!\d))"
)
_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAME = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)(?![A-Za-z])\.?"
)
_TH = r"(?:st|nd|rd|th)?"
_OTHER = (
    rf"(?<![\w.])(?P<d1>\d{{1,2}}){_TH}(?:\s+of)?[\s-]*(?P<n1>{_NAME})(?:,?[\s-]*(?P<y1>{_YEAR}))?(?!\w)"  # 4 March 2026
    rf"|(?<!\w)(?P<n2>{_NAME})\s*(?P<d2>\d{{1,2}}){_TH},?\s+(?P<y2>{_YEAR})(?!\w)"  # March 4, 2026
    rf"|(?<!\w)(?P<n3>{_NAME}),?\s*(?P<y3>{_YEAR})(?!\w)"  # March 2026
    rf"|(?<!\w)(?P<n4>{_NAME})\s*(?P<d4>\d{{1,2}}){_TH}(?![\w.])"  # March 4
    rf"|(?<![\d.])(?P<a>\d{{1,2}})(?P<sign>[-/.])(?P<b>\d{{1,2}})(?P=sign)(?P<y5>{_YEAR}|\d\d)(?![\d.]*\d)"  # 04/03/2026
    rf"|(?<!\d)(?P<y6>{_YEAR})\s*年(?:\s*(?P<m6>\d{{1,2}})\s*月份?)?"  # 2026年3月, 2026年
    r"|(?<!\d)(?P<m7>\d{1,2})\s*月\s*(?P<d7>\d{1,2})\s*[日号]"  # 3月4日
    rf"|(?<!\d)(?P<y8>{_YEAR})-(?P<m8>0[1-9]|1[0-2])(?![\d-])|(?<![\d/])(?P<m9>0[1-9]|1[0-2])/(?P<y9>{_YEAR})(?!\d)"  # 2026-03
    rf"|(?i:(?<![a-z])(?P<when>since|in|from|until|till|before|after|circa|year|by|during|early|late|mid|around)[\s-])(?P<y10>{_YEAR})"
    rf"(?![\d/:%]|[.,]\d|-\d|\s?(?:[munpk]?g\b|m?l\b|iu\b|u/|copies|cells|[x×*]\s?10|ng|steps|kcal))"  # since 2015
    rf"|(?<=\()(?P<y11>{_YEAR})(?=\))"  # appendicectomy (2015)
)
ANY = re.compile(f"{WHOLE.format(year=_YEAR)}|{_OTHER}", re.ASCII)
_DROPPED = frozenset({"in", "from", "year", "by", "during", "early", "late", "mid", "around", "circa"})
"""Words that say no more than `about`."""
_AGE = re.compile(
    r"(?<![\d.])(?P<age>9\d|1[0-3]\d)(?P<unit>[\s-]?(?:years?|yrs?)(?:[\s-]?old)?(?![a-z])|[\s-]?y/?o\b|\s?(?:周岁|岁))"
    r"|(?i:(?<![a-z])(?P<before>aged?:?|年龄[:：]?)\s?)(?P<said>9\d|1[0-3]\d)(?![\d.,/%a-z])(?!\s?(?:[munpk]?g\b|%|mmol|days|months|天|月))",
    re.ASCII,
)
_HAN = re.compile(r"[\u4e00-\u9fff]")


def undated(text: str, *, newest: date | None, told: Callable[[date], str]) -> str:
    """A text without a calendar.

    Args:
        text: as it was written.
        newest: the day of the newest result: what has no year is taken to be the last such day up to it, or soon after.
        told: what a day is called; empty where it has no name.
    """

    def said(match: re.Match[str]) -> str:
        day = read_day(match, newest)
        if day is not None:
            return told(day) or UNTOLD
        return told_span(match, newest) or UNTOLD

    return grouped_ages(ANY.sub(said, text))


def grouped_ages(text: str) -> str:
    """`92-year-old` as `90-or-older`, `95岁` as `90岁以上`."""
    return _AGE.sub(_old, text)


def _old(match: re.Match[str]) -> str:
    if match["said"]:
        return f"{match['before']} {'90以上' if _HAN.search(match['before']) else '90 or older'}"
    unit = match["unit"]
    if _HAN.search(unit):
        return f"{OLDEST}{unit}以上"
    return f"{OLDEST}-or-older" if "-" in unit else f"{OLDEST} {unit.strip()} or older"


def told_span(match: re.Match[str], newest: date | None) -> str:
    """How long before the newest result a month or a year was; empty when that cannot be said."""
    found = match.groupdict()
    year = next((found[name] for name in ("y3", "y6", "y8", "y9", "y10", "y11") if found[name]), None)
    if year is None or newest is None:
        return ""
    name = found["n3"]
    month = _month(name) if name else int(found["m6"] or found["m8"] or found["m9"] or 0)
    chinese = _HAN.search(match.group()) is not None
    months = (newest.year - int(year)) * 12 + (newest.month - month if month else 0)
    if months < 0:
        return ""
    when = (found["when"] or "").lower()
    lead = f"{found['when']} " if when and when not in _DROPPED else ""
    return lead + _span(months, exact=bool(month), chinese=chinese)


def _span(months: int, *, exact: bool, chinese: bool) -> str:
    if months < 12 and not exact:
        return "当年" if chinese else "the same year"
    if months == 0:
        return "当月" if chinese else "the same month"
    number, unit, han = (months, "month", "个月") if months < 24 and exact else (round(months / 12), "year", "年")
    return f"约{number}{han}前" if chinese else f"about {number} {unit}{'s' if number > 1 else ''} before"


def read_day(match: re.Match[str], newest: date | None = None) -> date | None:
    """The day that a match of `ANY` names; None when it names none, or cannot be told which."""
    found = match.groupdict()
    if found["digits"] or found["year"]:
        return read_whole(match)
    for name, day, year in (("n1", "d1", "y1"), ("n2", "d2", "y2"), ("n4", "d4", None)):
        if found[name]:
            return _near(found[year] if year else None, _month(found[name]), found[day], newest)
    if found["m7"]:
        return _near(None, int(found["m7"]), found["d7"], newest)
    return _either(found["a"], found["b"], found["y5"], newest) if found["a"] else None


def read_whole(match: re.Match[str]) -> date | None:
    """The day that a match of `WHOLE` names; None when there is no such day."""
    digits = match["digits"]
    if digits:
        return _day(digits[:4], digits[4:6], digits[6:])
    return _day(*match.group("year", "month", "day"))


def _near(year: str | None, month: int, day: str, newest: date | None) -> date | None:
    """With a year, that day; without one, the last such day that is not long after the newest result."""
    if year is not None or newest is None:
        return None if year is None else _day(year, month, day)
    for candidate in (newest.year + 1, newest.year, newest.year - 1):
        found = _day(candidate, month, day)
        if found is not None and (found - newest).days <= _SOON:
            return found
    return None


_SOON = 60
"""Days: an appointment is not further ahead; beyond, the day was last year's."""


def _either(one: str, two: str, year: str, newest: date | None) -> date | None:
    """Day and month in either order, where only one of them can be meant."""
    whole = year if len(year) == 4 else f"20{year}"
    found = {day for day in (_day(whole, two, one), _day(whole, one, two)) if day is not None}
    likely = {day for day in found if newest is None or (day - newest).days <= _SOON}
    return likely.pop() if len(likely) == 1 else None


def _month(name: str) -> int:
    return _NAMES.index(name[:3].lower()) + 1


def _day(year: str | int, month: str | int, day: str | int) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def day_of(text: str | None) -> date | None:
    """The day of a time; None when it is less precise."""
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None
