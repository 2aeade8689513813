"""Critical values: ours by limit, the laboratory's by its flag."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from consult.analytes import Catalog, CriticalLimits
from consult.case import Observation
from consult.clinic._results import Result

Side = Literal["low", "high"]
LABORATORY = "laboratory"
_CALLED: dict[str, Side | None] = {
    "HH": "high",
    "LL": "low",
    "C-H": "high",
    "C-L": "low",
    "HP": "high",
    "LP": "low",
    "↑↑": "high",
    "↓↓": "low",
    "AA": None,
    "危": None,
    "危急": None,
    "危急值": None,
    "CRITICAL": None,
    "PANIC": None,
}


CRITICAL_WHEN_POSITIVE: dict[str, str] = {
    "bcx": "arup-critical-values",
    "malaria": "arup-critical-values",
    "afb": "arup-critical-values",
    "mtbnaat": "arup-critical-values",
}
"""Analytes whose positive result is told at once, and the list that says so: critical-limits.csv holds numbers only."""


@dataclass(frozen=True, slots=True)
class Critical:
    """Why a result is critical."""

    side: Side | None
    source: str
    """Guideline id, or `laboratory`."""
    limit: Decimal | None = None
    """In the canonical unit, when the limit is ours."""
    positive: bool = False
    """Critical because it is positive."""


def critical_by_limit(result: Result, limits: CriticalLimits | None) -> Critical | None:
    """At or beyond one of our limits for certain, or positive where that is critical.

    `<5` is at or below 6, and not for certain at or below 3.
    """
    if result.positive and result.analyte in CRITICAL_WHEN_POSITIVE:
        return Critical(None, CRITICAL_WHEN_POSITIVE[result.analyte], positive=True)
    if limits is None:
        return None
    low, high = _ends(result)
    if limits.high is not None and low is not None and low >= float(limits.high):
        return Critical("high", limits.high_source or limits.source, limits.high)
    if limits.low is not None and high is not None and high <= float(limits.low):
        return Critical("low", limits.low_source or limits.source, limits.low)
    return None


def _ends(result: Result) -> tuple[float | None, float | None]:
    if result.interval is not None:
        return result.interval.low, result.interval.high
    return result.value, result.value


def critical_by_laboratory(observation: Observation) -> Critical | None:
    """The laboratory itself called the result critical."""
    flag = (observation.reported.flag or "").strip().upper()
    return Critical(_CALLED[flag], LABORATORY) if flag in _CALLED else None


def is_critical(result: Result, catalog: Catalog, age_years: int | None) -> bool | None:
    """True, false, or None where we have no limit and the laboratory is silent."""
    limits = catalog.critical_limits(result.analyte, age_years=age_years)
    if critical_by_limit(result, limits) or critical_by_laboratory(result.observation):
        return True
    return None if limits is None or _ends(result) == (None, None) else False
