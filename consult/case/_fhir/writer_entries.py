"""Conditions, medications, allergies, procedures, immunizations and encounters as FHIR R4 resources.

Each kind has its own closed list of statuses. What was sent beside that list (an HL7 v2 code) is kept in `AS_SENT`;
where FHIR demands a status and none of its own was sent, the one that claims least is written and carries `COMPUTED`.
"""

from __future__ import annotations

from collections.abc import Callable

from consult.case._fhir.writer_results import instant, rewritten, time_of
from consult.case._model import Entry
from consult.interop.fhir._systems import (
    ALLERGY_CLINICAL,
    ALLERGY_VERIFICATION,
    CONDITION_CLINICAL,
    CONDITION_VERIFICATION,
    ENCOUNTER_CLASS,
)
from consult.interop.fhir._write import NULL_FLAVOR, ROLE, Resource, coding, concept, kept_as_sent, ours, text

FAMILY_HISTORY = "family-history"

_CLINICAL = frozenset({"active", "recurrence", "relapse", "inactive", "remission", "resolved"})
_VERIFICATION = frozenset({"unconfirmed", "provisional", "differential", "confirmed", "refuted", "entered-in-error"})
_ALLERGY_CLINICAL = frozenset({"active", "inactive", "resolved"})
_ALLERGY_VERIFICATION = frozenset({"unconfirmed", "confirmed", "refuted", "entered-in-error"})
_MEDICATION = frozenset(
    {"active", "completed", "entered-in-error", "intended", "stopped", "on-hold", "unknown", "not-taken"}
)
_PROCEDURE = frozenset(
    {"preparation", "in-progress", "not-done", "on-hold", "stopped", "completed", "entered-in-error", "unknown"}
)
_IMMUNIZATION = frozenset({"completed", "entered-in-error", "not-done"})
_ENCOUNTER = frozenset(
    {"planned", "arrived", "triaged", "in-progress", "onleave", "finished", "cancelled", "entered-in-error", "unknown"}
)
_CLASSES = {"E": ("EMER", "emergency"), "I": ("IMP", "inpatient encounter"), "O": ("AMB", "ambulatory")}
"""PV1-2 to the codes of FHIR."""


def entry_resource(kind: str, one: Entry, subject: Resource) -> Resource:
    """The resource of one entry of the case's list `kind`."""
    if kind == "conditions" and one.status == FAMILY_HISTORY:
        return _family_history(one, subject)
    return _WRITERS[kind](one, subject)


def _condition(one: Entry, subject: Resource) -> Resource:
    return {
        "resourceType": "Condition",
        "extension": _as_sent(one, _CLINICAL | _VERIFICATION),
        "clinicalStatus": _coded(one, CONDITION_CLINICAL, _CLINICAL),
        "verificationStatus": _coded(one, CONDITION_VERIFICATION, _VERIFICATION),
        "code": _name(one),
        "subject": subject,
        "onsetDateTime": _time(one),
        "note": _note(one),
    }


def _family_history(one: Entry, subject: Resource) -> Resource:
    """A relative's condition must not stand as the patient's."""
    return {
        "resourceType": "FamilyMemberHistory",
        "extension": kept_as_sent(effective=rewritten(one.effective)),
        "status": "completed",
        "patient": subject,
        "date": _time(one),
        "relationship": ours(concept(None, coding(ROLE, "FAMMEMB", "family member"))),
        "note": _note(one),
        "condition": [{"code": _name(one)}],
    }


def _medication(one: Entry, subject: Resource) -> Resource:
    return {
        "resourceType": "MedicationStatement",
        "extension": _as_sent(one, _MEDICATION),
        **_status(one, _MEDICATION, "unknown"),
        "medicationCodeableConcept": _name(one),
        "subject": subject,
        **time_of(one.effective),
        "note": _note(one),
    }


def _allergy(one: Entry, subject: Resource) -> Resource:
    clinical = _coded(one, ALLERGY_CLINICAL, _ALLERGY_CLINICAL)
    if not clinical and one.status != "entered-in-error":
        # R4 demands one. An allergy that is listed counts until somebody takes it back.
        status = "inactive" if one.status == "refuted" else "active"
        clinical = ours(concept(None, coding(ALLERGY_CLINICAL, status)))
    return {
        "resourceType": "AllergyIntolerance",
        "extension": _as_sent(one, _ALLERGY_CLINICAL | _ALLERGY_VERIFICATION),
        "clinicalStatus": clinical,
        "verificationStatus": _coded(one, ALLERGY_VERIFICATION, _ALLERGY_VERIFICATION),
        "code": _name(one),
        "patient": subject,
        "onsetDateTime": _time(one),
        "note": _note(one),
    }


def _procedure(one: Entry, subject: Resource) -> Resource:
    return {
        "resourceType": "Procedure",
        "extension": _as_sent(one, _PROCEDURE),
        **_status(one, _PROCEDURE, "unknown"),
        "code": _name(one),
        "subject": subject,
        "performedDateTime": _time(one),
        "note": _note(one),
    }


def _immunization(one: Entry, subject: Resource) -> Resource:
    when = _time(one)
    return {
        "resourceType": "Immunization",
        "extension": _as_sent(one, _IMMUNIZATION),
        **_status(one, _IMMUNIZATION, "completed"),
        "vaccineCode": _name(one),
        "patient": subject,
        **({"occurrenceDateTime": when} if when is not None else {"occurrenceString": "unknown"}),
        "note": _note(one),
    }


def _encounter(one: Entry, subject: Resource) -> Resource:
    known = _CLASSES.get(one.code.code.upper()) if one.code is not None else None
    return {
        "resourceType": "Encounter",
        "extension": _as_sent(one, _ENCOUNTER, note=one.note),
        **_status(one, _ENCOUNTER, "unknown"),
        "class": coding(ENCOUNTER_CLASS, *known) if known else coding(NULL_FLAVOR, "UNK", "unknown"),
        "type": [_name(one)],
        "subject": subject,
        "period": {"start": _time(one)} if one.effective is not None else None,
    }


_WRITERS: dict[str, Callable[[Entry, Resource], Resource]] = {
    "conditions": _condition,
    "medications": _medication,
    "allergies": _allergy,
    "procedures": _procedure,
    "immunizations": _immunization,
    "encounters": _encounter,
}


def _name(one: Entry) -> Resource:
    sent = coding(one.code.system, one.code.code) if one.code is not None else {}
    return concept(one.name, sent) or ours({"text": "?"})


def _time(one: Entry) -> str | None:
    return instant(one.effective)


def _note(one: Entry) -> list[Resource]:
    words = text(one.note)
    return [{"text": words}] if words is not None else []


def _coded(one: Entry, system: str, known: frozenset[str]) -> Resource:
    return concept(None, coding(system, one.status)) if one.status in known else {}


def _status(one: Entry, known: frozenset[str], least: str) -> Resource:
    if one.status in known:
        return {"status": one.status}
    return {"status": least, "_status": ours({})}


def _as_sent(one: Entry, known: frozenset[str], note: str | None = None) -> list[Resource]:
    """The status that none of FHIR's is, and what else the resource has no place for."""
    status = one.status if one.status not in known else None
    return kept_as_sent(status=status, note=note, effective=rewritten(one.effective))
