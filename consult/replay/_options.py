"""What a replay is asked for, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from consult.replay._progress import Ended
    from consult.replay._summary import ArmSummary

Kind = Literal["jsonl", "parquet"]
"""Of flat tables."""
ROWS = "results.jsonl"
SUMMARY = "summary.json"
REPORT = "report.html"
RUN = "run.json"
"""What was asked for, once all of it is there."""
DOCUMENTS = "documents"


@dataclass(frozen=True, slots=True)
class Options:
    """How a replay is run."""

    executor: Literal["local", "ray"] = "local"
    concurrency: int | None = None
    """Pairs at once; default: the processors for rules, 16 where models are asked."""
    limit: int | None = None
    """Only the first so many cases."""
    sample: int | None = None
    """Only so many cases, of every disease group."""
    off_peak: bool = False
    budget: Decimal | None = None
    """Money, in the currency of the arms."""
    retry_failed: bool = False
    format: str = "auto"
    tables: tuple[Kind, ...] = ()
    """Flat tables for analysts that are written beside the report."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay has come to."""

    ended: Ended
    arms: dict[str, ArmSummary]
    already_complete: bool = False
    """Nothing was to do: every pair had its row, and cases and arms were the same."""
