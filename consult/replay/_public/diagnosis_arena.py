"""DiagnosisArena: 915 case reports of ten journals, cut into what was told, found and measured.

Zhu et al., arXiv:2505.14107; published as Parquet, and read as JSON lines by its own programs.
"""

from __future__ import annotations

from consult.errors import CaseError
from consult.replay._public.kit import DIAGNOSIS, Benchmark, Told, names_diagnosis, row_id, words
from consult.replay._public.rows import Row

_PARTS = ("Case Information", "Physical Examination", "Diagnostic Tests")
_ANSWER = "Final Diagnosis"


def read(row: Row) -> Told:
    """The three parts; `Options` is not handed over, since the right one is among them."""
    answer = words(row, _ANSWER)
    told = {part: words(row, part, needed=False) for part in _PARTS}
    if not any(told.values()):
        raise CaseError("the row tells nothing of a patient")
    text = "\n\n".join(f"{part}:\n{said}" for part, said in told.items() if said)
    return Told(text, [DIAGNOSIS["en"]], [answer], criteria=[names_diagnosis(answer)], id=row_id(row.get("id")))


DIAGNOSIS_ARENA = Benchmark(
    "diagnosis-arena",
    "DiagnosisArena",
    signs=(tuple(f'"{key}"' for key in (*_PARTS, _ANSWER)),),
    needs=((*_PARTS, _ANSWER),),
    read=read,
)
