"""Which sentences read like a prescription."""

from __future__ import annotations

from functools import cache

import pytest

from consult.analytes import Catalog
from consult.concepts import Concepts
from consult.content import content_root
from consult.plan import Lexicon
from consult.plan._doses import reads_like_a_dose
from consult.plan._prescriptions import is_prescription

PRESCRIPTIONS = [
    "amoxicillin 500 mg tds",
    "Give amoxicillin 1 gram three times daily",
    "ceftriaxone 1-2 g IV once daily",
    "2 g of ceftriaxone every 24 hours",
    "ceftriaxone 2 g IV stat",
    "prednisone 0.5-1 mg/kg/day",
    "methylprednisolone 1 mg/kg/d",
    "prednisone 40 mg a day",
    "prednisone 40 mg each morning",
    "warfarin 5 mg at night",
    "furosemide 40 mg b.d.",
    "heparin 18 units/kg/h",
    "insulin 10 U twice daily",
    "vancomycin 15 mg/kg every 12 hours",
    "amoxicillin five hundred mg three times a day",
    "take 2 capsules daily",
    "2 puffs every 4 hours",
    "1 tab bid",
    "noradrenaline 0.1 µg/kg/min",
    "levothyroxine 100 micrograms daily",
    "three times daily, amoxicillin 1 g",
    "amoxicillin 1g/12 h",
    "amoxicillin (1 g) q8h",
    "10 mg qod",
    "methotrexate 15 mg weekly",
    "cyclophosphamide 500 mg/m2 every 3 weeks",
    "甲泼尼龙40mg/日",
    "泼尼松1mg/kg·d",
    "泼尼松1mg·kg-1·d-1",
    "泼尼松40mg，晨起顿服",
    "每次0.5g，每日三次",
    "一次两片，一日三次",
    "阿司匹林100mg，1次/天",
    "肝素钠5000单位 每12小时",
    "每日2次，每次5毫克",
    "５００ｍｇ 每日三次",
    "予5毫克，隔日一次",
    "伊马替尼四百毫克每日一次",
    "口服铁剂 1支 每日两次",
]
OTHERS = [
    "haemoglobin 96 g/L daily monitoring",
    "Repeat creatinine daily: 1.5 mg/dL",
    "Potassium 6.9 mmol/L every 4 hours",
    "24-hour urine protein 3.5 g per day",
    "尿蛋白定量每日3.5 g",
    "每日尿量500 ml",
    "urine output below 400 mL daily",
    "haemoglobin falls by 20 g each day",
    "pleural drainage 200 ml daily",
    "sputum volume of 30 ml each day",
    "每日引流200毫升",
    "痰量每日约30 ml",
    "eGFR 28 mL/min/1.73m2, repeated weekly",
    "D-dimer 0.5 mg/L FEU daily",
    "CRP 12mg每日复查",
    "cytology with 25 to 50 mL of fluid",
    "a rise of FEV1 by at least 12% and 200 mL",
    "the first dose within 1 hour",
    "Contact the team daily.",
    "双肺2支气管受累，每日复查",
    "",
]


@pytest.mark.parametrize("text", PRESCRIPTIONS)
def test_a_prescription_is_recognised(text: str) -> None:
    assert reads_like_a_dose(text)


@pytest.mark.parametrize("text", OTHERS)
def test_a_measurement_or_a_plan_is_no_prescription(text: str) -> None:
    assert not reads_like_a_dose(text)


def test_a_measured_word_elsewhere_in_the_sentence_hides_no_dose() -> None:
    assert reads_like_a_dose("Urine output is low: furosemide 40 mg bd.")
    assert reads_like_a_dose("尿蛋白阳性，泼尼松40mg每日一次")


def test_a_result_that_is_quoted_is_no_order() -> None:
    assert reads_like_a_dose("Albumin 3.5 g/24h.")
    assert not reads_like_a_dose("Albumin 3.5 g/24h.", ["3.5 g/24h"])


def test_a_long_text_takes_no_long_time() -> None:
    assert not reads_like_a_dose("1 " * 20_000)
    assert not reads_like_a_dose("mg daily " * 5_000)


@cache
def lexicon() -> Lexicon:
    return Lexicon(Catalog.load(content_root()), Concepts.load(content_root()))


IN_WORDS = [
    "One ampoule into the vein now.",
    "An ampoule under the skin.",
    "Weight-adjusted full dose twice a day by injection.",
    "Bolus of eighty units for every kilogram.",
    "A hundred and twenty units by drip.",
    "Forty millimoles over an hour.",
    "Start at four litres through the nose.",
    "Half a gram by drip",
    "A quarter of a gram by mouth",
    "two sachets by mouth",
    "Give one puff.",
    "po qd",
    "鼻导管吸氧，流量三升。",
    "静脉两克",
    "皮下四千单位",
    "每次半片，口服",
]
OF_A_TREATMENT = [
    *IN_WORDS,
    "Ten drops.",
    "By mouth, with food.",
    "Into the vein, slowly.",
    "Twice a day.",
    "Every six hours.",
    "Oxygen at two litres a minute.",
    "Twenty mmol.",
    "肌注。",
    "两支。",
    "三升",
    "每日两次",
    "口服。",
]
NO_PRESCRIPTION = [
    "Glucose 3.1 mmol/L.",
    "Urine output 500 mL/24 h.",
    "Urine output 500 mL per day.",
    "尿量500 ml/24h。",
    "SpO2 91% on 2 L/min oxygen.",
    "Haemoglobin 96 g/L.",
    "Oxygen titrated to 94 to 98%.",
    "Take a sample by mouth swab.",
    "Oral glucose tolerance test.",
    "Intravenous contrast CT.",
    "Intravenous iron is an option.",
    "Iron deficiency.",
    "Stage IV disease.",
    "PaCO2 above 49 mmHg after about an hour of controlled oxygen.",
    "Non-invasive ventilation in a unit that knows it.",
    "One of three criteria is met.",
    "Repeat potassium every six hours.",
    "静脉血气分析。",
    "口服葡萄糖耐量试验。",
    "皮下出血。",
    "血钾升高。",
    "吸入氧浓度40%。",
    "右下肺一片实变影。",
]


@pytest.mark.parametrize("text", IN_WORDS)
def test_words_prescribe_as_figures_do(text: str) -> None:
    assert is_prescription(text, (), lexicon())


@pytest.mark.parametrize("text", OF_A_TREATMENT)
def test_under_a_treatment_any_amount_frequency_or_route_prescribes(text: str) -> None:
    assert is_prescription(text, (), lexicon(), treatment=True)


@pytest.mark.parametrize("text", NO_PRESCRIPTION)
def test_what_is_measured_or_examined_prescribes_nowhere(text: str) -> None:
    assert not is_prescription(text, (), lexicon())
    assert not is_prescription(text, (), lexicon(), treatment=True)


def test_a_cited_result_is_no_amount_under_a_treatment() -> None:
    assert not is_prescription("Albumin 3.5 g/24h.", ["3.5 g/24h"], lexicon(), treatment=True)
