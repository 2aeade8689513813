"""Encryption of what a home keeps: AES-256-GCM, bound to the place where it stands.

A sealed text is `sealed:1:` and the base64url of key id (8 bytes), nonce (12, random), ciphertext and tag (16). Key id,
purpose and place are authenticated with it: a row that is moved to another place, or changed by one bit, does not open.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from consult.errors import ConsultationError, SettingsError
from consult.storage._keys import MasterKey

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    from consult.settings._storage import StorageSettings

Purpose = Literal["store", "checkpoints", "recording", "cache", "inbox", "replay"]
PURPOSES: tuple[Purpose, ...] = ("store", "checkpoints", "recording", "cache", "inbox", "replay")
"""What is encrypted, each with a key of its own."""

MARK = "sealed:1:"
"""What a sealed text begins with."""
PLAIN = "plain:1:"
"""What stands before a text in clear that begins like one of ours."""
_KID, _NONCE, _TAG = 8, 12, 16


class Vault:
    """The keys of a home, and whether what is written from now on is encrypted."""

    def __init__(self, keys: Sequence[MasterKey] = (), *, writes: bool = False) -> None:
        """With `keys`, the one that writes first; `writes` says whether it does.

        Raises:
            SettingsError: it shall write, and there is no key; or a key is given twice.
        """
        if writes and not keys:
            raise SettingsError("settings: storage.encryption: there is no key to encrypt with")
        if len({key.kid for key in keys}) != len(keys):
            raise SettingsError("settings: storage: one key is given twice")
        self.keys = tuple(keys)
        self.writes = writes

    @classmethod
    def from_settings(cls, settings: StorageSettings) -> Vault:
        """As `[storage]` says.

        Raises:
            SettingsError: a key is absent, unreadable or damaged.
        """
        keys = [MasterKey.read(text) for text in settings.written_keys()]
        return cls(keys, writes=settings.encryption != "off")

    @property
    def kid(self) -> str | None:
        """Id of the key that encrypts; None: what is written stays in clear."""
        return self.keys[0].kid if self.writes else None

    @property
    def kids(self) -> frozenset[str]:
        """Ids of the keys that can be read with."""
        return frozenset(key.kid for key in self.keys)

    def require(self, kids: Iterable[str]) -> None:
        """Refuse a home that cannot be read in full.

        Raises:
            SettingsError: one of these keys is not here.
        """
        missing = sorted(set(kids) - self.kids)
        if missing and not self.keys:
            raise SettingsError("this home is encrypted; [storage] must name its key with key_env or key_file")
        if missing:
            raise SettingsError(f"this home is encrypted with key {missing[0]}, which is not among those of [storage]")

    def sealer(self, purpose: Purpose) -> Sealer:
        """Who seals and opens for one purpose."""
        return Sealer(self, purpose)


class Bound:
    """Seals and opens bytes of one kind, for a caller that knows of no places; told from bytes in clear by a mark."""

    def __init__(self, sealer: Sealer, about: str) -> None:
        self._sealer = sealer
        self._about = about

    def seal(self, data: bytes) -> bytes:
        """`data` as it is written; unchanged where nothing is encrypted and it does not begin like one of ours."""
        if self._sealer.seals:
            return MARK.encode() + self._sealer.seal(data, about=self._about)
        return PLAIN.encode() + data if data.startswith((MARK.encode(), PLAIN.encode())) else data

    def open(self, sealed: bytes) -> bytes:
        """What was sealed, or was written in clear before anything was.

        Raises:
            SettingsError, ConsultationError: as `Sealer.open`.
        """
        if sealed.startswith(MARK.encode()):
            return self._sealer.open(sealed[len(MARK) :], about=self._about)
        return sealed.removeprefix(PLAIN.encode())


class Sealer:
    """Seals and opens for one purpose. Safe to share between threads."""

    def __init__(self, vault: Vault, purpose: Purpose) -> None:
        self._vault = vault
        self._purpose = purpose

    @cached_property
    def _ciphers(self) -> dict[str, AESGCM]:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        return {key.kid: AESGCM(key.for_purpose(self._purpose)) for key in self._vault.keys}

    @property
    def seals(self) -> bool:
        """Whether what is written is encrypted."""
        return self._vault.writes

    def seal(self, data: bytes, *, about: str) -> bytes:
        """`data` as it is written; unchanged where nothing is encrypted.

        Args:
            data: what to protect.
            about: the place where it will stand (`consultation.document/C-12ab…`); it opens in no other.
        """
        kid = self._vault.kid
        if kid is None:
            return data
        nonce = secrets.token_bytes(_NONCE)
        return bytes.fromhex(kid) + nonce + self._ciphers[kid].encrypt(nonce, data, self._place(kid, about))

    def open(self, data: bytes, *, about: str) -> bytes:
        """What `seal` was given; only for what is known to be sealed.

        Raises:
            SettingsError: it is sealed with a key that is not configured.
            ConsultationError: it was changed, or stands in another's place.
        """
        from cryptography.exceptions import InvalidTag

        kid = data[:_KID].hex()
        cipher = self._ciphers.get(kid)
        if len(data) < _KID + _NONCE + _TAG:
            raise ConsultationError(f"an encrypted part of the {self._purpose} is damaged")
        if cipher is None:
            raise SettingsError(
                f"the {self._purpose} is encrypted with key {kid}, which is not among those of [storage]"
            )
        try:
            return cipher.decrypt(data[_KID : _KID + _NONCE], data[_KID + _NONCE :], self._place(kid, about))
        except InvalidTag:
            raise ConsultationError(
                f"an encrypted part of the {self._purpose} was changed, or stands in another's place"
            ) from None

    def seal_text(self, text: str, *, about: str) -> str:
        """Like `seal`, for a text column or a line; a text in clear is told from a sealed one by how it begins."""
        if not self._vault.writes:
            return f"{PLAIN}{text}" if text.startswith((MARK, PLAIN)) else text
        sealed = self.seal(text.encode("utf-8", "surrogatepass"), about=about)
        return MARK + base64.urlsafe_b64encode(sealed).decode("ascii")

    def open_text(self, text: str, *, about: str) -> str:
        """What `seal_text` was given; a text in clear, from before anything was encrypted, is itself.

        Raises:
            SettingsError, ConsultationError: as `open`.
        """
        if not text.startswith(MARK):
            return text.removeprefix(PLAIN)
        return self.open(_decoded(text[len(MARK) :], self._purpose), about=about).decode("utf-8", "surrogatepass")

    def bound(self, about: str) -> Bound:
        """Who seals bytes of one kind (`message`)."""
        return Bound(self, about)

    def current(self, text: str) -> bool:
        """Whether `text` stands as it would be written now: with the key that writes, or in clear where none does."""
        if not text.startswith(MARK):
            return not self._vault.writes
        return kid_of(text) == self._vault.kid

    def current_bytes(self, data: bytes, *, sealed: bool) -> bool:
        """Like `current`, for bytes of which it is known whether they are sealed."""
        return data[:_KID].hex() == self._vault.kid if sealed else not self._vault.writes

    def _place(self, kid: str, about: str) -> bytes:
        return f"consult 1 {kid} {self._purpose} {about}".encode()


def kid_of(text: str) -> str | None:
    """Id of the key that sealed a text; None: it is in clear, or damaged."""
    if not text.startswith(MARK):
        return None
    try:
        return base64.urlsafe_b64decode(text[len(MARK) : len(MARK) + 12])[:_KID].hex()
    except (binascii.Error, ValueError):
        return None


def _decoded(text: str, purpose: str) -> bytes:
    try:
        return base64.b64decode(text, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise ConsultationError(f"an encrypted part of the {purpose} is damaged") from None
