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

_ALONE = (
    r"ris|pacs|(?:histo|cyto)(?:logy|path(?:ology)?)|mrn|mr(?=\s?[#:]| no\b| number)|pid|(?:pt|patient)(?=\s?#| id\b| no\b| number)|urn|nhi|crn|empi|chi|csn|"
    r"har|fin|cpi|mbi|ubrn|npi|dea|vin|iban|din|udi|nmc(?: pin)?|gmc|acct|a/c|account|ssn|soc(?:ial)?\.? sec(?:urity)?\.?|"
    r"medicare|medicaid|nhs|hicn?|nino|accession|acc|barcode|passport|visa|s/n|sn|dl(?=\s?[:#])|sort code|"
    r"(?:driv(?:er'?s?|ing) )?licen[cs]e|(?:health|insurance|id|ration|green) card|state id|(?:device|unit|pump|pacemaker|generator|lead|implant|valve|analyser|analyzer|meter) serial|serial|"
    r"(?:account|card|acct|mobile|phone|ssn|number) ending(?: in| with)?|last (?:four|4)(?: digits)?(?: of(?: the)? (?:ssn|card|account|phone))?"
)
"""Labels of something that is a number whether or not a `no` follows."""
_NOUNS = (
    r"medical record|hosp(?:ital)?|patient|record|chart|file|visit|encounter|episode|admission|attendance|appointment|appt|registration|"
    r"specimen|spec|sample|accession|acc|requisition|req|order|rx|prescription|lab(?:oratory)?|case|tube|slide|block|film|cassette|path(?:ology)?|"
    r"surgical path(?:ology)?|x-?ray|radiology|exam|study|subject|participant|screening|randomi[sz]ation|enrol?lment|site|consent|biobank|"
    r"policy|insurance|insured|payer|payor|member(?:ship)?|subscriber|beneficiary|group|plan|claim|auth(?:ori[sz]ation)?|prior auth(?:ori[sz]ation)?|"
    r"certificate|health(?: card| plan)?|identity|identification|national(?: insurance)?|tax|employee|staff|badge|student|service|"
    r"confirmation|conf|ticket|incident|datix|complaint|invoice|receipt|tracking|referral|booking|reservation|"
    r"unit|blood unit|donor|donation|bag|batch|lot|device|model|pump|pacemaker|implant|implant card|icd|valve|prosthesis|equipment|asset|machine|"
    r"bank|routing|credit card|debit card|bank card|card|vehicle|car|plate|dnr|nhs|chi|unique|master|prior|"
    r"(?:our|your) ref(?:erence)?|ref(?:erence)?|uid|id|unit"
)
"""Labels of things that are also counted, measured or talked about: `order 3 tests`, `group A`, `unit dose 5 mg`."""
_MARK = r"(?P<mark>(?:[ -]?(?:nos?|number|num|nr|id|code|identifier)\b\.?|\s?#|\.(?= )){0,3}(?:\s(?:is|was))?[ \t]?[:#=/]{0,2})\s{0,3}[#(]?"
_TOKEN = (
    r"(?P<code>[a-z]{2,3} \d{5,10}|(?:[a-z]{2,3} (?=\d{3}))?[a-z]{0,3}\d{1,5}(?: \d{2,7}){1,6}(?: \d(?!\d))?(?![\w%/]| ?(?:y|yo|yrs?|years?|m|f|mg|g|ml|mmol|mm|hours?|hrs?|days?|weeks?|months?|bpm|ng|ug|mcg|units?)\b)"
    r"|[=*]?(?=[a-z_./:*-]{0,16}\d)[a-z0-9*]{1,24}(?:[-/_:.][a-z0-9*]{1,20}){0,6}(?: / \d{1,2}(?![\d/]))?)"
)
_LABELLED = re.compile(
    rf"(?<![a-z])(?:(?P<alone>{_ALONE})|(?P<noun>{_NOUNS}))(?![a-z]){_MARK}{_TOKEN}(?![a-z0-9])(?!\.\d)"
)
_LICENCE = re.compile(
    r"(?<![a-z])(?:(?:licen[cs]e|number|registration|vehicle) plate|plate|(?:vehicle |car )?reg(?:istration)?|vehicle|car)(?: (?:no|number|mark)\b\.?)?[ :#]{1,3}"
    r"([a-z]{1,3}[ -]?\d{1,4}[ -]?[a-z]{0,3}|\d{1,3}[ -]?[a-z]{2,3}[ -]?\d{0,4})(?![a-z0-9])"
)
_BED = re.compile(
    r"(?<![a-z])(?:bed|room|rm|cubicle|side ?room|locker)(?:space)?(?: ?(?:no|number)\b\.?|\s?#)?\s?[:#]?[ ]?#?"
    r"([a-z]{0,2}-?\d{1,4}[a-z]?(?:[-./][a-z]?\d{0,3}[a-z]?)?(?<![-./]))(?![a-z0-9])(?!\.\d| ?(?:hours?|hrs?|h|days?|weeks?|months?|min|degrees?|deg|c|f|beds?|%|°|x|times|l|m|people)(?![a-z]))"
)
_LETTER = "[ac-hjkmnp-rt-y]"
_FORMS = re.compile(
    rf"(?<![a-z0-9./-])(?:[1-9]{_LETTER}[ac-hjkmnp-rt-y0-9]\d-?{_LETTER}[ac-hjkmnp-rt-y0-9]\d-?{_LETTER}{{2}}\d\d"  # 1EG4-TE5-MK73
    r"|=?[a-z]\d{4} ?\d\d ?\d{6}(?: ?\d\d)?|[a-z]\d{3} \d{3} \d{3} \d{3}(?: [\da-z])?"  # W1234 26 123456, G123 126 123 456 3
    r"|[12]\d-(?!\d*000)\d{5,7}(?! ?(?:cfu|/|cells|copies))|(?!il|cd)[a-z]{1,3}-?[12]\d[-/]\d{4,7}(?:-[a-z0-9]{1,3})?|[12]\d:[a-z]{1,2}\d{4,7}[a-z]?|[12]\d[a-z]{1,2}-\d{3,6}(?:-\d{1,6})?"  # A26-01234, 26:H12345G
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
    r"(?:(?<=\d{3}[-. ]\d{4})|(?<=\d{4} \d{6})|(?<=\d{6}))[ ,;]{0,2}x\.? ?(\d{2,6})(?![\w^*×/.]*\d)(?! ?(?:10|cells|copies))"
    r"|(?<![a-z])(?:ext(?:ension|n)?|extn|dect|vocera|pager|beeper|bleep|spok|x(?=\d{4,5}\b)|page(?:d|s)?(?= \d{4}| \d\d-\d{3}))\.?(?: (?:no|number|id)\b\.?)?\s?[:#]?[ ]?#?(\d{3,6}|\d\d-\d{3,4})(?![\w/%])(?!\.\d| ?degrees)"
)
_NUMBERED = re.compile(r"no|num|nr|id|code|#|identifier")
_RECORD = re.compile(r"mrn?|pid|pt|patient|hosp|chart|record|medical|file|acct|account|sort|study|subject|participant")
_RANGE = re.compile(r"(?:0|[1-9]\d{0,5})-\d{1,6}\Z|\d{1,3}/\d{1,3}\Z")
_DECIMAL = re.compile(r"\d+\.\d{1,3}\Z")
_WHEN = re.compile(
    r"(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])(?:[-/.]|\Z)|(?:0?[1-9]|[12]\d|3[01])[/.](?:0?[1-9]|[12]\d|3[01])[/.](?:(?:19|20)\d\d|\d\d)\Z|(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?\Z"
    r"|(?:0?[1-9]|[12]\d|3[01])-(?:0?[1-9]|1[0-2])-(?:19|20)\d\d\Z|(?:0?[1-9]|[12]\d|3[01])-?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
)
_SHORT_DATE = re.compile(r"(?:0?[1-9]|[12]\d|3[01])-(?:0?[1-9]|[12]\d|3[01])-\d\d\Z")
_REFERENCE = re.compile(r"\d{4,}/\d|\d+-\d+-\d")
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
    for pattern in (_LICENCE, _BED):
        yield from (Found("id", *match.span(1), 0.9) for match in pattern.finditer(text))
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
        return mixed and (len(plain) > digits or _REFERENCE.match(code) is not None)
    if mark.strip("./ "):
        return digits > 1 or mixed
    if match["alone"] is not None:
        return digits > 4 or mixed or "ending" in label or "last" in label
    if label in {"subject", "participant"} and digits > 3 and not _YEAR.match(code):
        return True
    return (mixed and digits > 3 and len(plain) > digits) or (digits > 6 and not _YEAR.match(code))
