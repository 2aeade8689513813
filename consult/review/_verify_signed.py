"""What the signatures of a document say, and whether they say it of this document.

A problem is one clause without patient text; None when there is none.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from consult.review import _jws
from consult.review._canonical import digest
from consult.review._certificates import X5C, X5T
from consult.review._consultation import LATER, Consultation
from consult.review._credentials import Credential, SigningTime, credential_of
from consult.review._keyring import Trust, TrustedKey
from consult.review._revocation import moment
from consult.review._signing import HEADER, MEANING, STALE, TYPE, payload, signed_event
from consult.review._timestamps import TokenFinding, examine_token

if TYPE_CHECKING:
    from consult.review._store import Store

OPTIONAL = frozenset({STALE, X5C, X5T})
CLOCKS = timedelta(minutes=5)
"""By how much the clocks of a signer and of a time-stamp authority may differ."""


@dataclass(frozen=True, slots=True)
class Signed:
    """One signature, read but not yet believed."""

    header: dict[str, Any]
    problem: str | None
    credential: Credential | None = None
    time: SigningTime | None = None
    tokens: tuple[TokenFinding, ...] = ()
    """What its time stamps are worth."""
    holds: bool = False

    @property
    def key(self) -> TrustedKey | None:
        """Whose it is; None: nobody whom we trust says so."""
        return None if self.credential is None else self.credential.key


def examine(
    entry: Mapping[str, str], document: dict[str, Any], trust: Trust, *, tokens: Sequence[str] = (), home: bool = False
) -> Signed:
    """Read a signature, find out who made it and when, and see whether it holds.

    Args:
        entry: the signature.
        document: what it is said to be over.
        trust: what is believed.
        tokens: its time stamps.
        home: the audit log of this home tells of this signature.
    """
    try:
        header = _jws.header_of(entry)
    except (ValueError, RecursionError):
        return Signed({}, "a signature is not written as it was made")
    texts = [value for name, value in header.items() if name != X5C]
    if header.keys() - OPTIONAL != HEADER or not all(isinstance(value, str) for value in texts):
        return Signed({}, "a signature's header has other parts than ours")
    at = moment(header["iat"])
    ours = (header["typ"], header["meaning"]) == (TYPE, MEANING) and header["alg"] in _jws.ALGORITHMS.values()
    if at is None or not ours:
        return Signed({}, "a signature was made for another purpose")
    stamps = tuple(examine_token(token, entry["signature"], trust.authorities) for token in tokens)
    time = _time(SigningTime(at, "home" if home else "claim"), stamps)
    try:
        credential = credential_of(header, trust, time.at)
    except ValueError:
        return Signed({}, "a signature's certificates are not written as ours are, or belong to another key")
    jwk = _jwk(credential)
    if jwk is not None and header["alg"] != _jws.algorithm_of(jwk):
        return Signed({}, "a signature names another algorithm than the one of its key")
    holds = jwk is not None and _jws.holds(entry, payload(document), jwk)
    return Signed(header, None, credential, time, stamps, holds)


def _jwk(credential: Credential) -> dict[str, str] | None:
    if credential.key is not None:
        return credential.key.jwk
    return None if credential.certified is None else credential.certified.jwk


def _time(claimed: SigningTime, stamps: Sequence[TokenFinding]) -> SigningTime:
    """The earliest time that a trusted authority vouches for: a later time stamp takes nothing away."""
    good = [one for one in stamps if one.state == "good" and one.at is not None]
    first = min(good, key=lambda one: str(one.at), default=None)
    if first is None or first.at is None:
        return claimed
    return SigningTime(first.at, "time-stamp", first.authority)


def content_problem(document: dict[str, Any], signed: Sequence[Signed]) -> str | None:
    """Something else was signed than what is here."""
    actual = hashlib.sha256(payload(document)).hexdigest()
    changed = any(one.header.get("digest") != actual for one in signed)
    return "the content is not what was signed" if changed else None


def subject_problem(
    consultation: Consultation, document: dict[str, Any], signed: Sequence[Signed], store: Store | None
) -> str | None:
    """It was signed for another patient than it is about, or another is stored under the same key."""
    actual = digest(document["subject"])
    if any(one.header.get("subject") != actual for one in signed):
        return "it was signed for another patient"
    if consultation.case.subject != consultation.subject.key:
        return "the case is another patient's"
    known = store.current_subject(consultation.subject.key) if store is not None else None
    if known is not None and known != consultation.subject:
        return "the patient stored here under this key is another one"
    return None


def signature_problem(consultation: Consultation, signed: Sequence[Signed]) -> str | None:
    """A signature was not made as ours are, by no trusted key or by one twice, or does not hold."""
    if consultation.status != "signed" or not signed:
        return f"it is not signed: its status is {consultation.status}"
    for one in signed:
        if one.problem is not None:
            return one.problem
        if one.credential is None or _jwk(one.credential) is None:
            return f"the signature of key {one.header['kid'][:64]!r} cannot be checked: the key is not trusted"
        if not one.holds:
            return f"the signature of key {one.header['kid'][:64]!r} does not hold"
    kids = [one.header["kid"] for one in signed]
    return "one key signed twice" if len(set(kids)) != len(kids) else None


def signer_problem(signed: Sequence[Signed]) -> str | None:
    """A signer is unknown, or another than the one to whom the key is registered."""
    for one in signed:
        if one.key is None:
            named = f": it calls itself {one.header['signer'][:120]!r}" if one.header else ""
            return f"a signer is not trusted{named}{_why_not(one.credential)}"
        if one.key.name and one.key.name != one.header["signer"]:
            return f"key {one.key.kid!r} is registered to {one.key.name[:120]!r}, not to the signer it names"
        certified = one.credential.certified if one.credential is not None else None
        if certified is not None and certified.name != one.header["signer"]:
            return f"the certificate of key {one.key.kid!r} is another's, not the signer's that it names"
    return None


def _why_not(credential: Credential | None) -> str:
    if credential is None or credential.certified is None:
        return ""
    leaf = credential.certified.leaf
    if leaf.issuer == leaf.subject:
        return ", in a certificate that it issued to itself"
    return ", in a certificate that leads to no trusted root"


def seal_problem(consultation: Consultation, signed: Sequence[Signed]) -> str | None:
    """Each signature names the entry before its own; its own follows from it. So nothing in the log is unsealed."""
    entries = [entry for entry in consultation.audit if entry.event == "signed"]
    if len(entries) != len(signed):
        return "the log and the signatures do not tell of the same signings"
    if not signed:
        return None if consultation.provenance.audit_head is None else "the sealed head has lost its signature"
    if entries[0].prev != consultation.provenance.audit_head:
        return "the log does not lead to the sealed head"
    for entry, one, signature in zip(entries, signed, consultation.signatures, strict=True):
        expected = signed_event(signature, kid=one.header.get("kid", ""), signer=one.header.get("signer", ""))
        if entry.data != expected or entry.at != one.header.get("iat") or entry.prev != one.header.get("audit"):
            return f"entry {entry.seq} does not belong to its signature"
    return None if entries[-1] is consultation.audit[-1] else "entries after the last signature are sealed by none"


def stale_notes(consultation: Consultation, signed: Sequence[Signed]) -> list[str]:
    """Who signed although results had come that the plan has not seen, and whether a reason was given."""
    known = False
    waiting = iter(signed)
    notes = []
    for entry in consultation.audit:
        known = known or entry.event == LATER
        one = next(waiting, None) if entry.event == "signed" else None
        if known and one is not None and one.header:
            how = "and gave a reason" if STALE in one.header else "and gave no reason"
            notes.append(f"{one.header['signer'][:120]!r} signed it knowing of results that it has not seen, {how}")
    return notes
