"""What happens during a consultation, as it happens."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

EventKind = Literal["started", "alert", "tasks", "opinion", "dispute", "plan", "verified", "finished"]
"""started: it has an id; alert: a danger, before any agent is asked; tasks: who is asked what; opinion: one specialist
answered; dispute: specialists differ; plan: merged; verified: checked; finished: stored, awaiting review."""


@dataclass(frozen=True, slots=True)
class Event:
    """One step of a consultation. Carries ids and counts, and sentences only for alerts."""

    kind: EventKind
    consultation: str
    data: dict[str, Any] = field(default_factory=dict)
