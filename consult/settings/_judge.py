"""`[judge]`: which model judges plans by the rubrics of cases, and when it is believed."""

from __future__ import annotations

from pydantic import Field

from consult.settings._table import Table


class JudgeSettings(Table):
    """The judge of `consult judge`."""

    model: str | None = None
    """Its name under `[models]`; `--judge` says another."""
    agreement: float = Field(default=0.9, ge=0, le=1)
    """Share of the known answers that it must give: below, its scores are marked and a gate on them fails."""
    seed: int = Field(default=0, ge=0, le=2**31 - 1)
    """Sent with every question, beside temperature 0; a server that refuses it is asked without."""
