"""Observation: every kind of value, components, ranges, flags, statuses."""

from __future__ import annotations

from typing import Any

import pytest
from fhir_kit import LOINC, MINE, UCUM, coded, codes, mine, potassium

from consult.analytes import Catalog


def observation(**more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "Something local"},
        "subject": MINE,
        "effectiveDateTime": "2026-03-01",
        **more,
    }


VALUES: list[tuple[dict[str, Any], tuple[str, str | None, str | None, str | None]]] = [
    # element, (kind, value, comparator, unit)
    ({"valueQuantity": {"value": 5.0, "unit": "mg"}}, ("quantity", "5.0", None, "mg")),
    ({"valueQuantity": {"value": "7.40"}}, ("quantity", "7.40", None, None)),
    ({"valueQuantity": {"value": 3, "comparator": "<", "code": "mg"}}, ("quantity", "3", "<", "mg")),
    ({"valueQuantity": {"value": 0, "unit": "mg"}}, ("quantity", "0", None, "mg")),
    ({"valueQuantity": {"value": -1.5, "unit": "mmol/L"}}, ("quantity", "-1.5", None, "mmol/L")),
    (
        {"valueQuantity": {"value": 8.566355948038666, "unit": "10*3/uL"}},
        ("quantity", "8.566355948038666", None, "10*3/uL"),
    ),
    ({"valueQuantity": {"value": "many", "unit": "mg"}}, ("text", "many", None, "mg")),
    ({"valueQuantity": {"value": 3, "comparator": "ad", "unit": "mg"}}, ("text", "ad 3", None, "mg")),
    ({"valueQuantity": {"unit": "mg"}}, ("absent", None, None, "mg")),
    ({"valueQuantity": "6.9 mmol/L"}, ("quantity", "6.9", None, "mmol/L")),
    ({"valueQuantity": ["x"]}, ("absent", None, None, None)),
    ({"valueString": "<5"}, ("quantity", "5", "<", None)),
    ({"valueString": "no growth"}, ("text", "no growth", None, None)),
    ({"valueString": ""}, ("absent", None, None, None)),
    ({"valueString": {"a": 1}}, ("absent", None, None, None)),
    ({"valueCodeableConcept": coded("Detected", "260373001")}, ("code", "Detected", None, None)),
    ({"valueCodeableConcept": {"coding": [{"system": LOINC, "code": "LA6576-8"}]}}, ("code", "LA6576-8", None, None)),
    ({"valueCodeableConcept": {"coding": [{"code": "1:80"}]}}, ("ratio", "1:80", None, None)),
    ({"valueCodeableConcept": {"text": "1:640"}}, ("ratio", "1:640", None, None)),
    ({"valueBoolean": False}, ("text", "false", None, None)),
    ({"valueInteger": 0}, ("quantity", "0", None, None)),
    (
        {"valueRange": {"low": {"value": 5, "unit": "/HPF"}, "high": {"value": 10, "unit": "/HPF"}}},
        ("interval", "5-10", None, "/HPF"),
    ),
    ({"valueRange": {"low": {"value": 100}}}, ("quantity", "100", ">=", None)),
    ({"valueRange": {"high": {"value": 2}}}, ("quantity", "2", "<=", None)),
    ({"valueRatio": {"numerator": {"value": 1}, "denominator": {"value": 640}}}, ("ratio", "1:640", None, None)),
    (
        {"valueRatio": {"numerator": {"value": 1, "comparator": "<"}, "denominator": {"value": 8}}},
        ("ratio", "1:8", "<", None),
    ),
    (
        {"valueRatio": {"numerator": {"value": 30, "unit": "mg"}, "denominator": {"value": 1, "unit": "g"}}},
        ("text", "30 mg / 1 g", None, None),
    ),
    ({"valueTime": "08:30:00"}, ("text", "08:30:00", None, None)),
    ({"valueDateTime": "2026-02-28T08:00:00Z"}, ("text", "2026-02-28T08:00:00+00:00", None, None)),
    ({"valuePeriod": {"start": "2026-01-01", "end": "2026-01-05"}}, ("text", "2026-01-01 / 2026-01-05", None, None)),
    (
        {"valueSampledData": {"origin": {"value": 0, "unit": "mV"}, "period": 10, "dimensions": 1, "data": "1 2 3"}},
        ("text", "1 2 3 (origin 0 mV; 10 ms a sample)", None, None),
    ),
    ({"valueAttachment": {"contentType": "image/png", "data": "aGk="}}, ("absent", None, None, None)),
    ({}, ("absent", None, None, None)),
    ({"value": {"value": 4, "unit": "mg"}}, ("quantity", "4", None, "mg")),
]


@pytest.mark.parametrize(("element", "expected"), VALUES, ids=[str(n) for n in range(len(VALUES))])
def test_values(element: dict[str, Any], expected: tuple[str | None, ...], catalog: Catalog) -> None:
    found = mine(catalog, observation(**element)).observations[0]
    assert (found.value_type, found.value, found.comparator, found.unit) == expected


def test_digits_stay_as_sent(catalog: Catalog) -> None:
    from consult.case import read_cases

    sent = (
        '{"resourceType":"Observation","status":"final","code":{"text":"K"},'
        '"valueQuantity":{"value":6.90,"comparator":">","unit":"mmol/L"}}'
    )
    found = read_cases(sent, catalog=catalog).cases[0].observations[0]
    assert (found.value, found.reported.value, found.comparator, found.reported.unit) == (
        "6.90",
        ">6.90",
        ">",
        "mmol/L",
    )


def test_the_ucum_code_is_calculated_in_and_the_text_is_shown(catalog: Catalog) -> None:
    sent = {"value": "9.6", "unit": "gram/deciliter", "system": UCUM, "code": "g/dL"}
    code = {"coding": [{"system": LOINC, "code": "718-7", "display": "Hemoglobin"}]}
    found = mine(catalog, observation(code=code, valueQuantity=sent)).observations[0]
    assert (found.value, found.unit, found.reported.unit) == ("96", "g/L", "gram/deciliter")


@pytest.mark.parametrize(
    ("unit", "code", "doubted"),
    [
        ("g/dL", "g/L", True),
        ("mg/dL", "mmol/L", True),
        ("mg/dL", "mg/dL", False),
        ("10^9/L", "10*3/uL", False),
        ("mmHg", "mm[Hg]", False),
        ("%", "1", False),
        ("U/L", "[IU]/L", False),
        ("umol/l", "umol/L", False),
        ("Beats/min", "/min", False),
        ("score", "{score}", False),
    ],
)
def test_a_unit_whose_code_and_text_differ_is_doubted(unit: str, code: str, doubted: bool, catalog: Catalog) -> None:
    sent = {"value": 5, "unit": unit, "system": UCUM, "code": code}
    assert ("unit-conflict" in codes(mine(catalog, observation(valueQuantity=sent)))) is doubted


def test_each_component_is_a_fact(catalog: Catalog) -> None:
    pressure = observation(
        code=coded("Blood pressure", "85354-9", LOINC),
        bodySite=coded("Right arm"),
        component=[
            {
                "code": coded("Systolic blood pressure", "8480-6", LOINC),
                "valueQuantity": {"value": 90, "unit": "mm[Hg]"},
            },
            {
                "code": coded("Diastolic blood pressure", "8462-4", LOINC),
                "dataAbsentReason": coded("not performed", "not-performed"),
            },
        ],
    )
    case = mine(catalog, pressure)
    systolic, diastolic = case.observations
    assert (systolic.analyte, systolic.value, systolic.order) == ("sbp", "90", "Blood pressure")
    assert systolic.source == "entry[1]/Observation/component[0]"
    assert systolic.notes == ["body site: Right arm"]
    assert (diastolic.value_type, diastolic.value) == ("absent", None)
    assert diastolic.notes[0] == "no value: not performed"


def test_a_value_beside_components_stays(catalog: Catalog) -> None:
    both = observation(valueString="abnormal", component=[{"code": coded("Part"), "valueInteger": 2}])
    assert [one.value for one in mine(catalog, both).observations] == ["abnormal", "2"]


def test_a_panel_names_the_order_of_its_members_and_is_no_result(catalog: Catalog) -> None:
    panel = observation(code=coded("Electrolytes"), hasMember=[{"reference": "Observation/k"}])
    case = mine(catalog, panel, potassium(id="k"))
    assert [(one.name, one.order) for one in case.observations] == [("Potassium", "Electrolytes")]


def test_a_report_gives_its_results_order_time_and_specimen(catalog: Catalog) -> None:
    report = {
        "resourceType": "DiagnosticReport",
        "status": "final",
        "code": coded("Chemistry"),
        "subject": MINE,
        "effectiveDateTime": "2026-02-27",
        "specimen": [{"reference": "#s"}],
        "contained": [
            {"resourceType": "Specimen", "id": "s", "type": coded("Serum"), "condition": [coded("Hemolyzed")]}
        ],
        "result": [{"reference": "Observation/k"}],
    }
    sent = potassium(id="k")
    del sent["effectiveDateTime"]
    found = mine(catalog, report, sent).observations[0]
    assert (found.order, found.effective, found.specimen) == ("Chemistry", "2026-02-27", "Serum")
    assert found.notes == ["specimen: Hemolyzed"]


def test_contained_results_of_a_report_are_read(catalog: Catalog) -> None:
    inner = {**potassium(), "id": "k"}
    del inner["subject"]
    report = {
        "resourceType": "DiagnosticReport",
        "status": "final",
        "code": coded("Chemistry"),
        "subject": MINE,
        "contained": [inner],
        "result": [{"reference": "#k"}],
    }
    found = mine(catalog, report).observations
    assert [(one.value, one.order, one.source) for one in found] == [
        ("6.90", "Chemistry", "entry[1]/DiagnosticReport/contained[0]/Observation")
    ]


def test_results_that_a_report_promises_and_the_input_lacks_are_named(catalog: Catalog) -> None:
    from fhir_kit import PATIENT, bundle, read

    report = {"resourceType": "DiagnosticReport", "subject": MINE, "result": [{"reference": "Observation/gone"}] * 2}
    found = read(bundle(PATIENT, report), catalog)
    assert found.problems == ["entry[1]/DiagnosticReport: 2 results that it refers to are not in the input"]
    assert "results-missing" in codes(found.cases[0])


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ("final", "final"),
        ("appended", "amended"),
        ("partial", "preliminary"),
        ("cancelled", "cancelled"),
        ("entered-in-error", "entered-in-error"),
        ("nonsense", "unknown"),
        (None, "unknown"),
        (["final"], "unknown"),
    ],
)
def test_statuses(sent: Any, status: str, catalog: Catalog) -> None:
    case = mine(catalog, potassium(status=sent))
    assert case.observations[0].status == status
    assert ("status-missing" in codes(case)) is (status == "unknown")


@pytest.mark.parametrize(
    ("sent", "flag"),
    [
        ([{"coding": [{"code": "HH"}]}], "HH"),
        ({"coding": [{"code": "L"}]}, "L"),
        ([{"text": "critical high"}], "critical high"),
        ([None, {"coding": [{"code": "A"}]}], "A"),
        ("H", "H"),
        (None, None),
    ],
)
def test_reported_flags(sent: Any, flag: str | None, catalog: Catalog) -> None:
    assert mine(catalog, potassium(interpretation=sent)).observations[0].reported.flag == flag


LOW_HIGH = {"low": {"value": "3.5", "unit": "mmol/L"}, "high": {"value": "5.10", "unit": "mmol/L"}}
FEMALE = [{"coding": [{"system": "http://snomed.info/sct", "code": "248152002"}]}]
MALE = [{"coding": [{"code": "male"}]}]
RANGES: list[tuple[list[Any], str | None, tuple[str | None, str | None] | None]] = [
    # sent, reported, bounds
    ([LOW_HIGH], "3.5-5.10", ("3.5", "5.10")),
    ([{"low": {"value": 3.5}}], ">=3.5", ("3.5", None)),
    ([{"high": {"value": 5.1}}], "<=5.1", (None, "5.1")),
    ([{"text": "3.5 - 5.1"}], "3.5 - 5.1", ("3.5", "5.1")),
    ([{**LOW_HIGH, "text": "3.5 to 5.1 mmol/L"}], "3.5 to 5.1 mmol/L", ("3.5", "5.10")),
    (
        [{"low": {"value": 4, "unit": "mmol/L"}, "appliesTo": MALE}, {**LOW_HIGH, "appliesTo": FEMALE}],
        "3.5-5.10",
        ("3.5", "5.10"),
    ),
    ([LOW_HIGH, {"low": {"value": 2}, "type": {"coding": [{"code": "critical"}]}}], "3.5-5.10", ("3.5", "5.10")),
    (
        [
            {**LOW_HIGH, "age": {"low": {"value": 18, "code": "a"}}},
            {"low": {"value": 4}, "age": {"high": {"value": 17, "code": "a"}}},
        ],
        "3.5-5.10",
        ("3.5", "5.10"),
    ),
    ([LOW_HIGH, LOW_HIGH], "3.5-5.10", ("3.5", "5.10")),
    ([LOW_HIGH, {"low": {"value": 4}}], "3.5-5.10; >=4", None),
    ([{"low": {"value": 6}, "high": {"value": 3}}], "6-3", None),
    ([{"low": "x", "high": 7, "text": None}, "y", None], None, None),
]


@pytest.mark.parametrize(("sent", "reported", "bounds"), RANGES, ids=[str(n) for n in range(len(RANGES))])
def test_ranges(
    sent: list[Any], reported: str | None, bounds: tuple[str | None, str | None] | None, catalog: Catalog
) -> None:
    found = mine(catalog, potassium(referenceRange=sent)).observations[0]
    assert found.reported.range == reported
    told = found.range if found.range is not None and found.range.source == "laboratory" else None
    assert (told and (told.low, told.high)) == bounds


def test_a_range_in_another_unit_is_converted(catalog: Catalog) -> None:
    code = {"coding": [{"system": LOINC, "code": "718-7", "display": "Hemoglobin"}]}
    limits = [{"low": {"value": 120, "unit": "g/L"}, "high": {"value": 155, "unit": "g/L"}}]
    sent = {"value": "9.6", "unit": "g/dL"}
    found = mine(catalog, observation(code=code, valueQuantity=sent, referenceRange=limits)).observations[0]
    assert found.range is not None
    assert (found.value, found.range.low, found.range.high, found.flag) == ("96", "120", "155", "L")


@pytest.mark.parametrize(
    ("element", "time"),
    [
        ({"effectivePeriod": {"start": "2026-01-02", "end": "2026-01-03"}}, "2026-01-02"),
        ({"effectiveInstant": "2026-01-02T03:04:05Z"}, "2026-01-02T03:04:05+00:00"),
        ({"effectiveTiming": {"event": ["2026-01-02"]}}, "2026-01-02"),
        ({"issued": "2026-01-02T03:04:05Z"}, "2026-01-02T03:04:05+00:00"),
        ({"effectiveDateTime": "not a time", "issued": "2026-01-02"}, "2026-01-02"),
        ({"effectiveDateTime": None}, None),
    ],
)
def test_times(element: dict[str, Any], time: str | None, catalog: Catalog) -> None:
    sent = potassium()
    del sent["effectiveDateTime"]
    assert mine(catalog, {**sent, **element}).observations[0].effective == time


def test_answers_of_people_are_kept_and_are_no_measurements(catalog: Catalog) -> None:
    smoking = observation(
        code=coded("Tobacco smoking status", "72166-2", LOINC),
        category=[{"coding": [{"code": "social-history"}]}],
        valueCodeableConcept=coded("Former smoker", "8517006"),
    )
    pain = observation(
        code=coded("Potassium"),
        category=[{"coding": [{"code": "survey"}]}],
        valueQuantity={"value": 3, "unit": "mmol/L"},
    )
    case = mine(catalog, smoking, pain)
    assert [(one.value, one.analyte) for one in case.observations] == [("Former smoker", None), ("3", None)]


def test_pregnancy_is_read_from_its_observation(catalog: Catalog) -> None:
    told = observation(
        code=coded("Pregnancy status", "82810-3", LOINC), valueCodeableConcept=coded("Pregnant", "77386006")
    )
    assert mine(catalog, told).patient.pregnant is True


def test_a_long_text_is_a_report(catalog: Catalog) -> None:
    case = mine(catalog, observation(code=coded("Culture"), valueString="Growth of many things. " * 20))
    assert case.observations == []
    assert (case.reports[0].title, case.reports[0].kind, case.reports[0].source) == (
        "Culture",
        "narrative",
        "entry[1]/Observation",
    )


def test_notes_in_any_version(catalog: Catalog) -> None:
    sent = potassium(note=[{"text": "haemolysed"}, None, "plain"], comments="old", comment="older")
    assert mine(catalog, sent).observations[0].notes == ["haemolysed", "plain", "older", "old"]


def test_a_code_that_contradicts_the_name_is_said(catalog: Catalog) -> None:
    code = {"text": "Sodium", "coding": [{"system": LOINC, "code": "2823-3"}]}
    case = mine(catalog, observation(code=code, valueQuantity={"value": 140, "unit": "mmol/L"}))
    assert case.observations[0].analyte == "na"
    assert "code-conflict" in codes(case)


def test_the_name_is_what_the_sender_calls_it_and_every_coding_counts(catalog: Catalog) -> None:
    code = {
        "text": "K+ local",
        "coding": [{"system": "urn:lab", "code": "K9"}, {"system": LOINC, "code": "2823-3", "display": "Potassium"}],
    }
    found = mine(catalog, observation(code=code, valueQuantity={"value": 4, "unit": "mmol/L"})).observations[0]
    assert (found.name, found.analyte) == ("K+ local", "k")
    assert found.code is not None
    assert found.code.code == "K9"
