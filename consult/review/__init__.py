"""The record of a consultation: the store, a doctor's decisions, the signature, and checking it offline.

Names are imported when first used: making a key needs no database.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from consult.review._audit import AuditChain
    from consult.review._canonical import digest, read_json
    from consult.review._consultation import (
        AuditEntry,
        Consultation,
        Decision,
        DecisionKind,
        Provenance,
        Signature,
        Status,
        Subject,
        Usage,
    )
    from consult.review._fhir import export_fhir
    from consult.review._journal import Answered, StoreJournal
    from consult.review._keys import Keyring, SigningKey, TrustedKey, read_public_jwk
    from consult.review._labels import generated_label, usage_line
    from consult.review._later_models import Answer, ChangeKind, FollowUp, LaterResults, ResultChange
    from consult.review._logs import log_problems
    from consult.review._markdown import export_markdown
    from consult.review._merge import merged_case, says_the_same
    from consult.review._purge import Because, Due, Purge, Purged
    from consult.review._reading import Row
    from consult.review._review import Review
    from consult.review._rewriting import outdated, rewrite
    from consult.review._signing import export_json, sign, stale_reason
    from consult.review._state import pending_items, plan_problem, review_state
    from consult.review._store import Store
    from consult.review._suggestions import Suggestion
    from consult.review._usage import usage_of
    from consult.review._verify import Check, CheckName, VerifyReport, record_problem, verify_document

_HOME = {
    "Answer": "_later_models",
    "Answered": "_journal",
    "AuditChain": "_audit",
    "AuditEntry": "_consultation",
    "Because": "_purge",
    "ChangeKind": "_later_models",
    "Check": "_verify",
    "CheckName": "_verify",
    "Consultation": "_consultation",
    "Decision": "_consultation",
    "DecisionKind": "_consultation",
    "Due": "_purge",
    "FollowUp": "_later_models",
    "Keyring": "_keys",
    "LaterResults": "_later_models",
    "Provenance": "_consultation",
    "Purge": "_purge",
    "Purged": "_purge",
    "ResultChange": "_later_models",
    "Review": "_review",
    "Row": "_reading",
    "Signature": "_consultation",
    "SigningKey": "_keys",
    "Status": "_consultation",
    "Store": "_store",
    "StoreJournal": "_journal",
    "Subject": "_consultation",
    "Suggestion": "_suggestions",
    "TrustedKey": "_keys",
    "Usage": "_consultation",
    "VerifyReport": "_verify",
    "digest": "_canonical",
    "export_fhir": "_fhir",
    "export_json": "_signing",
    "export_markdown": "_markdown",
    "generated_label": "_labels",
    "log_problems": "_logs",
    "merged_case": "_merge",
    "outdated": "_rewriting",
    "pending_items": "_state",
    "plan_problem": "_state",
    "read_json": "_canonical",
    "read_public_jwk": "_keys",
    "record_problem": "_verify",
    "review_state": "_state",
    "rewrite": "_rewriting",
    "says_the_same": "_merge",
    "sign": "_signing",
    "stale_reason": "_signing",
    "usage_line": "_labels",
    "usage_of": "_usage",
    "verify_document": "_verify",
}

__all__ = [
    "Answer",
    "Answered",
    "AuditChain",
    "AuditEntry",
    "Because",
    "ChangeKind",
    "Check",
    "CheckName",
    "Consultation",
    "Decision",
    "DecisionKind",
    "Due",
    "FollowUp",
    "Keyring",
    "LaterResults",
    "Provenance",
    "Purge",
    "Purged",
    "ResultChange",
    "Review",
    "Row",
    "Signature",
    "SigningKey",
    "Status",
    "Store",
    "StoreJournal",
    "Subject",
    "Suggestion",
    "TrustedKey",
    "Usage",
    "VerifyReport",
    "digest",
    "export_fhir",
    "export_json",
    "export_markdown",
    "generated_label",
    "log_problems",
    "merged_case",
    "outdated",
    "pending_items",
    "plan_problem",
    "read_json",
    "read_public_jwk",
    "record_problem",
    "review_state",
    "rewrite",
    "says_the_same",
    "sign",
    "stale_reason",
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
