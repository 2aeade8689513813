"""What a provider bears: calls at once, requests and tokens a minute; first come, first served."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

from consult.settings import Limits

Sleep = Callable[[float], Awaitable[None]]
_KINDS = tuple(Limits.model_fields)
_LOOK = 1.0
"""Seconds after which a waiting call looks again: calls that end give back what they did not use."""


class NoRoom(Exception):
    """A limit left no room before the deadline; `str()` says which."""


class Limiter(Protocol):
    """Keeps the limits of one model; deadlines are in seconds of the clock that it was made with."""

    def slot(self, deadline: float) -> AbstractAsyncContextManager[None]:
        """One of the calls at once; raises `NoRoom` when none was free in time."""

    async def admit(self, tokens: int, deadline: float) -> None:
        """Wait until a request with so many tokens fits into the minute; raises `NoRoom` when it would not in time."""

    def use(self, tokens: int) -> None:
        """Count tokens beyond those that were announced; a negative number gives some back."""


class Bucket:
    """So many a minute: holds what may be used at once, and fills up again steadily."""

    def __init__(self, per_minute: int, timer: Callable[[], float]) -> None:
        self._capacity = float(per_minute)
        self._level = self._capacity
        self._timer = timer
        self._at = timer()

    def wait(self, amount: float) -> float:
        """Seconds until `amount` can be taken; what is more than a minute's worth needs a full bucket."""
        self._fill()
        return round(max(0.0, min(amount, self._capacity) - self._level) * 60 / self._capacity, 3)

    def take(self, amount: float) -> None:
        """Use `amount`; a negative one is given back."""
        self._fill()
        self._level = min(self._capacity, self._level - amount)

    def _fill(self) -> None:
        now = self._timer()
        self._level = min(self._capacity, self._level + (now - self._at) * self._capacity / 60)
        self._at = now


class Gate:
    """The limits of one model in this process."""

    def __init__(
        self,
        limits: Limits,
        *,
        timer: Callable[[], float] = time.monotonic,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        """An open gate; `timer` and `sleep` tell and spend seconds."""
        self._timer = timer
        self._sleep = sleep
        self._slots = asyncio.Semaphore(limits.concurrency)
        self._queue = asyncio.Lock()
        self._requests = None if limits.requests_per_minute is None else Bucket(limits.requests_per_minute, timer)
        self._tokens = None if limits.tokens_per_minute is None else Bucket(limits.tokens_per_minute, timer)

    @asynccontextmanager
    async def slot(self, deadline: float) -> AsyncIterator[None]:
        """One of the calls at once; see `Limiter`."""
        try:
            async with asyncio.timeout(deadline - self._timer()):
                await self._slots.acquire()
        except TimeoutError:
            raise NoRoom("no call was free in time") from None
        try:
            yield
        finally:
            self._slots.release()

    async def admit(self, tokens: int, deadline: float) -> None:
        """Wait until one more request with so many tokens fits into the minute; see `Limiter`."""
        if self._requests is None and self._tokens is None:
            return
        try:
            async with asyncio.timeout(deadline - self._timer()), self._queue:
                while wait := self._wait(tokens):
                    if self._timer() + wait > deadline:
                        raise TimeoutError
                    await self._sleep(min(wait, _LOOK))
        except TimeoutError:
            raise NoRoom("the limit a minute left no room in time") from None
        if self._requests is not None:
            self._requests.take(1)
        self.use(tokens)

    def use(self, tokens: int) -> None:
        """Count tokens beyond those that were announced; a negative number gives some back."""
        if self._tokens is not None:
            self._tokens.take(tokens)

    def _wait(self, tokens: int) -> float:
        requests = 0.0 if self._requests is None else self._requests.wait(1)
        return max(requests, 0.0 if self._tokens is None else self._tokens.wait(tokens))


class Gates:
    """The gates of models by where they are served, so that all who ask one model share its limits."""

    def __init__(self, make: Callable[[str, Limits], Limiter] | None = None) -> None:
        """No gates yet.

        Args:
            make: a gate, of where a model is served and its limits; None: one of this process.
        """
        self._make = make or (lambda served, limits: Gate(limits))
        self._limits: dict[str, Limits] = {}
        self._gates: dict[str, Limiter] = {}

    def announce(self, served: str, limits: Limits) -> None:
        """Say, before anybody asks, what a model bears; where several speak of one model, the strictest counts."""
        self._limits[served] = _strictest(limits, self._limits.get(served, limits))

    def __getitem__(self, served: str) -> Limiter:
        """The gate of a model that was announced."""
        if served not in self._gates:
            self._gates[served] = self._make(served, self._limits[served])
        return self._gates[served]


def _strictest(one: Limits, other: Limits) -> Limits:
    said = {name: [value for limits in (one, other) if (value := getattr(limits, name)) is not None] for name in _KINDS}
    return Limits(**{name: min(values) for name, values in said.items() if values})
