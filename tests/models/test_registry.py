"""Models by name: chains, those that are handed in, shared breakers."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from dataclasses import replace
from typing import Any

import pytest
from langchain_core.language_models import FakeListChatModel

from consult.errors import ModelError, SettingsError
from consult.models._limits import Gate, Gates
from consult.models._registry import Models
from consult.models._request import Message, OnPiece, Reply, Request
from consult.settings import Limits, Settings
from consult.testing import Fault, ModelServer

ASKED = Request(model="m", messages=(Message("user", "hello"),))


def site(**models: dict[str, Any]) -> Settings:
    base = {"provider": "openai", "base_url": "http://127.0.0.1:9/v1", "model": "m"}
    return Settings.model_validate({"models": {name: {**base, **said} for name, said in models.items()}})


class Echo:
    """An endpoint of somebody else."""

    closed = False

    async def send(self, request: Request, *, timeout: float, on_piece: OnPiece | None = None) -> Reply:  # noqa: ASYNC109
        return Reply(request.messages[-1].content)

    async def close(self) -> None:
        self.closed = True


async def ask(models: Models, name: str) -> Reply:
    return await models[name].send(ASKED, deadline=time.monotonic() + 10, on_attempt=lambda _: None)


@pytest.mark.parametrize(
    ("chains", "expected"),
    [
        ({"a": ["rules"]}, ("a",)),
        ({"a": []}, ("a",)),
        ({"a": ["b", "rules"], "b": []}, ("a", "b")),
        ({"a": ["b", "c", "rules"], "b": ["d", "rules"], "c": [], "d": ["c"]}, ("a", "b", "d", "c")),
    ],
)
def test_a_chain_is_flat_and_names_each_once(chains: dict[str, list[str]], expected: tuple[str, ...]) -> None:
    models = Models(site(**{name: {"fallback": chain} for name, chain in chains.items()}))
    assert models.chain("a") == expected


def test_a_client_is_made_once() -> None:
    models = Models(site(a={}))
    assert models["a"] is models["a"]
    assert "a" in models
    assert "b" not in models


def test_unknown_names_are_refused() -> None:
    models = Models(site(a={}))
    for look in (lambda: models["b"], lambda: models.settings("b"), lambda: models.chain("b")):
        with pytest.raises(SettingsError, match="'b'"):
            look()
    with pytest.raises(SettingsError, match="'b'"):
        Models(site(a={"fallback": ["b"]}))


def test_what_is_handed_in_replaces_or_adds() -> None:
    echo = Echo()
    models = Models(
        site(a={"fallback": ["mine"], "retries": 7}), {"a": echo, "mine": FakeListChatModel(responses=["x"])}
    )
    assert asyncio.run(ask(models, "a")) == Reply("hello")
    assert asyncio.run(ask(models, "mine")).text == "x"
    assert models.settings("a").retries == 7
    assert models.settings("mine").model == "FakeListChatModel"
    assert models.chain("a") == ("a", "mine")
    assert set(models.names) == {"a", "mine"}
    asyncio.run(models.close())
    assert echo.closed


def test_models_of_one_server_share_its_breaker() -> None:
    async def run(server: ModelServer) -> list[str]:
        here = {"base_url": server.base_url, "retries": 0}
        models = Models(site(a=here, b=here, c={**here, "base_url": server.base_url.replace("127.0.0.1", "localhost")}))
        kinds: list[str] = []
        for name in [*"aaaaa", "b", "c"]:
            with pytest.raises(ModelError) as raised:
                await ask(models, name)
            kinds.append(raised.value.kind)
        await models.close()
        return kinds

    with ModelServer(faults=lambda *_: Fault("status", 503)) as server:
        assert asyncio.run(run(server)) == ["server"] * 5 + ["circuit-open", "server"]


def test_importing_the_models_stays_light() -> None:
    code = "import sys, consult.models; print([m for m in ('openai','langchain_core','langgraph') if m in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"


def test_who_shares_gates_shares_the_limits_of_a_model() -> None:
    gates = Gates()
    with ModelServer(latency=0.05) as server:

        def models(model: str, concurrency: int) -> Models:
            return Models(
                site(a={"base_url": server.base_url, "model": model, "limits": {"concurrency": concurrency}}),
                gates=gates,
            )

        sites = {"m": models("m", 5), "strict": models("m", 2), "other": models("other", 4)}

        async def act() -> None:
            async with asyncio.TaskGroup() as group:
                for name, one in sites.items():
                    asked = replace(ASKED, model="other" if name == "other" else "m")
                    for _ in range(8):
                        deadline = time.monotonic() + 10
                        group.create_task(one["a"].send(asked, deadline=deadline, on_attempt=lambda _: None))
            for one in sites.values():
                await one.close()

        asyncio.run(act())
    assert server.calls == 24
    assert server.most_in_flight_of == {"m": 2, "other": 4}


def test_where_several_speak_of_one_model_the_strictest_limits_count() -> None:
    seen: list[Limits] = []

    def made(served: str, limits: Limits) -> Gate:
        seen.append(limits)
        return Gate(limits)

    gates = Gates(made)
    said: list[dict[str, int]] = [{"requests_per_minute": 9}, {"tokens_per_minute": 50, "concurrency": 3}]
    sites = [Models(site(a={"limits": limits}), gates=gates) for limits in said]
    assert [one["a"].name for one in sites] == ["a", "a"]
    assert seen == [Limits(concurrency=3, requests_per_minute=9, tokens_per_minute=50)]
