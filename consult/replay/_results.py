"""The folder of a replay: `results.jsonl`, one flushed row per case and arm, and the consultations beside it."""

from __future__ import annotations

import fcntl
import gzip
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Self

from pydantic import ValidationError

from consult.errors import ConsultError, SettingsError, UsageError
from consult.replay._options import DOCUMENTS, ROWS, RUN
from consult.replay._row import Row
from consult.replay._rubrics.records import Scores
from consult.review import Consultation
from consult.storage import Bound, Sealer, Vault, private_file, private_folder

_LOCK = ".lock"
_LEVEL = 1
"""Of gzip: a third of the size of JSON text at a tenth of the time of the best."""


class Results:
    """A folder of results, open for one process at a time. Rows are appended and never changed."""

    def __init__(self, folder: Path, *, vault: Vault | None = None) -> None:
        """Open a folder, and make it where there is none.

        Raises:
            UsageError: it cannot be made, another process works in it, or it holds something else.
        """
        try:
            self.folder = private_folder(folder)
        except SettingsError:
            raise UsageError("the folder of the results cannot be made") from None
        self._sealer = (vault or Vault()).sealer("replay")
        self._lock = _locked(folder / _LOCK)
        self._file: IO[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Let others in."""
        if self._file is not None:
            self._file.close()
            self._file = None
        self._lock.close()

    @property
    def begun(self) -> bool:
        """Whether there are rows."""
        return (self.folder / ROWS).is_file()

    @property
    def sealed(self) -> bool:
        """Whether consultations are written encrypted."""
        return self._sealer.seals

    def rows(self) -> Iterator[Row]:
        """All rows, in the order in which they were written; of a pair that was tried again, the last one only."""
        return read_rows(self.folder)

    def finished(self, *, failed_too: bool = True) -> dict[tuple[str, str], str]:
        """The pairs (case hash, arm hash) that have a row, with the hash of what their cases expected then."""
        rows = read_rows(self.folder)
        return {(row.case_hash, row.arm_hash): row.expectations for row in rows if failed_too or row.status == "ok"}

    def append(self, row: Row) -> None:
        """Write a row; it is with the operating system when this returns, and survives the process."""
        if self._file is None:
            self._file = _opened(self.folder / ROWS)
        self._file.write(row.model_dump_json().encode() + b"\n")
        self._file.flush()

    def keep(self, place: str, packed: bytes) -> None:
        """Write a consultation that was packed with `pack`; before its row, so that no row points at nothing."""
        path = self.folder / place
        for folder in reversed(path.relative_to(self.folder).parents):
            (self.folder / folder).mkdir(mode=0o700, exist_ok=True)  # of parents that it makes, mkdir sets no mode
        temporary = path.with_name(f".{path.name}.new")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(Bound(self._sealer, place).seal(packed))
        temporary.replace(path)

    def fetch(self, place: str) -> bytes | None:
        """What `keep` wrote; None where there is nothing.

        Raises:
            UsageError: it cannot be read, or is encrypted with a key that is not there.
        """
        try:
            return Bound(self._sealer, place).open((self.folder / place).read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ConsultError):
            raise UsageError("a document of the replay cannot be read") from None

    def drop(self, place: str) -> None:
        """Take away what `keep` wrote, if it is there."""
        (self.folder / place).unlink(missing_ok=True)

    def add_line(self, name: str, line: str) -> None:
        """Write a line to a file of lines beside the rows; what was torn there before is cut off."""
        with _opened(self.folder / name) as file:
            file.write(line.encode() + b"\n")

    def document(self, row: Row) -> Consultation:
        """The consultation of a row.

        Raises:
            UsageError: it is not there or cannot be read.
        """
        return read_document(self.folder, row, self._sealer)

    def write(self, name: str, text: str) -> None:
        """Write one of the files beside the rows, whole or not at all."""
        path = self.folder / name
        temporary = path.with_name(f".{name}.new")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(text.encode())
        temporary.replace(path)

    def read(self, name: str) -> Any:
        """A JSON file beside the rows; None where there is none that can be read."""
        with suppress(OSError, ValueError):
            return json.loads((self.folder / name).read_text(encoding="utf-8"))
        return None


def read_rows(folder: Path) -> Iterator[Row]:
    """The rows of a folder; a torn last line is passed over, and of a pair that was tried again the last row counts.

    Raises:
        UsageError: it holds no results, or a line that is none.
    """
    path = folder / ROWS
    last, scores = _last_lines(path), Scores.read(folder)
    with _bytes_of(path) as file:
        for number, line in enumerate(file):
            if number in last:
                yield scores.on(row_in(line, where=f"line {number + 1}"))


def arms_now(folder: Path) -> dict[str, str]:
    """Arm to its fingerprint, as the last replay had them that came to its end; nothing where rows came after it.

    The rows that were written last need not be those: arms that are set back to what they were find theirs there.
    """
    with suppress(OSError, ValueError, AttributeError):
        said = json.loads((folder / RUN).read_text(encoding="utf-8"))
        arms = said.get("arms")
        if isinstance(arms, dict) and said.get("rows") == (folder / ROWS).stat().st_size:
            return {str(arm): str(hash) for arm, hash in arms.items()}
    return {}


def row_in(line: bytes, *, where: str = "a line") -> Row:
    """The row of one line.

    Args:
        line: JSON.
        where: which line, for a person.

    Raises:
        UsageError: it is none, or none of this version.
    """
    try:
        return Row.model_validate_json(line)
    except ValidationError:
        raise UsageError(f"{where} of {ROWS} is not a row of this version") from None


def place_of(case_hash: str, arm_hash: str) -> str:
    """Where the consultation of a pair stands, below the folder."""
    return f"{DOCUMENTS}/{case_hash[:2]}/{case_hash[:24]}-{arm_hash[:12]}.json.gz"


def pack(consultation: Consultation) -> bytes:
    """A consultation as it is kept."""
    return gzip.compress(consultation.model_dump_json().encode(), compresslevel=_LEVEL, mtime=0)


def read_document(folder: Path, row: Row, sealer: Sealer) -> Consultation:
    """The consultation of a row; see `Results.document`."""
    if not row.document:
        raise UsageError("this row has no consultation: the pair failed")
    try:
        packed = Bound(sealer, row.document).open((folder / row.document).read_bytes())
        return Consultation.model_validate_json(gzip.decompress(packed))
    except (OSError, EOFError, ValidationError):
        raise UsageError("a consultation of the replay is not there or cannot be read") from None


def _last_lines(path: Path) -> frozenset[int]:
    """The numbers of the lines that count: whole ones, the last of each pair."""
    last: dict[tuple[str, str], int] = {}
    with _bytes_of(path) as file:
        for number, line in enumerate(file):
            if not line.endswith(b"\n"):
                continue
            try:
                found = json.loads(line)
                last[found["case_hash"], found["arm_hash"]] = number
            except (ValueError, KeyError, TypeError):
                raise UsageError(f"line {number + 1} of {ROWS} is not a row") from None
    return frozenset(last.values())


def _bytes_of(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except OSError:
        raise UsageError("this folder holds no results of a replay") from None


def _opened(path: Path) -> IO[bytes]:
    """The file of rows, ready for the next one: what was torn when a process died is cut off."""
    private_file(path, within="the folder of results")
    file = path.open("r+b")
    end = file.seek(0, os.SEEK_END)
    while end:
        start = max(0, end - 65536)
        file.seek(start)
        newline = file.read(end - start).rfind(b"\n")
        if newline >= 0:
            end = start + newline + 1
            break
        end = start
    file.truncate(end)
    file.seek(end)
    return file


def _locked(path: Path) -> IO[bytes]:
    private_file(path, within="the folder of results")
    file = path.open("r+b")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise UsageError("another replay works in this folder") from None
    return file
