"""Signing keys of doctors, and the keys that a home trusts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from consult.errors import NotFound, ReviewError
from consult.review import _jws
from consult.review._canonical import read_json
from consult.storage import private_folder, write_once

NAME_LONGEST = 120


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """The public half of a key, and whose it is."""

    kid: str
    """RFC 7638 thumbprint, always computed from the key."""
    name: str
    """Registered name of the signer; empty when the key came without one."""
    jwk: dict[str, str]


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A doctor's private key. Whoever holds the file can sign in this name."""

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
    def load(cls, path: Path) -> SigningKey:
        """Read a key that `save` wrote.

        Raises:
            NotFound: no such file.
            ReviewError: it is not a private Ed25519 JWK with a `name`.
        """
        found = _read(Path(path))
        if len(found) != 1 or not isinstance(found[0].get("name"), str):
            raise ReviewError("the key file holds no named signing key; `consult keys new` makes one")
        jwk = found[0]
        try:
            if not _jws.is_private(jwk):
                raise ReviewError("the key file holds only the public half of a key; signing needs the private one")
            own = {name: str(jwk[name]) for name in ("crv", "d", "kty", "x")}
            return cls(name=signer_name(jwk["name"]), jwk=own, kid=_jws.thumbprint(own))
        except ValueError:
            raise ReviewError("the key file holds no Ed25519 key") from None

    def save(self, path: Path) -> None:
        """Write the key as a JWK, not encrypted, readable by its owner only (0600).

        Raises:
            ReviewError: the file exists, or its folder cannot be written.
        """
        text = json.dumps({**self.jwk, "kid": self.kid, "name": self.name}, ensure_ascii=False, indent=2) + "\n"
        try:
            written = write_once(Path(path), text.encode("utf-8"))
        except OSError as error:
            raise ReviewError(f"the key cannot be written: {error.strerror}") from None
        if not written:
            raise ReviewError("the key file exists already; a key is never overwritten")

    def public_jwk(self) -> dict[str, str]:
        """The half to give away: JWK with `kid` and `name`."""
        return {**_jws.public(self.jwk), "kid": self.kid, "name": self.name}


class Keyring:
    """The keys whose signatures are believed: a folder of public JWKs, one file each."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._fixed: dict[str, TrustedKey] | None = None

    @classmethod
    def from_path(cls, path: Path) -> Keyring:
        """Trust what is in `path`: a JWK or JWK Set file, or a folder of them. A private key counts as its public half.

        Raises:
            NotFound: no such file or folder.
            ReviewError: a file is not a key.
        """
        where = Path(path)
        if where.is_dir():
            return cls(where)
        ring = cls(where.parent)
        ring._fixed = {key.kid: key for key in _trusted(where)}
        return ring

    def register(self, jwk: Mapping[str, Any], name: str) -> str:
        """Trust the public half of `jwk` as the key of `name`; the key's id.

        Raises:
            ReviewError: not an Ed25519 key, or it is registered under another name.
        """
        try:
            public = _jws.public(dict(jwk))
        except ValueError:
            raise ReviewError("only Ed25519 keys can be registered") from None
        key = TrustedKey(kid=_jws.thumbprint(public), name=signer_name(name), jwk=public)
        text = json.dumps({**public, "kid": key.kid, "name": key.name}, ensure_ascii=False, indent=2) + "\n"
        if not write_once(private_folder(self._folder) / f"{key.kid}.jwk.json", text.encode("utf-8")):
            known = self.find(key.kid)
            if known is None or known.name != key.name:
                raise ReviewError(f"key {key.kid!r} is registered under another name")
        return key.kid

    def find(self, kid: str) -> TrustedKey | None:
        """The trusted key with this id; None when there is none."""
        return next((key for key in self if key.kid == kid), None)

    def read_once(self) -> Keyring:
        """The keys as they are now, for whoever checks many records: this ring reads its folder for each of them."""
        ring = Keyring(self._folder)
        ring._fixed = {key.kid: key for key in self}
        return ring

    def signers(self) -> list[tuple[str, str]]:
        """Id and registered name of every trusted key, by name."""
        return sorted(((key.kid, key.name) for key in self), key=lambda signer: (signer[1], signer[0]))

    def __iter__(self) -> Iterator[TrustedKey]:
        if self._fixed is not None:
            yield from self._fixed.values()
            return
        files = sorted(self._folder.iterdir()) if self._folder.is_dir() else []
        for file in files:
            if file.suffix in {".json", ".jwk", ".jwks"} and not file.name.startswith("."):
                yield from _trusted(file)


def read_public_jwk(path: Path) -> dict[str, str]:
    """The public half of the one key in a JWK file, private or public.

    Raises:
        NotFound: no such file.
        ReviewError: it does not hold one Ed25519 key.
    """
    found = _trusted(Path(path))
    if len(found) != 1:
        raise ReviewError("the key file holds several keys")
    return found[0].jwk


def signer_name(name: str) -> str:
    """The name as it will be signed: one line without outer spaces.

    Raises:
        ReviewError: it is blank, too long, or holds control characters.
    """
    plain = name.strip()
    if not plain or len(plain) > NAME_LONGEST or not plain.isprintable():
        raise ReviewError(f"a signer's name is one line of 1 to {NAME_LONGEST} characters")
    return plain


def _trusted(path: Path) -> list[TrustedKey]:
    try:
        # The id is computed, never taken from the file: a file cannot pose as another key.
        return [
            TrustedKey(kid=_jws.thumbprint(jwk), name=str(jwk.get("name") or ""), jwk=_jws.public(jwk))
            for jwk in _read(path)
        ]
    except ValueError:
        raise ReviewError("a key file holds a key that is not an Ed25519 JWK") from None


def _read(path: Path) -> list[dict[str, Any]]:
    try:
        found = read_json(path.read_bytes())
    except FileNotFoundError:
        raise NotFound("the key file does not exist") from None
    except OSError as error:
        raise ReviewError(f"a key file cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise ReviewError(f"a key file is not a JWK: {error}") from None
    keys = found.get("keys", [found]) if isinstance(found, dict) else []
    if not keys or not all(isinstance(key, dict) for key in keys):
        raise ReviewError("a key file is not a JWK")
    return list(keys)
