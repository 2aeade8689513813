"""In which order problems stand: the most pressing first, a likely cause before its sign."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from consult.case import Case
from consult.panel import Panel
from consult.settings import Settings


def result(name: str, value: str, unit: str = "", reference: str = "") -> dict[str, object]:
    reported = {"value": value, "unit": unit, "range": reference}
    return {
        "name": name, "value": value, "unit": unit, "reported": reported, "effective": "2026-11-20T08:00Z",
        "status": "final",
    }  # fmt: skip


HAEMOLYSIS = (
    result("Haemoglobin", "58", "g/L", "120-155"),
    result("Haptoglobin", "<0.1", "g/L", "0.3-2.0"),
    result("LDH", "684", "U/L", "120-250"),
    result("Total bilirubin", "66", "umol/L", "0-21"),
    result("Direct antiglobulin test", "Positive"),
)
FOLATE = (
    result("Haemoglobin", "82", "g/L", "130-175"),
    result("Platelets", "101", "10*9/L", "150-400"),
    result("White cell count", "3.1", "10*9/L", "4.0-11.0"),
    result("Mean cell volume", "117", "fL", "80-100"),
    result("Serum folate", "2.6", "nmol/L", "7-45"),
)


@pytest.mark.parametrize(
    ("seen", "cause", "sign"),
    [
        (HAEMOLYSIS, "autoimmune-haemolytic-anaemia", "haemolysis"),
        (FOLATE, "folate-deficiency", "pancytopenia"),
    ],
)
def test_a_likely_cause_stands_before_a_more_pressing_sign(
    seen: tuple[dict[str, object], ...], cause: str, sign: str, new_home: Callable[[], Path]
) -> None:
    case = Case.read({"patient": {"sex": "female", "age_years": 62}, "observations": list(seen)})
    with Panel.from_settings(Settings.load(home=new_home()), engine="rules") as panel:
        plan = panel.consult(case).plan
    assert plan is not None
    order = [problem.concept for problem in plan.problems]
    severity = {problem.concept: problem.severity for problem in plan.problems}
    assert severity[cause] != severity[sign]
    assert order.index(cause) < order.index(sign)


def test_a_possible_cause_does_not(new_home: Callable[[], Path]) -> None:
    seen = [
        result("Platelets", "12", "10*9/L", "150-400"),
        result("Haemoglobin", "130", "g/L", "120-155"),
        result("White cell count", "6.1", "10*9/L", "4.0-11.0"),
    ]
    case = Case.read({"patient": {"sex": "female", "age_years": 40}, "observations": seen})
    with Panel.from_settings(Settings.load(home=new_home()), engine="rules") as panel:
        plan = panel.consult(case).plan
    assert plan is not None
    order = [problem.concept for problem in plan.problems]
    assert order.index("thrombocytopenia") < order.index("immune-thrombocytopenia")
