"""The record of a consultation: the store, a doctor's decisions, the signature, and checking it offline.

Names are imported when first used: making a key needs no database.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from consult.review._audit import AuditChain
    from consult.review._canonical import digest, read_json
    from consult.review._certificates import is_certificate, read_certificates
    from consult.review._consultation import (
        AuditEntry,
        Consultation,
        Decision,
        DecisionKind,
        Provenance,
        Signature,
        Status,
        Subject,
        TimeStamp,
        Usage,
    )
    from consult.review._conversation import Asked
    from consult.review._explain import Explanation, explain
    from consult.review._fhir import export_fhir
    from consult.review._journal import Answered, StoreJournal
    from consult.review._jws import jwk_of
    from consult.review._keyring import Keyring, TrustedKey, read_public_jwk
    from consult.review._keys import Password, SigningKey, is_protected, load_signer, read_key_file
    from consult.review._labels import generated_label, usage_line
    from consult.review._later_models import Answer, ChangeKind, FollowUp, LaterResults, ResultChange
    from consult.review._logs import log_problems
    from consult.review._markdown import export_markdown
    from consult.review._merge import merged_case, says_the_same
    from consult.review._paper.html import export_html
    from consult.review._paper.letterhead import Letterhead
    from consult.review._paper.pades import PdfKey, export_signed_pdf
    from consult.review._paper.pdf import export_pdf
    from consult.review._paper.reading import PdfRecord, PdfSignature, is_pdf, read_pdf
    from consult.review._purge import Because, Due, Purge, Purged
    from consult.review._reading import Row
    from consult.review._review import Review
    from consult.review._revocation import CertificateStatus, CrlFiles, Revocation, RevocationReason, RevocationSource
    from consult.review._revoking import revoke_key
    from consult.review._rewriting import outdated, rewrite
    from consult.review._signer import CertifiedKey, Signer, key_id
    from consult.review._signing import export_json, sign, stale_reason
    from consult.review._state import pending_items, plan_problem, review_state
    from consult.review._store import Store
    from consult.review._suggestions import Suggestion
    from consult.review._timestamps import TimeStampAuthority, TimeStamper, time_stamp
    from consult.review._usage import usage_of
    from consult.review._verify import record_problem, verify_document
    from consult.review._verify_report import CertificateSeen, Check, CheckName, Unchecked, VerifyReport
    from consult.review._verify_seen import certificate_seen

_HOME = {
    "Answer": "_later_models",
    "Answered": "_journal",
    "Asked": "_conversation",
    "AuditChain": "_audit",
    "AuditEntry": "_consultation",
    "Because": "_purge",
    "CertificateSeen": "_verify_report",
    "CertificateStatus": "_revocation",
    "CertifiedKey": "_signer",
    "ChangeKind": "_later_models",
    "Check": "_verify_report",
    "CheckName": "_verify_report",
    "Consultation": "_consultation",
    "CrlFiles": "_revocation",
    "Decision": "_consultation",
    "DecisionKind": "_consultation",
    "Due": "_purge",
    "Explanation": "_explain",
    "FollowUp": "_later_models",
    "Keyring": "_keyring",
    "LaterResults": "_later_models",
    "Letterhead": "_paper.letterhead",
    "Password": "_keys",
    "PdfKey": "_paper.pades",
    "PdfRecord": "_paper.reading",
    "PdfSignature": "_paper.reading",
    "Provenance": "_consultation",
    "Purge": "_purge",
    "Purged": "_purge",
    "ResultChange": "_later_models",
    "Review": "_review",
    "Revocation": "_revocation",
    "RevocationReason": "_revocation",
    "RevocationSource": "_revocation",
    "Row": "_reading",
    "Signature": "_consultation",
    "Signer": "_signer",
    "SigningKey": "_keys",
    "Status": "_consultation",
    "Store": "_store",
    "StoreJournal": "_journal",
    "Subject": "_consultation",
    "Suggestion": "_suggestions",
    "TimeStamp": "_consultation",
    "TimeStampAuthority": "_timestamps",
    "TimeStamper": "_timestamps",
    "TrustedKey": "_keyring",
    "Unchecked": "_verify_report",
    "Usage": "_consultation",
    "VerifyReport": "_verify_report",
    "certificate_seen": "_verify_seen",
    "digest": "_canonical",
    "explain": "_explain",
    "export_fhir": "_fhir",
    "export_html": "_paper.html",
    "export_json": "_signing",
    "export_markdown": "_markdown",
    "export_pdf": "_paper.pdf",
    "export_signed_pdf": "_paper.pades",
    "generated_label": "_labels",
    "is_certificate": "_certificates",
    "is_pdf": "_paper.reading",
    "is_protected": "_keys",
    "jwk_of": "_jws",
    "key_id": "_signer",
    "load_signer": "_keys",
    "log_problems": "_logs",
    "merged_case": "_merge",
    "outdated": "_rewriting",
    "pending_items": "_state",
    "plan_problem": "_state",
    "read_certificates": "_certificates",
    "read_json": "_canonical",
    "read_key_file": "_keys",
    "read_pdf": "_paper.reading",
    "read_public_jwk": "_keyring",
    "record_problem": "_verify",
    "review_state": "_state",
    "revoke_key": "_revoking",
    "rewrite": "_rewriting",
    "says_the_same": "_merge",
    "sign": "_signing",
    "stale_reason": "_signing",
    "time_stamp": "_timestamps",
    "usage_line": "_labels",
    "usage_of": "_usage",
    "verify_document": "_verify",
}

__all__ = [
    "Answer",
    "Answered",
    "Asked",
    "AuditChain",
    "AuditEntry",
    "Because",
    "CertificateSeen",
    "CertificateStatus",
    "CertifiedKey",
    "ChangeKind",
    "Check",
    "CheckName",
    "Consultation",
    "CrlFiles",
    "Decision",
    "DecisionKind",
    "Due",
    "Explanation",
    "FollowUp",
    "Keyring",
    "LaterResults",
    "Letterhead",
    "Password",
    "PdfKey",
    "PdfRecord",
    "PdfSignature",
    "Provenance",
    "Purge",
    "Purged",
    "ResultChange",
    "Review",
    "Revocation",
    "RevocationReason",
    "RevocationSource",
    "Row",
    "Signature",
    "Signer",
    "SigningKey",
    "Status",
    "Store",
    "StoreJournal",
    "Subject",
    "Suggestion",
    "TimeStamp",
    "TimeStampAuthority",
    "TimeStamper",
    "TrustedKey",
    "Unchecked",
    "Usage",
    "VerifyReport",
    "certificate_seen",
    "digest",
    "explain",
    "export_fhir",
    "export_html",
    "export_json",
    "export_markdown",
    "export_pdf",
    "export_signed_pdf",
    "generated_label",
    "is_certificate",
    "is_pdf",
    "is_protected",
    "jwk_of",
    "key_id",
    "load_signer",
    "log_problems",
    "merged_case",
    "outdated",
    "pending_items",
    "plan_problem",
    "read_certificates",
    "read_json",
    "read_key_file",
    "read_pdf",
    "read_public_jwk",
    "record_problem",
    "review_state",
    "revoke_key",
    "rewrite",
    "says_the_same",
    "sign",
    "stale_reason",
    "time_stamp",
    "usage_line",
    "usage_of",
    "verify_document",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'consult.review' has no attribute {name!r}")
    value = getattr(import_module(f"consult.review.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
