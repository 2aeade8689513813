"""One consultation inside one transaction: what is read, appended and replaced belongs together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import JsonValue
from sqlalchemy import Connection, Table, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from consult.errors import NotFound, ReviewError
from consult.review import _tables
from consult.review._audit import AuditChain, next_entry
from consult.review._canonical import digest
from consult.review._consultation import STAMPED, AuditEntry, Consultation, Decision, Signature, TimeStamp
from consult.review._same_results import results_digest
from consult.review._sealed import seal, unseal
from consult.review._state import alert_ids, pending_items

APPENDED = frozenset({"decisions", "signatures", "timestamps", "audit"})
"""Parts of the document that only grow; each has its own table, time stamps that of the details of the audit log."""
PURGED = "purged"
"""Status, in the table alone, of a consultation of which only the audit log is left."""


# Built once: these run with every event and every model call, and building them costs as much as running them.
_HELD = select(_tables.consultation.c.status).where(_tables.consultation.c.id == bindparam("key")).with_for_update()
_LAST = (
    select(_tables.audit.c.seq, _tables.audit.c.body)
    .where(_tables.audit.c.consultation == bindparam("key"))
    .order_by(_tables.audit.c.seq.desc())
    .limit(1)
)
_LOGGED = insert(_tables.audit)


class Record:
    """A consultation held by a transaction. Nothing is visible to others before the transaction ends."""

    def __init__(self, connection: Connection, consultation: Consultation, *, language: str, engine: str) -> None:
        self.connection = connection
        self.consultation = consultation
        self.language = language
        self.engine = engine

    @classmethod
    def load(cls, connection: Connection, id: str, *, lock: bool = False) -> Record:
        """Read the consultation `id`.

        Raises:
            NotFound: nothing is stored under this id.
        """
        table = _tables.consultation
        query = select(table.c.document, table.c.language, table.c.engine, table.c.status).where(table.c.id == id)
        row = connection.execute(query.with_for_update() if lock else query).one_or_none()
        if row is None:
            raise NotFound(f"no consultation {id!r} is stored")
        _refuse_purged(id, row.status)
        consultation = Consultation.model_validate_json(unseal(connection, row.document, table, "document", id))
        consultation.decisions = [
            Decision.model_validate_json(b) for b in bodies(connection, _tables.decision, id).values()
        ]
        consultation.signatures = [
            Signature.model_validate_json(b) for b in bodies(connection, _tables.signature, id).values()
        ]
        consultation.audit = [AuditEntry.model_validate_json(b) for b in bodies(connection, _tables.audit, id).values()]
        consultation.timestamps = _time_stamps(connection, consultation)
        return cls(connection, consultation, language=row.language, engine=row.engine)

    @classmethod
    def insert(
        cls,
        connection: Connection,
        consultation: Consultation,
        *,
        language: str,
        engine: str,
        at: str,
        data: Mapping[str, JsonValue] | None = None,
    ) -> Record:
        """Store a new consultation and open its audit log at `at`.

        Raises:
            ReviewError: its id is taken, or what it supersedes has been superseded already.
        """
        record = cls(connection, consultation, language=language, engine=engine)
        values = {"id": consultation.id, "created": at, "language": language, "engine": engine}
        try:
            connection.execute(insert(_tables.consultation).values(**values, **record._row()))
        except IntegrityError:
            raise ReviewError(f"consultation {consultation.id!r} or its predecessor's successor exists") from None
        case = consultation.case.model_dump(mode="json")
        record.append("created", {"consultation": consultation.id, "case": digest(case), **(data or {})}, at)
        return record

    def append(self, event: str, data: Mapping[str, JsonValue], at: str) -> AuditEntry:
        """Add an event to the audit log."""
        chain = AuditChain(self.consultation.audit)
        entry = chain.append(event, data, at)
        self._add(_tables.audit, entry.seq, entry.model_dump_json())
        self.consultation.audit = chain.entries
        return entry

    def add_decisions(self, decisions: Sequence[Decision], at: str) -> None:
        """Append decisions, each with its audit entry; the entry holds a hash, not the doctor's words."""
        for decision in decisions:
            seq = len(self.consultation.decisions) + 1
            self._add(_tables.decision, seq, decision.model_dump_json())
            self.consultation.decisions.append(decision)
            body = decision.model_dump(mode="json")
            data = {"item": decision.item, "decision": decision.decision, "by": decision.by, "digest": digest(body)}
            self.append("decided", data, at)

    def add_signature(self, signature: Signature, kid: str) -> None:
        """Append a signature; the same key twice breaks the table's constraint."""
        seq = len(self.consultation.signatures) + 1
        self._add(_tables.signature, seq, signature.model_dump_json(), kid=kid)
        self.consultation.signatures.append(signature)

    def save(self, consultation: Consultation | None = None) -> None:
        """Replace the stored document by this one and bring the columns of the list up to date."""
        self.consultation = consultation or self.consultation
        table = _tables.consultation
        self.connection.execute(update(table).where(table.c.id == self.consultation.id).values(**self._row()))

    def _row(self) -> dict[str, object]:
        consultation = self.consultation
        return {
            "revision": consultation.revision,
            "supersedes": consultation.supersedes,
            "status": consultation.status,
            "subject": consultation.subject.key,
            "alerts": len(alert_ids(consultation.plan)),
            "open_items": len(pending_items(consultation)),
            "stale": consultation.stale,
            "results": results_digest(consultation.case),
            "document": seal(
                self.connection,
                consultation.model_dump_json(exclude=set(APPENDED)),
                _tables.consultation,
                "document",
                consultation.id,
            ),
        }

    def add_detail(self, entry: AuditEntry, body: str) -> None:
        """Keep what an audit entry speaks of and must not hold: values of results."""
        self._add(_tables.detail, entry.seq, body)

    def _add(self, table: Table, seq: int, body: str, **values: str) -> None:
        id = self.consultation.id
        sealed = seal(self.connection, body, table, "body", id, seq)
        self.connection.execute(insert(table).values(consultation=id, seq=seq, body=sealed, **values))


def hold(connection: Connection, id: str) -> None:
    """Keep other writers from `id` until the transaction ends.

    Raises:
        NotFound: nothing is stored under this id.
    """
    status = connection.execute(_HELD, {"key": id}).scalar_one_or_none()
    if status is None:
        raise NotFound(f"no consultation {id!r} is stored")
    _refuse_purged(id, status)


def _refuse_purged(id: str, status: str) -> None:
    if status == PURGED:
        raise NotFound(f"consultation {id!r} was purged; only its audit log is left")


def append_event(connection: Connection, id: str, event: str, data: Mapping[str, JsonValue], at: str) -> None:
    """Add an event to the audit log of `id`, which is held, without reading it: a log line must not cost a record."""
    row = connection.execute(_LAST, {"key": id}).one_or_none()
    last = None if row is None else unseal(connection, row.body, _tables.audit, "body", id, row.seq)
    entry = next_entry(None if last is None else AuditEntry.model_validate_json(last), event, data, at)
    body = seal(connection, entry.model_dump_json(), _tables.audit, "body", id, entry.seq)
    connection.execute(_LOGGED, {"consultation": id, "seq": entry.seq, "body": body})


def _time_stamps(connection: Connection, consultation: Consultation) -> list[TimeStamp]:
    """What time-stamp authorities said of its signatures."""
    entries = [entry.seq for entry in consultation.audit if entry.event == STAMPED]
    details = bodies(connection, _tables.detail, consultation.id) if entries else {}
    return [TimeStamp.model_validate_json(details[seq]) for seq in entries if seq in details]


def bodies(connection: Connection, table: Table, id: str) -> dict[int, str]:
    """The rows of `id` in a table that only grows, by their number, oldest first."""
    rows = connection.execute(select(table.c.seq, table.c.body).where(table.c.consultation == id).order_by(table.c.seq))
    return {row.seq: unseal(connection, row.body, table, "body", id, row.seq) for row in rows}
