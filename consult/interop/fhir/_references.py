"""References resolved inside one input: full URLs, relative and absolute ones, contained resources, identifiers."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote

from consult.interop.fhir._documents import Placed, unversioned
from consult.interop.fhir._shapes import Resource, obj, objs, text

_TAIL = re.compile(r"(?:(?P<base>https?://.+)/)?(?P<kind>[A-Z][A-Za-z]{2,63})/(?P<id>[A-Za-z0-9.\-_]{1,128})")
_CONDITIONAL = re.compile(r"(?P<kind>[A-Z][A-Za-z]{2,63})\?identifier=(?P<system>[^|&]*)\|(?P<value>[^&]+)")
_Identifier = tuple[str, str]


class References:
    """Finds what a reference points at; two servers' `Patient/1` are not the same."""

    def __init__(self, placed: Iterable[Placed]) -> None:
        self._urls: dict[str, list[Placed]] = defaultdict(list)
        self._scoped: dict[tuple[int, str], list[Placed]] = defaultdict(list)
        self._ids: dict[tuple[int, str, str], list[Placed]] = defaultdict(list)
        self._identifiers: dict[tuple[int, _Identifier], list[Placed]] = defaultdict(list)
        self._uuids: dict[tuple[int, str], list[Placed]] = defaultdict(list)
        for one in placed:
            self.add(one)

    def add(self, one: Placed) -> None:
        """Makes a resource findable."""
        if one.url.startswith("http"):
            self._urls[one.url].append(one)
        elif one.url:
            self._scoped[one.scope, one.url].append(one)
        if one.id:
            self._ids[one.scope, one.kind, one.id].append(one)
            if not one.url:
                # Entries of a bundle written out as lines lose their `urn:uuid:` and keep it as their id.
                self._uuids[one.scope, f"urn:uuid:{one.id}"].append(one)
        for identifier in identifiers(one.resource):
            self._identifiers[one.scope, identifier].append(one)

    def candidates(self, reference: Any, at: Placed) -> list[Placed]:
        """Everything that `reference`, read at a place, can mean; more than one when ids repeat."""
        given = text(obj(reference).get("reference")) if not isinstance(reference, str) else reference.strip()
        if given.startswith("#"):
            return _contained(given[1:], at)
        if given:
            return self._literal(unversioned(given), at)
        named = obj(obj(reference).get("identifier"))
        key = _identifier(named)
        kind = text(obj(reference).get("type"))
        found = self._identifiers.get((at.scope, key), []) if key is not None else []
        return [one for one in found if not kind or one.kind == kind]

    def resolve(self, reference: Any, at: Placed, kind: str = "") -> Placed | None:
        """What the reference means, the newest where versions repeat; null when it is not in the input."""
        found = [one for one in self.candidates(reference, at) if not kind or one.kind == kind]
        return found[-1] if found else None

    def _literal(self, given: str, at: Placed) -> list[Placed]:
        if given in self._urls:
            return self._urls[given]
        if (at.scope, given) in self._scoped:
            return self._scoped[at.scope, given]
        if (at.scope, given) in self._uuids:
            return self._uuids[at.scope, given]
        tail = _TAIL.fullmatch(given)
        if tail is not None:
            return self._by_id(tail["base"] or base_of(at), tail["kind"], tail["id"], at.scope)
        asked = _CONDITIONAL.fullmatch(given)
        if asked is not None:
            key = (at.scope, (unquote(asked["system"]), unquote(asked["value"])))
            return [one for one in self._identifiers.get(key, []) if one.kind == asked["kind"]]
        return []

    def _by_id(self, base: str, kind: str, id: str, scope: int) -> list[Placed]:
        if base and f"{base}/{kind}/{id}" in self._urls:
            return self._urls[f"{base}/{kind}/{id}"]
        found = self._ids.get((scope, kind, id), [])
        # A resource that names another server as its home is another resource.
        return [one for one in found if not base or not one.url.startswith("http")]


def base_of(at: Placed) -> str:
    """The server that an entry's fullUrl names; empty when it names none."""
    outer = at.container or at
    tail = _TAIL.fullmatch(outer.url)
    return (tail["base"] or "") if tail is not None else ""


def address(reference: Any, at: Placed) -> str:
    """A stable key of what a reference names, whether or not it is in the input; empty when it names nothing.

    Equal keys mean the same resource: an absolute URL, `urn:…`, a relative one with its scope, or an identifier.
    """
    given = text(obj(reference).get("reference")) if not isinstance(reference, str) else reference.strip()
    given = unversioned(given)
    if given and not given.startswith("#"):
        tail = _TAIL.fullmatch(given)
        if tail is not None and not tail["base"]:
            base = base_of(at)
            return f"{base}/{given}" if base else f"{at.scope} {given}"
        return given if given.startswith("http") else f"{at.scope} {given}"
    key = _identifier(obj(obj(reference).get("identifier")))
    return f"identifier {key[0]}|{key[1]}" if key is not None else ""


def target_kind(reference: Any) -> str:
    """The type of resource that a reference says it points at; empty when it does not say."""
    given = text(obj(reference).get("reference")) if not isinstance(reference, str) else reference
    tail = _TAIL.fullmatch(unversioned(given))
    return tail["kind"] if tail is not None else text(obj(reference).get("type")).rsplit("/", 1)[-1]


def identifiers(resource: Resource) -> list[_Identifier]:
    """System and value of each identifier that has both."""
    return [key for one in objs(resource.get("identifier")) if (key := _identifier(one)) is not None]


def _identifier(one: Resource) -> _Identifier | None:
    system, value = text(one.get("system")), text(one.get("value"))
    return (system, value) if system and value else None


def _contained(id: str, at: Placed) -> list[Placed]:
    outer = at.container or at
    if not id:
        return [outer]
    return outer.inner(id)
