# ruff: noqa: E501 - tables and patterns, which are read as a whole
"""Numbers and codes of English records: what a label tells, and what is known by the form that somebody laid down for it.

Forms: Medicare beneficiary identifiers as CMS lays them down, donation numbers of ISBT 128, ZIP+4 of the US post, UDI of
GS1, MAC addresses of IEEE 802, accession numbers with a two-digit year as pathology departments count. A result never
has one of them; what stands behind a label is left alone where it is a measurement, a range, a date or a time of day.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from consult.privacy._detect import Found
from consult.privacy._identifiers import MEASURED
from consult.privacy._labels_en import ALONE, NEVER, NOUNS

_MARK = r"(?P<mark>(?:[ -]?(?:nos?|number|num|nr|id|code|identifier)\b\.?|\s?#|\.(?= )){0,3}(?:\s(?:is|was))?[ \t]?[:#=/]{0,2})\s{0,3}[#(]?"
_TOKEN = (
    r"(?P<code>[a-z]{2,3} \d{5,10}|[a-z]{0,3}\d{3,6} \d{3,6}-\d{1,4}|(?:[a-z]{2,3} (?=\d{3}))?[a-z]{0,3}\d{1,5}(?: \d{2,7}){1,6}(?: \d(?!\d))?(?![\w%/]| ?(?:y|yo|yrs?|years?|m|f|mg|g|ml|mmol|mm|hours?|hrs?|days?|weeks?|months?|bpm|ng|ug|mcg|units?)\b)"
    r"|[=*]?(?=[a-z_./:*-]{0,16}\d)[a-z0-9*]{1,24}(?:[-/_:.][a-z0-9*]{1,20}){0,6}(?: / \d{1,2}(?![\d/])|(?<=\d{8}) 0\d(?!\d))?)"
)
_LABELLED = re.compile(
    rf"(?<![a-z])(?:(?P<alone>{ALONE})|(?P<noun>{NOUNS}))(?![a-z]){_MARK}{_TOKEN}(?![a-z0-9])(?!\.\d)"
)
_ANY_LABEL = re.compile(
    rf"(?<![a-z])(?!(?:{NEVER})(?![a-z]))[a-z][a-z&'-]{{1,18}}(?:\s(?:(?:nos?|nr|num)\s?[.:#]|number|id\b|identifier|code)|\s?#)(?:\s(?:is|was))?\s?[.:#=]{{0,2}}\s{{0,3}}"
    r"(?P<code>(?=[a-z/-]{0,8}\d)(?=(?:[a-z/ -]{0,8}\d){3})[a-z]{0,6}[-/]?\d[a-z0-9]*(?:[-/_][a-z0-9]+| \d{3,}(?!\d*[.%])){0,4})(?![a-z0-9%])(?!\.\d)"
)
"""Whatever is called a number: `seal no. 00441778`, `wallet id 4471-A`."""
_PAGED = re.compile(
    r"(?<![a-z])(?:page|bleep|call|fast-?bleep)(?:d|ed)? [^\d\n;:]{2,40}? (?:(?:at|on|via) |\()(\d{3,6}|\d\d-\d{3,4})(?![\w/:%])(?!\.\d| ?(?:hrs?|h|am|pm)\b)|(?<![a-z])page (\d{3,5})(?![\w/:%])|(?<![a-z])(?:paged|bleeped) \((\d{3,6})\)"
    r"|(?<![a-z])(?:incident|accident|complaint) (?:report|summary|form)[ \t:#]{1,6}(\d{5,9})(?![\w/:%])"
)
_PLATE = re.compile(
    r"(?<![A-Za-z0-9-])(?!CD|HR|BP|RR|PS|GA|PD|HB)[A-Z]{2}[0-9]{2} ?(?!POS|NEG|LOW|AND|THE|HIGH)[A-Z]{3}(?![A-Za-z0-9-])"
    r"|(?<![A-Za-z0-9-])(?:[0-3]\d[12]?)-(?:C|CE|CN|CW|D|DL|G|KE|KK|KY|L|LD|LH|LK|LM|LS|MH|MN|MO|OY|RN|SO|T|TN|TS|W|WH|WX|WW)-\d{1,6}(?![A-Za-z0-9-])"
    r"|(?<![A-Za-z0-9-])[A-Z]{2}[ -]?\d{2}[ -]?[A-Z]{1,2}[ -]?\d{4}(?![A-Za-z0-9-])"
)
"""Registration marks of Great Britain, Ireland and India."""
_LICENCE = re.compile(
    r"(?<![a-z])(?:(?:licen[cs]e|number|registration|vehicle) plate|plate|(?:vehicle |car )?reg(?:o|istration)?|vehicle|car)(?: (?:no|number|mark)\b\.?)?[ :#]{1,3}"
    r"((?!bed|rm|bay|day|age)[a-z]{1,3}[ -]?\d{1,4}[ -]?[a-z]{0,3}|\d{1,3}[ -]?[a-z]{2,3}[ -]?\d{0,4})(?![a-z0-9])"
)
_LETTER = "[ac-hjkmnp-rt-y]"
_FORMS = re.compile(
    rf"(?<![a-z0-9./-])(?:[1-9]{_LETTER}[ac-hjkmnp-rt-y0-9]\d-?{_LETTER}[ac-hjkmnp-rt-y0-9]\d-?{_LETTER}{{2}}\d\d"  # 1EG4-TE5-MK73
    r"|=?[a-z]\d{4} ?\d\d ?\d{6}(?: ?\d\d)?|[a-z]\d{3} \d{3} \d{3} \d{3}(?: [\da-z])?"  # W1234 26 123456, G123 126 123 456 3
    r"|[12]\d-(?!\d*000)\d{5,7}(?! ?(?:cfu|/|cells|copies))|(?!il|cd)[a-z]{1,3}-?[12]\d[-/]\d{4,7}(?:-[a-z0-9]{1,3})?|[12]\d:[a-z]{1,2}\d{4,7}[a-z]?|[a-z]\d\d[:.]\d{5,7}|[a-z],\d\d\.\d{6,8}\.[a-z]|[12]\d[a-z]{1,2}-\d{3,6}(?:-\d{1,6})?"  # A26-01234, 26:H12345G
    r"|[a-ceghj-prstw-z][a-ceghj-nprstw-z] ?\d\d ?\d\d ?\d\d ?[a-d]|[a-z]\d{3} \d\d \d{3} \d{3} [\da-z]"  # QQ 12 34 56 C, G071 24 824 279 9
    r"|(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}"
    r"|[x*]{3}-?[x*]{2}-?\d{4})(?![a-z0-9.-]*\d)(?![a-z])"
    r"|\(01\) ?\d{14}(?: ?\((?:10|11|17|21)\) ?[a-z0-9-]{1,20})*"
)
_ZIP_FOUR = re.compile(r"(?<![a-z0-9./-])\d{5}-\d{4}(?![\w-]|\.\d)")
"""No range, whose larger number would stand second."""
_STATE_ZIP = re.compile(
    r"(?<=, )(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]) (\d{5}(?:-\d{4})?)(?![\d-])"
)
_ZIP = re.compile(
    r"(?<![a-z])(?:zip(?: ?code)?|post ?code|postal code)\s?[:#]?\s?(\d{5}(?:-\d{4})?|[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2})(?![a-z0-9])"
)
_EXTENSION = re.compile(
    r"(?:(?<=\d{3}[-. ]\d{4})|(?<=\d{4} \d{6})|(?<=\d{6})|(?<=\d{3} \d{3} \d{3}))[ ,;]{0,2}x\.? ?(\d{2,6})(?![\w^*×/.]*\d)(?! ?(?:10|cells|copies))"
    r"|(?<![a-z])(?:ext(?:ension|n)?|extn|dect|vocera|pager|beeper|bleep|spok|x(?=\d{4,5}\b)|page(?:d|s)?(?= \d{4}| \d\d-\d{3}))\.?(?: (?:no|number|id)\b\.?)?\s?[:#]?[ ]?#?(x?\d{3,6}|\d\d?-\d{3,4})(?![\w/%])(?!\.\d| ?degrees)"
)
_NUMBERED = re.compile(r"no|num|nr|id|code|#|identifier")
_RECORD = re.compile(r"mrn?|pid|pt|patient|hosp|chart|record|medical|file|acct|account|sort|study|subject|participant")
_RANGE = re.compile(r"(?:0|[1-9]\d{0,5})-\d{1,6}\Z|\d{1,3}/\d{1,3}\Z")
_DECIMAL = re.compile(r"\d+\.\d{1,3}\Z")
_WHEN = re.compile(
    r"(?:19|20)\d\d-(?:19|20)\d\d\Z|(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])(?:[-/.]|\Z)|(?:0?[1-9]|[12]\d|3[01])[/.](?:0?[1-9]|[12]\d|3[01])[/.](?:(?:19|20)\d\d|\d\d)\Z|(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?\Z"
    r"|(?:0?[1-9]|[12]\d|3[01])-(?:0?[1-9]|1[0-2])-(?:19|20)\d\d\Z|(?:0?[1-9]|[12]\d|3[01])-?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
)
_SHORT_DATE = re.compile(r"(?:0?[1-9]|[12]\d|3[01])-(?:0?[1-9]|[12]\d|3[01])-\d\d\Z")
_REFERENCE = re.compile(r"\d{4,}/\d|\d+([-/])\d+\1\d|\d{6,}\Z")
"""Digits of a reference, which a reference range never has: `12345/26`, `3943-2216-400`."""
_PREFIXED = re.compile(r"[a-z]{2,3} ")
_YEAR = re.compile(r"(?:19|20)\d\d\Z")


def find_numbers_en(text: str, cased: str) -> Iterator[Found]:
    """Record, account, specimen, insurance, device, bed and extension numbers.

    Args:
        text: folded.
        cased: the same with its capitals.
    """
    for match in _LABELLED.finditer(text):
        if _is_number(text, cased, match):
            yield Found("id", *match.span("code"), 0.9)
    for match in _ANY_LABEL.finditer(text):
        if not _WHEN.match(match["code"]) and not MEASURED.match(text, match.end()):
            yield Found("id", *match.span("code"), 0.8)
    yield from (Found("id", *match.span(), 0.8) for match in _PLATE.finditer(cased))
    yield from (Found("phone", *match.span(match.lastindex or 0), 0.8) for match in _PAGED.finditer(text))
    yield from (Found("id", *match.span(1), 0.9) for match in _LICENCE.finditer(text))
    yield from (Found("id", *match.span(), 0.9) for match in _FORMS.finditer(text))
    yield from (Found("address", *match.span(1), 0.8) for match in _STATE_ZIP.finditer(cased))
    yield from (Found("address", *match.span(1), 0.9) for match in _ZIP.finditer(text))
    yield from (Found("address", *match.span(), 0.8) for match in _ZIP_FOUR.finditer(text))
    yield from (Found("phone", *match.span(match.lastindex or 1), 0.9) for match in _EXTENSION.finditer(text))


def _is_number(text: str, cased: str, match: re.Match[str]) -> bool:
    """Whether what stands behind a label is a number that names somebody: the weaker the label, the more it must look so."""
    code, mark, label = match["code"], match["mark"].strip(), match["alone"] or match["noun"]
    plain = re.sub(r"[^a-z0-9]", "", code)
    digits = sum(character.isdigit() for character in plain)
    if len(plain) < 3 or _WHEN.match(code) or _DECIMAL.match(code):
        return False
    if code.isdigit() and MEASURED.match(text, match.end()):
        return False
    if _PREFIXED.match(code) and not (mark and cased[match.start("code") : match.end("code")].isupper()):
        return False
    numbered = _NUMBERED.search(mark) is not None or (bool(mark) and _RECORD.match(label) is not None)
    if _SHORT_DATE.match(code) and not numbered:
        return label == "sort code"
    if _RANGE.match(code) and not numbered and digits < 7:
        return False
    mixed = digits > 2 and not code.isdigit()
    if label.endswith(("ref", "reference")):
        return digits > 2 and (len(plain) > digits or _REFERENCE.match(code) is not None)
    if mark.strip("./ "):
        return digits > 1 or mixed
    if label == "tag" and digits > 3 and not _YEAR.match(code):
        return True
    if label in {"incident", "complaint", "claim"} and _REFERENCE.match(code):
        return True
    if label.startswith("key") or (label == "id" and not _YEAR.match(code)):
        return digits > 2 and (label != "id" or digits > 3 or not code.isdigit())
    if match["alone"] is not None:
        return digits > 4 or mixed or "ending" in label or "last" in label
    if label in {"subject", "participant"} and digits > 3 and not _YEAR.match(code):
        return True
    return (mixed and digits > 3 and len(plain) > digits) or (digits > 6 and not _YEAR.match(code))
