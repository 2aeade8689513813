"""Prognosis of lymphoid blood cancers at diagnosis: lymphoma, myeloma, chronic lymphocytic leukaemia."""

from __future__ import annotations

from decimal import Decimal

from consult.clinic.calculators._inputs import ALBUMIN, ECOG, HEMOGLOBIN, LDH, LDH_LIMIT
from consult.clinic.calculators._kit import (
    AGE,
    SEX,
    Band,
    Flag,
    Given,
    Points,
    Quantity,
    Words,
    calculator,
)
from consult.clinic.calculators._sums import log10, ratio
from consult.clinic.calculators._weights import Weights, flags_of, points_of

_LOW, _HIGH, _VERY_HIGH = Words("low risk", "低危"), Words("high risk", "高危"), Words("very high risk", "极高危")
_INTERMEDIATE = Words("intermediate risk", "中危")
_MYELOMA = ("multiple-myeloma",)
_B2M = Quantity("b2m", Words("beta-2 microglobulin", "β2微球蛋白"), "mg/L", analyte="b2m")
_STAGE = Flag("advanced-stage", Words("Ann Arbor stage III or IV", "Ann Arbor III或IV期"))

_IPI_INPUTS = (
    AGE,
    LDH,
    LDH_LIMIT,
    ECOG,
    _STAGE,
    Flag("extranodal", Words("more than one extranodal site", "结外部位多于1处")),
)


def _ipi(given: Given) -> Points:
    return {
        "age": given["age"] > 60,
        "ldh": given["ldh"] > given["ldh-uln"],
        "ecog": given["ecog"] >= 2,
        "advanced-stage": given.yes("advanced-stage"),
        "extranodal": given.yes("extranodal"),
    }


@calculator(
    "ipi",
    title=Words("International Prognostic Index", "国际预后指数（IPI）"),
    specialty="hematology",
    inputs=_IPI_INPUTS,
    bands=(
        Band("low", _LOW, upto=Decimal(1)),
        Band("low-intermediate", Words("low intermediate risk", "低中危"), upto=Decimal(2)),
        Band("high-intermediate", Words("high intermediate risk", "高中危"), upto=Decimal(3)),
        Band("high", _HIGH),
    ),
    source=("ipi-1993",),
    passages=("ipi-1993#score",),
    about=Words(
        "Adults with aggressive non-Hodgkin lymphoma at diagnosis; made before rituximab.",
        "用于初诊侵袭性非霍奇金淋巴瘤成人；建立于利妥昔单抗之前。",
    ),
    automatic=False,
)
def ipi(given: Given) -> Points:
    """Five items of one point."""
    return _ipi(given)


@calculator(
    "r-ipi",
    title=Words("Revised International Prognostic Index", "修订国际预后指数（R-IPI）"),
    specialty="hematology",
    inputs=_IPI_INPUTS,
    bands=(
        Band("very-good", Words("very good outlook", "预后很好"), upto=Decimal(0)),
        Band("good", Words("good outlook", "预后好"), upto=Decimal(2)),
        Band("poor", Words("poor outlook", "预后差")),
    ),
    source=("r-ipi-2007",),
    passages=("r-ipi-2007#bands",),
    about=Words(
        "Adults with diffuse large B-cell lymphoma at diagnosis, treated with rituximab and chemotherapy.",
        "用于初诊、接受利妥昔单抗联合化疗的弥漫大B细胞淋巴瘤成人。",
    ),
    automatic=False,
)
def r_ipi(given: Given) -> Points:
    """The items of the IPI with other bands."""
    return _ipi(given)


@calculator(
    "flipi",
    title=Words("FLIPI", "FLIPI评分"),
    specialty="hematology",
    inputs=(
        AGE,
        _STAGE,
        HEMOGLOBIN,
        Quantity("nodal-areas", Words("nodal areas", "受累淋巴结区数"), "1", low=Decimal(0), high=Decimal(20)),
        LDH,
        LDH_LIMIT,
    ),
    bands=(
        Band("low", _LOW, upto=Decimal(1)),
        Band("intermediate", _INTERMEDIATE, upto=Decimal(2)),
        Band("high", _HIGH),
    ),
    source=("flipi-2004",),
    passages=("flipi-2004#score",),
    about=Words(
        "Adults with follicular lymphoma at diagnosis; does not say when treatment should begin.",
        "用于初诊滤泡淋巴瘤成人；不决定何时开始治疗。",
    ),
    automatic=False,
)
def flipi(given: Given) -> Points:
    """Five items of one point."""
    return {
        "age": given["age"] >= 60,
        "advanced-stage": given.yes("advanced-stage"),
        "hemoglobin": given["hemoglobin"] < 120,
        "nodal-areas": given["nodal-areas"] > 4,
        "ldh": given["ldh"] > given["ldh-uln"],
    }


@calculator(
    "mipi",
    title=Words("MIPI", "MIPI评分"),
    specialty="hematology",
    inputs=(
        AGE,
        ECOG,
        LDH,
        LDH_LIMIT,
        Quantity("wbc", Words("white cell count", "白细胞计数"), "10*9/L", low=Decimal("0.1"), analyte="wbc"),
    ),
    unit="1",
    decimals=2,
    bands=(
        Band("low", _LOW, below=Decimal("5.7")),
        Band("intermediate", _INTERMEDIATE, below=Decimal("6.2")),
        Band("high", _HIGH),
    ),
    source=("mipi-2008",),
    passages=("mipi-2008#formula",),
    about=Words("Adults with mantle cell lymphoma of advanced stage, at diagnosis.", "用于初诊晚期套细胞淋巴瘤成人。"),
    automatic=False,
)
def mipi(given: Given) -> Decimal:
    """0.03535 x age + 0.6978 (ECOG above 1) + 1.367 x log10(LDH / limit) + 0.9393 x log10(white cells per uL)."""
    return (
        Decimal("0.03535") * given["age"]
        + Decimal("0.6978") * (given["ecog"] > 1)
        + Decimal("1.367") * log10(ratio(given["ldh"], given["ldh-uln"]))
        + Decimal("0.9393") * log10(1000 * given["wbc"])
    )


@calculator(
    "hodgkin-ips",
    title=Words("International Prognostic Score, Hodgkin lymphoma", "霍奇金淋巴瘤国际预后评分（IPS）"),
    specialty="hematology",
    inputs=(
        ALBUMIN,
        HEMOGLOBIN,
        SEX,
        AGE,
        Flag("stage-iv", Words("stage IV", "IV期")),
        Quantity("wbc", Words("white cell count", "白细胞计数"), "10*9/L", low=Decimal("0.1"), analyte="wbc"),
        Quantity("lymphocytes", Words("lymphocyte count", "淋巴细胞计数"), "10*9/L", analyte="lymph"),
    ),
    source=("hasenclever-1998",),
    passages=("hasenclever-1998#score",),
    about=Words(
        "Adults with advanced Hodgkin lymphoma at diagnosis; results have become better since it was made.",
        "用于初诊晚期霍奇金淋巴瘤成人；评分建立以来疗效已改善。",
    ),
    automatic=False,
)
def hodgkin_ips(given: Given) -> Points:
    """Seven items of one point; few lymphocytes means below 0.6 or below 8 % of white cells."""
    share = ratio(100 * given["lymphocytes"], given["wbc"])
    return {
        "albumin": given["albumin"] < 40,
        "hemoglobin": given["hemoglobin"] < 105,
        "sex": given.choice("sex") == "male",
        "age": given["age"] >= 45,
        "stage-iv": given.yes("stage-iv"),
        "wbc": given["wbc"] >= 15,
        "lymphocytes": given["lymphocytes"] < Decimal("0.6") or share < 8,
    }


def _iss(given: Given) -> int:
    if given["b2m"] >= Decimal("5.5"):
        return 3
    return 1 if given["b2m"] < Decimal("3.5") and given["albumin"] >= 35 else 2


_STAGES = (
    Band("i", Words("stage I", "I期"), upto=Decimal(1)),
    Band("ii", Words("stage II", "II期"), upto=Decimal(2)),
    Band("iii", Words("stage III", "III期")),
)
_DEL_17P = Flag("del-17p", Words("del(17p)", "del(17p)"))
_T_4_14 = Flag("t-4-14", Words("t(4;14)", "t(4;14)"))


@calculator(
    "iss",
    title=Words("International Staging System, myeloma", "骨髓瘤国际分期（ISS）"),
    specialty="hematology",
    inputs=(_B2M, ALBUMIN),
    bands=_STAGES,
    source=("iss-2005",),
    passages=("iss-2005#stages",),
    about=Words(
        "Newly diagnosed symptomatic myeloma; kidney failure raises beta-2 microglobulin.",
        "用于初诊有症状骨髓瘤；肾衰竭会使β2微球蛋白升高。",
    ),
    concepts=_MYELOMA,
    hours=168.0,
)
def iss(given: Given) -> Decimal:
    """Stage 1 to 3 by beta-2 microglobulin and albumin."""
    return Decimal(_iss(given))


@calculator(
    "r-iss",
    title=Words("Revised International Staging System, myeloma", "骨髓瘤修订国际分期（R-ISS）"),
    specialty="hematology",
    inputs=(_B2M, ALBUMIN, LDH, LDH_LIMIT, _DEL_17P, _T_4_14, Flag("t-14-16", Words("t(14;16)", "t(14;16)"))),
    bands=_STAGES,
    source=("r-iss-2015",),
    passages=("r-iss-2015#stages", "iss-2005#stages"),
    about=Words(
        "Newly diagnosed myeloma with all three chromosome tests done.", "用于已完成三项染色体检查的初诊骨髓瘤。"
    ),
    concepts=_MYELOMA,
    hours=168.0,
    automatic=False,
)
def r_iss(given: Given) -> Decimal:
    """Stage I: ISS I and nothing else; stage III: ISS III with high-risk chromosomes or high LDH; else II."""
    adverse = any(given.yes(key) for key in ("del-17p", "t-4-14", "t-14-16")) or given["ldh"] > given["ldh-uln"]
    stage = _iss(given)
    if stage == 1 and not adverse:
        return Decimal(1)
    return Decimal(3) if stage == 3 and adverse else Decimal(2)


_R2_ISS: Weights = (
    (_DEL_17P, 1),
    (_T_4_14, 1),
    (Flag("gain-1q", Words("gain or amplification of 1q", "1q获得或扩增")), "0.5"),
)


@calculator(
    "r2-iss",
    title=Words("Second revision of the International Staging System", "骨髓瘤国际分期第二次修订（R2-ISS）"),
    specialty="hematology",
    inputs=(_B2M, ALBUMIN, LDH, LDH_LIMIT, *flags_of(_R2_ISS)),
    decimals=1,
    bands=(
        Band("low", _LOW, upto=Decimal(0)),
        Band("low-intermediate", Words("low intermediate risk", "低中危"), upto=Decimal(1)),
        Band("intermediate-high", Words("intermediate high risk", "中高危"), upto=Decimal("2.5")),
        Band("high", _HIGH),
    ),
    source=("r2-iss-2022",),
    passages=("r2-iss-2022#score", "iss-2005#stages"),
    about=Words(
        "Newly diagnosed myeloma with all chromosome tests done; one that was not done is not a normal one.",
        "用于已完成全部染色体检查的初诊骨髓瘤；没做不等于正常。",
    ),
    concepts=_MYELOMA,
    hours=168.0,
    automatic=False,
)
def r2_iss(given: Given) -> Points:
    """ISS II 1 and III 1.5, LDH 1, and three chromosome changes."""
    return {
        "iss": (Decimal(0), Decimal(1), Decimal("1.5"))[_iss(given) - 1],
        "ldh": given["ldh"] > given["ldh-uln"],
        **points_of(given, _R2_ISS),
    }


_CLL: Weights = (
    (Flag("tp53", Words("TP53 deleted or mutated", "TP53缺失或突变")), 4),
    (Flag("ighv-unmutated", Words("IGHV unmutated", "IGHV未突变")), 2),
    (Flag("stage", Words("Rai stage I to IV or Binet stage B to C", "Rai I～IV期或Binet B～C期")), 1),
)


@calculator(
    "cll-ipi",
    title=Words("CLL-IPI", "CLL-IPI评分"),
    specialty="hematology",
    inputs=(*flags_of(_CLL), _B2M, AGE),
    bands=(
        Band("low", _LOW, upto=Decimal(1)),
        Band("intermediate", _INTERMEDIATE, upto=Decimal(3)),
        Band("high", _HIGH, upto=Decimal(6)),
        Band("very-high", _VERY_HIGH),
    ),
    source=("cll-ipi-2016",),
    passages=("cll-ipi-2016#score",),
    about=Words(
        "Adults with untreated chronic lymphocytic leukaemia; a score is no reason to begin treatment.",
        "用于未治疗的慢性淋巴细胞白血病成人；分数不是开始治疗的理由。",
    ),
    concepts=("chronic-lymphocytic-leukaemia",),
    automatic=False,
)
def cll_ipi(given: Given) -> Points:
    """TP53, IGHV, stage, beta-2 microglobulin, age."""
    return {
        **points_of(given, _CLL),
        "b2m": 2 * (given["b2m"] > Decimal("3.5")),
        "age": given["age"] > 65,
    }


CALCULATORS = (ipi, r_ipi, flipi, mipi, hodgkin_ips, iss, r_iss, r2_iss, cll_ipi)
