"""The model calls of one consultation, written as they return: what a resumed run need not ask again."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from threading import Lock
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from consult.models import Call, Reply, Tokens
from consult.review import _tables
from consult.review._clock import Clock, stamp
from consult.review._consultation import Consultation
from consult.review._database import Database
from consult.review._record import Record, append_event, hold
from consult.review._sealed import seal, unseal
from consult.review._usage import CALLED, call_event

_table = _tables.model_call
# Built once: they run with every call.
_WRITTEN = insert(_table)
_LAST = select(func.max(_table.c.seq)).where(_table.c.consultation == bindparam("key"))


@dataclass(frozen=True, slots=True)
class Answered:
    """A call with what came back."""

    call: Call
    reply: Reply | None
    """None when nothing came back, or when it was deleted."""

    @property
    def deleted(self) -> bool:
        """Whether something came back of which only the hash is left."""
        return self.reply is None and bool(self.call.answer)


class StoreJournal:
    """The `consult.models.Journal` of one stored consultation. Safe to share between threads.

    Replies stay in this home: they stand in no audit log, document or export.
    """

    def __init__(self, database: Database, consultation: str, *, clock: Clock) -> None:
        self._database = database
        self._consultation = consultation
        self._clock = clock
        self._lock = Lock()
        self._finished: dict[str, Reply] | None = None

    def finished(self, key: str) -> Reply | None:
        """The reply to a question that was answered before, by this process or an earlier one, else None."""
        with self._lock:
            if self._finished is None:
                self._finished = self._read_finished()
            return self._finished.get(key)

    def record(self, call: Call, *, key: str, reply: Reply | None) -> None:
        """Write the row and its audit entry, both or neither; a crash of the program after this loses neither.

        Raises:
            NotFound: no such consultation.
            ConsultationError: the database refused (read-only or full disk, locked for too long).
        """
        written = None if reply is None else _written(reply)
        with self._database.begin("write") as connection:
            hold(connection, self._consultation)
            seq = _count(connection, self._consultation) + 1
            _insert(connection, self._consultation, seq, key, call.model_dump_json(), written)
            append_event(connection, self._consultation, CALLED, call_event(seq, call), stamp(self._clock))
        if reply is not None and call.status == "ok":
            with self._lock:
                if self._finished is not None:
                    self._finished[key] = reply

    def calls(self) -> list[Call]:
        """All rows, oldest first; those of other processes included."""
        with self._database.begin("read") as connection:
            return stored_calls(connection, self._consultation)

    def answers(self) -> list[Answered]:
        """All rows with what came back, as far as it is still kept: for the reviewer of the reasoning."""
        with self._database.begin("read") as connection:
            rows = _rows(connection, self._consultation)
        return [Answered(row.call, None if row.reply is None else _read(row.reply)) for row in rows]

    def _read_finished(self) -> dict[str, Reply]:
        with self._database.begin("read") as connection:
            rows = _rows(connection, self._consultation)
        return {row.key: _read(row.reply) for row in rows if row.reply is not None and row.call.status == "ok"}


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of the table, opened."""

    seq: int
    key: str
    body: str
    reply: str | None

    @property
    def call(self) -> Call:
        return Call.model_validate_json(self.body)


def stored_calls(connection: Connection, id: str) -> list[Call]:
    """The rows of the ledger of `id`, oldest first."""
    query = select(_table.c.seq, _table.c.body).where(_table.c.consultation == id).order_by(_table.c.seq)
    bodies = [unseal(connection, row.body, _table, "body", id, row.seq) for row in connection.execute(query)]
    return [Call.model_validate_json(body) for body in bodies]


def carry_over(successor: Record, old: Consultation, at: str) -> None:
    """Give a new revision the calls behind the draft that it takes over, with their audit entries."""
    for row in _rows(successor.connection, old.id)[: len(old.usage.ledger)]:
        _insert(successor.connection, successor.consultation.id, row.seq, row.key, row.body, row.reply)
    for seq, call in enumerate(old.usage.ledger, start=1):
        successor.append(CALLED, call_event(seq, call), at)


def forget_replies(connection: Connection, id: str, at: str) -> int:
    """Delete what came back in `id` and in its other revisions, which hold the same; how many there were."""
    deleted = 0
    for one in revisions(connection, id):
        hold(connection, one)
        kept = (_table.c.consultation == one) & _table.c.reply.is_not(None)
        count = connection.execute(update(_table).where(kept).values(reply=None)).rowcount
        if count:
            append_event(connection, one, "replies-deleted", {"count": count}, at)
        deleted += count
    return deleted


def revisions(connection: Connection, id: str) -> set[str]:
    """`id` with everything that it supersedes or that supersedes it."""
    table = _tables.consultation
    found: set[str] = set()
    more = {id}
    while more:
        found |= more
        near = select(table.c.id, table.c.supersedes).where(table.c.id.in_(more) | table.c.supersedes.in_(more))
        more = {one for row in connection.execute(near) for one in row if one is not None} - found
    return found


def _rows(connection: Connection, id: str) -> list[_Row]:
    columns = (_table.c.seq, _table.c.key, _table.c.body, _table.c.reply)
    found = connection.execute(select(*columns).where(_table.c.consultation == id).order_by(_table.c.seq))
    return [_opened(connection, id, row) for row in found]


def _opened(connection: Connection, id: str, row: Any) -> _Row:
    reply = None if row.reply is None else unseal(connection, row.reply, _table, "reply", id, row.seq)
    return _Row(row.seq, row.key, unseal(connection, row.body, _table, "body", id, row.seq), reply)


def _insert(connection: Connection, id: str, seq: int, key: str, body: str, reply: str | None) -> None:
    sealed = {"body": seal(connection, body, _table, "body", id, seq)}
    kept = None if reply is None else seal(connection, reply, _table, "reply", id, seq)
    connection.execute(_WRITTEN, {"consultation": id, "seq": seq, "key": key, "reply": kept, **sealed})


def _count(connection: Connection, id: str) -> int:
    return connection.execute(_LAST, {"key": id}).scalar_one() or 0


def _written(reply: Reply) -> str:
    # ASCII: a model may send half a character, which is no UTF-8 and must not cost the row.
    return json.dumps(asdict(reply), separators=(",", ":"))


def _read(text: str) -> Reply:
    fields = json.loads(text)
    tokens = fields.pop("tokens")
    return Reply(**fields, tokens=None if tokens is None else Tokens(**tokens))
