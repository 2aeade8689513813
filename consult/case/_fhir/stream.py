"""Newline-delimited FHIR of any size: one patient in memory at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, tzinfo
from pathlib import Path
from stat import S_ISREG
from typing import BinaryIO

from consult.analytes import Catalog
from consult.case._draft import Draft
from consult.case._fhir.reader import Tally, drafts_of
from consult.case._json_text import parse_storable
from consult.case._model import Case
from consult.case._native.stream import Numbering, native_lines, read_line
from consult.case._normalize import normalize
from consult.case._read import MAX_BYTES, ReadResult, read_cases
from consult.case._times import zone
from consult.concepts import Concepts
from consult.errors import CaseError
from consult.interop.fhir import LineIndex, Lines, is_ndjson, open_document


def stream_cases(
    path: Path,
    *,
    format: str = "auto",
    catalog: Catalog,
    time_zone: str = "UTC",
    max_bytes: int = MAX_BYTES,
    now: datetime | None = None,
    concepts: Concepts | None = None,
) -> Iterator[Case | str]:
    """The cases of a file as they are read, and between them a sentence for each part that could not be.

    Newline-delimited FHIR may be of any size: the file is read twice, and one patient is in memory at a time. So may a
    file with a native case on every line. They give what `read_cases` gives; only the sentences may stand at other
    places. Any other file is read by `read_cases`.

    Args:
        path: a file.
        format: as for `read_cases`; `auto`, `fhir` and `json` look for lines.
        catalog: the analytes.
        time_zone: IANA zone assumed for times sent without an offset.
        max_bytes: longer lines, and larger files of other kinds, are refused.
        now: the present, aware.
        concepts: for files of free text.

    Raises:
        CaseError: nothing in the file can be read; one plain sentence.
    """
    lines = native_lines(path, longest=max_bytes) if format in {"auto", "json"} else None
    if lines is not None:
        numbering = Numbering()
        for number, line in lines:
            for one in read_line(number, line, catalog=catalog, time_zone=time_zone, longest=max_bytes, now=now):
                yield one if isinstance(one, str) else numbering.numbered(one)
        return
    if format not in {"auto", "fhir"} or not _in_lines(path, max_bytes):
        found = read_cases(
            path, format=format, catalog=catalog, time_zone=time_zone, max_bytes=max_bytes, now=now, concepts=concepts
        )
        yield from _all(found)
        return
    numbering = Numbering()
    try:
        with path.open("rb") as file:
            for each in _drafts(file, zone(time_zone), max_bytes):
                yield each if isinstance(each, str) else numbering.numbered(normalize(each, catalog=catalog, now=now))
    except OSError:
        raise CaseError("the file cannot be read to its end") from None


def _all(found: ReadResult) -> Iterator[Case | str]:
    yield from found.cases
    yield from found.problems


def _in_lines(path: Path, max_bytes: int) -> bool:
    """Whether it is a regular file of lines; a pipe cannot be read twice."""
    try:
        if not S_ISREG(path.stat().st_mode):
            return False
        with path.open("rb") as file:
            return is_ndjson(file, longest=max_bytes)
    except (OSError, ValueError):
        return False


def _drafts(file: BinaryIO, home: tzinfo, longest: int) -> Iterator[Draft | str]:
    tally = Tally()
    index = LineIndex(file, parse=parse_storable, seen=tally.count, longest=longest)
    yield from index.problems
    for group in index.groups():
        documents, problems = index.read(group)
        # What the index counted is not counted again.
        drafts, more = drafts_of(open_document(Lines(documents, problems)), home, tally)
        yield from drafts
        yield from more
    yield from tally.sentences()
