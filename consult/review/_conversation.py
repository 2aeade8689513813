"""Questions about a consultation and their answers: kept with it, hashed in its log, no part of what is signed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue
from sqlalchemy import Connection, insert, select

from consult.errors import ReviewError
from consult.models import Call
from consult.review import _tables
from consult.review._audit import next_entry
from consult.review._canonical import digest
from consult.review._clock import Clock, stamp
from consult.review._consultation import AuditEntry
from consult.review._database import Database
from consult.review._record import bodies, hold
from consult.review._sealed import seal

ASKED, ACCEPTED, DECLINED = "asked", "proposal-accepted", "proposal-declined"
"""The audit events: a question with its answer; a fact told in it was taken over by a person, or was not."""
_DECIDED = frozenset({ACCEPTED, DECLINED})


@dataclass(frozen=True, slots=True)
class Asked:
    """One question with its answer, as it is kept."""

    number: int
    """1, 2, 3 … within the consultation."""
    at: str
    """ISO 8601, UTC."""
    told: Mapping[str, JsonValue]
    """What the audit log says of it: kind, who, counts; no text."""
    body: str
    """The JSON that was kept; empty when it was deleted."""
    decided: Mapping[str, JsonValue] | None = None
    """What became of the fact that was told in it: `decision`, `by`, `at`, `revision`; None while nobody decided."""


class Conversation:
    """Questions and answers about consultations; a part of `Store`.

    The text stands where the values of later results stand, sealed like everything else, and is purged with the
    consultation. The audit log keeps its hash. Neither is part of the document that is signed.
    """

    _database: Database
    _clock: Clock

    def keep_exchange(self, id: str, write: Callable[[int], str], told: Mapping[str, JsonValue]) -> Asked:
        """Keep a question with its answer.

        Args:
            id: the consultation.
            write: the number that it gets, to the JSON that is kept.
            told: what the audit log says of it: identifiers, hashes and counts, never text.

        Raises:
            NotFound: no such consultation.
        """
        at = stamp(self._clock)
        with self._database.begin("write") as connection:
            log = _held_log(connection, id)
            number = 1 + sum(entry.event == ASKED for entry in log)
            body = write(number)
            data = {"number": number, **told, "digest": digest(body)}
            entry = _append(connection, id, log, ASKED, data, at)
            sealed = seal(connection, body, _tables.detail, "body", id, entry.seq)
            connection.execute(insert(_tables.detail).values(consultation=id, seq=entry.seq, body=sealed))
        return Asked(number=number, at=at, told=data, body=body)

    def exchanges(self, id: str) -> Sequence[Asked]:
        """What was asked and answered, oldest first.

        Raises:
            NotFound: no such consultation.
        """
        with self._database.begin("read") as connection:
            known = connection.execute(select(_tables.consultation.c.id).where(_tables.consultation.c.id == id)).first()
            log = _log(connection, id) if known is not None else []
            kept = bodies(connection, _tables.detail, id)
        decided = {entry.data["number"]: _decision(entry) for entry in log if entry.event in _DECIDED}
        return [
            Asked(int(str(e.data["number"])), e.at, e.data, kept.get(e.seq, ""), decided.get(e.data["number"]))
            for e in log
            if e.event == ASKED
        ]

    def decide_proposal(self, id: str, number: int, *, by: str, revision: str | None) -> None:
        """Write down that a person took over the fact told in exchange `number` (`revision`), or did not (None).

        Raises:
            NotFound: no such consultation.
            ReviewError: somebody decided before.
        """
        at = stamp(self._clock)
        with self._database.begin("durable") as connection:
            log = _held_log(connection, id)
            if any(entry.event in _DECIDED and entry.data.get("number") == number for entry in log):
                raise ReviewError(f"the fact proposed in question {number} was decided on before")
            data: dict[str, JsonValue] = {"number": number, "by": by}
            if revision is not None:
                data["revision"] = revision
            _append(connection, id, log, DECLINED if revision is None else ACCEPTED, data, at)


def asked_calls(connection: Connection, id: str) -> list[Call]:
    """The model calls that answers about `id` cost: what came back may stand in a cache or a recording as well."""
    kept = bodies(connection, _tables.detail, id)
    told = [kept.get(entry.seq, "{}") for entry in _log(connection, id) if entry.event == ASKED]
    return [Call.model_validate(call) for body in told for call in json.loads(body).get("calls", [])]


def _decision(entry: AuditEntry) -> dict[str, JsonValue]:
    said = "accepted" if entry.event == ACCEPTED else "declined"
    return {"decision": said, "by": entry.data.get("by"), "at": entry.at, "revision": entry.data.get("revision")}


def _held_log(connection: Connection, id: str) -> list[AuditEntry]:
    hold(connection, id)
    return _log(connection, id)


def _log(connection: Connection, id: str) -> list[AuditEntry]:
    return [AuditEntry.model_validate_json(body) for body in bodies(connection, _tables.audit, id).values()]


def _append(
    connection: Connection, id: str, log: Sequence[AuditEntry], event: str, data: Mapping[str, JsonValue], at: str
) -> AuditEntry:
    entry = next_entry(log[-1], event, data, at)
    body = seal(connection, entry.model_dump_json(), _tables.audit, "body", id, entry.seq)
    connection.execute(insert(_tables.audit).values(consultation=id, seq=entry.seq, body=body))
    return entry
