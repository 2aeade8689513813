"""The models of a site, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from typing_extensions import TypeIs

from consult.errors import SettingsError
from consult.models._breaker import Breaker
from consult.models._client import ModelClient
from consult.models._langchain import LangChainEndpoint
from consult.models._limits import Gates
from consult.models._openai import OpenAIEndpoint
from consult.models._request import Endpoint
from consult.settings import RULES, ModelSettings, Settings

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel


class Models:
    """Every model that can be asked, each with one client. Used on one event loop."""

    def __init__(
        self,
        settings: Settings,
        given: Mapping[str, Endpoint | BaseChatModel] | None = None,
        *,
        gates: Gates | None = None,
    ) -> None:
        """Prepare; clients are made as they are first asked for.

        Args:
            settings: `[models]`, and who is named elsewhere.
            given: endpoints and LangChain chat models by name. One of a name under `[models]` takes the place of the
                endpoint configured there, within its limits and prices; another is added, with the defaults.
            gates: shared with others who ask the same models; None: none are.

        Raises:
            SettingsError: an agent or a fallback chain names a model that does not exist.
        """
        self._given = dict(given or {})
        settings.check_models(self._given)
        added = {name: _settings_of(endpoint) for name, endpoint in self._given.items()}
        self._settings = {**added, **settings.models}
        self._clients: dict[str, ModelClient] = {}
        self._breakers: dict[str, Breaker] = {}
        self._gates = gates or Gates()
        for name, said in self._settings.items():
            self._gates.announce(self._served(name), said.limits)

    def __contains__(self, name: object) -> bool:
        """Whether there is a model of this name."""
        return name in self._settings

    def __getitem__(self, name: str) -> ModelClient:
        """The client of a model.

        Raises:
            SettingsError: there is no such model.
        """
        if name not in self._clients:
            settings = self.settings(name)
            gate = self._gates[self._served(name)]
            self._clients[name] = ModelClient(
                name, settings, self._endpoint(name), breaker=self._breaker(name), gate=gate
            )
        return self._clients[name]

    @property
    def names(self) -> tuple[str, ...]:
        """All of them, those that were given first."""
        return tuple(self._settings)

    def settings(self, name: str) -> ModelSettings:
        """What was configured for a model.

        Raises:
            SettingsError: there is no such model.
        """
        if name not in self._settings:
            raise SettingsError(f"there is no model {name!r}")
        return self._settings[name]

    def chain(self, name: str) -> tuple[str, ...]:
        """The model and those to ask after it, in order and each once; without `rules`.

        A model's own fallbacks come before the next one of the chain that it stands in.
        """
        found: dict[str, None] = {}
        waiting = [name]
        while waiting:
            following = waiting.pop(0)
            if following != RULES and following not in found:
                found[following] = None
                waiting = [*self.settings(following).fallback, *waiting]
        return tuple(found)

    async def close(self) -> None:
        """Close all connections."""
        clients, self._clients = self._clients, {}
        for client in clients.values():
            await client.close()

    def _endpoint(self, name: str) -> Endpoint:
        given = self._given.get(name)
        if given is None:
            return OpenAIEndpoint(name, self.settings(name))
        return given if _is_endpoint(given) else LangChainEndpoint(name, given)

    def _breaker(self, name: str) -> Breaker:
        """That of the server: a machine that is down is down for all of its models."""
        server = f"given:{name}" if name in self._given else self.settings(name).base_url
        return self._breakers.setdefault(server, Breaker())

    def _served(self, name: str) -> str:
        """Whose limits count: one model at one address, asked on one account."""
        if name in self._given:
            return f"given:{name}"
        said = self.settings(name)
        return f"{said.base_url} {said.model} {said.api_key_env or ''} {said.api_key_file or ''}"


def _is_endpoint(given: Endpoint | BaseChatModel) -> TypeIs[Endpoint]:
    """Told apart by what only an endpoint has, so that LangChain need not be imported to look."""
    return hasattr(given, "send")


def _settings_of(given: Endpoint | BaseChatModel) -> ModelSettings:
    """The defaults, for a model that is an object and has no address."""
    model = next((found for key in ("model_name", "model") if isinstance(found := getattr(given, key, None), str)), "")
    return ModelSettings.model_construct(provider="openai", base_url="", model=model or type(given).__name__)
