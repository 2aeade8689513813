"""Key files under a password: a JWK inside a JWE (RFC 7517, section 7), and PKCS#12 (RFC 7292)."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from consult.errors import ReviewError
from consult.review._der import elements

ALGORITHM = "PBES2-HS512+A256KW"
ENCRYPTION = "A256GCM"
ITERATIONS = 300_000
"""Of PBKDF2 with HMAC-SHA-512. The OWASP Password Storage Cheat Sheet (2023) asks for 210 000 at least; joserfc reads
no more than 300 000, so that a file cannot keep its reader busy for ever."""
SHORTEST = 12
"""Characters of a new password: what is tried offline can be tried often."""
LONGEST = 1024
MOST_ROUNDS = 10_000_000
"""Iterations that a PKCS#12 file may ask for: seconds, not hours."""
_WRONG = "the password is wrong, or the key file is damaged"


def new_password(text: str) -> str:
    """A password that may protect a key.

    Raises:
        ReviewError: it is too short or too long.
    """
    if not SHORTEST <= len(text) <= LONGEST:
        raise ReviewError(f"the password of a key has {SHORTEST} to {LONGEST} characters")
    return text


def encrypted(jwk: Mapping[str, str], password: str) -> bytes:
    """The JWK as a compact JWE, one line: AES-256-GCM under a key that PBKDF2 makes of the password."""
    from joserfc import jwe

    header: dict[str, Any] = {"alg": ALGORITHM, "enc": ENCRYPTION, "cty": "jwk+json", "p2c": ITERATIONS}
    text = json.dumps(dict(jwk), ensure_ascii=False).encode()
    made = jwe.encrypt_compact(header, text, _secret(password), algorithms=[ALGORITHM, ENCRYPTION])
    return f"{made}\n".encode("ascii")


def is_encrypted(data: bytes) -> bool:
    """Whether this is the compact form of a JWE: five parts, four dots."""
    return data[:3] == b"eyJ" and data.count(b".") == 4


def decrypted(data: bytes, password: str) -> bytes:
    """What a compact JWE under a password holds.

    Raises:
        ReviewError: the password is wrong, or it is no such JWE; the two cannot be told apart.
    """
    from cryptography.hazmat.primitives.keywrap import InvalidUnwrap
    from joserfc import jwe
    from joserfc.errors import JoseError

    try:
        found = jwe.decrypt_compact(data.strip(), _secret(password), algorithms=[ALGORITHM, ENCRYPTION])
    except (JoseError, InvalidUnwrap, ValueError, TypeError, KeyError):
        raise ReviewError(_WRONG) from None
    return found.plaintext or b""


def is_pkcs12(data: bytes) -> bool:
    """Whether this looks like PKCS#12: a DER sequence that begins with version 3."""
    return data[:1] == b"\x30" and b"\x02\x01\x03" in data[:16]


def refuse_endless(data: bytes) -> None:
    """Look at what a PKCS#12 file asks for before any of it is done.

    Raises:
        ReviewError: it asks for more iterations than any key needs.
    """
    if any(count > MOST_ROUNDS for count in _rounds(data)):
        raise ReviewError("the key file asks for more work than any key needs")


def open_pkcs12(data: bytes, password: str | None) -> Any:
    """What a PKCS#12 file holds: `key`, `cert` and `additional_certs` of `cryptography`.

    Raises:
        ReviewError: the password is wrong, or it is written in a way that is not supported.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import pkcs12

    try:
        return pkcs12.load_pkcs12(data, None if password is None else password.encode())
    except UnsupportedAlgorithm:
        raise ReviewError("the key file is encrypted in a way that is no longer supported; export it anew") from None
    except (ValueError, TypeError):
        raise ReviewError(_WRONG) from None


def _secret(password: str) -> Any:
    from joserfc.jwk import OctKey

    # The same letters typed on two systems are the same bytes only in one normal form (RFC 8265, OpaqueString).
    text = unicodedata.normalize("NFC", password)
    return OctKey(text.encode(), text.encode())


def _rounds(data: bytes) -> Iterator[int]:
    """Every iteration count of a PKCS#12 file: the integer after a salt, wherever it stands."""
    waiting = [data]
    while waiting:
        before = 0
        for tag, content in elements(waiting.pop()):
            if tag == 0x02 and before == 0x04:
                yield int.from_bytes(content, "big")
            if tag & 0x20 or tag == 0x04:  # salts are octet strings, and so are boxes of further elements
                waiting.append(content)
            before = tag
