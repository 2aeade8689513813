"""What every reader owes: a new format is one more row of `READERS`."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from consult.analytes import Catalog
from consult.case import QUALITY_CODES, Case, read_cases, unusable_facts

NAME, NUMBER, BIRTH = "Zorblax", "884422", "1980-01-15"


@dataclass(frozen=True)
class Row:
    """One result in words that every format can write."""

    name: str
    loinc: str
    value: str
    unit: str
    limits: str
    status: str = "final"
    flag: str | None = None
    analyte: str | None = None


ROWS = (
    Row("Potassium", "2823-3", "6.90", "mmol/L", "3.5-5.1", analyte="k"),
    Row("Hemoglobin", "718-7", "9.6", "g/dL", "12.0-15.5", flag="L", analyte="hgb"),
    Row("Sodium", "2951-2", "140", "mmol/L", "136-145", flag="N", analyte="na"),
    Row("Ferritin", "2276-4", "9", "ng/mL", "15-150", "preliminary", flag="L", analyte="ferritin"),
    Row("Creatinine", "2160-0", "80", "umol/L", "45-84", "cancelled", flag="N", analyte="crea"),
    Row("Albumin", "1751-7", "41", "g/L", "35-50", "entered-in-error", flag="N", analyte="alb"),
    Row("Something local", "", "reactive", "", "Negative", flag="A"),
    Row("Something else local", "", "7", "wombats", "2-9", "corrected", flag="N"),
)
_STATUS = {"final": "F", "preliminary": "P", "cancelled": "X", "entered-in-error": "D", "corrected": "C"}


def as_hl7(rows: tuple[Row, ...]) -> bytes:
    lines = [
        "MSH|^~\\&|LIS|Nirgendheim Laboratory|||20260302120000+0000||ORU^R01|M1|P|2.5.1||||||UNICODE UTF-8",
        f"PID|1||{NUMBER}^^^NIRG^MR||{NAME}^Quentina||{BIRTH.replace('-', '')}|F",
        "OBR|1|PL778899|FL665544|MIX^Mixed panel^L|||20260301",
    ]
    for number, row in enumerate(rows, 1):
        kind = "NM" if row.value[0].isdigit() else "ST"
        test = f"{row.loinc}^{row.name}^LN" if row.loinc else f"X{number}^{row.name}^L"
        lines.append(
            f"OBX|{number}|{kind}|{test}|{number}|{row.value}|{row.unit}|{row.limits}||||{_STATUS[row.status]}|||20260301"
        )
    return "\r".join(lines).encode() + b"\r"


def as_json(rows: tuple[Row, ...]) -> bytes:
    observations = [
        {
            "name": row.name,
            "code": {"system": "LN", "code": row.loinc} if row.loinc else None,
            "value": row.value,
            "unit": row.unit or None,
            "range": row.limits,
            "order": "Mixed panel",
            "effective": "2026-03-01",
            "status": row.status,
        }
        for row in rows
    ]
    identity = {"name": f"Quentina {NAME}", "birth_date": BIRTH, "identifiers": [NUMBER]}
    return json.dumps({"patient": {"sex": "female"}, "observations": observations, "identity": identity}).encode()


def as_fhir(rows: tuple[Row, ...]) -> bytes:
    observations = [_observation(row, number) for number, row in enumerate(rows, 1)]
    panel = {"text": "Mixed panel", "coding": [{"code": "MIX", "display": "Mixed panel"}]}
    results = [{"reference": f"Observation/{one['id']}"} for one in observations]
    lab = {"resourceType": "Organization", "id": "lab", "name": "Nirgendheim Laboratory"}
    person = {
        "resourceType": "Patient",
        "id": "p1",
        "identifier": [{"system": "urn:nirg", "value": NUMBER}],
        "name": [{"family": NAME, "given": ["Quentina"]}],
        "gender": "female",
        "birthDate": BIRTH,
    }
    report = {"resourceType": "DiagnosticReport", "status": "final", "code": panel, "result": results}
    report |= {"subject": {"reference": "Patient/p1"}, "performer": [{"reference": "Organization/lab"}]}
    entries = [{"resource": one} for one in (person, lab, report, *observations)]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()


def _observation(row: Row, number: int) -> dict[str, Any]:
    coding = {"system": "http://loinc.org", "code": row.loinc, "display": row.name}
    value: dict[str, Any] = {"valueString": row.value}
    if row.value[0].isdigit():
        value = {"valueQuantity": {"value": row.value, "unit": row.unit}}
    return {
        "resourceType": "Observation",
        "id": f"o{number}",
        "status": row.status,
        "code": {"coding": [coding]} if row.loinc else {"text": row.name},
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": "2026-03-01",
        "referenceRange": [{"text": row.limits}],
        **value,
    }


READERS: dict[str, Callable[[tuple[Row, ...]], bytes]] = {"hl7": as_hl7, "json": as_json, "fhir": as_fhir}
reader = pytest.mark.parametrize("write", READERS.values(), ids=READERS.keys())
Write = Callable[[tuple[Row, ...]], bytes]


def read(write: Write, catalog: Catalog, rows: tuple[Row, ...] = ROWS) -> Case:
    found = read_cases(write(rows), catalog=catalog)
    assert found.problems == []
    return found.cases[0]


@reader
def test_the_same_input_gives_the_same_case(write: Write, catalog: Catalog) -> None:
    assert read(write, catalog).model_dump_json() == read(write, catalog).model_dump_json()
    assert re.fullmatch(r"case-[0-9a-f]{12}", read(write, catalog).id)
    assert read(write, catalog).id != read(write, catalog, ROWS[1:]).id


@reader
def test_facts_are_numbered_in_document_order(write: Write, catalog: Catalog) -> None:
    case = read(write, catalog)
    assert [one.fact for one in case.observations] == [f"F{n}" for n in range(1, len(ROWS) + 1)]
    assert [one.name for one in case.observations] == [row.name for row in ROWS]
    assert len({one.source for one in case.observations}) == len(ROWS)


@reader
def test_nothing_is_lost_and_what_was_sent_stays(write: Write, catalog: Catalog) -> None:
    case = read(write, catalog)
    assert len(case.observations) == len(ROWS)
    for one, row in zip(case.observations, ROWS, strict=True):
        assert one.reported.value == row.value
        assert (one.reported.unit or "") == row.unit
        assert one.reported.range == row.limits
        assert (one.effective, one.status, one.order) == ("2026-03-01", row.status, "Mixed panel")


@reader
def test_analytes_and_flags(write: Write, catalog: Catalog) -> None:
    case = read(write, catalog)
    assert [one.analyte for one in case.observations] == [row.analyte for row in ROWS]
    assert case.observations[0].flag in {"H", "HH"}
    assert [one.flag for one in case.observations[1:]] == [row.flag for row in ROWS[1:]]
    hgb = case.observations[1]
    assert (hgb.value, hgb.unit) == ("96", "g/L")


@reader
def test_unusual_statuses_are_kept_and_not_used(write: Write, catalog: Catalog) -> None:
    assert unusable_facts(read(write, catalog)) == {"F4", "F5", "F6"}


@reader
def test_no_identity_in_the_json(write: Write, catalog: Catalog) -> None:
    case = read(write, catalog)
    text = case.model_dump_json()
    assert case.identity is not None
    assert NAME in {term.text for term in case.identity.terms}
    for term in (NAME, NUMBER, BIRTH, BIRTH.replace("-", ""), "Nirgendheim"):
        assert term not in text
    assert NAME not in repr(case)


@reader
def test_the_age_comes_from_the_birth_date_and_the_newest_result(write: Write, catalog: Catalog) -> None:
    assert read(write, catalog).patient.model_dump() == {"sex": "female", "age_years": 46, "pregnant": None}


@reader
def test_a_written_case_reads_back_the_same(write: Write, catalog: Catalog) -> None:
    case = read(write, catalog)
    again = read_cases(case.model_dump_json(), catalog=catalog).cases[0]
    computed = {"source"}
    for one, other in zip(case.observations, again.observations, strict=True):
        assert other.model_dump(exclude=computed) == one.model_dump(exclude=computed)
    assert again.patient == case.patient
    assert again.id == case.id


@reader
def test_every_quality_code_is_of_the_list(write: Write, catalog: Catalog) -> None:
    assert {finding.code for finding in read(write, catalog).quality} <= QUALITY_CODES.keys()


def test_the_readers_agree(catalog: Catalog) -> None:
    cases = [read(write, catalog) for write in READERS.values()]
    compared = {"code", "source", "value_code"}
    first = [one.model_dump(exclude=compared) for one in cases[0].observations]
    for case in cases[1:]:
        assert [one.model_dump(exclude=compared) for one in case.observations] == first
