"""No dose of a model reaches a plan: an option is left, or nothing."""

from __future__ import annotations

from functools import cache

import pytest

from consult.analytes import Catalog
from consult.case import Case, Observation, Reported
from consult.concepts import Concepts
from consult.content import content_root
from consult.plan import (
    UNLISTED,
    Conflict,
    Evidence,
    Lexicon,
    Missing,
    Plan,
    Position,
    Problem,
    Recommendation,
    RecommendationKind,
    Statement,
    Unavailable,
    unsupported_statements,
    verify_plan,
)
from consult.plan._prescriptions import is_prescription

CASE = Case(
    id="case-1",
    observations=[
        Observation(
            fact="F1",
            analyte="k",
            name="Potassium",
            value="6.9",
            value_type="quantity",
            unit="mmol/L",
            reported=Reported(value="6.9", unit="mmol/L"),
            status="final",
        ),
        Observation(
            fact="F2",
            name="Urine protein",
            value="3.5",
            value_type="quantity",
            unit="g/24h",
            reported=Reported(value="3.5", unit="g/24h"),
            status="final",
        ),
    ],
)


@cache
def evidence() -> Evidence:
    concepts = Concepts.load(content_root())
    return Evidence(
        case=CASE,
        findings={},
        passages={},
        superseded=lambda passage: (),
        concept_of=lambda text: frozenset(),
        families=lambda concept: frozenset({concept}),
        limits=lambda analyte: (),
        cites=lambda rule: (),
        lexicon=Lexicon(Catalog.load(content_root()), concepts),
    )


PRESCRIBES = [
    "Give prednisone 40 mg.",
    "prednisone 40 mg po",
    "Start methylprednisolone 1 g IV.",
    "ceftriaxone 2 g intravenously",
    "Azithromycin 500 mg.",
    "Azithromycin once daily.",
    "Enoxaparin 40 mg subcutaneously",
    "heparin 18 units/kg/h",
    "noradrenaline at 0.1 µg/kg/min",
    "Administer 10 mL of 10% calcium gluconate.",
    "Transfuse two units of red cells.",
    "Take one tablet twice a day.",
    "Give oxygen at 2 L/min.",
    "Ｇｉｖｅ ｐｒｅｄｎｉｓｏｎｅ ４０ ｍｇ",
    "予泼尼松40mg",
    "泼尼松40mg口服",
    "静脉滴注头孢曲松2克",
    "肌注0.5 mg",
    "皮下注射4000 单位",
    "给予10%葡萄糖酸钙10ml",
    "阿奇霉素0.5g",
    "阿奇霉素每日一次",
    "加用两片",
]
DOES_NOT = [
    "Potassium 6.9 mmol/L; repeat daily.",
    "Urine protein 3.5 g/24h.",
    "Saturation was 94% on oxygen at 2 L/min.",
    "Heparin for 7 days before the platelets fell.",
    "Consider prednisone; dose, route and timing are the prescriber's decision.",
    "Intravenous iron is an option.",
    "Collect 5 mL of venous blood.",
    "Urine output 400 mL daily.",
    "Monitor heparin with daily platelet counts.",
    "Transfuse when haemoglobin is below 70 g/L.",
    "Start non-invasive ventilation in a unit that knows it.",
    "血红蛋白低于70 g/L时考虑输血。",
    "每日复查血小板，停用肝素。",
    "右下肺一片实变影。",
    "可考虑静脉补铁。",
]


@pytest.mark.parametrize("text", PRESCRIBES)
def test_it_prescribes(text: str) -> None:
    assert is_prescription(text, (), evidence().lexicon)


@pytest.mark.parametrize("text", DOES_NOT)
def test_it_does_not_prescribe(text: str) -> None:
    assert not is_prescription(text, ("3.5 g/24h",), evidence().lexicon)


def said(text: str, by: str = "some-model") -> Statement:
    return Statement(text=text, facts=["F1"], author="respiratory", by=by)


def advice(text: str, concept: str = "macrolide", kind: RecommendationKind = "treatment") -> Recommendation:
    names = evidence().lexicon.names(concept)
    return Recommendation(
        id="R1",
        kind=kind,
        concept=concept,
        name=names[0] if names else concept.removeprefix(UNLISTED),
        urgency="routine",
        statement=said(text),
        said_by=["respiratory"],
    )


def test_a_treatment_we_know_becomes_an_option() -> None:
    plan = Plan(language="en", engine="m", recommendations=[advice("Give azithromycin 500 mg po once daily.")])
    checked = verify_plan(plan, evidence())
    statement = checked.plan.recommendations[0].statement
    assert statement.text == "Consider macrolide; dose, route and timing are the prescriber's decision."
    assert statement.supported
    assert checked.report.prescriptions == 1
    assert any("1 sentence" in warning for warning in checked.plan.warnings)
    assert "500" not in checked.plan.model_dump_json()


@pytest.mark.parametrize(
    "item",
    [
        advice("Give azithromycin 500 mg.", kind="test"),
        advice("Give azithromycin 500 mg.", concept=f"{UNLISTED}azithromycin"),
        advice("Give azithromycin 500 mg.", kind="avoid"),
    ],
    ids=["test", "unlisted", "avoid"],
)
def test_anything_else_is_withheld(item: Recommendation) -> None:
    checked = verify_plan(Plan(language="zh", engine="m", recommendations=[item]), evidence())
    assert "500" not in checked.plan.model_dump_json()
    assert checked.report.prescriptions == 1
    assert [claim.address for claim in unsupported_statements(checked.plan)] == ["R1"]


def test_a_dose_survives_nowhere() -> None:
    dose = "prednisone 40 mg daily"
    plan = Plan(
        language="en",
        engine="m",
        problems=[
            Problem(
                id="P1",
                concept=f"{UNLISTED}needs {dose}",
                name=f"needs {dose} (not in our list of concepts)",
                likelihood="likely",
                severity="high",
                statements=[said("Potassium 6.9.")],
                said_by=["respiratory"],
                dissent=[Position(specialty="laboratory", stance="unlikely", reason=dose, facts=["F1"], by="m")],
            )
        ],
        recommendations=[advice(dose, f"{UNLISTED}{dose}"), advice(dose, f"{UNLISTED}prednisone-40-mg-daily")],
        missing=[
            Missing(what=dose, name=dose, text=f"{dose} is absent.", decides=[f"{UNLISTED}{dose}"], asked_by=["x"])
        ],
        conflicts=[
            Conflict(
                kind="recommendation",
                concept=f"{UNLISTED}{dose}",
                name=dose,
                positions=[Position(specialty="laboratory", stance="recommends", reason=dose, facts=["F1"], by="m")],
            )
        ],
        gaps=[Unavailable(specialty="hematology", reason=f"said {dose}")],
    )  # fmt: skip
    checked = verify_plan(plan, evidence())
    text = checked.plan.model_dump_json() + checked.report.model_dump_json()
    assert "40" not in text
    assert checked.report.prescriptions >= 8
    again = verify_plan(checked.plan, evidence())
    assert again.report == checked.report
    assert again.plan.warnings == checked.plan.warnings


def test_what_code_wrote_is_read_as_before() -> None:
    """A rule of ours may say `after 20 minutes of intravenous calcium 10 mL`: it has been reviewed."""
    item = advice("Calcium 10 mL intravenously.")
    item.statement.by = ""
    checked = verify_plan(Plan(language="en", engine="rules", recommendations=[item]), evidence())
    assert checked.plan.recommendations[0].statement.text == "Calcium 10 mL intravenously."
