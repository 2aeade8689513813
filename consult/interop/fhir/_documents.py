"""Whatever holds resources, opened: bundles, lists, lines, parameters and CDS Hooks requests."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from consult.interop.fhir._shapes import Resource, obj, objs, text, type_of

_NESTED = 4
"""Bundles in bundles are opened to this depth (a batch of searches has two)."""


@dataclass(slots=True, eq=False)
class Placed:
    """A resource with its place."""

    resource: Resource
    kind: str
    """Its resourceType."""
    pointer: str
    """`entry[12]/Observation`; entries and elements are counted from 0, lines from 1."""
    scope: int
    """References hold within one scope: a bundle, or all resources that stand outside of bundles."""
    url: str = ""
    """fullUrl, without a version."""
    container: Placed | None = None
    """Of a contained resource: what contains it."""
    _inner: list[Placed] | None = None
    _inner_ids: dict[str, list[Placed]] | None = None

    @property
    def id(self) -> str:
        """The logical id; of an entry without one what its `urn:uuid:` says."""
        own = text(self.resource.get("id"))
        return own or (self.url.rsplit(":", 1)[1] if self.url.startswith("urn:") else "")

    def contained(self) -> list[Placed]:
        """The resources that it contains."""
        if self._inner is None:
            self._inner = [self._part(*one) for one in enumerate(objs(self.resource.get("contained")))]
        return self._inner

    def _part(self, position: int, inner: Resource) -> Placed:
        kind = type_of(inner)
        pointer = f"{self.pointer}/contained[{position}]/{kind or 'Resource'}"
        return Placed(inner, kind, pointer, self.scope, container=self)

    def inner(self, id: str) -> list[Placed]:
        """Contained resources by their id."""
        if self._inner_ids is None:
            self._inner_ids = {}
            for one in self.contained():
                self._inner_ids.setdefault(text(one.resource.get("id")), []).append(one)
        return self._inner_ids.get(id, [])


@dataclass(slots=True)
class Opened:
    """All resources of an input, in document order."""

    placed: list[Placed] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    timestamps: dict[int, str] = field(default_factory=dict)
    """When a bundle was put together, as it says, by scope."""
    fhir_version: str = ""
    """As declared beside the resources (CapabilityStatement, CDS Hooks)."""


@dataclass(slots=True)
class Lines:
    """A newline-delimited file: its documents with their line numbers, and a sentence for each unreadable line."""

    documents: list[tuple[int, Any]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def holds_fhir(document: Any) -> bool:
    """Whether a JSON document is a resource, a list of resources, or a CDS Hooks request that carries some."""
    if isinstance(document, Lines):
        return True
    if isinstance(document, dict):
        return "resourceType" in document or _is_hook(document)
    if isinstance(document, list):
        first = next((item for item in document if isinstance(item, dict)), None)
        return first is not None and "resourceType" in first
    return False


def open_document(document: Any) -> Opened:
    """The resources in a document; never fails, what is no resource becomes a sentence."""
    opener = _Opener()
    if isinstance(document, Lines):
        opener.found.problems.extend(document.problems)
        for number, line in document.documents:
            opener.separate(line, f"line[{number}]")
    elif isinstance(document, list):
        for position, item in enumerate(document):
            opener.separate(item, f"[{position}]")
    elif isinstance(document, dict) and _is_hook(document):
        opener.hook(document)
    else:
        opener.separate(document, "")
    return opener.found


def _is_hook(document: Resource) -> bool:
    return "resourceType" not in document and "hook" in document and ("prefetch" in document or "context" in document)


class _Opener:
    def __init__(self) -> None:
        self.found = Opened()
        self.scopes = 0

    def separate(self, document: Any, place: str) -> None:
        """A bundle is a scope of its own; resources outside of bundles share scope 0."""
        if type_of(document) == "Bundle":
            self.scopes += 1
            self.take(document, place, self.scopes)
        else:
            self.take(document, place, 0)

    def take(self, document: Any, place: str, scope: int, url: str = "", depth: int = 0) -> None:
        kind = type_of(document)
        pointer = "/".join(part for part in (place, kind) if part)
        if not kind:
            self.found.problems.append(f"{place or 'the input'}: this is no FHIR resource")
        elif kind in {"Bundle", "Parameters"}:
            # The outermost bundle goes without saying.
            self._open(document, pointer if depth else place, scope, depth)
        else:
            declared = text(document.get("fhirVersion")) if kind in {"CapabilityStatement", "Conformance"} else ""
            self.found.fhir_version = declared or self.found.fhir_version
            self.found.placed.append(Placed(document, kind, pointer, scope, unversioned(url)))

    def _open(self, bundle: Resource, place: str, scope: int, depth: int) -> None:
        if depth >= _NESTED:
            self.found.problems.append(f"{place}: bundles are nested too deep to be read")
            return
        made = text(bundle.get("timestamp"))
        if made and depth == 0:
            self.found.timestamps[scope] = made
        for part, entry in _entries(bundle):
            self._entry(part, entry, "/".join(step for step in (place, part) if step), scope, depth)

    def _entry(self, part: str, entry: Any, place: str, scope: int, depth: int) -> None:
        held = obj(entry)
        if isinstance(held.get("resource"), dict):
            self.take(held["resource"], place, scope, text(held.get("fullUrl")), depth + 1)
        elif isinstance(held.get("content"), dict):
            self.found.problems.append(f"{place}: an entry of FHIR DSTU1, a version that is not read")
        elif "resource" in held or not (held.keys() & {"request", "response", "part", "link"} or _value_only(held)):
            self.found.problems.append(f"{place}: holds no resource")
        for number, inner in enumerate(objs(held.get("part"))):
            self._entry(part, inner, f"{place}/part[{number}]", scope, depth)

    def hook(self, request: Resource) -> None:
        """A CDS Hooks request: what was fetched before, and the orders in its context; all of one patient."""
        prefetch = obj(request.get("prefetch"))
        for name, fetched in prefetch.items():
            # A prefetch that was not possible is null.
            if isinstance(fetched, dict):
                self._held(fetched, f"prefetch.{_key(name)}")
        context = obj(request.get("context"))
        for name, given in context.items():
            for position, one in enumerate(given if isinstance(given, list) else [given]):
                if type_of(one):
                    self._held(one, f"context.{_key(name)}" + (f"[{position}]" if isinstance(given, list) else ""))

    def _held(self, resource: Resource, place: str) -> None:
        if "resource" in resource and not type_of(resource):
            # The first drafts of the specification wrapped each resource with its HTTP response.
            resource = obj(resource["resource"])
        self.take(resource, place, 1)


def _key(name: str) -> str:
    return "".join(char for char in name if char.isalnum() or char in "-_")[:40]


def _value_only(entry: Resource) -> bool:
    """An element of Parameters that carries a plain value."""
    return any(key.startswith("value") for key in entry)


def _entries(bundle: Resource) -> Iterable[tuple[str, Any]]:
    name = "entry" if type_of(bundle) == "Bundle" else "parameter"
    listed = bundle.get(name)
    elements = listed if isinstance(listed, list) else [listed] if listed is not None else []
    return ((f"{name}[{position}]", entry) for position, entry in enumerate(elements))


def unversioned(url: str) -> str:
    """A reference or fullUrl without its `/_history/3`."""
    return url.split("/_history/", 1)[0]
