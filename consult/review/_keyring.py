"""What a home, or whoever verifies, believes: keys, roots of certificates, time-stamp authorities."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from consult.errors import ReviewError
from consult.review import _jws
from consult.review._certificates import common_name, fingerprint, is_certificate, read_certificates
from consult.review._keys import jwks_of, read_key_file, signer_name
from consult.review._revocation import CrlFiles, Revocation, earliest
from consult.storage import private_folder, write_once

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

KEYS = frozenset({".json", ".jwk", ".jwks"})
CERTIFICATES = frozenset({".pem", ".crt", ".cer", ".der"})
LISTS = ".crl"
REVOKED = ".revoked"
AUTHORITIES = "tsa"
"""Subfolder of the roots of time-stamp authorities. They are not roots of signers: a public authority that stamps times
would otherwise vouch for whoever bought a certificate from it under a doctor's name."""


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """The public half of a key, and whose it is."""

    kid: str
    """RFC 7638 thumbprint, always computed from the key."""
    name: str
    """Registered name of the signer; empty when the key came without one."""
    jwk: dict[str, str]


@dataclass(frozen=True, slots=True)
class Trust:
    """All of it, as it was when it was read."""

    keys: tuple[TrustedKey, ...] = ()
    roots: tuple[Certificate, ...] = ()
    """Certificates that signers' certificates may lead to; a signer's own may be one."""
    authorities: tuple[Certificate, ...] = ()
    """Roots of time-stamp authorities."""
    revocations: tuple[Revocation, ...] = ()
    crls: CrlFiles = field(default_factory=lambda: CrlFiles(()))

    def find(self, kid: str) -> TrustedKey | None:
        """The trusted key with this id; None when there is none."""
        return next((key for key in self.keys if key.kid == kid), None)


class Keyring:
    """A folder of trust: public JWKs, certificates, revocation lists and revoked keys, one file each."""

    def __init__(self, folder: Path, *, trust: Trust | None = None) -> None:
        self._folder = folder
        self._fixed = trust

    @classmethod
    def from_path(cls, path: Path) -> Keyring:
        """Trust what is in `path`: a file (JWK, JWK Set, certificates), or a folder of them.

        A private key counts as its public half. A certificate is trusted as a root, and as a signer's own.

        Raises:
            NotFound: no such file or folder.
            ReviewError: a file is neither a key nor a certificate.
        """
        where = Path(path)
        if where.is_dir():
            return cls(where)
        data = read_key_file(where)
        if is_certificate(data):
            return cls(where.parent, trust=Trust(roots=tuple(read_certificates(data))))
        return cls(where.parent, trust=Trust(keys=tuple(_keys_of(data))))

    def with_authorities(self, path: Path) -> Keyring:
        """This ring, read once, which also believes the time-stamp authorities of a certificate file or folder.

        Raises:
            NotFound: no such file or folder.
            ReviewError: a file holds no certificate.
        """
        known, where = self.trust(), Path(path)
        found = _certificates_in(where) if where.is_dir() else read_certificates(read_key_file(where))
        fixed = Trust(known.keys, known.roots, (*known.authorities, *found), known.revocations, known.crls)
        return Keyring(self._folder, trust=fixed)

    def register(self, jwk: Mapping[str, Any], name: str) -> str:
        """Trust the public half of `jwk` as the key of `name`; the key's id.

        Raises:
            ReviewError: not a key of one of our kinds, or it is registered under another name.
        """
        try:
            public = _jws.public(jwk)
        except ValueError:
            raise ReviewError("only Ed25519, ECDSA P-256, P-384 and RSA keys can be registered") from None
        key = TrustedKey(kid=_jws.thumbprint(public), name=signer_name(name), jwk=public)
        text = json.dumps({**public, "kid": key.kid, "name": key.name}, ensure_ascii=False, indent=2) + "\n"
        if not write_once(private_folder(self._folder) / f"{key.kid}.jwk.json", text.encode("utf-8")):
            known = self.find(key.kid)
            if known is None or known.name != key.name:
                raise ReviewError(f"key {key.kid!r} is registered under another name")
        return key.kid

    def register_certificate(self, certificate: Certificate, *, stamps_times: bool = False) -> str:
        """Trust a certificate as a root of signers, or of time-stamp authorities; its SHA-256 fingerprint."""
        from cryptography.hazmat.primitives.serialization import Encoding

        folder = private_folder(self._folder)
        where = private_folder(folder / AUTHORITIES) if stamps_times else folder
        print_ = fingerprint(certificate)
        write_once(where / f"{print_}.pem", certificate.public_bytes(Encoding.PEM))
        return print_

    def add_revocation(self, revocation: Revocation) -> None:
        """Refuse signatures of a key from a time on. Use `revoke_key`, which also writes it into the home's log.

        Raises:
            ReviewError: the key is revoked from that time or an earlier one on already.
        """
        known = earliest(self.trust().revocations, revocation.kid)
        if known is not None and known.since <= revocation.since:
            raise ReviewError(f"key {revocation.kid!r} is revoked already, from {known.since} on")
        day = "".join(letter for letter in revocation.since if letter.isdigit())
        write_once(private_folder(self._folder) / f"{revocation.kid}.{day}{REVOKED}", revocation.to_bytes())

    def find(self, kid: str) -> TrustedKey | None:
        """The trusted key with this id; None when there is none."""
        return next((key for key in self if key.kid == kid), None)

    def read_once(self) -> Keyring:
        """The trust as it is now, for whoever checks many records: this ring reads its folder for each of them."""
        return Keyring(self._folder, trust=self.trust())

    def signers(self) -> list[tuple[str, str]]:
        """Id and registered name of every trusted key, by name."""
        return sorted(((key.kid, key.name) for key in self), key=lambda signer: (signer[1], signer[0]))

    def roots(self) -> list[tuple[str, str, bool]]:
        """Fingerprint and name of every trusted certificate, and whether it is for time-stamp authorities."""
        known = self.trust()
        told = [(fingerprint(one), common_name(one), False) for one in known.roots]
        return sorted(told + [(fingerprint(one), common_name(one), True) for one in known.authorities])

    def trust(self) -> Trust:
        """All that is believed, read now.

        Raises:
            ReviewError: a file cannot be read: what it says must not be passed over.
        """
        if self._fixed is not None:
            return self._fixed
        files = _files(self._folder)
        return Trust(
            keys=tuple(self),
            roots=tuple(_certificates_in(self._folder)),
            authorities=tuple(_certificates_in(self._folder / AUTHORITIES)),
            revocations=tuple(Revocation.read(read_key_file(file)) for file in files if file.suffix == REVOKED),
            crls=CrlFiles.read([read_key_file(file) for file in files if file.suffix == LISTS]),
        )

    def __iter__(self) -> Iterator[TrustedKey]:
        if self._fixed is not None:
            yield from self._fixed.keys
            return
        for file in _files(self._folder):
            if file.suffix in KEYS:
                yield from _keys_of(read_key_file(file))


def read_public_jwk(path: Path) -> dict[str, str]:
    """The public half of the one key in a JWK file, private or public.

    Raises:
        NotFound: no such file.
        ReviewError: it does not hold one key of our kinds.
    """
    found = _keys_of(read_key_file(Path(path)))
    if len(found) != 1:
        raise ReviewError("the key file holds several keys")
    return found[0].jwk


def _files(folder: Path) -> list[Path]:
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    return [file for file in found if not file.name.startswith(".")]


def _certificates_in(folder: Path) -> list[Certificate]:
    files = [file for file in _files(folder) if file.suffix in CERTIFICATES]
    return [certificate for file in files for certificate in read_certificates(read_key_file(file))]


def _keys_of(data: bytes) -> list[TrustedKey]:
    try:
        # The id is computed, never taken from the file: a file cannot pose as another key.
        return [
            TrustedKey(kid=_jws.thumbprint(jwk), name=str(jwk.get("name") or ""), jwk=_jws.public(jwk))
            for jwk in jwks_of(data)
        ]
    except ValueError:
        raise ReviewError("a key file holds a key that is not an Ed25519 JWK, nor one of ECDSA or RSA") from None
