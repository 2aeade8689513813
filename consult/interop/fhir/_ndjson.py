"""Newline-delimited JSON: one document a line."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, BinaryIO

from consult.errors import CaseError
from consult.interop.fhir._documents import Lines

_FIRST = re.compile(r"\s*(\{[^\n]*\})[ \t\r]*\n\s*\{")
_BLANK_LINES = 10
_LOOK = 1000
_TYPE = re.compile(r'"resourceType"\s*:')


def looks_like_ndjson(content: str) -> bool:
    """Whether the first line is a whole resource and another document follows it."""
    found = _FIRST.match(content)
    return found is not None and _TYPE.search(found.group(1)) is not None


def is_ndjson(file: BinaryIO, *, longest: int) -> bool:
    """Whether an open file begins like one; the position in it stays where it was."""
    start = file.tell()
    try:
        first = file.readline(longest + 1)
        following = next((line for _ in range(_BLANK_LINES) if (line := file.readline(_LOOK)).strip()), b"")
    finally:
        file.seek(start)
    sample = f"{_text(first)}\n{_text(following)[:1]}"
    return looks_like_ndjson(sample)


def _text(line: bytes) -> str:
    return line.removeprefix(b"\xef\xbb\xbf").decode("utf-8", errors="replace").strip()


def read_lines(content: str, parse: Callable[[str], Any]) -> Lines:
    """Every line by itself; one that cannot be parsed becomes a sentence.

    Args:
        content: the file.
        parse: a document from its text; raises `CaseError`.
    """
    lines = Lines()
    for number, line in enumerate(content.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            lines.documents.append((number, parse(line)))
        except CaseError:
            lines.problems.append(unreadable(number))
    return lines


def unreadable(number: int) -> str:
    """The sentence for a line that is no JSON."""
    return f"line {number}: is not valid JSON and was not read"
