"""Files that only their owner may read, whatever the umask says."""

from __future__ import annotations

import os
import secrets
import stat
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from consult.errors import SettingsError

OTHERS = 0o077
"""The permissions of everybody but the owner."""


def private_folder(path: Path) -> Path:
    """Make `path` (0700) with its parents, and close it to others when it is new or empty.

    A folder that already holds other things keeps its mode: `--home` may point at one that is shared.

    Raises:
        SettingsError: the folder cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        empty = not any(path.iterdir())
        if empty and not path.stat().st_mode & stat.S_ISVTX:
            path.chmod(0o700)
    except OSError as error:
        raise SettingsError(f"the home cannot be used: {error.strerror}") from None
    return path


def private_file(path: Path, *, within: str = "the home") -> Path:
    """Make `path` as an empty file (0600) unless it exists; an existing one is closed to others.

    Args:
        path: the file.
        within: what the folder that holds it is called, if it cannot be made.

    Raises:
        SettingsError: it cannot be made or written (a disk that is read-only, another's file).
    """
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        if path.stat().st_mode & OTHERS:
            path.chmod(0o600)
    except OSError as error:
        raise SettingsError(f"{path.name} in {within} cannot be written: {error.strerror}") from None
    return path


def write_once(path: Path, data: bytes) -> bool:
    """Write `data` to a new file (0600), whole or not at all; False when the file was there already."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.link(temporary, path)
    except FileExistsError:
        return False
    finally:
        temporary.unlink()
    _flush(path.parent)
    return True


def _flush(folder: Path) -> None:
    """A new name outlives a loss of power only when its folder is on the disk too."""
    if sys.platform != "win32":  # no folder can be opened there
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def close_tree(folder: Path) -> None:
    """Close `folder` and everything below it to others: what libraries write there has the modes that they choose.

    What vanishes meanwhile, or belongs to somebody else, is passed over.
    """
    for path, mode in _tree(folder):
        if mode & OTHERS:
            with suppress(OSError):
                path.chmod(stat.S_IMODE(mode) & ~OTHERS)


def open_files(folder: Path) -> list[Path]:
    """What in `folder`, itself included, is open to others than its owner."""
    return [path for path, mode in _tree(folder) if mode & OTHERS]


def _tree(folder: Path) -> Iterator[tuple[Path, int]]:
    """Every file and folder with its mode; symbolic links are not followed and not told."""
    waiting = [folder]
    while waiting:
        path = waiting.pop()
        with suppress(OSError):
            mode = path.lstat().st_mode
            if stat.S_ISLNK(mode):
                continue
            yield path, mode
            if stat.S_ISDIR(mode):
                waiting.extend(path.iterdir())
