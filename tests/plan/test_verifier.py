"""The verifier: what is tied to nothing does not pass."""

from __future__ import annotations

from decimal import Decimal

import pytest

from consult.case import Case, Entry, Observation, Patient, Range, Reported
from consult.clinic import Finding
from consult.plan import (
    Citation,
    DigitNames,
    Evidence,
    Plan,
    Problem,
    Recommendation,
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
            reported=Reported(value="6.9", unit="mmol/L", range="3.5-5.3", flag="HH"),
            range=Range(low="3.5", high="5.3", source="laboratory"),
            flag="HH",
        ),
        Observation(
            fact="F2",
            analyte="hgb",
            name="Hb",
            value="96",
            value_type="quantity",
            unit="g/L",
            reported=Reported(value="9.6", unit="g/dL"),
        ),
    ],
    allergies=[Entry(fact="F3", name="Penicillin")],
)
CRITICAL = Finding(
    id="N1", kind="critical", severity="red", facts=["F1"], source="kost-1990", says="Potassium 6.9 mmol/L is critical."
)
GATE = Finding(
    id="N2",
    kind="quality",
    severity="gate",
    facts=["F1"],
    source="LAB04",
    says="The sample is haemolysed.",
    rule="LAB04",
)
PASSAGES = {"g#a": "A potassium of 6.5 mmol/L or more is severe.", "old#a": "Total IgE above 1000 IU/mL is required."}


def called(text: str) -> tuple[str, ...]:
    words = {"haemoglobin": "hgb", "potassium": "k"}
    named = [(text.casefold().rfind(word), key) for word, key in words.items() if word in text.casefold()]
    return tuple(key for _, key in sorted(named))


def evidence(*findings: Finding) -> Evidence:
    return Evidence(
        case=CASE,
        findings={finding.id: finding for finding in findings},
        passages=PASSAGES,
        superseded=lambda passage: ("New 2024",) if passage == "old#a" else (),
        concept_of=lambda text: frozenset({"penicillin"} if "enicillin" in text or "amoxicillin" in text else ()),
        families=lambda concept: frozenset({concept, "penicillin"} if concept == "amoxicillin" else {concept}),
        cites=lambda rule: (),
        limits=lambda analyte: (Decimal("6.2"),) if analyte == "k" else (),
        names=DigitNames(["Vitamin B12", "CA 19-9", "D-二聚体"]),
        called=called,
    )


def plan_with(*statements: Statement, language: str = "en") -> Plan:
    problem = Problem(
        id="P1",
        concept="hyperkalaemia",
        name="hyperkalaemia",
        likelihood="likely",
        severity="red",
        statements=list(statements),
        said_by=["laboratory"],
    )
    return Plan(language=language, engine="rules", problems=[problem])


def say(text: str, *facts: str, passages: tuple[str, ...] = ()) -> Statement:
    return Statement(text=text, facts=list(facts), passages=list(passages), author="laboratory")


GROUNDED = [
    say("Potassium 6.9 mmol/L.", "F1"),
    say("Potassium 6.9 is above 5.3.", "F1"),
    say("Potassium 6.9 is at or above the critical limit 6.2.", "F1"),
    say("Haemoglobin is 9.6 g/dL (96 g/L).", "F2"),
    say("A man of 63 with potassium 6.9.", "F1"),
    say("6.5 mmol/L is severe.", passages=("g#a",)),
    say("Platelets are counted in 10*9/L.", "F1"),
    say("Vitamin B12 and CA 19-9 were not measured.", "F1"),
    say("血钾6.9 mmol/L，高于5.3。", "F1"),
    say("血钾６．９ mmol/L。", "F1"),
]


@pytest.mark.parametrize("statement", GROUNDED, ids=lambda statement: statement.text)
def test_grounded_statements_pass(statement: Statement) -> None:
    checked = verify_plan(plan_with(statement), evidence())
    assert checked.plan.problems[0].statements[0].supported
    assert checked.report.unsupported == []
    assert checked.report.checked == 1


FOREIGN = [
    (say("Potassium 7.1 mmol/L.", "F1"), "7.1"),
    (say("Potassium 6.9 and haemoglobin 80.", "F1"), "80"),
    (say("Potassium is high.", "F9"), "cites nothing"),
    (say("Potassium is high."), "cites nothing"),
    (say("Severe above 6.6.", passages=("g#a",)), "6.6"),
    (say("血钾7.1 mmol/L。", "F1"), "7.1"),
    (say("Potassium 69 mmol/L.", "F1"), "69"),
    (say("Sodium 137.", "F1"), "137"),
]


@pytest.mark.parametrize(("statement", "why"), FOREIGN, ids=lambda value: getattr(value, "text", value))
def test_what_stands_in_nothing_cited_is_marked_and_kept(statement: Statement, why: str) -> None:
    checked = verify_plan(plan_with(statement), evidence())
    shown = checked.plan.problems[0].statements[0]
    assert not shown.supported
    assert shown.text == statement.text
    assert why in (shown.problem or "")
    assert len(checked.report.unsupported) == 1
    assert any("1 statement" in warning for warning in checked.plan.warnings)


def test_repair_drops_an_unknown_id_and_cites_the_one_fact_that_holds_the_number() -> None:
    checked = verify_plan(plan_with(say("Haemoglobin 9.6 with potassium 6.9.", "F1", "F77")), evidence())
    statement = checked.plan.problems[0].statements[0]
    assert statement.supported
    assert statement.facts == ["F1", "F2"]
    assert checked.report.repaired == 1


DOSES = [
    "Give amoxicillin 1 g three times daily.",
    "amoxicillin 500 mg every 8 hours",
    "ceftriaxone 2 g IV q24h",
    "prednisone 40 mg qd",
    "Enoxaparin 40mg sc once daily",
    "阿莫西林0.5g，每日三次口服",
    "静脉滴注头孢曲松2克 每日一次",
    "每日口服阿莫西林500毫克",
    "每8小时给予0.5 g",
    "insulin 10 units twice a day",
]


@pytest.mark.parametrize("text", DOSES)
def test_a_dose_with_a_frequency_is_withheld(text: str) -> None:
    checked = verify_plan(plan_with(say(text, "F1")), evidence())
    statement = checked.plan.problems[0].statements[0]
    assert not statement.supported
    assert text not in statement.text


NO_DOSES = [
    "A fall of haemoglobin by 20 g/L within a day is a delta.",
    "Potassium 6.9 mmol/L daily until normal.",
    "血红蛋白每日下降超过20 g/L。",
    "Ferritin below 45 ug/L.",
]


@pytest.mark.parametrize("text", NO_DOSES)
def test_a_concentration_is_no_dose(text: str) -> None:
    statement = verify_plan(plan_with(say(text, "F1")), evidence()).plan.problems[0].statements[0]
    assert statement.text == text


def test_a_dropped_alert_comes_back_with_its_doubt() -> None:
    doubted = CRITICAL.model_copy(update={"doubted_by": ["N2"]})
    checked = verify_plan(Plan(language="en", engine="rules"), evidence(doubted, GATE))
    assert [alert.finding for alert in checked.plan.alerts] == ["N1"]
    assert checked.plan.alerts[0].statement.facts == ["F1"]
    assert "haemolysed" in checked.plan.alerts[0].cautions[0]


def test_a_problem_that_rests_on_a_doubted_result_says_so() -> None:
    doubted = CRITICAL.model_copy(update={"doubted_by": ["N2"]})
    plan = plan_with(say("Potassium 6.9 mmol/L.", "F1"))
    plan.problems[0].findings = ["N1"]
    assert "haemolysed" in verify_plan(plan, evidence(doubted, GATE)).plan.problems[0].cautions[0]


def test_an_allergy_named_in_the_case_is_said_beside_what_it_concerns() -> None:
    plan = plan_with()
    for number, concept in enumerate(("amoxicillin", "oxygen"), start=1):
        plan.recommendations.append(
            Recommendation(
                id=f"R{number}",
                kind="treatment",
                concept=concept,
                name=concept,
                urgency="routine",
                statement=say(f"Consider {concept}.", "F1"),
                said_by=["respiratory"],
            )
        )
    checked = verify_plan(plan, evidence()).plan
    assert "Penicillin" in checked.recommendations[0].cautions[0]
    assert "F3" in checked.recommendations[0].statement.facts
    assert checked.recommendations[1].cautions == []


def test_superseded_guidance_is_warned_of() -> None:
    plan = plan_with(say("More than 1000 is required.", passages=("old#a",)))
    plan.citations.append(
        Citation(
            passage="old#a",
            guideline="old",
            organisation="Old",
            title="t",
            year=2013,
            reference="doi:1",
            section="s",
            text=PASSAGES["old#a"],
            corpus="respiratory",
            superseded_by=["New 2024"],
        )
    )
    warnings = verify_plan(plan, evidence()).plan.warnings
    assert any("Old 2013" in warning and "New 2024" in warning for warning in warnings)


def test_the_given_plan_is_not_changed() -> None:
    plan = plan_with(say("Potassium 7.1.", "F1"))
    before = plan.model_dump_json()
    verify_plan(plan, evidence(CRITICAL))
    assert plan.model_dump_json() == before
