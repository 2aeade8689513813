"""How long a CDS Hooks answer takes, over HTTP on loopback. Run: `python evals/benchmarks/cds.py`.

A synthetic patient with 200 laboratory results of 40 tests, half of them abnormal, four conditions, eight medicines and
two allergies: what the prefetch templates bring at most. Each hook is posted again and again; the first answers, which
fill caches, are not counted. The specification asks for 500 ms. `cpu_ms` is what one answer costs, client included,
whatever else the machine does.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import threading
import time
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import uvicorn

from consult import Panel, Settings
from consult.analytes import Catalog
from consult.web import cds_app

NOW = datetime(2026, 3, 10, 9, 0, tzinfo=UTC)
RESULTS, TESTS, WARM, TIMES = 200, 40, 5, 200
MEDICINES = ("warfarin", "simvastatin", "metformin", "omeprazole", "ramipril", "furosemide", "aspirin", "allopurinol")
SPACE = UUID(int=0)


def observations(catalog: Catalog) -> list[dict[str, Any]]:
    """Five draws, a day apart, of the first tests of the table that have a code and a range."""
    chosen = []
    for key in catalog:
        limits = catalog.reference_range(key, sex="male", age_years=60, pregnant=None)
        if catalog[key].loinc and catalog[key].kind == "quantity" and limits is not None and limits.high is not None:
            chosen.append((catalog[key], float(limits.high)))
    found = []
    for place in range(RESULTS):
        analyte, high = chosen[place % TESTS]
        value = round(high * (1.5 if place % 2 else 0.8), 2)
        found.append(
            {
                "resourceType": "Observation",
                "id": f"o{place}",
                "status": "final",
                "code": {
                    "coding": [{"system": "http://loinc.org", "code": analyte.loinc[0], "display": analyte.name_en}]
                },
                "subject": {"reference": "Patient/p1"},
                "effectiveDateTime": (NOW - timedelta(days=place // TESTS, hours=2)).isoformat(),
                "valueQuantity": {"value": value, "unit": analyte.unit, "code": analyte.unit},
            }
        )
    return found


def entries(kind: str, names: tuple[str, ...], whose: str, where: str, **more: Any) -> list[dict[str, Any]]:
    return [
        {"resourceType": kind, "id": f"{kind}{n}", whose: {"reference": "Patient/p1"}, where: {"text": name}, **more}
        for n, name in enumerate(names)
    ]


def bundle(resources: list[dict[str, Any]]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": one} for one in resources]}


def prefetch(catalog: Catalog) -> dict[str, Any]:
    conditions = ("hypertension", "type 2 diabetes", "atrial fibrillation", "chronic kidney disease")
    taken = entries(
        "MedicationRequest", MEDICINES, "subject", "medicationCodeableConcept", status="active", intent="order"
    )
    return {
        "patient": {"resourceType": "Patient", "id": "p1", "gender": "male", "birthDate": "1965-05-05"},
        "observations": bundle(observations(catalog)),
        "vitals": None,
        "conditions": bundle(entries("Condition", conditions, "subject", "code")),
        "medications": bundle(taken),
        "allergies": bundle(entries("AllergyIntolerance", ("penicillin", "sulfamethoxazole"), "patient", "code")),
    }


def orders() -> dict[str, Any]:
    drugs = ("Amoxicillin 500 mg", "Clarithromycin 500 mg")
    drafts = entries("MedicationRequest", drugs, "subject", "medicationCodeableConcept", status="draft", intent="order")
    return bundle([*drafts, *entries("ServiceRequest", ("C-reactive protein",), "subject", "code", status="draft")])


def measure(address: str, hook: str, given: dict[str, Any]) -> dict[str, Any]:
    """Milliseconds of the answers to one hook."""
    context = {
        "userId": "Practitioner/1",
        "patientId": "p1",
        "draftOrders": orders(),
        "selections": ["ServiceRequest0"],
    }
    taken, cards, before = [], 0, 0.0
    for turn in range(WARM + TIMES):
        asked = {
            "hook": hook,
            "hookInstance": str(uuid5(SPACE, f"{hook}{turn}")),
            "context": context,
            "prefetch": given,
        }
        body = json.dumps(asked).encode()
        before = time.process_time() if turn == WARM else before
        started = time.perf_counter()
        request = urllib.request.Request(
            f"{address}/cds-services/consult-{hook}", data=body, headers={"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            cards = len(json.loads(answer.read())["cards"])
        taken.append((time.perf_counter() - started) * 1000)
    counted = sorted(taken[WARM:])
    cpu = (time.process_time() - before) * 1000 / TIMES
    return {
        "hook": hook,
        "cards": cards,
        "kilobytes": round(len(body) / 1000),
        "first_ms": round(taken[0], 1),
        "p50_ms": round(statistics.median(counted), 1),
        "p95_ms": round(counted[int(len(counted) * 0.95)], 1),
        "max_ms": round(counted[-1], 1),
        "cpu_ms": round(cpu, 1),
    }


def main() -> None:
    with tempfile.TemporaryDirectory() as home, Panel.from_settings(Settings.load(home=Path(home))) as panel:
        server = uvicorn.Server(uvicorn.Config(cds_app(panel, clock=lambda: NOW), port=0, log_config=None, ws="none"))
        threading.Thread(target=server.run, daemon=True).start()
        while not server.started:
            time.sleep(0.01)
        address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
        given = prefetch(panel.library.catalog)
        for hook in ("patient-view", "order-select", "order-sign"):
            print(json.dumps(measure(address, hook, given)))
        server.should_exit = True
        time.sleep(0.2)


if __name__ == "__main__":
    main()
