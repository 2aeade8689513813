"""FHIR that others wrote; not part of the repository."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from consult.analytes import Catalog
from consult.case import Case, Observation, ReadResult, read_cases, stream_cases
from consult.errors import CaseError

ENTRIES = {
    "Condition": "conditions",
    "MedicationRequest": "medications",
    "AllergyIntolerance": "allergies",
    "Procedure": "procedures",
    "Immunization": "immunizations",
    "Encounter": "encounters",
}
READ = {*ENTRIES, "Observation", "Patient", "Practitioner", "Organization", "DiagnosticReport"}


@pytest.fixture(scope="session")
def bundles(shared_data: Path) -> list[Path]:
    return sorted((shared_data / "fhir").glob("*.json"))


@pytest.fixture(scope="session")
def results(bundles: list[Path], catalog: Catalog) -> dict[Path, ReadResult]:
    return {path: read_cases(path, catalog=catalog) for path in bundles}


def sent(path: Path, kind: str) -> list[dict[str, Any]]:
    """The resources of a type, with numbers as they are written: an independent count."""
    document = json.loads(path.read_text(encoding="utf-8"), parse_float=str, parse_int=str)
    resources = [entry["resource"] for entry in document["entry"]]
    return [one for one in resources if one["resourceType"] == kind]


def test_every_bundle_is_one_case(results: dict[Path, ReadResult]) -> None:
    assert len(results) == 5
    assert [len(found.cases) for found in results.values()] == [1] * 5


def test_no_observation_is_lost_doubled_or_altered(results: dict[Path, ReadResult]) -> None:
    laboratory = 0
    for path, found in results.items():
        wanted: Counter[tuple[str, ...]] = Counter()
        for one in sent(path, "Observation"):
            laboratory += one["category"][0]["coding"][0]["code"] == "laboratory"
            time = one["effectiveDateTime"]
            for part in one.get("component", [one]):
                quantity, concept = part.get("valueQuantity"), part.get("valueCodeableConcept")
                value, unit = (quantity["value"], quantity["unit"]) if quantity else (concept["coding"][0]["code"], "")
                # Some names hold zero-width spaces; only they are taken away.
                wanted[part["code"]["text"].replace("\u200b", ""), value, unit, time] += 1
        told = Counter(
            (one.name, one.reported.value or "", one.reported.unit or "", one.effective or "")
            for one in found.cases[0].observations
        )
        assert told == wanted, path.name
    assert laboratory == 272


def test_every_other_resource_is_an_entry_or_counted(results: dict[Path, ReadResult]) -> None:
    for path, found in results.items():
        case = found.cases[0]
        for kind, name in ENTRIES.items():
            assert len(getattr(case, name)) == len(sent(path, kind)), (path.name, kind)
        document = json.loads(path.read_text(encoding="utf-8"))
        others = Counter(entry["resource"]["resourceType"] for entry in document["entry"])
        listed = ", ".join(f"{count} {kind}" for kind, count in sorted(others.items()) if kind not in READ)
        assert found.problems == [f"resources that are not read: {listed}"]


def test_results_stand_in_their_panels(results: dict[Path, ReadResult]) -> None:
    for path, found in results.items():
        wanted = sum(len(report.get("result", [])) for report in sent(path, "DiagnosticReport"))
        in_panels = [
            one for one in found.cases[0].observations if one.order is not None and "component" not in one.source
        ]
        assert len(in_panels) == wanted, path.name


def test_nearly_all_laboratory_results_are_understood(results: dict[Path, ReadResult]) -> None:
    found = [one for read in results.values() for one in read.cases[0].observations if one.value_type == "quantity"]
    unknown = Counter(one.name for one in found if one.analyte is None)
    assert sum(unknown.values()) < 0.35 * len(found), unknown.most_common(10)


def test_names_of_the_bundle_are_terms_and_not_in_the_json(results: dict[Path, ReadResult]) -> None:
    for path, found in results.items():
        case, patient = found.cases[0], sent(path, "Patient")[0]
        assert case.identity is not None
        terms = {term.text for term in case.identity.terms}
        name = patient["name"][0]
        assert {name["family"], *name["given"]} <= terms
        assert {one["value"] for one in patient["identifier"] if len(one["value"]) > 4} <= terms
        assert sent(path, "Practitioner")[0]["name"][0]["family"] in terms
        written = case.model_dump_json()
        assert name["family"] not in written
        assert patient["id"] not in written


def test_as_lines_the_same_cases_come_out(results: dict[Path, ReadResult], catalog: Catalog, tmp_path: Path) -> None:
    """All bundles at once: one a line, and as a bulk export of one type after the other."""
    documents = [json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal) for path in results]
    lines = tmp_path / "bundles.ndjson"
    lines.write_text("\n".join(map(written, documents)), encoding="utf-8")
    resources = [entry["resource"] for document in documents for entry in document["entry"]]
    bulk = tmp_path / "bulk.ndjson"
    bulk.write_text("\n".join(map(written, sorted(resources, key=lambda one: one["resourceType"]))), encoding="utf-8")
    wanted = sorted(facts(found.cases[0]) for found in results.values())
    for path in (lines, bulk):
        for found in (read_cases(path, catalog=catalog).cases, stream_cases(path, catalog=catalog)):
            assert sorted(facts(case) for case in found if isinstance(case, Case)) == wanted


def written(document: Any) -> str:
    return json.dumps(document, default=str)


def facts(case: Case) -> list[tuple[str, ...]]:
    observations = [(one.name, one.value or "", one.unit or "", one.effective or "") for one in case.observations]
    entries = [
        (one.name, one.status or "", one.effective or "") for name in ENTRIES.values() for one in getattr(case, name)
    ]
    assert case.identity is not None
    return sorted(
        [*observations, *entries, (case.patient.sex, str(case.patient.age_years)), (case.identity.name or "",)]
    )


PAIRS = (
    "FHIR_to_HL7/sample_AZ_20240424-0001",
    "FHIR_to_HL7/sample_CO_20240403",
    "FHIR_to_HL7/sample_MO_20240628-0001",
    "FHIR_to_HL7/sample_SR_1_20230302-0001",
    "FHIR_to_HL7/sample_VI_20231228-0001",
    "HL7_to_FHIR/sample_oml_20240319-001",
)
"""Each folder's two halves of one report."""
LEFT_BEHIND = {"FHIR_to_HL7/sample_AZ_20240424-0001": 5, "FHIR_to_HL7/sample_SR_1_20230302-0001": 1}
"""Answers from order entry that the conversion to HL7 left out."""
ANSWERS = frozenset({"95419-8", "82810-3", "95418-0", "95421-4"})
"""LOINC codes of questions asked at order entry."""
OML = "HL7_to_FHIR/sample_oml_20240319-001"
DIFFERENT: dict[tuple[str, str], tuple[Any, Any]] = {
    # What the conversion changed. It writes the result status O (order detail only) as `unknown`.
    (OML, "status"): ("registered", "unknown"),
    # FHIR calls the test by the laboratory's own short name, HL7 by LOINC's long one, which no analyte of ours has.
    ("FHIR_to_HL7/sample_VI_20231228-0001", "analyte"): (None, "sars2"),
    # The answer that she is not pregnant is one of those left behind.
    ("FHIR_to_HL7/sample_AZ_20240424-0001", "pregnant"): (None, False),
}
"""By pair and field, HL7 and FHIR."""


@pytest.fixture(params=PAIRS)
def pair(request: pytest.FixtureRequest, shared_data: Path, catalog: Catalog) -> tuple[str, Case, Case]:
    both = [
        read_cases(shared_data / "hl7_fhir_pairs" / f"{request.param}.{half}", catalog=catalog).cases
        for half in ("hl7", "fhir")
    ]
    assert [len(cases) for cases in both] == [1, 1]
    return request.param, both[0][0], both[1][0]


def keyed(case: Case) -> dict[tuple[str, int], Observation]:
    """By code, repetitions numbered: the halves order their results differently."""
    seen: Counter[str] = Counter()
    found = {}
    for one in case.observations:
        code = one.code.code if one.code is not None else one.name
        found[code, seen[code]] = one
        seen[code] += 1
    return found


def said(one: Observation) -> dict[str, Any]:
    return {
        "value": one.value,
        "value_type": one.value_type,
        "comparator": one.comparator,
        "unit": one.unit,
        "range": one.range and one.range.model_dump(),
        "reported range": one.reported.range,
        "flag": one.flag,
        "reported flag": one.reported.flag or None,
        "analyte": one.analyte,
        "value code": one.value_code and one.value_code.code,
        "status": one.status,
        "effective": one.effective and datetime.fromisoformat(one.effective),
    }


def test_both_halves_say_the_same(pair: tuple[str, Case, Case]) -> None:
    name, hl7, fhir = pair
    one, other = keyed(hl7), keyed(fhir)
    assert one.keys() <= other.keys()
    assert len(other) - len(one) == LEFT_BEHIND.get(name, 0)
    different: dict[tuple[str, str], tuple[Any, Any]] = {}
    for key in one:
        here, there = said(one[key]), said(other[key])
        if key[0] in ANSWERS and there["effective"] is None:
            # HL7 gives an answer the time of its order, FHIR none.
            del here["effective"]
        different |= {(name, what): (here[what], there[what]) for what in here if here[what] != there[what]}
    if hl7.patient.pregnant != fhir.patient.pregnant:
        different[name, "pregnant"] = (hl7.patient.pregnant, fhir.patient.pregnant)
    assert different == {key: values for key, values in DIFFERENT.items() if key[0] == name}
    assert (hl7.patient.sex, hl7.patient.age_years) == (fhir.patient.sex, fhir.patient.age_years)


def test_hooks_requests_are_read(shared_data: Path, catalog: Catalog) -> None:
    """Each that carries a resource is one case; one carries none."""
    told = {}
    for path in sorted((shared_data / "cds_hooks").glob("*_request.json")):
        try:
            case = read_cases(path, catalog=catalog).cases[0]
        except CaseError as error:
            told[path.stem] = str(error)
        else:
            told[path.stem] = (
                f"{case.patient.sex}, {len(case.medications)} medications, {len(case.questions)} questions"
            )
    assert told == {
        "examples_00_request": "unknown, 2 medications, 0 questions",
        "examples_02_request": "unknown, 0 medications, 1 questions",
        "quickstart_02_request": "male, 0 medications, 0 questions",
        "specification_current_01_request": "male, 0 medications, 0 questions",
        "specification_current_22_request": "the input holds no FHIR resource that tells of a patient",
    }
