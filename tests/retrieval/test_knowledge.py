from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from consult.errors import ContentError, NotFound
from consult.retrieval import Knowledge, check
from consult.retrieval._check import numbers

DIGEST = '+++\nguideline = "{id}"\nlanguage = "{language}"\n+++\n# T\n## S {{#{anchor}}}\n{text}\n'


def write(root: Path, corpus: str, id: str, text: str, *, language: str = "en", anchor: str = "new") -> None:
    path = root / "knowledge" / "corpora" / corpus / (f"{id}.md" if language == "en" else f"{id}.{language}.md")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(DIGEST.format(id=id, language=language, anchor=anchor, text=text), encoding="utf-8")


def test_everything_is_found_without_an_index(root: Path) -> None:
    knowledge = Knowledge.load(root)
    assert knowledge.corpora == ("hematology", "respiratory")
    assert sorted(knowledge.passages) == [
        "cough-2022#eosinophils",
        "cough-2022#eosinophils@zh",
        "cough-2022#radiograph",
        "cough-2022#radiograph@zh",
        "iron-2011#ferritin",
        "iron-2021#ferritin",
        "iron-2021#ferritin@zh",
        "iron-2021#platelets",
        "iron-2021#platelets@zh",
    ]
    assert [p.id for p in knowledge.of(["hematology"], "zh")] == ["iron-2021#ferritin@zh", "iron-2021#platelets@zh"]


LOOKUPS: list[tuple[str, Any, str]] = [
    ("iron-2021#ferritin", None, "iron-2021#ferritin"),
    ("iron-2021#ferritin", "zh", "iron-2021#ferritin@zh"),
    ("iron-2021#ferritin@zh", None, "iron-2021#ferritin@zh"),
    ("iron-2021#ferritin@zh", "en", "iron-2021#ferritin"),
    ("iron-2011#ferritin", "zh", "iron-2011#ferritin"),
]


@pytest.mark.parametrize(("id", "language", "expected"), LOOKUPS)
def test_a_passage_in_the_language_asked_for(root: Path, id: str, language: Any, expected: str) -> None:
    assert Knowledge.load(root).passage(id, language=language).id == expected


@pytest.mark.parametrize("id", ["iron-2021#nothing", "iron-2021", "", "@zh"])
def test_no_such_passage(root: Path, id: str) -> None:
    with pytest.raises(NotFound):
        Knowledge.load(root).passage(id)


def test_an_unregistered_guideline_is_refused(root: Path) -> None:
    write(root, "hematology", "unheard-2020", "Text.")
    with pytest.raises(ContentError, match=r"unheard-2020.*not in knowledge/reference/guidelines.toml"):
        Knowledge.load(root)


def test_an_id_belongs_to_one_corpus(root: Path) -> None:
    write(root, "respiratory", "iron-2021", "Text.", anchor="ferritin")
    with pytest.raises(ContentError, match="'hematology' already has a passage 'iron-2021#ferritin'"):
        Knowledge.load(root)


def test_a_corpus_needs_a_plain_name(root: Path) -> None:
    write(root, "Our Hospital", "iron-2021", "Text.")
    with pytest.raises(ContentError, match="named in a-z"):
        Knowledge.load(root)


def test_no_corpora_is_no_error(root: Path) -> None:
    for file in (root / "knowledge" / "corpora").glob("*/*.md"):
        file.unlink()
    knowledge = Knowledge.load(root)
    assert (dict(knowledge.passages), knowledge.corpora) == ({}, ())


ENGLISH = "word " * 40
CHINESE = "铁" * 60


def problems(root: Path) -> list[str]:
    return [error.problem for error in check(root) if error.item == "new"]


def rewrite(root: Path, english: str, chinese: str | None, chinese_corpus: str = "hematology") -> None:
    for file in (root / "knowledge" / "corpora").glob("*/*.md"):
        file.unlink()
    write(root, "hematology", "iron-2021", english)
    if chinese is not None:
        write(root, chinese_corpus, "iron-2021", chinese, language="zh")


CHECKS = [
    (ENGLISH, CHINESE, []),
    (ENGLISH + "45 and 1,000 and 0.70 x 10⁹/L", CHINESE + "45、1000、0.7×10^9/L", []),
    (ENGLISH + "one of twelve", CHINESE + "12项中的一项", []),
    (ENGLISH + "2 of 8", CHINESE + "八项中的两项", []),
    (
        ENGLISH + "below 45",
        CHINESE + "低于54",
        ["says 45, its counterpart in 'zh' does not", "says 54, its counterpart"],
    ),
    ("word " * 39, CHINESE, ["has 39 words; a passage has 40 to 180"]),
    ("word " * 181, CHINESE, ["has 181 words"]),
    (ENGLISH, "铁" * 59, ["has 59 characters; a passage has 60 to 360"]),
    (ENGLISH, "铁" * 361, ["has 361 characters"]),
    (ENGLISH, None, ["has no counterpart in 'zh'"]),
]


@pytest.mark.parametrize(("english", "chinese", "expected"), CHECKS)
def test_what_a_reviewer_would_find(root: Path, english: str, chinese: str | None, expected: list[str]) -> None:
    rewrite(root, english, chinese)
    found = problems(root)
    assert len(found) == len(expected)
    assert all(problem.startswith(start) for problem, start in zip(found, expected, strict=True))


def test_both_languages_stand_in_one_corpus(root: Path) -> None:
    rewrite(root, ENGLISH, CHINESE, chinese_corpus="respiratory")
    assert problems(root) == ["is in the corpus 'hematology', its counterpart in 'respiratory'"]


def test_numbers() -> None:
    assert {str(n) for n in numbers("FEV1 0.70, 1,000 and 3.5-9.5 ×10⁹/L, 10^9, ４５%")} == {
        "1", "0.7", "1E+3", "3.5", "9.5", "45",
    }  # fmt: skip
