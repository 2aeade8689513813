"""What the local store knows of a document that is verified: its log, what came later, that it was purged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from consult.errors import NotFound
from consult.review._consultation import STAMPED, Consultation
from consult.review._revocation import KEY_REVOKED, Revocation

if TYPE_CHECKING:
    from consult.review._store import Store


def store_knows(consultation: Consultation, store: Store) -> bool:
    """Whether the log of this document is one of this home, purged or not."""
    try:
        known = store.log(consultation.id)
    except NotFound:
        return False
    return bool(consultation.audit) and list(known[: len(consultation.audit)]) == consultation.audit


def logged_time_stamps(consultation: Consultation, store: Store) -> set[str]:
    """Hashes of the tokens that the log of this home tells of."""
    return {str(one.data["token"]) for one in store.log(consultation.id) if one.event == STAMPED}


def logged_revocations(store: Store) -> list[Revocation]:
    """The keys that the log of this home tells to be revoked: their files may have been taken away."""
    told = [entry.data for entry in store.home_log() if entry.event == KEY_REVOKED]
    return [Revocation(kid=str(one["kid"]), since=str(one["since"]), reason=str(one["reason"])) for one in told]


def store_problem(consultation: Consultation, store: Store) -> str | None:
    """What is wrong with its log, as the store has it; None when nothing is, or the store does not know it."""
    try:
        known = store.log(consultation.id)  # it outlives a purge
    except NotFound:
        return None
    own = list(known[: len(consultation.audit)])
    return None if own == consultation.audit else "the log is not the one that is stored here"


def store_notes(consultation: Consultation, store: Store) -> list[str]:
    """What must be known of a document besides, from the store: superseded, later results, purged."""
    try:
        known = store.get(consultation.id)
    except NotFound:
        return _purge_note(consultation, store)
    notes = []
    if known.superseded_by is not None:
        notes.append(f"it was superseded by {known.superseded_by!r}")
    if known.stale:
        notes.append("results arrived that it has not seen")
    if len(known.signatures) > len(consultation.signatures):
        notes.append("more doctors have signed it since")
    return notes


def _purge_note(consultation: Consultation, store: Store) -> list[str]:
    try:
        last = store.log(consultation.id)[-1]
    except NotFound:
        return []
    return [f"it was purged here on {last.at[:10]}; the log that is left is the one of this document"]
