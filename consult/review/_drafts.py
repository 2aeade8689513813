"""A consultation from its opening to its draft: the part of the store that writes what the panel makes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from pydantic import JsonValue
from sqlalchemy import select

from consult.case import Case
from consult.clinic import Finding
from consult.errors import ReviewError
from consult.plan import Opinion, Plan, Task, Verification
from consult.review import _tables
from consult.review._canonical import digest
from consult.review._clock import stamp
from consult.review._consultation import Consultation, Provenance, Status, Subject, Usage
from consult.review._events import check_event
from consult.review._home_log import append_home
from consult.review._journal import StoreJournal, forget_replies, stored_calls
from consult.review._record import Record, append_event, hold
from consult.review._since import OPEN, UNFINISHED
from consult.review._state import items, plan_problem
from consult.review._subjects import Subjects
from consult.review._transactions import Transactions
from consult.review._usage import usage_of


class Drafts(Subjects, Transactions):
    """Consultations as the panel makes them; a part of `Store`."""

    def create(
        self,
        case: Case,
        *,
        provenance: Provenance,
        language: Literal["en", "zh"],
        engine: str,
        subject: Subject | None = None,
        revises: str | None = None,
    ) -> Consultation:
        """Open the record of a consultation about `case`, which has been de-identified; status `running`.

        Args:
            case: stored as it is, with the patient's local key as its `subject` and without its identity.
            provenance: what is known of the run so far; `save_draft` replaces it.
            language: of the plan.
            engine: `rules`, or the names of the models.
            subject: whom it is about; else the patient whose key is `case.subject`, else `subject_for` the case.
            revises: the open or signed consultation that this one will supersede, once its draft is stored.

        Raises:
            NotFound: there is no consultation `revises`.
            ReviewError: it is another patient's, not open or signed, or has a revision already.
        """
        whom = subject or self._patients.known(case.subject) or self.subject_for(case.identity, case.subject)
        consultation = Consultation(
            id=self._ids(),
            subject=whom,
            case=case.model_copy(update={"subject": whom.key, "identity": None}),
            provenance=provenance,
        )
        at = stamp(self._clock)
        data: dict[str, JsonValue] = {"language": language, "engine": engine, "version": provenance.version}
        with self._database.begin("write") as connection:
            if revises is not None:
                old = revisable(Record.load(connection, revises, lock=True), whom)
                consultation.revision, consultation.supersedes = old.revision + 1, old.id
                data |= {"supersedes": old.id, "head": old.audit[-1].hash}
            Record.insert(connection, consultation, language=language, engine=engine, at=at, data=data)
        return consultation

    def save_draft(
        self,
        id: str,
        *,
        findings: Sequence[Finding],
        tasks: Sequence[Task],
        opinions: Sequence[Opinion],
        plan: Plan,
        verification: Verification,
        usage: Usage,
        provenance: Provenance,
    ) -> Consultation:
        """Store what the panel made: `running` (or `failed`, when the run was resumed) becomes `awaiting-review`.

        What it cost is read from the journal; `usage` brings `seconds` and `currency`. Saving the same plan again
        changes nothing: a run that was killed after this step may repeat it.

        Raises:
            ReviewError: it has a draft already, an item id is used twice, or a danger has no alert.
        """
        problem = plan_problem(plan, findings)
        if problem is not None:
            raise ReviewError(f"the draft of {id!r} cannot be stored: {problem}")
        with self.change(id) as record:
            if record.consultation.status == "awaiting-review" and record.consultation.plan == plan:
                return record.consultation
            _need(record.consultation, *UNFINISHED)
            calls = stored_calls(record.connection, id)
            changes = {
                "findings": list(findings), "tasks": list(tasks), "opinions": list(opinions), "plan": plan,
                "verification": verification, "provenance": provenance, "status": "awaiting-review",
                "usage": usage_of(calls, seconds=usage.seconds, currency=usage.currency),
            }  # fmt: skip
            record.save(record.consultation.model_copy(update=changes))
            at = stamp(self._clock)
            record.append("drafted", drafted(record.consultation), at)
            _supersede(record, at)
            return record.consultation

    def fail(self, id: str, reason: str) -> Consultation:
        """The run failed; it may be resumed. `reason` holds identifiers, never patient text.

        Raises:
            ReviewError: it has a draft already.
        """
        with self.change(id) as record:
            _need(record.consultation, *UNFINISHED)
            record.save(record.consultation.model_copy(update={"status": "failed"}))
            record.append("failed", {"reason": reason[:200]}, stamp(self._clock))
            return record.consultation

    def record(self, id: str, event: str, **data: object) -> None:
        """Append an event to the audit log of `id`. Identifiers, hashes and counts only: never patient text.

        Raises:
            ReviewError: the name is not kebab-case or belongs to the store, or a value is a long text or a fraction.
            NotFound: no such consultation.
        """
        checked = check_event(event, data)
        with self._database.begin("write") as connection:
            hold(connection, id)
            append_event(connection, id, event, checked, stamp(self._clock))

    def record_home(self, event: str, **data: object) -> None:
        """Append an event to the audit log of the home, of what concerns no single consultation.

        Raises:
            ReviewError: as `record`.
        """
        checked = check_event(event, data)
        with self._database.begin("write") as connection:
            append_home(connection, event, checked, stamp(self._clock))

    def journal(self, id: str) -> StoreJournal:
        """The model calls of `id`: written as they return, and read by a run that is resumed."""
        return StoreJournal(self._database, id, clock=self._clock)

    def forget_replies(self, id: str) -> int:
        """Delete what models answered and reasoned in `id` and its other revisions; the number of deleted replies.

        The ledger, the audit log and the signatures hold hashes only, and stay whole. A run that is not finished asks
        again when it is resumed.

        Raises:
            NotFound: no such consultation.
        """
        with self._database.begin("durable") as connection:
            return forget_replies(connection, id, stamp(self._clock))


def drafted(consultation: Consultation) -> dict[str, JsonValue]:
    """The data of the audit event that a draft leaves: hashes of what was drafted, before anyone decided anything."""
    body = consultation.model_dump(mode="json", include={"plan", "findings"})
    return {"plan": digest(body["plan"]), "findings": digest(body["findings"]), "items": len(items(consultation.plan))}


def revisable(record: Record, whom: Subject) -> Consultation:
    """The consultation in `record`, which shall be superseded.

    Raises:
        ReviewError: it is another patient's, not open or signed, or has a revision already.
    """
    old = record.consultation
    if old.subject != whom:
        raise ReviewError(f"consultation {old.id!r} is about another patient, or the input does not say about whom")
    _need(old, *OPEN)
    table = _tables.consultation
    newer = record.connection.execute(select(table.c.id).where(table.c.supersedes == old.id)).scalar_one_or_none()
    if newer is not None:
        raise ReviewError(f"consultation {old.id!r} has the revision {newer!r} already")
    return old


def _need(consultation: Consultation, *allowed: Status) -> None:
    if consultation.status not in allowed:
        raise ReviewError(f"consultation {consultation.id!r} is {consultation.status}, not {' or '.join(allowed)}")


def _supersede(record: Record, at: str) -> None:
    """Say in the log of what the consultation in `record` revises that it has a revision."""
    if record.consultation.supersedes is not None:
        old = Record.load(record.connection, record.consultation.supersedes, lock=True)
        old.append("superseded", {"by": record.consultation.id}, at)
