"""Every string by which resources name people and places is known, so that the privacy gateway finds it."""

from __future__ import annotations

from typing import Any

from fhir_kit import MINE, bundle, case_of, coded, potassium, read

from consult.analytes import Catalog
from consult.privacy import Gateway

PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "local-uuid-778899",
    "identifier": [
        {"system": "urn:mrn", "value": "MRN884422"},
        {"value": "SSN-111-22-333", "assigner": {"display": "Nirgend Office"}},
    ],
    "name": [
        {"use": "old", "family": "Vexlehurst", "given": ["Quentina"]},
        {"use": "official", "family": "Zorblax", "given": ["Quentina", "Mae"], "text": "Mrs. Quentina Mae Zorblax"},
    ],
    "telecom": [
        {"system": "phone", "value": "+1 (562) 555-1555"},
        {"system": "email", "value": "quentina@zorblax.example"},
    ],
    "gender": "female",
    "birthDate": "1980-01-15",
    "address": [
        {"line": ["12 Nowhere Lane", "Flat 4711"], "city": "Nirgendheim", "postalCode": "90210-1234", "state": "CA"}
    ],
    "contact": [{"name": {"family": "Zorblax", "given": ["Helmut"]}, "telecom": [{"value": "5625551666"}]}],
    "generalPractitioner": [{"reference": "Practitioner/d1"}],
    "managingOrganization": {"display": "Nirgendheim General Hospital"},
}
DOCTOR = {
    "resourceType": "Practitioner",
    "id": "d1",
    "identifier": [{"value": "NPI9988776"}],
    "name": [{"family": "Knochenmeister", "given": ["Rowena"], "prefix": ["Dr."]}],
}
ROLE = {
    "resourceType": "PractitionerRole",
    "id": "r1",
    "practitioner": {"reference": "Practitioner/d1"},
    "organization": {"reference": "Organization/o1"},
}
LAB = {
    "resourceType": "Organization",
    "id": "o1",
    "name": "Zauberberg Laboratory",
    "telecom": [{"value": "030-5556677"}],
    "address": [{"line": ["7 Magic Mountain Road"], "city": "Davosstadt"}],
}
SON = {
    "resourceType": "RelatedPerson",
    "patient": {"reference": "Patient/local-uuid-778899"},
    "name": [{"family": "Zorblax", "given": ["Balthasar"]}],
}
MY = {"reference": "Patient/local-uuid-778899", "display": "Quentina Zorblax"}
RESULT = potassium(
    subject=MY,
    identifier=[{"system": "urn:lab", "value": "ACC-5544332"}],
    performer=[{"reference": "PractitionerRole/r1"}, {"display": "Dr. Otto Wunderlich"}],
    note=[{"authorString": "Griselda Pfaff", "text": "called to Dr Knochenmeister"}],
)
VISIT = {
    "resourceType": "Encounter",
    "subject": MY,
    "status": "in-progress",
    "type": [coded("Inpatient stay")],
    "location": [{"location": {"display": "Ward 7, bed 12"}}],
    "serviceProvider": {"display": "Sankt Nimmerlein Clinic"},
}
NAMED = (
    *(
        "Quentina",
        "Zorblax",
        "Vexlehurst",
        "Zorblax, Quentina",
        "MRN884422",
        "SSN-111-22-333",
        "quentina@zorblax.example",
    ),
    *(
        "+1 (562) 555-1555",
        "1980-01-15",
        "15 January 1980",
        "12 Nowhere Lane",
        "Flat 4711",
        "Nirgendheim",
        "90210-1234",
    ),
    *("Helmut", "5625551666", "Rowena Knochenmeister", "NPI9988776", "Zauberberg Laboratory", "7 Magic Mountain Road"),
    *("Balthasar", "ACC-5544332", "Otto Wunderlich", "Griselda Pfaff", "Nirgendheim General Hospital", "030-5556677"),
    *("Sankt Nimmerlein Clinic", "local-uuid-778899", "Davosstadt"),
)


def test_all_names_are_terms(catalog: Catalog) -> None:
    case = case_of(bundle(PATIENT, DOCTOR, ROLE, LAB, SON, RESULT, VISIT), catalog)
    assert case.identity is not None
    terms = {term.text for term in case.identity.terms}
    assert [name for name in NAMED if name not in terms] == []
    assert case.identity.name == "Quentina Mae Zorblax"
    assert case.identity.birth_date == "1980-01-15"
    assert case.identity.identifiers == ["MRN884422", "SSN-111-22-333"]
    assert case.identity.location == "Ward 7, bed 12"


def test_nothing_of_it_is_in_the_case_or_in_what_leaves(catalog: Catalog) -> None:
    letter = {"resourceType": "DocumentReference", "subject": MY, "status": "current", "description": "; ".join(NAMED)}
    case = case_of(bundle(PATIENT, DOCTOR, ROLE, LAB, SON, RESULT, VISIT, letter), catalog)
    assert "Zorblax" not in repr(case).replace(case.reports[0].text, "")
    redacted = Gateway(case.identity).redact_case(case).model_dump_json()
    assert [name for name in NAMED if name in redacted] == []


def test_medicine_is_no_identity(catalog: Catalog) -> None:
    case = case_of(bundle(PATIENT, DOCTOR, RESULT), catalog)
    assert case.identity is not None
    terms = {term.text.casefold() for term in case.identity.terms}
    assert not terms & {
        "potassium",
        "final",
        "laboratory",
        "mmol/l",
        "dr.",
        "http://loinc.org",
        "2823-3",
        "california",
        "ca",
    }


def test_only_the_people_whom_the_patients_resources_name(catalog: Catalog) -> None:
    stranger = {
        "resourceType": "Patient",
        "id": "p9",
        "name": [{"family": "Wimbledorf"}],
        "generalPractitioner": [{"reference": "Practitioner/d9"}],
    }
    other = {"resourceType": "Practitioner", "id": "d9", "name": [{"family": "Federkiel"}]}
    first, second = read(bundle(PATIENT, DOCTOR, RESULT, stranger, other), catalog).cases
    assert first.identity is not None
    assert second.identity is not None
    assert "Federkiel" not in {term.text for term in first.identity.terms}
    assert "Federkiel" in {term.text for term in second.identity.terms}


def test_an_answer_that_is_a_name(catalog: Catalog) -> None:
    answer = {
        "resourceType": "Observation",
        "status": "final",
        "subject": MINE,
        "valueString": "DAVIDSOHN, DANIEL, MD",
        "code": coded("Post-discharge provider name", "62324-9", "http://loinc.org"),
    }
    case = case_of(bundle(answer), catalog)
    assert case.identity is not None
    assert "DAVIDSOHN" in {term.text for term in case.identity.terms}


def test_problems_name_positions_only(catalog: Catalog) -> None:
    twin = {**PATIENT, "birthDate": "1950-01-01", "id": "p2"}
    lone = {key: value for key, value in RESULT.items() if key != "subject"}
    found = read(bundle(PATIENT, twin, lone, {"resourceType": "Claim", "subject": MY}), catalog)
    said = " ".join(found.problems)
    assert found.problems
    assert [name for name in NAMED if name in said] == []
