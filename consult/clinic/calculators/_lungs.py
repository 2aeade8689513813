"""Bronchodilator response, fibrosis, sleep apnoea, lung nodules."""

from __future__ import annotations

from decimal import Decimal

from consult.clinic.calculators._inputs import HEIGHT, WEIGHT
from consult.clinic.calculators._kit import (
    AGE,
    SEX,
    Answer,
    Band,
    Flag,
    Given,
    NotApplicable,
    Points,
    Quantity,
    Words,
    calculator,
)
from consult.clinic.calculators._sums import exp, ratio, rounded
from consult.clinic.calculators._weights import Weights, flags_of, points_of

_HUNDRED = Decimal(100)
_BEFORE = Quantity(
    "fev1-before", Words("FEV1 before bronchodilator", "舒张前FEV1"), "L", low=Decimal("0.2"), high=Decimal(10)
)
_AFTER = Quantity(
    "fev1-after", Words("FEV1 after bronchodilator", "舒张后FEV1"), "L", low=Decimal("0.2"), high=Decimal(10)
)
_POSITIVE, _NEGATIVE = Words("positive response", "舒张试验阳性"), Words("no significant response", "舒张试验阴性")


@calculator(
    "bronchodilator-response",
    title=Words("Bronchodilator response, change from baseline (GINA)", "支气管舒张反应：较基线变化（GINA）"),
    specialty="respiratory",
    inputs=(_BEFORE, _AFTER),
    unit="%",
    decimals=1,
    bands=(Band("negative", _NEGATIVE, below=Decimal(12)), Band("positive", _POSITIVE)),
    source=("gina-2026",),
    passages=("gina-2026#bronchodilator",),
    about=Words(
        "Adults with suspected asthma: 12 % and 200 mL are both asked for; a negative test excludes nothing.",
        "用于疑似哮喘的成人：须同时达到12 %和200 mL；阴性不能排除哮喘。",
    ),
    concepts=("asthma",),
    automatic=False,
)
def bronchodilator_response(given: Given) -> Answer:
    """Change of FEV1 in per cent of the value before; positive from 12 % with at least 200 mL."""
    change = given["fev1-after"] - given["fev1-before"]
    value = rounded(ratio(_HUNDRED * change, given["fev1-before"]), 1)
    positive = value >= 12 and change >= Decimal("0.2")
    return Answer(value, band="positive" if positive else "negative")


@calculator(
    "bronchodilator-response-2022",
    title=Words(
        "Bronchodilator response, change of predicted (ERS/ATS 2022)", "支气管舒张反应：占预计值（ERS/ATS 2022）"
    ),
    specialty="respiratory",
    inputs=(
        _BEFORE,
        _AFTER,
        Quantity("fev1-predicted", Words("predicted FEV1", "FEV1预计值"), "L", low=Decimal("0.5"), high=Decimal(8)),
    ),
    unit="%",
    decimals=1,
    bands=(Band("negative", _NEGATIVE, upto=Decimal(10)), Band("positive", _POSITIVE)),
    source=("ers-ats-interpretation-2022",),
    passages=("ers-ats-interpretation-2022#bronchodilator",),
    about=Words(
        "The laboratory's convention since 2022; asthma guidelines keep 12 % and 200 mL from baseline.",
        "2022年以来肺功能室的约定；哮喘指南仍用较基线12 %且200 mL。",
    ),
    concepts=("asthma",),
    min_age=5,
    automatic=False,
)
def bronchodilator_response_2022(given: Given) -> Decimal:
    """Change of FEV1 in per cent of the predicted value."""
    return ratio(_HUNDRED * (given["fev1-after"] - given["fev1-before"]), given["fev1-predicted"])


@calculator(
    "gap-ipf",
    title=Words("GAP index", "GAP指数"),
    specialty="respiratory",
    inputs=(
        SEX,
        AGE,
        Quantity(
            "fvc-percent", Words("FVC, % of predicted", "FVC占预计值百分比"), "%", low=Decimal(5), high=Decimal(200)
        ),
        Quantity(
            "dlco-percent", Words("DLCO, % of predicted", "DLCO占预计值百分比"), "%", low=Decimal(1), high=Decimal(200)
        ),
        Flag("dlco-impossible", Words("DLCO could not be performed", "无法完成DLCO检查")),
    ),
    either=(("dlco-percent", "dlco-impossible"),),
    bands=(
        Band("i", Words("stage I", "I期"), upto=Decimal(3)),
        Band("ii", Words("stage II", "II期"), upto=Decimal(5)),
        Band("iii", Words("stage III", "III期")),
    ),
    source=("gap-2012",),
    passages=("gap-2012#score",),
    about=Words(
        "Adults with idiopathic pulmonary fibrosis only; DLCO counts as impossible only when it was tried.",
        "仅用于特发性肺纤维化成人；确曾尝试而无法完成者才算DLCO无法检查。",
    ),
    concepts=("interstitial-lung-disease",),
    automatic=False,
)
def gap_ipf(given: Given) -> Points:
    """Gender, age, physiology."""
    return {
        "sex": given.choice("sex") == "male",
        "age": (given["age"] > 60) + (given["age"] > 65),
        "fvc-percent": (given["fvc-percent"] <= 75) + (given["fvc-percent"] < 50),
        "dlco-percent": _gap_diffusion(given),
    }


def _gap_diffusion(given: Given) -> int:
    if "dlco-percent" in given:
        return (given["dlco-percent"] <= 55) + (given["dlco-percent"] <= 35)
    if given.yes("dlco-impossible"):
        return 3
    raise NotApplicable("DLCO is missing, and was not said to be impossible", "缺少DLCO，且未说明无法检查")


_STOP: Weights = (
    (Flag("snoring", Words("loud snoring", "大声打鼾")), 1),
    (Flag("tired", Words("tired by day", "白天疲倦")), 1),
    (Flag("apnoea-seen", Words("apnoea that somebody saw", "有人见到呼吸暂停")), 1),
    (Flag("hypertension", Words("high blood pressure or its treatment", "高血压或正在治疗")), 1),
)


@calculator(
    "stop-bang",
    title=Words("STOP-Bang", "STOP-Bang评分"),
    specialty="respiratory",
    inputs=(
        *flags_of(_STOP),
        WEIGHT,
        HEIGHT,
        AGE,
        Quantity("neck", Words("neck circumference", "颈围"), "cm", low=Decimal(20), high=Decimal(80)),
        SEX,
    ),
    bands=(
        Band("low", Words("low risk of sleep apnoea", "睡眠呼吸暂停风险低"), upto=Decimal(2)),
        Band("intermediate", Words("intermediate risk of sleep apnoea", "睡眠呼吸暂停风险中等"), upto=Decimal(4)),
        Band("high", Words("high risk of sleep apnoea", "睡眠呼吸暂停风险高")),
    ),
    source=("stop-bang-2008", "stop-bang-2016"),
    passages=("stop-bang-2008#items", "stop-bang-2016#bands"),
    about=Words(
        "Adults before an operation or with suspected sleep apnoea; a sleep study proves it.",
        "用于手术前或疑似睡眠呼吸暂停的成人；确诊靠睡眠监测。",
    ),
    automatic=False,
)
def stop_bang(given: Given) -> Answer:
    """Four questions, body mass index above 35, age above 50, neck above 40 cm, male sex.

    Two of the questions with a large body, a thick neck or male sex are a high risk whatever the sum.
    """
    stop = points_of(given, _STOP)
    body: Points = {
        "body-mass-index": ratio(given["weight"] * 10000, given["height"] * given["height"]) > 35,
        "neck": given["neck"] > 40,
        "sex": given.choice("sex") == "male",
    }
    points: Points = {**stop, "age": given["age"] > 50, **body}
    high = sum(map(int, stop.values())) >= 2 and any(body.values())
    return Answer(Decimal(sum(map(int, points.values()))), band="high" if high else None, points=points)


_NODULE: Weights = (
    (Flag("smoked", Words("ever smoked", "曾吸烟")), "0.7917"),
    (Flag("past-cancer", Words("cancer outside the chest over 5 years ago", "5年以前有胸外肿瘤")), "1.3388"),
    (Flag("spiculated", Words("spiculated edge", "毛刺边缘")), "1.0407"),
    (Flag("upper-lobe", Words("upper lobe", "位于上叶")), "0.7838"),
)


@calculator(
    "mayo-nodule",
    title=Words("Probability of cancer in a lung nodule (Mayo)", "肺结节恶性概率（Mayo模型）"),
    specialty="respiratory",
    inputs=(
        AGE,
        *flags_of(_NODULE),
        Quantity("diameter", Words("diameter", "直径"), "mm", low=Decimal(1), high=Decimal(100)),
    ),
    unit="%",
    decimals=1,
    bands=(
        Band("very-low", Words("very low probability", "概率很低"), below=Decimal(5)),
        Band("low-moderate", Words("low to moderate probability", "概率低至中等"), upto=Decimal(65)),
        Band("high", Words("high probability", "概率高")),
    ),
    source=("mayo-nodule-1997", "accp-nodule-2013"),
    passages=("mayo-nodule-1997#formula", "accp-nodule-2013#bands"),
    about=Words(
        "One solid nodule of 4 to 30 mm (bands: above 8 mm), no cancer in 5 years; too low where cancer is frequent.",
        "用于4～30 mm的单个实性结节、5年内无肿瘤者，分级适用于8 mm以上；肿瘤高发门诊会偏低。",
    ),
    automatic=False,
)
def mayo_nodule(given: Given) -> Decimal:
    """Logistic model of Swensen, in per cent."""
    if not 4 <= given["diameter"] <= 30:
        raise NotApplicable("made for nodules of 4 to 30 mm", "仅适用于4～30 mm的结节")
    answers = sum((Decimal(worth) for worth in points_of(given, _NODULE).values()), Decimal(0))
    x = Decimal("-6.8272") + Decimal("0.0391") * given["age"] + Decimal("0.1274") * given["diameter"] + answers
    return ratio(_HUNDRED, 1 + exp(-x))


CALCULATORS = (
    bronchodilator_response,
    bronchodilator_response_2022,
    gap_ipf,
    stop_bang,
    mayo_nodule,
)
