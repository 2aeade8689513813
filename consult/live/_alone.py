"""One listener a home: two would consult twice on the same message."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from consult.errors import UsageError
from consult.storage import private_file

FILE = "listen.lock"

if sys.platform == "win32":
    import msvcrt

    def _hold(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _hold(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Hold the home's listener; the hold ends with the process, however that ends.

    Raises:
        UsageError: another process has it.
    """
    with private_file(home / FILE).open("r+b") as file:
        try:
            _hold(file.fileno())
        except OSError:
            raise UsageError("another listener is at work on this home") from None
        yield
