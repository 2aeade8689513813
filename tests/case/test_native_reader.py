"""Native case files."""

from __future__ import annotations

import json
from typing import Any

import pytest

from consult.analytes import Catalog
from consult.case import Case, read_cases
from consult.errors import CaseError

RESULT = {"name": "Potassium", "value": "4.1", "unit": "mmol/L", "status": "final", "effective": "2026-03-01"}


def read(document: Any, catalog: Catalog) -> Case:
    return read_cases(document, catalog=catalog).cases[0]


def test_a_small_case(catalog: Catalog) -> None:
    case = read(
        {
            "patient": {"sex": "male", "age_years": 60, "pregnant": None},
            "questions": ["What explains the fatigue?"],
            "history": "Two months of fatigue.",
            "observations": [RESULT],
            "reports": [{"kind": "imaging", "title": "Chest", "text": "No shadow.", "effective": "2026-02"}],
            "medications": [{"name": "warfarin", "status": "active"}],
            "conditions": [{"name": "asthma", "code": {"system": "ICD-10", "code": "J45"}}],
        },
        catalog,
    )
    assert [case.observations[0].fact, case.reports[0].fact, case.conditions[0].fact, case.medications[0].fact] == [
        "F1", "F2", "F3", "F4",
    ]  # fmt: skip
    assert case.observations[0].reported.model_dump() == {"value": "4.1", "unit": "mmol/L", "range": None, "flag": None}
    assert case.observations[0].source == "observations[0]"
    assert case.quality == []


def test_what_is_computed_is_ignored(catalog: Catalog) -> None:
    told = {**RESULT, "fact": "F99", "flag": "HH", "source": "elsewhere", "analyte": "na", "value": "4.10"}
    case = read({"observations": [told], "quality": [{"code": "x"}]}, catalog)
    result = case.observations[0]
    assert (result.fact, result.source, result.analyte, result.value) == ("F1", "observations[0]", "k", "4.10")


def test_numbers_keep_their_digits_and_comparators_are_read(catalog: Catalog) -> None:
    text = '{"observations": [{"name": "Ferritin", "value": 6.90, "unit": "ug/L", "range": {"low": 15, "high": 150}},'
    text += '{"name": "CRP", "value": "<5", "unit": "mg/L"},'
    text += '{"name": "CRP", "value": 5, "comparator": ">", "unit": "mg/L"}]}'
    first, second, third = read(text, catalog).observations
    assert (first.value, first.flag, first.reported.value, first.reported.range) == ("6.90", "L", "6.90", "15-150")
    assert (second.value, second.comparator, second.reported.value) == ("5", "<", "<5")
    assert (third.value, third.comparator, third.reported.value) == ("5", ">", ">5")


def test_floats_of_a_dict(catalog: Catalog) -> None:
    assert read({"observations": [{**RESULT, "value": 4.1}]}, catalog).observations[0].value == "4.1"


@pytest.mark.parametrize("wrap", [lambda cases: cases, lambda cases: {"cases": cases}])
def test_several_cases_and_a_broken_one(catalog: Catalog, wrap: Any) -> None:
    found = read_cases(wrap([{"observations": [RESULT]}, {"observation": []}, {"history": "x"}]), catalog=catalog)
    assert len(found.cases) == 2
    assert len(found.problems) == 1
    assert found.problems[0].endswith("[1].observation is not a key of a case")


def test_two_equal_cases_have_different_ids(catalog: Catalog) -> None:
    cases = read_cases([{"history": "x"}, {"history": "x"}], catalog=catalog).cases
    assert cases[1].id == f"{cases[0].id}-2"


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ({"observations": [{**RESULT, "colour": "red"}]}, "observations[0].colour is not a key of a case"),
        ({"observations": [{"value": "4"}]}, "observations[0].name is missing"),
        ({"observations": {}}, "observations must be a list"),
        ({"observations": [{**RESULT, "status": "done"}]}, "observations[0].status is not one of the allowed values"),
        (
            {"observations": [{**RESULT, "effective": "last week"}]},
            "observations[0].effective is no ISO 8601 date or time",
        ),
        ({"observations": [{**RESULT, "value_type": "quantity", "value": "x"}]}, "observations[0].value is no number"),
        (
            {"observations": [{**RESULT, "range": {"low": "a"}}]},
            "observations[0].range holds a bound that is no number",
        ),
        (
            {"observations": [{**RESULT, "range": {"low": 9, "high": 2}}]},
            "observations[0].range has a low above its high",
        ),
        ({"observations": [{**RESULT, "range": {"lo": 9}}]}, "observations[0].range.lo is not a key of a case"),
        ({"patient": {"age_years": "sixty"}}, "patient.age_years must be a whole number"),
        ({"patient": {"age_years": -1}}, "patient.age_years is out of range"),
        ({"patient": {"age_years": 200}}, "patient.age_years is out of range"),
        ({"patient": {"name": "Zorblax"}}, "patient.name is not a key of a case"),
        ({"resourceType": "Bundle"}, "the input holds no FHIR resource that tells of a patient"),
        ({"cases": 3}, "cases must be a list"),
        ({"cases": [], "more": 1}, "more is not a key beside cases"),
        ([], "the list of cases is empty"),
    ],
)
def test_refusals_name_the_path_and_no_value(catalog: Catalog, document: Any, sentence: str) -> None:
    with pytest.raises(CaseError) as refused:
        read_cases(document, catalog=catalog)
    assert str(refused.value) == sentence
    assert "Zorblax" not in str(refused.value)


def test_the_identity_of_a_file_gives_terms_and_the_age(catalog: Catalog) -> None:
    document = {
        "observations": [RESULT],
        "identity": {"name": "王小明", "birth_date": "1980-03-02", "identifiers": ["A778899"], "location": "W5"},
    }
    case = read(document, catalog)
    assert case.identity is not None
    assert {"王小明", "小明", "A778899", "1980年3月2日"} <= {term.text for term in case.identity.terms}
    assert case.patient.age_years == 45
    assert "identity" not in json.loads(case.model_dump_json())


def test_a_range_that_was_sent_as_text_beside_a_converted_value(catalog: Catalog) -> None:
    result = read(
        {
            "observations": [
                {
                    "name": "Hemoglobin",
                    "value": "96",
                    "unit": "g/L",
                    "reported": {"value": "9.6", "unit": "g/dL", "range": "12-15"},
                }
            ]
        },
        catalog,
    ).observations[0]
    assert result.range is not None
    assert (result.range.low, result.range.high, result.flag) == ("120", "150", "L")
