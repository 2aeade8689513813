"""Every string by which resources name the patient, the people around them, orders and places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from consult.case._fhir.patients import Person
from consult.case._identity import Terms, whole_name
from consult.case._model import Identity
from consult.case._names import shown_name
from consult.case._text import clean
from consult.case._times import When
from consult.interop.fhir import Placed, References, Resource, codings, obj, objs, target_kind, text, texts

_PLACES = frozenset({"Organization", "Location", "HealthcareService"})
_HUMAN = frozenset({"Patient", "Practitioner", "PractitionerRole", "RelatedPerson", "Person"})
_ROLES = frozenset(
    {
        *("performer", "author", "authorReference", "requester", "recorder", "asserter", "informationSource", "actor"),
        *("individual", "attester", "practitioner", "patient", "subject", "agent", "who", "sender", "receiver"),
        *("generalPractitioner", "interpreter", "resultsInterpreter", "collector", "orderer", "prescriber"),
        *("responsible", "party", "informant", "sourceReference", "careProvider", "dispenser", "reporter"),
    }
)
_SITES = frozenset({"location", "serviceProvider", "managingOrganization", "organization", "custodian", "manufacturer"})
_TITLES = re.compile(
    r"^(?:(?:dr|prof|mr|mrs|ms|miss|md|rn|np|pa)\.?\s+)+|(?:,?\s+(?:md|do|phd|rn|np|pa))+\.?$", re.IGNORECASE
)
_ANSWERS = frozenset({"57723-9", "62323-1", "62324-9", "62325-6", "62326-4", "62327-2", "62328-0"})
"""LOINC questions at order entry whose answer is a name, an address or a number."""
_DEEPEST = 12
_UPWARDS = 4
"""From a bed to its room, corridor, ward."""


def read_identity(person: Person, links: References, birth: When | None) -> Identity:
    """The identity of one patient, with all terms that their resources hold."""
    reader = _Reader(links)
    for record in person.records:
        reader.subject(record)
    for member in person.members:
        reader.member(member)
    if birth is not None:
        reader.terms.birth_date(birth.text)
    return _identity(person, links, birth, reader.terms)


def _identity(person: Person, links: References, birth: When | None, terms: Terms) -> Identity:
    newest = person.records[-1].resource if person.records else {}
    numbers = [text(one.get("value")) for record in person.records for one in objs(record.resource.get("identifier"))]
    return Identity(
        name=_shown_name(newest) or None,
        birth_date=birth.text[:10] if birth is not None else None,
        identifiers=list(dict.fromkeys(number for number in numbers if number)),
        location=_place(person, links),
        department=_ward(person, links),
        terms=terms.listed(),
    )


def _shown_name(patient: Resource) -> str:
    names = objs(patient.get("name"))
    name = next((one for one in names if text(one.get("use")) in {"official", "usual"}), next(iter(names), {}))
    given, family = (" ".join(texts(name.get(part))) for part in ("given", "family"))
    return clean(shown_name(family, given)) or clean(text(name.get("text")))


def _place(person: Person, links: References) -> str | None:
    for member in reversed(person.members):
        if member.kind != "Encounter":
            continue
        for one in objs(member.resource.get("location")):
            found = links.resolve(one.get("location"), member, "Location")
            name = text(found.resource.get("name")) if found is not None else ""
            shown = clean(name or text(obj(one.get("location")).get("display")))
            if shown:
                return shown
    return None


def _ward(person: Person, links: References) -> str | None:
    """The ward of the newest visit that names one: a Location of that type, or the one that holds the bed."""
    for member in reversed(person.members):
        places = objs(member.resource.get("location")) if member.kind == "Encounter" else []
        for one in places:
            found = links.resolve(one.get("location"), member, "Location")
            for _ in range(_UPWARDS):
                if found is None:
                    break
                if any(code.code == "wa" for code in codings(found.resource.get("physicalType"))):
                    return clean(text(found.resource.get("name"))) or None
                found = links.resolve(found.resource.get("partOf"), found, "Location")
    return None


class _Reader:
    """Collects the terms of one patient; each person and place around them once."""

    def __init__(self, links: References) -> None:
        self.links = links
        self.terms = Terms()
        self.seen: set[int] = set()
        self.said: set[tuple[str, str, str]] = set()

    def subject(self, record: Placed) -> None:
        self._take(record)
        self.terms.identifier(record.id)

    def member(self, member: Placed) -> None:
        """Whom and what one resource of the patient names, at any depth."""
        self._take(member)
        self._answer(member.resource)

    def _take(self, placed: Placed, depth: int = 0) -> None:
        if id(placed.resource) in self.seen or depth > 4:
            return
        self.seen.add(id(placed.resource))
        resource = placed.resource
        if placed.kind in _HUMAN:
            _human(resource, self.terms)
        elif placed.kind in _PLACES:
            _place_terms(resource, self.terms)
        for key, part in _parts(resource, "", 0):
            self._part(key, part, placed, depth)

    def _part(self, key: str, part: Resource, placed: Placed, depth: int) -> None:
        if key == "identifier" or key.endswith("Identifier"):
            self.terms.identifier(text(part.get("value")))
        elif "reference" in part or ("display" in part and "code" not in part and "system" not in part):
            self._reference(key, part, placed, depth)
        elif key in {"note", "telecom"}:
            whole_name(_untitled(text(part.get("authorString"))), self.terms)

    def _reference(self, key: str, part: Resource, placed: Placed, depth: int) -> None:
        kind, shown = target_kind(part), text(part.get("display"))
        mark = (kind or key, text(part.get("reference")), shown)
        if mark in self.said:
            return
        self.said.add(mark)
        found = self.links.resolve(part, placed) if "reference" in part else None
        kind = found.kind if found is not None else kind
        if found is not None and (kind in _HUMAN - {"Patient"} or kind in _PLACES):
            self._take(found, depth + 1)
        elif kind == "Patient":
            self.terms.identifier(text(part.get("reference")).rsplit("/", 1)[-1].rsplit(":", 1)[-1])
        elif found is not None and kind == "Specimen":
            self._take(found, depth + 1)
        if kind in _PLACES or (not kind and key in _SITES):
            self.terms.organisation(shown)
        elif kind in _HUMAN or (not kind and key in _ROLES):
            whole_name(_untitled(shown), self.terms)

    def _answer(self, resource: Resource) -> None:
        if _ANSWERS.isdisjoint(code.code for code in codings(resource.get("code"))):
            return
        value = resource.get("valueCodeableConcept")
        said = [text(resource.get("valueString")), text(obj(value).get("text"))]
        for answer in (*said, *(part for code in codings(value) for part in (code.code, code.display))):
            _free(answer, self.terms)


def _parts(value: Any, key: str, depth: int) -> Iterator[tuple[str, Resource]]:
    """Every object below a resource with the name of the element that holds it; what is contained is another one."""
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        if depth:
            yield key, value
        for name, part in value.items():
            if isinstance(part, dict | list) and name not in {"contained", "extension", "code", "text"}:
                yield from _parts(part, name, depth + 1)
    elif isinstance(value, list):
        for part in value:
            if isinstance(part, dict):
                yield from _parts(part, key, depth + 1)


def _human(resource: Resource, terms: Terms) -> None:
    """A patient, a practitioner or a relative, and whoever may be called for them."""
    for one in (resource, *objs(resource.get("contact"))):
        for name in objs(one.get("name")):
            _name(name, terms)
        _reachable(one, terms)
        for identifier in objs(one.get("identifier")):
            terms.identifier(text(identifier.get("value")))


def _name(name: Resource, terms: Terms) -> None:
    family, given = " ".join(texts(name.get("family"))), texts(name.get("given"))
    if family or given:
        terms.name(family, given[0] if given else "", " ".join(given[1:]))
    whole_name(_untitled(text(name.get("text"))), terms)


def _untitled(name: str) -> str:
    return _TITLES.sub("", name.strip()).strip() if len(name) < 200 else ""


def _place_terms(resource: Resource, terms: Terms) -> None:
    for called in (*texts(resource.get("name")), *texts(resource.get("alias"))):
        terms.organisation(called)
    _reachable(resource, terms)
    for contact in objs(resource.get("contact")):
        for name in objs(contact.get("name")):
            _name(name, terms)
        _reachable(contact, terms)


def _reachable(holder: Resource, terms: Terms) -> None:
    for one in objs(holder.get("telecom")):
        sent = text(one.get("value"))
        terms.emails(sent)
        if "@" not in sent:
            terms.phone(sent)
    for address in objs(holder.get("address")):
        lines = [*texts(address.get("line")), "", ""]
        city, postcode = text(address.get("city")), text(address.get("postalCode"))
        terms.address(lines[0], lines[1], city, postcode)
        for line in (*lines[2:], text(address.get("text")), text(address.get("district"))):
            terms.address(line, "", "", "")


def _free(answer: str, terms: Terms) -> None:
    """An answer that names somebody: all of it."""
    terms.emails(answer)
    for piece in (part.strip() for part in answer.replace(",", "/").split("/")):
        (terms.phone if any(char.isdigit() for char in piece) else terms.name)(piece)
    terms.name(answer.strip().rstrip(","))
    terms.identifier(answer)
