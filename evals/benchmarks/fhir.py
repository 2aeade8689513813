"""How fast newline-delimited FHIR is read, and in how much memory.

Writes a bulk export of made-up patients (one type of resource after the other, results far from their patients) into a
temporary folder, reads it through `stream_cases` in a process of its own, and prints one JSON document.

    python evals/benchmarks/fhir.py [--megabytes 100] [--bundles]
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TESTS = (
    ("2823-3", "Potassium", "mmol/L", 3.5, 5.1),
    ("2951-2", "Sodium", "mmol/L", 136.0, 145.0),
    ("718-7", "Hemoglobin [Mass/volume] in Blood", "g/dL", 12.0, 15.5),
    ("6690-2", "Leukocytes [#/volume] in Blood by Automated count", "10*3/uL", 4.0, 11.0),
    ("777-3", "Platelets [#/volume] in Blood by Automated count", "10*3/uL", 150.0, 400.0),
    ("2160-0", "Creatinine [Mass/volume] in Serum or Plasma", "mg/dL", 0.6, 1.2),
    ("2345-7", "Glucose [Mass/volume] in Serum or Plasma", "mg/dL", 70.0, 99.0),
    ("1751-7", "Albumin [Mass/volume] in Serum or Plasma", "g/dL", 3.5, 5.0),
)
A_PATIENT = 52
"""Resources a patient, about 600 bytes each."""
BYTES_EACH = 34_000


def patient(number: int) -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "id": f"pat-{number:07}",
        "identifier": [{"system": "urn:example:mrn", "value": f"MRN{number:08}"}],
        "name": [{"use": "official", "family": f"Madeup{number}", "given": [f"Person{number}"]}],
        "gender": "female" if number % 2 else "male",
        "birthDate": f"{1930 + number % 80}-{1 + number % 12:02}-{1 + number % 28:02}",
        "address": [{"line": [f"{number} Nowhere Street"], "city": "Nirgendheim", "postalCode": f"{number:05}"}],
        "generalPractitioner": [{"reference": f"Practitioner/doc-{number % 40}"}],
    }


def observation(number: int, visit: int) -> dict[str, Any]:
    code, name, unit, low, high = TESTS[visit % len(TESTS)]
    day = f"{2015 + visit // 8}-{1 + number % 12:02}-{1 + visit % 28:02}"
    value = low + (high - low) * ((number * 7 + visit * 13) % 100) / 80
    return {
        "resourceType": "Observation",
        "id": f"obs-{number:07}-{visit}",
        "status": "final",
        "category": [
            {
                "coding": [
                    {
                        "system": "http://terminology.hl7.org/CodeSystem/observation-category",
                        "code": "laboratory",
                        "display": "laboratory",
                    }
                ]
            }
        ],
        "code": {"coding": [{"system": "http://loinc.org", "code": code, "display": name}], "text": name},
        "subject": {"reference": f"Patient/pat-{number:07}"},
        "effectiveDateTime": f"{day}T08:{visit % 60:02}:00+08:00",
        "issued": f"{day}T10:00:00.000+08:00",
        "valueQuantity": {"value": round(value, 13), "unit": unit, "system": "http://unitsofmeasure.org", "code": unit},
        "referenceRange": [{"low": {"value": low, "unit": unit}, "high": {"value": high, "unit": unit}}],
        "performer": [{"reference": f"Practitioner/doc-{visit % 40}"}],
    }


def condition(number: int, position: int) -> dict[str, Any]:
    return {
        "resourceType": "Condition",
        "id": f"con-{number:07}-{position}",
        "clinicalStatus": {"coding": [{"code": "active"}]},
        "verificationStatus": {"coding": [{"code": "confirmed"}]},
        "code": {"coding": [{"system": "http://snomed.info/sct", "code": "38341003", "display": "Hypertension"}]},
        "subject": {"reference": f"Patient/pat-{number:07}"},
        "onsetDateTime": f"{2001 + position}-05-04",
    }


def doctor(number: int) -> dict[str, Any]:
    return {
        "resourceType": "Practitioner",
        "id": f"doc-{number}",
        "name": [{"family": f"Healer{number}", "given": ["Jo"]}],
    }


def export(people: int) -> Iterator[dict[str, Any]]:
    """One type after the other, as bulk exports are."""
    yield from (patient(number) for number in range(people))
    yield from (condition(number, position) for position in range(3) for number in range(people))
    yield from (observation(number, visit) for visit in range(A_PATIENT - 4) for number in range(people))
    yield from (doctor(number) for number in range(40))


def bundles(people: int) -> Iterator[dict[str, Any]]:
    """One bundle a line, one patient a bundle."""
    for number in range(people):
        held = [patient(number), *(condition(number, n) for n in range(3))]
        held += [observation(number, visit) for visit in range(A_PATIENT - 4)]
        entries = [
            {"fullUrl": f"http://fhir.example.org/{one['resourceType']}/{one['id']}", "resource": one} for one in held
        ]
        yield {"resourceType": "Bundle", "type": "collection", "entry": entries}


def write(path: Path, *, megabytes: int, in_bundles: bool) -> int:
    """Writes the file; the number of resources in it."""
    people = megabytes * 1_000_000 // BYTES_EACH
    with path.open("w", encoding="utf-8") as file:
        for one in (bundles if in_bundles else export)(people):
            file.write(json.dumps(one, separators=(",", ":")) + "\n")
    return people * A_PATIENT + (0 if in_bundles else 40)


def read(path: Path) -> dict[str, Any]:
    from consult.analytes import Catalog
    from consult.case import Case, stream_cases
    from consult.content import content_root

    catalog = Catalog.load(content_root())
    before = peak()
    started = time.perf_counter()
    cases = observations = conditions = problems = 0
    for one in stream_cases(path, catalog=catalog):
        if isinstance(one, Case):
            cases += 1
            observations += len(one.observations)
            conditions += len(one.conditions)
        else:
            problems += 1
    return {
        "seconds": round(time.perf_counter() - started, 2),
        "cases": cases,
        "observations": observations,
        "conditions": conditions,
        "problems": problems,
        "peak_rss_mb": peak(),
        "rss_before_mb": before,
    }


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--bundles", action="store_true", help="one bundle a line instead of one resource")
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.read is not None:
        print(json.dumps(read(given.read)))
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.ndjson"
        resources = write(path, megabytes=given.megabytes, in_bundles=given.bundles)
        size = path.stat().st_size
        told = subprocess.run([sys.executable, __file__, "--read", str(path)], check=True, stdout=subprocess.PIPE)
    found = json.loads(told.stdout)
    found = {"bytes": size, "resources": resources, **found}
    found["mb_per_second"] = round(size / 1e6 / found["seconds"], 2)
    found["resources_per_second"] = round(resources / found["seconds"])
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
