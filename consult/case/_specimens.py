"""Kinds of specimen: CSF glucose is not blood glucose."""

from __future__ import annotations

import re
from functools import lru_cache

_KINDS = (
    ("csf", r"csf|cerebro[- ]?spinal|spinal fluid|脑脊液"),
    ("urine", r"urine|urinary|尿"),
    ("pleural", r"pleural|胸水|胸腔积液"),
    ("ascites", r"ascit|peritoneal|腹水|腹腔积液"),
    ("synovial", r"synovial|joint fluid|关节液|滑膜液"),
    ("stool", r"stool|faec|fec(?:es|al)|粪|大便"),
    (
        "respiratory",
        r"sputum|nasophar|oropharyn|throat|bronch|lavage|\bbal\b|nasal|nares|tracheal|respiratory|痰|咽|鼻|肺泡灌洗",
    ),
    ("breath", r"breath|exhaled|呼气"),
    ("marrow", r"marrow|骨髓"),
    ("blood", r"blood|serum|plasma|edta|citrate|heparin|\bser\b|\bbld\b|血"),
)
_PATTERNS = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _KINDS)


@lru_cache(maxsize=1024)
def specimen_kind(text: str) -> str | None:
    """`blood`, `urine`, `csf` …, or null when the words do not say."""
    for kind, pattern in _PATTERNS:
        if pattern.search(text):
            return kind
    return None


def contradicts(specimen: str | None, expected: str) -> bool:
    """Whether the specimen sent and the one that the test is made from are certainly different ones."""
    if not specimen or not expected:
        return False
    sent, wanted = specimen_kind(specimen), specimen_kind(expected)
    return sent is not None and wanted is not None and sent != wanted
