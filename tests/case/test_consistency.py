"""Results that speak against each other, or against the patient they were sent for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from consult.case import QUALITY_CODES, Case, Quality, quality_text

AT = "2026-03-02T08:00:00+00:00"


def codes(case: Case) -> dict[str, list[str]]:
    return {entry.code: entry.facts for entry in case.quality}


def read(*observations: dict[str, Any], sex: str = "female", **patient: Any) -> dict[str, list[str]]:
    timed = [{"effective": AT, "status": "final", **one} for one in observations]
    return codes(Case.read({"patient": {"sex": sex, "age_years": 50, **patient}, "observations": timed}))


def potassium(value: str, **more: Any) -> dict[str, Any]:
    return {"name": "Potassium", "value": value, "unit": "mmol/L", "specimen": "serum", **more}


def test_two_values_of_one_specimen() -> None:
    assert read(potassium("4.1"), potassium("5.9"))["specimen-two-values"] == ["F1", "F2"]


@pytest.mark.parametrize(
    "other",
    [
        potassium("5.9", effective="2026-03-02T09:00:00+00:00"),
        potassium("5.9", status="entered-in-error"),
        potassium("5.9", specimen="urine"),
        potassium("4.1"),
    ],
    ids=["later", "withdrawn", "urine", "the same"],
)
def test_one_value_of_one_specimen(other: dict[str, Any]) -> None:
    assert "specimen-two-values" not in read(potassium("4.1"), other)


def test_a_day_is_no_moment() -> None:
    day = {"effective": "2026-03-02"}
    assert "specimen-two-values" not in read(potassium("4.1", **day), potassium("5.9", **day))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("ABO blood group", "A"), ("Blood group", "O")),
        (("ABO血型", "A型"), ("血型鉴定", "B型")),
        (("ABO and Rh group", "A positive"), ("Rh type", "negative")),
        (("RhD", "阳性"), ("Rh(D)血型", "阴性")),
        (("Blood type", "AB+"), ("ABO", "B")),
    ],
)
def test_two_blood_groups(first: tuple[str, str], second: tuple[str, str]) -> None:
    found = read(*({"name": name, "value": value} for name, value in (first, second)))
    assert found["blood-group-changed"] == ["F1", "F2"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("ABO blood group", "A"), ("Blood type", "A Rh positive")),
        (("ABO blood group", "O"), ("Anti-A titre", "128")),
        (("Blood group antibody screen", "negative"), ("Rh type", "positive")),
        (("Blood culture", "positive"), ("Rh type", "negative")),
    ],
)
def test_one_blood_group(first: tuple[str, str], second: tuple[str, str]) -> None:
    assert "blood-group-changed" not in read(*({"name": name, "value": value} for name, value in (first, second)))


def test_a_test_of_the_other_sex() -> None:
    psa = {"name": "PSA", "value": "3.1", "unit": "ng/mL"}
    assert read(potassium("4.1"), psa)["sex-conflict"] == ["F2"]
    assert "sex-conflict" not in read(psa, sex="male")
    assert "sex-conflict" not in read(psa, sex="unknown")
    assert read(potassium("4.1"), sex="male", pregnant=True)["sex-conflict"] == []


def test_raised_indices() -> None:
    index = {"name": "Haemolysis index", "value": "280", "unit": "{index}", "range": {"high": "50"}}
    assert read(index)["specimen-haemolysed"] == ["F1"]
    assert "specimen-haemolysed" not in read({**index, "value": "20"})


def oru(control: str, pid: str, obr: str, obx: str = "OBX|1|NM|K^Potassium||4.1|mmol/L|3.5-5.1|N|||F") -> str:
    return f"MSH|^~\\&|LIS|LAB|||20260302120000+0000||ORU^R01|{control}|P|2.5.1\r{pid}\r{obr}\r{obx}\r"


PID = "PID|1||4711^^^LAB||Marten^Ilse||19700101|F"


@pytest.mark.parametrize(
    ("obr", "out_of_order"),
    [
        ("OBR|1||7|CHEM^Chemistry|||20260302080000|||||||20260302070000", True),
        ("OBR|1||7|CHEM^Chemistry|||20260302080000|||||||20260302083000", False),
        ("OBR|1||7|CHEM^Chemistry|||20260302080000|||||||20260302075700", False),
        ("OBR|1||7|CHEM^Chemistry|||20260302|||||||20260301", True),
        ("OBR|1||7|CHEM^Chemistry|||20260302|||||||20260302075700", False),
        ("OBR|1||7|CHEM^Chemistry|||20260302080000+0000|||||||20260302060000", False),
    ],
    ids=["received before", "received after", "clocks", "days", "day and time", "an offset on one side only"],
)
def test_handled_before_it_was_taken(obr: str, out_of_order: bool) -> None:
    found = codes(Case.read(oru("1", PID, obr)))
    assert ("times-out-of-order" in found) == out_of_order


def test_one_identifier_two_people() -> None:
    from consult.analytes import Catalog
    from consult.case import read_cases
    from consult.content import content_root

    order = "OBR|1||7|CHEM^Chemistry|||20260302080000"
    both = oru("1", PID, order) + oru("2", PID.replace("19700101|F", "19880615|M"), order)
    found = read_cases(both, catalog=Catalog.load(content_root()))
    assert [("identity-conflict" in codes(case)) for case in found.cases] == [True, True]


def test_it_is_said_in_chinese() -> None:
    said = quality_text(Quality(code="blood-group-changed", severity="error", facts=["F1", "F2"], message=""), "zh")
    assert said == "结果显示该患者有两种血型，请先核对患者身份和标本（F1、F2）。"


def test_the_guide_tells_every_code() -> None:
    guide = (Path(__file__).parents[2] / "docs/guides/data-quality.md").read_text(encoding="utf-8")
    rows = [line for line in guide.splitlines() if line.startswith("| `")]
    assert rows == [f"| `{code}` | {of.severity} | {of.en} | {of.zh} |" for code, of in QUALITY_CODES.items()]
