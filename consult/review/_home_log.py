"""The audit log of a home: what was purged and re-encrypted, when and by whom. A chain like that of a consultation."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue
from sqlalchemy import Connection, insert, select

from consult.review._audit import next_entry
from consult.review._consultation import AuditEntry
from consult.review._sealed import seal, unseal
from consult.review._tables import home_audit


def home_entries(connection: Connection) -> list[AuditEntry]:
    """All entries, oldest first."""
    rows = connection.execute(select(home_audit.c.seq, home_audit.c.body).order_by(home_audit.c.seq))
    return [
        AuditEntry.model_validate_json(unseal(connection, row.body, home_audit, "body", row.seq)) for row in rows.all()
    ]


def append_home(connection: Connection, event: str, data: Mapping[str, JsonValue], at: str) -> AuditEntry:
    """Add an event; ids, hashes and counts only."""
    entries = home_entries(connection)
    entry = next_entry(entries[-1] if entries else None, event, data, at)
    body = seal(connection, entry.model_dump_json(), home_audit, "body", entry.seq)
    connection.execute(insert(home_audit).values(seq=entry.seq, body=body))
    return entry
