"""`[models.<name>]`: which language models there are, what they can do and what they cost."""

from __future__ import annotations

import os
import re
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, JsonValue, field_validator, model_validator

from consult.errors import SettingsError
from consult.settings._profiles import PROFILES, Profile, Provider
from consult.settings._table import Address, Amount, Currency, Table, Variable, Zone, refuse_keys

RULES = "rules"
"""The end of a fallback chain: the rules engine. No model may be called so."""
OWN_KEYS = frozenset({"model", "messages", "stream", "stream_options", "response_format", "tools", "tool_choice"})
"""Keys of a request's body that `extra` may not touch."""
OUTPUT_TOKENS = 4096
HOURS = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]-(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00)")
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _hours(value: str) -> str:
    if HOURS.fullmatch(value) is None or value[:5] == value[6:]:
        raise ValueError('must be a window such as "00:30-08:30"; it may pass midnight')
    return value


class OffPeak(Table):
    """Hours at which a provider charges less, or more."""

    hours: Annotated[str, AfterValidator(_hours)] = "00:00-24:00"
    """`00:30-08:30`: from, included, to, excluded; may pass midnight."""
    days: tuple[Day, ...] = Field(default=DAYS, min_length=1)
    """Days on which these hours count; the day is that of the moment itself, also past midnight."""
    time_zone: Zone
    """IANA name of the zone in which the provider counts its hours."""
    input: Amount
    """Price of a million input tokens within these hours."""
    cached_input: Amount | None = None
    """Price of a million input tokens that the provider had cached; default: `input`."""
    output: Amount
    """Price of a million output tokens, reasoning included."""

    def covers(self, at: datetime) -> bool:
        """Whether a call that started at `at` (with a time zone) started within these hours."""
        local = at.astimezone(ZoneInfo(self.time_zone))
        start, end = self.hours.split("-")
        clock = f"{local:%H:%M}"
        within = start <= clock < end if start < end else clock >= start or clock < end
        return within and DAYS[local.weekday()] in self.days


def _listed(value: Any) -> Any:
    return (value,) if isinstance(value, dict | OffPeak) else value


class Price(Table):
    """What a million tokens cost."""

    input: Amount
    """Price of a million input tokens."""
    cached_input: Amount | None = None
    """Price of a million input tokens that the provider had cached; default: `input`."""
    output: Amount
    """Price of a million output tokens, reasoning included."""
    currency: Currency
    """ISO 4217 code: `CNY`, `EUR`, `USD` …"""
    off_peak: Annotated[tuple[OffPeak, ...], BeforeValidator(_listed)] = ()
    """Other prices at certain hours: a table, or a list of which the first that covers the hour counts. The moment at
    which a call started decides."""


class Limits(Table):
    """What a provider, or a machine of one's own, bears at once."""

    concurrency: int = Field(default=8, ge=1, le=4096)
    """Calls in flight at most."""
    requests_per_minute: int | None = Field(default=None, ge=1)
    """Calls a minute at most; None: no limit."""
    tokens_per_minute: int | None = Field(default=None, ge=1)
    """Tokens a minute at most, input and output; None: no limit."""


class ModelSettings(Table):
    """One language model behind an OpenAI-compatible endpoint. Needs `provider`, `base_url` and `model`."""

    provider: Provider
    """`openai` for any OpenAI-compatible endpoint, or a ready profile: `deepseek`, `qwen`, `vllm`, `llama.cpp`,
    `ollama`."""
    base_url: Address = ""
    """The endpoint, usually ending in `/v1`; default: the profile's. `openai` has none, lest something leave the house
    by omission."""
    model: str = Field(min_length=1)
    """The id by which the provider knows the model."""
    api_key_env: Variable | None = None
    """Environment variable that holds the key; unset: no key is sent. Default: the profile's, at the provider's own
    address only."""
    api_key_file: Path | None = None
    """File that holds the key and nothing else; spaces and line ends around it are dropped."""
    structured: Literal["json_schema", "tool", "json_object", "prompt", "auto"] = "auto"
    """How a structured answer is asked for; `auto`: the strictest way that `consult models check` proved, else that the
    profile documents."""
    streaming: bool = True
    """Can send an answer piece by piece."""
    tools: bool | None = None
    """Can call tools; None: as found by `consult models check`, else tried."""
    reasoning: bool | None = None
    """Gives a reasoning trace beside its answer; None: as found."""
    temperature: bool = True
    """Accepts a temperature; false for models that refuse one."""
    context_tokens: int = Field(default=32_768, ge=512)
    """Prompt and answer together, in tokens; default: the profile's."""
    max_output_tokens: int = Field(default=OUTPUT_TOKENS, ge=16)
    """Longest answer, reasoning included; default: 4096, or half the context."""
    price: Price | None = None
    """None: its calls cost nothing."""
    limits: Limits = Limits()
    timeout: float = Field(default=120, gt=0, le=3600)
    """Seconds for one call, streamed or not."""
    retries: int = Field(default=2, ge=0, le=10)
    """Further attempts after 408, 409, 429, 5xx, a cut connection or a timeout."""
    fallback: tuple[str, ...] = (RULES,)
    """Models to ask when this one gives no usable answer, in order, each followed by its own. The chain ends in
    `rules`, written or not: the rules engine answers, and the plan shows that the models did not."""
    extra: dict[str, JsonValue] = Field(default_factory=dict)
    """Further keys of the request's body, as the provider documents them."""

    @model_validator(mode="before")
    @classmethod
    def _filled(cls, values: Any) -> Any:
        """Refuses a key in the file; fills in what the profile says."""
        if not isinstance(values, dict):
            return values
        refuse_keys(values)
        refuse_keys(values.get("extra"))
        profile = PROFILES.get(values.get("provider", ""))
        if profile is None:
            return values
        filled = {"context_tokens": profile.context_tokens, "base_url": profile.base_url or "", **values}
        if not filled["base_url"]:
            raise ValueError(f"base_url: missing; the provider {values['provider']!r} has no address of its own")
        if not {"api_key_env", "api_key_file"} & set(values) and _host(filled["base_url"]) in profile.hosts:
            filled["api_key_env"] = profile.api_key_env
        if isinstance(filled["context_tokens"], int):
            filled.setdefault("max_output_tokens", min(OUTPUT_TOKENS, filled["context_tokens"] // 2))
        return filled

    @field_validator("extra")
    @classmethod
    def _further(cls, value: dict[str, JsonValue]) -> dict[str, JsonValue]:
        if own := sorted(OWN_KEYS & set(value)):
            raise ValueError(f"{own[0]!r} is decided by consult itself")
        return value

    @field_validator("fallback")
    @classmethod
    def _ends_in_rules(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if RULES in value[:-1]:
            raise ValueError("'rules' always answers, so nothing can stand behind it")
        if len(set(value)) < len(value):
            raise ValueError("names a model twice")
        return value

    @model_validator(mode="after")
    def _consistent(self) -> ModelSettings:
        if self.api_key_env is not None and self.api_key_file is not None:
            raise ValueError("api_key_env and api_key_file: give one of them")
        if self.max_output_tokens >= self.context_tokens:
            raise ValueError("max_output_tokens: must be smaller than context_tokens")
        return self

    @property
    def profile(self) -> Profile:
        """What is known of the provider."""
        return PROFILES[self.provider]

    @property
    def hosted(self) -> bool:
        """Whether the endpoint is the provider's own, not something that speaks its language elsewhere."""
        return _host(self.base_url) in self.profile.hosts

    def api_key(self) -> str | None:
        """The key, read now; None when none is configured or its variable is unset.

        Raises:
            SettingsError: the file cannot be read, or what was found cannot be a key.
        """
        if self.api_key_file is not None:
            return _usable(_read(self.api_key_file), "api_key_file")
        if self.api_key_env is not None and (value := os.environ.get(self.api_key_env, "").strip()):
            return _usable(value, "api_key_env")
        return None


def _host(url: object) -> str | None:
    try:
        return urlsplit(url).hostname if isinstance(url, str) else None
    except ValueError:
        return None


def _read(file: Path) -> str:
    try:
        return file.expanduser().read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError, RuntimeError) as error:
        raise SettingsError(f"settings: api_key_file: cannot be read: {type(error).__name__}") from None


def _usable(key: str, source: str) -> str:
    if not key or not key.isascii() or not key.isprintable():
        raise SettingsError(f"settings: {source}: what it names holds no usable key")
    return key
