"""The program of one worker of a cluster: arms first, then pairs, as frames of JSON."""

from __future__ import annotations

import gc
import json
import zlib
from dataclasses import astuple
from pathlib import Path
from typing import TYPE_CHECKING, Any

from consult._version import __version__
from consult.errors import ConsultError
from consult.models import Gates
from consult.replay._bench import Bench
from consult.replay._cases import Cases
from consult.replay._ray.limits import ClusterGate
from consult.replay._wire import arms_from, outcome_frame, pair_from, problem_frame

if TYPE_CHECKING:
    from consult.settings import Limits


class Worker:
    """Becomes an actor. Its rules, its search and its connections are its own; the limits of models are not."""

    def __init__(self, name: str, keeper: Any) -> None:
        """Prepare; everything that can go wrong waits for `begin`, which can say what it was.

        Args:
            name: unique in the cluster.
            keeper: the actor that keeps the limits; None where no model is asked.
        """
        self._name = name
        self._keeper = keeper
        self._bench: Bench | None = None

    async def begin(self, arms: bytes) -> bytes:
        """Load what the arms read; says which version and which content that is, or why it cannot work."""
        gc.set_threshold(100_000, 50, 100)  # as in a local worker: what is loaded once is never garbage
        try:
            self._bench = Bench(arms_from(zlib.decompress(arms)), gates=Gates(self._gate))
        except ConsultError as error:
            return problem_frame(str(error))
        return json.dumps({"version": __version__, "arms": dict(self._bench.hashes)}).encode()

    async def work(self, pair: bytes) -> bytes:
        """What came of a pair."""
        assert self._bench is not None
        return outcome_frame(await self._bench.outcome(pair_from(pair)))

    async def read(self, site: bytes, content: str, lines: list[tuple[int, str]]) -> list[list[tuple[Any, ...]]] | None:
        """What lines hold, as who asks would read them; None where the content is another one here.

        Args:
            site: the arm that stands for the site's own settings.
            content: hash of the content that they are to be read with.
            lines: of a file with a native case on each.
        """
        assert self._bench is not None
        (arm,) = arms_from(zlib.decompress(site))
        library = self._bench.reading(arm, content)
        if library is None:
            return None
        cases = Cases(Path(), library.catalog, concepts=library.concepts, time_zone=arm.settings.site.time_zone)
        return [[astuple(part) for part in cases.parts(line)] for line in lines]

    def _gate(self, served: str, limits: Limits) -> ClusterGate:
        return ClusterGate(self._keeper, self._name, served, limits)
