"""The secret of a home: what patients' keys and hashes are computed with."""

from __future__ import annotations

import secrets
from pathlib import Path

from consult.errors import ConsultationError, SettingsError
from consult.storage import Vault, kid_of, write_once

SECRET = "secret.key"
_SECRET_BYTES = 32


def home_secret(home: Path, vault: Vault | None = None) -> bytes:
    """The home's secret, made at the first call; whoever comes second takes what the first one made.

    In an encrypted home it is encrypted too: with it, a stolen home would tell which numbers its patients have.

    Raises:
        SettingsError: the file is damaged, cannot be made or read, or is encrypted with a key that is not there. A
            damaged one is not made anew: the hashes of earlier consultations need it.
    """
    path, keys = home / SECRET, vault or Vault()
    try:
        if not path.exists():
            written = _written(secrets.token_hex(_SECRET_BYTES), keys)
            write_once(path, written)
        secret = bytes.fromhex(_read(path, keys))
    except OSError as error:
        raise SettingsError(f"{SECRET} in the home cannot be used: {error.strerror}") from None
    except (ValueError, ConsultationError):
        secret = b""
    if len(secret) < _SECRET_BYTES:
        raise SettingsError(f"{SECRET} in the home is damaged; restore it from a backup")
    return secret


def secret_is_current(home: Path, vault: Vault) -> bool:
    """Whether the secret is kept as it would be written now."""
    path = home / SECRET
    return not path.exists() or vault.sealer("store").current(path.read_text(encoding="ascii").strip())


def rewrite_secret(home: Path, vault: Vault) -> int:
    """Write the secret anew, in one step, where it is not kept as it would be now; how many there were."""
    if secret_is_current(home, vault):
        return 0
    path = home / SECRET
    beside = path.with_name(f".{SECRET}.{secrets.token_hex(4)}")
    write_once(beside, _written(_read(path, vault), vault))
    beside.replace(path)
    return 1


def _written(text: str, vault: Vault) -> bytes:
    return vault.sealer("store").seal_text(text, about=SECRET).encode("ascii")


def _read(path: Path, vault: Vault) -> str:
    text = path.read_text(encoding="ascii").strip()
    kid = kid_of(text)
    if kid is not None:
        vault.require([kid])
    return vault.sealer("store").open_text(text, about=SECRET)
