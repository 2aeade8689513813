"""Rules' own tables of examples, and results that are there already."""

from __future__ import annotations

from typing import Any

import pytest

from consult.clinic import RetestIntervals, check_example, require_examples, untested_kinds
from consult.errors import ContentError

WHEN = "hgb.low && mcv.value < 80.0 && (ferritin.value < 30.0 || tsat.value < 15.0)"
HGB = 'hgb = "9.6 g/dL"'


def example(expect: str, given: str, more: str = "") -> str:
    return f'[[rule.test]]\nname = "{expect}"\nexpect = "{expect}"\ngiven = {{ {given} }}\n{more}\n'


CHECKED = [
    ("fires", f'{HGB}, mcv = "71 fL", ferritin = "9 ug/L"', "", None),
    ("fires", f'{HGB}, mcv = "71", ferritin = "<10 ug/L"', "", None),
    ("fires", f'{HGB}, mcv = "71 fL", ferritin = "9 ng/mL"', "", None),
    ("fires", f'{HGB}, mcv = "71 fL", ferritin = "90 ug/L"', "", "is unknown; missing: tsat"),
    ("fires", 'hgb = "145 g/L"', "", "expected `fires`, but the rule does not fire"),
    ("not", f'{HGB}, mcv = "71 fL", ferritin = "9 ug/L"', "", "expected `not`, but the rule fires"),
    ("not", f'{HGB}, mcv = "71 fL", ferritin = "9 ug/L"', "age = 7", None),
    ("nearly", f'{HGB}, mcv = "90 fL"', "", None),
    ("nearly", 'hgb = "145 g/L", mcv = "90 fL"', "", "no part of `when` holds"),
    ("unknown", f'{HGB}, mcv = "71 fL"', 'missing = ["ferritin"]', None),
    ("unknown", f'{HGB}, mcv = "71 fL"', "", None),
    ("unknown", f'{HGB}, mcv = "71 fL"', 'missing = ["tsat"]', "what would settle it is ferritin, expected tsat"),
    ("fires", 'hgb = "9.6 mmol"', "", "hgb: the unit"),
    ("fires", f'{HGB}, mcv = "71 fL", ferritin = "9 ug/L"', 'range = { hgb = "11.5-15" }', None),
    ("fires", f'{HGB}, mcv = "71 fL", ferritin = "9 ug/L"', 'range = { hgb = ">11.5" }', None),
    ("nearly", f'{HGB}, mcv = "71 fL", ferritin = "9 ug/L"', 'range = { hgb = "9-15" }', None),
    ("fires", f'{HGB}, mcv = "71 fL"', 'range = { hgb = "low" }', "the range 'low' cannot be read"),
]


@pytest.mark.parametrize(("expect", "given", "more", "problem"), CHECKED)
def test_examples_are_checked(desk: Any, rule: Any, expect: str, given: str, more: str, problem: str | None) -> None:
    book = desk.book(rule("R1", WHEN) + example(expect, given, more))
    (checked,) = book
    found = check_example(checked, checked.tests[0], book=book, catalog=desk.catalog)
    assert (found is None) if problem is None else (found is not None and problem in found)


def test_examples_with_history_earlier_results_and_gates(desk: Any, rule: Any) -> None:
    gate = rule("G1", "hemindex.value > 100.0", severity="gate", doubts=["k"])
    when = "plt.delta_percent < -30.0 && plt.delta_hours < 100.0 && history.heparin && !gate.G1 && dat.negative"
    table = 'before = { plt = "220 10*9/L" }\nbefore_hours = 72\nhistory = { heparin = true }'
    given = 'plt = "80 10*9/L", dat = "negative"'
    book = desk.book(
        gate,
        rule("R1", when)
        + example("fires", given, table)
        + example("not", given, table + '\ngates = ["G1"]')
        + example("nearly", given, table.replace("true", "false"))
        + example("unknown", given, table.split("\nhistory")[0] + '\nmissing = ["history.heparin"]'),
    )
    for test in book["R1"].tests:
        assert check_example(book["R1"], test, book=book, catalog=desk.catalog) is None
    assert untested_kinds(book["R1"]) == []
    assert untested_kinds(book["G1"]) == ["fires", "nearly", "not", "unknown"]
    with pytest.raises(ContentError, match="G1: has no test that expects `fires`"):
        require_examples(book, desk.catalog)


def test_a_failing_example_names_file_rule_and_test(desk: Any, rule: Any) -> None:
    kinds = "".join(example(kind, 'hgb = "145 g/L"') for kind in ("not", "fires", "nearly", "unknown"))
    book = desk.book(rule("R1", WHEN) + kinds)
    with pytest.raises(ContentError, match=r"agents/hematology/rules.toml, R1: test 'fires': expected `fires`"):
        require_examples(book, desk.catalog)


HEADER = "analyte,window_hours,exception,source\n"


def intervals(desk: Any, text: str) -> RetestIntervals:
    (desk.root / "knowledge/reference/retest-intervals.csv").write_text(text, encoding="utf-8")
    return RetestIntervals.load(desk.root, catalog=desk.catalog)


@pytest.mark.parametrize(
    ("drawn", "more", "there"),
    [
        ("2024-06-01T00:00:00+00:00", {}, 12.0),
        ("2024-05-31T12:00:00+00:00", {}, 24.0),
        ("2024-05-31T11:00:00+00:00", {}, None),
        (None, {}, None),
        ("2024-06-01T00:00:00+00:00", {"status": "cancelled"}, None),
    ],
)
def test_a_recent_valid_result_is_available(
    desk: Any, drawn: str | None, more: dict[str, Any], there: float | None
) -> None:
    table = intervals(desk, HEADER + "ferritin,24,iron given,test-2020\n")
    case = desk.case(desk.observation("ferritin", "9", at=drawn, **more), desk.observation("hgb", "90"))
    found = table.already_available("ferritin", desk.assess(case))
    if there is None:
        assert found is None
    else:
        assert found is not None
        assert (found.fact, found.text, found.age_hours, found.source) == ("F1", "9 ug/L", there, "test-2020")
    assert table.already_available("hgb", desk.assess(case)) is None


def test_a_doubted_result_is_not_available(desk: Any, rule: Any) -> None:
    table = intervals(desk, HEADER + "k,24,,test-2020\n")
    case = desk.case(desk.observation("k", "6.0"), desk.observation("hemindex", "300"))
    gate = rule("G1", "hemindex.value > 100.0", severity="gate", doubts=["k"])
    assert table.already_available("k", desk.assess(case, gate)) is None
    assert table.already_available("k", desk.assess(case)) is not None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("analyte,hours\n", "the columns must be analyte,window_hours,exception,source"),
        (HEADER + "feritin,24,,test-2020\n", r"unknown analyte `feritin`; did you mean `ferritin`\?"),
        (HEADER + "ferritin,day,,test-2020\n", "window_hours must be a number"),
        (HEADER + "ferritin,0,,test-2020\n", "window_hours must be above zero"),
        (HEADER + "ferritin,24,,\n", "and source given"),
        (HEADER + "k,24,,test-2020\nk,12,,test-2020\n", "stands in the table twice"),
    ],
)
def test_wrong_intervals_are_refused(desk: Any, text: str, says: str) -> None:
    with pytest.raises(ContentError, match=says):
        intervals(desk, text)


def test_the_table_must_be_there(desk: Any) -> None:
    with pytest.raises(ContentError, match="does not exist"):
        RetestIntervals.load(desk.root, catalog=desk.catalog)
