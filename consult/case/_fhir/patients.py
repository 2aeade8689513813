"""Whose resources are whose: patients of one input put together, and every resource given to the one it names."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from consult.interop.fhir import (
    SHARED,
    Opened,
    Placed,
    References,
    address,
    encounters_of,
    identifiers,
    listed,
    no_patient,
    obj,
    objs,
    subject_of,
    target_kind,
    text,
    texts,
)

_PLACEHOLDER = 50
"""An identifier that this many different patients carry (`UNKNOWN`) identifies none of them."""
_PEOPLE = frozenset({"", "Patient", "Person"})
_INNER_RESULTS = frozenset({"Observation"})


@dataclass(slots=True, eq=False)
class Person:
    """One patient of the input: what describes them, and what is theirs."""

    records: list[Placed] = field(default_factory=list)
    """Patient resources; empty when the input only refers to the patient."""
    members: list[Placed] = field(default_factory=list)
    """In document order."""
    kept_apart: bool = False
    """Another patient shares an identifier and differs in name, sex or birth date."""
    first: int = 0
    """Where in the input they first appear."""


def is_theirs(found: Placed, person: Person, at: Placed, links: References) -> bool:
    """Whether what a patient's resource refers to (a specimen, a request) names nobody else as its subject."""
    reference = subject_of(found.resource)
    if reference is None:
        return True
    named = links.candidates(reference, found)
    if named:
        records = {id(record.resource) for record in person.records}
        return all(id(one.resource) in records for one in named)
    mine = subject_of(at.resource)
    return mine is not None and address(mine, at) == address(reference, found)


@dataclass(slots=True)
class Sorted:
    """The patients of an input."""

    people: list[Person]
    problems: list[str]
    links: References


def sort_people(opened: Opened) -> Sorted:
    """One `Person` per patient, in document order; what belongs to nobody becomes a sentence."""
    return _Sorter(opened).run()


class _Sorter:
    def __init__(self, opened: Opened) -> None:
        self.links = References(opened.placed)
        self.placed = list(_with_inner(opened.placed))
        self.order = {id(one): number for number, one in enumerate(self.placed)}
        self.people: list[Person] = []
        self.by_record: dict[int, Person] = {}
        self.absent: dict[str, Person] = {}
        self.scoped: dict[int, dict[int, Person]] = {}
        self.unowned: list[Placed] = []
        self.elsewhere: list[Placed] = []
        self.problems: list[str] = []

    def run(self) -> Sorted:
        self._records()
        for one in self.placed:
            if one.kind not in SHARED and one.kind not in _PEOPLE:
                self._give(one)
        self._unowned()
        self._sentences()
        for person in self.people:
            person.members.sort(key=lambda one: self.order[id(one)])
        self.people.sort(key=lambda person: person.first)
        return Sorted(self.people, self.problems, self.links)

    def _records(self) -> None:
        records = [one for one in self.placed if one.kind == "Patient"]
        grouping = _Grouping(records)
        for one in records:
            person = grouping.person_of(one)
            if not person.records:
                self._new(person, one)
            person.records.append(one)
            self.by_record[_key(one)] = person
            self._in_scope(one.scope, person)
        self.problems.extend(grouping.problems)

    def _new(self, person: Person, at: Placed) -> Person:
        person.first = self.order[id(at)]
        self.people.append(person)
        return person

    def _in_scope(self, scope: int, person: Person) -> None:
        self.scoped.setdefault(scope, {})[id(person)] = person

    def _give(self, one: Placed) -> None:
        owner, named = self._owner(one)
        if owner is not None:
            owner.members.append(one)
            owner.first = min(owner.first, self.order[id(one)])
        else:
            (self.elsewhere if named else self.unowned).append(one)

    def _owner(self, one: Placed, depth: int = 0) -> tuple[Person | None, bool]:
        """The patient, and whether the resource names a subject at all."""
        reference = subject_of(one.resource)
        if reference is not None:
            return self._referred(reference, one), True
        if one.container is not None:
            return self._owner(one.container, depth)
        for link in encounters_of(one.resource) if depth < 2 else ():
            visit = self.links.resolve(link, one, "Encounter")
            if visit is not None and visit is not one:
                found, named = self._owner(visit, depth + 1)
                if named:
                    return found, True
        return None, False

    def _referred(self, reference: Any, at: Placed) -> Person | None:
        found = self.links.candidates(reference, at)
        owners = {id(person): person for one in found if (person := self.by_record.get(_key(one))) is not None}
        if len(owners) == 1 and len(found) == sum(one.kind == "Patient" for one in found):
            return next(iter(owners.values()))
        if owners or found or target_kind(reference) not in _PEOPLE:
            # Two patients with one id, or a subject that is a group, a device, a place.
            return None
        return self._not_here(reference, at)

    def _not_here(self, reference: Any, at: Placed) -> Person | None:
        named = address(reference, at)
        if not named:
            return None
        if named not in self.absent:
            self.absent[named] = self._new(Person(), at)
        self._in_scope(at.scope, self.absent[named])
        return self.absent[named]

    def _unowned(self) -> None:
        """Without a subject: the only patient's of the bundle; of an input without patients, one nameless patient's."""
        lost: list[Placed] = []
        for one in self.unowned:
            if one.scope not in self.scoped and not (one.scope == 0 and self.people):
                self._in_scope(one.scope, self._new(Person(), one))
            known = self.scoped.get(one.scope, {})
            if len(known) != 1:
                lost.append(one)
                continue
            only = next(iter(known.values()))
            only.members.append(one)
            only.first = min(only.first, self.order[id(one)])
        self.unowned = lost

    def _sentences(self) -> None:
        if self.unowned:
            self.problems.append(no_patient([one.pointer for one in self.unowned]))
        if self.elsewhere:
            places = listed([one.pointer for one in self.elsewhere])
            self.problems.append(f"{places}: of a subject that is not one patient; not read")


def _with_inner(placed: Iterable[Placed]) -> Iterator[Placed]:
    """Each resource, before it the patients and after it the results that it contains."""
    for one in placed:
        inner = one.contained() if one.resource.get("contained") else []
        yield from (part for part in inner if part.kind == "Patient")
        yield one
        yield from (part for part in inner if part.kind in _INNER_RESULTS)


def _key(one: Placed) -> int:
    """A contained resource is wrapped anew each time it is looked at: the resource itself is what counts."""
    return id(one.resource)


class _Grouping:
    """Patient resources of one person: they share an identifier, an address or all words, and contradict in nothing."""

    def __init__(self, records: list[Placed]) -> None:
        self.known: dict[tuple[Any, ...], list[Person]] = {}
        self.shared = Counter(key for one in records for key in _shared(one))
        self.told: dict[int, list[Placed]] = {}
        self.problems: list[str] = []

    def person_of(self, one: Placed) -> Person:
        """The person known by then, or a new one."""
        keys = [*_own(one), *(key for key in _shared(one) if self.shared[key] <= _PLACEHOLDER)]
        candidates = [person for key in keys for person in self.known.get(key, [])]
        home = next((person for person in candidates if self._accepts(person, one)), None)
        if home is None:
            home = Person()
            self._apart(candidates, home, one)
        for key in keys:
            people = self.known.setdefault(key, [])
            if home not in people:
                people.append(home)
        self.told.setdefault(id(home), []).append(one)
        return home

    def _accepts(self, person: Person, one: Placed) -> bool:
        return all(compatible(other.resource, one.resource) for other in self.told[id(person)])

    def _apart(self, candidates: list[Person], home: Person, one: Placed) -> None:
        for other in candidates:
            other.kept_apart = home.kept_apart = True
        if candidates:
            self.problems.append(
                f"{one.pointer}: shares an identifier with another patient but differs in birth date, sex or name, "
                "and was kept apart"
            )


def _own(one: Placed) -> list[tuple[Any, ...]]:
    """Where it stands: the same address is the same patient, in another version."""
    keys: list[tuple[Any, ...]] = []
    if one.container is None:
        if one.url.startswith("http"):
            keys.append(("url", one.url))
        elif one.id:
            keys.append(("id", one.scope, one.id))
    name, birth = one.resource.get("name"), text(one.resource.get("birthDate"))
    if one.container is not None and name and birth:
        described = {key: value for key, value in one.resource.items() if key != "id"}
        keys.append(("same", json.dumps(described, sort_keys=True)))
    return keys


def _shared(one: Placed) -> list[tuple[Any, ...]]:
    return [("identifier", *identifier) for identifier in dict.fromkeys(identifiers(one.resource))]


def compatible(one: Any, other: Any) -> bool:
    """Whether two Patient resources can be of one person: birth date, sex, and where that is all, the name."""
    if one is other:
        return True
    births = text(one.get("birthDate")), text(other.get("birthDate"))
    if all(births) and not (births[0].startswith(births[1]) or births[1].startswith(births[0])):
        return False
    if {text(one.get("gender")), text(other.get("gender"))} == {"male", "female"}:
        return False
    if all(births):
        return True
    families = _family(one), _family(other)
    return not all(families) or families[0] == families[1]


def _family(patient: Any) -> str:
    name = next(iter(objs(patient.get("name"))), {})
    return " ".join(texts(obj(name).get("family"))).casefold()
