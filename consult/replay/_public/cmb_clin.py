"""CMB-Clin: 74 Chinese teaching cases with several questions each.

Wang et al., arXiv:2308.08833; `CMB-Clin-qa.json`, a list.
"""

from __future__ import annotations

import re
from typing import Any

from consult.errors import CaseError
from consult.replay._public.kit import Benchmark, Told, row_id, words
from consult.replay._public.rows import Row

_DIAGNOSIS = re.compile(r"(?<!别)诊断(?:为|是)?[:：]\s*([^。\n]+)")
_BASIS = re.compile(r"[（(]?\s*\d?\s*[)）]?\s*(?:诊断)?依据.*")
_NEXT = re.compile(r"[；;，,、]|\d+[.．、](?!\d)|(?<=\S)\s+(?=\d)|合并|伴有?|[①-⑳]")
_OPTIONS = re.compile(r"\s*\n\s*A\s*[.．、:：].*", re.DOTALL)
_LONGEST = 40


def read(row: Row) -> Told:
    """The description and the questions, without their options; the title is not handed over: it names the disease."""
    pairs = row["QA_pairs"]
    if not isinstance(pairs, list) or not all(isinstance(one, dict) for one in pairs):
        raise CaseError("'QA_pairs' is not a list of objects")
    asked = [(words(one, "question"), _answer(one)) for one in pairs]
    if not asked:
        raise CaseError("'QA_pairs' is empty")
    answers = [said for question, answer in asked if "诊断" in question for said in _diagnoses(answer)]
    return Told(
        words(row, "description"),
        [_OPTIONS.sub("", question) for question, _ in asked],
        list(dict.fromkeys(answers)) or _from_title(words(row, "title", needed=False)),
        criteria=[f"{_OPTIONS.sub('', question)} 参考答案：{answer}" for question, answer in asked],
        id=row_id(row.get("id")),
    )


def _answer(pair: dict[str, Any]) -> str:
    """Called `answer`, in some copies `solution`."""
    return words(pair, "answer" if "answer" in pair else "solution")


def _diagnoses(answer: str) -> list[str]:
    """What an answer names behind `诊断：`, one by one."""
    found = _DIAGNOSIS.search(answer)
    if found is None:
        return []
    named = (part.strip() for part in _NEXT.split(_BASIS.sub("", found[1])))
    return [part for part in named if 0 < len(part) <= _LONGEST]


def _from_title(title: str) -> list[str]:
    """`章节 案例分析-疾病`: the disease that the case was written for."""
    name = re.split(r"[-－—]+", title)[-1].strip() if re.search(r"[-－—]", title) else ""
    return [name] if 0 < len(name) <= _LONGEST else []


CMB_CLIN = Benchmark(
    "cmb-clin",
    "CMB-Clin",
    signs=(('"QA_pairs"', '"description"'),),
    needs=(("description", "QA_pairs"),),
    read=read,
)
