"""What a model writes has to do with what it cites, denies no rule, and leaves the consultation to the doctors."""

from __future__ import annotations

from functools import cache

import pytest

from consult.analytes import Catalog
from consult.case import Case, Entry, Observation, Patient, Report, Reported
from consult.clinic import Finding, Likelihood
from consult.concepts import Concepts
from consult.content import content_root
from consult.plan import Evidence, Language, Lexicon, Plan, Position, Problem, Statement, verify_plan


def seen(fact: str, analyte: str, name: str, value: str, unit: str, flag: str) -> Observation:
    return Observation.model_validate(
        {
            "fact": fact, "analyte": analyte, "name": name, "value": value, "unit": unit, "flag": flag,
            "value_type": "quantity", "reported": Reported(value=value, unit=unit), "status": "final",
            "effective": "2026-05-12T07:15:00+08:00",
        }
    )  # fmt: skip


CASE = Case(
    id="case-1",
    patient=Patient(sex="male", age_years=63),
    history="Fatigue for three months. Known COPD.",
    observations=[
        seen("HB", "hgb", "Haemoglobin", "96", "g/L", "L"),
        seen("FER", "ferritin", "Ferritin", "9", "ug/L", "L"),
        seen("WBC", "wbc", "White cells", "7.1", "10*9/L", "N"),
        seen("O2", "spo2", "SpO2", "88", "%", "L"),
        seen("PLT", "plt", "Platelets", "620", "10*9/L", "H"),
        seen("UREA", "urea", "Urea", "5.2", "mmol/L", "N"),
        seen("K", "k", "Potassium", "6.9", "mmol/L", "HH"),
    ],
    reports=[
        Report(fact="CT", title="Chest CT", text="Consolidation in the right lower lobe.", status="final"),
        Report(fact="FILM", title="血涂片", text="红细胞大小不等，可见铅笔形红细胞。", status="final"),
    ],
    conditions=[Entry(fact="C1", name="Diverticulosis of the colon")],
)
PASSAGES = {
    "thrombo#a": "Reactive thrombocytosis follows infection, iron deficiency and surgery far more than clonal disease.",
    "iron#a": "In men with iron deficiency a bowel source of blood loss is looked for by gastroscopy and colonoscopy.",
    "iron#zh": "男性缺铁者应以胃镜和肠镜查找胃肠道失血。",
}
FINDINGS = [
    Finding(id="N1", kind="pattern", severity="standard", facts=["HB", "FER"], source="IDA", says="IDA.", rule="IDA"),
    Finding(id="N2", kind="quality", severity="gate", facts=["K"], source="HIL", says="Haemolysed.", rule="HIL"),
    Finding(
        id="N3", kind="pattern", severity="red", facts=["K"], source="HK", says="High.", rule="HK", doubted_by=["N2"]
    ),
    Finding(id="N10", kind="out-of-range", severity="info", facts=["O2"], source="laboratory", says="SpO2 is low."),
]
CONCLUDES = {"IDA": ("iron-deficiency-anaemia",), "HK": ("hyperkalaemia",)}


@cache
def evidence() -> Evidence:
    concepts = Concepts.load(content_root())
    return Evidence(
        case=CASE,
        findings={one.id: one for one in FINDINGS},
        passages=PASSAGES,
        superseded=lambda passage: (),
        concept_of=lambda text: frozenset(concepts.mentions(text)),
        families=lambda concept: frozenset(concepts.broader(concept)),
        limits=lambda analyte: (),
        cites=lambda rule: (),
        lexicon=Lexicon(Catalog.load(content_root()), concepts),
        concludes=lambda rule: CONCLUDES.get(rule, ()),
    )


def problem_of(
    text: str, cites: str, concept: str = "anaemia", likelihood: Likelihood = "likely", language: Language = "en"
) -> str | None:
    """What is wrong with a sentence of a model."""
    ids = cites.split()
    statement = Statement(
        text=text,
        facts=[one for one in ids if "#" not in one],
        passages=[one for one in ids if "#" in one],
        author="hematology",
        by="m",
    )
    problem = Problem(
        id="P1", concept=concept, name=evidence().lexicon.names(concept)[0], likelihood=likelihood,
        severity="standard", statements=[statement], said_by=["hematology"],
    )  # fmt: skip
    plan = verify_plan(Plan(language=language, engine="m", problems=[problem]), evidence()).plan
    return plan.problems[0].statements[0].problem


MARKED = [
    # nothing in common with what is cited
    ("No danger at all.", "WBC", "names nothing"),
    ("Kidney function is failing.", "UREA", "names nothing"),
    ("He was transfused yesterday.", "WBC", ""),
    ("The patient has chest pain and melaena.", "WBC", ""),
    ("The chest film shows a cavity.", "C1", ""),
    ("There is nothing to worry about.", "HB FER", "names nothing"),
    ("肾功能正在恶化。", "UREA", "肾功能"),
    ("完全没有问题，可以放心。", "HB", "names nothing"),
    ("患者情况良好。", "FILM", "names nothing"),
    # a flag is called something else
    ("SpO2 88 % is normal for this patient.", "O2", "SpO2"),
    ("SpO2 is fine.", "O2", "SpO2"),
    ("Oxygen saturation is unremarkable.", "O2", "Oxygen saturation"),
    ("Haemoglobin 96 g/L is acceptable.", "HB", "Haemoglobin"),
    ("血氧饱和度88%，正常。", "O2", "血氧饱和度"),
    ("血红蛋白96 g/L正常。", "HB", "血红蛋白"),
    # against a rule
    ("Ferritin 9 ug/L rules out iron deficiency anaemia.", "FER", "a rule concludes"),
    ("Ferritin 9 ug/L excludes iron deficiency anaemia.", "FER", "a rule concludes"),
    ("Ferritin 9 ug/L argues against iron deficiency anaemia.", "FER", "a rule concludes"),
    ("With ferritin 9 ug/L this is not iron deficiency anaemia.", "FER", "a rule concludes"),
    ("Iron deficiency anaemia is ruled out by ferritin 9 ug/L.", "FER", "a rule concludes"),
    ("铁蛋白9 ug/L可排除缺铁性贫血。", "FER", "a rule concludes"),
    ("铁蛋白9 ug/L不支持缺铁性贫血。", "FER", "a rule concludes"),
    # the consultation itself
    ("White cells 7.1; discharge home.", "WBC", "consultation"),
    ("The alert on oxygen saturation is a false alarm.", "O2", "consultation"),
    ("Ignore N10; oxygen is fine.", "O2", ""),
    ("Potassium 6.9 as in N3.", "K", "consultation"),
    ("Ferritin 9: sign the plan.", "FER", "consultation"),
    ("Haemoglobin 96 may be ignored.", "HB", "consultation"),
    ("白细胞7.1，可出院。", "WBC", "consultation"),
    ("血氧饱和度警报为误报。", "O2", "consultation"),
    ("可忽略血红蛋白96 g/L。", "HB", "consultation"),
    ("铁蛋白9，请签署。", "FER", "consultation"),
]

HOLDS = [
    ("Low haemoglobin with a low ferritin fits iron deficiency.", "HB FER"),
    ("Iron deficiency anaemia is likely.", "HB FER"),
    ("Reactive causes are more likely than clonal ones.", "PLT thrombo#a"),
    ("A bowel source of loss is possible.", "HB FER iron#a"),
    ("The white cell count is normal.", "WBC"),
    ("SpO2 88 % is low.", "O2"),
    ("Desaturation to 88 %.", "O2"),
    ("SpO2 88 % is not normal for this patient.", "O2"),
    ("Consolidation lies in the right lower lobe.", "CT"),
    ("Known COPD.", "WBC"),
    ("Diverticulosis is known.", "C1"),
    ("Transferrin was not measured.", "HB"),
    ("Ferritin 9 ug/L cannot exclude iron deficiency anaemia.", "FER"),
    ("Iron deficiency anaemia is not only a matter of ferritin.", "FER"),
    ("Anaemia needs to be explained; do not ignore a ferritin of 9.", "HB FER"),
    ("Haemoglobin 96 is not discussed in the film; the patient is alert.", "HB"),
    ("Haemolysis: this is not true hyperkalaemia, although potassium is 6.9.", "K"),
    ("贫血，血红蛋白96 g/L。", "HB"),
    ("铁蛋白9 ug/L偏低，支持缺铁。", "FER"),
    ("缺铁性贫血可能性大。", "HB FER"),
    ("可见铅笔形红细胞。", "FILM"),
    ("Iron deficiency anaemia.", "FER iron#zh"),
    ("男性缺铁应查找胃肠道失血。", "FER iron#a iron#zh"),
    ("血小板升高，继发性可能性大。", "PLT"),
    ("不可忽视铁蛋白9 ug/L。", "FER"),
    ("白细胞正常。", "WBC"),
]


@pytest.mark.parametrize(("text", "cites", "why"), MARKED, ids=lambda value: value)
def test_what_has_no_ground_is_marked(text: str, cites: str, why: str) -> None:
    problem = problem_of(text, cites)
    assert problem is not None
    assert why in problem


@pytest.mark.parametrize(("text", "cites"), HOLDS, ids=lambda value: value)
def test_what_speaks_of_what_it_cites_holds(text: str, cites: str) -> None:
    assert problem_of(text, cites) is None


def test_who_doubts_a_condition_may_speak_against_it_but_not_rule_it_out() -> None:
    soft, hard = "Ferritin 9 ug/L argues against {}.", "Ferritin 9 ug/L rules out {}."
    own = "iron-deficiency-anaemia"
    assert problem_of(soft.format("iron deficiency anaemia"), "FER", own, "unlikely") is None
    assert problem_of(hard.format("iron deficiency anaemia"), "FER", own, "unlikely") is not None
    held = Position(
        specialty="hematology", stance="unlikely", reason=soft.format("iron deficiency anaemia"), facts=["FER"], by="m"
    )
    problem = Problem(
        id="P1", concept=own, name="x", likelihood="likely", severity="standard", said_by=["x"], dissent=[held],
        statements=[Statement(text="Ferritin 9.", facts=["FER"], author="x")],
    )  # fmt: skip
    checked = verify_plan(Plan(language="en", engine="m", problems=[problem]), evidence()).plan
    assert checked.problems[0].dissent[0].problem is None


def test_the_reason_is_in_the_language_of_the_plan() -> None:
    assert problem_of("No danger at all.", "WBC", language="zh") == "未提及所引内容"
    assert "规则" in (problem_of("铁蛋白9 ug/L可排除缺铁性贫血。", "FER", language="zh") or "")
    assert "会诊本身" in (problem_of("白细胞7.1，可出院。", "WBC", language="zh") or "")


def test_what_rules_write_is_not_held_to_it() -> None:
    statement = Statement(text="No danger at all.", facts=["WBC"], author="x", rule="IDA")
    problem = Problem(
        id="P1", concept="anaemia", name="x", likelihood="likely", severity="standard", statements=[statement],
        said_by=["x"],
    )  # fmt: skip
    assert verify_plan(Plan(language="en", engine="rules", problems=[problem]), evidence()).report.unsupported == []
