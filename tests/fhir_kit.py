"""Small FHIR documents, written here."""

from __future__ import annotations

import json
from typing import Any

from consult.analytes import Catalog
from consult.case import Case, ReadResult, read_cases

Resource = dict[str, Any]
PATIENT: Resource = {
    "resourceType": "Patient",
    "id": "p1",
    "identifier": [{"system": "urn:example:mrn", "value": "MRN884422"}],
    "name": [{"family": "Zorblax", "given": ["Quentina", "Mae"]}],
    "gender": "female",
    "birthDate": "1980-01-15",
}
MINE = {"reference": "Patient/p1"}
LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"


def bundle(*resources: Resource, **more: Any) -> Resource:
    return {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in resources], **more}


def potassium(value: Any = "6.90", unit: str = "mmol/L", **more: Any) -> Resource:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": LOINC, "code": "2823-3", "display": "Potassium"}]},
        "subject": MINE,
        "effectiveDateTime": "2026-03-01T08:00:00+01:00",
        "valueQuantity": {"value": value, "unit": unit, "system": UCUM, "code": unit},
        **more,
    }


def coded(text: str, code: str = "", system: str = "") -> Resource:
    return {"text": text, "coding": [{"system": system, "code": code, "display": text}]} if code else {"text": text}


def read(document: Any, catalog: Catalog, **more: Any) -> ReadResult:
    """Through bytes, as a file would be."""
    return read_cases(json.dumps(document).encode(), catalog=catalog, **more)


def case_of(document: Any, catalog: Catalog) -> Case:
    found = read(document, catalog)
    assert len(found.cases) == 1
    return found.cases[0]


def mine(catalog: Catalog, *resources: Resource) -> Case:
    """The case of the patient above with these resources."""
    return case_of(bundle(PATIENT, *resources), catalog)


def codes(case: Case) -> dict[str, list[str]]:
    return {one.code: one.facts for one in case.quality}
