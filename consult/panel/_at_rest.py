"""What a home keeps beside its store: checkpoints, cached answers, the recording. Purged and re-encrypted with it."""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from consult.errors import ConsultError, UsageError
from consult.models import Call
from consult.models._recording import LINE, opened, reply_from
from consult.panel._checkpoints import SEALED_TYPE
from consult.panel._staff import REPLIES
from consult.review import Because, Due, Purge, Purged, Store, outdated, rewrite
from consult.settings import Settings
from consult.storage import Sealer, close_tree, open_files

CHECKPOINTS = "checkpoints.sqlite"
OURS = ("*.sqlite", "*.sqlite-wal", "*.sqlite-shm", "secret.key", "models.json", "trusted", "index")
"""What we write into a home; `--home` may point at a folder that holds others' files too."""

Line = Callable[[bytes], bytes | None]
"""What becomes of a line of a recording; None: it goes."""


def purge(
    settings: Settings, store: Store, due: Sequence[Due], *, by: str, because: Because, subject: str | None = None
) -> tuple[Purged, bool]:
    """Delete what is `due` from everything that the home keeps, and say whether all of it is off the disk.

    The store goes last: it alone knows what belongs to what, so a purge that was interrupted can be repeated.
    """
    home, vault, work = settings.home_path, store.vault, Purge(store)
    calls = work.calls(due)
    if settings.recording.path is not None:
        _forget_recorded(settings.recording.path, calls, vault.sealer("recording"))
    answers = _forget_answers(home / REPLIES, {call.answer for call in calls if call.answer}, vault.sealer("cache"))
    threads = _forget_threads(home / CHECKPOINTS, [one.id for one in due])
    purged = work.delete(due, by=by, because=because, subject=subject)
    return purged, all([store.erase(), answers, threads])


def rewrite_home(settings: Settings, store: Store, *, by: str) -> tuple[int, bool]:
    """Write everything in the home with the key that writes now, and close it to others; how many values there were.

    Raises:
        SettingsError: something is encrypted with a key that is not configured; what was written until then is whole.
    """
    home, vault = settings.home_path, store.vault
    for path in _ours(home):
        close_tree(path)
    count = rewrite(store, by=by)
    count += _rewrite_checkpoints(home / CHECKPOINTS, vault.sealer("checkpoints"))
    count += _drop_answers(home / REPLIES, vault.sealer("cache"))
    if settings.recording.path is not None:
        count += _rewrite_recording(settings.recording.path, vault.sealer("recording"))
    return count, all([store.erase(), _erased(home / CHECKPOINTS), _erased(home / REPLIES)])


def state_of_home(settings: Settings, store: Store) -> dict[str, int | str | None]:
    """How the home is kept: key, values that would be written otherwise now, files that are open to others."""
    key: str | None = store.vault.kid
    open_ = [path for ours in _ours(settings.home_path) for path in open_files(ours)]
    return {"key": key, "outdated": outdated(store), "open_files": len(open_)}


def _ours(home: Path) -> list[Path]:
    return [path for name in OURS for path in sorted(home.glob(name))]


# -- checkpoints ------------------------------------------------------------------------------------------------------


def _forget_threads(file: Path, ids: Sequence[str]) -> bool:
    if not file.is_file():
        return True
    with _database(file) as connection:
        for table in ("checkpoints", "writes"):
            connection.executemany(f"DELETE FROM {table} WHERE thread_id = ?", [(id,) for id in ids])
    return _erased(file)


def _rewrite_checkpoints(file: Path, sealer: Sealer) -> int:
    if not file.is_file():
        return 0
    with _database(file) as connection:
        connection.execute("BEGIN IMMEDIATE")
        return sum(
            _rewrite_column(connection, table, column, sealer)
            for table, column in (("checkpoints", "checkpoint"), ("writes", "value"))
        )


def _rewrite_column(connection: sqlite3.Connection, table: str, column: str, sealer: Sealer) -> int:
    rows = connection.execute(f"SELECT rowid, thread_id, type, {column} FROM {table}").fetchall()
    count = 0
    for number, thread, kind, value in rows:
        sealed = str(kind).endswith(SEALED_TYPE)
        if sealer.current_bytes(value, sealed=sealed):
            continue
        data = sealer.open(value, about=thread) if sealed else value
        written = sealer.seal(data, about=thread)
        plain = str(kind).removesuffix(SEALED_TYPE)
        named = f"{plain}{SEALED_TYPE}" if sealer.seals else plain
        connection.execute(
            f"UPDATE {table} SET type = ?, {column} = ? WHERE rowid = ?",
            (named, written, number),
        )
        count += 1
    return count


# -- cached answers ---------------------------------------------------------------------------------------------------


def _forget_answers(file: Path, answers: Collection[str], sealer: Sealer) -> bool:
    """Delete the cached answers with these hashes, and those that nobody can read any longer."""
    if not file.is_file():
        return True
    with _database(file) as connection:
        rows = connection.execute("SELECT key, reply FROM answers").fetchall() if answers else []
        gone = [(key,) for key, text in rows if _hash(text, key, sealer) in {None, *answers}]
        connection.executemany("DELETE FROM answers WHERE key = ?", gone)
    return _erased(file)


def _hash(text: str, key: str, sealer: Sealer) -> str | None:
    try:
        return reply_from(json.loads(sealer.open_text(text, about=key))).hash
    except (ValueError, TypeError, KeyError, ConsultError):
        return None


def _drop_answers(file: Path, sealer: Sealer) -> int:
    """Delete what would be written otherwise now: a cache can be filled again."""
    if not file.is_file():
        return 0
    with _database(file) as connection:
        rows = connection.execute("SELECT key, reply FROM answers").fetchall()
        gone = [(key,) for key, text in rows if not sealer.current(text)]
        connection.executemany("DELETE FROM answers WHERE key = ?", gone)
    return len(gone)


# -- the recording ----------------------------------------------------------------------------------------------------


def _forget_recorded(file: Path, calls: Sequence[Call], sealer: Sealer) -> None:
    prompts = {call.prompt for call in calls}

    def kept(line: bytes) -> bytes | None:
        call = json.loads(opened(line, sealer))["call"]
        return None if call is not None and call.get("prompt") in prompts else line

    if prompts:
        _each_line(file, kept)


def _rewrite_recording(file: Path, sealer: Sealer) -> int:
    count = 0

    def anew(line: bytes) -> bytes:
        nonlocal count
        if sealer.current(line.decode("ascii")):
            return line
        count += 1
        return sealer.seal_text(opened(line, sealer), about=LINE).encode()

    _each_line(file, anew)
    return count


def _each_line(file: Path, change: Line) -> None:
    """Replace the file by one with its whole lines changed, readable by its owner only; all or nothing."""
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return
    except OSError as error:
        raise UsageError(f"the recording cannot be read: {type(error).__name__}") from None
    lines = content[: content.rfind(b"\n") + 1].splitlines()
    try:
        changed = [line for line in map(change, lines) if line is not None]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UsageError("the recording is damaged; nothing was changed") from None
    if changed != lines:
        _replace(file, b"".join(line + b"\n" for line in changed))


def _replace(file: Path, data: bytes) -> None:
    beside = file.with_name(f".consult.{secrets.token_hex(4)}")
    descriptor = os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        beside.replace(file)
    finally:
        with suppress(FileNotFoundError):
            beside.unlink()


# -- SQLite -----------------------------------------------------------------------------------------------------------


@contextmanager
def _database(file: Path) -> Iterator[sqlite3.Connection]:
    """A transaction over one of our files; what is deleted is overwritten."""
    with closing(sqlite3.connect(file, timeout=30)) as connection:
        connection.execute("PRAGMA secure_delete=ON")
        with connection:
            yield connection


def _erased(file: Path) -> bool:
    """Cut the file and its log to what they hold; False when another program keeps them in use."""
    if not file.is_file():
        return True
    try:
        with closing(sqlite3.connect(file, timeout=5, isolation_level=None)) as connection:
            connection.execute("VACUUM")
            return not connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    except sqlite3.Error:
        return False
