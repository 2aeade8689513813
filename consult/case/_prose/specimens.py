"""What the results in a part of a text were measured in: the sentence, the line and the headings above say it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping

from consult.case._prose.fold import Folded

_CUES = re.compile(
    r"(?:(?<![A-Za-z])(?=[A-Za-z])|(?=[\u3400-\u9fff]))(?:"  # where a word begins, and nowhere else is worth a look
    r"(?P<urine>urinalysis|urine dip(?:stick)?|\bUA\b|\burine(?! (?:output|volume|colou?r|pregnancy))|\burinary"
    r"|尿常规|尿液|尿检|尿沉渣|尿(?=[蛋糖酮潜钠肌渗])|24小时尿)"
    r"|(?P<csf>\bCSF|(?-i:\bLP\b)(?=[ :])|cerebrospinal|lumbar puncture|spinal tap|脑脊液|腰椎?穿刺?)"
    r"|(?P<pleural>pleural fluid|pleural effusion|pleural (?:tap|aspirat\w+)|thoracentesis|胸水|胸腔积液|胸腔穿刺|胸穿)"
    r"|(?P<other>synovial|joint (?:fluid|aspirat\w+)|arthrocentesis|ascit\w+|(?:peritoneal|ascitic) tap|paracentesis"
    r"|peritoneal|bone marrow"
    r"|\bmarrow|stools?\b|"
    r"\bsweat\b|cord blood|semen|pericardial|gastric fluid|\bBAL\b|bronchoalveolar|amniotic|dialysate|drain fluid"
    r"|\bcyst fluid|"
    r"骨髓|腹水|腹腔积液|粪便|大便|脐带?血|精液|心包积液|羊水|灌洗液|关节液|引流液)"
    r"|(?P<venous>\bVBG|venous (?:blood )?gas|静脉血气)"
    r"|(?P<arterial>\bABG|arterial|blood gas\w*|动脉血?|血气)"
    r"|(?P<blood>\bserum|\bplasma|\bCBC|\bFBC|(?<!white )(?<!red )blood (?!pressure|gas|culture|transfusion|loss"
    r"|cell|(?:[1-4]?\+|neg|pos|trace|large|small|moderate))"
    r"|\blabs?\b|laborator|chemistr|\b[BC]MP\b|electrolytes|"
    r"liver function|coagulation|h[ae]+matolog|血常规|生化|凝血|肝功|肾功|电解质|血清|血浆|血型|全血|化验|vital"
    r"|体格检查|查体))",
    re.IGNORECASE,
)
_SPECIMENS: Mapping[str, str | None] = {
    "urine": "urine", "csf": "CSF", "pleural": "pleural fluid", "other": "body fluid", "venous": "venous blood gas",
    "arterial": "arterial blood gas", "blood": None,
}  # fmt: skip
_NAMED = frozenset({"urine", "csf", "pleural", "other"})
_STATED = re.compile(
    r"\s*(?:(?:常规|检查|生化|分析|化验|穿刺|送检|液|检验)+|(?:fluid|analysis|studies|study|tests?|results?"
    r"|examination)\b)?\s*(?:[:=]|shows?\b|showed\b|reveal\w*|"
    r"demonstrat\w*|提示|示|显示|(?:with|was|had)\b|[(])?",
    re.IGNORECASE,
)
_ALWAYS = re.compile(
    r"aspirat|tap$|LP|urinalysis|urine dip|UA|CSF|cerebrospinal|lumbar|spinal tap|thoracentesis|fluid|arthrocentesis"
    r"|paracentesis|synovial|尿常规|尿液|尿检|脑脊液|腰|常规",
    re.IGNORECASE,
)
_NEAR = 14
_NEAREST = 20
"""So many cues before a name are looked at."""


class Specimens:
    """Answers for one text."""

    def __init__(self, folded: Folded) -> None:
        self._folded = folded
        self._cues: list[tuple[int, int, str, bool]] = []
        for found in _CUES.finditer(folded.text):
            kind = found.lastgroup or "blood"
            self._cues.append((found.start(), found.end(), kind, self._stated(found, kind)))
        self._starts = [cue[0] for cue in self._cues]
        self._sentences = [start for start, _ in folded.sentences]
        self._of_heading: dict[str, str | None] = {}

    def of(self, start: int, end: int) -> tuple[str | None, bool]:
        """The specimen at a place, as the catalog reads it, and whether only an earlier sentence says so."""
        named = _CUES.search(self._folded.text[start:end])
        if named is not None and (named.lastgroup or "") in {*_NAMED, "blood"}:
            return _SPECIMENS[named.lastgroup or "blood"], False
        sentence = self._sentences[max(0, bisect_right(self._sentences, start) - 1)] if self._sentences else 0
        line = self._folded.line(start)
        before = bisect_right(self._starts, start)
        for cue_start, cue_end, kind, stated in reversed(self._cues[max(0, before - _NEAREST) : before]):
            if cue_start < line:
                break
            near = (
                cue_start >= sentence
                and start - cue_end <= _NEAR
                and not re.search(r"[,，;；、。\d]", self._folded.text[cue_end:start])
            )
            if kind == "blood" or near or stated:
                return _SPECIMENS[kind], cue_start < sentence and not near
            if kind == "urine" and cue_start >= sentence:
                return _SPECIMENS[kind], True  # `urine sodium 20, potassium 40`: of urine as well, or not
        return self._above(start), False

    def _stated(self, found: re.Match[str], kind: str) -> bool:
        """Whether what follows is told of this specimen: `pleural fluid:`, not `pleural effusion, Hb 78`."""
        if kind not in _NAMED:
            return True
        tail = _STATED.match(self._folded.text, found.end())
        return bool(_ALWAYS.search(found.group()) or (tail is not None and tail.group().strip()))

    def _above(self, start: int) -> str | None:
        for heading in self._folded.headings(start):
            if heading not in self._of_heading:
                cue = _CUES.search(heading)
                self._of_heading[heading] = cue.lastgroup if cue is not None else None
            kind = self._of_heading[heading]
            if kind is not None:
                return _SPECIMENS[kind]
        return None
