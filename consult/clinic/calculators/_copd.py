"""Chronic obstructive pulmonary disease: grade, group, prognosis, exacerbations."""

from __future__ import annotations

from decimal import Decimal

from consult.clinic.calculators._inputs import HEIGHT, HR, PACO2, PH, RR, SPO2, WEIGHT
from consult.clinic.calculators._kit import (
    Answer,
    Band,
    Choice,
    Flag,
    Given,
    NotApplicable,
    Option,
    Points,
    Quantity,
    Words,
    calculator,
)
from consult.clinic.calculators._sums import ratio, steps

_COPD = ("copd",)
_HUNDRED = Decimal(100)
_FEV1 = Quantity(
    "fev1-percent",
    Words("FEV1 after bronchodilator, % of predicted", "舒张后FEV1占预计值百分比"),
    "%",
    low=Decimal(5),
    high=Decimal(200),
)
_MMRC = Quantity("mmrc", Words("mMRC dyspnoea grade", "mMRC呼吸困难分级"), "{score}", low=Decimal(0), high=Decimal(4))


@calculator(
    "gold-grade",
    title=Words("GOLD grade of airflow limitation", "GOLD气流受限分级"),
    specialty="respiratory",
    inputs=(
        Quantity("fev1fvc", Words("FEV1/FVC after bronchodilator", "舒张后FEV1/FVC"), "1", analyte="fev1fvc"),
        _FEV1,
    ),
    bands=(
        Band("mild", Words("GOLD 1, mild", "GOLD 1级，轻度"), upto=Decimal(1)),
        Band("moderate", Words("GOLD 2, moderate", "GOLD 2级，中度"), upto=Decimal(2)),
        Band("severe", Words("GOLD 3, severe", "GOLD 3级，重度"), upto=Decimal(3)),
        Band("very-severe", Words("GOLD 4, very severe", "GOLD 4级，极重度")),
    ),
    source=("gold-2026", "vestbo-gold-2013"),
    passages=("vestbo-gold-2013#grades",),
    about=Words(
        "Adults with COPD, spirometry after a bronchodilator; symptoms and exacerbations are judged beside it.",
        "用于慢阻肺成人的舒张后肺功能；症状和急性加重另行评估。",
    ),
    concepts=_COPD,
    automatic=False,
)
def gold_grade(given: Given) -> Decimal:
    """Grade 1 to 4 by FEV1, where FEV1/FVC is below 0.70."""
    if given["fev1fvc"] >= Decimal("0.70"):
        raise NotApplicable("FEV1/FVC is not below 0.70", "FEV1/FVC不低于0.70")
    return steps(given["fev1-percent"], (80, 1), (50, 2), (30, 3), otherwise=4)


@calculator(
    "gold-group",
    title=Words("GOLD 2026 group, by exacerbations in 12 months", "GOLD 2026分组（12个月急性加重次数）"),
    specialty="respiratory",
    inputs=(
        Quantity(
            "exacerbations",
            Words("moderate or severe exacerbations in 12 months", "12个月内中重度急性加重次数"),
            "1",
            low=Decimal(0),
            high=Decimal(50),
        ),
        _MMRC,
        Quantity("cat", Words("CAT score", "CAT评分"), "{score}", low=Decimal(0), high=Decimal(40)),
    ),
    either=(("mmrc", "cat"),),
    unit="1",
    bands=(
        Band("a", Words("group A", "A组"), upto=Decimal(0)),
        Band("b", Words("group B", "B组"), upto=Decimal(0)),
        Band("e", Words("group E", "E组")),
    ),
    source=("gold-2026",),
    passages=("gold-2026#group-e",),
    about=Words(
        "Adults with COPD, at the start of treatment; reports before 2026 put one moderate exacerbation elsewhere.",
        "用于慢阻肺成人的初始治疗；2026年以前的报告对一次中度加重归类不同。",
    ),
    concepts=_COPD,
    automatic=False,
)
def gold_group(given: Given) -> Answer:
    """Group E from one exacerbation; else B with mMRC 2 or CAT 10, else A."""
    count = given["exacerbations"]
    if count >= 1:
        return Answer(count, band="e")
    symptoms = ("mmrc" in given and given["mmrc"] >= 2) or ("cat" in given and given["cat"] >= 10)
    return Answer(count, band="b" if symptoms else "a")


@calculator(
    "bode",
    title=Words("BODE index", "BODE指数"),
    specialty="respiratory",
    inputs=(
        WEIGHT,
        HEIGHT,
        _FEV1,
        _MMRC,
        Quantity("walk", Words("distance in 6 minutes", "6分钟步行距离"), "m", low=Decimal(0), high=Decimal(1000)),
    ),
    bands=(
        Band("q1", Words("first quartile", "第一四分组"), upto=Decimal(2)),
        Band("q2", Words("second quartile", "第二四分组"), upto=Decimal(4)),
        Band("q3", Words("third quartile", "第三四分组"), upto=Decimal(6)),
        Band("q4", Words("fourth quartile: highest mortality", "第四四分组：死亡率最高")),
    ),
    source=("bode-2004",),
    passages=("bode-2004#score",),
    about=Words("Adults with stable COPD, not during an exacerbation.", "用于稳定期慢阻肺成人，不用于急性加重期。"),
    concepts=_COPD,
    automatic=False,
)
def bode(given: Given) -> Points:
    """Body mass index, obstruction, dyspnoea, exercise."""
    return {
        "body-mass-index": ratio(given["weight"] * 10000, given["height"] * given["height"]) <= 21,
        "fev1-percent": steps(given["fev1-percent"], (65, 0), (50, 1), (36, 2), otherwise=3),
        "mmrc": steps(given["mmrc"], (4, 3), (3, 2), (2, 1)),
        "walk": steps(given["walk"], (350, 0), (250, 1), (150, 2), otherwise=3),
    }


_BREATHLESS = {"1-4": 0, "5a": 1, "5b": 2}


@calculator(
    "decaf",
    title=Words("DECAF score", "DECAF评分"),
    specialty="respiratory",
    inputs=(
        Choice(
            "dyspnoea",
            Words("dyspnoea in stable state (extended MRC)", "稳定期呼吸困难（扩展MRC）"),
            (
                Option("1-4", Words("leaves the house", "能出门")),
                Option("5a", Words("housebound, washes and dresses alone", "不能出门，能自己洗漱穿衣")),
                Option("5b", Words("housebound, needs help", "不能出门，洗漱穿衣需帮助")),
            ),
        ),
        Quantity("eosinophils", Words("eosinophil count", "嗜酸性粒细胞计数"), "10*9/L", analyte="eos"),
        Flag("consolidation", Words("consolidation on the radiograph", "胸片实变")),
        PH,
        Flag("atrial-fibrillation", Words("atrial fibrillation", "心房颤动")),
    ),
    bands=(
        Band("low", Words("low risk of death in hospital", "住院死亡风险低"), upto=Decimal(1)),
        Band("intermediate", Words("intermediate risk of death in hospital", "住院死亡风险中等"), upto=Decimal(2)),
        Band("high", Words("high risk of death in hospital", "住院死亡风险高")),
    ),
    source=("decaf-2012",),
    passages=("decaf-2012#score",),
    about=Words("Adults admitted with an exacerbation of COPD.", "用于因慢阻肺急性加重入院的成人。"),
    concepts=_COPD,
    automatic=False,
)
def decaf(given: Given) -> Points:
    """Dyspnoea, eosinopenia, consolidation, acidaemia, fibrillation."""
    return {
        "dyspnoea": _BREATHLESS[given.choice("dyspnoea")],
        "eosinophils": given["eosinophils"] < Decimal("0.05"),
        "consolidation": given.yes("consolidation"),
        "ph": given["ph"] < Decimal("7.30"),
        "atrial-fibrillation": given.yes("atrial-fibrillation"),
    }


@calculator(
    "copd-exacerbation",
    title=Words("Severity of a COPD exacerbation (Rome), thresholds met", "慢阻肺急性加重程度（罗马，符合条数）"),
    specialty="respiratory",
    inputs=(
        Quantity(
            "dyspnoea",
            Words("dyspnoea from 0 to 10", "呼吸困难评分（0～10）"),
            "{score}",
            low=Decimal(0),
            high=Decimal(10),
        ),
        RR,
        HR,
        SPO2,
        Quantity(
            "spo2-usual",
            Words("usual oxygen saturation", "平时氧饱和度"),
            "%",
            low=Decimal(50),
            high=Decimal(100),
            optional=True,
        ),
        Quantity("crp", Words("C-reactive protein", "C反应蛋白"), "mg/L", analyte="crp"),
        Quantity("paco2", PACO2.title, PACO2.unit, analyte="paco2", optional=True),
        Quantity("ph", PH.title, PH.unit, analyte="ph", optional=True),
    ),
    bands=(
        Band("mild", Words("mild by these signs", "按上述指标为轻度"), below=Decimal(3)),
        Band("moderate", Words("moderate", "中度"), upto=Decimal(5)),
        Band(
            "at-least-moderate", Words("at least moderate: no blood gas given", "至少中度：未提供血气"), upto=Decimal(5)
        ),
        Band("severe", Words("severe: acidosis with high PaCO2", "重度：PaCO2升高伴酸中毒")),
    ),
    source=("rome-2021", "gold-2026"),
    passages=("rome-2021#severity", "gold-2026#gases"),
    about=Words(
        "Adults with an exacerbation of COPD; a drowsy patient needs a blood gas whatever the signs count.",
        "用于慢阻肺急性加重的成人；嗜睡者无论条数多少都需查血气。",
    ),
    concepts=_COPD,
    hours=6.0,
    automatic=False,
)
def copd_exacerbation(given: Given) -> Answer:
    """Five thresholds; new PaCO2 above 45 mmHg with pH below 7.35 makes it severe."""
    fall = "spo2-usual" in given and given["spo2-usual"] - given["spo2"] > 3
    points: Points = {
        "dyspnoea": given["dyspnoea"] >= 5,
        "rr": given["rr"] >= 24,
        "hr": given["hr"] >= 95,
        "spo2": given["spo2"] < 92 or fall,
        "crp": given["crp"] >= 10,
    }
    count = Decimal(sum(map(int, points.values())))
    return Answer(count, band=_rome_band(given, count), points=points)


def _rome_band(given: Given, count: Decimal) -> str:
    gases = "paco2" in given and "ph" in given
    if gases and given["paco2"] > 45 and given["ph"] < Decimal("7.35"):
        return "severe"
    if count < 3:
        return "mild"
    return "moderate" if gases else "at-least-moderate"


CALCULATORS = (
    gold_grade,
    gold_group,
    bode,
    decaf,
    copd_exacerbation,
)
