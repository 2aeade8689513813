"""Is the test that somebody wants done there already?"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from consult._problems import did_you_mean
from consult.analytes import Catalog
from consult.clinic._assess import Assessment
from consult.clinic._results import instant
from consult.clinic._shown import value_of
from consult.errors import ContentError

FILE = "knowledge/reference/retest-intervals.csv"
_COLUMNS = ("analyte", "window_hours", "exception", "source")


@dataclass(frozen=True, slots=True)
class RetestInterval:
    """How long a result of an analyte need not be repeated."""

    analyte: str
    window_hours: float
    exception: str
    """When a repeat is right all the same; for the reader."""
    source: str
    """Guideline id."""


@dataclass(frozen=True, slots=True)
class Available:
    """A valid result that makes a test unnecessary for now."""

    fact: str
    text: str
    """Value and unit as reported."""
    age_hours: float
    """Before the newest result of the case."""
    source: str
    """Guideline id of the interval."""
    exception: str


class RetestIntervals:
    """The intervals by analyte. They never stand in the way of a red rule, a gate or a rejected specimen."""

    def __init__(self, intervals: Mapping[str, RetestInterval]) -> None:
        self._intervals = dict(intervals)

    @classmethod
    def load(cls, root: Path, *, catalog: Catalog) -> RetestIntervals:
        """The intervals of a content root.

        Raises:
            ContentError: the table is absent or a row of it is wrong.
        """
        intervals: dict[str, RetestInterval] = {}
        for row in _rows(root):
            interval = _interval(row, catalog)
            if interval.analyte in intervals:
                raise ContentError(FILE, interval.analyte, "stands in the table twice")
            intervals[interval.analyte] = interval
        return cls(intervals)

    def __len__(self) -> int:
        return len(self._intervals)

    def __iter__(self) -> Iterator[RetestInterval]:
        """Every interval, in the order of the table."""
        return iter(self._intervals.values())

    def __getitem__(self, analyte: str) -> RetestInterval:
        return self._intervals[analyte]

    def __contains__(self, analyte: object) -> bool:
        return analyte in self._intervals

    def already_available(self, analyte: str, assessment: Assessment) -> Available | None:
        """The newest result of the analyte, when it is valid, not doubted and recent enough; else None.

        Recent enough is: within the interval before the newest result of the case. A result without a time is not.
        """
        interval = self._intervals.get(analyte)
        result = assessment.results.get(analyte)
        now = instant(assessment.as_of)
        if interval is None or result is None or result.at is None or now is None:
            return None
        age = (now - result.at).total_seconds() / 3600
        if result.fact in assessment.doubted or not 0 <= age <= interval.window_hours:
            return None
        return Available(result.fact, value_of(result.observation), age, interval.source, interval.exception)


def _rows(root: Path) -> list[dict[str, str]]:
    try:
        text = (root / FILE).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ContentError(FILE, "", "the file does not exist") from None
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    reader = csv.DictReader(lines)
    if tuple(reader.fieldnames or ()) != _COLUMNS:
        raise ContentError(FILE, "", f"the columns must be {','.join(_COLUMNS)}")
    return [{key: (value or "").strip() for key, value in row.items() if key is not None} for row in reader]


def _interval(row: Mapping[str, str], catalog: Catalog) -> RetestInterval:
    analyte = row["analyte"]
    if analyte not in catalog:
        raise ContentError(FILE, analyte, f"unknown analyte `{analyte}`{did_you_mean(analyte, catalog)}")
    try:
        hours = Decimal(row["window_hours"])
    except InvalidOperation:
        raise ContentError(FILE, analyte, "window_hours must be a number") from None
    if hours <= 0 or not row["source"]:
        raise ContentError(FILE, analyte, "window_hours must be above zero, and source given")
    return RetestInterval(analyte, float(hours), row["exception"], row["source"])
