"""A small hospital of our own making: FHIR resources, requests, clients."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
PATIENT = "p-77"
INSTANCE = str(uuid5(NAMESPACE_URL, "https://example.org/hook"))
Ask = Callable[..., list[dict[str, Any]]]
LOCAL = {"base_url": "http://127.0.0.1", "client": ("127.0.0.1", 50000)}


def now() -> datetime:
    return NOW


def patient(id: str = PATIENT) -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "id": id,
        "gender": "female",
        "birthDate": "1958-04-02",
        "name": [{"family": "Quendelmann", "given": ["Ottilie"]}],
    }


def observation(
    name: str, value: str, unit: str, *, loinc: str, hours: float = 3, of: str = PATIENT, **more: Any
) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": f"o-{loinc}-{hours:g}",
        "status": "final",
        "category": [{"coding": [{"code": "laboratory"}]}],
        "code": {"coding": [{"system": "http://loinc.org", "code": loinc, "display": name}], "text": name},
        "subject": {"reference": f"Patient/{of}"},
        "effectiveDateTime": (NOW - timedelta(hours=hours)).isoformat(),
        "valueQuantity": {"value": float(value), "unit": unit, "system": "http://unitsofmeasure.org", "code": unit},
        **more,
    }


def potassium(value: str = "7.1", **more: Any) -> dict[str, Any]:
    return observation("Potassium", value, "mmol/L", loinc="2823-3", **more)


def crp(value: str = "12.5", **more: Any) -> dict[str, Any]:
    return observation("C-reactive protein", value, "mg/L", loinc="1988-5", **more)


def allergy(name: str, **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "AllergyIntolerance",
        "id": "a-1",
        "patient": {"reference": f"Patient/{PATIENT}"},
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "code": {"text": name},
        **more,
    }


def medication(name: str, *, status: str = "active", id: str = "m-1", of: str = PATIENT) -> dict[str, Any]:
    return {
        "resourceType": "MedicationRequest",
        "id": id,
        "status": status,
        "intent": "order",
        "medicationCodeableConcept": {"text": name},
        "subject": {"reference": f"Patient/{of}"},
    }


def lab_order(name: str, *, loinc: str, id: str = "s-1") -> dict[str, Any]:
    coding = {"system": "http://loinc.org", "code": loinc, "display": name}
    return {
        "resourceType": "ServiceRequest",
        "id": id,
        "status": "draft",
        "intent": "order",
        "code": {"coding": [coding]},
        "subject": {"reference": f"Patient/{PATIENT}"},
    }


def bundle(*resources: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": one} for one in resources]}


def request(hook: str, *, prefetch: dict[str, Any] | None = None, **context: Any) -> dict[str, Any]:
    found: dict[str, Any] = {
        "hook": hook,
        "hookInstance": INSTANCE,
        "context": {"userId": "Practitioner/1", "patientId": PATIENT, **context},
    }
    return found if prefetch is None else {**found, "prefetch": prefetch}


def record(*observations: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A prefetch in which everything was satisfied."""
    given = {"conditions": None, "medications": None, "allergies": None, "vitals": None, **more}
    return {"patient": patient(), "observations": bundle(*observations) if observations else None, **given}
