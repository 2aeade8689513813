"""MedQA: examination questions, English (USMLE) and Chinese; the vignette is the case, the last sentence its question.

Jin et al., Applied Sciences 2021, 11:6421; files of JSON lines.
"""

from __future__ import annotations

import re

from consult.errors import CaseError
from consult.replay._public.kit import Benchmark, Told, slug, words
from consult.replay._public.rows import Row

_SENTENCE = re.compile(r"(?<=[.?!。？！])\s+|(?<=[。？！])|\n+")
_WANTS_DIAGNOSIS = re.compile(
    r"diagnos|most likely (?:cause|condition|disease|disorder|etiology|aetiology|explanation)|"
    r"which of the following (?:conditions|diseases|disorders) .*\bha(?:s|ve)\b|"
    r"诊断|可能患|最可能(?:的|是|为)|首先考虑",
    re.IGNORECASE,
)
_OTHERWISE = re.compile(
    r"\b(?:test|study|step|treatment|management|therapy|risk|mechanism|finding|confirm\w*|establish\w*)\b|"
    r"检查|治疗|处理|措施|依据|机制|下一步|确诊|不(?:考虑|支持|可能)",
    re.IGNORECASE,
)


def read(row: Row) -> Told:
    """The vignette and its question; options are not handed over, since the right one is among them."""
    case, question = _parted(words(row, "question"))
    answer = _answer(row)
    wanted = _WANTS_DIAGNOSIS.search(question) and not _OTHERWISE.search(question)
    return Told(
        case,
        [question],
        [answer] if wanted else [],
        criteria=[f"The plan answers the question of the case with this or an equivalent: {answer}"],
        group=slug(words(row, "meta_info", needed=False)),
    )


def _parted(question: str) -> tuple[str, str]:
    """What is told and what is asked; a question without a case is both."""
    parts = [part for part in _SENTENCE.split(question) if part and part.strip()]
    return (" ".join(part.strip() for part in parts[:-1]) or question, parts[-1].strip())


def _answer(row: Row) -> str:
    """The right option: by its letter; `answer` holds its text, in some copies the letter."""
    said, options = words(row, "answer", needed=False), row.get("options")
    if isinstance(options, list):
        options = {one.get("key"): one.get("value") for one in options if isinstance(one, dict)}
    if not isinstance(options, dict):
        raise CaseError("'options' is neither an object nor a list of objects")
    letter = words(row, "answer_idx", needed=False) or said
    if letter not in options and said in options.values():
        return said
    chosen = words(options, letter) if letter in options else ""
    if not chosen:
        raise CaseError("the right answer is not among the options")
    if said and said not in (chosen, letter):
        raise CaseError("'answer' and 'answer_idx' name different options")
    return chosen


MEDQA = Benchmark(
    "medqa",
    "MedQA",
    signs=(('"question"', '"options"', '"answer_idx"'),),
    needs=(("question", "options", "answer_idx"), ("question", "options", "answer")),
    read=read,
)
