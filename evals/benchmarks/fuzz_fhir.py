"""Valid FHIR, written here, and what fuzzing puts into it."""

from __future__ import annotations

import copy
import json
import random  # noqa: TID251 - see fuzz.py
from collections.abc import Iterator
from typing import Any


def seeds() -> tuple[bytes, ...]:
    """A bundle, lines, a hook and a single resource."""
    mine = {"reference": "Patient/p1"}
    patient = {
        "resourceType": "Patient",
        "id": "p1",
        "gender": "female",
        "birthDate": "1980-01-15",
        "identifier": [{"system": "urn:mrn", "value": "MRN884422"}],
        "name": [{"family": "Zorblax", "given": ["Quentina"]}],
        "address": [{"line": ["12 Nowhere Lane"], "city": "Nirgendheim", "postalCode": "90210"}],
        "telecom": [{"system": "phone", "value": "562-555-1555"}],
    }
    other = {**patient, "id": "p2", "identifier": [], "name": [{"text": "Ott Wimbledorf"}]}
    potassium = {
        "resourceType": "Observation",
        "id": "k",
        "status": "final",
        "subject": mine,
        "code": {"coding": [{"system": "http://loinc.org", "code": "2823-3", "display": "Potassium"}]},
        "effectiveDateTime": "2026-03-01T08:00:00+01:00",
        "valueQuantity": {"value": 6.90, "unit": "mmol/L", "system": "http://unitsofmeasure.org", "code": "mmol/L"},
        "referenceRange": [
            {
                "low": {"value": 3.5, "unit": "mmol/L"},
                "high": {"value": 5.1},
                "text": "3.5-5.1",
                "appliesTo": [{"text": "female"}],
                "age": {"low": {"value": 18, "code": "a"}},
            }
        ],
        "interpretation": [{"coding": [{"code": "HH"}]}],
        "note": [{"text": "haemolysed", "authorString": "Jo"}],
        "performer": [{"reference": "Practitioner/d"}],
        "specimen": {"reference": "#s"},
        "contained": [{"resourceType": "Specimen", "id": "s", "type": {"text": "Serum"}}],
    }
    pressure = {
        "resourceType": "Observation",
        "status": "final",
        "subject": mine,
        "code": {"text": "Blood pressure"},
        "component": [
            {"code": {"text": "Systolic"}, "valueQuantity": {"value": 90, "unit": "mm[Hg]"}},
            {"code": {"text": "Other"}, "valueRatio": {"numerator": {"value": 1}, "denominator": {"value": 8}}},
            {"code": {"text": "Third"}, "valueSampledData": {"origin": {"value": 0}, "data": "1 2 3"}},
            {"code": {"text": "Fourth"}, "valueRange": {"low": {"value": 1}, "high": {"value": 2}}},
        ],
        "effectivePeriod": {"start": "2026-03-01"},
        "category": [{"coding": [{"code": "vital-signs"}]}],
    }
    report = {
        "resourceType": "DiagnosticReport",
        "status": "final",
        "subject": mine,
        "code": {"text": "Chest X-ray"},
        "result": [{"reference": "Observation/k"}],
        "conclusion": "Clear.",
        "basedOn": [{"reference": "ServiceRequest/q"}],
        "presentedForm": [{"contentType": "text/html", "data": "PHA+THVuZ3MgY2xlYXI8L3A+"}],
    }
    others = [
        {"resourceType": "Practitioner", "id": "d", "name": [{"family": "Healer", "given": ["Jo"]}]},
        {
            "resourceType": "Condition",
            "subject": mine,
            "code": {"text": "Asthma"},
            "verificationStatus": {"coding": [{"code": "refuted"}]},
        },
        {
            "resourceType": "MedicationRequest",
            "subject": mine,
            "status": "active",
            "medicationCodeableConcept": {"text": "Warfarin"},
            "dosageInstruction": [
                {
                    "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}},
                    "doseAndRate": [{"doseQuantity": {"value": 5, "unit": "mg"}}],
                }
            ],
        },
        {
            "resourceType": "AllergyIntolerance",
            "patient": mine,
            "code": {"text": "Penicillin"},
            "reaction": [{"manifestation": [{"text": "Hives"}]}],
        },
        {
            "resourceType": "ServiceRequest",
            "id": "q",
            "status": "active",
            "subject": mine,
            "code": {"text": "Consultation"},
        },
        {
            "resourceType": "Composition",
            "status": "final",
            "subject": mine,
            "section": [{"title": "History", "text": {"div": "<div>Cough</div>"}}],
        },
        {**potassium, "id": "k2", "subject": {"reference": "Patient/p2"}},
    ]
    resources: list[Any] = [patient, other, potassium, pressure, report, *others]
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": "2026-03-02T00:00:00Z",
        "entry": [
            {"fullUrl": f"http://x.example/{one['resourceType']}/{one.get('id', n)}", "resource": one}
            for n, one in enumerate(resources)
        ],
    }
    lines = "\n".join(json.dumps(one) for one in resources)
    hook = {"hook": "patient-view", "context": {"patientId": "p1"}, "prefetch": {"patient": patient, "labs": bundle}}
    return tuple(one.encode() for one in (json.dumps(bundle), lines, json.dumps(hook), json.dumps(potassium)))


PIECES = (
    *(b"{", b"}", b"[", b"]", b'"', b",", b":", b"null", b"true", b"1e999", b"-0", b"[]", b"{}", b'""', b"\n"),
    *(
        b'"\\u0000"',
        b'"\\ud800"',
        b"\xff",
        b"\xe5\x8c",
        b"\xef\xbb\xbf",
        b"[[[[[[[[[[",
        b'{"a":',
        b'"#s"',
        b'"Patient/p2"',
    ),
    *(
        b'"reference"',
        b'"valueQuantity"',
        b'"contained"',
        b'"resourceType"',
        b'"Observation"',
        b'"Bundle"',
        b'"subject"',
    ),
)


def grafted(source: random.Random, data: bytes) -> bytes:
    """JSON in which a few values stand where others were due; lines stay lines."""
    lines = [json.loads(line) for line in data.split(b"\n")]
    for _ in range(source.randint(1, 8)):
        holders = list(_holders(lines))
        holder, key = source.choice(holders)
        giver, taken = source.choice(holders)
        odd = copy.deepcopy(source.choice(ODD) if source.random() < 0.4 else giver[taken])
        holder[key] = odd
        if isinstance(holder, dict) and source.random() < 0.1:
            del holder[key]
    return b"\n".join(json.dumps(line).encode() for line in lines)


ODD: tuple[Any, ...] = (
    *(None, True, 0, -1, 1e308, "", "x" * 3000, [], {}, [[]], [None], {"reference": "#"}, {"reference": "Patient/p1"}),
    *("2026-13-45", "0000", "#s", "Patient/p2", "\x00\u202e", "NaN", "<5", "1:640", 10**40, "9" * 400, ["a", {"b": 1}]),
)


def _holders(value: Any) -> Iterator[tuple[Any, Any]]:
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        yield value, key
        if isinstance(inner, dict | list):
            yield from _holders(inner)
