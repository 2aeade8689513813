"""When consultations begin: one after another, so that a burst of them does not stay a burst at every later step."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_LONGEST = 0.03
"""Seconds of a pause: about the work of a beginning. Under load a beginning takes longer, and so would the queue."""


class Pace:
    """Lets one consultation begin at a time, and then goes on with the others for as long as its beginning took.

    Sixty consultations that begin at once also end at once, four model calls later: each then waits for the work of
    all others. Those under way come first; who begins only waits for a model sooner.
    """

    def __init__(self) -> None:
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[None]:
        """Wait for the turn, and hold it."""
        await self._turn.acquire()
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            yield
        finally:
            loop.call_later(min(loop.time() - started, _LONGEST), self._turn.release)
