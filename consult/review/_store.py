"""The store of consultations: one row each, with decisions, signatures and an audit log that only grow."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from consult.review._clock import Clock, Ids, random_id, utc_now
from consult.review._conversation import Conversation
from consult.review._database import Database
from consult.review._drafts import Drafts
from consult.review._home import home_secret
from consult.review._keyring import Keyring
from consult.review._patients import Patients
from consult.review._reading import Reading
from consult.review._since import Since
from consult.storage import Vault, private_folder

if TYPE_CHECKING:
    from consult.settings import Settings


class Store(Drafts, Reading, Since, Conversation):
    """Consultations on disk. Safe to share between threads; several processes may use one home."""

    def __init__(self, database: Database, *, home: Path, secret: bytes, clock: Clock, ids: Ids) -> None:
        self._database = database
        self._patients = Patients(database, secret=secret, clock=clock)
        self._clock = clock
        self._ids = ids
        self.home = home
        """The folder of the store, the secret and the trusted keys."""

    @classmethod
    def open(
        cls,
        home: Path,
        *,
        url: str | None = None,
        clock: Clock = utc_now,
        ids: Ids = random_id,
        vault: Vault | None = None,
    ) -> Store:
        """The store in `home`, made when it does not exist.

        Args:
            home: folder of the database, of the secret behind the patients' hashes and of the trusted keys.
            url: SQLAlchemy address of another database than `consult.sqlite` in the home.
            clock: gives the present.
            ids: gives the id of a new consultation.
            vault: the keys of an encrypted home; without it what is written stays in clear.

        Raises:
            SettingsError: the home or the database cannot be used, was made by a newer version, or is encrypted with a
                key that is not there.
        """
        folder = private_folder(Path(home))
        keys = vault or Vault()
        secret = home_secret(folder, keys)
        return cls(Database.open(folder, url, keys), home=folder, secret=secret, clock=clock, ids=ids)

    @classmethod
    def from_settings(cls, settings: Settings, *, clock: Clock = utc_now) -> Store:
        """The store that `settings` describe.

        Raises:
            SettingsError: as `open`; or a key of `[storage]` cannot be read.
        """
        vault = Vault.from_settings(settings.storage)
        return cls.open(settings.home_path, url=settings.store, clock=clock, vault=vault)

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    @property
    def vault(self) -> Vault:
        """The keys that this home is read and written with."""
        return self._database.vault

    @property
    def keyring(self) -> Keyring:
        """The keys that this home trusts."""
        return Keyring(self.home / "trusted")
