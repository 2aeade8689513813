"""Is somebody pregnant now? A gestational age said of the present is certain; that there was a pregnancy is not."""

from __future__ import annotations

import re
from itertools import pairwise

_WEEKS = r"(?<![\d.])(?:[4-9]|[1-3]\d|4[0-3])(?: ?(?:\+ ?[0-6](?:/7)?|[0-6]/7))?"
_GESTATION = re.compile(
    rf"{_WEEKS}(?:/40|[ -]?(?:weeks?|wks?|w)\b['’]?)(?: (?:and )?[1-6] days?)?[ -]*"
    r"(?:pregnan|gestation|gravid|of (?:pregnan|gestation)|into (?:the|her|this) pregnancy)"
    rf"|\b(?:pregnan\w*|gravida|gestation\w*|GA|G ?\d ?,?P ?\d(?:\+\d)?)\b[^.;。；\d]{{0,16}}{_WEEKS}"
    r"(?:/40|[ -]?(?:weeks?|wks?|w)\b|\+[0-6]\b)"
    rf"|(?:孕|妊娠)(?:周|龄)?(?:约|已|为|：|:)?\s*{_WEEKS}\s*(?:周|W(?![a-z])|(?<=\+[0-6]))"
    r"|(?:孕|妊娠)(?:约|已)?\s*(?:[1-9]|10)\s*个?[余多]?月(?!前)",
    re.IGNORECASE,
)
_SHORT_GESTATION = re.compile(rf"{_WEEKS}/40\b|停经(?:约|已)?\s*{_WEEKS}\s*周", re.IGNORECASE)
"""Only beside a word of pregnancy: a score out of 40, and a period that is late, are written alike."""
_PRESENTED = re.compile(
    r"\b(?:woman|lady|female|patient)(?: is)?,? (?:(?:now|currently) )?(?:in her )?"
    rf"(?:first|second|third|fourth|fifth) pregnancy,? (?:(?:at|now) )?{_WEEKS}(?:/40|[ -]?(?:weeks?|wks?|w)\b)",
    re.IGNORECASE,
)
"""Counted in the sentence that introduces her: `31-year-old woman, second pregnancy, 29 weeks`; elsewhere such a count
tells of an earlier one."""
_OF_PREGNANCY = re.compile(
    r"\b(?:pregnan|gestation|gravid|antenatal|f(?:o)?etal|obstetric|midwi\w*|G ?\d ?,?P ?\d)|孕|妊娠|胎|产检",
    re.IGNORECASE,
)
_OVER = re.compile(
    r"\b(?:deliver\w*|birth|born|post-?(?:partum|natal)|c(?:a)?esar\w+|c-section|miscarr\w+|abort\w+|terminat\w+|still\w+"
    r"|loss|lost|demise|ago|(?:in|of) (?:19|20)\d\d)\b"
    r"|分娩|顺产|剖[宫腹]|早产|流产|引产|生产|出生|娩|产后|死胎|胎停|终止|年",
    re.IGNORECASE,
)
"""In the same clause: the gestational age of a pregnancy that is over."""
_OTHER_BEFORE = re.compile(
    r"\b(?:previous\w*|prior|earlier|last|first|second|history|not|no|never|daughter|sister|wife|partner)\b"
    r"|前次|上次|首次|第[一二三]胎|既往|曾|否认|未|妻|女儿|儿媳|姐|妹",
    re.IGNORECASE,
)
"""Before it in the same clause: that of an earlier pregnancy, or of somebody else's."""
_ENDED = re.compile(
    r"\b(?:delivered|born|post-?(?:partum|natal)|c(?:a)?esar\w+|c-section|miscarried|aborted|gave birth)\b"
    r"|分娩|顺产|剖[宫腹]|流产|引产|娩|产后",
    re.IGNORECASE,
)
_BEFORE_OR_PLANNED = re.compile(
    r"\b(?:previous\w*|prior|earlier|last|plan\w*|elective|booked|for|not|no|(?:19|20)\d\d)\b|拟|待|既往|前次|上次|瘢痕|史|[无未]|年",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"(?<![Pp]regnant)[,，]|(?<=[Pp]regnant)[,，](?! ?\d)|[;；。、\n]|\.(?=\s|$)")


def is_pregnant_now(history: str) -> bool:
    """Whether a history tells how many weeks the present pregnancy is: `32/40`, `35 weeks pregnant`, `孕35+2周`.

    An earlier pregnancy (`G2P1, last pregnancy 2019`, `孕2产1`) and one that has just ended are none.
    """
    presented = _PRESENTED.search(history)
    if presented is not None and _ENDED.search(history, presented.end(), presented.end() + 80) is None:
        return True
    beside = _OF_PREGNANCY.search(history) is not None
    clauses = [clause for clause in _CLAUSE.split(history) if clause.strip()]
    return any(_tells(clause, beside=beside) and not _ends(after) for clause, after in pairwise([*clauses, ""]))


def _tells(clause: str, *, beside: bool) -> bool:
    found = _GESTATION.search(clause) or (_SHORT_GESTATION.search(clause) if beside else None)
    return found is not None and _OVER.search(clause) is None and _OTHER_BEFORE.search(clause[: found.start()]) is None


def _ends(clause: str) -> bool:
    """The clause after says that this pregnancy has ended."""
    return _ENDED.search(clause) is not None and _BEFORE_OR_PLANNED.search(clause) is None
