"""What many resources have in common: status, names, times, notes."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any

from consult.case._draft import Named
from consult.case._fhir.values import coding
from consult.case._model import ObservationStatus
from consult.case._text import clean
from consult.case._times import When, read_iso_time
from consult.interop.fhir import Resource, codings, obj, objs, text, texts, words

_STATUS: dict[str, ObservationStatus] = {
    "registered": "registered",
    "preliminary": "preliminary",
    "final": "final",
    "amended": "amended",
    "corrected": "corrected",
    "appended": "amended",
    "partial": "preliminary",
    "modified": "amended",
    "cancelled": "cancelled",
    "entered-in-error": "entered-in-error",
    "unknown": "unknown",
}
"""observation-status and diagnostic-report-status; `specimen-in-process` and other new ones count as registered."""
_MOST_CODINGS = 50
_NEW_STATUS: dict[str, ObservationStatus] = {"specimen-in-process": "registered", "cannot-be-obtained": "cancelled"}


def status_of(resource: Resource) -> ObservationStatus | None:
    """The status; null when there is none or it is no code of FHIR."""
    sent = text(resource.get("status")).lower()
    return _STATUS.get(sent) or _NEW_STATUS.get(sent)


def names_of(concept: Any) -> tuple[Named, ...]:
    """All codings with the names that stand beside them, what the sender calls it first."""
    said = clean(words(concept))
    listed = codings(concept)[:_MOST_CODINGS]
    if not listed:
        return (Named(said),) if said else ()
    found = [Named(said, coding(listed[0]) if listed[0].code else None)]
    for code in listed:
        named = Named(clean(code.display) or said, coding(code) if code.code else None)
        if named not in found:
            found.append(named)
    return tuple(found)


def when_of(holder: Resource, stem: str, home: tzinfo) -> When | None:
    """A `[x]` element of time: the moment, the start of a period (or its end), the first event of a timing."""
    for key, value in holder.items():
        if not key.startswith(stem) or value is None:
            continue
        found = _moment(value, home)
        if found is not None:
            return found
    return None


def _moment(value: Any, home: tzinfo) -> When | None:
    if isinstance(value, str):
        return read_iso_time(value, home)
    held = obj(value)
    given = [text(held.get("start")), text(held.get("end")), *texts(held.get("event"))]
    return next((when for one in given if one and (when := read_iso_time(one, home)) is not None), None)


def notes_of(resource: Resource) -> list[str]:
    """Annotations, and what older versions had in their place."""
    said = [text(one.get("text")) for one in objs(resource.get("note"))]
    said += texts(resource.get("note")) + texts(resource.get("comment")) + texts(resource.get("comments"))
    return [shown for one in said if (shown := clean(one))]
