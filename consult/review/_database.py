"""The connection to the store: modes, pragmas, transactions and the version of the tables."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, Engine, create_engine, event, insert, inspect, select, update
from sqlalchemy.exc import ArgumentError, DatabaseError

from consult.errors import ConsultationError, SettingsError
from consult.review._sealed import OPTION
from consult.review._tables import STORE_VERSION, about, metadata, sealing
from consult.storage import Vault, private_file

FILE = "consult.sqlite"
BUSY_SECONDS = 30
"""How long a writer waits for another one."""

Mode = Literal["read", "write", "durable"]
"""read; write: survives a crash of the program; durable: survives a loss of power too (decisions, signatures)."""


class Database:
    """One engine and its three kinds of transaction."""

    def __init__(self, engine: Engine, vault: Vault) -> None:
        self._engine = engine
        self._sealer = vault.sealer("store")
        self.vault = vault
        """The keys that it is read and written with."""

    @classmethod
    def open(cls, home: Path, url: str | None, vault: Vault) -> Database:
        """The database at `url`, or `consult.sqlite` in `home`; tables are made at the first call.

        One made by an older version gets the tables it lacks, and is that version's no longer: an older program refuses
        it rather than read half of it.

        Raises:
            SettingsError: it is no database of ours, it is newer than this program, its driver is missing, it cannot
                be written, or it holds what was sealed with a key that `vault` does not have.
        """
        try:
            engine = create_engine(url or _sqlite_url(home), connect_args=_arguments(url))
        except (ArgumentError, ImportError) as error:
            raise SettingsError(f"the store's address cannot be used: {type(error).__name__}") from None
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _on_connect)
            event.listen(engine, "begin", _on_begin)
        database = cls(engine, vault)
        try:
            database._prepare()
            database._check_keys()
        except DatabaseError:
            engine.dispose()
            raise SettingsError("the store cannot be read: it is damaged, locked or not a store of consult") from None
        except SettingsError:
            engine.dispose()
            raise
        return database

    @contextmanager
    def begin(self, mode: Mode) -> Iterator[Connection]:
        """A transaction: committed at the end, rolled back when the block raises.

        Raises:
            ConsultationError: the database refused (full disk, locked for too long, damaged).
        """
        try:
            # SQLite learns from the option how to begin; SQLAlchemy hands it to the `begin` event.
            with self._engine.connect() as connection:
                connection = connection.execution_options(**{"consult_mode": mode, OPTION: self._sealer})
                with connection.begin():
                    yield connection
        except DatabaseError as error:
            raise ConsultationError(f"the store refused: {type(error.orig).__name__}") from error

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()

    def erase(self) -> bool:
        """Take what was deleted or replaced off the disk; False when another program keeps the database in use.

        Nothing to do but to wait for the vacuum of the server where it is PostgreSQL.
        """
        if self._engine.dialect.name != "sqlite":
            return True
        try:
            with self._engine.connect() as connection:
                raw = connection.connection.driver_connection
                raw.execute("VACUUM")  # type: ignore[union-attr]  # the driver's own; outside any transaction
                # What was deleted still stands in the log until that is cut to nothing.
                busy = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]  # type: ignore[union-attr]
        except (sqlite3.Error, DatabaseError):
            return False
        return not busy

    def _prepare(self) -> None:
        with self._engine.connect() as connection:
            version = _version(connection)
        if version < STORE_VERSION:
            version = self._complete()
        if version > STORE_VERSION:
            raise SettingsError(f"the store has version {version}; this program reads up to version {STORE_VERSION}")

    def _check_keys(self) -> None:
        """Refuse a store that cannot be read in full before anything is written to it."""
        kid = self.vault.kid
        with self._engine.connect() as connection:
            used = set(connection.execute(select(sealing.c.kid)).scalars())
        self.vault.require(used)
        if kid is not None and kid not in used:
            with self.begin("durable") as connection:
                if connection.execute(select(sealing).where(sealing.c.kid == kid)).first() is None:
                    connection.execute(insert(sealing).values(kid=kid))

    def _complete(self) -> int:
        """Make the tables that are not there, all or none; the version that the store has then."""
        with self._engine.connect() as connection:
            connection = connection.execution_options(consult_mode="durable")
            with connection.begin():
                version = _version(connection)
                if version >= STORE_VERSION:  # another process was faster
                    return version
                metadata.create_all(connection)
                set_version = insert(about) if version == 0 else update(about)
                connection.execute(set_version.values(version=STORE_VERSION))
        return STORE_VERSION


def _version(connection: Connection) -> int:
    """Of the tables; 0 when there are none."""
    if not inspect(connection).has_table(about.name):
        return 0
    return int(connection.execute(select(about.c.version)).scalar_one())


def _sqlite_url(home: Path) -> str:
    # Made before SQLite does, so that the file and the -wal and -shm beside it are never readable by others.
    return f"sqlite:///{private_file(home / FILE)}"


def _arguments(url: str | None) -> dict[str, Any]:
    return {"timeout": BUSY_SECONDS} if url is None or url.startswith("sqlite") else {}


def _on_connect(raw: Any, _record: object) -> None:
    raw.isolation_level = None  # we say BEGIN ourselves: the driver would begin late, and never IMMEDIATE
    cursor = raw.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA secure_delete=ON")  # what is deleted is overwritten, not left in free pages
    cursor.close()


def _on_begin(connection: Connection) -> None:
    mode: Mode = connection.get_execution_options().get("consult_mode", "read")
    wanted = "FULL" if mode == "durable" else "NORMAL"
    if connection.info.get("synchronous") != wanted:  # a setting of the connection, which outlives the transaction
        connection.exec_driver_sql(f"PRAGMA synchronous={wanted}")
        connection.info["synchronous"] = wanted
    # A reader that later writes can find itself outrun; a writer takes its place in the queue at once.
    connection.exec_driver_sql("BEGIN" if mode == "read" else "BEGIN IMMEDIATE")
