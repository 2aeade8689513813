"""Conditions, medications, allergies, procedures, immunizations and encounters, each an entry with its status."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import tzinfo

from consult.case._draft import Draft
from consult.case._fhir.entry import amount, first_time, labelled, make_entry, span
from consult.case._fhir.medications import read_medication
from consult.case._fhir.parts import notes_of, when_of
from consult.case._model import Entry
from consult.interop.fhir import (
    Placed,
    References,
    Resource,
    all_words,
    code_set,
    items,
    obj,
    objs,
    text,
    words,
)

_DENIED = frozenset({"refuted", "entered-in-error"})
_UNSURE = frozenset({"unconfirmed", "provisional", "differential"})
_FAMILY = frozenset({"family-history", "fh", "416471007", "57177007"})


def read_entries(placed: Placed, links: References, home: tzinfo) -> list[tuple[str, Entry]]:
    """The entries of one resource, each with the list of the draft it belongs to; empty when it names nothing."""
    name, reader = _READERS[placed.kind]
    found = []
    for entry in reader(placed, links, home):
        entry.source = entry.source or placed.pointer
        found.append((name, entry))
    return found


def add_entries(draft: Draft, found: Iterable[tuple[str, Entry]]) -> None:
    """Puts entries into their lists."""
    lists: dict[str, list[Entry]] = {
        "conditions": draft.conditions,
        "medications": draft.medications,
        "allergies": draft.allergies,
        "procedures": draft.procedures,
        "immunizations": draft.immunizations,
        "encounters": draft.encounters,
    }
    for name, entry in found:
        lists[name].append(entry)


def _condition(placed: Placed, links: References, home: tzinfo) -> Iterator[Entry]:
    resource = placed.resource
    when = first_time(resource, ("onset", "recordedDate", "assertedDate", "dateRecorded", "dateAsserted"), home)
    notes = [
        labelled("severity", resource.get("severity")),
        *(labelled("stage", one.get("summary")) for one in objs(resource.get("stage"))),
        labelled("body site", resource.get("bodySite")),
        labelled("onset", _onset_words(resource)),
        _until(resource, home),
        *notes_of(resource),
    ]
    entry = make_entry(resource.get("code"), _condition_status(resource), when, notes)
    if entry is not None:
        yield entry


def _condition_status(resource: Resource) -> str:
    """What is surest about it: not so, of the family, not sure, else whether it is active."""
    verified = next(iter(sorted(code_set(resource.get("verificationStatus")))), "")
    if verified in _DENIED:
        return verified
    if (code_set(resource.get("category")) | code_set(resource.get("code"))) & _FAMILY:
        return "family-history"
    clinical = next(iter(sorted(code_set(resource.get("clinicalStatus")))), "")
    if verified in _UNSURE and clinical not in {"inactive", "resolved", "remission"}:
        return verified
    return clinical or verified


def _onset_words(resource: Resource) -> str:
    """An onset that is no time: `at 40 years`, `in childhood`."""
    age = obj(resource.get("onsetAge")) or obj(resource.get("onsetQuantity"))
    return text(resource.get("onsetString")) or amount(age) or span(obj(resource.get("onsetRange")))


def _until(resource: Resource, home: tzinfo) -> str:
    when = when_of(resource, "abatement", home)
    if when is not None:
        return f"until {when.text}"
    ended = resource.get("abatementString")
    return f"until {text(ended)}" if text(ended) else ""


def _family(placed: Placed, links: References, home: tzinfo) -> Iterator[Entry]:
    resource = placed.resource
    status = text(resource.get("status"))
    status = status if status == "entered-in-error" else "family-history"
    relative = words(resource.get("relationship"))
    when = first_time(resource, ("date",), home)
    for position, one in enumerate(objs(resource.get("condition"))):
        notes = [
            relative,
            labelled("onset", _onset_words(one)),
            labelled("outcome", one.get("outcome")),
            "contributed to death" if one.get("contributedToDeath") is True else "",
            *notes_of(one),
            *notes_of(resource),
        ]
        entry = make_entry(one.get("code") or one.get("type"), status, when, notes)
        if entry is not None:
            entry.source = f"{placed.pointer}/condition[{position}]"
            yield entry


def _allergy(placed: Placed, links: References, home: tzinfo) -> Iterator[Entry]:
    resource = placed.resource
    reactions = objs(resource.get("reaction"))
    concept = resource.get("code") or resource.get("substance")
    if not words(concept):
        concept = next((one["substance"] for one in reactions if words(one.get("substance"))), concept)
    when = first_time(resource, ("onset", "recordedDate", "assertedDate", "lastOccurrence"), home)
    notes = [
        labelled("criticality", text(resource.get("criticality"))),
        *(_reaction(one) for one in reactions),
        *notes_of(resource),
    ]
    entry = make_entry(concept, _allergy_status(resource), when, notes)
    if entry is not None:
        yield entry


def _allergy_status(resource: Resource) -> str:
    verified = next(iter(sorted(code_set(resource.get("verificationStatus")))), "")
    if verified in _DENIED:
        return verified
    clinical = next(iter(sorted(code_set(resource.get("clinicalStatus")))), "")
    return clinical or text(resource.get("status")) or verified


def _reaction(one: Resource) -> str:
    said = all_words(one.get("manifestation")) or text(one.get("description"))
    severity = text(one.get("severity"))
    return f"{said} ({severity})" if said and severity else said or severity


def _procedure(placed: Placed, links: References, home: tzinfo) -> Iterator[Entry]:
    resource = placed.resource
    when = first_time(resource, ("performed", "occurrence"), home)
    notes = [
        labelled("body site", resource.get("bodySite")),
        labelled("for", all_words([*items(resource.get("reasonCode")), *items(resource.get("reason"))])),
        labelled("outcome", resource.get("outcome")),
        labelled("complication", resource.get("complication")),
        *notes_of(resource),
    ]
    status = "not-done" if resource.get("notDone") is True or resource.get("notPerformed") is True else ""
    entry = make_entry(resource.get("code"), status or text(resource.get("status")), when, notes)
    if entry is not None:
        yield entry


def _immunization(placed: Placed, links: References, home: tzinfo) -> Iterator[Entry]:
    resource = placed.resource
    when = first_time(resource, ("occurrence", "date"), home)
    notes = [labelled("reason", resource.get("statusReason")), *notes_of(resource)]
    denied = resource.get("notGiven") is True or resource.get("wasNotGiven") is True
    entry = make_entry(resource.get("vaccineCode"), "not-done" if denied else text(resource.get("status")), when, notes)
    if entry is not None:
        yield entry


def _encounter(placed: Placed, links: References, home: tzinfo) -> Iterator[Entry]:
    resource = placed.resource
    when = first_time(resource, ("period", "actualPeriod"), home)
    reasons = [*items(resource.get("reasonCode")), *items(resource.get("reason"))]
    held = [one.get("value") if isinstance(one, dict) and "value" in one else one for one in reasons]
    notes = [labelled("for", all_words([part for one in held for part in items(one)])), *notes_of(resource)]
    concept = next((one for one in (*items(resource.get("type")), resource.get("class")) if words(one)), None)
    entry = make_entry(concept, text(resource.get("status")), when, notes, name="" if concept else "encounter")
    if entry is not None:
        yield entry


_Reader = Callable[[Placed, References, tzinfo], Iterator[Entry]]
_READERS: dict[str, tuple[str, _Reader]] = {
    "Condition": ("conditions", _condition),
    "FamilyMemberHistory": ("conditions", _family),
    "MedicationRequest": ("medications", read_medication),
    "MedicationOrder": ("medications", read_medication),
    "MedicationStatement": ("medications", read_medication),
    "MedicationUsage": ("medications", read_medication),
    "MedicationAdministration": ("medications", read_medication),
    "AllergyIntolerance": ("allergies", _allergy),
    "Procedure": ("procedures", _procedure),
    "Immunization": ("immunizations", _immunization),
    "Encounter": ("encounters", _encounter),
}
ENTRY_TYPES = frozenset(_READERS)
