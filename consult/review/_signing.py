"""A doctor signs exactly the bytes that were shown; the signature seals what happened until then as well."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from consult.errors import ReviewError
from consult.review import _jws
from consult.review._audit import AuditChain
from consult.review._canonical import canonical, digest
from consult.review._clock import Clock, stamp, utc_now
from consult.review._consistency import log_problem
from consult.review._consultation import AuditEntry, Consultation, Signature
from consult.review._keys import SigningKey
from consult.review._state import pending_items, plan_problem

if TYPE_CHECKING:
    from consult.review._record import Record
    from consult.review._store import Store

TYPE = "consult+jws"
MEANING = "reviewed-and-approved"
HEADER = frozenset({"alg", "kid", "typ", "iat", "signer", "digest", "subject", "audit", "meaning"})
"""Members of the protected header; nothing else is signed or believed."""
STALE = "stale"
"""One more member where the signer knew of results that the plan has not seen: why it was signed all the same."""
REASON_LONGEST = 500


def payload(document: dict[str, Any]) -> bytes:
    """What a signature covers: the canonical document without `signatures` and `audit`."""
    return canonical({key: value for key, value in document.items() if key not in {"signatures", "audit"}})


def protected_header(
    document: dict[str, Any], *, kid: str, signer: str, at: str, head: str, stale: str | None = None
) -> dict[str, str]:
    """What a signer says under the signature: who, when, what for, about whom, after which entry, and why if stale."""
    return {
        "alg": _jws.ALGORITHM,
        "kid": kid,
        "typ": TYPE,
        "iat": at,
        "signer": signer,
        "digest": hashlib.sha256(payload(document)).hexdigest(),
        "subject": digest(document["subject"]),
        "audit": head,
        "meaning": MEANING,
        **({} if stale is None else {STALE: stale}),
    }


def stale_reason(signature: Signature) -> str | None:
    """Why its signer signed although results had come that the plan has not seen; None when there were none.

    To be believed as far as the signature is: `verify_document` checks it.
    """
    found = _jws.header_of(signature.model_dump()).get(STALE)
    return found if isinstance(found, str) else None


def signed_event(entry: Signature, *, kid: str, signer: str) -> dict[str, str]:
    """The data of the audit event that belongs to a signature; the two name each other."""
    return {"kid": kid, "signer": signer, "signature": digest(entry.model_dump(mode="json"))}


def sign(
    store: Store, id: str, key: SigningKey, *, stale_reason: str | None = None, clock: Clock = utc_now
) -> Consultation:
    """Sign a consultation on which everything has been decided. Several doctors may sign, each once.

    The first signature sets the status to `signed` and writes the head of the audit log into the signed bytes; each
    one names the audit entry before it, so a signature also seals what happened since the one before.

    Args:
        store: where it is.
        id: of the consultation.
        key: the signer's.
        stale_reason: why it is signed although results came that it has not seen. Needed then, refused otherwise; it
            stands in the signed header, and the audit log keeps the hash of that.
        clock: gives the present.

    Raises:
        NotFound: no such consultation.
        ReviewError: not decided in full, superseded, stale without a reason, signed with this key already, the key is
            not registered in the home under this name, or the record is damaged.
    """
    from sqlalchemy.exc import IntegrityError

    with store.change(id, "durable") as record:
        _may_sign(record.consultation, key, store)
        reason = _reason(record.consultation, stale_reason)
        at = stamp(clock)
        consultation = _seal(record)
        document = consultation.model_dump(mode="json")
        head = AuditChain(consultation.audit).head
        header = protected_header(document, kid=key.kid, signer=key.name, at=at, head=head, stale=reason)
        entry = Signature.model_validate(_jws.sign_detached(payload(document), key.jwk, header))
        try:
            record.add_signature(entry, key.kid)
        except IntegrityError:
            raise ReviewError(f"consultation {id!r} is signed with this key already") from None
        record.append("signed", {**signed_event(entry, kid=key.kid, signer=key.name)}, at)
        return record.consultation


def sealed_audit(entries: list[AuditEntry]) -> list[AuditEntry]:
    """The audit log up to the last signature, which is all that the signatures vouch for; all of a draft's."""
    signed = [number for number, entry in enumerate(entries, start=1) if entry.event == "signed"]
    return entries[: signed[-1]] if signed else entries


def export_json(consultation: Consultation) -> bytes:
    """The RFC 8785 bytes of the whole document; of a signed one with the audit log up to the last signature.

    A draft has the same shape: `status` and the empty `signatures` mark it, and `verify_document` refuses it.
    """
    document = consultation.model_copy(update={"audit": sealed_audit(consultation.audit)})
    return canonical(document.model_dump(mode="json"))


def _may_sign(consultation: Consultation, key: SigningKey, store: Store) -> None:
    name = f"consultation {consultation.id!r}"
    pending = pending_items(consultation)
    if pending:
        raise ReviewError(f"{name} cannot be signed: undecided are {', '.join(pending)}")
    if consultation.status not in {"reviewed", "signed"} or consultation.plan is None:
        raise ReviewError(f"{name} is {consultation.status} and cannot be signed")
    if consultation.superseded_by is not None:
        raise ReviewError(f"{name} was superseded by {consultation.superseded_by!r}")
    trusted = store.keyring.find(key.kid)
    if trusted is None or trusted.name != key.name:
        raise ReviewError(f"the key of {key.name!r} is not registered in this home under that name")
    problem = log_problem(consultation) or plan_problem(consultation.plan, consultation.findings)
    if problem is not None:
        raise ReviewError(f"{name} cannot be signed, its record is damaged: {problem}")


def _reason(consultation: Consultation, given: str | None) -> str | None:
    """The reason as it will be signed; None where none is needed."""
    name = f"consultation {consultation.id!r}"
    if not consultation.stale:
        if given is not None:
            raise ReviewError(f"{name} has seen every result; a reason to sign a stale plan would not be true of it")
        return None
    if given is None:
        items = sorted({item for later in consultation.later_results for item in later.items})
        touched = f", which touch {', '.join(items)}" if items else ""
        raise ReviewError(
            f"{name} cannot be signed: results came that it has not seen{touched}; "
            "make a new revision, or state why it is signed all the same (--stale-reason)"
        )
    reason = " ".join(given.split())
    if not reason or len(reason) > REASON_LONGEST or not reason.isprintable():
        raise ReviewError(f"the reason to sign a stale plan is a text of 1 to {REASON_LONGEST} characters")
    return reason


def _seal(record: Record) -> Consultation:
    consultation = record.consultation
    if consultation.status == "reviewed":
        head = AuditChain(consultation.audit).head
        provenance = consultation.provenance.model_copy(update={"audit_head": head})
        record.save(consultation.model_copy(update={"status": "signed", "provenance": provenance}))
    return record.consultation
