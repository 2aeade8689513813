"""Which results ask for a consultation, and which have been seen already."""

from __future__ import annotations

import hashlib

import pytest

from consult.case import read_cases
from consult.clinic import assess
from consult.interop.hl7v2 import parse
from consult.live._triggers import result_keys, triggered
from consult.panel import Panel
from consult.settings import Trigger

from .conftest import CREATININE, POTASSIUM, SODIUM, message, result

NOTHING = Trigger(critical=False)
HIGH, NORMAL = result(POTASSIUM, "6.9"), result(POTASSIUM, "4.1")


def keyed(purpose: str, *parts: str | bytes) -> str:
    return hashlib.sha256(repr((purpose, parts)).encode()).hexdigest()


def why(panel: Panel, trigger: Trigger, *messages: bytes, seen: frozenset[str] = frozenset()) -> str | None:
    library = panel.library
    content = b"".join(messages)
    (case,) = read_cases(content, catalog=library.catalog).cases
    return triggered(
        trigger,
        case,
        new=[fact for fact, key in result_keys(case, keyed).items() if key not in seen],
        assess=lambda one: assess(one, catalog=library.catalog, book=library.book),
        messages=parse(content).messages,
    )


def keys(panel: Panel, *messages: bytes) -> frozenset[str]:
    (case,) = read_cases(b"".join(messages), catalog=panel.library.catalog).cases
    return frozenset(result_keys(case, keyed).values())


TABLE = [
    ("a critical value", Trigger(), [HIGH], "critical"),
    ("no critical value", Trigger(), [NORMAL], None),
    ("switched off", NOTHING, [HIGH], None),
    ("called critical by the laboratory", Trigger(), [result(POTASSIUM, "5.4", flag="HH")], "critical"),
    ("a preliminary one", Trigger(), [result(POTASSIUM, "6.9", status="P")], "critical"),
    ("a withdrawn one never was", Trigger(), [result(POTASSIUM, "6.9", status="W")], None),
    ("two abnormal", Trigger(critical=False, abnormal=2), [HIGH, result(SODIUM, "129")], "abnormal"),
    ("one abnormal of two", Trigger(critical=False, abnormal=2), [HIGH, result(SODIUM, "139")], None),
    ("the order", Trigger(critical=False, orders=("BMP",)), [NORMAL], "orders"),
    ("another order", Trigger(critical=False, orders=("CBC",)), [NORMAL], None),
    ("the order without a result", Trigger(critical=False, orders=("BMP",)), [result(POTASSIUM, "", status="X")], None),
    ("anything", Trigger(critical=False, all=True), [NORMAL], "all"),
    ("nothing at all", Trigger(critical=False, all=True), [result(POTASSIUM, "", status="X")], None),
]


@pytest.mark.parametrize(("trigger", "results", "expected"), [one[1:] for one in TABLE], ids=[one[0] for one in TABLE])
def test_triggers(shared_panel: Panel, trigger: Trigger, results: list[str], expected: str | None) -> None:
    assert why(shared_panel, trigger, message("1", *results)) == expected


@pytest.mark.parametrize(
    "trigger", [Trigger(), Trigger(critical=False, abnormal=1), Trigger(orders=("BMP",)), Trigger(all=True)]
)
def test_what_has_been_seen_asks_for_nothing(shared_panel: Panel, trigger: Trigger) -> None:
    seen = keys(shared_panel, message("1", HIGH))
    assert why(shared_panel, trigger, message("2", HIGH), seen=seen) is None
    assert why(shared_panel, trigger, message("2", result(POTASSIUM, "6.7", status="C")), seen=seen) is not None


def test_a_result_that_is_confirmed_asks_for_nothing_new(shared_panel: Panel) -> None:
    seen = keys(shared_panel, message("1", result(POTASSIUM, "6.9", status="P")))
    assert why(shared_panel, Trigger(), message("2", HIGH), seen=seen) is None


def test_an_old_critical_value_beside_a_new_normal_one_asks_for_nothing(shared_panel: Panel) -> None:
    first, second = message("1", HIGH), message("2", result(CREATININE, "80"), number="2")
    assert why(shared_panel, Trigger(), first, second, seen=keys(shared_panel, first)) is None
    assert why(shared_panel, Trigger(), first, second) == "critical"


def test_a_report_counts_where_anything_does(shared_panel: Panel) -> None:
    text = "FT|CXR^Chest X-ray^L||No infiltrate. Heart of normal size. " + "No effusion. " * 20 + "||||||F"
    sent = message("1", text, order="CXR^Chest X-ray^L")
    assert why(shared_panel, Trigger(all=True), sent) == "all"
    assert why(shared_panel, Trigger(all=True), sent, seen=keys(shared_panel, sent)) is None
