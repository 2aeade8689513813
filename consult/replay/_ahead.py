"""Cases whose lines are read by whoever works on them: what reads cannot be the bottleneck of many workers."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from consult.replay._cases import Cases, Item

Line = tuple[int, str]
"""The number of a line, and the line."""
_BATCH = 16
"""Lines that are read at once: half a second of a worker's time, of which reading is a fifth."""


@dataclass(frozen=True, slots=True)
class Part:
    """A case of a line, or why there is none."""

    sent: str = ""
    """The id as it was sent."""
    id: str = ""
    """What it goes by unless others go by it too."""
    hash: str = ""
    data: bytes = b""
    """The case, packed."""
    problem: str = ""


Reader = Callable[[Sequence[Line]], Awaitable[list[list[Part]] | None]]
"""What lines hold, a list for each; None: they must be read here."""


async def read_ahead(
    cases: Cases, lines: Iterator[Line], reader: Reader, *, batches: int, limit: int | None = None
) -> AsyncGenerator[Item]:
    """The items that iterating over `cases` gives, in the same order, read elsewhere.

    Args:
        cases: a file with a native case on every line.
        lines: of that file.
        reader: reads lines.
        batches: how many batches are read before they are needed.
        limit: only the first so many items.
    """
    given = 0
    async with aclosing(_read(lines, reader, batches)) as batched:
        async for batch, told in batched:
            for item in cases.taken(batch, told):
                if given == limit:
                    return
                given += 1
                yield item


async def _read(
    lines: Iterator[Line], reader: Reader, batches: int
) -> AsyncGenerator[tuple[list[Line], list[list[Part]] | None]]:
    waiting: deque[tuple[list[Line], asyncio.Future[list[list[Part]] | None]]] = deque()
    try:
        while batch := list(islice(lines, _BATCH)):
            waiting.append((batch, asyncio.ensure_future(reader(batch))))
            if len(waiting) > batches:
                first, told = waiting.popleft()
                yield first, await told
        while waiting:
            first, told = waiting.popleft()
            yield first, await told
    finally:
        for _, told in waiting:
            told.cancel()
        await asyncio.gather(*(told for _, told in waiting), return_exceptions=True)
