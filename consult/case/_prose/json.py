"""JSON of somebody else's shape, written out as the text that it holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from consult.case._json_text import parse_json, plain
from consult.case._native.shape import NativeCase
from consult.errors import CaseError

_OURS = frozenset(NativeCase.model_fields) | {"cases", "resourceType"}
_STEP = "  "


def is_foreign(document: Any) -> bool:
    """An object with keys, none of them ours, that holds words; a list of such objects."""
    if isinstance(document, list):
        return bool(document) and all(isinstance(item, dict) and is_foreign(item) for item in document)
    return isinstance(document, dict) and bool(document) and _OURS.isdisjoint(document) and _telling(document)


def parse_lines(text: str) -> list[Any] | None:
    """The objects of JSON Lines, at least two; None when it is something else or a line is broken."""
    lines = [line for line in text.split("\n") if line.strip()]
    if len(lines) < 2 or not all(line.strip().startswith("{") and line.strip().endswith("}") for line in lines):
        return None
    try:
        return [plain(parse_json(line)) for line in lines]
    except CaseError:
        return None


def outline(document: Any) -> str:
    """Keys and values as they are, one a line, nested by indentation; nothing is left out or changed."""
    return "\n".join(_lines(document, 0))


def _telling(document: Any) -> bool:
    """Some value is more than one word: a case is told, not a setting or a typing error."""
    if isinstance(document, dict):
        return any(_telling(value) for value in document.values())
    if isinstance(document, list):
        return any(_telling(value) for value in document)
    return isinstance(document, str) and len(document.split()) > 1


def _lines(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _named(str(key), item, depth)
    elif isinstance(value, list):
        for item in value:
            if isinstance(item, dict | list):
                yield f"{_STEP * depth}-"
                yield from _lines(item, depth + 1)
            else:
                yield f"{_STEP * depth}- {_words(item)}"


def _named(key: str, item: Any, depth: int) -> Iterator[str]:
    if isinstance(item, dict | list):
        yield f"{_STEP * depth}{key}:"
        yield from _lines(item, depth + 1)
    else:
        yield f"{_STEP * depth}{key}: {_words(item)}"


def _words(value: Any) -> str:
    if value is None:
        return ""
    return ("true" if value else "false") if isinstance(value, bool) else str(value)
