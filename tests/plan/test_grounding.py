"""What a model writes stands in what it cites, or is marked: one row a sentence."""

from __future__ import annotations

import time
from decimal import Decimal
from functools import cache

import pytest

from consult.analytes import Catalog
from consult.case import Case, Entry, Observation, Patient, Range, Report, Reported
from consult.clinic import Finding
from consult.concepts import Concepts
from consult.content import content_root
from consult.plan import (
    DigitNames,
    Evidence,
    Lexicon,
    Plan,
    Problem,
    Recommendation,
    RecommendationKind,
    Statement,
    verify_plan,
)
from consult.plan._claims import placed_in


def seen(
    fact: str, analyte: str | None, name: str, value: str, unit: str | None, reference: str = "",
    flag: str | None = None, *, day: str = "2026-05-12", raw: tuple[str, str] | None = None,
) -> Observation:  # fmt: skip
    """A result; `raw` is how it was reported, where that differs."""
    low, _, high = reference.partition("-")
    return Observation.model_validate(
        {
            "fact": fact, "analyte": analyte, "name": name, "value": value, "unit": unit, "flag": flag,
            "value_type": "quantity" if value.replace(".", "").isdigit() else "text",
            "reported": Reported(value=raw[0] if raw else value, unit=raw[1] if raw else unit, range=reference or None),
            "range": Range(low=low or None, high=high or None, source="laboratory") if reference and not raw else None,
            "effective": f"{day}T07:15:00+08:00", "status": "final",
        }
    )  # fmt: skip


CASE = Case(
    id="case-1",
    patient=Patient(sex="male", age_years=63),
    history="Fever for three days. No haemoptysis. Known COPD.",
    observations=[
        seen("K", "k", "Potassium", "6.9", "mmol/L", "3.5-5.5", "HH"),
        seen("K0", "k", "Potassium", "4.1", "mmol/L", "3.5-5.5", "N", day="2026-05-10"),
        seen("HB", "hgb", "Hb", "96", "g/L", "", "L", raw=("9.6", "g/dL")),
        seen("GLU", "glu", "Glucose", "5.6", "mmol/L", "3.9-6.1", "N"),
        seen("FER", "ferritin", "Ferritin", "12", "ug/L", "30-400", "L"),
        seen("T", "temp", "Temperature", "38.5", "Cel", "", "H"),
        seen("CO2", "paco2", "PaCO2", "60", "mm[Hg]", "35-45", "H"),
        seen("CA", "ca", "Calcium", "2.496", "mmol/L", "2.1-2.55", "N"),
        seen("LAC", "lactate", "Lactate", "4.96", "mmol/L", "0.5-2.2", "H"),
        seen("CRP", "crp", "CRP", "96.4", "mg/L", "0-5", "H"),
        seen("PLT", "plt", "Platelets", "18", "10*9/L", "125-350", "LL"),
        seen("CR", "crea", "Creatinine", "160", "umol/L", "60-110", "H"),
        seen("CR0", "crea", "Creatinine", "80", "umol/L", "60-110", "N", day="2026-05-01"),
        seen("NA", "na", "Sodium", "5.34", "mmol/L", "1-5.3", "H"),
        seen("LEG", "legag", "Legionella urinary antigen", "Negative", None),
        seen("BCX", "bcx", "Blood culture", "阳性", None),
    ],
    reports=[
        Report(fact="FILM", title="Film", text="No blasts or schistocytes. Giant platelets are seen.", status="final"),
        Report(fact="CT", title="胸部CT", text="右下肺实变影，未见胸腔积液、空洞。", status="final"),
        Report(fact="US", title="Ultrasound", text="A pleural effusion is present on the left.", status="final"),
    ],
    conditions=[
        Entry(fact="C1", name="asthma", status="refuted"),
    ],
    medications=[Entry(fact="M1", name="levofloxacin"), Entry(fact="M2", name="头孢曲松")],
)  # fmt: skip
PASSAGES = {
    "hyperK#a": "A potassium of 6.5 mmol/L or more is severe. Calcium gluconate protects the heart.",
    "cap#a": "Adults with severe pneumonia should receive a beta-lactam and a macrolide such as azithromycin.",
    "cap#zh": "重症肺炎建议β-内酰胺类联合阿奇霉素。",
    "iron#a": "Ferritin below 45 ug/L supports iron deficiency anaemia. Creatinine may double in a day.",
    "ttp#a": "Thrombotic thrombocytopenic purpura needs plasma exchange before the ADAMTS13 activity is known.",
}
CRITICAL = Finding(
    id="N1", kind="pattern", severity="high", facts=["PLT"], source="HEM01", says="Platelets 18 are low.", rule="HEM01"
)


@cache
def lexicon() -> Lexicon:
    return Lexicon(Catalog.load(content_root()), Concepts.load(content_root()))


@cache
def evidence() -> Evidence:
    concepts = Concepts.load(content_root())
    return Evidence(
        case=CASE,
        findings={"N1": CRITICAL},
        passages=PASSAGES,
        superseded=lambda passage: (),
        concept_of=lambda text: frozenset(concepts.mentions(text)),
        families=lambda concept: frozenset(concepts.broader(concept)),
        limits=lambda analyte: (Decimal("6.2"),) if analyte == "k" else (),
        cites=lambda rule: (),
        names=DigitNames(["Vitamin B12", "CA 19-9"]),
        lexicon=lexicon(),
        concludes=lambda rule: ("thrombotic-thrombocytopenic-purpura",) if rule == "HEM01" else (),
    )


def said(text: str, cites: str, concept: str = "hyperkalaemia", language: str = "en") -> Statement:
    """The sentence as a model's, after verification."""
    ids = cites.split()
    statement = Statement(
        text=text,
        facts=[one for one in ids if "#" not in one],
        passages=[one for one in ids if "#" in one],
        author="laboratory",
        by="some-model",
    )
    problem = Problem(
        id="P1", concept=concept, name=lexicon().names(concept)[0] if lexicon().names(concept) else concept,
        likelihood="likely", severity="high", statements=[statement], said_by=["laboratory"],
    )  # fmt: skip
    plan = verify_plan(
        Plan.model_validate({"language": language, "engine": "m", "problems": [problem]}), evidence()
    ).plan
    return plan.problems[0].statements[0]


SUPPORTED = [
    # units
    ("Haemoglobin is 9.6 g/dL.", "HB"),
    ("Haemoglobin is 96 g/L.", "HB"),
    ("Hb 96 and potassium 6.9.", "HB K"),
    ("血红蛋白96 g/L（9.6 g/dL）。", "HB"),
    ("Glucose is 101 mg/dL.", "GLU"),
    ("Glucose is 100.8 mg/dL.", "GLU"),
    ("Ferritin 12 ng/mL.", "FER"),
    ("Temperature 101.3 °F.", "T"),
    ("体温38.5℃。", "T"),
    ("PaCO2 is 8.0 kPa.", "CO2"),
    ("Potassium 6.9 mEq/L.", "K"),
    ("Platelets are 18,000 /uL.", "PLT"),
    ("Platelets are 18 x10^9/L.", "PLT"),
    ("Platelets 18×10⁹/L.", "PLT"),
    # rounding
    ("Lactate is 5.0 mmol/L.", "LAC"),
    ("CRP is 96 mg/L.", "CRP"),
    ("Calcium is 2.50 mmol/L.", "CA"),
    ("Calcium is 2.5.", "CA"),
    # limits
    ("Potassium 6.9 is above 5.5.", "K"),
    ("Potassium 6.9 mmol/L (3.5–5.5).", "K"),
    ("Potassium 6.9 exceeds the critical limit of 6.2.", "K"),
    ("A potassium of 6.5 mmol/L or more is severe.", "K hyperK#a"),
    ("血钾6.9 mmol/L，高于5.5。", "K"),
    ("Potassium ６．９ mmol/L.", "K"),
    ("Potassium 6,9 mmol/L.", "K"),
    ("Potassium ٦.٩ mmol/L.", "K"),
    # multiples and change
    ("Creatinine has doubled to 160.", "CR CR0"),
    ("Creatinine is 2-fold the earlier value.", "CR CR0"),
    ("肌酐翻倍。", "CR CR0"),
    ("肌酐升至2倍。", "CR CR0"),
    ("Creatinine may double in a day, and it doubled.", "CR iron#a"),
    ("Potassium rose from 4.1 to 6.9.", "K K0"),
    ("血钾由4.1升至6.9 mmol/L。", "K K0"),
    ("Creatinine is rising.", "CR CR0"),
    # flags
    ("Potassium is markedly elevated.", "K"),
    ("血钾升高。", "K"),
    ("Low haemoglobin and low platelets.", "HB PLT"),
    ("Glucose is normal.", "GLU"),
    ("Glucose is not elevated.", "GLU"),
    ("血糖不高。", "GLU"),
    ("If potassium is low, stop.", "K"),
    # dates
    ("Potassium 6.9 on 2026-05-12.", "K"),
    ("Potassium 6.9 on 12 May 2026.", "K"),
    ("Potassium 6.9 on May 12, at 07:15.", "K"),
    ("5月12日血钾6.9。", "K"),
    ("2026年5月12日血钾6.9。", "K"),
    ("Potassium was 6.9 yesterday.", "K"),
    ("Creatinine rose from 80 to 160 within 11 days.", "CR CR0"),
    # polarity
    ("No blasts are seen.", "FILM"),
    ("Giant platelets are present.", "FILM"),
    ("Look for blasts on the film.", "FILM"),
    ("未见胸腔积液。", "CT"),
    ("A pleural effusion is seen.", "US"),
    ("Legionella urinary antigen was negative.", "LEG"),
    ("血培养阳性。", "BCX"),
    # quotes
    ("The film says “no blasts or schistocytes”.", "FILM"),
    ('The guidance: "A POTASSIUM of 6.5 mmol/L or  more".', "hyperK#a"),
    ("CT示“右下肺实变影，未见胸腔积液”。", "CT"),
    ("So-called “storm” of potassium.", "K"),
]  # fmt: skip

UNSUPPORTED = [
    # units
    ("Haemoglobin is 9.6 g/L.", "HB", "9.6"),
    ("Haemoglobin is 96 g/dL.", "HB", "96"),
    ("Glucose is 101 mmol/L.", "GLU", "101"),
    ("Glucose is 108 mg/dL.", "GLU", "108"),
    ("Ferritin 12 mg/L.", "FER", "12"),
    ("Temperature 38.5 °F.", "T", "38.5"),
    ("PaCO2 is 60 kPa.", "CO2", "60"),
    ("Platelets are 180,000 /uL.", "PLT", "180000"),
    ("Potassium 6.9 %.", "K", "6.9"),
    # rounding
    ("Lactate is 5 mmol/L.", "LAC", "5"),
    ("CRP is 100 mg/L.", "CRP", "100"),
    ("CRP is 97 mg/L.", "CRP", "97"),
    ("Calcium is 2.49 mmol/L.", "CA", "2.49"),
    ("Sodium is 5.3.", "NA", "5.3"),
    # a limit is not the value, another's value is not this one's
    ("Potassium is 5.5.", "K", "5.5"),
    ("Potassium 5.5 mmol/L.", "K", "5.5"),
    ("血钾为5.5 mmol/L。", "K", "5.5"),
    ("Potassium is 6.5.", "K hyperK#a", "6.5"),
    ("Potassium 96.", "K HB", "96"),
    ("Potassium above 96.", "K HB", "96"),
    ("Chloride 96.", "K HB", "96"),
    ("Potassium is below 5.5.", "K", "5.5"),
    ("Potassium 6.9 mmol/L (3.5–5.1).", "K", "5.1"),
    ("Potassium ７．１ mmol/L.", "K", "7.1"),
    ("Potassium 7,1 mmol/L.", "K", "7.1"),
    ("Potassium ٧.١ mmol/L.", "K", "7.1"),
    ("Platelets 19×10⁹/L.", "PLT", "19"),
    ("Platelets 18 x10^12/L.", "PLT", "18"),
    ("Saturation of 96%.", "HB", "96"),
    # multiples and change
    ("Creatinine has tripled.", "CR CR0", "tripled"),
    ("Creatinine is more than twice the upper limit.", "CR", "twice"),
    ("肌酐升至3倍。", "CR CR0", "3倍"),
    ("Potassium has doubled.", "K", "doubled"),
    ("Potassium fell from 4.1 to 6.9.", "K K0", "direction"),
    ("Potassium fell from 6.9 to 4.1.", "K K0", "direction"),
    ("血钾由6.9降至4.1 mmol/L。", "K K0", "direction"),
    ("Creatinine is falling.", "CR CR0", "direction"),
    ("Potassium rose from 3.9 to 6.9.", "K K0", "3.9"),
    # flags
    ("Potassium is low.", "K", "Potassium"),
    ("Normal potassium.", "K", "potassium"),
    ("血钾正常。", "K", "血钾"),
    ("血糖升高。", "GLU", "血糖"),
    ("Glucose is elevated.", "GLU", "Glucose"),
    ("Potassium is not elevated.", "K", "Potassium"),
    # dates
    ("Potassium 6.9 on 2026-05-13.", "K", "2026-05-13"),
    ("Potassium 6.9 on 13 May 2026.", "K", "13 May 2026"),
    ("Potassium 6.9 on 12 May 2025.", "K", "12 May 2025"),
    ("5月13日血钾6.9。", "K", "5月13日"),
    ("2025年5月12日血钾6.9。", "K", "2025年5月12日"),
    ("Potassium 6.9 at 08:15.", "K", "8"),
    ("Creatinine rose from 80 to 160 within 2 days.", "CR CR0", "2"),
    # polarity
    ("Blasts are seen.", "FILM", "opposite"),
    ("Schistocytes are present.", "FILM", "opposite"),
    ("可见空洞。", "CT", "opposite"),
    ("胸腔积液。", "CT", "opposite"),
    ("There is no pleural effusion.", "US", "opposite"),
    ("未见胸腔积液。", "US", "opposite"),
    ("The patient has haemoptysis.", "K", "opposite"),
    ("The patient has asthma.", "C1", "opposite"),
    ("Legionella urinary antigen was positive.", "LEG", "Legionella"),
    ("血培养阴性。", "BCX", "血培养"),
    # quotes
    ("The film says “satellites in large numbers”.", "FILM", "quotes"),
    ("CT示“双肺弥漫性磨玻璃影”。", "CT", "names"),
    ("CT示“双肺弥漫性粉尘样改变”。", "CT", "quotes"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "cites"), SUPPORTED, ids=lambda value: value)
def test_what_is_cited_supports_it(text: str, cites: str) -> None:
    assert said(text, cites).problem is None


@pytest.mark.parametrize(("text", "cites", "why"), UNSUPPORTED, ids=lambda value: value)
def test_what_is_cited_does_not_say_so(text: str, cites: str, why: str) -> None:
    statement = said(text, cites)
    assert not statement.supported
    assert why in (statement.problem or "")
    assert statement.text == text


NAMED = [
    ("Hyperkalaemia with fever.", "K", "hyperkalaemia"),
    ("Thrombocytopenia, with platelets of 18.", "PLT", "thrombotic-thrombocytopenic-purpura"),
    ("血小板减少。", "PLT", "thrombotic-thrombocytopenic-purpura"),
    ("Thrombotic microangiopathy.", "PLT", "thrombotic-thrombocytopenic-purpura"),
    ("TTP explains platelets of 18.", "PLT", "thrombocytopenia"),
    ("Plasma exchange comes before ADAMTS13.", "ttp#a", "thrombocytopenia"),
    ("Azithromycin is an option.", "cap#a", "community-acquired-pneumonia"),
    ("阿奇霉素可选。", "cap#a", "community-acquired-pneumonia"),
    ("Azithromycin is an option.", "cap#zh", "community-acquired-pneumonia"),
    ("Levofloxacin is being taken.", "M1", "community-acquired-pneumonia"),
    ("已用头孢曲松。", "M2", "community-acquired-pneumonia"),
    ("Known COPD.", "K", "hyperkalaemia"),
    ("Legionnaires' disease.", "CT", "community-acquired-pneumonia"),
    ("Haptoglobin was not measured.", "HB", "anaemia"),
    ("Transferrin was not measured.", "HB", "anaemia"),
]

FOREIGN = [
    ("Thrombotic thrombocytopenic purpura.", "K", "hyperkalaemia", "purpura"),
    ("血栓性血小板减少性紫癜。", "K", "hyperkalaemia", "紫癜"),
    ("Thrombocytopenia.", "K", "hyperkalaemia", "Thrombocytopenia"),
    ("Haptoglobin is low.", "HB", "anaemia", "Haptoglobin"),
    ("Ferritin was not measured.", "HB", "anaemia", "Ferritin"),
    ("Add clarithromycin.", "cap#a", "community-acquired-pneumonia", "clarithromycin"),
    ("加用克拉霉素。", "cap#zh", "community-acquired-pneumonia", "克拉霉素"),
    ("Moxifloxacin is being taken.", "M1", "community-acquired-pneumonia", "Moxifloxacin"),
    ("已用头孢他啶。", "M2", "community-acquired-pneumonia", "头孢他啶"),
    ("Caplacizumab helps.", "ttp#a", "thrombocytopenia", "Caplacizumab"),
    ("可用伊马替尼。", "K", "hyperkalaemia", "伊马替尼"),
    ("Warfarin was stopped.", "K", "hyperkalaemia", "Warfarin"),
    ("The patient is bleeding.", "PLT", "thrombocytopenia", "bleeding"),
]


@pytest.mark.parametrize(("text", "cites", "concept"), NAMED)
def test_what_is_named_is_spoken_of(text: str, cites: str, concept: str) -> None:
    assert said(text, cites, concept).problem is None


@pytest.mark.parametrize(("text", "cites", "concept", "why"), FOREIGN)
def test_what_is_named_and_nothing_speaks_of_is_marked(text: str, cites: str, concept: str, why: str) -> None:
    assert why in (said(text, cites, concept).problem or "")


def test_a_drug_belongs_to_its_own_recommendation() -> None:
    assert advised("Consider azithromycin.", "macrolide").supported
    assert not advised("Consider azithromycin.", "cephalosporin").supported
    assert not advised("Consider ceftriaxone.", "antibiotics").supported


def advised(text: str, concept: str, kind: RecommendationKind = "treatment", cites: str = "CT") -> Statement:
    item = Recommendation(
        id="R1", kind=kind, concept=concept, name=lexicon().names(concept)[0] if lexicon().names(concept) else concept,
        urgency="routine", said_by=["respiratory"],
        statement=Statement(text=text, facts=cites.split(), author="respiratory", by="some-model"),
    )  # fmt: skip
    return (
        verify_plan(Plan(language="en", engine="m", recommendations=[item]), evidence())
        .plan.recommendations[0]
        .statement
    )


def test_the_problem_is_said_in_the_language_of_the_plan() -> None:
    assert said("Potassium is 5.5.", "K", language="zh").problem == "5.5不是所指项目的结果"


def test_code_is_not_held_to_what_models_are() -> None:
    """A rule's sentence may round no number and name what it does not cite: clinicians review it."""
    statement = Statement(text="Potassium 5.5, TTP.", facts=["K"], author="laboratory", rule="LAB01")
    problem = Problem(
        id="P1", concept="x", name="x", likelihood="likely", severity="high", statements=[statement], said_by=["l"]
    )  # fmt: skip
    assert verify_plan(Plan(language="en", engine="rules", problems=[problem]), evidence()).report.unsupported == []


LONG = {
    "words": "potassium is 6.9 and " * 5000,
    "digits": "1" * 100_000,
    "numbers": "6.9 " * 25_000,
    "spaces": "potassium" + " " * 100_000 + "6.9",
    "han": "血钾" * 50_000,
    "doses": "5 mg. daily. " * 8000,
    "quotes": '"' * 100_000,
    "dates": "12 May " * 14_000,
    "denials": "no " * 33_000,
    "letters": "a" * 100_000,
    "brackets": "(" * 100_000,
    "multiples": "10 times " * 11_000,
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_a_long_text_takes_no_time(text: str) -> None:
    said("Potassium is 6.9.", "K")
    began = time.perf_counter()
    assert not said(text, "K").supported
    assert time.perf_counter() - began < 10


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_a_long_report_takes_no_time(text: str) -> None:
    case = CASE.model_copy(update={"reports": [Report(fact="X", title="Film", text=text, status="final")]})
    long = Evidence(**{**{name: getattr(evidence(), name) for name in Evidence.__slots__}, "case": case})
    statement = Statement(text="Potassium is 6.9.", facts=["K", "X"], author="laboratory", by="m")
    problem = Problem(
        id="P1", concept="hyperkalaemia", name="x", likelihood="likely", severity="high", statements=[statement],
        said_by=["laboratory"],
    )  # fmt: skip
    began = time.perf_counter()
    checked = verify_plan(Plan(language="en", engine="m", problems=[problem]), long)
    assert time.perf_counter() - began < 10
    assert [one.address for one in placed_in(checked.plan)] == ["P1/1"]
