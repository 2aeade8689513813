"""What may be written to the audit log from outside: identifiers, hashes and counts."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pydantic import JsonValue, TypeAdapter, ValidationError

from consult.errors import ReviewError

OWN = frozenset(
    {
        "created", "model-call", "drafted", "decided", "reviewed", "signed", "superseded", "rejected", "failed",
        "later-results", "follow-up-answered", "replies-deleted", "purged", "rewritten",
        "asked", "proposal-accepted", "proposal-declined",
    }
)  # fmt: skip
"""Events that the store writes itself, and that mean something to `verify_document`."""
LONGEST = 256
"""Characters; longer than any hash, model name or version, shorter than a report."""

_JSON: TypeAdapter[dict[str, JsonValue]] = TypeAdapter(dict[str, JsonValue])
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def check_event(event: str, data: Mapping[str, object]) -> dict[str, JsonValue]:
    """The data as JSON, when it belongs in an audit log.

    Raises:
        ReviewError: the name is not kebab-case or belongs to the store, or a value is a fraction, a long text
            or no JSON.
    """
    if not _NAME.fullmatch(event):
        raise ReviewError(f"an audit event is named in kebab-case, not {event[:40]!r}")
    if event in OWN:
        raise ReviewError(f"the audit event {event!r} is written by the store alone")
    try:
        checked = _JSON.validate_python(dict(data))
    except ValidationError:
        raise ReviewError(f"audit event {event!r}: the data is not JSON") from None
    for key, value in checked.items():
        _check(event, key, value)
    return checked


def _check(event: str, key: str, value: JsonValue) -> None:
    if isinstance(value, dict):
        for name, inner in value.items():
            _check(event, key, name)
            _check(event, key, inner)
    elif isinstance(value, list):
        for inner in value:
            _check(event, key, inner)
    elif isinstance(value, float):
        raise ReviewError(f"audit event {event!r}: write {key!r} as a string, fractions have no stable form")
    elif isinstance(value, str) and len(value) > LONGEST:
        raise ReviewError(f"audit event {event!r}: {key!r} is longer than {LONGEST} characters; record its hash")
