"""Keys and certificates that are no longer to be believed, and from when on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol, get_args

from consult.errors import ReviewError
from consult.review._canonical import canonical, read_json

if TYPE_CHECKING:
    from cryptography.x509 import Certificate, CertificateRevocationList

RevocationReason = Literal[
    "unspecified", "key-compromise", "affiliation-changed", "superseded", "cessation-of-operation",
    "privilege-withdrawn",
]  # fmt: skip
"""Why a key is revoked, as RFC 5280 (5.3.1) has it. unspecified: not said; key-compromise: somebody else may have had
it; affiliation-changed: its owner left; superseded: another key took its place; cessation-of-operation: it is no longer
needed; privilege-withdrawn: its owner may no longer sign."""
REASONS: tuple[str, ...] = get_args(RevocationReason)
COMPROMISE = "key-compromise"
KEY_REVOKED = "key-revoked"
"""The event of the home's audit log."""
_CODES = {
    "keyCompromise": COMPROMISE, "cACompromise": COMPROMISE, "aACompromise": COMPROMISE,
    "affiliationChanged": "affiliation-changed", "superseded": "superseded",
    "cessationOfOperation": "cessation-of-operation", "privilegeWithdrawn": "privilege-withdrawn",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Revocation:
    """From when on a key's signatures are refused."""

    kid: str
    since: str
    """ISO 8601, UTC."""
    reason: str
    """One of `RevocationReason`."""

    def to_bytes(self) -> bytes:
        """As it is kept in a file, canonical JSON."""
        return canonical({"kid": self.kid, "reason": self.reason, "since": self.since}) + b"\n"

    @classmethod
    def read(cls, data: bytes) -> Revocation:
        """What `to_bytes` wrote.

        Raises:
            ReviewError: it is something else: a revocation that cannot be read must not be passed over.
        """
        try:
            found = read_json(data.strip())
            made = cls(kid=str(found["kid"]), since=str(found["since"]), reason=str(found["reason"]))
            if moment(made.since) is None or made.reason not in REASONS:
                raise ValueError("no revocation")
        except (ValueError, KeyError, TypeError):
            raise ReviewError("a file of a revoked key cannot be read") from None
        return made


CertificateState = Literal["good", "revoked", "unknown"]
"""good: the source says that it was not revoked then; revoked: it was, from `since` on; unknown: it cannot say."""


@dataclass(frozen=True, slots=True)
class CertificateStatus:
    """What a source knows of a certificate at a time."""

    state: CertificateState
    since: datetime | None = None
    reason: str = "unspecified"


class RevocationSource(Protocol):
    """Where to ask whether a certificate was revoked: a file of a CRL, or OCSP in a site that may ask a network.

    Whatever it cannot say is `unknown`: that is reported as not checked, never taken for good.
    """

    def status(self, certificate: Certificate, issuer: Certificate, at: datetime) -> CertificateStatus:
        """Whether `certificate`, issued by `issuer`, was revoked, for a signature of time `at`."""


class CrlFiles:
    """Revocation lists from files (RFC 5280, section 5): complete ones, signed by the issuer itself."""

    def __init__(self, lists: Iterable[CertificateRevocationList]) -> None:
        self._lists = list(lists)

    @classmethod
    def read(cls, files: Sequence[bytes]) -> CrlFiles:
        """Lists in PEM or DER.

        Raises:
            ReviewError: a file holds no list.
        """
        from cryptography import x509

        try:
            lists = [
                x509.load_pem_x509_crl(data) if data[:1] == b"-" else x509.load_der_x509_crl(data) for data in files
            ]
            _ = [(one.issuer, one.extensions, one.last_update_utc, one.next_update_utc) for one in lists]
            return cls(lists)
        except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType, x509.InvalidVersion):
            raise ReviewError("a revocation list cannot be read: it is no CRL in PEM or DER") from None

    def status(self, certificate: Certificate, issuer: Certificate, at: datetime) -> CertificateStatus:
        """Whether the lists of this issuer name the certificate.

        A list speaks of a time when it was made after it, or was the current one then. One made after the certificate
        had expired need not name it any longer, and says nothing.
        """
        found = CertificateStatus("unknown")
        for one in self._lists:
            if not _issued_by(one, issuer):
                continue
            entry = one.get_revoked_certificate_by_serial_number(certificate.serial_number)
            if entry is not None:
                return CertificateStatus("revoked", _since(entry), _reason(entry))
            stale = one.next_update_utc is None or one.next_update_utc < at
            if not stale and one.last_update_utc <= certificate.not_valid_after_utc:
                found = CertificateStatus("good")
        return found


def earliest(revocations: Iterable[Revocation], kid: str) -> Revocation | None:
    """The record of this key that reaches back furthest; None when it is not revoked."""
    return min((one for one in revocations if one.kid == kid), key=lambda one: one.since, default=None)


def moment(text: object) -> datetime | None:
    """A time of ISO 8601 with its offset; None when it is none."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return None if found.tzinfo is None else found.astimezone(UTC)


def written(at: datetime) -> str:
    """A time as the record writes them: UTC, milliseconds."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _issued_by(one: CertificateRevocationList, issuer: Certificate) -> bool:
    from cryptography import x509

    if one.issuer != issuer.subject or any(extension.critical for extension in one.extensions):
        return False  # lists of a part, or of changes, say less than they seem to
    try:
        usage = issuer.extensions.get_extension_for_class(x509.KeyUsage).value
        if not usage.crl_sign:
            return False
    except x509.ExtensionNotFound:
        pass
    try:
        key: Any = issuer.public_key()
        return bool(one.is_signature_valid(key))
    except (TypeError, ValueError):
        return False


def _since(entry: Any) -> datetime:
    """When it was revoked, or when the key is thought to have been lost, whichever is earlier."""
    from cryptography import x509

    dates: list[datetime] = [entry.revocation_date_utc]
    with suppress(x509.ExtensionNotFound):
        dates.append(entry.extensions.get_extension_for_class(x509.InvalidityDate).value.invalidity_date_utc)
    return min(dates)


def _reason(entry: Any) -> str:
    from cryptography import x509

    try:
        return _CODES.get(entry.extensions.get_extension_for_class(x509.CRLReason).value.reason.value, "unspecified")
    except x509.ExtensionNotFound:
        return "unspecified"
