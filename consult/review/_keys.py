"""Signing keys of doctors, as they are kept in files."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from consult.errors import NotFound, ReviewError
from consult.review import _jws
from consult.review._canonical import read_json
from consult.review._passwords import (
    decrypted,
    encrypted,
    is_encrypted,
    is_pkcs12,
    new_password,
    open_pkcs12,
    refuse_endless,
)
from consult.review._signer import CertifiedKey, Signer
from consult.storage import write_once

NAME_LONGEST = 120
LONGEST_FILE = 1024 * 1024
"""Bytes of a file of keys or certificates."""

Password = str | Callable[[], str]
"""The password of a key file, or how to ask for it; it is asked only when the file has one."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A doctor's private Ed25519 key. Whoever holds the file, and its password if it has one, can sign in this name."""

    name: str
    jwk: dict[str, str] = field(repr=False)
    kid: str
    """RFC 7638 thumbprint."""

    @classmethod
    def generate(cls, name: str) -> SigningKey:
        """A new key for `name`.

        Raises:
            ReviewError: the name is blank or too long.
        """
        jwk = _jws.generate()
        return cls(name=signer_name(name), jwk=jwk, kid=_jws.thumbprint(jwk))

    @classmethod
    def load(cls, path: Path, *, password: Password | None = None) -> SigningKey:
        """Read a key that `save` wrote.

        Args:
            path: the file.
            password: of an encrypted one.

        Raises:
            NotFound: no such file.
            ReviewError: it is not a private Ed25519 JWK with a `name`, or its password is missing or wrong.
        """
        return cls._of(_opened(read_key_file(Path(path)), password))

    @classmethod
    def _of(cls, data: bytes) -> SigningKey:
        found = jwks_of(data)
        if len(found) != 1 or not isinstance(found[0].get("name"), str):
            raise ReviewError("the key file holds no named signing key; `consult keys new` makes one")
        try:
            own = _jws.private(found[0])
        except KeyError:
            raise ReviewError(
                "the key file holds only the public half of a key; signing needs the private one"
            ) from None
        except ValueError:
            raise ReviewError("the key file holds no Ed25519 key") from None
        return cls(name=signer_name(found[0]["name"]), jwk=own, kid=_jws.thumbprint(own))

    @property
    def algorithm(self) -> str:
        """`EdDSA`."""
        return _jws.ALGORITHM

    @property
    def certificate_chain(self) -> tuple[bytes, ...]:
        """None: the key is trusted by being registered."""
        return ()

    def sign(self, data: bytes) -> bytes:
        """The Ed25519 signature over `data`."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(_jws.decode(self.jwk["d"])).sign(data)

    def save(self, path: Path, *, password: str | None = None) -> None:
        """Write the key as a JWK, readable by its owner only (0600): in clear, or encrypted under `password`.

        Raises:
            ReviewError: the file exists, its folder cannot be written, or the password is too short.
        """
        data = self._written(password)
        try:
            written = write_once(Path(path), data)
        except OSError as error:
            raise ReviewError(f"the key cannot be written: {error.strerror}") from None
        if not written:
            raise ReviewError("the key file exists already; a key is never overwritten")

    def save_again(self, path: Path, *, password: str) -> None:
        """Put the key, encrypted under another password, in the place of a file that holds it; in one step.

        Raises:
            ReviewError: its folder cannot be written, or the password is too short.
        """
        data = self._written(password)
        beside = Path(path).with_name(f".{secrets.token_hex(8)}.jwk")
        try:
            write_once(beside, data)
            os.replace(beside, path)
        except OSError as error:
            beside.unlink(missing_ok=True)
            raise ReviewError(f"the key cannot be written: {error.strerror}") from None

    def public_jwk(self) -> dict[str, str]:
        """The half to give away: JWK with `kid` and `name`."""
        return {**_jws.public(self.jwk), "kid": self.kid, "name": self.name}

    def _written(self, password: str | None) -> bytes:
        whole = {**self.jwk, "kid": self.kid, "name": self.name}
        if password is not None:
            return encrypted(whole, new_password(password))
        return (json.dumps(whole, ensure_ascii=False, indent=2) + "\n").encode()


def load_signer(path: Path, *, password: Password | None = None) -> Signer:
    """Read whatever key file can sign: a JWK in clear or encrypted, or PKCS#12 with a certificate.

    Args:
        path: the file; what it is is seen from its content.
        password: of an encrypted one. Asked for when the file has one; a PKCS#12 file is first tried without.

    Raises:
        NotFound: no such file.
        ReviewError: it holds no key that can sign here, or its password is missing or wrong.
    """
    data = read_key_file(Path(path))
    return _certified(data, password) if is_pkcs12(data) else SigningKey._of(_opened(data, password))


def is_protected(path: Path) -> bool:
    """Whether a key file is encrypted, or PKCS#12.

    Raises:
        NotFound: no such file.
        ReviewError: it cannot be read.
    """
    data = read_key_file(Path(path))
    return is_encrypted(data) or is_pkcs12(data)


def signer_name(name: str) -> str:
    """The name as it will be signed: one line without outer spaces.

    Raises:
        ReviewError: it is blank, too long, or holds control characters.
    """
    plain = name.strip()
    if not plain or len(plain) > NAME_LONGEST or not plain.isprintable():
        raise ReviewError(f"a signer's name is one line of 1 to {NAME_LONGEST} characters")
    return plain


def read_key_file(path: Path) -> bytes:
    """The content of a file of keys or certificates.

    Raises:
        NotFound: no such file.
        ReviewError: it cannot be read, or is far too long.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(LONGEST_FILE + 1)
    except FileNotFoundError:
        raise NotFound("the key file does not exist") from None
    except OSError as error:
        raise ReviewError(f"a key file cannot be read: {error.strerror}") from None
    if len(data) > LONGEST_FILE:
        raise ReviewError("a key file is far longer than any key")
    return data


def jwks_of(data: bytes) -> list[dict[str, Any]]:
    """The keys of a JWK or of a JWK Set.

    Raises:
        ReviewError: it is neither.
    """
    try:
        found = read_json(data)
    except ValueError as error:
        raise ReviewError(f"a key file is not a JWK: {error}") from None
    keys = found.get("keys", [found]) if isinstance(found, Mapping) else []
    if not isinstance(keys, list) or not keys or not all(isinstance(key, dict) for key in keys):
        raise ReviewError("a key file is not a JWK")
    return keys


def _opened(data: bytes, password: Password | None) -> bytes:
    """The JWK of a key file in clear, decrypted where it must be."""
    return decrypted(data, _asked(password)) if is_encrypted(data) else data


def _asked(password: Password | None) -> str:
    if password is None:
        raise ReviewError("the key file is encrypted; its password is needed")
    return password if isinstance(password, str) else password()


def _certified(data: bytes, password: Password | None) -> CertifiedKey:
    from consult.review._certificates import chain_from, common_name

    found = _open_pkcs12(data, password)
    if found.key is None or found.cert is None:
        raise ReviewError("the key file holds no private key with its certificate")
    try:
        jwk = _jws.jwk_of(found.key.public_key())
        same = jwk == _jws.jwk_of(found.cert.certificate.public_key())
    except (ValueError, AttributeError):
        raise ReviewError(f"the key file holds a key that cannot sign here: it is {_jws.NOT_OURS}") from None
    if not same:
        raise ReviewError("the certificate in the key file belongs to another key")
    leaf, others = found.cert.certificate, [one.certificate for one in found.additional_certs]
    return CertifiedKey(
        name=signer_name(common_name(leaf)),
        kid=_jws.thumbprint(jwk),
        algorithm=_jws.algorithm_of(jwk),
        certificate_chain=chain_from(leaf, others),
        key=found.key,
    )


def _open_pkcs12(data: bytes, password: Password | None) -> Any:
    refuse_endless(data)
    for empty in (None, ""):
        try:
            return open_pkcs12(data, empty)
        except ReviewError:
            continue
    return open_pkcs12(data, _asked(password))
