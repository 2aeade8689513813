"""Which numbers a sentence states."""

from __future__ import annotations

from decimal import Decimal

import pytest

from consult.plan import DigitNames
from consult.plan._numbers import numbers_in

NAMES = DigitNames(["Vitamin B12", "CA 19-9", "PCO2", "D-二聚体", "1,3-β-D-葡聚糖"])

STATED = {
    "Potassium 6.9 mmol/L": "6.9",
    "轻度，6.0至6.4，7.0": "6.0 6.4 7.0",
    "37 ×10⁹/L，白细胞2.0": "37 2.0",
    "37×10⁹/L，白细胞2.0": "37 2.0",
    "PLT 18x10^9/L, WBC 2.0 10*9/L": "18 2.0",
    "5 x10E9/L": "5",
    "血钾７．１": "7.1",
    "7,4 mmol/L": "7.4",
    "eGFR 28 mL/min/1.73m2": "28",
    "Vitamin B12 and CA 19-9 of 40": "40",
    "1,3-β-D-葡聚糖80": "80",
    "-6.8 mmol/L": "6.8",
    "range 3.5-5.3": "3.5 5.3",
    "pH 7.35–7.45": "7.35 7.45",
    "94%": "94",
    "F1 and P2": "",
    "1:640": "1 640",
    "no number": "",
    "": "",
}


@pytest.mark.parametrize(("text", "numbers"), STATED.items(), ids=lambda value: value or "empty")
def test_numbers_in(text: str, numbers: str) -> None:
    assert numbers_in(text, names=NAMES) == [Decimal(number) for number in numbers.split()]
