"""One model, asked until it answers: retries, limits, breaker and deadline, before a real server where it matters."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from consult.errors import ModelError, ModelErrorKind
from consult.models._breaker import Breaker
from consult.models._client import Attempt, ModelClient
from consult.models._openai import OpenAIEndpoint
from consult.models._refused import ModeRefused, ParameterRefused
from consult.models._request import Message, OnPiece, Reply, Request, Tokens
from consult.settings import ModelSettings
from consult.testing import Answer, Fault, ModelServer

ASKED = Request(model="m", messages=(Message("user", "血红蛋白?"),), max_tokens=100)


def settings(**more: Any) -> ModelSettings:
    return ModelSettings.model_validate(
        {"provider": "openai", "base_url": "http://127.0.0.1:9/v1", "model": "m", **more}
    )


def failing(kind: ModelErrorKind, **more: Any) -> ModelError:
    return ModelError("hema", kind, **more)


@dataclass
class Scripted:
    """An endpoint that plays a script; a number is seconds that a step takes by the clock of the test."""

    clock: Clock
    steps: deque[Reply | Exception | float]
    timeouts: list[float] = field(default_factory=list)

    async def send(self, request: Request, *, timeout: float, on_piece: OnPiece | None = None) -> Reply:  # noqa: ASYNC109
        self.timeouts.append(timeout)
        step = self.steps.popleft()
        if isinstance(step, float):
            self.clock.now += min(step, timeout)
            if step > timeout:
                raise failing("timeout")
            return Reply("late")
        if isinstance(step, Exception):
            raise step
        return step

    async def close(self) -> None:
        pass


@dataclass
class Clock:
    """Time that passes only when somebody sleeps."""

    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds
        await asyncio.sleep(0)


@dataclass
class Bench:
    """A client over a script, with its clock and its ledger."""

    clock: Clock
    client: ModelClient
    endpoint: Scripted
    attempts: list[Attempt] = field(default_factory=list)

    def send(self, request: Request = ASKED, deadline: float = 1000.0) -> Reply | ModelError:
        async def run() -> Reply:
            return await self.client.send(request, deadline=deadline, on_attempt=self.attempts.append)

        try:
            return asyncio.run(run())
        except ModelError as error:
            return error


def bench(*steps: Reply | Exception | float, jitter: float = 0.5, **more: Any) -> Bench:
    clock = Clock()
    endpoint = Scripted(clock, deque(steps))
    made = ModelClient("hema", settings(**more), endpoint, timer=clock, sleep=clock.sleep, random=lambda: jitter)
    return Bench(clock, made, endpoint)


@pytest.mark.parametrize("kind", ["timeout", "connection", "rate-limit", "server", "truncated"])
def test_what_may_pass_is_tried_again(kind: ModelErrorKind) -> None:
    on = bench(failing(kind), failing(kind), Reply("yes"))
    assert on.send() == Reply("yes")
    assert [attempt.number for attempt in on.attempts] == [1, 2, 3]
    assert [attempt.error and attempt.error.kind for attempt in on.attempts] == [kind, kind, None]
    assert on.clock.slept == [0.25, 0.5]


@pytest.mark.parametrize("kind", ["auth", "bad-request", "not-found", "context", "refusal", "empty", "too-long"])
def test_what_will_not_pass_is_not_tried_again(kind: ModelErrorKind) -> None:
    error = failing(kind)
    on = bench(error, Reply("yes"))
    assert on.send() is error
    assert [attempt.error for attempt in on.attempts] == [error]


def test_a_refused_mode_is_not_tried_again() -> None:
    on = bench(ModeRefused("hema", "bad-request"), Reply("yes"))
    assert isinstance(on.send(), ModeRefused)
    assert len(on.attempts) == 1


def test_retries_end() -> None:
    on = bench(*[failing("server")] * 3, Reply("yes"), retries=2)
    found = on.send()
    assert isinstance(found, ModelError)
    assert len(on.attempts) == 3


def test_the_server_says_when_to_come_back() -> None:
    on = bench(failing("rate-limit", retry_after=7.0), Reply("yes"))
    on.send()
    assert on.clock.slept == [7.25]


def test_a_wait_past_the_deadline_is_not_begun() -> None:
    error = failing("rate-limit", retry_after=70.0)
    on = bench(error, Reply("yes"))
    assert on.send(deadline=60) is error
    assert on.clock.slept == []


def test_jitter_spreads_the_retries() -> None:
    pauses = set()
    for jitter in (0.0, 0.3, 0.9):
        on = bench(failing("server"), Reply("yes"), jitter=jitter)
        on.send()
        pauses.add(on.clock.slept[0])
    assert pauses == {0.0, 0.15, 0.45}


def test_refused_parameters_cost_no_retry() -> None:
    refused = [ParameterRefused("hema", "bad-request", detail=str(n)) for n in range(5)]
    on = bench(*refused[:4], failing("server"), Reply("yes"), retries=1)
    assert on.send() == Reply("yes")
    assert len(on.attempts) == 6
    assert isinstance(bench(*refused, Reply("yes")).send(), ParameterRefused)


def test_an_attempt_takes_no_longer_than_what_is_left() -> None:
    on = bench(25.0, 25.0, timeout=20, retries=5)
    found = on.send(deadline=30)
    assert isinstance(found, ModelError)
    assert found.kind == "timeout"
    assert on.endpoint.timeouts == [20, pytest.approx(9.75)]
    assert on.clock.now <= 30


def test_past_the_deadline_nothing_is_asked() -> None:
    on = bench(Reply("yes"))
    on.clock.now = 5
    found = on.send(deadline=5)
    assert isinstance(found, ModelError)
    assert (found.kind, on.attempts) == ("deadline", [])


def test_an_attempt_says_when_and_how_long() -> None:
    on = bench(2.5)
    on.send()
    [attempt] = on.attempts
    assert (attempt.milliseconds, attempt.reply, attempt.cancelled) == (2500, Reply("late"), False)
    assert attempt.started.tzinfo is UTC
    assert abs((datetime.now(UTC) - attempt.started).total_seconds()) < 60


def test_whatever_an_endpoint_raises_becomes_a_failure() -> None:
    on = bench(KeyError("name of a patient"), retries=0)
    found = on.send()
    assert isinstance(found, ModelError)
    assert (found.kind, found.detail) == ("server", "KeyError")
    assert [attempt.error for attempt in on.attempts] == [found]


def test_a_cancelled_attempt_is_on_the_record() -> None:
    attempts: list[Attempt] = []

    async def run(server: ModelServer) -> None:
        client = client_of(server)
        task = asyncio.create_task(client.send(ASKED, deadline=time.monotonic() + 60, on_attempt=attempts.append))
        await until(lambda: server.in_flight.total())
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        server.latency = 0
        await client.send(ASKED, deadline=time.monotonic() + 60, on_attempt=attempts.append)
        await client.close()

    with ModelServer(latency=60) as server:
        asyncio.run(asyncio.wait_for(run(server), 10))
    assert [(attempt.cancelled, attempt.error) for attempt in attempts] == [(True, None), (False, None)]


# limits


def client_of(server: ModelServer, **more: Any) -> ModelClient:
    given = settings(base_url=server.base_url, **more)
    return ModelClient("hema", given, OpenAIEndpoint("hema", given))


async def until(condition: Callable[[], object]) -> None:
    for _ in range(1000):
        if condition():
            return
        await asyncio.sleep(0.005)
    raise AssertionError("it never came to be")


def test_never_more_at_once_than_allowed_and_first_come_first_served() -> None:
    async def run(server: ModelServer) -> None:
        client = client_of(server, limits={"concurrency": 7}, retries=3)
        deadline = time.monotonic() + 30

        async def one(number: int) -> None:
            asked = replace(ASKED, messages=(Message("user", str(number)),))
            await client.send(asked, deadline=deadline, on_attempt=lambda _: None)

        tasks = [asyncio.create_task(one(number)) for number in range(64)]
        await until(lambda: server.calls >= 7)
        for task in tasks[20:30]:  # those that wait may leave, and those that are served may be cancelled
            task.cancel()
        tasks[1].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await client.close()

    with ModelServer(latency=0.02, faults={n: Fault("status", 500) for n in (3, 9)}) as server:
        asyncio.run(asyncio.wait_for(run(server), 20))
    assert server.most_in_flight == 7
    order = [int(exchange.body["messages"][0]["content"]) for exchange in server.requests]
    firsts = list(dict.fromkeys(order))
    # within one batch of seven the order of arrival is that of the network
    turns = {number: turn for turn, number in enumerate(sorted(firsts))}
    assert all(abs(turns[number] - place) < 8 for place, number in enumerate(firsts))
    assert set(firsts) == set(range(64)) - set(range(20, 30))


def test_no_free_call_before_the_deadline() -> None:
    async def run(server: ModelServer) -> ModelError:
        client = client_of(server, limits={"concurrency": 1})
        first = asyncio.create_task(client.send(ASKED, deadline=time.monotonic() + 30, on_attempt=lambda _: None))
        await until(lambda: server.in_flight.total())
        with pytest.raises(ModelError) as raised:
            await client.send(ASKED, deadline=time.monotonic() + 0.1, on_attempt=lambda _: None)
        await first
        await client.close()
        return raised.value

    with ModelServer(latency=0.5) as server:
        error = asyncio.run(run(server))
    assert (error.kind, server.calls) == ("deadline", 1)


def many(on: Bench, count: int, deadline: float = 1000.0) -> list[Reply | BaseException]:
    async def run() -> list[Reply | BaseException]:
        calls = [on.client.send(ASKED, deadline=deadline, on_attempt=on.attempts.append) for _ in range(count)]
        return await asyncio.gather(*calls, return_exceptions=True)

    return asyncio.run(run())


def test_requests_a_minute() -> None:
    on = bench(*[Reply("yes", tokens=Tokens(1, 1))] * 9, limits={"requests_per_minute": 6})
    many(on, 9)
    assert len(on.attempts) == 9
    assert on.clock.now == pytest.approx(30, abs=0.1)


def test_tokens_a_minute_are_counted_as_used_not_as_announced() -> None:
    # announced: 3 for the question, 100 for the answer; used: 50, so that twice as many fit
    used = bench(*[Reply("yes", tokens=Tokens(20, 30))] * 9, limits={"tokens_per_minute": 300, "concurrency": 1})
    many(used, 9)
    assert used.clock.now == pytest.approx((8 * 50 + 104 - 300) / 5, abs=1)
    full = bench(*[Reply("yes", tokens=Tokens(20, 84))] * 9, limits={"tokens_per_minute": 300, "concurrency": 1})
    many(full, 9)
    assert full.clock.now == pytest.approx((9 * 104 - 300) / 5, abs=1)


def test_a_question_larger_than_a_minute_waits_for_a_full_one() -> None:
    on = bench(*[Reply("yes", tokens=Tokens(20, 30))] * 2, limits={"tokens_per_minute": 50})
    assert many(on, 2) == [Reply("yes", tokens=Tokens(20, 30))] * 2
    assert on.clock.now == pytest.approx(60, abs=2)


def test_a_limit_that_leaves_no_room_in_time() -> None:
    on = bench(*[Reply("yes")] * 3, limits={"requests_per_minute": 1})
    found = many(on, 3, deadline=61)
    kinds = [error.kind for error in found if isinstance(error, ModelError)]
    assert (kinds, len(on.attempts)) == (["deadline"], 2)


# the breaker


def test_a_server_that_is_down_is_left_alone_for_a_while() -> None:
    on = bench(*[failing("connection")] * 6, Reply("yes"), Reply("yes"), retries=0)
    for _ in range(5):
        on.send()
    opened = on.send()
    assert isinstance(opened, ModelError)
    assert (opened.kind, len(on.attempts)) == ("circuit-open", 5)
    on.clock.now += 30
    on.send()  # the probe fails
    assert len(on.attempts) == 6
    assert isinstance(on.send(), ModelError)
    assert len(on.attempts) == 6
    on.clock.now += 30
    assert [on.send(), on.send()] == [Reply("yes")] * 2


@pytest.mark.parametrize("kind", ["rate-limit", "auth", "bad-request", "empty"])
def test_a_server_that_answers_is_not_down(kind: ModelErrorKind) -> None:
    steps = [failing("server")] * 4 + [failing(kind)] + [failing("server")] * 4
    on = bench(*steps, Reply("yes"), retries=0)
    for _ in steps:
        on.send()
    assert on.send() == Reply("yes")


def test_a_hurried_timeout_says_nothing_about_the_server() -> None:
    on = bench(*[50.0] * 9, Reply("yes"), timeout=20, retries=0)
    for _ in range(9):
        on.send(deadline=on.clock.now + 5)
    assert on.send() == Reply("yes")


def test_one_probe_at_a_time() -> None:
    clock = Clock()
    breaker = Breaker(failures=1, pause=30, timer=clock)
    with pytest.raises(ModelError), breaker.guarding("hema"):
        raise failing("server")
    clock.now = 31
    with breaker.guarding("hema"), pytest.raises(ModelError), breaker.guarding("other"):
        raise AssertionError("a second call passed")
    with breaker.guarding("other"):
        pass


def test_a_probe_that_is_cancelled_leaves_the_next_one_free() -> None:
    clock = Clock()
    breaker = Breaker(failures=1, pause=30, timer=clock)
    with pytest.raises(ModelError), breaker.guarding("hema"):
        raise failing("server")
    clock.now = 31
    with pytest.raises(asyncio.CancelledError), breaker.guarding("hema"):
        raise asyncio.CancelledError
    assert breaker.open
    with breaker.guarding("hema"):
        pass
    assert not breaker.open


def test_when_the_circuit_opens_between_retries_the_failure_itself_is_told() -> None:
    on = bench(*[failing("server", status=503)] * 9, retries=9)
    found = on.send()
    assert isinstance(found, ModelError)
    assert (found.kind, found.status, len(on.attempts)) == ("server", 503, 5)


# all of it, over HTTP


@pytest.mark.parametrize(
    "fault",
    [
        Fault("status", 429, retry_after="0"),
        Fault("status", 500),
        Fault("status", 408),
        Fault("status", 409),
        Fault("reset"),
        Fault("cut"),
        Fault("timeout"),
    ],
)
def test_a_fault_of_a_moment_is_overcome(fault: Fault) -> None:
    attempts: list[Attempt] = []

    async def run(server: ModelServer) -> Reply:
        given = settings(base_url=server.base_url, timeout=0.3)
        client = ModelClient("hema", given, OpenAIEndpoint("hema", given), random=lambda: 0.0)
        try:
            return await client.send(ASKED, deadline=time.monotonic() + 10, on_attempt=attempts.append)
        finally:
            await client.close()

    with ModelServer(lambda _: Answer("fine"), faults={1: fault}) as server:
        assert asyncio.run(run(server)).text == "fine"
    assert [attempt.reply is not None for attempt in attempts] == [False, True]
    assert server.calls == 2
