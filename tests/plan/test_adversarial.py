"""What the verifier must not let pass, and what it must not call foreign."""

from __future__ import annotations

from decimal import Decimal

import pytest

from consult.case import Case, Entry, Observation, Patient, Range, Reported
from consult.plan import (
    Conflict,
    DigitNames,
    Evidence,
    Plan,
    Position,
    Problem,
    Recommendation,
    RecommendationKind,
    Statement,
    verify_plan,
)

CASE = Case(
    id="case-1",
    patient=Patient(sex="male", age_years=63),
    observations=[
        Observation(
            fact="F1",
            analyte="k",
            name="Potassium",
            value="6.9",
            value_type="quantity",
            unit="mmol/L",
            reported=Reported(value="6.9", unit="mmol/L", range="3.5-5.3"),
            range=Range(low="3.5", high="5.3", source="laboratory"),
            effective="2024-03-08T07:15:00+08:00",
            status="final",
        ),
        Observation(fact="F2", analyte="hgb", name="Hb", value="96", value_type="quantity", unit="g/L", status="final"),
        Observation(
            fact="F3",
            analyte="k",
            name="Potassium",
            value="7.9",
            value_type="quantity",
            unit="mmol/L",
            status="entered-in-error",
        ),
        Observation(fact="F4", name="CA 549", value="99", value_type="quantity", unit="U/mL", status="final"),
    ],
    allergies=[Entry(fact="F5", name="Penicillin")],
)


def evidence() -> Evidence:
    return Evidence(
        case=CASE,
        findings={},
        passages={},
        superseded=lambda passage: (),
        concept_of=lambda text: frozenset({"penicillin"} if "enicillin" in text else ()),
        families=lambda concept: frozenset({concept}),
        limits=lambda analyte: (),
        cites=lambda rule: (),
        names=DigitNames(["CA 19-9", "HbA1c", "SpO2", "T4", "补体3"]),
    )


def say(text: str, *facts: str) -> Statement:
    return Statement(text=text, facts=list(facts), author="laboratory")


def checked(text: str, *facts: str) -> Statement:
    problem = Problem(
        id="P1",
        concept="hyperkalaemia",
        name="hyperkalaemia",
        likelihood="likely",
        severity="red",
        statements=[say(text, *facts)],
        said_by=["laboratory"],
    )
    plan = verify_plan(Plan(language="en", engine="rules", problems=[problem]), evidence()).plan
    return plan.problems[0].statements[0]


SMUGGLED = [
    "K9.9mmol/L",
    "体温T39.9℃",
    "HbA1c12%",
    "Potassium 6.9,88.4",
    "Potassium 6,900 mmol/L",
    "Troponin .14",
    "WBC 18x109/L",
    "CFU 10^5",
    "补体3.5 g/L",
    "1e9",
]


@pytest.mark.parametrize("text", SMUGGLED)
def test_a_number_is_seen_however_it_is_written(text: str) -> None:
    assert not checked(text, "F1").supported


def test_repair_does_not_lend_a_number_of_another_analyte() -> None:
    assert not checked("Potassium 96 mmol/L.", "F1").supported


@pytest.mark.parametrize(
    ("text", "fact"),
    [
        ("Potassium 8 mmol/L.", "F1"),
        ("Potassium 15 mmol/L.", "F1"),
        ("Haemoglobin 63 g/L.", "F2"),
        ("Potassium 63.", "F1"),
        ("A man of 63 mmol/L.", "F1"),
        ("Potassium 6.9 on 2024-03-09.", "F1"),
        ("Potassium 6.9 on 2024-03-08 08:15.", "F1"),
        ("Potassium 6.9 at 07:15.", "F1"),
    ],
)
def test_a_date_or_an_age_is_no_result(text: str, fact: str) -> None:
    assert not checked(text, fact).supported


@pytest.mark.parametrize(
    ("text", "fact"),
    [("Haemoglobin 96 g/dL.", "F2"), ("Potassium 6.9 g/L.", "F1"), ("Potassium 5.3 %.", "F1")],
)
def test_a_number_in_another_unit_is_another_value(text: str, fact: str) -> None:
    assert not checked(text, fact).supported


@pytest.mark.parametrize("text", ["Potassium seven mmol/L.", "血钾七点一。", "Potassium is 7½."])
def test_a_value_in_words_is_a_number_too(text: str) -> None:
    assert not checked(text, "F1").supported


def test_a_withdrawn_result_supports_nothing() -> None:
    statement = checked("Potassium 7.9 mmol/L.", "F3")
    assert not statement.supported
    assert statement.problem == "cites F3, a result that was withdrawn"


def test_the_name_of_an_unknown_analyte_may_hold_digits() -> None:
    assert checked("CA 549 99 U/mL.", "F4").supported


def test_positions_of_a_dispute_are_checked_like_any_sentence() -> None:
    invented = Position(
        specialty="hematology", stance="unlikely", reason="Give 5 mg daily; platelets 417.", facts=["F99"]
    )
    conflict = Conflict(kind="likelihood", concept="x", name="x", positions=[invented])
    done = verify_plan(Plan(language="en", engine="m", conflicts=[conflict]), evidence())
    assert done.report.unsupported
    assert "5 mg daily" not in done.plan.conflicts[0].positions[0].reason


def test_positions_are_marked_where_they_stand() -> None:
    grounded = Position(specialty="laboratory", stance="likely", reason="Potassium 6.9 mmol/L.", facts=["F1"])
    foreign = Position(specialty="hematology", stance="unlikely", reason="Platelets 417.", facts=["F1"])
    conflict = Conflict(kind="likelihood", concept="x", name="x", positions=[grounded, foreign])
    problem = Problem(
        id="P1",
        concept="x",
        name="x",
        likelihood="likely",
        severity="red",
        statements=[say("Potassium 6.9.", "F1")],
        said_by=["laboratory"],
        dissent=[foreign],
    )
    plan = Plan(language="en", engine="m", problems=[problem], conflicts=[conflict])
    done = verify_plan(plan, evidence())
    assert done.report.checked == 4
    assert [place.split(":")[0] for place in done.report.unsupported] == ["C1/hematology", "P1/dissent/hematology"]
    assert [position.supported for position in done.plan.conflicts[0].positions] == [True, False]
    assert "417" in (done.plan.problems[0].dissent[0].problem or "")


def test_what_was_withheld_stays_withheld() -> None:
    problem = Problem(
        id="P1",
        concept="x",
        name="x",
        likelihood="likely",
        severity="red",
        statements=[say("amoxicillin 500 mg tds", "F1")],
        said_by=["laboratory"],
    )
    once = verify_plan(Plan(language="en", engine="m", problems=[problem]), evidence())
    again = verify_plan(once.plan, evidence())
    assert again.report.unsupported == once.report.unsupported != []


def test_what_others_said_of_a_recommendation_is_checked_too() -> None:
    item = recommendation("treatment", "oxygen", "Consider oxygen.")
    item.further = [say("Platelets 417.", "F1")]
    done = verify_plan(Plan(language="en", engine="m", recommendations=[item]), evidence())
    assert [place.split(":")[0] for place in done.report.unsupported] == ["R1/2"]


def recommendation(kind: RecommendationKind, concept: str, text: str) -> Recommendation:
    return Recommendation(
        id="R1",
        kind=kind,
        concept=concept,
        name=concept,
        urgency="immediate",
        statement=say(text, "F1"),
        said_by=["respiratory"],
    )


def test_an_allergy_that_matches_no_recommendation_is_still_said() -> None:
    item = recommendation("treatment", "antibiotics", "Consider antimicrobials.")
    plan = verify_plan(Plan(language="en", engine="rules", recommendations=[item]), evidence()).plan
    assert any("Penicillin" in text for text in plan.warnings)


def test_an_allergy_is_not_said_where_nothing_is_given() -> None:
    item = recommendation("test", "lactate", "Consider lactate.")
    plan = verify_plan(Plan(language="en", engine="rules", recommendations=[item]), evidence()).plan
    assert not any("Penicillin" in text for text in plan.warnings)


DOSES = [
    "amoxicillin 500 mg tds",
    "Give amoxicillin 1 gram three times daily",
    "2 g of ceftriaxone every 24 hours",
    "prednisone 0.5-1 mg/kg/day",
    "prednisone 40 mg per day",
    "prednisone 40 mg nightly",
    "furosemide 40 mg bd",
    "aspirin 75 mg od",
    "heparin 18 units/kg/h",
    "noradrenaline 0.1 µg/kg/min",
    "insulin 10 U twice daily",
    "two tablets daily",
    "amoxicillin (1 g) q8h",
    "甲泼尼龙40mg/日",
    "泼尼松1mg/kg·d",
    "阿司匹林100 mg 1次/日",
    "氯化钾1.0克 3次/日",
    "每日2次，每次5毫克",
    "一次一片，每日三次",
    "５００ｍｇ 每日三次",
    "予5毫克，隔日一次",
]


@pytest.mark.parametrize("text", DOSES)
def test_a_dose_in_other_words_is_withheld(text: str) -> None:
    assert text not in checked(text, "F1").text


MEASURED = [
    "尿蛋白定量每日3.5 g",
    "每日尿量500 ml",
    "urine output 400 mL daily",
    "haemoglobin falls by 20 g each day",
    "pleural drainage 200 ml daily",
]


@pytest.mark.parametrize("text", MEASURED)
def test_a_measured_amount_a_day_is_no_dose(text: str) -> None:
    assert checked(text, "F1").text == text


LEGITIMATE = [
    "Potassium 6.9 mmol/L, above 5.3.",
    "A man of 63 with potassium 6.9.",
    "A 63-year-old man with potassium 6.9.",
    "63岁男性，血钾6.9 mmol/L。",
    "Potassium 6.9 on 2024-03-08T07:15:00+08:00.",
    "Potassium 6.9 (3.5-5.3 mmol/L).",
    "Potassium 6.9 on 2024-03-08.",
    "CA 19-9, SpO2 and HbA1c were not measured; potassium 6.9.",
    "See F1 and P2.",
    "血钾６．９ mmol/L。",
]


@pytest.mark.parametrize("text", LEGITIMATE)
def test_legitimate_sentences_stay(text: str) -> None:
    assert checked(text, "F1").supported


def test_numbers_are_exact_decimals() -> None:
    assert Decimal("6.90") == Decimal("6.9")
    assert checked("Potassium 6.90 mmol/L.", "F1").supported
