"""Is this file what a trusted doctor signed? Offline, and naming the part that is not."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from pydantic import ValidationError

from consult.case import Model
from consult.errors import NotFound
from consult.review import _jws
from consult.review._canonical import canonical, digest, read_json
from consult.review._consistency import log_problem
from consult.review._consultation import LATER, SCHEMA, Consultation
from consult.review._keys import Keyring, TrustedKey
from consult.review._signing import HEADER, MEANING, STALE, TYPE, payload, signed_event
from consult.review._state import pending_items, plan_problem, problem_of

if TYPE_CHECKING:
    from consult.review._store import Store

CheckName = Literal["canonical", "schema", "audit", "content", "subject", "signature", "signer", "complete"]

GOOD: dict[CheckName, str] = {
    "canonical": "the bytes are canonical JSON",
    "schema": "the document has the shape of a consultation",
    "audit": "the audit log is whole and is sealed by the signatures",
    "content": "the content is what was signed",
    "subject": "it is about the patient for whom it was signed",
    "signature": "every signature holds",
    "signer": "every signer is trusted",
    "complete": "every item is decided and every danger has its acknowledged alert",
}


class Check(Model):
    """One thing that was checked."""

    name: CheckName
    ok: bool
    says: str
    """One clause; without patient text."""

    def to_json(self) -> dict[str, object]:
        """The check as JSON types."""
        return self.model_dump(mode="json")


class VerifyReport(Model):
    """What `verify_document` found. A check that could not be made, because an earlier one failed, is absent."""

    ok: bool
    """The document is exactly what trusted doctors signed."""
    checks: list[Check]
    signers: list[str] = []
    """Trusted names whose signatures hold."""
    notes: list[str] = []
    """What must be known besides: signed although stale; what the local store knows: superseded, later results."""


@dataclass(frozen=True, slots=True)
class _Signed:
    """One signature, read but not yet believed."""

    header: dict[str, Any]
    problem: str | None
    key: TrustedKey | None
    holds: bool


def verify_document(data: bytes, *, trusted: Keyring, store: Store | None = None) -> VerifyReport:
    """Check an exported consultation.

    Args:
        data: the file, byte for byte.
        trusted: the keys to believe; no other is.
        store: when the patient or the consultation is known there, they are compared too.
    """
    try:
        document = read_json(data)
    except ValueError as error:
        return _report([_check("canonical", str(error))])
    checks = [_check("canonical", _canonical_problem(document, data))]
    consultation, problem = _read(document)
    checks.append(_check("schema", problem))
    if consultation is None:
        return _report([*checks, *_unprotected(document)])
    signed = [_examine(entry.model_dump(), consultation, document, trusted) for entry in consultation.signatures]
    checks.append(_check("audit", _audit_problem(consultation, signed, store)))
    if signed:
        checks.append(_check("content", _content_problem(document, signed)))
        checks.append(_check("subject", _subject_problem(consultation, document, signed, store)))
    checks.append(_check("signature", _signature_problem(consultation, signed)))
    if signed:
        checks.append(_check("signer", _signer_problem(signed)))
    checks.append(_check("complete", _complete_problem(consultation)))
    signers = [one.key.name or one.header["signer"] for one in signed if one.key is not None and one.holds]
    notes = [*_stale_notes(consultation, signed), *_notes(consultation, store)]
    return _report(checks, signers=signers, notes=notes)


def _report(checks: list[Check], **more: list[str]) -> VerifyReport:
    return VerifyReport(ok=all(check.ok for check in checks) and len(checks) == len(GOOD), checks=checks, **more)


def _check(name: CheckName, problem: str | None) -> Check:
    return Check(name=name, ok=problem is None, says=GOOD[name] if problem is None else problem)


def _canonical_problem(document: Any, data: bytes) -> str | None:
    try:
        same = canonical(document) == data
    except ValueError:
        same = False
    return None if same else "the bytes are not canonical JSON: spaces, order, escapes or numbers were changed"


def _read(document: Any) -> tuple[Consultation | None, str | None]:
    version = document.get("schema") if isinstance(document, dict) else None
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        return None, "it is not a consultation"
    if version > SCHEMA:
        return None, f"it has schema version {version}; this program reads up to version {SCHEMA}"
    try:
        consultation = Consultation.model_validate(document)
        same = canonical(consultation.model_dump(mode="json")) == canonical(document)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"][:4] if isinstance(part, int | str))
        return None, f"it does not have the shape of a consultation: {where[:80]!r} is wrong or unknown"
    except ValueError:
        return None, "it holds a value that has no canonical form"
    return consultation, None if same else "values are missing or are written in another type than their own"


def _unprotected(document: Any) -> list[Check]:
    entries = document.get("signatures") if isinstance(document, dict) else None
    for entry in entries if isinstance(entries, list) else []:
        if not isinstance(entry, dict) or entry.keys() - {"protected", "signature"}:
            return [_check("signature", "a signature carries a part that no signature protects")]
    return []


def _examine(entry: dict[str, str], consultation: Consultation, document: dict[str, Any], ring: Keyring) -> _Signed:
    try:
        header = _jws.header_of(entry)
    except (ValueError, RecursionError):
        return _Signed(header={}, problem="a signature is not written as it was made", key=None, holds=False)
    if header.keys() - {STALE} != HEADER or not all(isinstance(value, str) for value in header.values()):
        return _Signed(header={}, problem="a signature's header has other parts than ours", key=None, holds=False)
    if (header["alg"], header["typ"], header["meaning"]) != (_jws.ALGORITHM, TYPE, MEANING):
        return _Signed(header={}, problem="a signature was made for another purpose", key=None, holds=False)
    key = ring.find(header["kid"])
    holds = key is not None and _jws.holds(entry, payload(document), key.jwk)
    return _Signed(header=header, problem=None, key=key, holds=holds)


def _content_problem(document: dict[str, Any], signed: Sequence[_Signed]) -> str | None:
    actual = hashlib.sha256(payload(document)).hexdigest()
    changed = any(one.header.get("digest") != actual for one in signed)
    return "the content is not what was signed" if changed else None


def _subject_problem(
    consultation: Consultation, document: dict[str, Any], signed: Sequence[_Signed], store: Store | None
) -> str | None:
    actual = digest(document["subject"])
    if any(one.header.get("subject") != actual for one in signed):
        return "it was signed for another patient"
    if consultation.case.subject != consultation.subject.key:
        return "the case is another patient's"
    known = store.current_subject(consultation.subject.key) if store is not None else None
    if known is not None and known != consultation.subject:
        return "the patient stored here under this key is another one"
    return None


def _signature_problem(consultation: Consultation, signed: Sequence[_Signed]) -> str | None:
    if consultation.status != "signed" or not signed:
        return f"it is not signed: its status is {consultation.status}"
    for one in signed:
        if one.problem is not None:
            return one.problem
        if one.key is None:
            return f"the signature of key {one.header['kid'][:64]!r} cannot be checked: the key is not trusted"
        if not one.holds:
            return f"the signature of key {one.key.kid!r} does not hold"
    kids = [one.header["kid"] for one in signed]
    return "one key signed twice" if len(set(kids)) != len(kids) else None


def _signer_problem(signed: Sequence[_Signed]) -> str | None:
    for one in signed:
        if one.key is None:
            named = f": it calls itself {one.header['signer'][:120]!r}" if one.header else ""
            return f"a signer is not trusted{named}"
        if one.key.name and one.key.name != one.header["signer"]:
            return f"key {one.key.kid!r} is registered to {one.key.name!r}, not to the signer it names"
    return None


def _complete_problem(consultation: Consultation) -> str | None:
    if consultation.plan is None:
        return "it has no plan"
    pending = pending_items(consultation)
    if pending:
        return f"undecided are {', '.join(pending)}"
    for decision in consultation.decisions:
        problem = problem_of(decision, consultation.plan)
        if problem is not None:
            return problem
        if not decision.by or not decision.at:
            return f"the decision on item {decision.item!r} does not say who decided and when"
    return plan_problem(consultation.plan, consultation.findings)


def _audit_problem(consultation: Consultation, signed: Sequence[_Signed], store: Store | None) -> str | None:
    return (
        log_problem(consultation)
        or _seal_problem(consultation, signed)
        or (_store_problem(consultation, store) if store is not None else None)
    )


def _seal_problem(consultation: Consultation, signed: Sequence[_Signed]) -> str | None:
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


def _store_problem(consultation: Consultation, store: Store) -> str | None:
    try:
        known = store.log(consultation.id)  # it outlives a purge
    except NotFound:
        return None
    own = list(known[: len(consultation.audit)])
    return None if own == consultation.audit else "the log is not the one that is stored here"


def _stored(consultation: Consultation, store: Store) -> Consultation | None:
    try:
        return store.get(consultation.id)
    except NotFound:
        return None


def _stale_notes(consultation: Consultation, signed: Sequence[_Signed]) -> list[str]:
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


def _notes(consultation: Consultation, store: Store | None) -> list[str]:
    known = None if store is None else _stored(consultation, store)
    if known is None:
        return [] if store is None else _purge_note(consultation, store)
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
