"""A doctor signs exactly the bytes that were shown; the signature seals what happened until then as well."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from consult.errors import ConsultError, ReviewError, SigningError
from consult.review import _jws
from consult.review._audit import AuditChain
from consult.review._canonical import canonical, digest
from consult.review._certificates import header_members
from consult.review._clock import Clock, stamp, utc_now
from consult.review._consistency import log_problem
from consult.review._consultation import AuditEntry, Consultation, Signature
from consult.review._credentials import Credential, SigningTime, certificate_problem, credential_of, revocation_of
from consult.review._keyring import Trust
from consult.review._revocation import moment
from consult.review._signer import Signer
from consult.review._state import pending_items, plan_problem

if TYPE_CHECKING:
    from consult.review._store import Store

TYPE = "consult+jws"
MEANING = "reviewed-and-approved"
HEADER = frozenset({"alg", "kid", "typ", "iat", "signer", "digest", "subject", "audit", "meaning"})
"""Members of the protected header; nothing else is signed or believed."""
STALE = "stale"
"""One more member where the signer knew of results that the plan has not seen: why it was signed all the same."""
REASON_LONGEST = 500
UNSIGNED = frozenset({"signatures", "timestamps", "audit"})
"""Parts of a document that no signature covers: the signatures, what is said of them, and the log, which they seal."""
_TRIES = 20
"""How often a signature is made anew when others sign or write meanwhile."""


def payload(document: dict[str, Any]) -> bytes:
    """What a signature covers: the canonical document without `signatures`, `timestamps` and `audit`."""
    return canonical({key: value for key, value in document.items() if key not in UNSIGNED})


def protected_header(
    document: dict[str, Any],
    *,
    kid: str,
    signer: str,
    at: str,
    head: str,
    stale: str | None = None,
    algorithm: str = _jws.ALGORITHM,
    chain: Sequence[bytes] = (),
) -> dict[str, Any]:
    """What a signer says under the signature: who, when, what for, about whom, after which entry, and why if stale."""
    return {
        "alg": algorithm,
        "kid": kid,
        "typ": TYPE,
        "iat": at,
        "signer": signer,
        "digest": hashlib.sha256(payload(document)).hexdigest(),
        "subject": digest(document["subject"]),
        "audit": head,
        "meaning": MEANING,
        **({} if stale is None else {STALE: stale}),
        **header_members(chain),
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
    store: Store, id: str, key: Signer, *, stale_reason: str | None = None, clock: Clock = utc_now
) -> Consultation:
    """Sign a consultation on which everything has been decided. Several doctors may sign, each once.

    The first signature sets the status to `signed` and writes the head of the audit log into the signed bytes; each
    one names the audit entry before it, so a signature also seals what happened since the one before. The key is asked
    before the record is held, so that nobody waits for a card or a service; when the record has changed meanwhile, the
    signature is thrown away and everything is looked at anew.

    Args:
        store: where it is.
        id: of the consultation.
        key: the signer's: a `SigningKey`, what `load_signer` gives, or any `Signer`.
        stale_reason: why it is signed although results came that it has not seen. Needed then, refused otherwise; it
            stands in the signed header, and the audit log keeps the hash of that.
        clock: gives the present.

    Raises:
        NotFound: no such consultation.
        ReviewError: not decided in full, superseded, stale without a reason, signed with this key already, the key is
            not registered in the home under this name, is revoked, or its certificate is not trusted, not valid or not
            made for signatures; or the record is damaged.
        SigningError: a key that is kept elsewhere could not be used. Nothing is signed.
    """
    for _ in range(_TRIES):
        signed = _try(store, id, key, stale_reason, stamp(clock))
        if signed is not None:
            return signed
    raise SigningError("unavailable", f"consultation {id!r} changed whenever it was being signed; nothing was signed")


def _try(store: Store, id: str, key: Signer, given: str | None, at: str) -> Consultation | None:
    """One signature; None when the record changed while it was made."""
    from sqlalchemy.exc import IntegrityError

    seen = store.get(id)
    known = _may_sign(seen, key, store.keyring.trust(), at)
    reason = _reason(seen, given)
    sealed = _sealed(seen)
    document = sealed.model_dump(mode="json")
    header = protected_header(
        document,
        kid=key.kid,
        signer=key.name,
        at=at,
        head=AuditChain(seen.audit).head,
        stale=reason,
        algorithm=key.algorithm,
        chain=key.certificate_chain,
    )
    entry = _made(payload(document), key, header, known)
    with store.change(id, "durable") as record:
        if record.consultation != seen:
            return None
        if sealed is not seen:
            record.save(sealed)
        try:
            record.add_signature(entry, key.kid)
        except IntegrityError:
            raise ReviewError(f"consultation {id!r} is signed with this key already") from None
        record.append("signed", {**signed_event(entry, kid=key.kid, signer=key.name)}, at)
        return record.consultation


def _made(content: bytes, key: Signer, header: dict[str, Any], known: Credential) -> Signature:
    """The signature, which holds.

    Raises:
        SigningError: the key could not be used, or what it gave does not belong to it.
    """
    try:
        entry = _jws.sign_detached(content, key, header)
    except ConsultError:
        raise
    except Exception as error:  # whatever a card, a module or a service raises: one typed error, nothing half-signed
        raise SigningError(
            "unavailable", f"the key could not be used ({type(error).__name__}); nothing was signed"
        ) from error
    if known.key is None or not _jws.holds(entry, content, known.key.jwk):
        raise SigningError("wrong", "what the key gave is no signature of its own; nothing was signed")
    return Signature.model_validate(entry)


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


def _may_sign(consultation: Consultation, key: Signer, trust: Trust, at: str) -> Credential:
    """How the signer is known here.

    Raises:
        ReviewError: the consultation, or the signer, is not ready for a signature.
    """
    name = f"consultation {consultation.id!r}"
    pending = pending_items(consultation)
    if pending:
        raise ReviewError(f"{name} cannot be signed: undecided are {', '.join(pending)}")
    if consultation.status not in {"reviewed", "signed"} or consultation.plan is None:
        raise ReviewError(f"{name} is {consultation.status} and cannot be signed")
    if consultation.superseded_by is not None:
        raise ReviewError(f"{name} was superseded by {consultation.superseded_by!r}")
    known = _known(key, trust, at)
    if any(_jws.header_of(one.model_dump()).get("kid") == key.kid for one in consultation.signatures):
        raise ReviewError(f"{name} is signed with this key already")  # before a card asks for its number
    problem = log_problem(consultation) or plan_problem(consultation.plan, consultation.findings)
    if problem is not None:
        raise ReviewError(f"{name} cannot be signed, its record is damaged: {problem}")
    return known


def _known(key: Signer, trust: Trust, at: str) -> Credential:
    now = moment(at)
    header = {"kid": key.kid, "alg": key.algorithm, **header_members(key.certificate_chain)}
    try:
        found = credential_of(header, trust, now) if now is not None else None
    except ValueError:
        found = None
    if now is None or found is None:
        raise ReviewError(f"the key of {key.name!r} cannot sign: its certificates are broken, or another key's")
    problem = certificate_problem(found, now)  # first: an expired certificate also leads to no root
    if problem is None and (found.key is None or found.key.name != key.name):
        how = "is not registered in this home under that name"
        if key.certificate_chain:
            how = "has a certificate that does not lead, under that name, to a root that this home trusts"
        raise ReviewError(f"the key of {key.name!r} {how}")
    if found.key is not None and _jws.algorithm_of(found.key.jwk) != key.algorithm:
        problem = f"its algorithm is not {key.algorithm[:20]}"
    problem = problem or revocation_of(key.kid, found, trust, SigningTime(now, "home")).problem
    if problem is not None:
        raise ReviewError(f"the key of {key.name!r} cannot sign: {problem}")
    return found


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


def _sealed(consultation: Consultation) -> Consultation:
    """As the first signature makes it; the same where there is one."""
    if consultation.status != "reviewed":
        return consultation
    head = AuditChain(consultation.audit).head
    provenance = consultation.provenance.model_copy(update={"audit_head": head})
    return consultation.model_copy(update={"status": "signed", "provenance": provenance})
