"""What notes, text results and reports name counts, for their own draw."""

from __future__ import annotations

import pytest

from consult.analytes import Catalog
from consult.case import Case
from consult.clinic import RuleBook, assess
from consult.clinic._history import History
from consult.concepts import Concepts
from consult.content import content_root
from consult.retrieval import Guidelines

ROOT = content_root()
CATALOG = Catalog.load(ROOT)
CONCEPTS = Concepts.load(ROOT)
BOOK = RuleBook.load(ROOT, catalog=CATALOG, concepts=CONCEPTS, guidelines_ids=frozenset(Guidelines.load(ROOT)))


def potassium(value: str, time: str, *notes: str, status: str = "final") -> dict[str, object]:
    reported = {"value": value, "unit": "mmol/L", "range": "3.5-5.3"}
    return {
        "name": "Potassium", "value": value, "unit": "mmol/L", "reported": reported, "effective": time,
        "status": status, "notes": list(notes),
    }  # fmt: skip


def doubted(*observations: dict[str, object], **more: object) -> bool:
    case = Case.read(
        {"id": "x", "patient": {"sex": "male", "age_years": 60}, "observations": list(observations), **more}
    )
    assessment = assess(case, catalog=CATALOG, book=BOOK, lang="en")
    newest = assessment.results["k"].fact
    return newest in assessment.doubted


MORNING, EVENING = "2026-11-20T08:00Z", "2026-11-20T20:00Z"


@pytest.mark.parametrize("note", ["Specimen moderately hemolyzed", "标本溶血", "Haemolysed sample, please repeat"])
def test_a_note_doubts_its_own_draw(note: str) -> None:
    assert doubted(potassium("6.9", MORNING, note))


@pytest.mark.parametrize("note", ["", "Not haemolysed", "No visible haemolysis", "Serum clear", "标本无溶血"])
def test_a_note_that_says_otherwise_doubts_nothing(note: str) -> None:
    assert not doubted(potassium("6.9", MORNING, note))


def test_the_note_of_a_result_that_was_repeated_since_does_not_doubt_the_repeat() -> None:
    first = potassium("6.9", MORNING, "Specimen hemolyzed")
    assert not doubted(first, potassium("6.8", EVENING))


def test_the_note_on_another_result_of_the_same_draw_counts() -> None:
    other = {"name": "LDH", "value": "600", "unit": "U/L", "effective": MORNING, "notes": ["Specimen hemolyzed"]}
    assert doubted(potassium("6.9", MORNING), other)
    assert not doubted(potassium("6.9", EVENING), other)


def test_a_comment_sent_as_a_text_result_counts() -> None:
    comment = {"name": "Comment", "value": "Specimen hemolyzed", "effective": MORNING}
    assert doubted(potassium("6.9", MORNING), comment)


def test_a_note_that_explains_names_no_condition_of_the_patient() -> None:
    note = "Consider multiple myeloma, sepsis or community-acquired pneumonia if persistent."
    case = Case.read({"id": "x", "observations": [potassium("6.9", MORNING, note)]})
    assessment = assess(case, catalog=CATALOG, book=BOOK, lang="en")
    assert {finding.rule for finding in assessment.findings if finding.rule} == {"LAB31", "LAB95"}


@pytest.mark.parametrize(
    ("at", "fires"), [("2026-11-20T06:00Z", True), (None, True), ("2026-11-10T06:00Z", False), ("2025-11-20", False)]
)
def test_a_report_counts_as_long_as_the_rule_looks_back(at: str | None, fires: bool) -> None:
    report = {"title": "Chest radiograph", "text": "Tension pneumothorax on the left.", "effective": at}
    case = Case.read({"patient": {"sex": "male"}, "observations": [potassium("4.1", MORNING)], "reports": [report]})
    assessment = assess(case, catalog=CATALOG, book=BOOK)
    assert ("RSP01" in [fired.rule.id for fired in assessment.fired]) is fires


def test_an_old_report_counts_where_a_newer_one_says_it_again() -> None:
    text = "Tension pneumothorax on the left."
    reports = [{"title": "X-ray", "text": text, "effective": at} for at in ("2025-11-20", "2026-11-20T07:00Z")]
    case = Case.read({"patient": {"sex": "male"}, "observations": [potassium("4.1", MORNING)], "reports": reports})
    assert "RSP01" in [fired.rule.id for fired in assess(case, catalog=CATALOG, book=BOOK).fired]


def narrated(*observations: dict[str, object], **more: object) -> History:
    case = Case.read({"patient": {"sex": "female", "age_years": 40}, "observations": list(observations), **more})
    return assess(case, catalog=CATALOG, book=BOOK).history


@pytest.mark.parametrize(
    "sent",
    [
        {"name": "病史", "value": "伯基特淋巴瘤，昨日开始化疗。", "effective": MORNING},
        {
            "name": "Note",
            "code": {"system": "LN", "code": "11329-0"},
            "value": "Burkitt lymphoma, chemotherapy since yesterday.",
        },
    ],
)
def test_a_history_sent_as_a_result_is_a_history(sent: dict[str, object]) -> None:
    history = narrated(potassium("4.1", MORNING), sent)
    assert {"haematological-malignancy", "chemotherapy"} <= history.present.keys()
    assert history.told
    assert not history.drugs_told


def test_a_history_sent_as_a_report_is_a_history_and_no_imaging_report() -> None:
    text = "Anticoagulated for deep vein thrombosis, cirrhosis. Expecting: 32 weeks pregnant."
    report = {"title": "Clinical history", "text": text, "effective": MORNING}
    history = narrated(potassium("4.1", MORNING), reports=[report])
    assert "chronic-liver-disease" in history.present
    assert "deep-vein-thrombosis-on-imaging" not in history.present
    assert history.pregnant is True


def test_a_history_that_only_speaks_of_pregnancy_decides_nothing() -> None:
    sent = {"name": "Clinical history", "value": "Two pregnancies, no complications.", "effective": MORNING}
    assert narrated(potassium("4.1", MORNING), sent).pregnant is None


@pytest.mark.parametrize(("listed", "holds"), [("None", False), ("Enoxaparin, ramipril", True)])
def test_a_list_of_medicines_sent_as_a_result_is_a_list(listed: str, holds: bool) -> None:
    sent = {"name": "Medication", "value": listed, "effective": MORNING}
    assert narrated(potassium("4.1", MORNING), sent).holds(CONCEPTS["heparin"]) is holds
    assert narrated(potassium("4.1", MORNING)).holds(CONCEPTS["heparin"]) is None
