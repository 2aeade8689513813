"""Native JSON Lines: one case a line, of any length, one case in memory at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import tzinfo
from typing import Any

from consult.case._draft import Draft
from consult.case._json_text import parse_storable
from consult.case._native.reader import read_native
from consult.case._native.shape import NativeCase
from consult.errors import CaseError

_OURS = frozenset(NativeCase.model_fields)


def begins_native_lines(head: str) -> bool:
    """Whether a text begins with two lines of which the first is a native case and the second an object too."""
    lines = [line.strip() for line in head.lstrip("\ufeff").split("\n") if line.strip()][:2]
    if len(lines) < 2 or not (lines[0].endswith("}") and lines[1].startswith("{")):
        return False
    try:
        first = parse_storable(lines[0])
    except CaseError:
        return False
    return isinstance(first, dict) and not _OURS.isdisjoint(first) and "resourceType" not in first


def read_native_lines(lines: Iterable[str], *, home: tzinfo, longest: int) -> Iterator[Draft | str]:
    """The cases of lines, and between them a sentence for each line that holds none.

    Args:
        lines: blank ones are passed over.
        home: zone assumed for times without an offset.
        longest: longer lines are not read.
    """
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield from read_native_line(line, number, home, longest)


def read_native_line(line: str, number: int, home: tzinfo, longest: int) -> Iterator[Draft | str]:
    """The case of a line, or a sentence why it holds none.

    Args:
        line: not blank.
        number: of the line, from 1, for what is said.
        home: zone assumed for times without an offset.
        longest: a longer line is not read.
    """
    if len(line) > longest:
        yield f"line {number}: longer than the limit of {longest} characters"
        return
    try:
        document: Any = parse_storable(line)
        drafts, problems = read_native(document, home=home)
    except CaseError as error:
        yield f"line {number}: {error}"
        return
    yield from drafts
    yield from (f"line {number}: {problem}" for problem in problems)
