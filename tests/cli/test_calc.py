"""`consult calc`: one calculator at a time."""

from __future__ import annotations

import pytest

from .conftest import ROOT, Call

CURB65 = ("confusion=no", "urea=42 mg/dL{urea}", "rr=32", "sbp=110", "dbp=70", "age=70")


def test_the_list_says_what_each_needs(consult: Call) -> None:
    result = consult("calc", "--list", "--json")
    assert (result.code, result.err) == (0, "")
    by_name = {one["name"]: one for one in result.json}
    assert list(by_name) == sorted(by_name)
    assert len(by_name) >= 60
    for one in result.json:
        assert one.keys() >= {"name", "title", "inputs", "output", "source"}
        assert one["source"]
        assert isinstance(one["output"]["unit"], str)
        for wanted in one["inputs"]:
            assert wanted.keys() >= {"key", "unit", "type", "choices"}
            assert (wanted["type"] == "number") is (wanted["unit"] is not None)
            assert (wanted["type"] == "choice") is bool(wanted["choices"])
    inputs = {wanted["key"]: wanted for wanted in by_name["meld-3"]["inputs"]}
    assert inputs["sex"]["choices"] == ["female", "male"]
    assert (inputs["bilirubin"]["unit"], inputs["dialysis"]["type"]) == ("mg/dL", "boolean")


def test_the_list_for_people(consult: Call) -> None:
    shown = consult("calc", "--list", "--lang", "zh")
    assert shown.code == 0
    assert "anion-gap  阴离子间隙\n    sodium chloride bicarbonate" in shown.out


def test_a_result(consult: Call) -> None:
    result = consult("calc", "curb65", *CURB65, "--json")
    assert (result.code, result.err) == (0, "")
    assert result.json.keys() >= {"name", "value", "unit", "band", "missing"}
    assert (result.json["name"], result.json["value"], result.json["missing"]) == ("curb65", 2, [])
    assert result.json["band"] == "intermediate risk of death from pneumonia"
    assert result.json["points"]["rr"] == 1


def test_a_result_for_people(consult: Call) -> None:
    shown = consult("calc", "Child_Pugh", "bilirubin=25 umol/L", "albumin=30", "inr=1.3", "ascites=slight",
                    "encephalopathy=none", "--lang", "zh")  # fmt: skip
    assert shown.code == 0
    first, *rest = shown.out.splitlines()
    assert first == "Child-Pugh评分: 7  B级"
    assert "  albumin: 2" in rest
    assert rest[-1] == "pugh-1973"


def test_a_value_with_a_fraction_and_a_unit(consult: Call) -> None:
    result = consult("calc", "osmolality", "sodium=140", "glucose=90 mg/dL", "urea=5", "--json").json
    assert (result["value"], result["unit"], result["band"]) == (290, "mosm/kg", None)
    gap = consult("calc", "anion-gap-corrected", "sodium=138", "chloride=108", "bicarbonate=18.5", "albumin=2.0 g/dL")
    assert "16.5 mmol/L" in gap.out


def test_what_is_missing_is_named(consult: Call) -> None:
    result = consult("calc", "curb65", *CURB65[1:], "--json")
    assert result.code == 1
    assert (result.json["value"], result.json["band"], result.json["missing"]) == (None, None, ["confusion"])
    shown = consult("calc", "meld", "inr=1.5")
    assert shown.code == 1
    assert "bilirubin: total bilirubin, mg/dL" in shown.out


def test_where_it_must_not_be_used_it_says_why(consult: Call) -> None:
    result = consult(
        "calc", "ldl-friedewald", "cholesterol=6 mmol/L", "hdl=1 mmol/L", "triglycerides=7 mmol/L", "--json"
    )
    assert result.code == 1
    assert (result.json["value"], result.json["missing"]) == (None, [])
    assert result.json["refused"] == "triglycerides are above 400 mg/dL"
    assert "18" in consult("calc", "curb65", "age=9").out


@pytest.mark.parametrize("spelled", ["CURB-65", "curb_65", "Curb 65"])
def test_a_name_however_it_is_spelled(consult: Call, spelled: str) -> None:
    assert "CURB-65" in consult("calc", spelled, "age=70").out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "name a calculator"),
        (("curb66",), "did you mean curb65"),
        (("zzz",), "--list names them"),
        (("curb65", "bun=9"), "has no input 'bun'"),
        (("curb65", "urea"), "written as key=value"),
        (("curb65", "urea="), "written as key=value"),
        (("curb65", "urea=9", "urea=9"), "given twice"),
        (("curb65", "urea=9 furlong"), "cannot be read in this unit"),
        (("curb65", "urea=9 mm[Hg]"), "cannot be read in this unit"),
        (("curb65", "urea=42 mg/dL"), "measured on two scales in this unit"),
        (("ldl-friedewald", "cholesterol=6"), "not plausible"),
        (("curb65", "urea=nine"), "is a number"),
        (("curb65", "confusion=perhaps"), "is yes or no"),
        (("meld-3", "sex=unknown"), "is one of female, male"),
    ],
)
def test_wrong_use_is_one_sentence(consult: Call, arguments: tuple[str, ...], says: str) -> None:
    result = consult("calc", *arguments)
    assert result.code == 2
    assert says in result.sentence


def test_the_guide_names_every_calculator_of_the_laboratory(consult: Call) -> None:
    listed = {one["name"] for one in consult("calc", "--list", "--json").json if one["specialty"] == "laboratory"}
    guide = (ROOT / "docs" / "guides" / "calculators.md").read_text(encoding="utf-8")
    assert {name for name in listed if f"`{name}`" not in guide} == set()
