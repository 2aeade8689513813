"""A gestational age said of the present makes a pregnancy certain; an earlier or ended pregnancy does not."""

from __future__ import annotations

import pytest

from consult.clinic._pregnancy import is_pregnant_now


@pytest.mark.parametrize(
    "text",
    [
        "35 weeks pregnant with headache.",
        "32 weeks pregnant with no headache.",
        "35 weeks pregnant with a history of asthma.",
        "Now 35 weeks pregnant, previous caesarean 2019.",
        "She is 30 weeks and 2 days pregnant.",
        "Pregnant, 35 weeks.",
        "Twin pregnancy at 31 weeks, pruritus.",
        "28-week gestation with epistaxis.",
        "37 weeks' gestation, itching.",
        "Gestational age 30+2 weeks.",
        "32/40, reduced fetal movements.",
        "Primigravida at 28+3/40, antenatal clinic.",
        "G1P0 at 35+2, routine.",
        "门诊 孕35+2周，G1P0，常规产检。",
        "妊娠28周，头痛。",
        "孕周：32+1周",
        "孕32W+4",
        "怀孕7个月，乏力。",
        "G2P1，停经35+2周，产检发现血小板减低。",
        "孕39周，拟剖宫产。",
        "孕35周，既往剖宫产史。",
        "31-year-old woman, second pregnancy, 29 weeks, BMI 33.",
        "A 24-year-old woman in her first pregnancy at 20 weeks, itching.",
    ],
)
def test_pregnant_now(text: str) -> None:
    assert is_pregnant_now(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "G2P1, last pregnancy 2019.",
        "孕2产1，体健。",
        "Two earlier pregnancies.",
        "Pregnancy test negative 2 weeks ago.",
        "No pregnancy in the last 12 weeks.",
        "History of pre-eclampsia at 34 weeks gestation.",
        "Pre-eclampsia at 34 weeks gestation in 2019.",
        "2019年孕35周早产。",
        "既往孕20周流产。",
        "Previous pregnancy lost at 20 weeks.",
        "Delivered at 38 weeks gestation yesterday.",
        "32 weeks pregnant, delivered this morning by emergency caesarean.",
        "孕39周剖宫产后2天。",
        "孕38周，顺产一女婴，产后3天。",
        "She was born at 32 weeks gestation.",
        "妻子孕30周。",
        "Her daughter is 30 weeks pregnant.",
        "Oxford hip score 32/40.",
        "停经8周。",
        "Anaemia for 12 weeks.",
        "31-year-old woman, second pregnancy, 29 weeks, delivered this morning.",
        "45-year-old woman. First pregnancy, 38 weeks, a boy.",
    ],
)
def test_not_certainly_pregnant(text: str) -> None:
    assert not is_pregnant_now(text)
