"""The guides show what the settings take, all of it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from consult.settings import (
    PROFILES,
    AgentSettings,
    CacheSettings,
    Ceilings,
    Limits,
    ModelSettings,
    OffPeak,
    PanelSettings,
    Price,
    RecordingSettings,
    Settings,
    TelemetrySettings,
)

ROOT = Path(__file__).resolve().parents[2]
GUIDES = ROOT / "docs" / "guides"
READMES = ("README.md", "README.zh-CN.md")
ROW = r"^\| [^|]+ \| `([a-z.]+)` \| ([^|]+) \| ([^|]+) \|$"
WITH_SETTINGS = ("models", "configuration", "remote-specialist", "adding-a-specialty", "listening")
TABLES = (
    Settings, ModelSettings, Price, OffPeak, Limits, AgentSettings, Ceilings, PanelSettings, RecordingSettings,
    CacheSettings, TelemetrySettings,
)  # fmt: skip


def examples(path: Path) -> list[str]:
    """The TOML of a page, without the cards of agents."""
    found = re.findall(r"```toml\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)
    return [text for text in found if not text.startswith("# agents/")]


@pytest.mark.parametrize(
    "path",
    [*(ROOT / name for name in READMES), *(GUIDES / f"{name}.md" for name in WITH_SETTINGS)],
    ids=lambda path: path.name,
)
def test_every_example_is_a_configuration(path: Path) -> None:
    found = examples(path)
    assert found
    for text in found:
        Settings.model_validate(tomllib.loads(text)).check_models()


@pytest.mark.parametrize("readme", READMES)
def test_every_row_of_what_you_have_is_a_model(readme: str) -> None:
    _heading, *rows = re.findall(ROW, (ROOT / readme).read_text(encoding="utf-8"), re.MULTILINE)
    assert {provider for provider, _, _ in rows} == set(PROFILES)
    for provider, model, more in rows:
        profile = PROFILES[provider]
        keys = tomllib.loads("\n".join(re.findall(r"`([a-z_]+ = [^`]+)`", more)))
        assert profile.base_url or "base_url" in more
        if profile.api_key_env and profile.base_url:
            assert f"export {profile.api_key_env}=" in more
        ModelSettings(provider=provider, model=model.strip(" `"), **{"base_url": "http://127.0.0.1/v1", **keys})


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__)
def test_every_key_is_in_a_guide(table: type[Settings]) -> None:
    text = "".join((GUIDES / guide).read_text(encoding="utf-8") for guide in ("models.md", "configuration.md"))
    missing = [key for key in table.model_fields if not re.search(rf"(?<![a-z_]){key}(?![a-z_])", text)]
    assert missing == []


def test_the_table_of_profiles_is_the_code() -> None:
    text = (GUIDES / "models.md").read_text(encoding="utf-8")
    for name, profile in PROFILES.items():
        (row,) = [line for line in text.splitlines() if line.startswith(f"| `{name}` | ")]
        assert str(profile.context_tokens) in row
        for value in (profile.base_url, profile.api_key_env):
            assert value is None or f"`{value}`" in row
