"""The store of consultations: one row each, with decisions, signatures and an audit log that only grow."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self

from pydantic import JsonValue
from sqlalchemy import Connection, select

from consult.case import Case, Identity
from consult.clinic import Finding
from consult.errors import NotFound, ReviewError
from consult.plan import Opinion, Plan, Task, Verification
from consult.review import _tables
from consult.review._canonical import digest
from consult.review._clock import Clock, Ids, random_id, stamp, utc_now
from consult.review._consultation import (
    AuditEntry,
    Consultation,
    Provenance,
    Status,
    Subject,
    Usage,
)
from consult.review._database import Database, Mode
from consult.review._events import check_event
from consult.review._home import home_secret
from consult.review._home_log import home_entries
from consult.review._journal import StoreJournal, forget_replies, stored_calls
from consult.review._keys import Keyring
from consult.review._patients import Patients
from consult.review._record import Record, append_event, bodies, hold
from consult.review._since import OPEN, UNFINISHED, Since
from consult.review._state import items, plan_problem
from consult.review._usage import usage_of
from consult.storage import Vault, private_folder

if TYPE_CHECKING:
    from consult.settings import Settings

_ID = re.compile(r"[A-Za-z]?-?[0-9A-Za-z]{1,20}")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list of consultations."""

    id: str
    status: Status | Literal["purged"]
    """`purged`: only the audit log is left."""
    created: str
    """ISO 8601, UTC."""
    language: str
    engine: str
    subject: str
    """Local key of the patient."""
    alerts: int
    open: int
    """Items that nobody has decided yet."""
    revision: int
    supersedes: str | None
    stale: bool
    """Results arrived that it has not seen."""
    superseded_by: str | None
    """The revision that replaces it."""

    def to_json(self) -> dict[str, object]:
        """The row as JSON types."""
        return asdict(self)


class Store(Since):
    """Consultations on disk. Safe to share between threads; several processes may use one home."""

    def __init__(self, database: Database, *, home: Path, secret: bytes, clock: Clock, ids: Ids) -> None:
        self._database = database
        self._patients = Patients(database, secret=secret, clock=clock)
        self._clock = clock
        self._ids = ids
        self.home = home
        """The folder of the store, the secret and the trusted keys."""

    @classmethod
    def open(
        cls,
        home: Path,
        *,
        url: str | None = None,
        clock: Clock = utc_now,
        ids: Ids = random_id,
        vault: Vault | None = None,
    ) -> Store:
        """The store in `home`, made when it does not exist.

        Args:
            home: folder of the database, of the secret behind the patients' hashes and of the trusted keys.
            url: SQLAlchemy address of another database than `consult.sqlite` in the home.
            clock: gives the present.
            ids: gives the id of a new consultation.
            vault: the keys of an encrypted home; without it what is written stays in clear.

        Raises:
            SettingsError: the home or the database cannot be used, was made by a newer version, or is encrypted with a
                key that is not there.
        """
        folder = private_folder(Path(home))
        keys = vault or Vault()
        secret = home_secret(folder, keys)
        return cls(Database.open(folder, url, keys), home=folder, secret=secret, clock=clock, ids=ids)

    @classmethod
    def from_settings(cls, settings: Settings, *, clock: Clock = utc_now) -> Store:
        """The store that `settings` describe.

        Raises:
            SettingsError: as `open`; or a key of `[storage]` cannot be read.
        """
        vault = Vault.from_settings(settings.storage)
        return cls.open(settings.home_path, url=settings.store, clock=clock, vault=vault)

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    @property
    def vault(self) -> Vault:
        """The keys that this home is read and written with."""
        return self._database.vault

    @property
    def keyring(self) -> Keyring:
        """The keys that this home trusts."""
        return Keyring(self.home / "trusted")

    # -- the life of a consultation -------------------------------------------------------------------------------

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
            usage = usage_of(calls, seconds=usage.seconds, currency=usage.currency)
            changes = {
                "findings": list(findings), "tasks": list(tasks), "opinions": list(opinions), "plan": plan,
                "verification": verification, "usage": usage, "provenance": provenance, "status": "awaiting-review",
            }  # fmt: skip
            record.save(record.consultation.model_copy(update=changes))
            at = stamp(self._clock)
            record.append("drafted", drafted(record.consultation), at)
            if record.consultation.supersedes is not None:
                old = Record.load(record.connection, record.consultation.supersedes, lock=True)
                old.append("superseded", {"by": id}, at)
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

    @contextmanager
    def change(self, id: str, mode: Mode = "write") -> Iterator[Record]:
        """Hold `id` alone for one transaction; nothing is kept when the block raises.

        Raises:
            NotFound: no such consultation.
        """
        with self._database.begin(mode) as connection:
            yield Record.load(connection, id, lock=True)

    @contextmanager
    def transaction(self, mode: Mode) -> Iterator[Connection]:
        """A transaction over the whole store."""
        with self._database.begin(mode) as connection:
            yield connection

    def erase(self) -> bool:
        """Take what was deleted off the disk; False while another program keeps the store in use."""
        return self._database.erase()

    def successor(self, record: Record, consultation: Consultation, at: str) -> Record:
        """Store `consultation` as the next revision of the one in `record`, in the same transaction."""
        data: dict[str, JsonValue] = {"supersedes": record.consultation.id, "head": record.consultation.audit[-1].hash}
        new = Record.insert(
            record.connection, consultation, language=record.language, engine=record.engine, at=at, data=data
        )
        record.append("superseded", {"by": consultation.id}, at)
        return new

    def new_id(self) -> str:
        """An id for a new consultation."""
        return self._ids()

    # -- reading --------------------------------------------------------------------------------------------------

    def get(self, id: str) -> Consultation:
        """The whole record, with decisions, signatures and audit log.

        Raises:
            NotFound: no such consultation.
        """
        with self._database.begin("read") as connection:
            return Record.load(connection, id).consultation

    def log(self, id: str) -> Sequence[AuditEntry]:
        """The audit log of `id`, which stays when everything else of it was purged.

        Raises:
            NotFound: no such consultation.
        """
        with self._database.begin("read") as connection:
            entries = bodies(connection, _tables.audit, id).values()
        if not entries:
            raise NotFound(f"no consultation {id!r} is stored")
        return [AuditEntry.model_validate_json(body) for body in entries]

    def home_log(self) -> Sequence[AuditEntry]:
        """The audit log of the home itself: what was purged, when and by whom."""
        with self._database.begin("read") as connection:
            return home_entries(connection)

    def resolve(self, prefix: str) -> str:
        """The id that `prefix` stands for: the whole id or an unambiguous beginning, with or without `C-`.

        Raises:
            NotFound: nothing or more than one consultation begins with it.
        """
        column = _tables.consultation.c.id
        wanted = [prefix] if prefix.startswith("C-") else [prefix, f"C-{prefix.lower()}"]
        with self._database.begin("read") as connection:
            for beginning in wanted if prefix else []:
                query = select(column).where(column.startswith(beginning, autoescape=True)).order_by(column).limit(2)
                found = [str(id) for id in connection.execute(query).scalars()]
                exact = connection.execute(select(column).where(column == beginning)).first() is not None
                if exact or len(found) == 1:
                    return beginning if exact else found[0]
                if found:
                    raise NotFound(f"several consultations begin with {prefix!r}; type more of the id")
        # What is no id at all may be a file that was typed in its place, and that is a patient's name as often as not.
        named = f"no consultation {prefix!r}" if _ID.fullmatch(prefix) else "no consultation with this id"
        raise NotFound(f"{named} is stored")

    # -- patients -------------------------------------------------------------------------------------------------

    def subject_for(self, identity: Identity | None, case_subject: str) -> Subject:
        """The patient's local key and hash; the same identifiers give the same in this home.

        Identifiers count, else name with birth date, else the caller's own reference. A patient known by none of
        these gets a new key each time: nothing shows that two such inputs are about one person.
        """
        return self._patients.subject_for(identity, case_subject)

    def current_subject(self, subject_key: str) -> Subject | None:
        """Key and hash computed anew from what is stored about the patient; None when this home does not know them.

        They differ from a document's `subject` when the document, or the stored identity, is somebody else's.
        """
        return self._patients.current(subject_key)

    def identity(self, subject_key: str) -> Identity | None:
        """Who the patient is, for the reviewer's screen; None when that is not known here or was deleted."""
        return self._patients.identity(subject_key)

    def remember(
        self,
        subject_key: str,
        identity: Identity | None,
        replacements: Mapping[str, str],
        *,
        consultation: str | None = None,
    ) -> None:
        """Keep what the reviewer's screen puts back: the identity, and what the placeholders stand for. Local only.

        Args:
            subject_key: of the patient.
            identity: replaces the one that was kept; None leaves it.
            replacements: placeholder to text, as `Gateway.replacements` gives it.
            consultation: whose placeholders these are; without it they count for all of the patient's, the newest
                meaning of a placeholder over older ones.

        Raises:
            NotFound: no such patient, or no such consultation of theirs.
            ReviewError: the identity belongs to another patient.
        """
        self._patients.remember(subject_key, identity, replacements, consultation)

    def replacements(self, subject_key: str, *, consultation: str | None = None) -> dict[str, str]:
        """What the placeholders in this patient's records, or in one consultation, stand for."""
        return self._patients.replacements(subject_key, consultation)

    # Last: its name hides the built-in type in what follows.
    def list(self, status: str | None = None, limit: int | None = 100) -> Sequence[Row]:
        """The newest consultations first; `status` keeps those that have it now."""
        table = _tables.consultation
        newer = table.alias()
        drafted_later = (newer.c.supersedes == table.c.id) & newer.c.status.not_in(UNFINISHED)
        special = {
            "open": table.c.open_items,
            "superseded_by": select(newer.c.id).where(drafted_later).scalar_subquery(),
        }
        columns = [special[name].label(name) if name in special else table.c[name] for name in _ROW]
        query = select(*columns).order_by(table.c.created.desc(), table.c.id).limit(limit)
        if status is not None:
            query = query.where(table.c.status == status)
        with self._database.begin("read") as connection:
            return [Row(**row) for row in connection.execute(query).mappings()]


_ROW = tuple(field.name for field in fields(Row))


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
