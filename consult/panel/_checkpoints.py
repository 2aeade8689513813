"""Where a run's state is kept: every write is whole or not there, and never keeps another process waiting."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import ChannelVersions, Checkpoint, CheckpointMetadata, CheckpointTuple
from langgraph.checkpoint.serde.base import SerializerProtocol
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite import SqliteSaver

from consult.storage import Sealer, Vault

T = TypeVar("T")


SEALED_TYPE = "+sealed"
"""Ends the type of a value that is encrypted."""


class _Sealed(SerializerProtocol):
    """LangGraph's serializer, with what it writes encrypted and bound to its thread."""

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer
        self._plain = JsonPlusSerializer()
        self.about = ""
        """The thread whose values are written or read next."""

    def dumps_typed(self, obj: Any) -> tuple[str, bytes]:
        """Type and bytes."""
        kind, data = self._plain.dumps_typed(obj)
        if not self._sealer.seals:
            return kind, data
        return f"{kind}{SEALED_TYPE}", self._sealer.seal(data, about=self.about)

    def loads_typed(self, data: tuple[str, bytes]) -> Any:
        """What was written, before or after encryption was switched on."""
        kind, value = data
        if not kind.endswith(SEALED_TYPE):
            return self._plain.loads_typed(data)
        return self._plain.loads_typed((kind.removesuffix(SEALED_TYPE), self._sealer.open(value, about=self.about)))


class Checkpoints(SqliteSaver):
    """LangGraph's own, on one thread beside the loop.

    Its asynchronous twin visits a thread for every statement, so that with many consultations in flight each write
    waits for many turns of the loop; and what it leaves behind when a write fails or is cancelled is an open
    transaction, which the next write commits and which locks every other process out.
    """

    def __init__(self, path: Path, sealer: Sealer | None = None) -> None:
        """Over the SQLite file at `path`, made if it is missing; what is written is encrypted where `sealer` seals."""
        self._sealed = _Sealed(sealer or Vault().sealer("checkpoints"))
        super().__init__(sqlite3.connect(path, check_same_thread=False), serde=self._sealed)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="consult-checkpoints")

    async def asetup(self) -> None:
        """Make the tables."""
        await self._there(self._prepare)

    async def aclose(self) -> None:
        """Finish what is being written, then close the file."""
        await self._there(self.conn.close)
        self._thread.shutdown()

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """The latest checkpoint of a thread, with what its next step has returned so far."""
        return await self._there(lambda: self._of(config).get_tuple(config))

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Save a checkpoint."""
        return await self._there(lambda: self._of(config).put(config, checkpoint, metadata, new_versions))

    async def aput_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        """Save what a step returned."""
        await self._there(lambda: self._of(config).put_writes(config, writes, task_id, task_path))

    async def adelete_thread(self, thread_id: str) -> None:
        """Delete a thread."""
        await self._there(lambda: self.delete_thread(thread_id))

    @contextmanager
    def cursor(self, transaction: bool = True) -> Iterator[sqlite3.Cursor]:
        """A cursor whose statements are all kept or, when one fails, none."""
        with self.lock, self.conn, closing(self.conn.cursor()) as cursor:
            yield cursor

    def _of(self, config: RunnableConfig) -> Checkpoints:
        """Itself, sealing for the thread of `config`; only ever called on the one thread."""
        self._sealed.about = str(config["configurable"]["thread_id"])
        return self

    def _prepare(self) -> None:
        self.setup()
        self.conn.execute("PRAGMA secure_delete=ON")
        # The write-ahead log survives a killed process without a sync to disk per step.
        self.conn.execute("PRAGMA synchronous=NORMAL")

    async def _there(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)
