"""When the results in a text were measured: written dates, and relative words where a date stands to count from."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from datetime import date, timedelta, tzinfo

from consult.case._prose.fold import Folded
from consult.case._times import When, read_iso_time

_MONTHS = {
    name: number
    for number, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1
    )
}
_MONTH = r"(?P<{0}>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{{0,6}}\.?"
_CLOCK = r"(?:[ T,]{1,2}(?P<hour>[01]?\d|2[0-3])[:时](?P<minute>[0-5]\d)?分?)?"
_DATE = re.compile(
    r"(?<![\d.])(?=[\dJFMASOND])(?:(?P<year>(?:19|20)\d\d)(?:[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})"
    r"|年(?P<zmonth>\d{1,2})月(?P<zday>\d{1,2})日?)"
    rf"|{_MONTH.format('before')} (?P<bday>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<byear>(?:19|20)\d\d)"
    rf"|(?P<aday>\d{{1,2}})(?:st|nd|rd|th)? {_MONTH.format('after')},? (?P<ayear>(?:19|20)\d\d))(?!\d)" + _CLOCK,
    re.IGNORECASE,
)
_RELATIVE = re.compile(
    r"(?:(?<![A-Za-z\d])(?=[A-Za-z\d])|(?=[\u3400-\u9fff]))(?:"
    r"\b(?P<ago>\d{1,3}|one|two|three|four|five|six|seven) (?P<what>day|week)s? (?:ago|earlier|before|prior)\b"
    r"|\byesterday\b|\btoday\b|\bthis morning\b"
    r"|\b(?:on|at) (?:admission|presentation|arrival|discharge)\b|\b(?:hospital|admission) day (?P<hday>\d{1,2})\b"
    r"|\b(?:last|two|three|\d{1,3}) (?:months?|years?|weeks?)(?: ago)?\b"
    r"|入院时|出院时|入院当[日天]|入院后?第(?P<zday>\d{1,2})[天日]|(?P<zago>\d{1,3})[天日]前|昨[日天]|今[日晨天]|当日"
    r"|次日|(?:(?<!\d)\d{1,3}|数|半)个?[年月周]前|上周|上月|就诊时|术前|术后)",
    re.IGNORECASE,
)
_CHANGED = re.compile(
    r"[;；→]|->|[升降][至到为]|\b(?:fell|rose|dropped|increased|decreased|fallen|risen) (?:from|to)\b", re.IGNORECASE
)
"""Behind it a relative time no longer holds: `on admission Hb 78; platelets fell to 45`."""
_WORDS = {word: number for number, word in enumerate(["one", "two", "three", "four", "five", "six", "seven"], 1)}
_ADMITTED = re.compile(
    r"(?:admi(?:tted|ssion)(?: date)?(?: on)?|hospitali[sz]ed on|入院(?:日期|时间)?)\s*[:=]?\s*$", re.IGNORECASE
)
_NOTED = re.compile(
    r"(?:\b(?:note |report |today'?s )?date(?: of (?:note|report|visit))?|today is|记录(?:日期|时间)|报告(?:日期"
    r"|时间)|日期|今天是)\s*[:=]?\s*$",
    re.IGNORECASE,
)
_NEAREST = 20
"""So many dates before a result are looked at."""
_BORN = re.compile(r"(?:birth|born|DOB|出生)[^\n]{0,20}$", re.IGNORECASE)
_AFTER_ADMITTED = re.compile(r"\s*(?:因[^\n。]{0,30})?入院|\s*admi", re.IGNORECASE)


class Times:
    """Answers for one text."""

    def __init__(self, folded: Folded, home: tzinfo) -> None:
        self._folded, self._home = folded, home
        self._admitted: date | None = None
        self._noted: date | None = None
        self._dates: list[tuple[int, int, When | None, bool]] = []
        """Start, end, the time, and whether it is a relative one."""
        for found in _DATE.finditer(folded.text):
            self._enter(found)
        for found in _RELATIVE.finditer(folded.text):
            self._dates.append((found.start(), found.end(), self._counted(found), True))
        self._dates.sort(key=lambda one: one[:2])
        self._starts = [one[0] for one in self._dates]
        self._sentences = [start for start, _ in folded.sentences]

    def of(self, start: int, end: int) -> tuple[When | None, str | None]:
        """The time of what stands at a place; and, of a relative time that nothing dates, its words."""
        text = self._folded.text
        after = bisect_right(self._starts, end - 1)
        if after < len(self._dates):
            next_one = self._dates[after]
            if re.fullmatch(r"[ ]{0,2}[(\[]?(?:on |于)?", text[end : next_one[0]]) and next_one[0] - end < 6:
                return self._said(next_one)
        sentence = self._sentences[max(0, bisect_right(self._sentences, start) - 1)] if self._sentences else 0
        line = self._folded.line(start)
        for one in reversed(self._dates[max(0, after - _NEAREST) : after]):
            if one[0] < max(line, sentence):
                break
            if one[3] and _CHANGED.search(text, one[1], start):
                continue  # `on admission Hb 78; platelets fell to 45`
            return self._said(one)
        first = bisect_left(self._starts, line)
        if first < after and self._leads(self._dates[first], line):
            return self._said(self._dates[first])
        return self._above(start), None

    def header(self, position: int, count: int) -> list[When]:
        """The dates of the nearest line above that holds some, when there are so many; else none."""
        line = self._folded.line(position)
        above = [one for one in self._dates[: bisect_left(self._starts, line)][-_NEAREST:] if not one[3]]
        last = self._folded.line(above[-1][0]) if above else -1
        dates = [one[2] for one in above if one[0] >= last and one[2] is not None]
        return dates if len(dates) == count else []

    def _said(self, one: tuple[int, int, When | None, bool]) -> tuple[When | None, str | None]:
        return one[2], self._folded.text[one[0] : one[1]] if one[2] is None else None

    def _leads(self, one: tuple[int, int, When | None, bool], line: int) -> bool:
        """A date at the start of a line speaks for all of it."""
        return one[0] - line <= 3 and not one[3]

    def _above(self, start: int) -> When | None:
        for heading in self._folded.headings(start):
            found = _DATE.search(heading)
            if found is not None and not _BORN.search(heading):
                return self._when(found)
        return None

    def _enter(self, found: re.Match[str]) -> None:
        when = self._when(found)
        before = self._folded.text[max(0, found.start() - 30) : found.start()]
        if when is None or _BORN.search(before):
            return
        day = when.instant.date()
        if _ADMITTED.search(before) or _AFTER_ADMITTED.match(self._folded.text, found.end()):
            self._admitted = self._admitted or day
        elif _NOTED.search(before):
            self._noted = self._noted or day
        self._dates.append((found.start(), found.end(), when, False))

    def _when(self, found: re.Match[str]) -> When | None:
        part = found.groupdict()
        year = part["year"] or part["byear"] or part["ayear"]
        month = part["month"] or part["zmonth"] or _MONTHS[(part["before"] or part["after"] or "jan")[:3].lower()]
        day = part["day"] or part["zday"] or part["bday"] or part["aday"]
        clock = f"T{int(part['hour']):02}:{part['minute'] or '00'}" if part["hour"] else ""
        return read_iso_time(f"{year}-{int(month):02}-{int(day):02}{clock}", self._home)

    def _counted(self, found: re.Match[str]) -> When | None:
        words = found.group().lower()
        day: date | None = None
        if found["hday"] or found["zday"]:
            day = self._admitted and self._admitted + timedelta(days=int(found["hday"] or found["zday"]) - 1)
        elif re.search(r"admission|入院", words):
            day = self._admitted
        elif found["ago"] or found["zago"]:
            count = int(_WORDS.get((found["ago"] or "").lower(), 0) or found["ago"] or found["zago"])
            day = self._noted and self._noted - timedelta(days=count * (7 if found["what"] == "week" else 1))
        elif words in {"today", "this morning", "今日", "今晨", "今天"}:
            day = self._noted
        elif words in {"yesterday", "昨日", "昨天"}:
            day = self._noted and self._noted - timedelta(days=1)
        return read_iso_time(day.isoformat(), self._home) if day is not None else None
