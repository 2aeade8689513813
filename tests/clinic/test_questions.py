"""Which unmeasured results are worth asking for: few, and only where something measured raises the question."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from consult.analytes import Catalog
from consult.case import Case
from consult.clinic import RuleBook, assess
from consult.concepts import Concepts
from consult.content import content_root
from consult.retrieval import Guidelines

Asked = Callable[..., dict[str, set[str]]]


@pytest.fixture(scope="module")
def asked() -> Asked:
    root = content_root()
    catalog, concepts = Catalog.load(root), Concepts.load(root)
    book = RuleBook.load(root, catalog=catalog, concepts=concepts, guidelines_ids=frozenset(Guidelines.load(root)))

    def ask(*results: tuple[str, str, str, str]) -> dict[str, set[str]]:
        observations = [
            {"name": name, "value": value, "unit": unit, "reported": {"value": value, "unit": unit, "range": range_}}
            for name, value, unit, range_ in results
        ]
        case = Case.read({"id": "x", "patient": {"sex": "male", "age_years": 60}, "observations": observations})
        unknown = assess(case, catalog=catalog, book=book, lang="en").unknown
        return {item.rule.id: set(item.missing) for item in unknown}

    return ask


def test_a_high_count_does_not_ask_about_low_platelets(asked: Asked) -> None:
    assert "HEM44" not in asked(("White cell count", "11.2", "10*9/L", "3.5-9.5"))


def test_a_raised_urea_does_not_ask_whether_there_is_the_pneumonia_it_would_grade(asked: Asked) -> None:
    questions = asked(("Urea", "14.9", "mmol/L", "3.6-9.5"))
    assert not any("history.community-acquired-pneumonia" in missing for missing in questions.values())


def test_nothing_abnormal_asks_nothing(asked: Asked) -> None:
    assert asked(("Potassium", "4.2", "mmol/L", "3.5-5.3"), ("Haemoglobin", "145", "g/L", "130-175")) == {}


def test_a_gram_stain_in_words_is_shown_although_we_do_not_know_the_test() -> None:
    root = content_root()
    catalog, concepts = Catalog.load(root), Concepts.load(root)
    book = RuleBook.load(root, catalog=catalog, concepts=concepts, guidelines_ids=frozenset(Guidelines.load(root)))
    words = ("Gram negative diplococci", "No organisms seen", "Specimen received")
    observations = [{"name": f"CSF smear {n}", "value": text} for n, text in enumerate(words)]
    case = Case.read({"id": "x", "patient": {"sex": "male", "age_years": 60}, "observations": observations})
    findings = assess(case, catalog=catalog, book=book, lang="en").findings
    assert [(f.facts, f.severity) for f in findings if f.kind == "out-of-range"] == [(["F1"], "high")]
