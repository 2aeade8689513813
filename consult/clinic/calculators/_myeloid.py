"""Prognosis of myeloid blood cancers: myelodysplasia, chronic myeloid leukaemia, other myeloproliferative neoplasms."""

from __future__ import annotations

from decimal import Decimal

from consult.clinic.calculators._inputs import HEMOGLOBIN, PLATELETS, WBC
from consult.clinic.calculators._kit import (
    AGE,
    Band,
    Choice,
    Flag,
    Given,
    Option,
    Points,
    Quantity,
    Words,
    calculator,
)
from consult.clinic.calculators._sums import exp, power, steps
from consult.clinic.calculators._weights import Weights, flags_of, points_of

_LOW, _HIGH, _VERY_HIGH = Words("low risk", "低危"), Words("high risk", "高危"), Words("very high risk", "极高危")
_INTERMEDIATE = Words("intermediate risk", "中危")
_CML = ("chronic-myeloid-leukaemia",)
_AT_DIAGNOSIS = Words(
    "Adults at diagnosis, before treatment; orders risk and does not choose the treatment.",
    "用于初诊未治疗的成人；反映风险次序，不决定治疗。",
)
_NEUTROPHILS = Quantity("neutrophils", Words("neutrophil count", "中性粒细胞计数"), "10*9/L", analyte="neut")
_BLASTS = Quantity("blasts", Words("blasts in blood", "外周血原始细胞"), "%", low=Decimal(0), high=Decimal(100))


def _cytogenetics(key: str, en: str, zh: str) -> Option:
    return Option(key, Words(en, zh))


_CYTOGENETICS = {"very-good": 0, "good": 1, "intermediate": 2, "poor": 3, "very-poor": 4}


@calculator(
    "ipss-r",
    title=Words("IPSS-R", "IPSS-R评分"),
    specialty="hematology",
    inputs=(
        Choice(
            "cytogenetics",
            Words("cytogenetic group", "细胞遗传学分组"),
            (
                _cytogenetics("very-good", "very good", "很好"),
                _cytogenetics("good", "good", "好"),
                _cytogenetics("intermediate", "intermediate", "中等"),
                _cytogenetics("poor", "poor", "差"),
                _cytogenetics("very-poor", "very poor", "很差"),
            ),
        ),
        Quantity("marrow-blasts", Words("blasts in the marrow", "骨髓原始细胞"), "%", low=Decimal(0), high=Decimal(30)),
        HEMOGLOBIN,
        PLATELETS,
        _NEUTROPHILS,
    ),
    decimals=1,
    bands=(
        Band("very-low", Words("very low risk", "极低危"), upto=Decimal("1.5")),
        Band("low", _LOW, upto=Decimal(3)),
        Band("intermediate", _INTERMEDIATE, upto=Decimal("4.5")),
        Band("high", _HIGH, upto=Decimal(6)),
        Band("very-high", _VERY_HIGH),
    ),
    source=("ipss-r-2012",),
    passages=("ipss-r-2012#points", "ipss-r-2012#cytogenetics"),
    about=Words(
        "Adults with an untreated myelodysplastic neoplasm; gene mutations are not part of it.",
        "用于未治疗的骨髓增生异常肿瘤成人；不包括基因突变。",
    ),
    automatic=False,
)
def ipss_r(given: Given) -> Points:
    """Cytogenetics, marrow blasts, haemoglobin, platelets, neutrophils."""
    blasts = given["marrow-blasts"]
    return {
        "cytogenetics": _CYTOGENETICS[given.choice("cytogenetics")],
        "marrow-blasts": (blasts > 2) + (blasts >= 5) + (blasts > 10),
        "hemoglobin": steps(given["hemoglobin"], (100, "0"), (80, "1"), otherwise="1.5"),
        "platelets": steps(given["platelets"], (100, "0"), (50, "0.5"), otherwise="1"),
        "neutrophils": steps(given["neutrophils"], ("0.8", "0"), otherwise="0.5"),
    }


_SPLEEN = Quantity(
    "spleen", Words("spleen below the costal margin", "肋缘下脾大小"), "cm", low=Decimal(0), high=Decimal(50)
)
_SOME_PLATELETS = Quantity("platelets", Words("platelet count", "血小板计数"), "10*9/L", low=Decimal(1), analyte="plt")


@calculator(
    "elts",
    title=Words("ELTS score", "ELTS评分"),
    specialty="hematology",
    inputs=(AGE, _SPLEEN, _SOME_PLATELETS, _BLASTS),
    unit="1",
    decimals=4,
    bands=(
        Band("low", _LOW, upto=Decimal("1.5680")),
        Band("intermediate", _INTERMEDIATE, upto=Decimal("2.2185")),
        Band("high", _HIGH),
    ),
    source=("elts-2016", "cml-scores-2025"),
    passages=("elts-2016#formula",),
    about=_AT_DIAGNOSIS,
    concepts=_CML,
    automatic=False,
)
def elts(given: Given) -> Decimal:
    """0.0025 (age/10)^3 + 0.0615 spleen + 0.1052 blasts + 0.4104 (platelets/1000)^-0.5."""
    decades = given["age"] / 10
    return (
        Decimal("0.0025") * decades * decades * decades
        + Decimal("0.0615") * given["spleen"]
        + Decimal("0.1052") * given["blasts"]
        + Decimal("0.4104") * power(given["platelets"] / 1000, Decimal("-0.5"))
    )


@calculator(
    "sokal",
    title=Words("Sokal score", "Sokal评分"),
    specialty="hematology",
    inputs=(AGE, _SPLEEN, PLATELETS, _BLASTS),
    unit="1",
    decimals=2,
    bands=(
        Band("low", _LOW, below=Decimal("0.8")),
        Band("intermediate", _INTERMEDIATE, upto=Decimal("1.2")),
        Band("high", _HIGH),
    ),
    source=("sokal-1984", "cml-scores-2025"),
    passages=("sokal-1984#formula",),
    about=Words(
        "Adults with chronic myeloid leukaemia before treatment; overestimates the risk of older people today.",
        "用于治疗前的慢性髓性白血病成人；如今会高估老年人风险。",
    ),
    concepts=_CML,
    automatic=False,
)
def sokal(given: Given) -> Decimal:
    """Exponential of four terms about their means."""
    platelets = given["platelets"] / 700
    return exp(
        Decimal("0.0116") * (given["age"] - Decimal("43.4"))
        + Decimal("0.0345") * (given["spleen"] - Decimal("7.51"))
        + Decimal("0.188") * (platelets * platelets - Decimal("0.563"))
        + Decimal("0.0887") * (given["blasts"] - Decimal("2.10"))
    )


_EOSINOPHILS = Quantity("eosinophils", Words("eosinophils", "嗜酸性粒细胞百分比"), "%", analyte="eos_pct")
_BASOPHILS = Quantity("basophils", Words("basophils", "嗜碱性粒细胞百分比"), "%", analyte="baso_pct")


@calculator(
    "euro-cml",
    title=Words("Euro (Hasford) score", "Euro（Hasford）评分"),
    specialty="hematology",
    inputs=(AGE, _SPLEEN, _BLASTS, _EOSINOPHILS, _BASOPHILS, PLATELETS),
    unit="1",
    bands=(
        Band("low", _LOW, upto=Decimal(780)),
        Band("intermediate", _INTERMEDIATE, upto=Decimal(1480)),
        Band("high", _HIGH),
    ),
    source=("cml-scores-2025",),
    passages=("cml-scores-2025#formulas",),
    about=_AT_DIAGNOSIS,
    concepts=_CML,
    automatic=False,
)
def euro_cml(given: Given) -> Decimal:
    """1000 x the sum of six weighted terms."""
    return 1000 * (
        Decimal("0.6666") * (given["age"] >= 50)
        + Decimal("0.0420") * given["spleen"]
        + Decimal("0.0584") * given["blasts"]
        + Decimal("0.0413") * given["eosinophils"]
        + Decimal("0.2039") * (given["basophils"] >= 3)
        + Decimal("1.0956") * (given["platelets"] >= 1500)
    )


@calculator(
    "eutos-cml",
    title=Words("EUTOS score", "EUTOS评分"),
    specialty="hematology",
    inputs=(_BASOPHILS, _SPLEEN),
    unit="1",
    bands=(Band("low", _LOW, upto=Decimal(87)), Band("high", _HIGH)),
    source=("cml-scores-2025",),
    passages=("cml-scores-2025#formulas",),
    about=_AT_DIAGNOSIS,
    concepts=_CML,
    automatic=False,
)
def eutos_cml(given: Given) -> Decimal:
    """7 x basophils in % + 4 x spleen in cm."""
    return 7 * given["basophils"] + 4 * given["spleen"]


_JAK2 = Flag("jak2", Words("JAK2 V617F", "JAK2 V617F突变"))
_PAST_CLOT = Flag("past-thrombosis", Words("thrombosis in the past", "既往血栓"))
_IPSET: Weights = (
    (Flag("risk-factors", Words("smoking, hypertension or diabetes", "吸烟、高血压或糖尿病")), 1),
    (_PAST_CLOT, 2),
    (_JAK2, 2),
)
_ET = ("essential-thrombocythaemia",)
_ET_ABOUT = Words(
    "Adults with proven essential thrombocythaemia; the platelet count is not part of it.",
    "用于已确诊的原发性血小板增多症成人；不包括血小板计数。",
)


@calculator(
    "ipset-thrombosis",
    title=Words("IPSET-thrombosis", "IPSET-血栓评分"),
    specialty="hematology",
    inputs=(AGE, *flags_of(_IPSET)),
    bands=(
        Band("low", _LOW, upto=Decimal(1)),
        Band("intermediate", _INTERMEDIATE, upto=Decimal(2)),
        Band("high", _HIGH),
    ),
    source=("ipset-2012",),
    passages=("ipset-2012#score",),
    about=_ET_ABOUT,
    concepts=_ET,
    automatic=False,
)
def ipset_thrombosis(given: Given) -> Points:
    """Age above 60 and three answers."""
    return {"age": given["age"] > 60, **points_of(given, _IPSET)}


@calculator(
    "ipset-revised",
    title=Words("Revised IPSET-thrombosis group", "修订版IPSET-血栓分组"),
    specialty="hematology",
    inputs=(AGE, _PAST_CLOT, _JAK2),
    bands=(
        Band("very-low", Words("very low risk", "极低危"), upto=Decimal(1)),
        Band("low", _LOW, upto=Decimal(2)),
        Band("intermediate", _INTERMEDIATE, upto=Decimal(3)),
        Band("high", _HIGH),
    ),
    source=("ipset-revised-2015",),
    passages=("ipset-revised-2015#groups",),
    about=_ET_ABOUT,
    concepts=_ET,
    automatic=False,
)
def ipset_revised(given: Given) -> Decimal:
    """Group 1 to 4 by thrombosis, age above 60 and JAK2."""
    old, jak2 = given["age"] > 60, given.yes("jak2")
    if given.yes("past-thrombosis") or (old and jak2):
        return Decimal(4)
    return Decimal(3) if old else Decimal(2) if jak2 else Decimal(1)


@calculator(
    "dipss",
    title=Words("DIPSS", "DIPSS评分"),
    specialty="hematology",
    inputs=(
        AGE,
        WBC,
        HEMOGLOBIN,
        _BLASTS,
        Flag("symptoms", Words("weight loss, fever or sweats", "体重下降、发热或盗汗")),
    ),
    bands=(
        Band("low", _LOW, upto=Decimal(0)),
        Band("intermediate-1", Words("intermediate-1 risk", "中危-1"), upto=Decimal(2)),
        Band("intermediate-2", Words("intermediate-2 risk", "中危-2"), upto=Decimal(4)),
        Band("high", _HIGH),
    ),
    source=("dipss-2010",),
    passages=("dipss-2010#score",),
    about=Words(
        "Adults with primary myelofibrosis, at any time; newer scores add chromosomes and genes.",
        "用于原发性骨髓纤维化成人，病程任何时候；新的评分加入染色体和基因。",
    ),
    concepts=("myeloproliferative-neoplasm",),
    automatic=False,
)
def dipss(given: Given) -> Points:
    """Haemoglobin counts two, the others one."""
    return {
        "age": given["age"] > 65,
        "wbc": given["wbc"] > 25,
        "hemoglobin": 2 * (given["hemoglobin"] < 100),
        "blasts": given["blasts"] >= 1,
        "symptoms": given.yes("symptoms"),
    }


CALCULATORS = (ipss_r, elts, sokal, euro_cml, eutos_cml, ipset_thrombosis, ipset_revised, dipss)
