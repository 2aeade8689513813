"""What is seen in a document that is verified, for whoever must understand the result."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from consult.review._certificates import common_name, fingerprint
from consult.review._consultation import Consultation
from consult.review._revocation import written
from consult.review._signing import payload
from consult.review._state import review_state
from consult.review._verify_report import CertificateSeen, Covered, Decided, SignatureSeen
from consult.review._verify_signed import Signed

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

_LONGEST = 200
"""Characters of a name from outside."""


def seen(signed: Sequence[Signed]) -> list[SignatureSeen]:
    """Each signature with what is known of it."""
    return [_one(one) for one in signed]


def covered(consultation: Consultation, document: dict[str, Any]) -> Covered:
    """What the signatures are about: the record, its hash, and the decision that counts for each item."""
    state = review_state(consultation)
    decided = [
        Decided(item=item, decision=one.decision, by=one.by[:_LONGEST], at=one.at[:_LONGEST])
        for item, one in state.items()
        if one is not None
    ]
    return Covered(
        id=consultation.id,
        revision=consultation.revision,
        digest=hashlib.sha256(payload(document)).hexdigest(),
        items=len(state),
        decided=decided,
    )


def _one(one: Signed) -> SignatureSeen:
    if one.credential is None or one.time is None:
        return SignatureSeen(signer="")
    certified = one.credential.certified
    return SignatureSeen(
        signer=str(one.header["signer"])[:_LONGEST],
        kid=str(one.header["kid"])[:_LONGEST],
        algorithm=str(one.header["alg"]),
        holds=one.holds,
        known=one.credential.known,
        claimed=str(one.header["iat"])[:_LONGEST],
        at=written(one.time.at),
        witness=one.time.witness,
        authority=one.time.authority[:_LONGEST],
        certificate=None if certified is None else certificate_seen(certified.leaf, one.credential.path),
    )


def certificate_seen(leaf: Certificate, path: Sequence[Certificate] = ()) -> CertificateSeen:
    """What a certificate says of itself, and the trusted one at the end of `path`, when there is one."""
    return CertificateSeen(
        subject=leaf.subject.rfc4514_string()[:_LONGEST],
        issuer=leaf.issuer.rfc4514_string()[:_LONGEST],
        serial=f"{leaf.serial_number:x}",
        not_before=written(leaf.not_valid_before_utc),
        not_after=written(leaf.not_valid_after_utc),
        sha256=fingerprint(leaf),
        root=common_name(path[-1])[:_LONGEST] if path else "",
    )
