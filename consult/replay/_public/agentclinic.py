"""AgentClinic: examinations of an invented patient (MedQA, MedQA extended, MIMIC-IV) and cases of a journal (NEJM).

Schmidgall et al., arXiv:2405.07960; files `agentclinic_*.jsonl` of its repository, one object a line.
"""

from __future__ import annotations

from typing import Any

from consult.errors import CaseError
from consult.replay._public.kit import DIAGNOSIS, Benchmark, Told, names_diagnosis, words
from consult.replay._public.rows import Row

_EXAMINATION = "OSCE_Examination"
_ANSWER = "Correct_Diagnosis"
_TASK = "Objective_for_Doctor"


def read(row: Row) -> Told:
    """Everything but the answer; the pictures of the journal's cases are not read."""
    return _examination(row[_EXAMINATION]) if _EXAMINATION in row else _journal(row)


def _examination(found: Any) -> Told:
    if not isinstance(found, dict):
        raise CaseError(f"{_EXAMINATION!r} is not an object")
    answer = words(found, _ANSWER)
    task = words(found, _TASK, needed=False)
    told = {key: value for key, value in found.items() if key not in {_ANSWER, _TASK}}
    if not any(told.values()):
        raise CaseError(f"{_EXAMINATION!r} tells nothing of a patient")
    return Told(told, [task or DIAGNOSIS["en"]], [answer], criteria=[names_diagnosis(answer)])


def _journal(row: Row) -> Told:
    answers = row["answers"]
    if not isinstance(answers, list) or not all(isinstance(one, dict) for one in answers):
        raise CaseError("'answers' is not a list of objects")
    right = [words(one, "text") for one in answers if one.get("correct") is True]
    if len(right) != 1:
        raise CaseError(f"'answers' has {len(right)} that are correct, and one is needed")
    text = "\n\n".join(part for key in ("patient_info", "physical_exams") if (part := words(row, key, needed=False)))
    if not text:
        raise CaseError("'patient_info' is empty")
    return Told(text, [DIAGNOSIS["en"]], right, criteria=[names_diagnosis(right[0])])


AGENTCLINIC = Benchmark(
    "agentclinic",
    "AgentClinic",
    signs=((f'"{_EXAMINATION}"',), ('"patient_info"', '"physical_exams"', '"answers"')),
    needs=((_EXAMINATION,), ("patient_info", "physical_exams", "answers")),
    read=read,
)
