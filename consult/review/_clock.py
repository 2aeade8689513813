"""Time and ids come in from outside; these are the ones used when the caller brings none."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Gives the present as an aware datetime."""
Ids = Callable[[], str]
"""Gives an id that was never given before."""


def utc_now() -> datetime:
    """The present, in UTC."""
    return datetime.now(UTC)


def random_id() -> str:
    """`C-` and twelve hexadecimal digits: says nothing about the patient, short enough to type a prefix of."""
    return f"C-{secrets.token_hex(6)}"


def stamp(clock: Clock) -> str:
    """The clock's present as ISO 8601 in UTC with milliseconds (`2026-05-04T07:08:09.123Z`).

    Raises:
        ValueError: the clock gave a time without an offset.
    """
    now = clock()
    if now.tzinfo is None:
        raise ValueError("the clock must give times with an offset")
    return now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
