"""Whose resources are whose: nothing of one patient ever reaches another."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fhir_kit import MINE, PATIENT, bundle, case_of, coded, codes, mine, potassium, read

from consult.analytes import Catalog
from consult.case import Case
from consult.errors import CaseError

OTHER = {
    "resourceType": "Patient",
    "id": "p2",
    "identifier": [{"system": "urn:example:mrn", "value": "MRN991177"}],
    "name": [{"family": "Wimbledorf", "given": ["Ott"]}],
    "gender": "male",
    "birthDate": "1950-05-05",
}


def values(cases: list[Case]) -> list[list[str | None]]:
    return [[one.reported.value for one in case.observations] for case in cases]


def of(reference: str, value: str, **more: Any) -> dict[str, Any]:
    return potassium(value, subject={"reference": reference}, **more)


def test_several_patients_are_several_cases(catalog: Catalog) -> None:
    found = read(
        bundle(of("Patient/p2", "5.1"), PATIENT, of("Patient/p1", "4.1"), OTHER, of("Patient/p2", "5.2")), catalog
    )
    assert values(found.cases) == [["5.1", "5.2"], ["4.1"]]
    assert [case.patient.sex for case in found.cases] == ["male", "female"]
    assert [case.subject for case in found.cases] == ["patient-1", "patient-2"]
    assert found.problems == []
    first, second = found.cases
    assert first.identity is not None
    assert second.identity is not None
    assert "Zorblax" not in {term.text for term in first.identity.terms}
    assert "Wimbledorf" not in {term.text for term in second.identity.terms}


def test_a_patient_who_is_not_in_the_input_is_a_case(catalog: Catalog) -> None:
    found = read(bundle(PATIENT, of("Patient/p1", "4.1"), of("Patient/p9", "5.1"), of("Patient/p9", "5.2")), catalog)
    assert values(found.cases) == [["4.1"], ["5.1", "5.2"]]
    assert "patient-missing" in codes(found.cases[1])


def test_a_result_by_itself_is_a_case(catalog: Catalog) -> None:
    lone = potassium()
    del lone["subject"]
    assert case_of(lone, catalog).observations[0].value == "6.90"
    assert case_of(potassium(), catalog).observations[0].source == "Observation"


def test_without_a_subject_it_is_the_only_patients(catalog: Catalog) -> None:
    lone = potassium("4.4")
    del lone["subject"]
    assert values(read(bundle(lone, PATIENT), catalog).cases) == [["4.4"]]
    found = read(bundle(PATIENT, OTHER, lone), catalog)
    assert values(found.cases) == [[], []]
    assert found.problems == ["entry[2]/Observation: names no patient, and the input holds several; not read"]


def test_without_a_subject_the_encounter_decides(catalog: Catalog) -> None:
    lone = {**potassium("4.4"), "encounter": {"reference": "Encounter/e"}}
    del lone["subject"]
    visit = {"resourceType": "Encounter", "id": "e", "subject": {"reference": "Patient/p2"}}
    assert values(read(bundle(PATIENT, OTHER, visit, lone), catalog).cases) == [[], ["4.4"]]


@pytest.mark.parametrize("subject", ["Group/g", "Device/d", "Location/l"])
def test_what_is_of_no_person_is_named(subject: str, catalog: Catalog) -> None:
    found = read(bundle(PATIENT, of(subject, "4.4")), catalog)
    assert values(found.cases) == [[]]
    assert found.problems == ["entry[1]/Observation: of a subject that is not one patient; not read"]


def test_an_ambiguous_reference_reaches_nobody(catalog: Catalog) -> None:
    twin = {**OTHER, "id": "p1"}
    found = read(bundle(PATIENT, twin, of("Patient/p1", "4.4")), catalog)
    assert values(found.cases) == [[], []]
    assert any("of a subject that is not one patient" in problem for problem in found.problems)


def test_one_person_in_two_bundles(catalog: Catalog) -> None:
    again = {**PATIENT, "id": "other-id"}
    bundles = [bundle(PATIENT, of("Patient/p1", "4.1")), bundle(again, of("Patient/other-id", "4.2"))]
    assert values(read(bundles, catalog).cases) == [["4.1", "4.2"]]


def test_the_same_id_in_two_bundles_is_two_people(catalog: Catalog) -> None:
    bundles = [bundle(PATIENT, of("Patient/p1", "4.1")), bundle({**OTHER, "id": "p1"}, of("Patient/p1", "4.2"))]
    assert values(read(bundles, catalog).cases) == [["4.1"], ["4.2"]]
    bare = [bundle(of("Patient/p1", "4.1")), bundle(of("Patient/p1", "4.2"))]
    assert values(read(bare, catalog).cases) == [["4.1"], ["4.2"]]


def test_a_shared_identifier_with_a_contradiction_is_kept_apart_and_said(catalog: Catalog) -> None:
    impostor = {**OTHER, "identifier": PATIENT["identifier"]}
    found = read(bundle(PATIENT, impostor, of("Patient/p1", "4.1"), of("Patient/p2", "5.1")), catalog)
    assert values(found.cases) == [["4.1"], ["5.1"]]
    assert "entry[1]/Patient: shares an identifier with another patient" in found.problems[0]
    assert all("identity-conflict" in codes(case) for case in found.cases)


def test_an_identifier_of_everybody_is_of_nobody(catalog: Catalog) -> None:
    unknown = [{"system": "urn:x", "value": "UNKNOWN"}]
    people = [{"resourceType": "Patient", "id": f"p{n}", "identifier": unknown} for n in range(60)]
    assert len(read(bundle(*people), catalog).cases) == 60


def test_a_contained_patient_is_of_the_resource_that_contains_it(catalog: Catalog) -> None:
    inner = {key: value for key, value in PATIENT.items() if key != "id"}
    holder = {**potassium("4.1"), "subject": {"reference": "#me"}, "contained": [{**inner, "id": "me"}]}
    stranger = {**potassium("4.2"), "subject": {"reference": "#me"}, "contained": [{**OTHER, "id": "me"}]}
    assert values(read(bundle(holder, stranger, holder), catalog).cases) == [["4.1", "4.1"], ["4.2"]]


def test_a_subject_named_by_an_identifier(catalog: Catalog) -> None:
    by_number = potassium("4.1", subject={"identifier": PATIENT["identifier"][0]})
    stranger = potassium("4.2", subject={"identifier": {"system": "urn:example:mrn", "value": "MRN000"}})
    assert values(read(bundle(PATIENT, by_number, stranger), catalog).cases) == [["4.1"], ["4.2"]]


def test_a_resource_sent_twice_is_read_once(catalog: Catalog) -> None:
    sent = potassium(id="k")
    found = read(bundle(PATIENT, sent, sent), catalog)
    assert values(found.cases) == [["6.90"]]
    assert found.problems == ["entry[2]/Observation: the same as entry[1]/Observation, read once"]


def test_of_two_versions_the_newer_counts(catalog: Catalog) -> None:
    new = potassium("4.1", id="k", meta={"versionId": "10", "lastUpdated": "2026-03-02T00:00:00Z"})
    old = potassium("6.9", id="k", meta={"versionId": "9", "lastUpdated": "2026-03-01T00:00:00Z"})
    for order in ((new, old), (old, new)):
        found = mine(catalog, *order).observations
        assert {one.reported.value: one.status for one in found} == {"4.1": "final", "6.9": "entered-in-error"}


def test_a_corrected_result_replaces_the_one_with_its_identifier(catalog: Catalog) -> None:
    number = [{"system": "urn:lab", "value": "A-77"}]
    case = mine(catalog, potassium("6.9", identifier=number), potassium("4.1", identifier=number, status="corrected"))
    assert [one.status for one in case.observations] == ["entered-in-error", "corrected"]


def test_a_practitioner_is_no_patient(catalog: Catalog) -> None:
    doctor = {"resourceType": "Practitioner", "id": "d", "name": [{"family": "Healer"}]}
    with pytest.raises(CaseError, match="tells of a patient"):
        read(doctor, catalog)


def test_the_age_is_that_at_the_newest_result(catalog: Catalog) -> None:
    assert mine(catalog, potassium()).patient.age_years == 46
    assert (
        mine(
            catalog, {"resourceType": "Condition", "code": coded("COPD"), "recordedDate": "2000-01-01", "subject": MINE}
        ).patient.age_years
        == 19
    )


@pytest.mark.parametrize("sent", ["0000-00-00", "soon", "2031-01-01", 198, ["1980-01-15"], {"year": 1}])
def test_a_birth_date_that_is_none(sent: Any, catalog: Catalog) -> None:
    case = case_of(bundle({**PATIENT, "birthDate": sent}, potassium()), catalog)
    assert case.patient.age_years is None


def test_the_same_input_gives_the_same_case_and_the_order_of_keys_does_not_matter(catalog: Catalog) -> None:
    document = bundle(PATIENT, potassium())
    turned = json.loads(json.dumps(document), object_pairs_hook=lambda pairs: dict(reversed(pairs)))
    assert case_of(document, catalog).id == case_of(turned, catalog).id


def test_what_is_another_patients_is_not_borrowed(catalog: Catalog) -> None:
    theirs = {"reference": "Patient/p2"}
    tube = {
        "resourceType": "Specimen",
        "id": "s",
        "subject": theirs,
        "type": coded("Serum"),
        "condition": [coded("Clotted")],
    }
    order = {
        "resourceType": "ServiceRequest",
        "id": "o",
        "subject": theirs,
        "code": coded("Private"),
        "status": "completed",
    }
    told = {"specimen": {"reference": "Specimen/s"}, "basedOn": [{"reference": "ServiceRequest/o"}]}
    first, second = read(
        bundle(PATIENT, OTHER, tube, order, potassium("4.1", **told), of("Patient/p2", "5.1", **told)), catalog
    ).cases
    assert [(one.specimen, one.order, one.notes) for one in first.observations] == [(None, None, [])]
    assert [(one.specimen, one.order, one.notes) for one in second.observations] == [
        ("Serum", "Private", ["specimen: Clotted"])
    ]


def test_a_reports_results_are_only_its_own_patients(catalog: Catalog) -> None:
    report = {
        "resourceType": "DiagnosticReport",
        "subject": MINE,
        "code": coded("Panel"),
        "result": [{"reference": "Observation/k"}],
    }
    first, second = read(bundle(PATIENT, OTHER, report, of("Patient/p2", "5.1", id="k")), catalog).cases
    assert values([first, second]) == [[], ["5.1"]]
    assert second.observations[0].order is None
