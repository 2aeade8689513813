"""Times as sent, with their precision; ages."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from consult.errors import CaseError

_HL7 = re.compile(
    r"(\d{4})(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(\.\d{1,6})?)?)?)?)?)?\s*([+-]\d{4}|Z)?", re.ASCII
)
_ISO = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d)(?::(\d\d)(?::(\d\d)(\.\d{1,6})?\d*)?)?)?)?)?\s*([+-]\d\d:?\d\d|Z)?",
    re.ASCII,
)
_OLDEST_AGE = 130


class When(NamedTuple):
    """A point in time with the precision that was sent."""

    text: str
    """ISO 8601: a year, a month, a day, or a time with its offset."""
    assumed: bool
    """It is a time and its offset was not sent."""
    instant: datetime
    """Its earliest moment, for ordering; aware."""


@lru_cache(maxsize=64)
def zone(name: str) -> tzinfo:
    """The IANA zone.

    Raises:
        CaseError: there is none of this name.
    """
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise CaseError("the time zone is not a name of the IANA time zone database") from None


@lru_cache(maxsize=8192)
def read_hl7_time(text: str, home: tzinfo) -> When | None:
    """A TS, DT or DTM value; null when it is none (`0000`, month 13, words)."""
    found = _HL7.fullmatch(text.strip())
    return None if found is None else _when(found.groups(), home)


@lru_cache(maxsize=8192)
def read_iso_time(text: str, home: tzinfo) -> When | None:
    """An ISO 8601 date or time of any precision; null when it is none."""
    found = _ISO.fullmatch(text.strip())
    return None if found is None else _when(found.groups(), home)


def _when(parts: tuple[str | None, ...], home: tzinfo) -> When | None:
    year, month, day, hour, minute, second, fraction, offset = parts
    given = tzinfo_of(offset)
    try:
        instant = datetime(
            int(year or 0),
            int(month or 1),
            int(day or 1),
            int(hour or 0),
            int(minute or 0),
            min(int(second or 0), 59),
            round(float(fraction or 0) * 1_000_000) % 1_000_000,
            tzinfo=given or home,
        )
        # Years at the edges cannot be moved to another zone.
        instant.astimezone(UTC)
        stamp = _offset(instant)
    except (ValueError, OverflowError):
        return None
    if hour is None:
        return When("-".join(part for part in (year, month, day) if part), False, instant)
    clock = ":".join([hour, minute or "00"] + ([second] if second else []))
    return When(f"{year}-{month}-{day}T{clock}{fraction or ''}{stamp}", given is None, instant)


def _offset(instant: datetime) -> str:
    shift = instant.utcoffset() or timedelta()
    minutes = round(shift.total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def tzinfo_of(offset: str | None) -> tzinfo | None:
    """The fixed zone of `+0800`, `+08:00` or `Z`; null when there is none or it is impossible."""
    if not offset:
        return None
    if offset == "Z":
        return UTC
    digits = offset[1:].replace(":", "")
    shift = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    if shift > timedelta(hours=14):
        return None
    return timezone(shift if offset[0] == "+" else -shift)


def age_on(birth: str, moment: datetime) -> int | None:
    """Completed years of someone born on `birth` (ISO, may be a year or a month) at `moment`; null when impossible.

    From a year alone the difference of the years is taken, from a month alone the birthday counts as reached in it.
    """
    year, month, day = ([int(part) for part in birth.split("-")] + [0, 0])[:3]
    today = date(moment.year, moment.month, moment.day)
    age = today.year - year
    if month and (today.month, today.day if day else 0) < (month, day):
        age -= 1
    return age if 0 <= age <= _OLDEST_AGE else None
