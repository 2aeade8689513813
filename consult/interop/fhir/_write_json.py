"""FHIR documents as JSON text: members in the order given, numbers with the digits given."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from consult.interop.fhir._write import Number


def fhir_json(resource: Any) -> bytes:
    """The UTF-8 bytes of a resource, without blanks; `json.dumps` would write 6.90 as 6.9."""
    parts: list[str] = []
    _write(resource, parts)
    return "".join([*parts, "\n"]).encode("utf-8")


def _write(value: Any, parts: list[str]) -> None:
    if isinstance(value, Number):
        parts.append(value.digits)
    elif isinstance(value, dict):
        _many(((f"{json.dumps(key, ensure_ascii=False)}:", item) for key, item in value.items()), "{}", parts)
    elif isinstance(value, list):
        _many((("", item) for item in value), "[]", parts)
    else:
        parts.append(json.dumps(value, ensure_ascii=False))


def _many(items: Iterable[tuple[str, Any]], brackets: str, parts: list[str]) -> None:
    parts.append(brackets[0])
    for position, (key, item) in enumerate(items):
        parts.append(f"{',' if position else ''}{key}")
        _write(item, parts)
    parts.append(brackets[1])
