"""Our own reference ranges and critical limits, for when the laboratory sends none."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from consult.analytes._analyte import CriticalLimits, ReferenceRange
from consult.analytes._table import decimal_cell, read_rows
from consult.errors import ContentError

RANGES = "knowledge/reference/reference-ranges.csv"
LIMITS = "knowledge/reference/critical-limits.csv"
GUIDELINES = "knowledge/reference/guidelines.toml"
ADULT = 18

_RANGE_COLUMNS = "analyte,sex,age_from,age_to,pregnant,low,high,source,studied,population"
_LIMIT_COLUMNS = "analyte,side,limit,age_from,age_to,source,note"


@dataclass(frozen=True, slots=True)
class RangeRow:
    """One row of reference-ranges.csv."""

    sex: str
    """`male`, `female`, or empty for both."""
    age_from: int
    age_to: int | None
    """Last completed year of age, or None."""
    pregnant: bool
    low: Decimal | None
    high: Decimal | None
    source: str
    studied: tuple[int, int] | None
    """Ages of the people it was made from, where the source says so."""
    population: str


@dataclass(frozen=True, slots=True)
class LimitRow:
    """One row of critical-limits.csv."""

    side: str
    limit: Decimal
    age_from: int
    age_to: int | None
    source: str


def read_ranges(root: Path, analytes: Container[str], sources: Container[str]) -> dict[str, list[RangeRow]]:
    """Range rows by analyte.

    Raises:
        ContentError: a row names an unknown analyte or source, or contradicts itself.
    """
    found: dict[str, list[RangeRow]] = {}
    for row in read_rows(root, RANGES, _RANGE_COLUMNS):
        key = row["analyte"]
        _check(RANGES, row, analytes, sources)
        low, high = (decimal_cell(RANGES, key, side, row[side]) for side in ("low", "high"))
        if (low is None and high is None) or (low is not None and high is not None and low >= high):
            raise ContentError(RANGES, key, "low and high are both empty or the wrong way round")
        if row["sex"] not in {"male", "female", ""} or row["pregnant"] not in {"yes", ""}:
            raise ContentError(RANGES, key, "sex must be male, female or empty, pregnant yes or empty")
        youngest, oldest = _ages(RANGES, row)
        span = re.fullmatch(r"(\d{1,3})-(\d{1,3})", row["studied"])
        studied = (int(span[1]), int(span[2])) if span else None
        found.setdefault(key, []).append(
            RangeRow(
                row["sex"],
                youngest,
                oldest,
                bool(row["pregnant"]),
                low,
                high,
                row["source"],
                studied,
                row["population"],
            )
        )
    return found


def read_limits(root: Path, analytes: Container[str], sources: Container[str]) -> dict[str, list[LimitRow]]:
    """Critical limits by analyte.

    Raises:
        ContentError: a row names an unknown analyte or source, or has no limit.
    """
    found: dict[str, list[LimitRow]] = {}
    for row in read_rows(root, LIMITS, _LIMIT_COLUMNS):
        key = row["analyte"]
        _check(LIMITS, row, analytes, sources)
        limit = decimal_cell(LIMITS, key, "limit", row["limit"])
        if limit is None or row["side"] not in {"low", "high"}:
            raise ContentError(LIMITS, key, "needs a side (low or high) and a limit")
        youngest, oldest = _ages(LIMITS, row)
        found.setdefault(key, []).append(LimitRow(row["side"], limit, youngest, oldest, row["source"]))
    return found


def read_sources(root: Path) -> frozenset[str]:
    """Ids of all documents in guidelines.toml; only the headers are read, the whole file is checked elsewhere."""
    try:
        text = (root / GUIDELINES).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ContentError(GUIDELINES, "", "the file does not exist") from None
    return frozenset(re.findall(r'^\["?([A-Za-z0-9_-]+)"?\]\s*$', text, re.MULTILINE))


def choose_range(
    rows: list[RangeRow], *, sex: str | None, age_years: int | None, pregnant: bool | None
) -> ReferenceRange | None:
    """The row for this person, or None when there is none or the person is not known well enough to choose."""
    fitting = [row for row in rows if row.pregnant == bool(pregnant) and _of_age(row.age_from, row.age_to, age_years)]
    if sex in {"male", "female"}:
        fitting = [row for row in fitting if row.sex in {"", sex}]
    if len({(row.low, row.high) for row in fitting}) != 1:
        return None
    row = fitting[0]
    return ReferenceRange(row.low, row.high, row.source, _population(row, age_years))


def choose_limits(rows: list[LimitRow], *, age_years: int | None) -> CriticalLimits | None:
    """Both sides of the limits for this age, or None."""
    sides: Mapping[str, LimitRow] = {row.side: row for row in rows if _of_age(row.age_from, row.age_to, age_years)}
    low, high = sides.get("low"), sides.get("high")
    first = low or high
    if first is None:
        return None
    return CriticalLimits(
        low.limit if low else None,
        high.limit if high else None,
        first.source,
        low.source if low else None,
        high.source if high else None,
    )


def _check(file: str, row: Mapping[str, str], analytes: Container[str], sources: Container[str]) -> None:
    if row["analyte"] not in analytes:
        raise ContentError(file, row["analyte"], "no such analyte in analytes.csv")
    if row["source"] not in sources:
        raise ContentError(file, row["analyte"], f"the source {row['source']!r} is not in {GUIDELINES}")


def _ages(file: str, row: Mapping[str, str]) -> tuple[int, int | None]:
    for name in ("age_from", "age_to"):
        if not re.fullmatch(r"\d{0,3}", row[name]):
            raise ContentError(file, row["analyte"], f"{name} must be whole years")
    youngest = int(row["age_from"] or ADULT)
    oldest = int(row["age_to"]) if row["age_to"] else None
    if oldest is not None and oldest < youngest:
        raise ContentError(file, row["analyte"], "age_to is below age_from")
    return youngest, oldest


def _of_age(youngest: int, oldest: int | None, age: int | None) -> bool:
    """An unknown age counts as adult: rows for children need a known age."""
    if age is None:
        return oldest is None or oldest >= ADULT
    return youngest <= age and (oldest is None or age <= oldest)


def _population(row: RangeRow, age: int | None) -> str:
    studied = f"{row.population}, {row.studied[0]}-{row.studied[1]} years" if row.studied else row.population
    if age is None:
        return f"{studied}; age not known, taken as adult"
    if row.studied and not row.studied[0] <= age <= row.studied[1]:
        return f"{studied}; the patient's age is outside these years"
    return studied
