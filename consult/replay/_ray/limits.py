"""The limits of models over all workers of a cluster: one actor keeps them, every worker asks it."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from consult.models import Gate, NoRoom
from consult.settings import Limits


class Keeper:
    """Becomes an actor: the gates of all models, and which worker is how often inside.

    What a worker holds it holds for as long as it lives: who started the workers says which one is gone, and its
    permits are free again. A keeper that dies and is started anew knows of nobody inside, until they have left.
    """

    def __init__(self) -> None:
        """All gates are open."""
        self._gates: dict[str, Gate] = {}
        self._inside: dict[str, list[tuple[str, AsyncExitStack]]] = {}
        """Worker to what it holds: where the model is served, and what lets go of it."""
        self._gone: set[str] = set()

    async def enter(self, worker: str, served: str, limits: dict[str, Any], seconds: float) -> bool:
        """Take one of the calls at once for a worker; false: none was free in time, or the worker is gone."""
        held = AsyncExitStack()
        try:
            await held.enter_async_context(self._gate(served, limits).slot(time.monotonic() + seconds))
        except NoRoom:
            return False
        if worker in self._gone:
            await held.aclose()
            return False
        self._inside.setdefault(worker, []).append((served, held))
        return True

    async def leave(self, worker: str, served: str) -> None:
        """Give one back."""
        mine = self._inside.get(worker, [])
        held = next((one for one in mine if one[0] == served), None)
        if held is not None:
            mine.remove(held)
            await held[1].aclose()

    async def admit(self, served: str, limits: dict[str, Any], tokens: int, seconds: float) -> bool:
        """Wait until a request with so many tokens fits into the minute; false: it would not in time."""
        try:
            await self._gate(served, limits).admit(tokens, time.monotonic() + seconds)
        except NoRoom:
            return False
        return True

    async def use(self, served: str, tokens: int) -> None:
        """Count tokens beyond those that were announced; a negative number gives some back."""
        if served in self._gates:
            self._gates[served].use(tokens)

    async def gone(self, worker: str) -> None:
        """A worker is no more: what it held is free, and what it waits for is not given to it."""
        self._gone.add(worker)
        for _, held in self._inside.pop(worker, []):
            await held.aclose()

    async def inside(self) -> dict[str, int]:
        """How many calls each worker holds."""
        return Counter({worker: len(held) for worker, held in self._inside.items()})

    def _gate(self, served: str, limits: dict[str, Any]) -> Gate:
        if served not in self._gates:
            self._gates[served] = Gate(Limits.model_validate(limits))
        return self._gates[served]


class ClusterGate:
    """A worker's side of a gate; see `consult.models.Limiter`. Deadlines are in seconds of `time.monotonic`."""

    def __init__(self, keeper: Any, worker: str, served: str, limits: Limits) -> None:
        self._keeper = keeper
        self._worker = worker
        self._served = served
        self._limits = limits.model_dump(mode="json")
        self._by_minute = limits.requests_per_minute is not None or limits.tokens_per_minute is not None

    @asynccontextmanager
    async def slot(self, deadline: float) -> AsyncIterator[None]:
        """One of the calls at once, of all that all workers make."""
        asked = asyncio.ensure_future(self._entered(deadline))
        try:
            given = await asyncio.shield(asked)
        except asyncio.CancelledError:
            asked.add_done_callback(self._returned)  # the keeper may grant it all the same
            raise
        if not given:
            raise NoRoom("no call was free in time")
        try:
            yield
        finally:
            self._leave()

    async def admit(self, tokens: int, deadline: float) -> None:
        """Wait until a request with so many tokens fits into the minute."""
        if not self._by_minute:
            return
        rest = deadline - time.monotonic()
        if not await self._keeper.admit.remote(self._served, self._limits, tokens, rest):
            raise NoRoom("the limit a minute left no room in time")

    def use(self, tokens: int) -> None:
        """Count tokens beyond those that were announced."""
        if self._by_minute:
            self._keeper.use.remote(self._served, tokens)

    async def _entered(self, deadline: float) -> bool:
        rest = deadline - time.monotonic()
        return bool(await self._keeper.enter.remote(self._worker, self._served, self._limits, rest))

    def _returned(self, asked: asyncio.Future[bool]) -> None:
        if not asked.cancelled() and asked.exception() is None and asked.result():
            self._leave()

    def _leave(self) -> None:
        self._keeper.leave.remote(self._worker, self._served)
