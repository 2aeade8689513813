"""The keys of a home: 32 random bytes each, written as base64url; one key for every purpose is derived from them."""

from __future__ import annotations

import base64
import binascii
import secrets
from dataclasses import dataclass, field

from consult.errors import SettingsError

BYTES = 32
_KID_BYTES = 8
_CONTEXT = b"consult storage 1 "
"""Sets our keys apart from whatever else somebody derives from the same secret."""


@dataclass(frozen=True, slots=True)
class MasterKey:
    """One key of a home; the keys that encrypt are derived from it, one for each purpose."""

    secret: bytes = field(repr=False)
    kid: str
    """16 hexadecimal digits, derived from the key: says which key, and nothing about it."""

    @classmethod
    def read(cls, text: str) -> MasterKey:
        """The key as `new_key` wrote it.

        Raises:
            SettingsError: it is not 32 bytes of base64url; the text is not repeated.
        """
        try:
            secret = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            secret = b""
        if len(secret) != BYTES:
            raise SettingsError("settings: storage: a key is 32 bytes in base64url, as `consult storage key` writes it")
        return cls(secret, _derived(secret, b"kid", _KID_BYTES).hex())

    def for_purpose(self, purpose: str) -> bytes:
        """The key that encrypts for this purpose, by HKDF (RFC 5869) with SHA-256."""
        return _derived(self.secret, b"encrypt " + purpose.encode(), BYTES)


def new_key() -> str:
    """A new key as it is written to a file of keys."""
    return base64.urlsafe_b64encode(secrets.token_bytes(BYTES)).rstrip(b"=").decode("ascii")


def _derived(secret: bytes, info: bytes, length: int) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    # No salt: the input is uniformly random already (RFC 5869, 3.1).
    return HKDF(algorithm=SHA256(), length=length, salt=None, info=_CONTEXT + info).derive(secret)
