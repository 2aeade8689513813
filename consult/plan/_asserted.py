"""Does a sentence say that something is so, or does it only speak of it: `if`, `look for`, `may`, `是否`?"""

from __future__ import annotations

import re

from consult.concepts import Span, stands

_CLAUSE = re.compile(r"[.;!?](?=\s|$)|[。；！？\n]")
_OPEN_BEFORE = re.compile(
    r"\b(?:if|when|whenever|whether|unless|until|once|should|may|might|could|would|can|consider\w*|exclud\w*|look\w*"
    r"|search\w*|check\w*|test\w* for|watch\w*|monitor\w*|screen\w*|evaluat\w*|assess\w*|repeat\w*|review\w*|confirm\w*"
    r"|suspect\w*|possibl[ey]|probabl[ey]|likely|suggest\w*|compatible|consistent|before|prevent\w*|avoid\w*|risk"
    r"|need\w*|ask\w*|pending|missing|typical\w*|usual\w*|often|differential|versus|vs)\b"
    r"|若|询问|问|如果?|倘|当|是否|有无|可能|或许|考虑|排除|除外|查找|寻找|复查|监测|观察|注意|警惕|疑|待|建议|需|应|提示|支持|符合"
    r"|避免|预防|风险|鉴别|通常|常见|典型",
    re.IGNORECASE,
)
_OPEN_AFTER = re.compile(
    r"^[^.;。；,，]{0,24}?"
    r"(?:\b(?:would|could|may|might|should|is possible|are possible|suspected|likely|to be excluded)\b"
    r"|\?|可能|待排|待查|应|需)",
    re.IGNORECASE,
)
_WINDOW = 120


def said_of(text: str, start: int, end: int) -> bool | None:
    """True where a text says that what it names at a place is so, False where it denies it, else None."""
    standing = stands(text, Span(start, end))
    if standing == "denied":
        return None if is_open(text, start, end) else False
    return True if standing == "present" and not is_open(text, start, end) else None


def is_open(text: str, start: int, end: int) -> bool:
    """Whether a place of a text stands in a condition, a question, an advice or a guess."""
    before = text[max(0, start - _WINDOW) : start]
    cuts = [match.end() for match in _CLAUSE.finditer(before)]
    clause = before[cuts[-1] :] if cuts else before
    return _OPEN_BEFORE.search(clause) is not None or _OPEN_AFTER.search(text[end : end + _WINDOW]) is not None
