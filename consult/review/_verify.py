"""Is this file what a trusted doctor signed? Offline, and naming the part that is not."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from consult.review import _jws
from consult.review._canonical import canonical, read_json
from consult.review._consistency import log_problem
from consult.review._consultation import SCHEMA, Consultation
from consult.review._keyring import Keyring, Trust
from consult.review._revocation import RevocationSource
from consult.review._signing import sealed_audit
from consult.review._state import pending_items, plan_problem, problem_of
from consult.review._verify_certified import Finding, certificates, revocations, time_stamps
from consult.review._verify_report import ALWAYS, GOOD, Check, CheckName, Unchecked, VerifyReport
from consult.review._verify_seen import covered, seen
from consult.review._verify_signed import (
    Signed,
    content_problem,
    examine,
    seal_problem,
    signature_problem,
    signer_problem,
    stale_notes,
    subject_problem,
)
from consult.review._verify_stored import (
    logged_revocations,
    logged_time_stamps,
    store_knows,
    store_notes,
    store_problem,
)

if TYPE_CHECKING:
    from consult.review._store import Store


MOST_SIGNATURES = 50
"""More than any consultation has doctors; each costs time to check."""


def verify_document(
    data: bytes,
    *,
    trusted: Keyring,
    store: Store | None = None,
    sources: Sequence[RevocationSource] = (),
) -> VerifyReport:
    """Check an exported consultation. Without `sources` that ask a network, nothing leaves this machine.

    Args:
        data: the file, byte for byte.
        trusted: the keys, roots and authorities to believe; no others are.
        store: when the patient or the consultation is known there, they are compared too.
        sources: where else to ask whether certificates were revoked; the lists of `trusted` are always asked.

    Raises:
        ReviewError: a file of `trusted` cannot be read.
    """
    trust = trusted.trust()
    try:
        document = read_json(data)
    except ValueError as error:
        return _report([_check("canonical", str(error))])
    checks = [_check("canonical", _canonical_problem(document, data))]
    consultation, problem = _read(document)
    checks.append(_check("schema", problem))
    if consultation is None:
        return _report([*checks, *_unprotected(document)])
    if store is not None:
        trust = replace(trust, revocations=(*trust.revocations, *logged_revocations(store)))
    known = store if store is not None and store_knows(consultation, store) else None
    signed = _examined(consultation, document, trust, home=known is not None)
    checks.append(_check("audit", _audit_problem(consultation, signed, store)))
    if signed:
        checks.append(_check("content", content_problem(document, signed)))
        checks.append(_check("subject", subject_problem(consultation, document, signed, store)))
    checks.append(_check("signature", signature_problem(consultation, signed)))
    unchecked: list[Unchecked] = []
    if signed:
        checks.append(_check("signer", signer_problem(signed)))
        found_by: dict[CheckName, Finding] = {
            "certificate": certificates(signed),
            "revocation": revocations(signed, trust, sources),
            "timestamp": time_stamps(consultation, signed, _logged(consultation, known)),
        }
        for name, found in found_by.items():
            checks += [_check(name, found.problem)] if found.made else []
            unchecked += found.unchecked
    checks.append(_check("complete", _complete_problem(consultation)))
    notes = stale_notes(consultation, signed)
    notes += store_notes(consultation, store) if store is not None else []
    return _report(
        checks,
        signers=[one.key.name or one.header["signer"] for one in signed if one.key is not None and one.holds],
        notes=notes,
        unchecked=unchecked,
        signatures=seen(signed),
        covers=covered(consultation, document),
    )


def record_problem(consultation: Consultation, *, trusted: Keyring, store: Store) -> CheckName | None:
    """The first check that a record of `store` fails; None when its log, and what is signed, holds.

    The same as `verify_document` says of its export, for whoever reads all records: nothing is written and parsed
    again. Of what is not signed only the log is checked: there is nothing else to hold it against.

    Args:
        consultation: as `Store.get` gives it.
        trusted: the keys to believe.
        store: where it is stored.
    """
    if consultation.status != "signed" and not consultation.signatures:
        return "audit" if log_problem(consultation) or seal_problem(consultation, []) else None
    sealed = consultation.model_copy(update={"audit": sealed_audit(consultation.audit)})
    document = sealed.model_dump(mode="json")
    trust = trusted.trust()
    signed = _examined(sealed, document, trust, home=True)
    checks: dict[CheckName, Callable[[], str | None]] = {
        "audit": lambda: log_problem(consultation) or seal_problem(sealed, signed),
        "content": lambda: content_problem(document, signed),
        "subject": lambda: subject_problem(sealed, document, signed, store),
        "signature": lambda: signature_problem(sealed, signed),
        "signer": lambda: signer_problem(signed),
        "certificate": lambda: certificates(signed).problem,
        "revocation": lambda: revocations(signed, trust).problem,
        "timestamp": lambda: time_stamps(sealed, signed, _logged(sealed, store)).problem,
        "complete": lambda: _complete_problem(sealed),
    }
    return next((name for name, problem in checks.items() if problem() is not None), None)


def _examined(consultation: Consultation, document: dict[str, Any], trust: Trust, *, home: bool) -> list[Signed]:
    tokens: dict[str, list[str]] = {}
    for one in consultation.timestamps:
        tokens.setdefault(one.kid, []).append(one.token)
    found = []
    for entry in consultation.signatures:
        body = entry.model_dump()
        stamps = tokens.get(_kid(body), ()) if tokens else ()
        found.append(examine(body, document, trust, tokens=stamps, home=home))
    return found


def _kid(entry: dict[str, str]) -> str:
    try:
        return str(_jws.header_of(entry).get("kid"))
    except (ValueError, RecursionError):
        return ""


def _logged(consultation: Consultation, store: Store | None) -> Collection[str] | None:
    if store is None or not consultation.timestamps:
        return None
    return logged_time_stamps(consultation, store)


def _report(checks: list[Check], **more: Any) -> VerifyReport:
    made = {check.name for check in checks}
    return VerifyReport(ok=all(check.ok for check in checks) and made >= ALWAYS, checks=checks, **more)


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
        if len(consultation.signatures) > MOST_SIGNATURES or len(consultation.timestamps) > 4 * MOST_SIGNATURES:
            return None, "it has more signatures or time stamps than a consultation can have"
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


def _audit_problem(consultation: Consultation, signed: Sequence[Signed], store: Store | None) -> str | None:
    return (
        log_problem(consultation)
        or seal_problem(consultation, signed)
        or (store_problem(consultation, store) if store is not None else None)
    )
