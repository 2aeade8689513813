"""Parts of a resource, taken without trust: what is of the wrong type counts as absent, never as an error."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

Resource = dict[str, Any]


class Code(NamedTuple):
    """One Coding; empty strings where nothing was sent."""

    system: str
    code: str
    display: str


def obj(value: Any) -> Resource:
    """The object in `value`; of a list its first one (older versions repeat what newer ones do not); else empty."""
    if isinstance(value, dict):
        return value
    if isinstance(value, list):
        return next((item for item in value if isinstance(item, dict)), {})
    return {}


def items(value: Any) -> list[Any]:
    """The elements of a list without nulls; a single value where a list is due counts as a list of one."""
    if value is None:
        return []
    return [item for item in value if item is not None] if isinstance(value, list) else [value]


def objs(value: Any) -> list[Resource]:
    """The objects in a list, or the one object."""
    return [item for item in items(value) if isinstance(item, dict)]


def text(value: Any) -> str:
    """A string without blanks at its ends; `true` and `false` of a boolean; empty for anything else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.strip() if isinstance(value, str) else ""


def texts(value: Any) -> list[str]:
    """The strings that are not empty."""
    return [found for item in items(value) if (found := text(item))]


def type_of(resource: Any) -> str:
    """`resourceType`; empty when it is no name."""
    name = text(resource.get("resourceType")) if isinstance(resource, dict) else ""
    return name if name.isascii() and name.isalpha() and len(name) <= 64 else ""


def codings(concept: Any) -> list[Code]:
    """The codings of a CodeableConcept, Coding, CodeableReference or plain code, in the order sent."""
    if isinstance(concept, str):
        return [Code("", concept.strip(), "")] if concept.strip() else []
    found: list[Code] = []
    for one in objs(concept):
        inner = one.get("concept")
        if inner is not None:
            found.extend(codings(inner))
        elif "coding" in one or "code" not in one:
            found.extend(_coding(part) for part in objs(one.get("coding")))
        else:
            found.append(_coding(one))
    return [code for code in found if code.code or code.display]


def _coding(part: Resource) -> Code:
    return Code(text(part.get("system")), text(part.get("code")), text(part.get("display")))


def words(concept: Any) -> str:
    """What a CodeableConcept says: its text, else the first display, else the first code."""
    if isinstance(concept, str):
        return concept.strip()
    for one in objs(concept):
        said = text(one.get("text")) or text(obj(one.get("concept")).get("text"))
        if said:
            return said
    listed = codings(concept)
    return next((code.display for code in listed if code.display), listed[0].code if listed else "")


def all_words(concepts: Any) -> str:
    """What several concepts say, each once."""
    return ", ".join(dict.fromkeys(said for one in items(concepts) if (said := words(one))))


def code_set(concepts: Any) -> set[str]:
    """All codes, in lower case; of concepts without a code their words."""
    found: set[str] = set()
    for one in items(concepts):
        listed = [code.code.lower() for code in codings(one) if code.code]
        found.update(listed or [words(one).lower()])
    return found - {""}


def choice(resource: Resource, stem: str) -> tuple[str, Any]:
    """The type and value of a choice element: `valueQuantity` is `("Quantity", …)`; `("", None)` when none is there.

    A version that has only one type writes the stem alone; that is type `""` with its value.
    """
    for key, value in resource.items():
        if key.startswith(stem) and len(key) > len(stem) and key[len(stem)].isupper() and value is not None:
            return key[len(stem) :], value
    return "", resource.get(stem)


def walk(value: Any, deepest: int = 12) -> Iterator[Resource]:
    """Every object in a resource, itself first; not deeper than `deepest`."""
    if isinstance(value, dict):
        yield value
    if deepest <= 0:
        return
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        if isinstance(item, dict | list):
            yield from walk(item, deepest - 1)
