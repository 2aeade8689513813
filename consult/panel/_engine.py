"""Runs the graph on a loop of its own, so that a panel works from any thread and inside any event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from anyio.from_thread import BlockingPortal, start_blocking_portal

from consult.panel._desk import Desk
from consult.panel._events import Event

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from consult.panel._graph import State

T = TypeVar("T")


class Engine:
    """The compiled graph with its checkpointer; started at first use."""

    def __init__(self, checkpoints: Path) -> None:
        self._checkpoints = checkpoints
        self._portal: BlockingPortal | None = None
        self._portal_context: AbstractContextManager[BlockingPortal] | None = None
        self._stack = AsyncExitStack()
        self._graph: Any = None
        self._saver: Any = None

    def call(self, work: Coroutine[Any, Any, T]) -> T:
        """Run `work` on the engine's loop and wait for it, from any thread."""
        done: T = self._started().call(_run, work)
        return done

    async def acall(self, work: Coroutine[Any, Any, T]) -> T:
        """Run `work` on the engine's loop, awaited in the caller's; cancelling the caller cancels the work."""
        return await asyncio.wrap_future(self._started().start_task_soon(_run, work))

    def close(self) -> None:
        """Close the checkpointer and end the thread."""
        if self._portal is not None and self._portal_context is not None:
            self._portal.call(self._stack.aclose)
            self._portal_context.__exit__(None, None, None)
            self._portal = self._portal_context = self._graph = None

    async def run(self, thread: str, desk: Desk, emit: Callable[[Event], None]) -> State:
        """The finished state of `thread`: from its last checkpoint when it has one, else from the start."""
        graph = await self._compiled()
        config = {"configurable": {"thread_id": thread}}
        snapshot = await graph.aget_state(config)
        if snapshot.values and not snapshot.next:
            return snapshot.values  # type: ignore[no-any-return]  # LangGraph types state values as Any
        entry = None if snapshot.values else {"consultation": thread}
        async for mode, item in graph.astream(
            entry, config, context=desk, stream_mode=["custom", "values"], durability="sync"
        ):
            if mode == "custom":
                emit(item)
            else:
                state = item
        return state  # type: ignore[no-any-return]  # as above

    async def forget(self, thread: str) -> None:
        """Delete a thread whose draft is stored."""
        await self._compiled()
        await self._saver.adelete_thread(thread)

    def _started(self) -> BlockingPortal:
        if self._portal is None:
            self._portal_context = start_blocking_portal()
            self._portal = self._portal_context.__enter__()
        return self._portal

    async def _compiled(self) -> Any:
        if self._graph is None:
            from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

            from consult.panel._graph import build_graph

            self._checkpoints.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._saver = await self._stack.enter_async_context(
                AsyncSqliteSaver.from_conn_string(str(self._checkpoints))
            )
            await self._saver.setup()
            # The write-ahead log survives a killed process without a sync to disk per step.
            await self._saver.conn.execute("PRAGMA synchronous=NORMAL")
            self._graph = build_graph(self._saver)
        return self._graph


async def _run(work: Coroutine[Any, Any, T]) -> T:
    return await work
