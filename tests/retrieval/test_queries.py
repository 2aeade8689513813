from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from consult.retrieval import analyte_query, concept_query
from consult.retrieval._queries import dictionary_words, known_queries


@dataclass
class Concept:
    en: str = "iron deficiency"
    zh: str = "缺铁"
    synonyms: tuple[str, ...] = ("ID", "铁缺乏", "iron deficiency", "low iron stores", "third name")


def test_a_concept_is_searched_by_its_first_names() -> None:
    assert concept_query(Concept(), "en") == "iron deficiency, ID, low iron stores"
    assert concept_query(Concept(), "zh") == "缺铁，铁缺乏"


def test_an_analyte_is_searched_with_its_direction() -> None:
    assert analyte_query("ferritin", "low", "en") == "low ferritin"
    assert analyte_query("铁蛋白", "high", "zh") == "铁蛋白升高"


def test_the_known_queries_are_those_of_concepts_and_analytes(root: Path) -> None:
    table = "# a comment\nkey,name_en,name_zh\nferritin,Ferritin,铁蛋白\n"
    (root / "knowledge" / "reference" / "analytes.csv").write_text(table, encoding="utf-8")
    assert known_queries(root) == (
        "chronic cough",
        "high Ferritin",
        "iron deficiency, ID, low iron stores",
        "low Ferritin",
        "慢性咳嗽",
        "缺铁，铁缺乏",
        "铁蛋白升高",
        "铁蛋白降低",
    )
    assert dictionary_words(root) == ("慢性咳嗽", "缺铁", "铁缺乏", "铁蛋白")
