"""Where settings are written: the environment and a TOML file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import rtoml

from consult.errors import SettingsError

DEFAULT_FILE = "consult.toml"


def from_environment() -> dict[str, Any]:
    """What the `CONSULT_*` variables say: home, content, store, language, time zone, embedder."""
    found: dict[str, Any] = {}
    for key in ("home", "content", "store", "language"):
        if value := os.environ.get(f"CONSULT_{key.upper()}"):
            found[key] = value
    if value := os.environ.get("CONSULT_TIME_ZONE"):
        found["site"] = {"time_zone": value}
    if value := os.environ.get("CONSULT_EMBEDDER"):
        found["retrieval"] = {"embedder": value}
    return found


def from_file(file: str | os.PathLike[str] | None) -> dict[str, Any]:
    """What `file` says, or `./consult.toml` when that exists.

    Raises:
        SettingsError: it does not exist, cannot be read or is not TOML.
    """
    path = Path(file) if file is not None else Path(DEFAULT_FILE)
    if file is None and not path.is_file():
        return {}
    try:
        return rtoml.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(f"the configuration file {str(path)!r} does not exist") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"the configuration file cannot be read: {type(error).__name__}") from None
    except rtoml.TomlParsingError as error:
        raise SettingsError(f"the configuration file is not valid TOML: {error}") from None
