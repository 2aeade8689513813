"""A patient's local key and the keyed hash that binds a signed plan to one patient."""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata

from consult.case import Identity
from consult.review._canonical import canonical
from consult.review._consultation import Subject

_NUMBERED = re.compile(r"(patient-[0-9]+)?\Z")
"""What the readers call a patient whom the input does not name: says nothing that could link two inputs."""

Basis = list[str]
"""What identifies the patient, in a form that does not depend on how it was typed."""


def basis(identity: Identity | None, reference: str) -> Basis | None:
    """What links two inputs about one patient: identifiers, else name and birth date, else the caller's own reference.

    None when nothing does: a name alone is shared by too many, and so is a number under which somebody else was sent.
    """
    if identity is not None:
        identifiers = sorted({_plain(text) for text in identity.identifiers} - {""})
        if identifiers and not identity.shared:
            return ["identifiers", *identifiers]
        if identity.name is not None and identity.birth_date is not None:
            return ["person", _plain(identity.name), _plain(identity.birth_date)]
    return None if _NUMBERED.match(reference) else ["reference", reference]


def same_person(one: Identity | None, other: Identity | None) -> bool:
    """Whether two identities can be one person's: not when both tell a birth date and these differ, as for readers."""
    births = ["" if known is None else _plain(known.birth_date or "") for known in (one, other)]
    return births[0].startswith(births[1]) or births[1].startswith(births[0])


def subject_of(found: Basis, secret: bytes) -> Subject:
    """Key and hash of a patient, both from the home's secret: they mean nothing outside it."""
    return Subject(
        key=f"S-{_keyed(secret, 'key', found)[:16]}",
        identity=f"hmac-sha256:{_keyed(secret, 'identity', found)}",
    )


def _keyed(secret: bytes, purpose: str, found: Basis) -> str:
    return hmac.new(secret, canonical([purpose, *found]), hashlib.sha256).hexdigest()


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in folded if character.isalnum())
