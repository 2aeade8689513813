"""What is asked: open requests and tasks are the questions of the case."""

from __future__ import annotations

from consult.case._fhir.parts import notes_of
from consult.case._text import clean
from consult.interop.fhir import Placed, References, Resource, all_words, items, obj, objs, text, words

REQUEST_TYPES = frozenset({"ServiceRequest", "ProcedureRequest", "ReferralRequest", "DiagnosticOrder", "Task"})
_OPEN = frozenset(
    {
        "",
        "active",
        "draft",
        "on-hold",
        "unknown",
        "requested",
        "received",
        "accepted",
        "ready",
        "in-progress",
        "proposed",
    }
)


def is_open(resource: Resource) -> bool:
    """Whether the request still stands."""
    return text(resource.get("status")).lower() in _OPEN and resource.get("doNotPerform") is not True


def question_of(placed: Placed) -> str:
    """The request in words: what is asked for, why, and what was written with it; empty when it says nothing."""
    resource = placed.resource
    asked = words(resource.get("code")) or _items(resource) or all_words(resource.get("serviceRequested"))
    parts = [asked, text(resource.get("description")), reason_of(resource), *notes_of(resource), *_answers(resource)]
    return clean("; ".join(dict.fromkeys(part for part in parts if part)))


def reason_of(resource: Resource) -> str:
    """Why it is asked."""
    reasons = [*items(resource.get("reasonCode")), *items(resource.get("reason"))]
    shown = resource.get("reasonReference")
    named = [text(one.get("display")) for one in objs(shown)]
    return ", ".join(dict.fromkeys(part for part in (all_words(reasons), *named) if part))


def _items(resource: Resource) -> str:
    """DSTU2 orders several services at once."""
    return all_words([one.get("code") for one in objs(resource.get("item"))])


def _answers(resource: Resource) -> list[str]:
    """What a Task was given to work with, where that is words."""
    found = []
    for one in objs(resource.get("input")):
        said = next((text(value) for key, value in one.items() if key.startswith("value") and text(value)), "")
        label = words(one.get("type"))
        if said:
            found.append(f"{label}: {said}" if label else said)
    return found


def ordered_by(placed: Placed, links: References) -> list[Placed]:
    """The requests that a result or report answers."""
    found = []
    for name in ("basedOn", "request", "focus"):
        for reference in objs(placed.resource.get(name)):
            request = links.resolve(obj(reference), placed)
            if request is not None and request.kind in REQUEST_TYPES:
                found.append(request)
    return found
