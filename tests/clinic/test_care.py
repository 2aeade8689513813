"""What a ward should know beside a condition: read from content, refused where it is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from consult.clinic import Care, CareBook
from consult.concepts import Concepts
from consult.content import content_root
from consult.errors import ContentError
from consult.retrieval import Guidelines, Knowledge

ROOT = content_root()
CONCEPTS = Concepts.load(ROOT)
GUIDELINES = frozenset(Guidelines.load(ROOT))
GOOD = """
[[care]]
concept = "{concept}"
kind = "{kind}"
en = "Watch the count."
zh = "监测计数。"
cites = ["{cite}"]
"""


def load(folder: Path, text: str) -> CareBook:
    (folder / "agents" / "hematology").mkdir(parents=True)
    (folder / "agents" / "hematology" / "care.toml").write_text(text, encoding="utf-8")
    return CareBook.load(folder, concepts=CONCEPTS, guidelines_ids=GUIDELINES, specialties=["laboratory", "hematology"])


def entry(concept: str = "anaemia", kind: str = "monitoring", cite: str = "aga-ida-2020#ferritin") -> str:
    return GOOD.format(concept=concept, kind=kind, cite=cite)


def test_a_narrower_condition_takes_over_what_it_does_not_say(tmp_path: Path) -> None:
    book = load(tmp_path, entry() + entry("iron-deficiency-anaemia", "follow-up"))
    assert [care.kind for _, care in book.of("anaemia")] == ["monitoring"]
    assert [care.kind for _, care in book.of("iron-deficiency-anaemia")] == ["follow-up"]
    assert book.of("pneumonia") == []


def test_kinds_come_in_a_fixed_order(tmp_path: Path) -> None:
    book = load(tmp_path, entry(kind="follow-up") + entry(kind="risk") + entry(kind="monitoring"))
    assert [care.kind for _, care in book.of("anaemia")] == ["risk", "monitoring", "follow-up"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (entry("anemia-of-nowhere"), "unknown concept"),
        (entry("blood-smear"), "not a condition"),
        (entry(cite="nobody-1999#x"), "is no passage"),
        (entry(cite="aga-ida-2020"), "is no passage"),
        (entry(kind="dose"), "must be one of"),
        (entry() + 'dose = "10 mg"\n', "is not a key here"),
        ("care = 3", "tables only"),
        ("[[cares]]", "tables only"),
    ],
)
def test_a_wrong_entry_names_file_and_problem(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(ContentError, match=why) as refused:
        load(tmp_path, text)
    assert "agents/hematology/care.toml" in str(refused.value)


def shipped() -> list[tuple[str, Care]]:
    specialties = ["hematology", "laboratory", "respiratory"]
    return list(CareBook.load(ROOT, concepts=CONCEPTS, guidelines_ids=GUIDELINES, specialties=specialties))


def test_shipped_care_cites_passages_in_both_languages() -> None:
    passages = Knowledge.load(ROOT).passages
    for specialty, care in shipped():
        for cite in care.cites:
            for language in ("", "@zh"):
                assert f"{cite}{language}" in passages, f"{specialty}, {care.concept}: {cite}{language}"
