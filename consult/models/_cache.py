"""Answers kept between consultations: off unless a site switches it on."""

from __future__ import annotations

import json
import logging
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path

from consult.errors import ConsultError
from consult.models._recording import reply_from
from consult.models._request import Reply, Request, hashed
from consult.storage import Sealer, Vault

_log = logging.getLogger(__name__)


class Cache:
    """Valid answers by everything that decides them; a file in the home that only its owner may read.

    A cache that cannot be read or written is one without answers: it never stops a consultation.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        max_age: timedelta,
        clock: Callable[[], datetime],
        sealer: Sealer | None = None,
    ) -> None:
        """Open the cache, making it if need be, and drop what is older than `max_age`."""
        self._sealer = sealer or Vault().sealer("cache")
        self._max_age = max_age
        self._clock = clock
        Path(path).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        Path(path).chmod(0o600)
        self._connection = sqlite3.connect(path, timeout=1.0, isolation_level=None, check_same_thread=False)
        with _tolerant("opened"):
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = NORMAL")
            self._connection.execute("PRAGMA secure_delete = ON")
            self._connection.execute(
                "CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, at TEXT NOT NULL, reply TEXT NOT NULL)"
            )
            self._connection.execute("DELETE FROM answers WHERE at < ?", (self._oldest(),))

    def get(self, base_url: str, request: Request) -> Reply | None:
        """The answer that was given to the same request by the same endpoint, unless it is too old."""
        reply: Reply | None = None
        with _tolerant("read"):
            key = _key(base_url, request)
            found = self._connection.execute(
                "SELECT reply FROM answers WHERE key = ? AND at >= ?", (key, self._oldest())
            ).fetchone()
            reply = reply_from(json.loads(self._sealer.open_text(found[0], about=key))) if found else None
        return reply

    def put(self, base_url: str, request: Request, reply: Reply) -> None:
        """Keep an answer that was found valid."""
        key = _key(base_url, request)
        row = (key, self._clock().isoformat(), self._sealer.seal_text(json.dumps(asdict(reply)), about=key))
        with _tolerant("written"):
            self._connection.execute("INSERT OR REPLACE INTO answers VALUES (?, ?, ?)", row)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _oldest(self) -> str:
        return (self._clock() - self._max_age).isoformat()


@contextmanager
def _tolerant(done: str) -> Iterator[None]:
    """Logs and passes over what a damaged or locked file, or one with another's key, raises."""
    try:
        yield
    except (sqlite3.Error, ValueError, TypeError, KeyError, ConsultError) as error:
        _log.warning("the cache of answers cannot be %s: %s", done, type(error).__name__)


def _key(base_url: str, request: Request) -> str:
    return hashed(f"{base_url.rstrip('/')}\n{request.key}")
