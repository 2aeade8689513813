"""`[storage]`: how what a home keeps is protected on the disk, and for how long it is kept."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from consult.errors import SettingsError
from consult.settings._table import Table, Variable, refuse_keys

LONGEST_KEYS = 64 * 1024
"""Bytes of a file of keys; a key is 44 characters."""

Days = Annotated[int, Field(ge=0, le=36500)]


class KeepDays(Table):
    """Days after which `consult purge` deletes what nobody has to decide on any more; None: never."""

    signed: Days | None = None
    """After the last signature."""
    rejected: Days | None = None
    """After the plan was rejected as a whole."""
    unfinished: Days | None = None
    """After the last event of a run that failed, expired or was interrupted and never gave a draft."""

    @property
    def any(self) -> bool:
        """Whether there is anything to keep to."""
        return any(days is not None for days in (self.signed, self.rejected, self.unfinished))


def _for_all(value: Any) -> Any:
    """`keep_days = 365` speaks of all of them."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    return {"signed": value, "rejected": value, "unfinished": value} if whole else value


class StorageSettings(Table):
    """Encryption and retention."""

    encryption: Literal["off", "aes-256-gcm"] = "off"
    """aes-256-gcm: what the home keeps of a patient is encrypted from now on; see `consult storage`."""
    key_env: Variable | None = None
    """Environment variable that holds the keys, separated by commas or spaces; the first writes, the others read."""
    key_file: Path | None = None
    """File of keys, one a line; the first writes, the others read. Nobody but its owner may have access to it."""
    keep_days: Annotated[KeepDays, BeforeValidator(_for_all)] = KeepDays()
    """How long; a number speaks of all, a table of each status."""

    @model_validator(mode="before")
    @classmethod
    def _no_keys(cls, table: Any) -> Any:
        if isinstance(table, dict) and "key" in table:
            raise ValueError("key: a key does not belong in the configuration; use key_env or key_file")
        return refuse_keys(table)

    @model_validator(mode="after")
    def _one_source(self) -> StorageSettings:
        if self.key_env is not None and self.key_file is not None:
            raise ValueError("key_env and key_file exclude each other")
        if self.encryption != "off" and self.key_env is None and self.key_file is None:
            raise ValueError("encryption needs key_env or key_file")
        return self

    def written_keys(self) -> list[str]:
        """The keys as they are written, the one that writes first; empty where none is named.

        Raises:
            SettingsError: the variable is not set, or the file is absent, unreadable or open to others.
        """
        if self.key_file is not None:
            text = _read(self.key_file.expanduser())
        elif self.key_env is not None:
            text = os.environ.get(self.key_env, "").replace(",", "\n").replace(" ", "\n")
            if not text.strip():
                raise SettingsError(f"settings: storage.key_env: the variable {self.key_env} holds no key")
        else:
            return []
        lines = (line.split("#", 1)[0].strip() for line in text.splitlines())
        return [line for line in lines if line]


def _read(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            mode = os.fstat(stream.fileno()).st_mode
            if not stat.S_ISREG(mode) or mode & 0o077:
                raise SettingsError(
                    "settings: storage.key_file: must be a file that only its owner may read (chmod 600)"
                )
            text = stream.read(LONGEST_KEYS).decode("ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"settings: storage.key_file: cannot be read ({type(error).__name__})") from None
    if not text.strip():
        raise SettingsError("settings: storage.key_file: holds no key")
    return text
