"""Whose a resource is: the element that names its subject (FHIR R4 CompartmentDefinition/patient)."""

from __future__ import annotations

from typing import Any

from consult.interop.fhir._shapes import Resource, obj, objs

SHARED = frozenset(
    {
        *("Practitioner", "PractitionerRole", "Organization", "Location", "HealthcareService", "CareTeam", "Endpoint"),
        *("Medication", "MedicationKnowledge", "Substance", "Device", "DeviceDefinition", "Specimen"),
        *("MessageHeader", "Provenance", "AuditEvent", "OperationOutcome", "Group", "Library", "Measure"),
        *("PlanDefinition", "ActivityDefinition", "Questionnaire", "ValueSet", "CodeSystem", "StructureDefinition"),
        *("CapabilityStatement", "Conformance", "SearchParameter", "Binary", "Subscription", "InsurancePlan"),
    }
)
"""Types that belong to nobody, or that are read through what refers to them."""
_ELEMENTS = ("subject", "patient", "for", "beneficiary", "individual")
_CONTEXT = ("encounter", "context")


def subject_of(resource: Resource) -> Any:
    """The reference to whom the resource is about; null when it names nobody."""
    for name in _ELEMENTS:
        found = obj(resource.get(name))
        if found.get("reference") or found.get("identifier"):
            return found
    return next((one["actor"] for one in objs(resource.get("participant")) if _is_patient(one.get("actor"))), None)


def encounters_of(resource: Resource) -> list[Any]:
    """References to the encounter that the resource was made in."""
    return [one for name in _CONTEXT for one in objs(resource.get(name)) if one.get("reference")]


def _is_patient(reference: Any) -> bool:
    return str(obj(reference).get("reference", "")).rsplit("/", 1)[0].endswith("Patient")
