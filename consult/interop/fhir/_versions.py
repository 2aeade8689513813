"""Which version of FHIR a resource is written in: what it declares, else what only one version has."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Literal

from consult.interop.fhir._shapes import Resource, obj, texts

Version = Literal["DSTU2", "STU3", "R4", "R5"]

_BY_NUMBER: tuple[tuple[str, Version], ...] = (
    ("1.0", "DSTU2"),
    ("1.1", "DSTU2"),
    ("1.4", "DSTU2"),
    ("1.", "STU3"),
    ("3.", "STU3"),
    ("4.", "R4"),
    ("5.", "R5"),
)
_IN_PROFILE = re.compile(r"/(?P<name>DSTU2|STU3|R4B?|R5)/|/fhir/(?P<number>[1-9]\.\d)/", re.IGNORECASE)
_ONLY: dict[str, Version] = {
    "MedicationOrder": "DSTU2",
    "DiagnosticOrder": "DSTU2",
    "Conformance": "DSTU2",
    "BodySite": "DSTU2",
    "DeviceUseRequest": "DSTU2",
    "Order": "DSTU2",
    "ProcedureRequest": "STU3",
    "ReferralRequest": "STU3",
    "Sequence": "STU3",
    "MedicationUsage": "R5",
    "ActorDefinition": "R5",
    "BiologicallyDerivedProductDispense": "R5",
    "EncounterHistory": "R5",
    "GenomicStudy": "R5",
    "Transport": "R5",
}
"""Types that came or went with a version (`ProcedureRequest` is in DSTU2 too, and is read alike)."""


def number_to_version(number: str) -> Version | None:
    """`4.0.1` is R4; null when it is no version that we know."""
    return next((version for start, version in _BY_NUMBER if number.startswith(start)), None)


def version_of(resource: Resource) -> Version | None:
    """The version a resource shows; null when its shape is common to several (then R4 is taken)."""
    for profile in texts(obj(resource.get("meta")).get("profile")):
        found = _IN_PROFILE.search(profile)
        if found is not None:
            name = (found["name"] or "").upper()
            known = number_to_version(found["number"] or "") if found["number"] else _named(name)
            if known is not None:
                return known
    kind = str(resource.get("resourceType"))
    return _ONLY.get(kind) or (_SHAPES[kind](resource) if kind in _SHAPES else None)


def _named(name: str) -> Version | None:
    names: dict[str, Version] = {"DSTU2": "DSTU2", "STU3": "STU3", "R4": "R4", "R4B": "R4", "R5": "R5"}
    return names.get(name)


def _observation(resource: Resource) -> Version | None:
    if "comments" in resource:
        return "DSTU2"
    if "comment" in resource or "related" in resource:
        return "STU3"
    if {"triggeredBy", "bodyStructure"} & resource.keys():
        return "R5"
    return None


def _condition(resource: Resource) -> Version | None:
    if isinstance(resource.get("verificationStatus"), str) or isinstance(resource.get("clinicalStatus"), str):
        return "DSTU2" if {"patient", "dateRecorded"} & resource.keys() else "STU3"
    return "R5" if "participant" in resource else None


def _allergy(resource: Resource) -> Version | None:
    if "substance" in resource:
        return "DSTU2"
    if isinstance(resource.get("verificationStatus"), str):
        return "STU3"
    return None


def _medication(resource: Resource) -> Version | None:
    if "taken" in resource or "wasNotGiven" in resource or "notGiven" in resource:
        return "STU3"
    if "wasNotTaken" in resource:
        return "DSTU2"
    inner = obj(resource.get("medication"))
    return "R5" if {"concept", "reference"} & inner.keys() else None


def _encounter(resource: Resource) -> Version | None:
    if isinstance(resource.get("class"), str):
        return "DSTU2"
    if isinstance(resource.get("class"), list) or "actualPeriod" in resource:
        return "R5"
    return None


def _procedure(resource: Resource) -> Version | None:
    if any(key.startswith("occurrence") for key in resource):
        return "R5"
    return "STU3" if "notDone" in resource else None


def _document(resource: Resource) -> Version | None:
    return "STU3" if "indexed" in resource or "class" in resource else None


def _immunization(resource: Resource) -> Version | None:
    if "notGiven" in resource or "explanation" in resource:
        return "STU3"
    return "DSTU2" if "wasNotGiven" in resource else None


def _report(resource: Resource) -> Version | None:
    if "codedDiagnosis" in resource:
        return "STU3"
    return "R5" if "supportingInfo" in resource else None


_SHAPES: dict[str, Callable[[Any], Version | None]] = {
    "Observation": _observation,
    "Condition": _condition,
    "AllergyIntolerance": _allergy,
    "MedicationRequest": _medication,
    "MedicationStatement": _medication,
    "MedicationAdministration": _medication,
    "Encounter": _encounter,
    "Procedure": _procedure,
    "DocumentReference": _document,
    "Immunization": _immunization,
    "DiagnosticReport": _report,
}
