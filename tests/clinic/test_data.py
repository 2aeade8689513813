"""The score of the data, and what the question that was asked still needs."""

from __future__ import annotations

from typing import Any

import pytest

from consult.analytes import Catalog
from consult.case import Case
from consult.clinic import Assessment, RuleBook, assess
from consult.concepts import Concepts
from consult.content import content_root

CATALOG = Catalog.load(content_root())
CONCEPTS = Concepts.load(content_root())
AT = "2026-03-02T08:00:00+00:00"
HB = {"name": "Hb", "value": "131", "unit": "g/L", "range": {"low": "115", "high": "155"}}
SODIUM = {"name": "Sodium", "value": "140", "unit": "mmol/L", "range": {"low": "135", "high": "145"}}


@pytest.fixture(scope="module")
def book() -> RuleBook:
    from consult.retrieval import Guidelines

    ids = frozenset(Guidelines.load(content_root()))
    return RuleBook.load(content_root(), catalog=CATALOG, concepts=CONCEPTS, guidelines_ids=ids)


def assessed(book: RuleBook, *observations: dict[str, Any], lang: Any = "en", **more: Any) -> Assessment:
    timed = [{"effective": AT, "status": "final", **one} for one in observations]
    case = Case.read({"patient": {"sex": "female", "age_years": 61}, "observations": timed, **more})
    return assess(case, catalog=CATALOG, book=book, lang=lang)


def test_nothing_to_object_to(book: RuleBook) -> None:
    assert assessed(book, HB, SODIUM).data.score == 100


def test_a_result_that_cannot_be_used(book: RuleBook) -> None:
    data = assessed(book, HB, SODIUM, {"name": "Potassium", "value": "69", "unit": "mmol/L"}).data
    assert (data.results, data.unusable, data.warned, data.score) == (3, 1, 0, 67)


def test_a_warning_counts_half(book: RuleBook) -> None:
    data = assessed(book, HB, {**SODIUM, "effective": None}).data
    assert (data.unusable, data.warned, data.score) == (0, 1, 75)


def test_a_warning_about_everything_is_one_about_the_case(book: RuleBook) -> None:
    assert assessed(book, {**HB, "status": "unknown"}, {**SODIUM, "status": "unknown"}).data.score == 95


def test_withdrawn_results_are_no_results(book: RuleBook) -> None:
    assert assessed(book, HB, {**SODIUM, "status": "cancelled"}).data.results == 1


def test_nothing_is_worth_nothing(book: RuleBook) -> None:
    assert assessed(book).data.score == 0


def test_the_question_makes_it_worth_asking(book: RuleBook) -> None:
    told = "Sudden dyspnoea since yesterday."
    silent = assessed(book, HB, history=told)
    asked = assessed(book, HB, history=told, questions=["Pulmonary embolism?"])
    assert "ddimer" not in {key for unknown in silent.unknown for key in unknown.missing}
    assert "ddimer" in {key for unknown in asked.unknown for key in unknown.missing}
    assert [f.says for f in asked.findings if f.source == "essentials-missing"] == [
        "The question that was asked needs results that were not sent: D-dimer."
    ]
    assert asked.data.missing == 1
    assert asked.data.score == 90


def test_it_is_said_in_chinese(book: RuleBook) -> None:
    asked = assessed(
        book,
        {**HB, "value": "92"},
        {"name": "MCV", "value": "71", "unit": "fL"},
        questions=["是否缺铁性贫血？"],
        lang="zh",
    )
    assert [f.says for f in asked.findings if f.source == "essentials-missing"] == [
        "回答所提问题尚缺以下结果：铁蛋白。"
    ]


def test_a_question_that_the_results_answer_needs_nothing(book: RuleBook) -> None:
    ferritin = {"name": "Ferritin", "value": "6", "unit": "ug/L"}
    asked = assessed(book, {**HB, "value": "92"}, ferritin, questions=["Iron deficiency anaemia?"])
    assert asked.data.missing == 0
    assert "iron-deficiency-anaemia" in {f.rule.concludes.concept for f in asked.fired if f.rule.concludes}


def test_a_question_about_nothing_that_we_know_needs_nothing(book: RuleBook) -> None:
    assert assessed(book, HB, questions=["What do you think?"]).data.missing == 0
