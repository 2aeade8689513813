"""What can be left out of a case, and the case without it."""

from __future__ import annotations

from typing import Any

import pytest

from consult.case import Case
from consult.concepts import Concepts
from consult.replay._removal import normal, without
from consult.replay._targets import Target, targets_of

RESULTS: list[dict[str, Any]] = [
    {"name": "Ferritin", "value": "9", "unit": "ug/L", "range": {"low": "30", "high": "400", "source": "laboratory"}},
    {"name": "Hemoglobin", "value": "96", "unit": "g/L", "effective": "2026-11-19"},
    {"name": "Hemoglobin", "value": "90", "unit": "g/L", "effective": "2026-11-20"},
    {"name": "CRP", "value": "212", "unit": "mg/L", "reported": {"value": "212", "unit": "mg/L", "range": "<8"}},
    {"name": "Quxley factor", "value": "3", "unit": "U"},
    {"name": "House test", "code": {"system": "99LAB", "code": "HT-12"}, "value": "positive"},
]


def case_of(**more: Any) -> Case:
    told = {"id": "a", "patient": {"sex": "male", "age_years": 60}, "observations": RESULTS, **more}
    return Case.read(told)


def target(case: Case, concepts: Concepts, code: str) -> Target:
    return next(one for one in targets_of(case, concepts) if one.code == code)


def codes(case: Case, concepts: Concepts) -> list[str]:
    return [one.code for one in targets_of(case, concepts)]


def test_all_values_of_a_test_are_one_thing_and_no_name_of_a_sender_is_a_code(concepts: Concepts) -> None:
    case = case_of()
    found = {one.code: one.facts for one in targets_of(case, concepts)}
    assert found == {
        "ferritin": {"F1"},
        "hgb": {"F2", "F3"},
        "crp": {"F4"},
        "unlisted-test-1": {"F5"},
        "99LAB:HT-12": {"F6"},
    }


def test_a_code_that_identifies_the_patient_is_none(concepts: Concepts) -> None:
    told = [{"name": "Wristband", "code": {"system": "99LAB", "code": "7700123"}, "value": "1"}]
    case = case_of(observations=told, identity={"name": "Zorbana Quxley", "identifiers": ["7700123"]})
    assert codes(case, concepts) == ["unlisted-test-1"]


def test_a_condition_and_what_the_history_says_of_it_are_one_thing(concepts: Concepts) -> None:
    history = "Known COPD, takes warfarin; no diabetes."
    case = case_of(history=history, medications=[{"name": "warfarin 3 mg"}], allergies=[{"name": "penicillin"}])
    found = {one.code: one for one in targets_of(case, concepts)}
    assert found["history.vitamin-k-antagonist"].facts == {"F7"}
    assert not any("diabetes" in code for code in found)
    assert [code for code in found if code.startswith("allergies.")] != []
    left = without(case, found["history.vitamin-k-antagonist"], concepts)
    assert left.medications == []
    assert left.history == "Known COPD, takes         ; no diabetes."
    assert case.history == history


def test_the_other_facts_keep_their_ids_and_nothing_is_said_of_what_is_gone(concepts: Concepts) -> None:
    case = case_of()
    about = {one.code: one.facts for one in case.quality}
    assert about["time-missing"] == ["F1", "F4", "F5", "F6"]
    left = without(case, target(case, concepts, "crp"), concepts)
    assert [one.fact for one in left.observations] == ["F1", "F2", "F3", "F5", "F6"]
    assert {one.code: one.facts for one in left.quality}["time-missing"] == ["F1", "F5", "F6"]
    assert "F4" not in " ".join(one.message for one in left.quality)
    only = without(left, target(case, concepts, "unlisted-test-1"), concepts)
    assert "F5" not in {fact for one in only.quality for fact in one.facts}


def test_what_was_read_from_text_is_made_blank_there(concepts: Concepts) -> None:
    text = "Man of 60. Hb 96 g/L, ferritin 9 ug/L, CRP 212 mg/L."
    case = Case.read(text, format="text")
    left = without(case, target(case, concepts, "ferritin"), concepts)
    assert "ferritin" not in left.history
    assert "Hb 96 g/L" in left.history
    assert "CRP 212 mg/L" in left.history
    assert len(left.history) == len(case.history)


def test_normal_is_the_middle_of_the_range_and_not_flagged(concepts: Concepts) -> None:
    case = case_of()
    changed = normal(case, target(case, concepts, "ferritin"), concepts)
    assert changed is not None
    seen = changed.observations[0]
    assert (seen.value, seen.flag, seen.shown, seen.comparator) == ("215", "N", "215", None)
    assert case.observations[0].value == "9"
    of_one_side = normal(case, target(case, concepts, "crp"), concepts)
    assert of_one_side is not None
    assert of_one_side.observations[3].value == "4"
    assert of_one_side.observations[3].reported.range == "<8"


def test_every_value_of_a_series_becomes_normal(concepts: Concepts) -> None:
    case = case_of()
    changed = normal(case, target(case, concepts, "hgb"), concepts)
    assert changed is not None
    assert {one.value for one in changed.observations if one.analyte == "hgb"} == {"152.5"}


@pytest.mark.parametrize(
    "told",
    [
        {"name": "Protein, urine dipstick", "value": "1+"},
        {"name": "Ferritin", "value": "9", "unit": "ug/L", "range": {"low": "30", "source": "laboratory"}},
        {"name": "Potassium", "value": "4.4", "range": {"low": "3.5", "high": "5.3", "source": "laboratory"}},
    ],
    ids=["in words", "no upper end", "no unit"],
)
def test_what_has_no_normal_value_is_not_changed(told: dict[str, Any], concepts: Concepts) -> None:
    case = case_of(observations=[told])
    (only,) = targets_of(case, concepts)
    assert normal(case, only, concepts) is None
    assert without(case, only, concepts).observations == []
