"""What verifying found, as data: for a program, and for the sentences of `explain`."""

from __future__ import annotations

from typing import Literal

from consult.case import Model
from consult.review._credentials import Known, Witness

CheckName = Literal[
    "canonical", "schema", "audit", "content", "subject", "signature", "signer", "certificate", "revocation",
    "timestamp", "complete",
]  # fmt: skip
"""certificate, revocation and timestamp are made where a signature has something of the kind; the others always."""

GOOD: dict[CheckName, str] = {
    "canonical": "the bytes are canonical JSON",
    "schema": "the document has the shape of a consultation",
    "audit": "the audit log is whole and is sealed by the signatures",
    "content": "the content is what was signed",
    "subject": "it is about the patient for whom it was signed",
    "signature": "every signature holds",
    "signer": "every signer is trusted",
    "certificate": "every certificate was valid when it was signed with, and is made for signatures",
    "revocation": "no key or certificate was revoked when it was signed with",
    "timestamp": "every time stamp is of a trusted authority and of its signature",
    "complete": "every item is decided and every danger has its acknowledged alert",
}
ALWAYS = frozenset(GOOD) - {"certificate", "revocation", "timestamp"}


class Check(Model):
    """One thing that was checked."""

    name: CheckName
    ok: bool
    says: str
    """One clause; without patient text."""

    def to_json(self) -> dict[str, object]:
        """The check as JSON types."""
        return self.model_dump(mode="json")


UncheckedCode = Literal["issuer", "list", "stamp", "authority", "extra"]
"""issuer: the issuer of a certificate is not among the trusted roots, so no list of its can be believed; list: there is
no current revocation list; stamp: there is no time stamp; authority: there is one, but no authority is trusted; extra:
there is one, but what reads it is not installed."""


class Unchecked(Model):
    """One thing that could not be checked; it is neither good nor bad."""

    name: CheckName
    code: UncheckedCode
    signer: str
    """Whose signature it is about."""
    says: str
    """One clause: what, and why."""


class CertificateSeen(Model):
    """The certificate of a signer, as it says of itself."""

    subject: str
    issuer: str
    serial: str
    """Hexadecimal."""
    not_before: str
    """ISO 8601, UTC."""
    not_after: str
    sha256: str
    """Fingerprint, hexadecimal."""
    root: str = ""
    """Name of the trusted certificate that it leads to; empty when there is none."""


class SignatureSeen(Model):
    """One signature: who, how that is known, and when."""

    signer: str
    """The name under the signature; empty when its header cannot be read."""
    kid: str = ""
    algorithm: str = ""
    holds: bool = False
    """It was made over this content with the key that it names."""
    known: Known = "unknown"
    """By what the signer is known."""
    claimed: str = ""
    """When, by the signer's own clock."""
    at: str = ""
    """When, as it was held against certificates and revocations."""
    witness: Witness = "claim"
    """On whose word that is."""
    authority: str = ""
    """The time-stamp authority."""
    certificate: CertificateSeen | None = None


class Decided(Model):
    """A decision that a signature covers."""

    item: str
    decision: str
    by: str
    at: str


class Covered(Model):
    """What the signatures are about."""

    id: str
    revision: int
    digest: str
    """SHA-256 of the canonical bytes that are signed, hexadecimal."""
    items: int
    """Alerts, problems and recommendations."""
    decided: list[Decided]
    """The decision that counts for each item, in the order of the plan."""


class VerifyReport(Model):
    """What `verify_document` found. A check that could not be made, because an earlier one failed, is absent."""

    ok: bool
    """The document is exactly what trusted doctors signed."""
    checks: list[Check]
    signers: list[str] = []
    """Trusted names whose signatures hold."""
    notes: list[str] = []
    """What must be known besides: signed although stale; what the local store knows: superseded, later results."""
    unchecked: list[Unchecked] = []
    """What nobody should take for checked."""
    signatures: list[SignatureSeen] = []
    covers: Covered | None = None
    """None when the document could not be read as a consultation."""
