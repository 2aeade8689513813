"""X.509 certificates of signers: read, shown, and followed to a trusted root."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from consult.errors import ReviewError
from consult.review import _jws
from consult.review._der import elements

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from cryptography.x509.verification import Policy

X5C, X5T = "x5c", "x5t#S256"
"""Members of the protected header (RFC 7515, 4.1.6 and 4.1.8): the chain, and the hash of the signer's certificate."""
MOST = 6
"""Certificates of a chain."""
_LONGEST = 12 * 1024
"""Bytes of one in DER."""

_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----")

PURPOSES = {
    "1.3.6.1.5.5.7.3.36": "document signing",
    "1.3.6.1.5.5.7.3.4": "e-mail protection",
    "2.5.29.37.0": "any purpose",
    "1.3.6.1.4.1.311.10.3.12": "document signing (Microsoft)",
    "1.2.840.113583.1.1.5": "document signing (Adobe)",
}
"""Extended key usages that allow a signature under a document. Where a certificate names usages, one of them must be
there: one for logging in (client authentication) alone is made to sign challenges, not statements."""


class UnsupportedKey(ValueError):
    """The public key of a certificate is of a kind that `cryptography` does not know."""


@dataclass(frozen=True, slots=True)
class Certified:
    """The chain that a signature carries, leaf first, not yet to be believed."""

    chain: tuple[Certificate, ...]
    jwk: dict[str, str]
    """The public key of the leaf."""

    @property
    def leaf(self) -> Certificate:
        """The signer's."""
        return self.chain[0]

    @property
    def name(self) -> str:
        """The common name of the leaf."""
        return common_name(self.leaf)


def header_members(chain: Sequence[bytes]) -> dict[str, Any]:
    """What a protected header says of a chain; nothing of none."""
    import hashlib

    if not chain:
        return {}
    encoded = [base64.b64encode(one).decode("ascii") for one in chain]
    return {X5C: encoded, X5T: _jws.encode(hashlib.sha256(chain[0]).digest())}


def certified(header: Mapping[str, Any]) -> Certified | None:
    """The chain of a protected header; None when it has none.

    Raises:
        ValueError: it is not written as `header_members` writes one, holds no key of our kinds, or does not belong to
            the `kid` and `alg` of the header.
    """
    if X5C not in header and X5T not in header:
        return None
    found = header.get(X5C)
    if not isinstance(found, list) or not 0 < len(found) <= MOST or not all(isinstance(one, str) for one in found):
        raise ValueError("no chain")
    raw = [_decoded(one) for one in found]
    if header_members(raw) != {X5C: found, X5T: header.get(X5T)}:
        raise ValueError("another spelling")
    chain = tuple(_parsed(one) for one in raw)
    jwk = _key_of(chain[0])
    if _jws.thumbprint(jwk) != header.get("kid") or _jws.algorithm_of(jwk) != header.get("alg"):
        raise ValueError("another key")
    return Certified(chain=chain, jwk=jwk)


def chain_from(leaf: Certificate, others: Sequence[Certificate]) -> tuple[bytes, ...]:
    """The leaf and its issuers in order, as DER; the root is left out, since whoever verifies must have it."""
    from cryptography.hazmat.primitives.serialization import Encoding

    chain = [leaf]
    while len(chain) < MOST:
        above = [one for one in others if one.subject == chain[-1].issuer and one.subject != one.issuer]
        if not above or above[0] in chain:
            break
        chain.append(above[0])
    return tuple(one.public_bytes(Encoding.DER) for one in chain)


def read_certificates(data: bytes) -> list[Certificate]:
    """The certificates of a PEM or DER file.

    Raises:
        ReviewError: it holds none, or a broken one.
    """
    try:
        return [_parsed(one) for one in ([data] if data[:1] == b"\x30" else _of_pem(data))]
    except UnsupportedKey:
        raise ReviewError("a certificate has a kind of key that cannot be checked here, such as SM2") from None
    except ValueError:
        raise ReviewError("a certificate file holds no X.509 certificate in PEM or DER") from None


def _of_pem(data: bytes) -> list[bytes]:
    found = [base64.b64decode(one, validate=False) for one in _PEM.findall(data)]
    if not found:
        raise ValueError("no certificate")
    return found


def is_certificate(data: bytes) -> bool:
    """Whether a file looks like certificates rather than keys."""
    return data[:1] == b"\x30" or b"-----BEGIN CERTIFICATE-----" in data


def common_name(certificate: Certificate) -> str:
    """The subject's common name, else its whole name; on one line."""
    from cryptography.x509.oid import NameOID

    named = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    text = str(named[0].value) if named else certificate.subject.rfc4514_string()
    return " ".join(text.split())


def fingerprint(certificate: Certificate) -> str:
    """SHA-256 of the certificate, hex."""
    from cryptography.hazmat.primitives.hashes import SHA256

    return certificate.fingerprint(SHA256()).hex()


def validity_problem(certificate: Certificate, at: datetime) -> str | None:
    """The certificate was not valid at this time."""
    if at < certificate.not_valid_before_utc:
        return f"the signer's certificate was not yet valid: it begins on {_day(certificate.not_valid_before_utc)}"
    if at > certificate.not_valid_after_utc:
        return f"the signer's certificate had expired on {_day(certificate.not_valid_after_utc)}"
    return None


def usage_problem(certificate: Certificate) -> str | None:
    """The certificate may not be used to sign documents."""
    from cryptography import x509

    extensions = certificate.extensions
    try:
        usage = extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        usage = None
    if usage is not None and not (usage.digital_signature or usage.content_commitment):
        return "the signer's certificate is not made for signatures"
    try:
        purposes = {one.dotted_string for one in extensions.get_extension_for_class(x509.ExtendedKeyUsage).value}
    except x509.ExtensionNotFound:
        return None
    return None if purposes & PURPOSES.keys() else "the signer's certificate is made for another purpose than documents"


def path_to_root(chain: Sequence[Certificate], roots: Sequence[Certificate], at: datetime) -> list[Certificate]:
    """The certificates from the signer's to a trusted root, as they were valid at `at` (RFC 5280, section 6).

    Empty when there is no such path. Issuers must have RSA or ECDSA keys: that is what `cryptography` follows.
    """
    from cryptography.x509 import verification

    if not roots:
        return []
    leaf, *others = chain
    everyone = verification.ExtensionPolicy.permit_all()  # what the leaf is for, `usage_problem` says
    policy = (
        verification.PolicyBuilder()
        .store(verification.Store(list(roots)))
        .time(at.astimezone(UTC).replace(tzinfo=None))
        .max_chain_depth(MOST)
        .extension_policies(ca_policy=_issuers(), ee_policy=everyone)
    )
    try:
        return list(policy.build_client_verifier().verify(leaf, list(others)).chain)
    except (verification.VerificationError, ValueError):
        return []


def _issuers() -> Any:
    """What a certificate must say to issue others: that it is an authority, and that its key signs certificates."""
    from cryptography import x509
    from cryptography.x509 import verification

    def authority(_policy: Policy, _certificate: Certificate, said: x509.BasicConstraints) -> None:
        if not said.ca:
            raise ValueError("not an authority")

    def signs(_policy: Policy, _certificate: Certificate, said: x509.KeyUsage | None) -> None:
        if said is not None and not said.key_cert_sign:
            raise ValueError("does not issue")

    agnostic = verification.Criticality.AGNOSTIC
    return (
        verification.ExtensionPolicy.webpki_defaults_ca()
        .require_present(x509.BasicConstraints, agnostic, authority)
        .may_be_present(x509.KeyUsage, agnostic, signs)
        .may_be_present(x509.ExtendedKeyUsage, agnostic, None)
        .may_be_present(x509.SubjectKeyIdentifier, agnostic, None)
        .may_be_present(x509.AuthorityKeyIdentifier, agnostic, None)
    )


def _decoded(text: str) -> bytes:
    if len(text) > _LONGEST * 2:
        raise ValueError("a certificate is too long")
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("not base64") from None
    if len(data) > _LONGEST:
        raise ValueError("a certificate is too long")
    return data


def _parsed(data: bytes) -> Certificate:
    """A certificate, every part of which that is looked at later can be read.

    Raises:
        ValueError: it cannot.
        UnsupportedKey: its key cannot.
    """
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm

    broken = (x509.DuplicateExtension, x509.UnsupportedGeneralNameType, x509.InvalidVersion)
    _refuse_serial(data)
    try:
        found = x509.load_der_x509_certificate(data)
        _ = (found.extensions, found.subject, found.issuer, found.public_key(), common_name(found))
        if found.not_valid_before_utc > found.not_valid_after_utc:
            raise ValueError("never valid")
    except UnsupportedAlgorithm:
        raise UnsupportedKey from None
    except broken as error:
        raise ValueError(f"a certificate that cannot be read: {type(error).__name__}") from None
    return found


def _refuse_serial(data: bytes) -> None:
    """Refuse a number that is not positive (RFC 5280, 4.1.2.2) before `cryptography` warns of it on the terminal."""
    content = data
    for _ in range(2):  # the certificate, and in it what is signed
        content = next((one for _, one in elements(content)), b"")
    number = next((one for tag, one in elements(content) if tag == 0x02), b"")
    if int.from_bytes(number, "big", signed=True) <= 0:
        raise ValueError("a certificate without a serial number")


def _key_of(certificate: Certificate) -> dict[str, str]:
    return _jws.jwk_of(certificate.public_key())


def _day(moment: datetime) -> str:
    return moment.astimezone(UTC).date().isoformat()
