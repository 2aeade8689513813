"""The rows of a file, one in memory at a time: CSV, JSON lines, a list in JSON, or Parquet."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from consult.errors import CaseError, MissingExtra

LONGEST = 8 * 1024 * 1024
"""Bytes of a row; a longer one is skipped without being held."""
LARGEST = 64 * 1024 * 1024
"""Bytes of a file that is one JSON document: it is held as a whole. Lines may be of any number."""
_HEAD = 256 * 1024
"""Bytes that are looked at to tell what a file is."""
_DEEPEST = 40
_LIST = re.compile(r'\s*(?:\{(?:\s*"[^"]{1,60}"\s*:\s*"[^"]{0,500}"\s*,)*\s*"Cases"\s*:\s*)?\[')
"""Where the rows of a document begin: it is a list, or an object that holds one under `Cases`."""
_BETWEEN = re.compile(r"[\s,]*")
_BATCH = 64

Row = dict[str, Any]


def beginning_of(path: Path) -> str:
    """The beginning of a file as text, or the columns of a Parquet file; empty where it cannot be read."""
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError:
        return ""
    if head.startswith(b"PAR1"):
        try:
            return json.dumps(_parquet(path).schema_arrow.names)
        except (CaseError, MissingExtra):
            return ""
    return head.decode("utf-8", errors="replace")


def rows_of(path: Path) -> Iterator[Row | str]:
    """The rows as they are read, and a sentence in the place of each that cannot be.

    Raises:
        CaseError: it is empty, no text in UTF-8, or a document that is too large.
        MissingExtra: it is Parquet, and PyArrow is not installed.
    """
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
            file.seek(0)
            if head.startswith(b"PAR1"):
                yield from _of_parquet(path)
                return
            start = _first(head).lstrip("\ufeff \t\r\n")
            if not start:
                raise CaseError("the file is empty")
            if start[0] not in "{[":
                yield from _of_csv(file)
            elif start[0] == "[" or not _is_object(start, cut=len(head) == _HEAD):
                yield from _of_document(file)
            else:
                yield from _of_lines(file)
    except OSError:
        raise CaseError("the file cannot be read to its end") from None


def _first(head: bytes) -> str:
    """The first line that is not empty; of a long one the beginning, which may end within a character."""
    line = head.lstrip(b"\xef\xbb\xbf \t\r\n").split(b"\n", 1)[0]
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        if len(head) < _HEAD or error.reason != "unexpected end of data":
            raise CaseError("the file is not text in UTF-8") from None
        return line[: error.start].decode("utf-8")


def _is_object(line: str, *, cut: bool) -> bool:
    """Whether a first line is a row by itself; one too long to be seen whole is held to be."""
    if _LIST.match(line):
        return False
    return isinstance(_parsed(line), dict) or (cut and len(line) > _HEAD // 2) or line.rstrip().endswith("}")


def _of_lines(file: BinaryIO) -> Iterator[Row | str]:
    while line := file.readline(LONGEST + 1):
        if len(line) > LONGEST:
            while line and not line.endswith(b"\n"):
                line = file.readline(LONGEST)
            yield f"the row is longer than {LONGEST // 1024 // 1024} MiB"
        elif line.strip():
            yield _row(line)


def _row(line: bytes) -> Row | str:
    try:
        found = _parsed(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return "the row is not text in UTF-8"
    return found if isinstance(found, dict) else "the row is not a complete JSON object"


def _parsed(text: str) -> Any:
    """The JSON in a text; None where it is none, or nested too deep to be a row."""
    try:
        found = json.loads(text, strict=False)  # published files hold line breaks within strings
    except (ValueError, RecursionError):
        return None
    return found if _depth_of(found) <= _DEEPEST else None


def _depth_of(value: Any) -> int:
    depth, level = 0, [value]
    while level and depth <= _DEEPEST:
        depth += 1
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
    return depth


def _of_document(file: BinaryIO) -> Iterator[Row | str]:
    """Rows one after another, whatever stands between them; behind one that is broken no other can be found."""
    content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise CaseError(f"the file is one JSON document of more than {LARGEST // 1024 // 1024} MiB; give it as lines")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CaseError("the file is not text in UTF-8") from None
    begins = _LIST.match(text)
    decoder = json.JSONDecoder(strict=False)
    at = _after(text, begins.end() if begins else 0)
    while at < len(text) and text[at] != "]":
        try:
            found, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            yield "the row is not complete JSON; what follows it cannot be read"
            return
        at = _after(text, at)
        usable = isinstance(found, dict) and _depth_of(found) <= _DEEPEST
        yield found if usable else "the row is not a JSON object, or is nested too deep"
    if begins and at >= len(text):
        yield "the list is not closed: rows may be missing at its end"


def _after(text: str, at: int) -> int:
    between = _BETWEEN.match(text, at)
    return at if between is None else between.end()


def _of_csv(file: BinaryIO) -> Iterator[Row | str]:
    reader = csv.reader(_lines(file))
    try:
        names = [name.strip() for name in next(reader, [])]
    except csv.Error:
        raise CaseError("the first line of the file names no columns") from None
    while True:
        try:
            cells = next(reader, None)
        except csv.Error:  # an open quotation mark, or a cell of more than 128 KiB
            yield "the row is not CSV: a quotation mark is not closed, or a cell is too long"
            continue
        if cells is None:
            return
        if not cells:
            continue
        if len(cells) != len(names):
            yield f"the row has {len(cells)} columns, and the first line names {len(names)}"
        elif any("\udc80" <= sign <= "\udcff" for cell in cells for sign in cell):
            yield "the row is not text in UTF-8"
        else:
            yield dict(zip(names, cells, strict=True))


def _lines(file: BinaryIO) -> Iterator[str]:
    """Lines, of the overlong the beginning, which is no row; bytes that are no UTF-8 stay to be seen."""
    first = True
    while line := file.readline(LONGEST):
        more = line
        while len(more) == LONGEST and not more.endswith(b"\n"):
            more = file.readline(LONGEST)
        yield line.decode("utf-8-sig" if first else "utf-8", errors="surrogateescape").replace("\x00", "\ufffd")
        first = False


def _of_parquet(path: Path) -> Iterator[Row]:
    source = _parquet(path)
    try:
        for batch in source.iter_batches(batch_size=_BATCH):
            yield from batch.to_pylist()
    except (ValueError, OSError, UnicodeError):
        raise CaseError("the Parquet file cannot be read to its end") from None


def _parquet(path: Path) -> Any:
    try:
        from pyarrow import parquet
    except ImportError:
        raise MissingExtra("parquet", "reading Parquet") from None
    try:
        return parquet.ParquetFile(path)
    except (ValueError, OSError):
        raise CaseError("the file is not Parquet, or it is broken") from None
