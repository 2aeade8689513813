"""Deleting what need not be kept any longer: the patient's data go, the audit log stays and stays verifiable."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from pydantic import JsonValue
from sqlalchemy import Connection, delete, insert, select, update

from consult.errors import NotFound, ReviewError
from consult.models import Call
from consult.review import _tables
from consult.review._clock import Clock, stamp, utc_now
from consult.review._consultation import AuditEntry
from consult.review._conversation import asked_calls
from consult.review._home_log import append_home
from consult.review._journal import revisions, stored_calls
from consult.review._patients import NOBODY, linked_keys
from consult.review._record import PURGED, append_event, bodies
from consult.review._sealed import seal
from consult.review._store import Store
from consult.settings import KeepDays

Because = Literal["retention", "named", "subject"]
"""Why something was purged: its time was over, it was named, or its patient was."""

_UNFINISHED = ("running", "failed", "expired")
_OPEN = ("awaiting-review", "reviewed")
_DATA = (_tables.decision, _tables.signature, _tables.detail, _tables.model_call)
_table = _tables.consultation


@dataclass(frozen=True, slots=True)
class Due:
    """A consultation that can be purged. Without medical content."""

    id: str
    status: str
    created: str
    """ISO 8601, UTC."""
    revision: int
    subject: str
    """Local key of the patient."""

    def to_json(self) -> dict[str, object]:
        """As JSON types."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Purged:
    """What a purge did."""

    consultations: Sequence[Due]
    patients: int
    """Of whom nothing is left."""


class Purge:
    """Retention for one store. Revisions of one consultation hold the same case and go together."""

    def __init__(self, store: Store, clock: Clock = utc_now) -> None:
        self._store = store
        self._clock = clock

    def due(self, keep: KeepDays) -> list[Due]:
        """What has been kept for as long as `keep` says. An open review is never due.

        The days count from the last signature, from the rejection, or from the last event of a run without a draft.
        """
        now = self._clock().astimezone(UTC)
        limits = {"signed": keep.signed, "rejected": keep.rejected}
        limits |= dict.fromkeys(_UNFINISHED, keep.unfinished)
        before = {status: _ago(now, days) for status, days in limits.items() if days is not None}
        return self._over(before)

    def before(self, moment: datetime) -> list[Due]:
        """What was signed, rejected or left unfinished before `moment` (aware)."""
        cut = _stamp(moment)
        # What runs at this very moment in another process is nobody's to delete by date.
        running = min(cut, _ago(self._clock().astimezone(UTC), 1))
        return self._over({"signed": cut, "rejected": cut, "failed": cut, "expired": cut, "running": running})

    def named(self, ids: Iterable[str]) -> list[Due]:
        """Those consultations with all their revisions, whatever their status.

        Raises:
            NotFound: there is no such consultation, or it was purged already.
        """
        with self._store.transaction("read") as connection:
            wanted = {one for id in ids for one in self._live(connection, id)}
            return _rows(connection, _table.c.id.in_(wanted))

    def of_subject(self, key: str) -> list[Due]:
        """Everything about one patient, whatever its status, also what came under other numbers of theirs.

        Nothing when the patient has no consultation.

        Raises:
            NotFound: no such patient is known here.
        """
        with self._store.transaction("read") as connection:
            known = connection.execute(select(_tables.subject.c.key).where(_tables.subject.c.key == key)).first()
            if known is None or key == NOBODY:
                raise NotFound("no patient with this key is stored; consult list --json gives the keys")
            return _rows(connection, _table.c.subject.in_(linked_keys(connection, key)))

    def delete(
        self, due: Sequence[Due], *, by: str, because: Because = "retention", subject: str | None = None
    ) -> Purged:
        """Delete case, plan, decisions, signatures, model calls, replacements and, with the last of them, the identity.

        All of it in one transaction, or nothing. Call `Store.erase` afterwards: only that takes it off the disk.

        Args:
            due: what `due`, `before`, `named` or `of_subject` gave; what changed its status since stays.
            by: who purges.
            because: why.
            subject: also forget this patient, who has no consultation left.

        Raises:
            ReviewError: `by` is no name.
        """
        who = by.strip()
        if not who or len(who) > 120 or not who.isprintable():
            raise ReviewError("a purge needs the name of who purges, one line of 1 to 120 characters")
        at = stamp(self._clock)
        with self._store.transaction("durable") as connection:
            gone = [one for one in due if _unchanged(connection, one)]
            _nobody(connection, at)
            persons = {one.subject for one in gone} | (linked_keys(connection, subject) if subject else set())
            told = [_bury(connection, one, who, because, at) for one in gone]
            patients = _forget(connection, persons)
            if gone or patients:
                data: dict[str, JsonValue] = {
                    "by": who, "because": because, "count": len(gone), "patients": patients, "consultations": told,
                }  # fmt: skip
                append_home(connection, "purged", data, at)
        return Purged(gone, patients)

    def calls(self, due: Sequence[Due]) -> list[Call]:
        """Their model calls: what came back may stand in a cache or a recording as well."""
        with self._store.transaction("read") as connection:
            return [call for one in due for calls in (stored_calls, asked_calls) for call in calls(connection, one.id)]

    def _live(self, connection: Connection, id: str) -> set[str]:
        found = {one.id for one in _rows(connection, _table.c.id.in_(revisions(connection, id)))}
        if id not in found:
            raise NotFound(f"consultation {id!r} is not stored, or was purged already")
        return found

    def _over(self, before: dict[str, str]) -> list[Due]:
        """Chains of revisions of which every one is over and settled before its limit."""
        with self._store.transaction("read") as connection:
            rows = _rows(connection, _table.c.status != PURGED)
            chains = _chains(rows, _links(connection))
            return [
                one
                for chain in chains
                if all(_is_over(connection, row, chain, before) for row in chain)
                for one in chain
            ]


def _rows(connection: Connection, wanted: Any) -> list[Due]:
    columns = [_table.c[name] for name in ("id", "status", "created", "revision", "subject")]
    query = select(*columns).where(wanted, _table.c.status != PURGED).order_by(_table.c.created, _table.c.id)
    return [Due(**row) for row in connection.execute(query).mappings()]


def _links(connection: Connection) -> dict[str, str]:
    query = select(_table.c.id, _table.c.supersedes).where(_table.c.supersedes.is_not(None))
    return {row.id: row.supersedes for row in connection.execute(query)}


def _chains(rows: Sequence[Due], links: dict[str, str]) -> list[list[Due]]:
    chains: dict[str, list[Due]] = {}
    for row in rows:
        first = row.id
        while first in links:
            first = links[first]
        chains.setdefault(first, []).append(row)
    return list(chains.values())


def _is_over(connection: Connection, row: Due, chain: Sequence[Due], before: dict[str, str]) -> bool:
    if row.status in _OPEN:  # one that was replaced is open to nobody
        return any(other.revision > row.revision and other.status not in _UNFINISHED for other in chain)
    limit = before.get(row.status)
    return limit is not None and row.created < limit and _settled(connection, row) < limit


def _settled(connection: Connection, row: Due) -> str:
    """When the last thing happened that counts: the last signature, the rejection, the last event of a run."""
    wanted = {"signed": "signed", "rejected": "rejected"}.get(row.status)
    entries = [AuditEntry.model_validate_json(body) for body in bodies(connection, _tables.audit, row.id).values()]
    return max((entry.at for entry in entries if wanted in {None, entry.event}), default=row.created)


def _unchanged(connection: Connection, one: Due) -> bool:
    query = select(_table.c.status).where(_table.c.id == one.id).with_for_update()
    return bool(connection.execute(query).scalar_one_or_none() == one.status)


def _bury(connection: Connection, one: Due, by: str, because: Because, at: str) -> JsonValue:
    """Delete the data of one consultation and leave a tombstone; what the home's log keeps of it."""
    append_event(connection, one.id, "purged", {"by": by, "because": because, "status": one.status}, at)
    log = [AuditEntry.model_validate_json(body) for body in bodies(connection, _tables.audit, one.id).values()]
    for table in _DATA:
        connection.execute(delete(table).where(table.c.consultation == one.id))
    tombstone = seal(connection, json.dumps({"purged": at}), _table, "document", one.id)
    emptied = {
        "status": PURGED, "subject": NOBODY, "alerts": 0, "open_items": 0, "stale": False, "results": "",
        "replacements": None, "document": tombstone,
    }  # fmt: skip
    connection.execute(update(_table).where(_table.c.id == one.id).values(**emptied))
    return {"id": one.id, "revision": one.revision, "status": one.status, "entries": len(log), "head": log[-1].hash}


def _nobody(connection: Connection, at: str) -> None:
    """The row that tombstones refer to."""
    subjects = _tables.subject
    if connection.execute(select(subjects.c.key).where(subjects.c.key == NOBODY)).first() is None:
        reference = seal(connection, NOBODY, subjects, "reference", NOBODY)
        connection.execute(insert(subjects).values(key=NOBODY, hash="", reference=reference, created=at))


def _forget(connection: Connection, keys: Collection[str]) -> int:
    """Delete the patients of whom no consultation is left; how many there were."""
    subjects = _tables.subject
    left = select(_table.c.subject).where(_table.c.subject.in_(keys))
    alone = subjects.c.key.in_(keys) & subjects.c.key.not_in(left) & (subjects.c.key != NOBODY)
    return int(connection.execute(delete(subjects).where(alone)).rowcount)


def _ago(now: datetime, days: int) -> str:
    try:
        return _stamp(now - timedelta(days=days))
    except OverflowError:
        return ""


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
