"""Who can sign: a key in a file, on a card, in a hardware module or behind a service."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, cast, runtime_checkable

from consult.review import _jws

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes


@runtime_checkable
class Signer(Protocol):
    """A private key that somebody else may keep. `sign` is the only thing that is asked of the key itself.

    An error of `sign` becomes a `SigningError`, and nothing is signed. What it returns is checked against the public
    key before it is stored.
    """

    @property
    def kid(self) -> str:
        """RFC 7638 thumbprint of the public key; `key_id` computes it."""

    @property
    def name(self) -> str:
        """In whose name: as the key is registered in the home, or the common name of the certificate."""

    @property
    def algorithm(self) -> str:
        """`EdDSA`, `ES256`, `ES384` or `PS256`, as the kind of the key demands."""

    @property
    def certificate_chain(self) -> Sequence[bytes]:
        """X.509 certificates in DER: the signer's, then its issuers; empty for a key without one."""

    def sign(self, data: bytes) -> bytes:
        """The signature over `data` as RFC 7518 writes it: of ECDSA, r and s beside each other, not in DER."""


@dataclass(frozen=True, slots=True)
class CertifiedKey:
    """A private key with its certificate, in memory: what a PKCS#12 file holds."""

    name: str
    kid: str
    algorithm: str
    certificate_chain: tuple[bytes, ...]
    key: PrivateKeyTypes = field(repr=False)

    def sign(self, data: bytes) -> bytes:
        """The signature over `data` as RFC 7518 writes it."""
        return _SIGN[self.algorithm](self.key, data)


def key_id(key: object) -> str:
    """The RFC 7638 thumbprint of a public key of `cryptography`.

    Raises:
        ValueError: it is not an Ed25519, ECDSA P-256 or P-384, or RSA key of 2048 to 8192 bits.
    """
    return _jws.thumbprint(_jws.jwk_of(key))  # type: ignore[arg-type]  # checked there


def _eddsa(key: object, data: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return cast(Ed25519PrivateKey, key).sign(data)


def _ecdsa(key: object, data: bytes) -> bytes:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    own = cast(ec.EllipticCurvePrivateKey, key)
    size = own.key_size // 8
    made = own.sign(data, ec.ECDSA(hashes.SHA256() if size == 32 else hashes.SHA384()))
    return b"".join(number.to_bytes(size, "big") for number in decode_dss_signature(made))


def _pss(key: object, data: bytes) -> bytes:
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    scheme = padding.PSS(padding.MGF1(hashes.SHA256()), hashes.SHA256.digest_size)
    return cast(rsa.RSAPrivateKey, key).sign(data, scheme, hashes.SHA256())


_SIGN: dict[str, Callable[[object, bytes], bytes]] = {
    "EdDSA": _eddsa,
    "ES256": _ecdsa,
    "ES384": _ecdsa,
    "PS256": _pss,
}
