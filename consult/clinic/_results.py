"""Which results of a case count, and which is the latest of each analyte."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from consult.analytes import Catalog
from consult.case import USABLE, Case, Observation
from consult.clinic._words import positive

ABNORMAL = frozenset({"LL", "L", "H", "HH", "A"})
_FAR = 1e300
_RATIO = re.compile(r"\s*1\s*:\s*(\d+(?:\.\d+)?)\s*")
_INTERVAL = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*-\s*(-?\d+(?:\.\d+)?)\s*")


@dataclass(frozen=True, slots=True)
class Interval:
    """All that is known of a value such as `<5`: it lies between two ends."""

    low: float
    high: float
    low_open: bool = False
    high_open: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """A usable result of an analyte we know, in the analyte's canonical unit."""

    observation: Observation
    analyte: str
    index: int
    """Its place in the case: later in the document is newer at the same time."""
    at: datetime | None
    """Start of the period that was sent, in UTC."""
    value: float | None
    interval: Interval | None
    """Instead of a value, for `<5` and `1-10`."""
    positive: bool | None
    """A result in words: true positive, false negative, None neither."""

    @property
    def fact(self) -> str:
        """The fact's id."""
        return self.observation.fact

    @property
    def abnormal(self) -> bool:
        """Flagged, or positive in words."""
        return self.observation.flag in ABNORMAL or bool(self.positive)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The latest valid result of an analyte, and the one before it."""

    latest: Result
    previous: Result | None


def instant(text: str | None) -> datetime | None:
    """The start of an ISO 8601 period of any precision, in UTC; None when there is none or it is no time."""
    if not text:
        return None
    padded = text + "-01-01"[len(text) - 4 :] if len(text) in {4, 7} else text
    try:
        parsed = datetime.fromisoformat(padded)
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def newest_time(case: Case, mistimed: Collection[str]) -> tuple[datetime | None, str | None]:
    """The newest time of a result, and that time as it was sent: what `now` is for a case. No clock is read."""
    times = [
        (at, -index, observation.effective)
        for index, observation in enumerate(case.observations)
        if observation.fact not in mistimed
        and observation.status not in {"entered-in-error", "cancelled"}
        and (at := instant(observation.effective)) is not None
    ]
    if not times:
        return None, None
    at, _, text = max(times)
    return at, text


def read_results(
    case: Case, *, catalog: Catalog, unusable: Collection[str], statuses: Collection[str] = USABLE
) -> list[Result]:
    """The results that may be used, in document order.

    Left out: results of unknown analytes, with another status, in `unusable`, without a value, and quantities that are
    not in the analyte's canonical unit.
    """
    results = [
        _result(observation, index, catalog)
        for index, observation in enumerate(case.observations)
        if observation.analyte is not None
        and observation.analyte in catalog
        and observation.status in statuses
        and observation.fact not in unusable
    ]
    return [result for result in results if result is not None]


def _result(observation: Observation, index: int, catalog: Catalog) -> Result | None:
    analyte = observation.analyte or ""
    value: float | None = None
    interval: Interval | None = None
    words: bool | None = None
    text = observation.value or ""
    match observation.value_type:
        case "quantity":
            if not _canonical(observation.unit, catalog[analyte].unit):
                return None
            number = _float(text)
            if number is None:
                return None
            value, interval = _bounded(number, observation.comparator, catalog[analyte].plausible_low)
        case "ratio":
            found = _RATIO.fullmatch(text)
            value = float(found[1]) if found and not observation.comparator else None
        case "interval":
            found = _INTERVAL.fullmatch(text)
            interval = Interval(float(found[1]), float(found[2])) if found else None
        case "text" | "code":
            words = positive(text, observation.value_code.code if observation.value_code else None)
        case "absent":
            return None
    return Result(observation, analyte, index, instant(observation.effective), value, interval, words)


def _canonical(unit: str | None, canonical: str) -> bool:
    return (unit or "") == canonical or (not unit and (canonical == "1" or canonical.startswith("{")))


def _float(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) < _FAR else None


def _bounded(number: float, comparator: str | None, floor: object) -> tuple[float | None, Interval | None]:
    if comparator is None:
        return number, None
    if comparator in {"<", "<="}:
        lowest = 0.0 if number > 0 and floor is not None and float(str(floor)) >= 0 else -_FAR
        return None, Interval(lowest, number, high_open=comparator == "<")
    return None, Interval(number, _FAR, low_open=comparator == ">")


def newest_first(results: Sequence[Result]) -> list[Result]:
    """Timed results before untimed ones, then by time, then by place in the document."""
    early = datetime.min.replace(tzinfo=UTC)
    return sorted(results, key=lambda result: (result.at is not None, result.at or early, result.index), reverse=True)


def by_analyte(results: Sequence[Result]) -> dict[str, list[Result]]:
    """Results of each analyte, newest first; analytes in order of appearance."""
    grouped: dict[str, list[Result]] = {}
    for result in results:
        grouped.setdefault(result.analyte, []).append(result)
    return {analyte: newest_first(group) for analyte, group in grouped.items()}


def choose(
    grouped: Mapping[str, Sequence[Result]], *, as_of: datetime | None, within: float, doubted: Collection[str] = ()
) -> dict[str, Chosen]:
    """The latest valid result of each analyte and the one before it.

    Args:
        grouped: results by analyte, newest first.
        as_of: the newest time of the case.
        within: days before `as_of` that count; a result without a time counts.
        doubted: facts that may not be used.
    """
    oldest = as_of - timedelta(days=within) if as_of is not None else None
    chosen: dict[str, Chosen] = {}
    for analyte, results in grouped.items():
        valid = [
            result
            for result in results
            if result.fact not in doubted and (oldest is None or result.at is None or result.at >= oldest)
        ]
        if valid:
            chosen[analyte] = Chosen(valid[0], _previous(valid))
    return chosen


def _previous(valid: Sequence[Result]) -> Result | None:
    latest = valid[0]
    if latest.at is None:
        return None
    return next((result for result in valid[1:] if result.at is not None and result.at < latest.at), None)
