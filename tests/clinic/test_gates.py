"""Doubt, danger, and for whom the rules were written."""

from __future__ import annotations

from typing import Any

import pytest

from consult.case import Entry, Quality

NOON = "2024-06-01T12:00:00+00:00"

CHILD = (
    "The patient is a child: rules for adults were not applied and most critical limits are for adults, "
    "so a dangerous value may stand here without an alert; judge each result by limits for children."
)


@pytest.fixture
def rules(rule: Any) -> tuple[str, ...]:
    return (
        rule("STD", "k.value > 5.5"),
        rule("RED", "k.value > 6.0", severity="red", says="Potassium {k}."),
        rule("GATE", "hemindex.value > 100.0", severity="gate", doubts=["k"], says="Haemolysis index {hemindex}."),
        rule("USES", "k.value > 5.5 || hemindex.value > 0.0 && gate.GATE", severity="high"),
    )


def test_a_gate_hides_a_result_from_patterns_and_not_from_red_rules(desk: Any, rules: tuple[str, ...]) -> None:
    case = desk.case(desk.observation("k", "6.9", flag="H"), desk.observation("hemindex", "300"))
    assessment = desk.assess(case, *rules)
    assert [item.rule.id for item in assessment.fired] == ["GATE", "RED", "USES"]
    gate, red, _ = assessment.fired
    assert gate.doubted_by == ()
    assert red.doubted_by == (gate.finding,)
    alerts = {finding.kind: finding for finding in assessment.alerts}
    assert set(alerts) == {"critical", "pattern"}
    assert all(finding.doubted_by == [gate.finding] for finding in alerts.values())
    found = {finding.id: finding for finding in assessment.findings}
    assert (found[gate.finding].kind, found[gate.finding].severity) == ("quality", "gate")
    assert assessment.doubted == {"F1": ("GATE",)}


def test_without_the_gate_the_pattern_fires(desk: Any, rules: tuple[str, ...]) -> None:
    case = desk.case(desk.observation("k", "6.9", flag="H"), desk.observation("hemindex", "3"))
    assert [item.rule.id for item in desk.assess(case, *rules).fired] == ["RED", "USES", "STD"]


def test_a_pattern_falls_back_on_the_result_before_the_doubted_one(
    desk: Any, rule: Any, rules: tuple[str, ...]
) -> None:
    case = desk.case(
        desk.observation("k", "6.9", flag="H"),
        desk.observation("k", "5.8", flag="H", at="2024-05-31T12:00:00+00:00"),
        desk.observation("hemindex", "300"),
    )
    fired = {item.rule.id: item for item in desk.assess(case, *rules).fired}
    assert fired["STD"].facts == ("F2",)
    assert fired["STD"].doubted_by == ()


@pytest.mark.parametrize(
    ("drawn", "doubted"),
    [
        (NOON, True),
        ("2024-06-01T14:00:00+00:00", True),
        ("2024-06-02T07:00:00+00:00", False),
        (None, True),
    ],
)
def test_a_sample_taken_later_is_not_doubted(
    desk: Any, rules: tuple[str, ...], drawn: str | None, doubted: bool
) -> None:
    case = desk.case(desk.observation("k", "6.9", flag="H", at=drawn), desk.observation("hemindex", "300", at=NOON))
    assert bool(desk.assess(case, *rules).doubted) is doubted


def test_a_gate_on_a_change_doubts_the_new_result_only(desk: Any, rule: Any) -> None:
    case = desk.case(desk.observation("mcv", "99"), desk.observation("mcv", "80", at="2024-05-31T12:00:00+00:00"))
    gate = rule("GATE", "mcv.delta > 5.0", severity="gate", doubts=["mcv"])
    assert desk.assess(case, gate).doubted == {"F1": ("GATE",)}


def test_an_unusable_result_is_used_by_no_rule(desk: Any, rule: Any) -> None:
    quality = Quality(code="value-implausible", severity="error", facts=["F1"], message="Not plausible.")
    case = desk.case(desk.observation("k", "69", flag="H"), quality=[quality])
    assessment = desk.assess(case, rule("STD", "k.value > 5.5"), rule("RED", "k.value > 6.0", severity="red"))
    assert assessment.fired == []
    assert [(f.kind, f.severity, f.doubted_by) for f in assessment.findings] == [
        ("quality", "gate", []),
        ("out-of-range", "standard", ["N1"]),
    ]


@pytest.mark.parametrize("status", ["cancelled", "entered-in-error", "preliminary", "registered"])
def test_rules_use_final_results_only(desk: Any, rule: Any, status: str) -> None:
    case = desk.case(desk.observation("k", "6.9", flag="H", status=status))
    assert desk.fired(case, rule("STD", "k.value > 5.5")) == []


@pytest.mark.parametrize("status", ["final", "amended", "corrected", "unknown"])
def test_rules_use_every_usable_status(desk: Any, rule: Any, status: str) -> None:
    case = desk.case(desk.observation("k", "6.9", flag="H", status=status))
    assert desk.fired(case, rule("STD", "k.value > 5.5")) == ["STD"]


def test_a_value_in_another_unit_is_used_by_no_rule(desk: Any, rule: Any) -> None:
    case = desk.case(desk.observation("k", "27", unit="mg/dL"))
    assert desk.fired(case, rule("STD", "k.value > 5.5")) == []


@pytest.mark.parametrize(
    ("drawn", "within", "fires"),
    [
        ("2024-05-31T12:00:00+00:00", "within = 1", True),
        ("2024-05-31T11:00:00+00:00", "within = 1", False),
        ("2024-03-04T12:00:00+00:00", "", True),
        ("2024-03-02T12:00:00+00:00", "", False),
        (None, "within = 1", True),
    ],
)
def test_a_result_counts_for_the_days_of_the_rule(
    desk: Any, rule: Any, drawn: str | None, within: str, fires: bool
) -> None:
    case = desk.case(desk.observation("k", "6.0", flag="H", at=drawn), desk.observation("hgb", "130", at=NOON))
    assert desk.fired(case, rule("STD", "k.value > 5.5", extra=within)) == (["STD"] if fires else [])


def test_a_date_in_the_future_does_not_age_everything_else(desk: Any, rule: Any) -> None:
    quality = Quality(code="time-in-future", severity="warning", facts=["F2"], message="In the future.")
    case = desk.case(
        desk.observation("k", "6.9", flag="H"), desk.observation("hgb", "130", at="2099-01-01"), quality=[quality]
    )
    assert desk.assess(case).as_of == NOON
    assert desk.fired(case, rule("RED", "k.value > 6.0", severity="red")) == ["RED"]


APPLIES = [
    ("default, adult", "", {}, True),
    ("default, child", "", {"age": 7}, False),
    ("default, just adult", "", {"age": 18}, True),
    ("default, age unknown", "", {"age": None}, True),
    ("default, pregnant", "", {"pregnant": True}, False),
    ("default, pregnant by condition", "", {"conditions": [Entry(fact="F9", name="pregnancy")]}, False),
    ("default, pregnancy in the text only", "", {"history": "Two earlier pregnancies."}, True),
    ("default, a gestational age in the text", "", {"history": "32/40, antenatal clinic."}, False),
    ("default, a gestational age in a man's text", "", {"history": "Wife is 32 weeks pregnant.", "sex": "male"}, True),
    ("default, a gestational age, but known not to be", "", {"history": "孕35+2周", "pregnant": False}, True),
    ("default, not pregnant", "", {"pregnant": False}, True),
    ("anybody, child", "applies = { any = true }", {"age": 7}, True),
    ("anybody, pregnant", "applies = { any = true }", {"pregnant": True}, True),
    ("upper limit", "applies = { max_age = 40 }", {"age": 45}, False),
    ("men", 'applies = { sex = "male" }', {"sex": "female"}, False),
    ("women", 'applies = { sex = "female" }', {"sex": "female"}, True),
    ("women, sex unknown", 'applies = { sex = "female" }', {"sex": "unknown"}, False),
    ("only in pregnancy", "applies = { pregnant = true }", {"pregnant": True}, True),
    ("only in pregnancy, by the text", "applies = { pregnant = true }", {"history": "孕35+2周，G1P0。"}, True),
    ("only in pregnancy, unknown", "applies = { pregnant = true }", {}, False),
    ("pregnant or not", 'applies = { pregnant = "any" }', {"pregnant": True}, True),
]


@pytest.mark.parametrize("severity", ["standard", "red"])
@pytest.mark.parametrize(("applies", "person", "fires"), [pytest.param(a, p, f, id=name) for name, a, p, f in APPLIES])
def test_for_whom_a_rule_was_written(
    desk: Any, rule: Any, applies: str, person: dict[str, Any], fires: bool, severity: str
) -> None:
    case = desk.case(desk.observation("k", "6.0", flag="H"), **person)
    assert desk.fired(case, rule("R1", "k.high", extra=applies, severity=severity)) == (["R1"] if fires else [])


@pytest.mark.parametrize(
    ("person", "says"),
    [
        ({"age": 7}, [CHILD]),
        (
            {"pregnant": True},
            ["The rules for patients who are not pregnant were not applied because the patient is pregnant."],
        ),
        ({"age": None}, ["The patient's age is not known; the rules were applied as for an adult."]),
        ({"sex": "male"}, []),
        (
            {"history": "26 weeks pregnant."},
            [
                "The rules for patients who are not pregnant were not applied because the patient is pregnant.",
                "That the patient is pregnant is told by the history alone: where the report gives no range, the range "
                "is that of someone not pregnant.",
            ],
        ),
        (
            {"history": "Was pregnant in spring."},
            ["The history mentions pregnancy; ranges, limits and rules were applied as for someone not pregnant."],
        ),
    ],
)
def test_abstention_is_said_once(desk: Any, rule: Any, person: dict[str, Any], says: list[str]) -> None:
    case = desk.case(desk.observation("hgb", "130", flag="N"), desk.observation("k", "6.0", flag="H"), **person)
    found = [f for f in desk.assess(case, rule("R1"), rule("R2"), rule("R3")).findings if f.kind == "quality"]
    assert [f.says for f in found] == says
    assert all((f.severity, f.facts) == ("info", ["F2"]) for f in found)


def test_a_childs_critical_value_is_told_where_the_laboratory_says_so(desk: Any, rule: Any) -> None:
    seen = desk.observation("k", "7.5", flag="HH")
    seen.reported.flag = "HH"
    (alert,) = desk.assess(desk.case(seen, age=3), rule("R1")).alerts
    assert (alert.kind, alert.source, alert.direction) == ("critical", "laboratory", "high")
