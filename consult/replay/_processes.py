"""Several processes on one machine: what the rules engine needs, which computes rather than waits."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence

from consult.replay._arms import Arm
from consult.replay._bench import Bench, Outcome, Pair, failed
from consult.replay._cases import Cases
from consult.replay._wire import SIZE, arms_frame, framed, outcome_of, pair_frame
from consult.settings import Settings

_TRIES = 2
"""A pair whose worker dies is tried again once: the first may have been killed for another's memory."""


class Processes:
    """Works in processes of its own, each with its own rules and its own search; one pair each at a time.

    A worker ends when this process does, however that ends: its input is a pipe.
    """

    def __init__(self, arms: Sequence[Arm], bench: Bench, count: int) -> None:
        """Prepare; processes start with the first pair.

        Args:
            arms: of the replay.
            bench: names the rows of pairs that no worker survives.
            count: of processes.
        """
        self._arms = list(arms)
        self._bench = bench
        self._count = count
        self._free: asyncio.Queue[_Worker | None] = asyncio.Queue()
        self._all: list[_Worker] = []
        for _ in range(count):
            self._free.put_nowait(None)

    @property
    def places(self) -> int:
        """One more than there are processes: the next pair is ready when one ends."""
        return self._count + 1

    async def outcome(self, pair: Pair) -> Outcome:
        """What came of a pair."""
        worker = await self._free.get()
        try:
            for _ in range(_TRIES):
                worker = worker or await self._started()
                try:
                    return await worker.ask(pair)
                except (EOFError, OSError):
                    self._all.remove(worker)
                    await worker.end()
                    worker = None
            return failed(self._bench.head(pair, pair.arm), "the process that worked on it died, twice")
        except asyncio.CancelledError:
            if worker is not None:  # an answer may still be under way, and would be taken for the next one's
                self._all.remove(worker)
                await worker.end()
                worker = None
            raise
        finally:
            self._free.put_nowait(worker)

    def read(self, cases: Cases, settings: Settings, *, limit: int | None) -> None:
        """One process reads faster than the others of this machine consult."""

    async def close(self) -> None:
        """End all workers."""
        workers, self._all = self._all, []
        await asyncio.gather(*(worker.end() for worker in workers))

    async def _started(self) -> _Worker:
        worker = await _Worker.start(self._arms)
        self._all.append(worker)
        return worker


class _Worker:
    """One process, spoken to in frames of JSON."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, arms: Sequence[Arm]) -> _Worker:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "consult.replay._worker"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        worker = cls(process)
        await worker._send(arms_frame(arms))
        return worker

    async def ask(self, pair: Pair) -> Outcome:
        """The outcome of a pair.

        Raises:
            EOFError, OSError: the process is no more.
            ConsultationError: it could not begin to work.
        """
        await self._send(pair_frame(pair))
        return outcome_of(await self._received())

    async def end(self) -> None:
        """Let it go; a worker that reads the end of its input ends by itself."""
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()

    async def _send(self, data: bytes) -> None:
        stream = self._process.stdin
        assert stream is not None
        stream.write(framed(data))
        await stream.drain()

    async def _received(self) -> bytes:
        stream = self._process.stdout
        assert stream is not None
        try:
            (size,) = SIZE.unpack(await stream.readexactly(SIZE.size))
            return await stream.readexactly(size)
        except asyncio.IncompleteReadError:
            raise EOFError from None
