"""Who works on a panel's consultations: which agent asks which models, as the settings say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from pydantic import JsonValue

from consult.errors import SettingsError
from consult.models import (
    Cache,
    Caller,
    Gates,
    Journal,
    Models,
    Prices,
    Recording,
    RemoteEndpoint,
    Spans,
    remote_name,
    remote_settings,
)
from consult.panel._case_block import CaseBlock
from consult.panel._library import Library
from consult.panel._model_reasoner import ModelReasoner
from consult.panel._reasoner import Reasoner
from consult.panel._remote_reasoner import RemoteReasoner
from consult.panel._seats import OnPiece, Seat, Voice
from consult.settings import AgentSettings, Settings
from consult.storage import Vault

CHAIR, PLANNER, VERIFIER = "synthesizer", "planner", "verifier"
REPLIES = "replies.sqlite"
"""The cache of answers, in the home."""
_ALONE = 3
"""One who answers for all specialties gets as much literature as they together."""


@dataclass(frozen=True, slots=True)
class Team:
    """Everyone of one consultation who is not the rules engine."""

    reasoners: dict[str, Reasoner] = field(default_factory=dict)
    voices: dict[str, Voice] = field(default_factory=dict)


class Staff:
    """The agents of a panel, and their models; shared by its consultations."""

    def __init__(
        self,
        settings: Settings,
        library: Library,
        *,
        given: Mapping[str, Any],
        rules_only: bool,
        vault: Vault | None = None,
        gates: Gates | None = None,
    ) -> None:
        self._settings = settings
        self._vault = vault or Vault()
        self._library = library
        self._agents: dict[str, AgentSettings] = {}
        if not rules_only:
            settings.check_models(given)
            self._agents = self._chosen(only=next(iter(given)) if len(given) == 1 else None)
        for agent in (PLANNER, CHAIR):
            own = settings.agents.get(agent)
            if own is not None and own.models:  # several by default are the specialists'; here the first of them speaks
                raise SettingsError(f"settings: agents.{agent}.models: only a specialist can have several")
        asking = [id for id, said in self._agents.items() if said.engine == "model"]
        if asking:
            library.prompts.check(asking)
        elif settings.panel.arm == "single" and not rules_only:
            raise SettingsError("settings: panel.arm: 'single' needs a model: name one under agents.default")
        remote = {remote_name(id): remote_settings(id, s) for id, s in self._agents.items() if s.engine == "remote"}
        self._settings = settings.model_copy(update={"models": {**settings.models, **remote}})
        endpoints = {name: RemoteEndpoint(name, said) for name, said in remote.items()}
        self._models = Models(self._settings, {**given, **endpoints}, gates=gates) if self._agents else None
        self._replies: Cache | None = None
        self._recording = self._opened_recording() if self._agents else None

    @property
    def alone(self) -> bool:
        """Whether this is the single-agent arm."""
        return self._settings.panel.arm == "single" and bool(self._agents)

    @property
    def name(self) -> str:
        """The models that will be asked, `rules` when there is none."""
        return ", ".join(sorted(self.asked)) or "rules"

    @property
    def asked(self) -> frozenset[str]:
        """The names of the models that agents ask; those that stand in for them are not among them."""
        return frozenset(name for agent, said in self._agents.items() for name in Seat.of(agent, said).models)

    @property
    def described(self) -> dict[str, JsonValue]:
        """Which agent asks which model with which settings: what a plan was made with, without any secret."""
        return {agent: self._described(agent, said) for agent, said in sorted(self._agents.items())}

    def _described(self, agent: str, said: AgentSettings) -> JsonValue:
        models: list[JsonValue] = []
        for name in Seat.of(agent, said).models:
            known = self._settings.models.get(name)
            models.append({"name": name, "model": known.model if known is not None else ""})
        told = said.model_dump(
            mode="json", include={"combine", "temperature", "reasoning_effort", "max_tokens", "index", "k"}
        )
        settings: dict[str, JsonValue] = {key: str(value) for key, value in told.items() if value is not None}
        return {"models": models, **settings}

    def _chosen(self, only: str | None) -> dict[str, AgentSettings]:
        """The agents that ask a model. A single model that was handed over answers for all where none is named."""
        settings = self._settings
        named = any(settings.agent(agent).engine != "rules" for agent in ("default", *settings.agents))
        chosen: dict[str, AgentSettings] = {}
        for agent in self._seats():
            said = settings.agent(agent)
            if said.engine == "rules" and only is not None and not named:
                said = AgentSettings(model=only).over(said)
            if said.engine == "remote" and agent in {PLANNER, CHAIR}:
                if settings.agents.get(agent, AgentSettings()).engine == "remote":
                    raise SettingsError(f"settings: agents.{agent}.reasoner: only a specialist can be elsewhere")
                continue
            if said.engine != "rules" and said.enabled:
                chosen[agent] = said
        return chosen

    def _seats(self) -> list[str]:
        library = self._library
        if self._settings.panel.arm == "single":
            return [card.id for card in library.generalists]
        return [PLANNER, *(card.id for card in library.specialists), CHAIR]

    def speaks(self, agent: str) -> bool:
        """Whether a model of the settings answers as this agent; a specialist elsewhere is none."""
        return agent in self._agents and self._agents[agent].engine == "model"

    def seat(self, agent: str) -> Seat:
        """The models of an agent and how they are asked."""
        return Seat.of(agent, self._agents[agent])

    def caller(
        self, journal: Journal, *, redact: Callable[[str], str], clock: Callable[[], datetime], withheld: str = ""
    ) -> Caller | None:
        """Who makes one consultation's calls; None where no model is asked."""
        if self._models is None:
            return None
        return Caller(
            self._models,
            journal,
            ceilings=self._settings.ceilings,
            clock=clock,
            redact=redact,
            prices=Prices(self._settings),
            home=self._settings.home_path,
            recording=self._recording,
            cache=self._cache(clock),
            spans=self._spans,
            withheld=withheld,
        )

    def _opened_recording(self) -> Recording | None:
        """Opened at once: one that cannot be read or written is told before any case is."""
        kept = self._settings.recording
        if kept.mode == "off" or kept.path is None:
            return None
        sealer = self._vault.sealer("recording")
        if kept.mode == "record":
            return Recording.record(kept.path, sealer=sealer)
        return Recording.replay(kept.path, sealer=sealer)

    def _cache(self, clock: Callable[[], datetime]) -> Cache | None:
        if self._replies is None and self._settings.cache.enabled:
            age = timedelta(days=self._settings.cache.max_age_days)
            path, sealer = self._settings.home_path / REPLIES, self._vault.sealer("cache")
            self._replies = Cache(path, max_age=age, clock=clock, sealer=sealer)
        return self._replies

    @cached_property
    def _spans(self) -> Spans | None:
        said = self._settings.telemetry
        return Spans(content=said.content) if said.enabled else None

    def team(self, block: CaseBlock, caller: Caller | None, on_piece: OnPiece | None) -> Team:
        """Who takes part in one consultation beside the rules engine."""
        team = Team()
        if caller is None:
            return team
        hear = on_piece if self._settings.panel.stream else None
        for agent, said in self._agents.items():
            voice = Voice(Seat.of(agent, said), caller, hear)
            if agent in {PLANNER, CHAIR}:
                team.voices[agent] = voice
            else:
                team.reasoners[agent] = self._reasoner(voice, block)
        if CHAIR in team.voices:
            team.voices[VERIFIER] = team.voices[CHAIR]
        return team

    def _reasoner(self, voice: Voice, block: CaseBlock) -> Reasoner:
        tokens = self._settings.panel.passage_tokens * (_ALONE if self.alone else 1)
        if self._agents[voice.seat.agent].engine == "remote":
            return RemoteReasoner(voice=voice, naming=self._library.naming, passage_tokens=tokens)
        return ModelReasoner(
            voice=voice,
            prompts=self._library.prompts,
            block=block,
            naming=self._library.naming,
            passage_tokens=tokens,
        )

    async def close(self) -> None:
        """Release connections and files."""
        if self._models is not None:
            await self._models.close()
        if self._replies is not None:
            self._replies.close()
        if self._recording is not None:
            self._recording.close()
