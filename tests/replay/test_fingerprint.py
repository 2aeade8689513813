"""What an arm's plans depend on is in its fingerprint, and nothing else is."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from consult.replay import arms_of
from consult.replay._bench import Bench
from consult.settings import Settings

MODEL = {"provider": "openai", "base_url": "http://127.0.0.1:9/v1", "model": "test"}
STAND_IN = {**MODEL, "model": "other"}


def fingerprint(site: Settings, tmp_path: Path, toml: str = "", **more: Any) -> str:
    (tmp_path / "arms.toml").write_text(f"[arms.a]\n{toml}", encoding="utf-8")
    settings = Settings.model_validate({**site.model_dump(exclude_unset=True), **more})

    async def hashed() -> str:
        bench = Bench(arms_of([str(tmp_path / "arms.toml")], settings))
        try:
            return bench.hashes["a"]
        finally:
            await bench.close()

    return asyncio.run(hashed())


def asking(**said: Any) -> dict[str, Any]:
    """Settings in which every agent asks a model, with another behind it."""
    model = {**MODEL, "fallback": ["stand-in"], **said}
    return {"models": {"m": model, "stand-in": STAND_IN}, "agents": {"default": {"model": "m"}}}


def test_which_agents_are_on_counts_however_it_is_said(site: Settings, tmp_path: Path) -> None:
    off = "agents = { default = { enabled = false }, laboratory = { enabled = true }, %s = { enabled = true } }"
    assert fingerprint(site, tmp_path, off % "hematology") != fingerprint(site, tmp_path, off % "respiratory")


def test_what_the_gateway_lets_through_counts(site: Settings, tmp_path: Path) -> None:
    assert fingerprint(site, tmp_path, "privacy = { strict = true }") != fingerprint(site, tmp_path)


@pytest.mark.parametrize(
    "said",
    [
        {"extra": {"top_p": 0.5}},
        {"max_output_tokens": 500},
        {"structured": "prompt"},
        {"temperature": False},
        {"fallback": []},
    ],
)
def test_how_a_model_answers_counts(said: dict[str, Any], site: Settings, tmp_path: Path) -> None:
    assert fingerprint(site, tmp_path, **asking(**said)) != fingerprint(site, tmp_path, **asking())


def test_what_stands_in_for_a_model_counts(site: Settings, tmp_path: Path) -> None:
    more = asking()
    more["models"]["stand-in"] = {**STAND_IN, "model": "third"}
    assert fingerprint(site, tmp_path, **more) != fingerprint(site, tmp_path, **asking())


@pytest.mark.parametrize(
    "said",
    [
        {"base_url": "http://127.0.0.1:10/v1"},
        {"api_key_env": "SOME_KEY"},
        {"price": {"input": 1, "output": 2, "currency": "CNY"}},
        {"limits": {"concurrency": 2}},
        {"timeout": 9},
    ],
)
def test_how_a_model_is_served_does_not(said: dict[str, Any], site: Settings, tmp_path: Path) -> None:
    assert fingerprint(site, tmp_path, **asking(**said)) == fingerprint(site, tmp_path, **asking())
