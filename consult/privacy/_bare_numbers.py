# ruff: noqa: E501 - tables and patterns, which are read as a whole
"""Numbers that nothing announces: what has the look of an identifier and is no value, date, dose, range or known code.

A hospital's labels are endless, so whatever is long enough is taken: letters and digits mixed with five digits or more,
eight digits or more in a row, digits in groups. What is left alone is listed here, because that list is the shorter one:
measurements and counts, dates and times, ranges, titres, dimensions, genes and their variants, and the codes of
registries, standards and drugs under trial.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from consult.privacy._detect import Found
from consult.privacy._identifiers import MEASURED

_RUN = re.compile(r"(?<![a-z0-9])[a-z0-9]+(?:[-/_.:*>+^=~,'][a-z0-9]+)*(?![a-z0-9])")
_SEPARATED = re.compile(r"[a-z0-9]+(?:[-/_][a-z0-9]+)*")
_WHEN = re.compile(
    r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:t?\d{0,6})"  # 20260315, 20260315T0830
    r"|(?:19|20)\d\d[-/](?:0?[1-9]|1[0-2])(?:[-/](?:0?[1-9]|[12]\d|3[01]))?(?:t\d{1,6})?"
    r"|(?:0?[1-9]|[12]\d|3[01])[-/](?:0?[1-9]|[12]\d|3[01])[-/](?:19|20)?\d\d"
    r"|(?:0?[1-9]|[12]\d|3[01])[-/]?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}[-/]?(?:19|20)?\d\d"
    r"|(?:0?[1-9]|1[0-2])/(?:19|20)\d\d|(?:19|20)\d\d[-/](?:19|20)?\d\d"
)
_IN_TABLE = re.compile(r"(?:\d:\d\d|\|)\s?\|\s?[^|\n\d]{2,40}?\s?\|\s?([a-z]{0,2}\d{6,9})(?=\s?\|)")
"""`| 02:33 | Joy Bhatt | 6530370 |`: a number of its own column behind whoever it belongs to."""
_REGISTERED = re.compile(
    r"(?<![a-z])(?:reg|pin|agency|bank|locum|token|s/n|sn|rx|serial)\.?(?: (?:no|number|sn|rx)\.?)?[,:]?\s{1,2}([a-z]?\d{5,8})(?![\da-z]|\.\d)"
)
"""The number of a nurse from an agency, of a pharmacist on the register."""
_UNIT = (
    r"(?:hpf|lpf|cmm|[mkunpcdf]?g|mcg|[mkundf]?l|[mk]?i?u|units?|[munp]?mol|meq|cfu|copies|cells|[cmukn]m|hrs?|h|min|s|ms|d|days?|k?bp|"
    r"mmhg|cmh2o|kpa|mosm|osm|nm|kcal|kj|kb|k?da|rpm|k?hz|w|v|x|ppm|k|m|bpm|fps|ma|kvp?|gy|cgy|mbq|ci|e\d{1,2})"
)
_VALUE = re.compile(
    rf"\d+(?:[-/]\d+)*[-/]?{_UNIT}\d?(?:[-/]\d*[a-z]+\d{{0,2}})*"  # 25000u, 12500iu/ml
    r"|[xpe]?\d+(?:x\d+)+(?:mm|cm)?|x?10[0-9]*|\d+e\d+"  # 120x135x150, x100000
)
_CODE = re.compile(
    r"nct\d{8}|isrctn\d+|chictr[-\d]+|ctri/.*|actrn\d+|eudract.*|20\d\d-\d{6}-\d\d|pm(?:id|c)\d+|rs\d+|(?:n[mpcgr]|x[mp]|lrg)_\d+"
    r"|ens[a-z]{0,3}\d+|cos[mv]\d+|hgnc\d+|chr[\dxy].*|[acgt]\d{2,6}[acgt]|(?:[a-z]{1,3}\d{1,4}_)+[a-z]{1,3}\d{1,4}[a-z]*"
    r"|\d{2,7}-\d\d-\d|(?:iso|iec|gb|ws|yy|en|bs|din|clsi|hl7|fhir|rfc|usp)[-/_t]{0,3}\d.*|y?p?t\d.*n[\dx].*"
    r"|(?:pf|bms|ly|ro|jnj|gsk|pci|bay|mk|amg|abt|abbv|azd|sar|bgb|incb|act|regn|vx|sb|sch|cp|tak|ono|ds|hbs)-?\d{3,8}[a-z]?"
)
"""Registries of trials and articles, variants, CAS numbers, standards, TNM, drugs under trial."""
_CODE_LABEL = re.compile(
    r"(?:icd(?:-?\d\d?)?(?:-?cm|-?pcs)?|loinc|snomed(?: ct)?|rxnorm|cpt|hcpcs|drg|ops|atc|cas|omim|orpha(?:net)?|hpo?|ndc|pmid|"
    r"doi|isbn|issn|grant|catalog(?:ue)?|cat|model|ref|gtin|ean|version|v|trial|protocol|umls|mesh|ec|section|"
    r"型号|货号|镜号|国药准字[a-z]?|准字[a-z]?|标准号?|注册证)[\s.:#=\"'-]{0,5}(?:codes?|no|number|号)?[\s.:#=\"']{0,3}\Z"
)
_COUNTED = re.compile(
    r"(?:[<>=~≈≤≥±×+^*]|dna|rna|loads?|copies|counts?|plt|platelets?|wbc|wcc|rbc|titres?|titers?|total|about|approximately|x|拷贝|载量|计数|约|共)"
    r"[\s:=(<>]{0,3}\Z"
)
_LAST_UNIT = re.compile(r"\s?(?:/|-)?\s?(?:iu|u|mg|ml|copies|cells|拷贝|个|元|万|亿|次|年|月)(?![a-z])")
_JOINED = frozenset("@^*\\/+>~")
"""Directly before a token these make it a part of something longer."""
_GOES_ON = re.compile(r"[.,:*>^]\d|[*>^@]|\.[a-z]")
_YEAR = re.compile(r"(?:19|20)\d\d")
_LETTERS = re.compile(r"[a-z]+")
_DIGITS = re.compile(r"\d+")


def find_bare_numbers(text: str) -> Iterator[Found]:
    """Tokens of a folded text that look like identifiers."""
    for pattern in (_IN_TABLE, _REGISTERED):
        yield from (Found("id", *match.span(1), 0.7) for match in pattern.finditer(text))
    for match in _RUN.finditer(text):
        run = match.group()
        if len(run) < 7 or sum(map(str.isdigit, run)) < 5 or _SEPARATED.fullmatch(run) is None:
            continue
        if _looks_it(run) and not _is_something_else(text, match.start(), match.end(), run):
            yield Found("id", *match.span(), 0.7)


def _looks_it(run: str) -> bool:
    """By its shape alone."""
    if _WHEN.fullmatch(run) or _VALUE.fullmatch(run) or _CODE.fullmatch(run):
        return False
    groups = _DIGITS.findall(run)
    digits = sum(map(len, groups))
    letters = _LETTERS.findall(run)
    if letters:
        if _YEAR.fullmatch(groups[-1]) and digits < 8 and len(groups) > 1 and max(map(len, letters)) > 3:
            return False  # what somebody published that year
        return max(map(len, letters)) < 6 and (len(groups) < 4 or digits > 6)
    if len(groups) == 1:
        return digits > 7 and not run.endswith("0000")
    if "/" in run:
        return len(groups) == 2 and _is_of_a_year(*groups)
    if len(groups) == 2:
        return digits > 8 and len(groups[0]) != len(groups[1])
    return digits > 7


def _is_of_a_year(number: str, year: str) -> bool:
    """`12345/26`, `1182/2026`, `2026/00412`: a running number and its year."""
    if _YEAR.fullmatch(number):
        return len(year) > 3
    return (len(year) == 2 and len(number) > 4) or (_YEAR.fullmatch(year) is not None and len(number) > 2)


def _is_something_else(text: str, start: int, end: int, run: str) -> bool:
    """By what stands around it: a measurement, a count, a code of a system that is named."""
    before = text[max(0, start - 24) : start]
    if before.rstrip(" :").endswith(("i/o", "in/out", "intake/output")):  # volumes
        return True
    if _CODE_LABEL.search(before) or (before and before[-1] in _JOINED):
        return True
    if run.isdigit() and (MEASURED.match(text, end) or _LAST_UNIT.match(text, end) or _COUNTED.search(before)):
        return True
    return _GOES_ON.match(text, end) is not None
