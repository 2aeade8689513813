"""Whom the consultations are about: local keys, and what only the reviewer's screen may put back."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from consult.case import Identity
from consult.errors import NotFound, ReviewError
from consult.review._clock import Clock, stamp
from consult.review._consultation import Subject
from consult.review._database import Database
from consult.review._sealed import SEALED, seal, unseal
from consult.review._subject import basis, same_person, subject_of
from consult.review._tables import consultation as consultations
from consult.review._tables import subject as subjects

NOBODY = "S-purged"
"""Whom the consultations are about that were purged."""


@dataclass(frozen=True, slots=True)
class _Patient:
    key: str
    hash: str
    reference: str
    identity: str | None
    replacements: str | None


class Patients:
    """The patients of one home."""

    def __init__(self, database: Database, *, secret: bytes, clock: Clock) -> None:
        self._database = database
        self._secret = secret
        self._clock = clock

    def subject_for(self, identity: Identity | None, case_subject: str) -> Subject:
        """Key and hash of a patient, made and kept at the first call; see `Store.subject_for`."""
        found = basis(identity, case_subject)
        # The reference is kept only where it alone stands for the patient.
        reference = case_subject if found is not None and found[0] == "reference" else ""
        if found is None:
            reference = f"unlinked {secrets.token_hex(16)}"
            found = ["reference", reference]
        subject = subject_of(found, self._secret)
        if identity is not None and not same_person(self.identity(subject.key), identity):
            # The number is another hospital's, or was used twice: it cannot say whose this is.
            return self.subject_for(_without_numbers(identity), case_subject)
        if self.known(subject.key) is None:
            self._insert(subject, reference)
        return subject

    def known(self, key: str) -> Subject | None:
        """The patient stored under `key`."""
        if key == NOBODY:
            return None
        with self._database.begin("read") as connection:
            patient = _patient(connection, key)
        return None if patient is None else Subject(key=patient.key, identity=patient.hash)

    def current(self, key: str) -> Subject | None:
        """Key and hash computed anew from what is stored about the patient."""
        with self._database.begin("read") as connection:
            patient = _patient(connection, key)
        if patient is None:
            return None
        identity = None if patient.identity is None else Identity.model_validate_json(patient.identity)
        found = basis(identity, patient.reference)
        # None: the identity was deleted, or never known; the hash that was kept is all there is.
        return Subject(key=key, identity=patient.hash) if found is None else subject_of(found, self._secret)

    def identity(self, key: str) -> Identity | None:
        """Who the patient is, when that is known here."""
        with self._database.begin("read") as connection:
            patient = _patient(connection, key)
        if patient is None or patient.identity is None:
            return None
        return Identity.model_validate_json(patient.identity)

    def remember(
        self, key: str, identity: Identity | None, replacements: Mapping[str, str], consultation: str | None
    ) -> None:
        """Keep the identity and the meaning of placeholders; see `Store.remember`."""
        with self._database.begin("write") as connection:
            patient = _patient(connection, key)
            if patient is None:
                raise NotFound(f"no patient {key!r} is stored")
            if identity is not None:
                owned = self._owned(patient, identity)
                sealed = seal(connection, owned.model_dump_json(), subjects, "identity", key)
                connection.execute(update(subjects).where(subjects.c.key == key).values(identity=sealed))
            if consultation is None:
                merged = json.dumps({**_mapping(patient.replacements), **replacements}, ensure_ascii=False)
                sealed = seal(connection, merged, subjects, "replacements", key)
                connection.execute(update(subjects).where(subjects.c.key == key).values(replacements=sealed))
            else:
                mine = (consultations.c.id == consultation) & (consultations.c.subject == key)
                text = json.dumps(dict(replacements), ensure_ascii=False)
                text = seal(connection, text, consultations, "replacements", consultation)
                if connection.execute(update(consultations).where(mine).values(replacements=text)).rowcount != 1:
                    raise NotFound(f"no consultation {consultation!r} of patient {key!r} is stored")

    def replacements(self, key: str, consultation: str | None) -> dict[str, str]:
        """What the placeholders stand for: the patient's, then those of one consultation over them."""
        with self._database.begin("read") as connection:
            patient = _patient(connection, key)
            own = None
            if consultation is not None:
                query = select(consultations.c.replacements).where(consultations.c.id == consultation)
                own = connection.execute(query).scalar_one_or_none()
                own = None if own is None else unseal(connection, own, consultations, "replacements", consultation)
        return {**_mapping(patient.replacements if patient else None), **_mapping(own)}

    def _owned(self, patient: _Patient, identity: Identity) -> Identity:
        """The identity as it leads to the patient's key: where another has their number, without it."""
        found = basis(identity, patient.reference)
        if found is None or subject_of(found, self._secret).key == patient.key:
            return identity
        alone = _without_numbers(identity)
        found = basis(alone, patient.reference)
        if found is not None and subject_of(found, self._secret).key == patient.key:
            return alone
        raise ReviewError(f"the identity does not belong to patient {patient.key!r}")

    def _insert(self, subject: Subject, reference: str) -> None:
        values = {"key": subject.key, "hash": subject.identity, "created": stamp(self._clock)}
        with self._database.begin("write") as connection:
            if _patient(connection, subject.key) is None:  # another process may have been faster
                sealed = seal(connection, reference, subjects, "reference", subject.key)
                connection.execute(insert(subjects).values(reference=sealed, **values))


def _without_numbers(identity: Identity) -> Identity:
    return identity.model_copy(update={"shared": True})


def linked_keys(connection: Connection, key: str) -> set[str]:
    """Keys of one person who was sent under several numbers: who shares a number that is nobody else's."""
    keys = connection.execute(select(subjects.c.key).where(subjects.c.identity.is_not(None))).scalars().all()
    known = {one: _identity(_patient(connection, one)) for one in keys}
    mine = known.get(key)
    if mine is None or mine.shared:
        return {key}
    numbers = {*mine.identifiers}
    others = {one: other for one, other in known.items() if other is not None and not other.shared}
    return {key} | {one for one, other in others.items() if numbers & {*other.identifiers} and same_person(mine, other)}


def _identity(patient: _Patient | None) -> Identity | None:
    return Identity.model_validate_json(patient.identity) if patient is not None and patient.identity else None


def _patient(connection: Connection, key: str) -> _Patient | None:
    columns = [subjects.c[name] for name in _Patient.__dataclass_fields__]
    row = connection.execute(select(*columns).where(subjects.c.key == key)).mappings().one_or_none()
    if row is None:
        return None
    opened = {
        name: unseal(connection, text, subjects, name, key) if name in SEALED[subjects] and text is not None else text
        for name, text in row.items()
    }
    return _Patient(**opened)


def _mapping(text: str | None) -> dict[str, str]:
    return {} if text is None else dict(json.loads(text))
