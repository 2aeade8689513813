"""A file with a native case on every line, of any size; what its lines hold can be told line by line, anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from stat import S_ISREG

from consult.analytes import Catalog
from consult.case._model import Case
from consult.case._native.lines import begins_native_lines, read_native_line
from consult.case._normalize import normalize
from consult.case._read import MAX_BYTES
from consult.case._times import zone
from consult.errors import CaseError

_LONGEST_HEAD = 1_000_000
"""Bytes of a line that are looked at to tell what a file is."""


class Numbering:
    """Gives each case of a file its number as its subject, and equal ids a number, as `read_cases` does."""

    def __init__(self) -> None:
        self._cases = 0
        self._ids: dict[str, int] = {}

    def next(self, id: str) -> tuple[str, str]:
        """The id and the subject of the next case, which was sent with this id."""
        self._cases += 1
        again = self._ids[id] = self._ids.get(id, 0) + 1
        return (id if again == 1 else f"{id}-{again}"), f"patient-{self._cases}"

    def numbered(self, case: Case) -> Case:
        """The next case."""
        id, subject = self.next(case.id)
        return case.model_copy(update={"id": id, "subject": subject})


def native_lines(path: Path, *, longest: int = MAX_BYTES) -> Iterator[tuple[int, str]] | None:
    """The lines of a regular file whose first lines are native cases, with their numbers; None: it is no such file.

    Args:
        path: a file.
        longest: of a longer line only so much is given that it is known to be too long.
    """
    return _lines(path, longest) if _in_native_lines(path) else None


def read_line(
    number: int,
    line: str,
    *,
    catalog: Catalog,
    time_zone: str = "UTC",
    longest: int = MAX_BYTES,
    now: datetime | None = None,
) -> Iterator[Case | str]:
    """What a line holds: its case, not yet numbered among the others of the file, or a sentence why there is none."""
    for one in read_native_line(line, number, zone(time_zone), longest):
        yield one if isinstance(one, str) else normalize(one, catalog=catalog, now=now)


def _in_native_lines(path: Path) -> bool:
    try:
        if not S_ISREG(path.stat().st_mode):
            return False
        with path.open("rb") as file:
            head = b"".join(file.readline(_LONGEST_HEAD) for _ in range(3))
    except (OSError, ValueError):
        return False
    return begins_native_lines(head.decode("utf-8", errors="replace"))


def _lines(path: Path, longest: int) -> Iterator[tuple[int, str]]:
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="\n") as file:
            lines = iter(lambda: file.readline(longest + 2), "")  # however long a line is
            yield from ((number, line) for number, line in enumerate(lines, start=1) if line.strip())
    except OSError:
        raise CaseError("the file cannot be read to its end") from None
