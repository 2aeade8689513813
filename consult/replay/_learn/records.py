"""Which consultations are learned from: signed ones whose signatures hold, of several versions the one signed last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from pydantic import ValidationError

from consult.errors import ConsultError
from consult.replay._value import Period
from consult.review import Consultation, Keyring, Row, Store, digest, record_problem
from consult.review._consultation import LATER

LeftOut = Literal["open", "unsigned", "turned-down", "replaced", "purged", "not-verified", "unreadable", "other-time"]
"""open: not decided in full; unsigned: decided in full and not signed; turned-down: the plan was rejected as a whole;
replaced: a version that was signed later counts; purged: only its log is left; not-verified: `consult verify` would
refuse it; unreadable: the record is damaged; other-time: signed outside the period."""
_STATUS: dict[str, LeftOut] = {
    "signed": "replaced",
    "reviewed": "unsigned",
    "rejected": "turned-down",
    "purged": "purged",
}


@dataclass(frozen=True, slots=True)
class Signed:
    """A consultation that was signed, and whose signatures hold."""

    consultation: Consultation
    digest: str
    """SHA-256 of the bytes that were signed, hex."""
    signers: tuple[str, ...]
    day: date
    """Of the last signature, at the site."""
    stale: bool
    """It was signed although results had come that its case does not hold."""
    earlier: tuple[Consultation, ...] = ()
    """Versions that were signed before it and that it replaces."""


@dataclass(slots=True)
class Records:
    """Reads the records of a store one after another, by the day of the last signature at the site."""

    store: Store
    period: Period = Period()
    left_out: Counter[LeftOut] = field(default_factory=Counter)
    """Whole at the end, as is `refused`."""
    refused: list[tuple[str, str]] = field(default_factory=list)
    """Id and failed check of every record that does not verify or cannot be read."""

    def __iter__(self) -> Iterator[Signed]:
        rows = self.store.list(limit=None)
        before = {row.id: row.supersedes for row in rows}
        signed = {row.id for row in rows if row.status == "signed"}
        replaced = {id for row in rows if row.id in signed for id in _line(row, before)}
        ring = self.store.keyring
        for row in rows:
            if row.id not in signed or row.id in replaced:
                self.left_out[_STATUS.get(row.status, "open")] += 1
            elif self._past(row):
                self.left_out["other-time"] += 1
            else:
                yield from self._signed(row, [id for id in _line(row, before) if id in signed], ring)

    def _past(self, row: Row) -> bool:
        """Opened after the period, so signed after it too: it need not be read."""
        return self.period.until is not None and self.period.day(row.created) > self.period.until

    def _signed(self, row: Row, replaces: Sequence[str], ring: Keyring) -> Iterator[Signed]:
        consultation = self._read(row.id, ring)
        if consultation is None:
            return
        signings = [entry for entry in consultation.audit if entry.event == "signed"]
        day = self.period.day(signings[-1].at)
        if not self.period.holds(day):
            self.left_out["other-time"] += 1
            return
        earlier = [self._read(id, ring, counts=False) for id in replaces]
        yield Signed(
            consultation,
            digest=digest(consultation.model_dump(mode="json", exclude={"signatures", "audit"})),
            signers=tuple(str(entry.data.get("signer", "")) for entry in signings),
            day=day,
            stale=any(entry.event == LATER and entry.seq < signings[-1].seq for entry in consultation.audit),
            earlier=tuple(one for one in earlier if one is not None),
        )

    def _read(self, id: str, ring: Keyring, *, counts: bool = True) -> Consultation | None:
        """The record; None where it is not what trusted doctors signed."""
        why: LeftOut = "not-verified"
        try:
            consultation = self.store.get(id)
            problem: str | None = record_problem(consultation, trusted=ring, store=self.store)
            if problem is None:
                return consultation
        except (ConsultError, ValidationError, ValueError, KeyError):  # sealed for another place, no document, no JSON
            why, problem = "unreadable", "unreadable"
        self.left_out[why] += counts
        self.refused.append((id, problem))
        return None


def _line(row: Row, before: dict[str, str | None]) -> list[str]:
    """Ids of all versions before one, the newest first."""
    line: list[str] = []
    id = row.supersedes
    while id is not None and id not in line:
        line.append(id)
        id = before.get(id)
    return line
