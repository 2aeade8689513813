"""The audit log of one consultation: a chain of hashes that shows any entry changed, moved or cut out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydantic import JsonValue

from consult.review._canonical import digest
from consult.review._consultation import AuditEntry

GENESIS = "0" * 64
"""`prev` of the first entry."""


class AuditChain:
    """Entries in order. Appending computes the hashes; `problem` recomputes them."""

    def __init__(self, entries: Iterable[AuditEntry] = ()) -> None:
        self.entries: list[AuditEntry] = list(entries)

    @property
    def head(self) -> str:
        """Hash of the last entry; 64 zeros when there is none."""
        return self.entries[-1].hash if self.entries else GENESIS

    def append(self, event: str, data: Mapping[str, JsonValue], at: str) -> AuditEntry:
        """Add an event at `at` (ISO 8601, UTC) and return its entry."""
        entry = next_entry(self.entries[-1] if self.entries else None, event, data, at)
        self.entries.append(entry)
        return entry

    def problem(self) -> str | None:
        """Where the chain breaks, in one clause; None when it is whole."""
        before = GENESIS
        for number, entry in enumerate(self.entries, start=1):
            if entry.seq != number:
                return f"entry {number} calls itself {entry.seq}: entries were moved or cut out"
            if entry.prev != before:
                return f"entry {number} does not follow from the one before it"
            if entry.hash != digest(entry.model_dump(mode="json", exclude={"hash"})):
                return f"entry {number} was changed"
            before = entry.hash
        return None if self.entries else "there are no entries"


def next_entry(last: AuditEntry | None, event: str, data: Mapping[str, JsonValue], at: str) -> AuditEntry:
    """The entry that follows `last` (None: the first), chained to it by its hash."""
    body: dict[str, JsonValue] = {
        "seq": 1 if last is None else last.seq + 1,
        "at": at,
        "event": event,
        "data": dict(data),
        "prev": GENESIS if last is None else last.hash,
    }
    return AuditEntry.model_validate({**body, "hash": digest(body)})
