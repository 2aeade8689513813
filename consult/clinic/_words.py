"""Results in words: positive, negative, or neither."""

from __future__ import annotations

import re

_CODES = {
    "10828004": True,  # SNOMED CT: positive
    "260385009": False,  # negative
    "260373001": True,  # detected
    "260415000": False,  # not detected
    "11214006": True,  # reactive
    "131194007": False,  # non-reactive
    "52101004": True,  # present
    "2667000": False,  # absent
    "LA6576-8": True,  # LOINC answers: positive
    "LA6577-6": False,  # negative
    "LA11882-0": True,  # detected
    "LA11883-8": False,  # not detected
    "POS": True,
    "NEG": False,
}
_NAMES = re.compile(r"\b(?:gram|coagulase)[\s-]*(?:positive|negative)|革兰氏?(?:染色)?[阴阳]性", re.IGNORECASE)
_ORGANISMS = re.compile(
    r"staphylococ|streptococ|enterococ|escherichia|klebsiella|pseudomonas|acinetobacter|enterobacter|salmonella|listeria"
    r"|candida|cryptococ|plasmodium|babesia|葡萄球菌|链球菌|肠球菌|埃希菌|克雷伯|假单胞菌|不动杆菌|沙门菌|念珠菌|隐球菌|疟原虫",
    re.IGNORECASE,
)
_NEITHER = re.compile(
    r"\b(?:indeterminate|equivocal|borderline|inconclusive|invalid|pending|see (?:note|comment)|contamina\w+)\b"
    r"|\bto follow\b|可疑|灰区|临界|不确定|待定|待查|污染|无效",
    re.IGNORECASE,
)
_NEGATIVE = re.compile(
    r"\b(?:negative|neg|non-?\s?reactive"
    r"|not? (?:\w+ ){0,2}(?:detected|seen|found|present|isolated|identified|growth|grown|grew)"
    r"|none (?:detected|seen|found)|no \w+ (?:detected|seen|found|isolated)|no growth|undetected|undetectable|absent)\b"
    r"|阴性|未检出|未检测到|未见|未发现|未培养出|未生长|未找到|无疟原虫|无(?:细菌|真菌|菌)?生长|^\s*[(（]?\s*[-－—]\s*[)）]?\s*$",
    re.IGNORECASE,
)
_POSITIVE = re.compile(
    r"\b(?:positive|pos|reactive|detected|present|seen|observed|isolated|growth of|grew|grown)\b"
    r"|阳性|检出|检测到|发现|培养出|有(?:细菌|真菌|菌)?生长|生长|^\s*[(（]?\s*[1-4]?\s*[+＋]{1,4}\s*[1-4]?\s*[)）]?\s*$",
    re.IGNORECASE,
)
_RESISTANCE = re.compile(
    r"[(（][^()（）]*(?:resistan|mutation|耐药|突变)[^()（）]*[)）]|[,;，；。][^,;，；。]*(?:resistan|mutation|耐药|突变)[^,;，；。]*",
    re.IGNORECASE,
)
"""What is said of resistance beside whether an organism was found: `MTB detected; RIF resistance not detected`."""


def positive(text: str, code: str | None = None) -> bool | None:
    """True for a positive result in words, false for a negative one, None for neither or for both.

    An organism that is named (`Gram-positive cocci in clusters`) is a positive culture.
    """
    if code is not None and code in _CODES:
        return _CODES[code]
    named = _NAMES.search(text[:400]) is not None or _ORGANISMS.search(text[:400]) is not None
    plain = _RESISTANCE.sub(" ", _NAMES.sub(" ", text[:400]))
    if _NEITHER.search(plain):
        return None
    without = _NEGATIVE.sub(" ", plain)
    denied, affirmed = without != plain, _POSITIVE.search(without) is not None
    if denied:
        return None if affirmed else False
    return True if affirmed or named else None
