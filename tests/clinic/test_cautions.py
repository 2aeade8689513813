"""What speaks against a treatment in this very patient: read from content, and held against the case."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from consult.analytes import Catalog
from consult.case import Case
from consult.clinic import Cautions, RuleBook, assess
from consult.concepts import Concepts
from consult.content import content_root
from consult.errors import ContentError
from consult.retrieval import Guidelines, Knowledge

ROOT = content_root()
CATALOG = Catalog.load(ROOT)
CONCEPTS = Concepts.load(ROOT)
GUIDELINES = frozenset(Guidelines.load(ROOT))
BOOK = RuleBook.load(ROOT, catalog=CATALOG, concepts=CONCEPTS, guidelines_ids=GUIDELINES)
REST = 'kind = "{kind}"\nen = "Think twice."\nzh = "请三思。"\ncites = ["aga-ida-2020#ferritin"]\n'


def load(folder: Path, *entries: str, kind: str = "contraindication") -> Cautions:
    (folder / "knowledge" / "reference").mkdir(parents=True)
    text = "".join(f"[[caution]]\n{entry}\n{REST.format(kind=kind)}" for entry in entries)
    (folder / "knowledge" / "reference" / "cautions.toml").write_text(text, encoding="utf-8")
    return Cautions.load(folder, catalog=CATALOG, concepts=CONCEPTS, guidelines_ids=GUIDELINES)


def raised(cautions: Cautions, named: set[str], case: dict[str, Any], allergies: dict[str, Any] | None = None) -> Any:
    read = Case.read({"patient": {"sex": "male", "age_years": 60}, **case})
    assessment = assess(read, catalog=CATALOG, book=BOOK)
    return [one.facts for one in cautions.raised(named, assessment, allergies or {})]


PLATELETS = {"observations": [{"name": "PLT", "value": "38", "unit": "10*9/L"}]}


def test_a_result_below_its_limit(tmp_path: Path) -> None:
    cautions = load(tmp_path, 'treatment = "anticoagulation"\nanalyte = "plt"\nbelow = 50')
    assert raised(cautions, {"anticoagulation"}, PLATELETS) == [("F1",)]
    assert raised(cautions, {"antibiotics"}, PLATELETS) == []
    enough = {"observations": [{"name": "PLT", "value": "50", "unit": "10*9/L"}]}
    assert raised(cautions, {"anticoagulation"}, enough) == []
    assert raised(cautions, {"anticoagulation"}, {"history": "Well."}) == []


def test_a_result_that_is_doubted_raises_nothing(tmp_path: Path) -> None:
    cautions = load(tmp_path, 'treatment = "potassium-lowering-treatment"\nanalyte = "k"\nabove = 6')
    haemolysed = [{"name": "Potassium", "value": "6.9", "unit": "mmol/L", "notes": ["Specimen haemolysed."]}]
    assert raised(cautions, {"potassium-lowering-treatment"}, {"observations": haemolysed}) == []


def test_a_medicine_of_the_list_and_a_denied_one(tmp_path: Path) -> None:
    cautions = load(tmp_path, 'treatment = "anticoagulation"\nhistory = "antiplatelet-treatment"', kind="interaction")
    assert raised(cautions, {"anticoagulation"}, {"medications": [{"name": "Aspirin"}]}) == [("F1",)]
    assert raised(cautions, {"anticoagulation"}, {"medications": [{"name": "Paracetamol"}]}) == []
    assert raised(cautions, {"anticoagulation"}, {}) == []


def test_an_allergy_with_the_fact_that_says_so(tmp_path: Path) -> None:
    cautions = load(tmp_path, 'treatment = "cephalosporin"\nallergy = "penicillin"', kind="cross-allergy")
    assert raised(cautions, {"cephalosporin"}, {}, {"penicillin": ("F7",)}) == [("F7",)]
    assert raised(cautions, {"cephalosporin"}, {}, {"macrolide": ("F7",)}) == []


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ('treatment = "anticoagulants"\nhistory = "nsaid"', "unknown concept"),
        ('treatment = "anticoagulation"', "needs one of history, allergy and analyte"),
        ('treatment = "anticoagulation"\nhistory = "nsaid"\nallergy = "heparin"', "needs one of"),
        ('treatment = "anticoagulation"\nanalyte = "plt"', "needs one limit"),
        ('treatment = "anticoagulation"\nhistory = "nsaid"\nbelow = 3', "needs one limit"),
        ('treatment = "anticoagulation"\nanalyte = "platelets"\nbelow = 50', "unknown analyte"),
        ('treatment = "anticoagulation"\nhistory = "nsaid"\ndose = "5 mg"', "is not a key here"),
    ],
)
def test_a_wrong_entry_is_refused_by_name(tmp_path: Path, entry: str, why: str) -> None:
    with pytest.raises(ContentError, match=why) as refused:
        load(tmp_path, entry)
    assert "cautions.toml" in str(refused.value)


def test_a_site_without_the_table_has_no_cautions(tmp_path: Path) -> None:
    assert Cautions.load(tmp_path, catalog=CATALOG, concepts=CONCEPTS, guidelines_ids=GUIDELINES).cautions == ()


def test_shipped_cautions_cite_passages_in_both_languages() -> None:
    passages = Knowledge.load(ROOT).passages
    shipped = Cautions.load(ROOT, catalog=CATALOG, concepts=CONCEPTS, guidelines_ids=GUIDELINES)
    for one in shipped.cautions:
        for cite in one.cites:
            for language in ("", "@zh"):
                assert f"{cite}{language}" in passages, f"{one.treatment}: {cite}{language}"


def creatinine(*values: str) -> dict[str, Any]:
    days = [f"2026-03-0{day}T08:00:00+08:00" for day in range(1, 1 + len(values))]
    return {
        "observations": [
            {"name": "Creatinine", "value": value, "unit": "umol/L", "status": "final", "effective": day}
            for value, day in zip(values, days, strict=True)
        ]
    }


def test_the_kidneys_count_where_creatinine_alone_is_reported(tmp_path: Path) -> None:
    cautions = load(tmp_path, 'treatment = "iodinated-contrast"\nanalyte = "egfr"\nbelow = 30', kind="renal")
    assert raised(cautions, {"iodinated-contrast"}, creatinine("320")) == [("F1",)]
    assert raised(cautions, {"iodinated-contrast"}, creatinine("90")) == []
    unknown_age = {**creatinine("320"), "patient": {"sex": "male"}}
    assert raised(cautions, {"iodinated-contrast"}, unknown_age) == []


def test_what_a_rule_concludes_counts_before_the_notes_say_it(tmp_path: Path) -> None:
    cautions = load(tmp_path, 'treatment = "iodinated-contrast"\nhistory = "acute-kidney-injury"', kind="renal")
    assert raised(cautions, {"iodinated-contrast"}, creatinine("80", "150")) == [("F2", "F1")]
    assert raised(cautions, {"iodinated-contrast"}, creatinine("80", "85")) == []
    assert raised(cautions, {"iodinated-contrast"}, {"history": "Acute kidney injury."}) == [()]


def test_a_conclusion_called_unlikely_raises_nothing(tmp_path: Path) -> None:
    cautions = load(tmp_path, 'treatment = "platelet-transfusion"\nhistory = "thrombocytopenia"')
    clumped = [{"name": "PLT", "value": "38", "unit": "10*9/L", "notes": ["Platelet clumps seen."]}]
    assert raised(cautions, {"platelet-transfusion"}, {"observations": clumped}) == []


def test_one_sentence_with_two_reasons_is_said_once(tmp_path: Path) -> None:
    entries = (
        'treatment = "corticosteroids"\nhistory = "metformin"',
        'treatment = "corticosteroids"\nhistory = "nsaid"',
    )
    case = {"medications": [{"name": "Metformin"}, {"name": "Ibuprofen"}]}
    assert raised(load(tmp_path, *entries, kind="interaction"), {"corticosteroids"}, case) == [("F1", "F2")]


SHIPPED = Cautions.load(ROOT, catalog=CATALOG, concepts=CONCEPTS, guidelines_ids=GUIDELINES)


@pytest.mark.parametrize(
    ("treatment", "case", "words"),
    [
        ("antibiotics", {"medications": [{"name": "德巴金 0.5g"}]}, "valproate"),
        ("antibiotics", {"history": "Myasthenia gravis."}, "myasthenia"),
        ("antibiotics", creatinine("240"), "through the kidney"),
        ("sulfonamide", {"medications": [{"name": "Methotrexate"}]}, "marrow"),
        ("macrolide", {"observations": [{"name": "Potassium", "value": "2.9", "unit": "mmol/L"}]}, "arrhythmia"),
        ("antifungal-treatment", {"medications": [{"name": "他克莫司"}]}, "tacrolimus"),
        ("antifungal-treatment", {"medications": [{"name": "利福平"}]}, "Rifampicin"),
        ("anticoagulation", {"medications": [{"name": "Rifampicin"}]}, "Rifampicin"),
        ("anticoagulation", {"medications": [{"name": "Posaconazole"}]}, "posaconazole"),
        ("corticosteroids", {"history": "慢性乙型肝炎病史10年。"}, "hepatologist"),
        ("corticosteroids", {"medications": [{"name": "Gliclazide"}]}, "glucose"),
        ("iron-replacement", {"patient": {"sex": "female", "age_years": 30, "pregnant": True}}, "Early pregnancy"),
        ("iodinated-contrast", creatinine("90", "320"), "acute kidney injury"),
        ("vitamin-k-antagonist-reversal", {"history": "Pulmonary embolism two months ago."}, "thrombosis"),
    ],
)
def test_shipped_cautions_reach_their_patient(treatment: str, case: dict[str, Any], words: str) -> None:
    assessment = assess(Case.read({"patient": {"sex": "male", "age_years": 60}, **case}), catalog=CATALOG, book=BOOK)
    assert any(words in one.caution.en for one in SHIPPED.raised({treatment}, assessment, {}))
    well = assess(Case.read({"patient": {"sex": "male", "age_years": 60}}), catalog=CATALOG, book=BOOK)
    assert not list(SHIPPED.raised({treatment}, well, {}))
