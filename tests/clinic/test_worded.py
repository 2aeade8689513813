"""What doctors word in numbers and in many orders: the concepts' patterns, as the shipped content has them."""

from __future__ import annotations

import pytest

from consult.concepts import Concepts
from consult.content import content_root

CONCEPTS = Concepts.load(content_root())


def said(text: str) -> dict[str, bool]:
    return CONCEPTS.stated(text, year=2026)


@pytest.mark.parametrize(
    "text",
    [
        "Rigors, temperature 39.1 C since last night.",
        "Temp 38.5",
        "Temperature of 38",
        "Tmax 39.2",
        "T 101.3 F",
        "体温39.1℃。",
        "体温最高达39.5℃。",
        "寒战，T38.9℃。",
        "腋温38.6℃。",
    ],
)
def test_a_measured_temperature_is_fever(text: str) -> None:
    assert said(text)["fever"]


@pytest.mark.parametrize(
    "text",
    [
        "Temperature 36.6 C, alert.",
        "T 37.9℃，SpO2 97%。",
        "Temp 98.6 F",
        "T4 38 pmol/L",
        "T 38周",
        "T 39",
        "体温38℃以下。",
        "若体温≥38.5℃时就诊。",
        "Coombs at 37 C.",
    ],
)
def test_what_is_no_fever(text: str) -> None:
    assert "fever" not in said(text)


def test_a_denied_fever_stays_denied() -> None:
    assert said("No fever, temperature 37.9.")["fever"] is False


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("慢阻肺10年，咳嗽、咳黄痰、气促加重4天。", True),
        ("COPD with worsening breathlessness for 3 days.", True),
        ("COPD, slowly worse over 2 years.", False),
        ("慢阻肺病史，近2年气促加重。", False),
        ("慢阻肺稳定，无加重2天。", False),
    ],
)
def test_copd_that_got_worse_within_two_weeks_is_an_exacerbation(text: str, holds: bool) -> None:
    assert said(text).get("copd")
    assert said(text).get("copd-exacerbation", False) is holds


@pytest.mark.parametrize(
    ("text", "concept", "holds"),
    [
        ("Smokes 40 a day for 32 years.", "smoking", True),
        ("Never smokes.", "smoking", False),
        ("BP 114/72 mmHg", "normal-blood-pressure", True),
        ("血压正常，无水肿。", "normal-blood-pressure", True),
        ("BP 158/102", "normal-blood-pressure", None),
        ("血压142/90", "normal-blood-pressure", None),
        ("Wells score 6.", "high-probability-of-embolism", True),
        ("Pulmonary embolism is the most likely diagnosis.", "high-probability-of-embolism", True),
        ("高度怀疑肺栓塞。", "high-probability-of-embolism", True),
        ("Wells score 1.5.", "high-probability-of-embolism", None),
        ("Finger probe with a poor trace.", "poor-oximeter-signal", True),
        ("Dark nail varnish.", "poor-oximeter-signal", True),
        ("Dapagliflozin added.", "sglt2-inhibitor", True),
        ("口服达格列净。", "sglt2-inhibitor", True),
        ("间断晨起酱油色尿。", "dark-urine", True),
        ("2019年剖宫产术后。", "recent-delivery", None),
    ],
)
def test_worded(text: str, concept: str, holds: bool | None) -> None:
    assert said(text).get(concept) is holds


@pytest.mark.parametrize(
    ("text", "concept"),
    [
        ("姨母死于肺癌。", "lung-cancer"),
        ("患者非常害怕自己得了肺癌。", "lung-cancer"),
        ("She fears leukaemia.", "acute-leukaemia"),
        ("Afraid of lung cancer.", "lung-cancer"),
        ("Pulmonary embolism is the most likely diagnosis.", "pulmonary-embolism"),
        ("Pulmonary embolism is unlikely.", "pulmonary-embolism"),
    ],
)
def test_a_relatives_illness_fear_and_likelihood_are_no_diagnosis(text: str, concept: str) -> None:
    assert concept not in said(text)


def test_palliative_treatment_is_not_an_aunts() -> None:
    assert said("姑息化疗，肺癌。")["lung-cancer"]


@pytest.mark.parametrize("text", ["血清呈乳糜状，脂血指数4+", "血浆乳白色", "脂血指数：3+", "脂浊 ++"])
def test_a_milky_serum_is_a_lipaemic_specimen(text: str) -> None:
    assert said(text)["lipaemic-specimen"]


@pytest.mark.parametrize("text", ["脂血指数1+", "脂血指数 12", "血清清亮"])
def test_what_is_no_lipaemic_specimen(text: str) -> None:
    assert "lipaemic-specimen" not in said(text)


def test_clumps_and_transfusion_are_denied_in_one_word() -> None:
    film = said("Film: true thrombocytopenia, no clumps, no fragments.")
    assert (film["thrombocytopenia-on-film"], film["platelet-clumps"]) == (True, False)
    assert said("血小板未见聚集")["platelet-clumps"] is False
    assert "platelet-clumps" not in said("红细胞未见聚集")
    assert said("No transfusion ever.")["red-cell-transfusion"] is False
    assert "platelet-clumps" not in said("Gram positive cocci in clumps")
