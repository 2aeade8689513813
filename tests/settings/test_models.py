"""Models, their keys and profiles, and what an agent makes of them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from consult.errors import SettingsError
from consult.settings import PROFILES, AgentSettings, ModelSettings, OffPeak, Price, Settings


def model(provider: str = "openai", **more: Any) -> ModelSettings:
    if provider == "openai":
        more = {"base_url": "http://127.0.0.1:8000/v1", **more}
    return ModelSettings.model_validate({"provider": provider, "model": "m", **more})


def test_three_keys_are_enough() -> None:
    chosen = model()
    assert chosen.fallback == ("rules",)
    assert (chosen.structured, chosen.limits.concurrency, chosen.api_key()) == ("auto", 8, None)


@pytest.mark.parametrize("provider", [name for name in PROFILES if name != "openai"])
def test_a_profile_knows_its_address(provider: str) -> None:
    chosen = model(provider)
    assert chosen.base_url == PROFILES[chosen.provider].base_url
    assert chosen.context_tokens == chosen.profile.context_tokens > chosen.max_output_tokens


def test_the_usual_key_goes_to_the_provider_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEEPSEEK_API_KEY", "sk-d")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-o")
    assert model("deepseek").api_key() == "sk-d"
    assert model("deepseek", base_url="http://10.0.0.5/v1").api_key() is None
    assert model("deepseek", base_url="http://api.deepseek.com.example.org/v1").api_key() is None
    assert model(base_url="https://api.openai.com/v1").api_key() == "sk-o"
    assert model().api_key() is None
    assert model().hosted is False


def test_a_key_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HEMA_KEY", raising=False)
    chosen = model(api_key_env="HEMA_KEY")
    assert chosen.api_key() is None
    monkeypatch.setenv("HEMA_KEY", " sk-1\n")
    assert chosen.api_key() == "sk-1"
    assert "sk-1" not in repr(chosen)


def test_a_key_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "key"
    chosen = model(api_key_file=file)
    with pytest.raises(SettingsError, match="api_key_file: cannot be read: FileNotFoundError"):
        chosen.api_key()
    file.write_text("  sk-2\n", encoding="utf-8")
    assert chosen.api_key() == "sk-2"


@pytest.mark.parametrize("content", ["", "\n", "sk-2\nsk-3", "sk-钥匙"])
def test_a_file_that_holds_no_key(tmp_path: Path, content: str) -> None:
    file = tmp_path / "key"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        model(api_key_file=file).api_key()
    assert "sk-" not in str(caught.value)


def test_no_error_repeats_a_key() -> None:
    with pytest.raises(ValueError) as caught:
        model(api_key="sk-3")
    assert "sk-3" not in str(caught.value)


def test_prices_are_the_digits_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text(
        '[models.x]\nprovider = "vllm"\nmodel = "m"\n'
        'price = { input = 2.0, cached_input = 0.1, output = 8.07, currency = "CNY" }',
        encoding="utf-8",
    )
    price = Settings.load(file).models["x"].price
    assert price is not None
    assert (price.input, price.cached_input, price.output) == (Decimal("2.0"), Decimal("0.1"), Decimal("8.07"))


@pytest.mark.parametrize("hours", ["8:30-9:30", "08:00-08:00", "24:00-08:00", "00:30", "00:30-08:60", "a-b"])
def test_hours_that_are_none(hours: str) -> None:
    with pytest.raises(ValueError, match="window"):
        OffPeak(hours=hours, time_zone="UTC", input=Decimal(1), output=Decimal(1))


@pytest.mark.parametrize(
    ("hours", "days", "at", "covered"),
    [
        ("00:30-08:30", None, "2026-05-04T00:30+08:00", True),
        ("00:30-08:30", None, "2026-05-04T08:29:59+08:00", True),
        ("00:30-08:30", None, "2026-05-04T08:30+08:00", False),
        ("00:30-08:30", None, "2026-05-03T16:30+00:00", True),
        ("22:00-06:00", None, "2026-05-04T23:00+08:00", True),
        ("22:00-06:00", None, "2026-05-04T05:59+08:00", True),
        ("22:00-06:00", None, "2026-05-04T06:00+08:00", False),
        ("22:00-06:00", None, "2026-05-04T21:59+08:00", False),
        ("00:00-24:00", ["sat", "sun"], "2026-05-09T12:00+08:00", True),
        ("00:00-24:00", ["sat", "sun"], "2026-05-08T20:00+00:00", True),
        ("00:00-24:00", ["sat", "sun"], "2026-05-08T12:00+08:00", False),
    ],
)
def test_a_window_counts_in_its_own_zone(hours: str, days: list[str] | None, at: str, covered: bool) -> None:
    values = {"hours": hours, "time_zone": "Asia/Shanghai", "input": 1, "output": 1}
    window = OffPeak.model_validate(values if days is None else {**values, "days": days})
    assert window.covers(datetime.fromisoformat(at)) is covered


def test_one_window_or_several() -> None:
    window = {"hours": "00:30-08:30", "time_zone": "UTC", "input": 1, "output": 2}
    base = {"input": 2, "output": 4, "currency": "CNY"}
    assert len(Price.model_validate({**base, "off_peak": window}).off_peak) == 1
    assert len(Price.model_validate({**base, "off_peak": [window, window]}).off_peak) == 2


def test_the_defaults_of_all_agents_stand_below_an_agents_own() -> None:
    settings = Settings(
        agents={
            "default": AgentSettings(model="general", temperature=0.3, k=4),
            "respiratory": AgentSettings(models=("resp", "general"), combine="vote", k=8),
            "laboratory": AgentSettings(reasoner="rules"),
            "hematology": AgentSettings(index=("hematology",)),
        }
    )
    assert settings.agent("planner").names == ("general",)
    respiratory = settings.agent("respiratory")
    assert (respiratory.names, respiratory.combine, respiratory.temperature, respiratory.k) == (
        ("resp", "general"), "vote", 0.3, 8,
    )  # fmt: skip
    assert (settings.agent("laboratory").engine, settings.agent("laboratory").names) == ("rules", ())
    assert settings.agent("hematology").names == ("general",)


def test_an_own_model_replaces_two_and_a_remote_specialist_both() -> None:
    agents = {
        "default": AgentSettings(models=("a", "b")),
        "one": AgentSettings(model="c"),
        "far": AgentSettings(reasoner="remote", url="https://mdt.example.org/opinion"),
        "switched": AgentSettings(enabled=False),
    }
    settings = Settings(agents=agents)
    assert settings.agent("one").names == ("c",)
    assert (settings.agent("far").engine, settings.agent("far").names) == ("remote", ())
    assert settings.agent("switched").enabled is False


def test_what_contradicts_the_default_names_both() -> None:
    agents = {"default": {"models": ["a", "b", "c"], "combine": "vote"}, "x": {"combine": "draft-check"}}
    with pytest.raises(SettingsError, match=r"agents\.x: together with agents\.default: models: draft-check takes two"):
        Settings.model_validate({"agents": agents})
