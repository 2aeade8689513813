"""JSON that is safe to read: no repeated keys, no NaN, no bottomless nesting; numbers as they were written."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from typing import Any, NoReturn

from consult.case._text import storable
from consult.errors import CaseError

DEEPEST = 40
_LONGEST_BITS = 1000
_HALF = re.compile(r"\\u[dD][89a-fA-F]|[\ud800-\udfff]")
_MARK = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|[\[{]|[\]}]', re.DOTALL)


class Written(str):
    """A number, as the digits that were written: `6.90` stays `6.90`."""

    __slots__ = ()


def parse_json(text: str) -> Any:
    """The JSON document in `text`; numbers come as `Written`.

    Raises:
        CaseError: not JSON, a key twice in one object, NaN or Infinity, or nested deeper than `DEEPEST`.
    """
    _check_depth(text)
    try:
        return json.loads(
            text, object_pairs_hook=_object, parse_float=Written, parse_int=Written, parse_constant=_constant
        )
    except json.JSONDecodeError as error:
        raise CaseError(f"not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}") from None


def parse_storable(text: str) -> Any:
    r"""As `parse_json`, with what no file can hold replaced in its strings (a lone `\ud800`)."""
    document = parse_json(text)
    return plain(document) if _HALF.search(text) else document


def _check_depth(text: str) -> None:
    depth = 0
    for found in _MARK.finditer(text):
        mark = found.group()
        if mark in "[{":
            depth += 1
            if depth > DEEPEST:
                raise CaseError(f"the JSON is nested deeper than {DEEPEST} levels")
        elif mark in "]}":
            depth -= 1


def _object(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise CaseError(f"the JSON holds the key {storable(key)[:40]!r} twice in one object")
        found[key] = value
    return found


def _constant(name: str) -> NoReturn:
    raise CaseError(f"the JSON holds {name}, which is no number")


def plain(value: Any, depth: int = 0) -> Any:
    """A document given as Python objects, brought to what `parse_json` returns.

    Raises:
        CaseError: nested too deep, a number that is none, or an object that JSON does not know.
    """
    if depth > DEEPEST:
        raise CaseError(f"the JSON is nested deeper than {DEEPEST} levels")
    if value is None or isinstance(value, bool | str):
        return storable(value) if isinstance(value, str) and not isinstance(value, Written) else value
    if isinstance(value, dict):
        return {storable(str(key)): plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item, depth + 1) for item in value]
    if isinstance(value, int):
        if value.bit_length() > _LONGEST_BITS:
            raise CaseError("the case holds a number of more than 300 digits")
        return Written(str(value))
    if isinstance(value, float):
        if not math.isfinite(value):
            raise CaseError("the case holds a number that is not finite")
        return Written(repr(value))
    raise CaseError(f"the case holds a {type(value).__name__}, which is no JSON value")
