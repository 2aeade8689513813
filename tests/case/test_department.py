"""The ward or department, as far as the input tells it apart from room and bed; it stays with the identity."""

from __future__ import annotations

import json
from typing import Any

import pytest

from consult.case import Case

ORU = (
    "MSH|^~\\&|L|L|H|H|20260504080000+0000||ORU^R01|1|P|2.5\rPID|1||M1^^^H^MR||Doe^Jo||19610203|F\r{}\r"
    "OBR|1|1|1|K|||20260504073000+0000\rOBX|1|NM|2823-3^Potassium^LN||4.1|mmol/L|3.5-5.1||||F\r"
)


@pytest.mark.parametrize(
    ("visit", "department"),
    [
        ("PV1|1|I|W5^12^B", "W5"),
        ("PV1|1|I|呼吸内科&x^12^3", "呼吸内科"),
        ("PV1|1|I|^12^B|||||||MED", "MED"),
        ('PV1|1|I|""^12', None),
        ("PV1|1|I", None),
        ("PV1|1|I\rPV1|2|I|ICU", "ICU"),
    ],
)
def test_hl7(visit: str, department: str | None) -> None:
    identity = Case.read(ORU.format(visit)).identity
    assert identity is not None
    assert identity.department == department


def location(id: str, kind: str, name: str, above: str | None = None) -> dict[str, Any]:
    part = {} if above is None else {"partOf": {"reference": f"Location/{above}"}}
    code = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/location-physical-type", "code": kind}]}
    return {"resource": {"resourceType": "Location", "id": id, "name": name, "physicalType": code, **part}}


@pytest.mark.parametrize(
    ("kinds", "department"), [(("bd", "ro", "wa"), "Ward 7"), (("bd", "ro", "bu"), None), (("wa", "ro", "wa"), "Bed 2")]
)
def test_fhir(kinds: tuple[str, str, str], department: str | None) -> None:
    bed, room, ward = kinds
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {"resource": {"resourceType": "Patient", "id": "p", "gender": "female"}},
            {
                "resource": {
                    "resourceType": "Encounter", "id": "e", "status": "in-progress", "class": {"code": "IMP"},
                    "subject": {"reference": "Patient/p"}, "location": [{"location": {"reference": "Location/b"}}],
                }
            },
            {
                "resource": {
                    "resourceType": "Observation", "id": "o", "status": "final", "subject": {"reference": "Patient/p"},
                    "code": {"coding": [{"system": "http://loinc.org", "code": "2823-3"}]},
                    "valueQuantity": {"value": 4.1, "unit": "mmol/L"},
                }
            },
            location("b", bed, "Bed 2", "r"),
            location("r", room, "Room 12", "w"),
            location("w", ward, "Ward 7", "b"),  # a circle: some systems have them
        ],
    }  # fmt: skip
    identity = Case.read(json.dumps(bundle)).identity
    assert identity is not None
    assert identity.department == department


def test_native() -> None:
    case = Case.read({"identity": {"identifiers": ["M1"], "department": "血液科"}, "observations": []})
    assert case.identity is not None
    assert case.identity.department == "血液科"
    assert "血液科" not in case.model_dump_json()
