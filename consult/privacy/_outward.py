"""A case for eyes outside the house: redacted, without anything that leads back to the patient or to a calendar.

The stored case names nobody. What this takes away besides: ids, pointers into the original, ages above 90, and every
date. Dates are moved by as many days as bring the newest result to 1850-01-01, so that intervals and times of day stay;
those that cannot be moved are dropped. In texts a date is moved as well; a month or a year is told as `about 9 years
before`; what cannot be told is `[date]`. A day without its year and month in figures (`3/4`) reads like other numbers,
and stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any, TypeVar

from consult.case import Case, Entry, Observation, Report
from consult.privacy._case import redact_case
from consult.privacy._dates import ANY, OLDEST, UNTOLD, WHOLE, day_of, grouped_ages, read_day, read_whole, told_span

NEWEST = date(1850, 1, 1)
"""The day of the newest result of every case that leaves.

Before anybody living was born: no moved date can be the patient's birth date, which would be replaced, and so told.
"""
_Item = TypeVar("_Item", Observation, Report, Entry)
_DATED = (
    "observations", "reports", "conditions", "medications", "allergies", "procedures", "immunizations", "encounters",
)  # fmt: skip
_TOLD = re.compile(WHOLE.format(year=r"1[78]\d\d"), re.ASCII)


class Outward:
    """One case as it leaves, and the way back for what is said about it."""

    def __init__(self, case: Case, newest: str | None) -> None:
        """Prepare a redacted case.

        Args:
            case: the case, already without whatever names the patient.
            newest: the time of its newest result; None: its latest date of any kind counts.
        """
        latest = day_of(newest) or max(_days(case), default=None)
        self._newest = latest
        self._by = None if latest is None else NEWEST - latest
        self._sent: dict[date, date] = {}
        self.case: dict[str, Any] = self._told(case)
        """What `Case` reads; keys that hold their default are left out."""

    def text(self, written: str) -> str:
        """A text of ours as it may leave."""
        return grouped_ages(ANY.sub(self._forth, written))

    def back(self, written: str) -> str:
        """A text from there, with the dates that it took from the case as they were."""
        return _TOLD.sub(self._back, written)

    def _told(self, case: Case) -> dict[str, Any]:
        plain = redact_case(case, self.text)
        age = case.patient.age_years
        told = plain.model_copy(
            update={
                "id": "case",
                "subject": "patient-1",
                "patient": case.patient.model_copy(update={"age_years": None if age is None else min(age, OLDEST)}),
                "quality": [one.model_copy(update={"message": self.text(one.message)}) for one in case.quality],
                **{name: [self._placed(one) for one in getattr(plain, name)] for name in _DATED},
            }
        )
        return told.model_dump(mode="json", exclude_defaults=True)

    def _placed(self, item: _Item) -> _Item:
        """Without its place in the original, its time moved; less than a day's precision would tell the year."""
        day = day_of(item.effective)
        moved = None if day is None else self._moved(day)
        effective = None if moved is None or item.effective is None else f"{moved}{item.effective[10:]}"
        return item.model_copy(update={"source": "", "effective": effective})

    def _moved(self, day: date) -> date | None:
        if self._by is None:
            return None
        try:
            moved = day + self._by
        except OverflowError:
            return None
        self._sent[moved] = day
        return moved

    def _forth(self, match: re.Match[str]) -> str:
        day = read_day(match, self._newest)
        moved = None if day is None else self._moved(day)
        if moved is not None:
            return _written(match, moved)
        return (told_span(match, self._newest) if day is None else "") or UNTOLD

    def _back(self, match: re.Match[str]) -> str:
        day = read_whole(match)
        return match.group() if day is None or day not in self._sent else _written(match, self._sent[day])


def _days(case: Case) -> Iterator[date]:
    for name in _DATED:
        for item in getattr(case, name):
            if (day := day_of(item.effective)) is not None:
                yield day


def _written(match: re.Match[str], day: date) -> str:
    """A day in the form in which the date of `match` is written."""
    if match["digits"]:
        return f"{day:%Y%m%d}"
    if not match["one"]:  # 4 March 2026
        return day.isoformat()
    return f"{day.year:04}{match['one']}{day.month:02}{match['two']}{day.day:02}"
