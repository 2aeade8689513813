"""Signed plans that are to be sent: queued durably, each once."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from consult.live._database import Database
from consult.live._inbox import stamp

State = Literal["waiting", "sent", "refused", "withdrawn"]
"""waiting: to be sent, perhaps again; sent: the receiver has it; refused: he said that he never will; withdrawn: it is
no longer the plan."""
_CLAIM = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One plan on its way."""

    id: int
    consultation: str
    signatures: int
    created: str
    state: State
    tries: int
    reason: str


class Outbox:
    """The queue; see `consult.live._schema`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, consultation: str, signatures: int, now: datetime) -> None:
        """Queue a plan; one that was queued before, sent or not, stays as it is."""
        with self._database.begin() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO outgoing (consultation, signatures, created) VALUES (?, ?, ?)",
                (consultation, signatures, stamp(now)),
            )

    def again(self, consultation: str) -> None:
        """Send it once more, whatever became of it: somebody asks for it."""
        with self._database.begin() as connection:
            connection.execute(
                "UPDATE outgoing SET state = 'waiting', due = '', reason = '' WHERE consultation = ?", (consultation,)
            )

    def get(self, consultation: str) -> Outgoing | None:
        """What became of a plan."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT * FROM outgoing WHERE consultation = ?", (consultation,)).fetchone()
        return None if row is None else _outgoing(row)

    def claim(self, now: datetime, consultation: str | None = None) -> Outgoing | None:
        """The next plan that is due, or a certain one; nobody else gets it until it is told what became of it."""
        at = stamp(now)
        with self._database.begin() as connection:
            row = connection.execute(
                "SELECT * FROM outgoing WHERE state = 'waiting' AND due <= ? AND claimed <= ? "
                "AND consultation = coalesce(?, consultation) ORDER BY id LIMIT 1",
                (at, at, consultation),
            ).fetchone()
            if row is not None:
                connection.execute("UPDATE outgoing SET claimed = ? WHERE id = ?", (stamp(now + _CLAIM), row["id"]))
        return None if row is None else _outgoing(row)

    def tell(self, one: Outgoing, state: State, reason: str = "", *, due: datetime | None = None) -> None:
        """What became of an attempt."""
        with self._database.begin() as connection:
            connection.execute(
                "UPDATE outgoing SET state = ?, reason = ?, due = ?, tries = tries + 1, claimed = '' WHERE id = ?",
                (state, reason, stamp(due) if due is not None else "", one.id),
            )

    def queued(self) -> frozenset[str]:
        """The consultations that are or were here."""
        with self._database.reading() as connection:
            return frozenset(row[0] for row in connection.execute("SELECT consultation FROM outgoing").fetchall())

    def list(self, limit: int = 100) -> list[Outgoing]:
        """The newest first."""
        with self._database.reading() as connection:
            rows = connection.execute("SELECT * FROM outgoing ORDER BY id DESC LIMIT ?", (limit,)).fetchall()
        return [_outgoing(row) for row in rows]


def _outgoing(row: sqlite3.Row) -> Outgoing:
    return Outgoing(
        row["id"],
        row["consultation"],
        row["signatures"],
        row["created"],
        row["state"],
        row["tries"],
        row["reason"],
    )
