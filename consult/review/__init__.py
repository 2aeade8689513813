"""The record of a consultation: the store, a doctor's decisions, the signature, and checking it offline."""

from consult.review._audit import AuditChain
from consult.review._consultation import (
    AuditEntry,
    Consultation,
    Decision,
    DecisionKind,
    LaterResults,
    Provenance,
    Signature,
    Status,
    Subject,
    Usage,
)
from consult.review._keys import Keyring, SigningKey, TrustedKey, read_public_jwk
from consult.review._markdown import export_markdown
from consult.review._review import Review
from consult.review._signing import export_json, sign
from consult.review._state import pending_items, review_state
from consult.review._store import Row, Store
from consult.review._verify import Check, VerifyReport, verify_document

__all__ = [
    "AuditChain",
    "AuditEntry",
    "Check",
    "Consultation",
    "Decision",
    "DecisionKind",
    "Keyring",
    "LaterResults",
    "Provenance",
    "Review",
    "Signature",
    "Row",
    "SigningKey",
    "Status",
    "Store",
    "Subject",
    "TrustedKey",
    "Usage",
    "VerifyReport",
    "export_json",
    "export_markdown",
    "pending_items",
    "read_public_jwk",
    "review_state",
    "sign",
    "verify_document",
]
