"""Names of tests in a text, and which of them are not about this patient's result."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from consult.analytes import Catalog
from consult.case._prose.fold import Folded
from consult.case._prose.quantity import name_end
from consult.concepts import Names, Span, stands

_IN_SMALL_LETTERS = ("wbc", "rbc", "hgb", "plt", "mcv", "mch", "alt", "ast", "alp", "ggt", "ldh", "bun", "crp", "esr",
                     "inr", "hct", "tsh", "gcs", "ck", "hba1c", "aptt", "cr", "na")  # fmt: skip
"""Written so in hurried notes, and never another word before a number."""
_SMALL_TWO = frozenset({"hb", "na", "cr", "ck", "ph"})
_VITALS = {
    "O2 saturation": "spo2", "SpO2": "spo2", "SPO2": "spo2", "sats": "spo2", "O2 sats": "spo2", "SaO2": "sao2",
    "Heart rate": "hr", "HR": "hr", "RR": "rr", "BT": "temp", "身高": "height", "weighs": "weight",
    "P": "hr", "R": "rr",
}  # fmt: skip
_MODIFIED = re.compile(
    r"(?:\b(?:corrected|adjusted|fetal|foetal|maternal|donor'?s?|cord|birth|ideal|dry|target|goal|delta|anti|non|pre|"
    r"T|B|NK|CD\d+\+?|mean|average|minimum|lowest|peak|max(?:imum)?|nadir|baseline|tidal|residual|free|ionized|ionised|"
    r"glycated|plasma free|mother's|mixed venous|pleural-to-serum|serum-to-ascites|oral|IV|intravenous|total iron"
    r"|carboxy|met|"
    r"resting|intracranial|pulse|central venous|pulmonary|wedge|left|right|ideal body|transfused|units? of"
    r"|packs? of|previous|prior|usual)[ -]"
    r"|校正|矫正|目标|胎儿|供者|母亲|理想|出生|最高|最低|基础|既往|抗|输注?|备血?|申请)$"
)
_SUPPOSED = re.compile(
    r"\b(?:if|unless|target(?:ing|ed)?|goal|aim(?:ing|ed)?|keep|maintain(?:ed)?|threshold|cut-?off|should|would"
    r"|could|criteria|"
    r"defined as|transfuse|hold|titrate|normal (?:values?|range)|reference|expected|predicted|whenever|risk of"
    r"|in case)\b[^.;\n)]{0,40}$"
    r"|(?:若|如果|如(?!下)|一旦|目标|维持|控制在|控制于|保持|阈值|标准|参考值|正常值|当)[^。；，\n]{0,14}$",
    re.IGNORECASE,
)
_BEFORE = 60


class Mention:
    """A place where a text names a test."""

    __slots__ = ("end", "start", "written")

    def __init__(self, start: int, end: int, written: str) -> None:
        self.start, self.end = start, end
        self.written = written


def mentions(folded: Folded, start: int, end: int, catalog: Catalog) -> Iterator[Mention]:
    """Every test named in a part of the text, from left to right."""
    part = folded.text[start:end]
    for named in _lexicon(catalog).find(part):
        written = part[named.start : named.end]
        if len(written) <= 2 and written.islower() and written.isascii() and written not in _SMALL_TWO:
            continue
        last = name_end(folded.text, start + named.end)
        yield Mention(start + named.start, last, folded.text[start + named.start : last])


def is_other(folded: Folded, name: Mention) -> bool:
    """Not a result of this patient: a relative's, a target, a supposition, or another test whose name ends so."""
    text = folded.text
    before = text[max(0, name.start - _BEFORE) : name.start]
    if re.search(r"[A-Za-z0-9][-/+]$|[^\W\d_]/$|\x7f$", before) and not _path(before):
        return True
    if _MODIFIED.search(before) or _SUPPOSED.search(before):
        return True
    return stands(text, Span(name.start, name.end)) == "relative"


def _path(before: str) -> bool:
    """`Test_Results/Urinalysis/pH`: slashes between the steps of a path, not between two tests."""
    return bool(re.search(r"(?:^|\n)[^\n:=]*/[^\n:=/]*/$|[a-z]{4,}/$", before))


@lru_cache(maxsize=4)
def _lexicon(catalog: Catalog) -> Names:
    names: dict[str, list[str]] = {}
    for key in catalog:
        analyte = catalog[key]
        for name in (analyte.name_en, analyte.name_zh, *analyte.aliases):
            names.setdefault(name, []).append(key)
    mixed = {name.lower() for name in names if not name.isupper()} | set(_IN_SMALL_LETTERS)
    for name in [name for name in names if name.isupper() and name.lower() in mixed]:
        # `PO2` alone would have to be in capitals; `pO2` is a name as well.
        names.setdefault(name.lower(), []).extend(names.pop(name))
    for name, key in _VITALS.items():
        names.setdefault(name, []).append(key)
    return Names(names)
