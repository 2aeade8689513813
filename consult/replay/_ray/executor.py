"""A Ray cluster works on pairs: actors as workers, replaced when they die."""

from __future__ import annotations

import asyncio
import json
import os
import zlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import uuid4

from consult._version import __version__
from consult.errors import ConsultationError, ConsultError, UsageError
from consult.panel import Library
from consult.replay._ahead import Line, Part, read_ahead
from consult.replay._arms import Arm
from consult.replay._bench import Bench, Outcome, Pair, failed
from consult.replay._cases import Cases, Item
from consult.replay._ray.limits import Keeper
from consult.replay._ray.session import Session
from consult.replay._ray.worker import Worker
from consult.replay._wire import arms_frame, outcome_of, pair_frame
from consult.settings import Settings

_TRIES = 2
"""A pair whose worker dies is tried again once: the first may have been killed for another's memory."""
_STARTS = 3
"""Workers in a row that may die before they have begun."""
_AT_ONCE = 16
"""Pairs at once of a worker that asks models."""
_AHEAD = 2
"""Batches of lines that each worker reads before they are needed."""
_PATIENCE = 300.0
"""Seconds in which a cluster has to give at least one worker."""


@dataclass(eq=False, slots=True)
class _Hand:
    """One worker as it is seen from here."""

    name: str
    actor: Any
    at_once: int
    given: list[Pair] = field(default_factory=list)
    """What it was given and has not answered, in that order."""
    dead: bool = False
    lost: list[Pair] = field(default_factory=list)
    """What it had begun to work on when it died."""


@dataclass(order=True, frozen=True, slots=True)
class _Place:
    """Room for one pair at a worker; the first one of every worker is filled before the second of any."""

    level: int
    number: int
    hand: _Hand | None = field(compare=False)
    """None: there will be no worker."""


class OnRay:
    """Works on a Ray cluster: each worker has its own rules, search and connections; limits of models hold over all.

    Cases, with who the patients are, go to the machines of the cluster. Rows are written here, once.
    """

    def __init__(self, arms: Sequence[Arm], bench: Bench, concurrency: int | None = None) -> None:
        """Join or start the cluster; workers start with the first pair.

        Args:
            arms: of the replay.
            bench: knows the arms' fingerprints, and names the rows of pairs that no worker survives.
            concurrency: workers for rules, pairs at once where models are asked; None: as many workers as the
                cluster has processors, each with 16 pairs at once where models are asked.

        Raises:
            MissingExtra: Ray is not installed.
            UsageError: an arm writes a recording, which one process does.
            ConsultationError: there is no cluster.
        """
        if bench.asks_models and any(arm.settings.recording.mode == "record" for arm in arms):
            raise UsageError("a recording is written by one process: leave out --executor ray")
        self._arms = zlib.compress(arms_frame(arms))
        self._bench = bench
        own = os.cpu_count() or 1
        self._session = Session.open(own if bench.asks_models else concurrency or own)
        self._keeper = self._session.keeper(Keeper) if bench.asks_models else None
        self._count, self._at_once, self._depth = _shape(concurrency, self._session.processors, bench.asks_models)
        self._hands: list[_Hand] = []
        self._free: asyncio.PriorityQueue[_Place] = asyncio.PriorityQueue()
        self._numbers, self._turn = count(), count()
        self._starting: set[asyncio.Task[None]] = set()
        self._begun = False
        self._failures = 0
        """Workers in a row that died before they had begun."""
        self._problem: ConsultError | None = None

    @property
    def places(self) -> int:
        """As many as all workers have: for rules one more each than it works on, lest it wait for the next."""
        return self._count * self._depth

    async def outcome(self, pair: Pair) -> Outcome:
        """What came of a pair.

        Raises:
            ConsultationError: the cluster gives no worker, or one that would not do the same as this process.
        """
        frame = pair_frame(pair)
        for _ in range(_TRIES):
            while True:
                outcome, begun = await self._tried(pair, frame)
                if outcome is not None:
                    return outcome
                if begun:
                    break
        return failed(self._bench.head(pair, pair.arm), "the worker that worked on it died, twice")

    def read(self, cases: Cases, settings: Settings, *, limit: int | None) -> AsyncIterator[Item] | None:
        """The items of a file with a native case on every line, read by the workers; None: it is no such file.

        Args:
            cases: the file.
            settings: the site's, which say how it is read.
            limit: only the first so many items.
        """
        lines = cases.lines()
        if lines is None:
            return None
        site, content = zlib.compress(arms_frame([Arm("site", settings, "rules")])), Library.load(settings).content_hash

        async def reader(batch: Sequence[Line]) -> list[list[Part]] | None:
            return await self._read(site, content, list(batch))

        return read_ahead(cases, lines, reader, batches=_AHEAD * self._count, limit=limit)

    async def _read(self, site: bytes, content: str, batch: list[Line]) -> list[list[Part]] | None:
        """What lines hold; None where no worker could say."""
        from ray.exceptions import RayError

        await self._begun_to_work()
        hand = self._hands[next(self._turn) % len(self._hands)] if self._hands else None
        if hand is None:
            return None
        try:
            told = await hand.actor.read.remote(site, content, batch)
        except RayError:  # whoever waits for a pair of this worker buries it
            return None
        return None if told is None else [[Part(*part) for part in parts] for parts in told]

    async def close(self) -> None:
        """End the workers, and the cluster if it was started here."""
        for task in self._starting:
            task.cancel()
        await asyncio.gather(*self._starting, return_exceptions=True)
        for hand in self._hands:
            self._session.end(hand.actor)
        if self._keeper is not None:
            self._session.end(self._keeper)
        await asyncio.to_thread(self._session.close)

    async def _tried(self, pair: Pair, frame: bytes) -> tuple[Outcome | None, bool]:
        """What came of it; None where the worker died, with whether it had begun with this pair."""
        from ray.exceptions import RayError

        place = await self._place()
        hand = place.hand
        assert hand is not None
        hand.given.append(pair)
        try:
            return outcome_of(await hand.actor.work.remote(frame)), True
        except RayError:
            self._bury(hand)
            return None, any(pair is lost for lost in hand.lost)
        finally:
            hand.given.remove(pair)
            self._free.put_nowait(place)

    async def _place(self) -> _Place:
        """Room at a worker that lives."""
        self._begin()
        while True:
            place = await self._free.get()
            if place.hand is None:
                self._free.put_nowait(place)
                raise self._problem or AssertionError
            if not place.hand.dead:
                return place

    def _begin(self) -> None:
        if not self._begun:
            self._begun = True
            for _ in range(self._count):
                self._hire()

    async def _begun_to_work(self) -> None:
        """Wait for the first worker, or for it to be known that there will be none."""
        self._begin()
        place = await self._free.get()
        self._free.put_nowait(place)

    def _bury(self, hand: _Hand) -> None:
        """A worker died, or cannot be reached: it gets no more pairs, its permits are free, another one is started."""
        if hand.dead:
            return
        hand.dead, hand.lost = True, hand.given[: hand.at_once]
        self._hands.remove(hand)
        self._session.end(hand.actor)
        if self._keeper is not None:
            self._keeper.gone.remote(hand.name)
        self._hire()

    def _hire(self) -> None:
        task = asyncio.create_task(self._started())
        self._starting.add(task)
        task.add_done_callback(self._starting.discard)

    async def _started(self) -> None:
        """Start a worker; it takes pairs once it has shown that it would do the same as this process."""
        from ray.exceptions import RayError

        name = uuid4().hex
        actor = self._session.worker(Worker, name, self._keeper, at_once=self._at_once)
        try:
            told = await self._answer(actor.begin.remote(self._arms))
        except RayError:
            self._failures += 1
            if self._failures < _STARTS:
                self._hire()
            elif not self._hands:
                self._give_up(
                    "no worker could be started on the cluster: is the same consult installed on each machine?"
                )
            return
        except asyncio.CancelledError:
            self._session.end(actor)
            raise
        self._failures = 0
        if problem := self._difference(json.loads(told)):
            self._session.end(actor)
            self._give_up(problem)
            return
        hand = _Hand(name, actor, self._at_once)
        self._hands.append(hand)
        for level in range(self._depth):
            self._free.put_nowait(_Place(level, next(self._numbers), hand))

    async def _answer(self, asked: Any) -> bytes:
        """What a worker says; a cluster that grows may take its time, as long as others work."""
        answer = asyncio.ensure_future(asked)
        answer.add_done_callback(lambda answer: answer.cancelled() or answer.exception())  # heard in any case
        while not (await asyncio.wait({answer}, timeout=_PATIENCE))[0]:
            if not self._hands:
                self._give_up(f"the cluster gave no worker within {_PATIENCE:.0f} s")
        return bytes(answer.result())

    def _difference(self, told: dict[str, Any]) -> str:
        """Why a worker must not be used; empty: it may."""
        if "problem" in told:
            return str(told["problem"])
        if told["version"] != __version__:
            return f"a worker runs consult {told['version']}, this machine {__version__}"
        if told["arms"] != dict(self._bench.hashes):
            return "a worker has other rules, literature or settings than this machine"
        return ""

    def _give_up(self, problem: str) -> None:
        self._problem = ConsultationError(problem)
        self._free.put_nowait(_Place(-1, next(self._numbers), None))


def _shape(concurrency: int | None, processors: int, asks_models: bool) -> tuple[int, int, int]:
    """Workers, the pairs that each works on at once, and the pairs that each is given."""
    if not asks_models:
        return concurrency or processors, 1, 2
    workers = min(processors, concurrency or processors)
    at_once = _AT_ONCE if concurrency is None else -(-concurrency // workers)
    return workers, at_once, at_once
