"""FHIR documents to drafts: one per patient."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import tzinfo
from typing import Any

from consult.case._draft import Draft
from consult.case._fhir.entries import ENTRY_TYPES
from consult.case._fhir.ours import restore, sent_resources
from consult.case._fhir.patients import sort_people
from consult.case._fhir.reading import Reading
from consult.case._fhir.requests import REQUEST_TYPES
from consult.errors import CaseError
from consult.interop.fhir import Opened, Resource, number_to_version, open_document, type_of, version_of

_DESCRIBING = frozenset(
    {
        *("Patient", "RelatedPerson", "Person", "MessageHeader", "Practitioner", "PractitionerRole", "Organization"),
        *("Location", "HealthcareService", "Medication", "Specimen"),
    }
)
"""Read through what refers to them."""
_READ = (
    ENTRY_TYPES | REQUEST_TYPES | _DESCRIBING | {"Observation", "DiagnosticReport", "DocumentReference", "Composition"}
)
_REFUSED = "this is FHIR DSTU1, a version that is not read"


class Notice(str):
    """Said of an input as a whole of which every patient was read; the quality of each case says its part of it."""

    __slots__ = ()


def read_fhir(document: Any, *, home: tzinfo) -> tuple[list[Draft], list[str]]:
    """The patients in a FHIR document, and a sentence for each part that could not be read.

    Args:
        document: a resource, a list of them, `Lines`, or a CDS Hooks request; numbers as strings.
        home: the zone of times without an offset.

    Raises:
        CaseError: there is nothing in it that a case could be made of.
    """
    opened = open_document(document)
    if opened.fhir_version.startswith("0."):
        raise CaseError(_REFUSED)
    opened.placed = list(sent_resources(opened.placed))
    tally = Tally(opened.fhir_version)
    for one in opened.placed:
        tally.count(one.resource)
    drafts, problems = drafts_of(opened, home, tally)
    problems.extend(tally.sentences())
    if not drafts and not problems:
        raise CaseError("the input holds no FHIR resource that tells of a patient")
    return drafts, problems


def drafts_of(opened: Opened, home: tzinfo, tally: Tally) -> tuple[list[Draft], list[str]]:
    """The drafts of opened resources, and what was wrong with single ones."""
    opened.placed = list(sent_resources(opened.placed))
    found = sort_people(opened)
    problems = [*opened.problems, *found.problems]
    drafts = []
    for person in found.people:
        reading = Reading(person, found.links, home, sent=opened.timestamps)
        draft = reading.draft()
        restore(draft, person.records, person.members, home)
        tally.unread.update(reading.closed)
        problems.extend(reading.problems)
        if any(one.kind not in _READ for one in person.members):
            draft.doubts.append("resources-not-read")
        drafts.append(draft)
    return drafts, problems


class Tally:
    """What is told of an input as a whole: types that were not read, and versions other than R4."""

    def __init__(self, declared: str = "") -> None:
        self.unread: Counter[str] = Counter()
        self._versions: Counter[str] = Counter()
        self._declared = number_to_version(declared) if declared else None

    def count(self, resource: Resource) -> None:
        """Takes note of one resource."""
        kind = type_of(resource)
        if kind not in _READ:
            self.unread[kind] += 1
        version = version_of(resource) or self._declared
        if version is not None and version != "R4":
            self._versions[version] += 1

    def sentences(self) -> Iterator[str]:
        """One sentence for the versions, one for the types."""
        if self._versions:
            listed = " and ".join(f"{count} of FHIR {version}" for version, count in sorted(self._versions.items()))
            yield Notice(
                f"some resources are not written in FHIR R4 ({listed}); they were read as far as their shape allows"
            )
        if self.unread:
            listed = ", ".join(f"{count} {kind}" for kind, count in sorted(self.unread.items()))
            yield Notice(f"resources that are not read: {listed}")
