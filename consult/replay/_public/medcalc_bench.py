"""MedCalc-Bench: a note and a number to be calculated from it; all versions and Verified have the same columns.

Khandekar et al., arXiv:2406.12036; `test_data.csv`, `train_data.csv`, or Parquet.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from consult.clinic.calculators import CALCULATORS
from consult.errors import CaseError
from consult.replay._public.kit import Benchmark, Told, row_id, slug, words
from consult.replay._public.rows import Row

_NAME, _ANSWER, _LOW, _HIGH = "Calculator Name", "Ground Truth Answer", "Lower Limit", "Upper Limit"
_NOTE, _QUESTION = "Patient Note", "Question"

OURS: dict[str, tuple[str, Decimal]] = {
    "CKD-EPI Equations for Glomerular Filtration Rate": ("ckd-epi-2021", Decimal(1)),
    "Mean Arterial Pressure (MAP)": ("mean-arterial-pressure", Decimal(1)),
    "Body Mass Index (BMI)": ("bmi", Decimal(1)),
    "Calcium Correction for Hypoalbuminemia": ("calcium-corrected", Decimal(1) / Decimal("4.008")),  # mg/dL
    "Fibrosis-4 (FIB-4) Index for Liver Fibrosis": ("fib-4", Decimal(1)),
    "Sodium Correction for Hyperglycemia": ("sodium-corrected-hillier", Decimal(1)),  # mEq/L; Hillier is named
    "Serum Osmolality": ("osmolality", Decimal(1)),
    "Anion Gap": ("anion-gap", Decimal(1)),  # mEq/L, without potassium
    "Albumin Corrected Anion Gap": ("anion-gap-corrected", Decimal(1)),
    "Fractional Excretion of Sodium (FENa)": ("fena", Decimal(1)),  # %
    "LDL Calculated": ("ldl-friedewald", Decimal(1) / Decimal("38.665")),  # mg/dL
}
"""Theirs to ours and the factor to our unit: those of the same formula and inputs that a plan calculates by itself.

Compared with their programs one by one. Not judged though ours has the same name: Cockcroft-Gault (theirs chooses the
weight by the body mass index), CURB-65 and SIRS (theirs take what a note does not mention as absent, ours as missing),
MELD-Na (theirs rounds before it multiplies), HOMA-IR (theirs multiplies pmol/L by 6), and whatever a plan of ours does
not calculate unasked (MDRD, QTc, body surface, ideal weight, delta gap and ratio, free water deficit, Wells).
"""


def read(row: Row) -> Told:
    """The note and the question; the extracted values and the worked solution stay behind."""
    name, answer = words(row, _NAME), words(row, _ANSWER)
    low, high = words(row, _LOW, needed=False) or answer, words(row, _HIGH, needed=False) or answer
    limits = f" (accepted: {low} to {high})" if (low, high) != (answer, answer) else ""
    return Told(
        words(row, _NOTE),
        [words(row, _QUESTION)],
        calculators=_limits(name, answer, low, high),
        criteria=[f"The plan gives this result for {name}: {answer}{limits}"],
        group=slug(words(row, "Category", needed=False)),
        id=row_id(row.get("Row Number")),
    )


def _limits(name: str, answer: str, low: str, high: str) -> dict[str, tuple[Decimal, Decimal]]:
    """Widened by half of the last digit that our calculator shows."""
    if name not in OURS:
        return {}
    ours, factor = OURS[name]
    first, *rest = sorted(factor * _number(said) for said in (low, answer, high))
    half = Decimal(5).scaleb(-CALCULATORS[ours].decimals - 1)
    return {ours: (first - half, rest[-1] + half)}


def _number(text: str) -> Decimal:
    try:
        found = Decimal(text)
    except InvalidOperation:
        raise CaseError("the answer or a limit is not a number") from None
    if not found.is_finite() or abs(found.adjusted()) > 12:
        raise CaseError("the answer or a limit is not a number that a calculator gives")
    return found


MEDCALC_BENCH = Benchmark(
    "medcalc-bench",
    "MedCalc-Bench",
    signs=((_NAME, _NOTE, _ANSWER),),
    needs=((_NAME, _NOTE, _QUESTION, _ANSWER),),
    read=read,
)
