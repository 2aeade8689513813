"""Calculators that run by themselves: with what the case has, never with what it has not."""

from __future__ import annotations

from typing import Any

import pytest

from consult.analytes import Catalog
from consult.case import Case
from consult.clinic import Finding, RuleBook, assess
from consult.concepts import Concepts
from consult.content import content_root
from consult.retrieval import Guidelines

ROOT = content_root()
CATALOG = Catalog.load(ROOT)
CONCEPTS = Concepts.load(ROOT)
BOOK = RuleBook.load(ROOT, catalog=CATALOG, concepts=CONCEPTS, guidelines_ids=frozenset(Guidelines.load(ROOT)))
MORNING = "2026-11-20T08:00:00+00:00"


def result(name: str, value: str, unit: str, at: str = MORNING, **more: Any) -> dict[str, Any]:
    return {"name": name, "value": value, "unit": unit, "effective": at, **more}


GAP = [
    result("Sodium", "140", "mmol/L"),
    result("Chloride", "100", "mmol/L"),
    result("Bicarbonate", "12", "mmol/L"),
    result("Albumin", "20", "g/L"),
]


def scores(observations: list[dict[str, Any]], lang: str = "en", **patient: Any) -> dict[str, Finding]:
    person = {"sex": "female", "age_years": 60, **patient}
    case = Case.read({"patient": person, "observations": observations})
    found = assess(case, catalog=CATALOG, book=BOOK, lang="zh" if lang == "zh" else "en")
    return {finding.source: finding for finding in found.findings if finding.kind == "score"}


def test_a_score_says_its_value_and_cites_its_inputs() -> None:
    found = scores(GAP)["anion-gap-corrected"]
    assert "33.0 mmol/L" in found.says
    assert found.facts == ["F1", "F2", "F3", "F4"]
    assert found.severity == "info"


def test_the_unit_does_not_matter() -> None:
    others = [*GAP[:3], result("Albumin", "2", "g/dL")]
    assert scores(others)["anion-gap-corrected"].says == scores(GAP)["anion-gap-corrected"].says


def test_chinese() -> None:
    assert "白蛋白校正" in scores(GAP, "zh")["anion-gap-corrected"].says


@pytest.mark.parametrize("place", range(4))
def test_nothing_without_one_of_its_inputs(place: int) -> None:
    assert "anion-gap-corrected" not in scores([*GAP[:place], *GAP[place + 1 :]])


@pytest.mark.parametrize("value", ["<20", "20-25", "see comment"])
def test_nothing_where_an_input_is_only_known_roughly(value: str) -> None:
    assert "anion-gap-corrected" not in scores([*GAP[:3], result("Albumin", value, "g/L")])


def test_nothing_from_different_days() -> None:
    old = result("Albumin", "20", "g/L", "2026-11-17T08:00:00+00:00")
    assert "anion-gap-corrected" not in scores([*GAP[:3], old])


def test_nothing_of_last_month() -> None:
    before = [{**one, "effective": "2026-10-01T08:00:00+00:00"} for one in GAP]
    assert "anion-gap-corrected" not in scores([*before, result("Hb", "120", "g/L")])


def test_nothing_in_pregnancy() -> None:
    assert scores(GAP, pregnant=True) == {}


def test_nothing_from_a_result_that_was_withdrawn() -> None:
    assert "anion-gap-corrected" not in scores([*GAP[:3], {**GAP[3], "status": "entered-in-error"}])


def test_nothing_from_an_impossible_value() -> None:
    assert "anion-gap-corrected" not in scores([*GAP[:3], result("Albumin", "2000", "g/L")])


def test_nothing_from_the_result_before_one_that_is_doubted() -> None:
    earlier = [result("Calcium", "2.20", "mmol/L", "2026-11-20T02:00:00+00:00"), result("Albumin", "30", "g/L")]
    assert "calcium-corrected" in scores(earlier)
    edta = [result("Potassium", "7.5", "mmol/L"), result("Calcium", "1.20", "mmol/L"), result("ALP", "10", "U/L")]
    assert "calcium-corrected" not in scores([*earlier, *edta])
