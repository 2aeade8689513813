"""Results as hurried notes write them: cut short, run together, in pairs and in trends."""

from __future__ import annotations

import time
from datetime import UTC

import pytest

from consult.analytes import Catalog
from consult.case import read_cases
from consult.case._prose.reader import read_text
from consult.concepts import Concepts
from consult.content import content_root

ROWS = {
    "H/H 7.8/23.4": "hgb 78 g/L; hct 0.234 L/L",
    "AST/ALT 240/310 U/L": "ast 240 U/L; alt 310 U/L",
    "T38.4 P112 R26 BP102/64 SpO2 86%RA": "temp 38.4 Cel; hr 112 /min; rr 26 /min; sbp 102 mm[Hg]; dbp 64 mm[Hg]; "
    "spo2 86 %",
    "Hb78g/L，WBC12.3×10^9/L，CRP156mg/L": "hgb 78 g/L; wbc 12.3 10*9/L; crp 156 mg/L",
    "WBC 18.2K, plt 45K": "wbc 18.2 10*9/L; plt 45 10*9/L",
    "白细胞12.5*10^9": "wbc 12.5 10*9/L",
    "Temp. 39.1. Wt. 60 kg": "temp 39.1 Cel; weight 60 kg",
    "PR-98/min, Resp: 24/min": "hr 98 /min; rr 24 /min",
    "BP 84/46 (MAP 59)": "sbp 84 mm[Hg]; dbp 46 mm[Hg]; map 59 mm[Hg]",
    "BP 150/95 lying, 120/70 standing": "sbp 150 mm[Hg]; dbp 95 mm[Hg]; sbp 120 mm[Hg]; dbp 70 mm[Hg]",
    "a platelet count that fell from 220 to 78 x10^9/L over 5 days": "plt 220 10*9/L; plt 78 10*9/L",
    "血小板由入院时的210×10^9/L降至35×10^9/L，LDH 1250U/L": "plt 210 10*9/L; plt 35 10*9/L; ldh 1250 U/L",
    "肌酐从98到356μmol/L": "crea 98 umol/L; crea 356 umol/L",
    "Hb: 102, 91, 78 g/L": "hgb 102 g/L; hgb 91 g/L; hgb 78 g/L",
    "Hb on admission 62 g/L, at discharge 94 g/L": "hgb 62 g/L; hgb 94 g/L",
    "Hb↓78g/L, Sodium L 131 mmol/L": "hgb 78 g/L; na 131 mmol/L",
    "Potassium       5.8 H    mmol/L     3.5-5.0": "k 5.8 mmol/L",
    "FEV1 1.12 L (38% pred)": "fev1 1.12 L",
    "CD4+ Count: 56/μL": "cd4 56 /uL",
    "Pleural tap: LDH 890 U/L, glucose 1.9 mmol/L": "pf_ldh 890 U/L; pf_glu 1.9 mmol/L",
    "CSF: WBC 1,200/mm3 (92% neutrophils)": "csf_wbc 1200 /uL; csf_neut_pct 92 %",
    "脑脊液：糖1.2mmol/L。同期血糖6.5mmol/L": "csf_glu 1.2 mmol/L; glu 6.5 mmol/L",
    "父亲血糖15mmol/L，患者血糖5.6mmol/L": "glu 5.6 mmol/L",
}


def told(text: str, catalog: Catalog) -> list[str]:
    seen = read_cases(text, format="text", catalog=catalog).cases[0].observations
    return [f"{one.analyte} {one.value} {one.unit}" for one in seen]


@pytest.mark.parametrize(("text", "expected"), ROWS.items(), ids=ROWS)
def test_what_is_cut_short_is_read(text: str, expected: str, catalog: Catalog) -> None:
    assert told(text, catalog) == expected.split("; ")


@pytest.mark.parametrize(
    "text",
    [
        "Hb down from 102 g/L",
        "BP of 180/110 at home for her own mother",
        "患者母亲血糖15mmol/L",
        "WBC 20-30/hpf, RBC >100/hpf, RBC 0-2 /HPF",
        "UA: blood 3+, WBC 25",
        "P 0.8, PR 160 ms, R0 resection, power 4/5 right arm",
        "CK7+, CK20阳性, CA19.9 35, Ca 19.9 12, IgG48.9g/L, T3N1M0, K1 10mg, pT2.5cm",
        "Plt-1.2 lakh",
        "H/H was drawn 3/4; AST/ALT 1.5; ht 38",
    ],
)
def test_what_only_looks_like_one_stays_text(text: str, catalog: Catalog) -> None:
    assert told(text, catalog) == []


def test_the_time_of_the_first_value_is_not_that_of_what_followed(catalog: Catalog) -> None:
    text = "血小板由入院时的210×10^9/L降至35×10^9/L，LDH 1250U/L"
    notes = [one.notes for one in read_cases(text, format="text", catalog=catalog).cases[0].observations]
    assert notes == [["time as written: 入院时"], [], []]


def test_a_litre_is_a_unit_and_a_mark_before_the_number_is_a_flag(catalog: Catalog) -> None:
    case = read_cases("FEV1 1.12 L. Na L 131 mmol/L. Hb 78 L", format="text", catalog=catalog).cases[0]
    assert [(one.reported.unit, one.reported.flag) for one in case.observations] == [
        ("L", None), ("mmol/L", "L"), (None, "L"),
    ]  # fmt: skip


def test_a_count_in_a_cubic_metre_is_not_used(catalog: Catalog) -> None:
    case = read_cases("Platelets: 700,000 cells/m3", format="text", catalog=catalog).cases[0]
    assert [(one.unit, one.reported.unit) for one in case.observations] == [(None, "cells/m3")]
    assert "unit-missing" in {found.code for found in case.quality}


def test_words_are_kept_whole_and_pluses_are_only_of_strips_and_smears(catalog: Catalog) -> None:
    assert told("Platelets: Normal to slightly decreased. DAT positive (IgG 3+).", catalog) == [
        "plt Normal to slightly decreased None",
        "dat positive None",
    ]


def test_the_time_grows_with_the_text() -> None:
    """Dense and plain text; four times as long takes at most some six times as long, where a square takes sixteen."""
    catalog, concepts = Catalog.load(content_root()), Concepts.load(content_root())
    dense = "K 6.9 mmol/L, BP 120/80, takes aspirin 81 mg daily for COPD. 血钾6.9mmol/L。\n"
    plain = "The patient reports two days of cough and was seen by her doctor, who found nothing of note. "

    def spent(text: str) -> float:
        started = time.process_time()
        read_text(text, home=UTC, catalog=catalog, concepts=concepts)
        return time.process_time() - started

    for piece in (dense, plain):
        short, long = (piece * (size // len(piece)) for size in (25_000, 100_000))
        spent(short)
        assert min(spent(long), spent(long)) < 6.5 * min(spent(short), spent(short)) + 0.1
