"""Group commit: messages that arrive while the disk is busy are written together, with one wait for the disk."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TYPE_CHECKING

from consult.errors import ConsultationError

if TYPE_CHECKING:
    from collections.abc import Callable

    from consult.live._inbox import Arrival, Inbox, Stored

_MOST = 256


class Committer:
    """Stores arrivals, in their order, in as few transactions as the senders' pace allows."""

    def __init__(self, inbox: Inbox, *, clock: Callable[[], datetime]) -> None:
        self._inbox = inbox
        self._clock = clock
        self._queue: list[tuple[Arrival, asyncio.Future[Stored]]] = []
        self._writing: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="consult-inbox")

    async def store(self, arrival: Arrival) -> Stored:
        """Store one message; returns once it is on the disk.

        Raises:
            ConsultationError: it could not be stored.
        """
        future: asyncio.Future[Stored] = asyncio.get_running_loop().create_future()
        self._queue.append((arrival, future))
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        return await future

    async def _write(self) -> None:
        while self._queue:
            batch, self._queue = self._queue[:_MOST], self._queue[_MOST:]
            await self._commit(batch)

    async def _commit(self, batch: list[tuple[Arrival, asyncio.Future[Stored]]]) -> None:
        arrivals = [arrival for arrival, _ in batch]
        loop = asyncio.get_running_loop()
        try:
            stored = await loop.run_in_executor(self._thread, self._inbox.store, arrivals, self._clock())
        except Exception as error:  # whatever it was: nobody may wait for ever, and nothing was stored
            failure = error if isinstance(error, ConsultationError) else ConsultationError(_says(error))
            for _, future in batch:
                if not future.done():
                    future.set_exception(failure)
            return
        for (_, future), one in zip(batch, stored, strict=True):
            if not future.done():  # its connection was cancelled: stored, not acknowledged
                future.set_result(one)

    def close(self) -> None:
        """After the last message."""
        self._thread.shutdown()


def _says(error: Exception) -> str:
    return f"the inbox failed ({type(error).__name__})"
