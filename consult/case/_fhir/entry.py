"""How an entry is put together: name, code, status, time, and what else is said of it as its note."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import tzinfo
from typing import Any

from consult.case._fhir.parts import when_of
from consult.case._fhir.values import coding, unit_of
from consult.case._model import Coding, Entry
from consult.case._text import clean
from consult.case._times import When
from consult.interop.fhir import Resource, all_words, codings, obj, text, words


def make_entry(concept: Any, status: str, when: When | None, notes: Iterable[str], *, name: str = "") -> Entry | None:
    shown = clean(name or words(concept))
    if not shown:
        return None
    return Entry(
        name=shown,
        code=code_of(concept),
        status=clean(status) or None,
        effective=when.text if when is not None else None,
        note="; ".join(dict.fromkeys(part for note in notes if (part := clean(note)))) or None,
    )


def code_of(concept: Any) -> Coding | None:
    """The first coding that has a code."""
    return next((coding(one) for one in codings(concept) if one.code), None)


def first_time(resource: Resource, names: Iterable[str], home: tzinfo) -> When | None:
    """The first of several elements that holds a time."""
    for name in names:
        found = when_of(resource, name, home)
        if found is not None:
            return found
    return None


def amount(quantity: Resource) -> str:
    """`30 mg`."""
    return " ".join(part for part in (text(quantity.get("value")), unit_of(quantity)[0] or "") if part)


def span(limits: Resource) -> str:
    """`5 mg - 10 mg`."""
    return " - ".join(part for part in (amount(obj(limits.get("low"))), amount(obj(limits.get("high")))) if part)


def labelled(label: str, concept: Any) -> str:
    """`severity: mild`; empty when the concept says nothing."""
    said = concept if isinstance(concept, str) else all_words(concept)
    return f"{label}: {said}" if said else ""
