"""The listener as a whole: a door, a worker behind it, and somebody who carries signed plans back."""

from __future__ import annotations

import asyncio
import logging
import ssl
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from consult.errors import ConsultError
from consult.live._alone import alone
from consult.live._delivery import Delivery
from consult.live._door import Door
from consult.live._inbox import Inbox
from consult.live._tls import listening
from consult.live._worker import Worker
from consult.settings import Settings

if TYPE_CHECKING:
    from consult.panel import Panel

log = logging.getLogger(__name__)
_PAUSE = 1.0
"""Seconds between two looks at the clock: for settling times and second attempts."""
_GATHER = 0.2
"""Seconds after a message until it is looked at: in a burst, many at once."""
_LOOK = 3.0
"""Seconds between two looks for what was signed elsewhere."""
_GRACE = 10.0
"""Seconds that a shutdown waits for a consultation; one that takes longer is resumed by the next listener."""
_PURGE_EVERY = timedelta(hours=1)


class Listener:
    """`consult listen`. Messages are taken while consultations run; a crash anywhere loses nothing that was taken."""

    def __init__(self, settings: Settings, panel: Panel, *, clock: Callable[[], datetime]) -> None:
        """A listener over an open panel, which it does not close."""
        self._settings, self._listen = settings, settings.listen
        self._panel = panel
        self._clock = clock
        self._wake, self._over = threading.Event(), threading.Event()
        self._purged: datetime | None = None

    async def run(self, stop: asyncio.Event, *, ready: Callable[[int], None] = lambda port: None) -> bool:
        """Listen until `stop`; whether everything had come to its end, so that the panel may be closed.

        Args:
            stop: set it to end: what has been acknowledged is stored, what is not stored is not acknowledged.
            ready: told the port once connections are taken.

        Raises:
            UsageError: the address cannot be listened on, or another listener has this home.
            SettingsError: a certificate or the inbox cannot be used.
        """
        tls = listening(self._listen.tls)
        with alone(self._settings.home_path):
            inbox = Inbox.open(self._settings.home_path, vault=self._panel.store.vault)
            threads = self._threads(inbox)
            try:
                await self._serve(self._door(inbox, tls), stop, ready)
            finally:
                self._over.set()
                self._wake.set()
                for thread in threads:
                    await asyncio.to_thread(thread.join, _GRACE)
                ended = not any(thread.is_alive() for thread in threads)
                if ended:
                    inbox.close()
        return ended

    def _door(self, inbox: Inbox, tls: ssl.SSLContext | None) -> Door:
        return Door(self._listen, inbox, clock=self._clock, on_stored=self._wake.set, tls=tls)

    async def _serve(self, door: Door, stop: asyncio.Event, ready: Callable[[int], None]) -> None:
        ready(await door.open())
        try:
            await stop.wait()
        finally:
            await door.close()

    def _threads(self, inbox: Inbox) -> list[threading.Thread]:
        stopping = self._over.is_set
        worker = Worker(inbox, self._panel, self._settings, clock=self._clock, stopping=stopping)
        steps: list[tuple[Callable[[], object], Callable[[], object]]] = [
            (lambda: self._work(worker, inbox), self._rest)
        ]
        if self._listen.reply is not None:
            store = self._panel.store
            delivery = Delivery(inbox, store, self._listen, self._listen.reply, clock=self._clock)
            steps.append((delivery.step, lambda: self._over.wait(_LOOK)))
        threads = [threading.Thread(target=self._repeat, args=step, daemon=True) for step in steps]
        for thread in threads:
            thread.start()
        return threads

    def _work(self, worker: Worker, inbox: Inbox) -> None:
        worker.step()
        now = self._clock()
        if self._purged is None or now - self._purged >= _PURGE_EVERY:
            self._purged = now
            inbox.purge(now - timedelta(days=self._listen.keep_days))

    def _rest(self) -> None:
        self._wake.wait(_PAUSE)
        self._wake.clear()
        self._over.wait(_GATHER)

    def _repeat(self, step: Callable[[], object], rest: Callable[[], object]) -> None:
        while not self._over.is_set():
            try:
                step()
            except Exception as error:  # a full disk passes: the next look may succeed
                reason = str(error) if isinstance(error, ConsultError) else type(error).__name__
                log.error("will be tried again: %s", reason)
            rest()
