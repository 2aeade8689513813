"""Oxygenation: ratios, the alveolar-arterial difference, and indices under high flow and non-invasive ventilation."""

from __future__ import annotations

from decimal import Decimal

from consult.clinic.calculators._inputs import FIO2, GCS, HR, PACO2, PAO2, PH, RR, SPO2
from consult.clinic.calculators._kit import (
    AGE,
    Answer,
    Band,
    Choice,
    Given,
    NotApplicable,
    Option,
    Points,
    Quantity,
    Words,
    calculator,
)
from consult.clinic.calculators._sums import ratio, rounded, steps

_NO_BAND = ""
"""Key of no band: what the bands ask for was not given."""


@calculator(
    "pf-ratio",
    title=Words("PaO2/FiO2", "氧合指数（PaO2/FiO2）"),
    specialty="respiratory",
    inputs=(
        PAO2,
        FIO2,
        Quantity(
            "peep",
            Words("positive end-expiratory pressure", "呼气末正压"),
            "cm[H2O]",
            low=Decimal(0),
            high=Decimal(40),
            optional=True,
        ),
    ),
    unit="mm[Hg]",
    bands=(
        Band("severe", Words("in the range of severe ARDS (Berlin)", "在重度ARDS范围（柏林定义）"), upto=Decimal(100)),
        Band(
            "moderate", Words("in the range of moderate ARDS (Berlin)", "在中度ARDS范围（柏林定义）"), upto=Decimal(200)
        ),
        Band("mild", Words("in the range of mild ARDS (Berlin)", "在轻度ARDS范围（柏林定义）"), upto=Decimal(300)),
        Band("above", Words("above the limit of ARDS (Berlin)", "高于ARDS界值（柏林定义）")),
    ),
    source=("berlin-ards-2012",),
    passages=("berlin-ards-2012#bands", "ards-global-2023#altitude"),
    about=Words(
        "Graded only with a PEEP of 5 cmH2O or more; ARDS has other criteria too; above 1000 m correct for altitude.",
        "仅在PEEP不低于5 cmH2O时给出分度；须符合其他标准才是ARDS；海拔1000 m以上须按大气压校正。",
    ),
    concepts=("hypoxaemic-respiratory-failure",),
    hours=2.0,
)
def pf_ratio(given: Given) -> Answer:
    """PaO2 in mmHg by the inspired fraction."""
    value = ratio(given["pao2"], given["fio2"])
    graded = "peep" in given and given["peep"] >= 5
    return Answer(value, band=None if graded else _NO_BAND)


@calculator(
    "sf-ratio",
    title=Words("SpO2/FiO2", "SpO2/FiO2比值"),
    specialty="respiratory",
    inputs=(SPO2, FIO2),
    unit="1",
    bands=(
        Band(
            "low", Words("within the limit of the global ARDS definition", "达到ARDS全球定义的界值"), upto=Decimal(315)
        ),
        Band("above", Words("above the limit of the global ARDS definition", "高于ARDS全球定义的界值")),
    ),
    source=("ards-global-2023",),
    passages=("ards-global-2023#oxygenation",),
    about=Words(
        "Only with a saturation of 97 % or less; dark skin, poor perfusion and carbon monoxide mislead the oximeter.",
        "仅用于饱和度不高于97 %时；肤色深、灌注差、一氧化碳会误导血氧仪。",
    ),
    concepts=("hypoxaemic-respiratory-failure",),
    hours=2.0,
)
def sf_ratio(given: Given) -> Decimal:
    """Saturation in per cent by the inspired fraction."""
    if given["spo2"] > 97:
        raise NotApplicable("a saturation above 97 % no longer follows PaO2", "饱和度高于97 %，不再反映PaO2")
    return ratio(given["spo2"], given["fio2"])


@calculator(
    "a-a-gradient",
    title=Words("Alveolar-arterial oxygen difference", "肺泡-动脉氧分压差"),
    specialty="respiratory",
    inputs=(
        FIO2,
        Quantity("pressure", Words("barometric pressure", "大气压"), "mm[Hg]", low=Decimal(350), high=Decimal(800)),
        PACO2,
        PAO2,
        AGE,
    ),
    unit="mm[Hg]",
    bands=(
        Band("expected", Words("as expected for the age on room air", "呼吸空气时与年龄相符"), upto=Decimal(36)),
        Band("raised", Words("wider than expected for the age on room air", "呼吸空气时高于年龄预期")),
    ),
    source=("mellemgaard-1966",),
    passages=("mellemgaard-1966#gradient",),
    about=Words(
        "A limit (age / 4 + 4) exists for room air only; the barometric pressure must be that of the place.",
        "界值（年龄/4+4）只适用于呼吸空气时；大气压须为当地数值。",
    ),
    concepts=("hypoxaemic-respiratory-failure",),
    hours=2.0,
    automatic=False,
)
def a_a_gradient(given: Given) -> Answer:
    """FiO2 x (pressure - 47) - PaCO2 / 0.8 - PaO2."""
    alveolar = given["fio2"] * (given["pressure"] - 47) - given["paco2"] / Decimal("0.8")
    value = rounded(alveolar - given["pao2"], 0)
    if given["fio2"] > Decimal("0.21"):
        return Answer(value, band=_NO_BAND)
    return Answer(value, band="expected" if value <= given["age"] / 4 + 4 else "raised")


_ROX_HIGH = {"2h": Decimal("2.85"), "6h": Decimal("3.47"), "12h": Decimal("3.85")}


@calculator(
    "rox",
    title=Words("ROX index", "ROX指数"),
    specialty="respiratory",
    inputs=(
        SPO2,
        FIO2,
        RR,
        Choice(
            "time",
            Words("time since high-flow oxygen began", "高流量氧疗开始后的时间"),
            (
                Option("2h", Words("2 hours", "2小时")),
                Option("6h", Words("6 hours", "6小时")),
                Option("12h", Words("12 hours", "12小时")),
            ),
            optional=True,
        ),
    ),
    unit="1",
    decimals=2,
    bands=(
        Band("high", Words("high risk of failure", "失败风险高"), below=Decimal("3.85")),
        Band("undecided", Words("between the limits", "介于两界值之间"), below=Decimal("4.88")),
        Band("low", Words("low risk of intubation", "插管风险低")),
    ),
    source=("rox-2019",),
    passages=("rox-2019#index",),
    about=Words(
        "Adults with pneumonia on high-flow nasal oxygen; a limit holds only at 2, 6 and 12 hours.",
        "用于经鼻高流量氧疗的肺炎成人；界值只适用于2、6和12小时。",
    ),
    concepts=("hypoxaemic-respiratory-failure",),
    only_in=("community-acquired-pneumonia", "hospital-acquired-pneumonia", "pneumocystis-pneumonia"),
    hours=1.0,
)
def rox(given: Given) -> Answer:
    """(SpO2 in % / FiO2) / respiratory rate."""
    value = rounded(ratio(ratio(given["spo2"], given["fio2"]), given["rr"]), 2)
    if "time" not in given:
        return Answer(value, band=_NO_BAND)
    if value >= Decimal("4.88"):
        return Answer(value, band="low")
    return Answer(value, band="high" if value < _ROX_HIGH[given.choice("time")] else "undecided")


@calculator(
    "hacor",
    title=Words("HACOR", "HACOR评分"),
    specialty="respiratory",
    inputs=(HR, PH, GCS, PAO2, FIO2, RR),
    bands=(
        Band("low", Words("lower risk that non-invasive ventilation fails", "无创通气失败风险较低"), upto=Decimal(5)),
        Band("high", Words("high risk that non-invasive ventilation fails", "无创通气失败风险高")),
    ),
    source=("hacor-2017",),
    passages=("hacor-2017#score",),
    about=Words(
        "Hypoxaemic adults after 1 hour of non-invasive ventilation; not for exacerbations of COPD.",
        "用于无创通气1小时后的低氧成人；不用于慢阻肺急性加重。",
    ),
    concepts=("hypoxaemic-respiratory-failure",),
    hours=2.0,
    automatic=False,
)
def hacor(given: Given) -> Points:
    """Heart rate, acidosis, consciousness, oxygenation and respiratory rate, in whole units as in the paper's table."""
    oxygen = rounded(ratio(given["pao2"], given["fio2"]), 0)
    return {
        "hr": given["hr"] >= 121,
        "ph": steps(rounded(given["ph"], 2), ("7.35", 0), ("7.30", 2), ("7.25", 3), otherwise=4),
        "gcs": steps(given["gcs"], (15, 0), (13, 2), (11, 5), otherwise=10),
        "oxygen": steps(oxygen, (201, 0), (176, 2), (151, 3), (126, 4), (101, 5), otherwise=6),
        "rr": steps(given["rr"], (46, 4), (41, 3), (36, 2), (31, 1)),
    }


CALCULATORS = (pf_ratio, sf_ratio, a_a_gradient, rox, hacor)
