"""Blood pressure, one mention and two facts, and results in words (`potassium normal`, `白细胞升高`)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from itertools import islice

from consult.analytes import Analyte
from consult.case._draft import Named, Result
from consult.case._model import Reported
from consult.case._prose.names import Mention, is_other
from consult.case._prose.quantity import Quantity, lead
from consult.case._prose.reading import TIME_NOTE, Found, Reading
from consult.case._values import Value

_PRESSURE = re.compile(
    r"(?:(?P<name>\bBP(?![A-Za-z])|\bblood pressure\b|血压)"
    r"(?P<where>(?:[ ](?:right|left|upper|lower|arm|leg|extremit(?:y"
    r"|ies)|sitting|standing|supine|lying)){0,4})"
    r"(?:[ \t\"':=|(]|was|is|of|at|measured|为|约|波动于){0,6})?"
    r"(?<![\d/.<>≤≥])(?P<high>\d{2,3})[ ]?/[ ]?(?P<low>\d{2,3})(?![\d/]|\.\d)(?P<gap>[ ]?)(?P<unit>mm[ ]?Hg|kPa"
    r"|毫米汞柱)?"
    r"(?P<where2>[ ]?(?:[(](?:right|left|sitting|standing|supine|lying|坐位|立位|卧位)[^()\n]{0,20}[)]"
    r"|(?:right|left) (?:arm|leg)|(?:sitting|standing|supine|lying|坐位|立位|卧位)(?![A-Za-z])))?",
    re.IGNORECASE,
)
_PLACE_BEFORE = re.compile(
    r"\b(?P<where>(?:right|left|upper|lower|sitting|standing|supine|lying)(?: (?:arm|leg|extremit(?:y"
    r"|ies)))?)[ \"':=]{0,5}$",
    re.IGNORECASE,
)
_WORDS = re.compile(
    r"[ ]*+[\"':=]{0,3}[ \"']*+(?:was|were|is|are|为)?[ ]*(?P<words>(?:(?:markedly|mildly|slightly|moderately"
    r"|severely|significantly|very|明显|轻度|显著)[ ]?)?"
    r"(?:(?:normal|elevated|raised|increased|high|low|decreased|reduced)"
    r"(?: (?:to|or) (?:(?:markedly|mildly|slightly) )?"
    r"(?:normal|elevated|raised|increased|high|low|decreased|reduced))?|within normal (?:limits|range)|WNL"
    r"|(?P<ordinal>positive|negative|not detected|detected|阳性|阴性)|"
    r"升高|增高|降低|减低|偏高|偏低|正常|(?<=[ :=：白酮糖血])(?:[1-4]\+|\+{1,4}|±)))(?![A-Za-z\d+-]|症|史|原因"
    r"|待查| (?:range|limit|risk|dose|grade|density|saline|fever|flow))",
    re.IGNORECASE,
)
_WORTH_READING = re.compile(
    r"normal|elevated|raised|increased|high|low|decreased|reduced|WNL|positive|negative|detected|升高|增高|降低"
    r"|减低|偏高|偏低|正常|阳性|阴性|[+±]",
    re.IGNORECASE,
)
_PLUSES = re.compile(r"[+±]$")
_MOST = 200


def pressures(reading: Reading) -> Iterator[Found]:
    """Systolic and diastolic pressure of every `BP 90/60`; without its name only beside its unit."""
    for found in islice(_PRESSURE.finditer(reading.folded.text), _MOST):
        if not (found["name"] or found["unit"] or (found["where2"] and int(found["high"]) >= 60)):
            continue
        if int(found["high"]) <= int(found["low"]):
            continue
        start = found.start("name") if found["name"] else found.start("high")
        end = found.end("unit") if found["unit"] else found.end("low")
        if is_other(reading.folded, Mention(start, end, found["name"] or "BP")):
            continue
        name = reading.text[slice(*found.span("name"))] if found["name"] else "BP"
        before = _PLACE_BEFORE.search(reading.folded.text, max(0, found.start() - 30), found.start())
        place = (found["where"] or found["where2"] or (before["where"] if before is not None else "")).strip(" ()")
        for part, side, key in (("high", "systolic", "sbp"), ("low", "diastolic", "dbp")):
            one = Quantity(*found.span(part), found.span(part), None)
            built = reading.result(
                name=f"{name} ({side})", span=(start, end), one=one,
                unit=reading.text[slice(*found.span("unit"))] if found["unit"] else None,
                as_name=side, specimen=None, inferred=None if found["unit"] else "mm[Hg]",
            )  # fmt: skip
            if place:
                built.notes.insert(0, place)
            yield Found(built, (start, end), key)


def in_words(reading: Reading, numbered: Collection[str]) -> Iterator[Found]:
    """Results in words of tests that the text gives no number for."""
    done: set[str] = set(numbered)
    for start, end in reading.folded.sentences:
        if not _WORTH_READING.search(reading.folded.text, start, end):
            continue
        for mention in reading.mentions(start, end):
            found = _worded(reading, mention)
            if found is not None and found.analyte not in done and len(done) < _MOST:
                done.add(found.analyte)
                yield found


def _in_pluses(analyte: Analyte) -> bool:
    """`3+` is told of what a strip or a smear shows, not of `IgG 3+` in brackets behind an antiglobulin test."""
    return analyte.kind == "ordinal" or analyte.group in {"RENAL", "SMEAR"}


def _worded(reading: Reading, mention: Mention) -> Found | None:
    words = _WORDS.match(reading.folded.text, lead(reading.folded.text, mention.end).end)
    if words is None or is_other(reading.folded, mention):
        return None
    specimen, carried = reading.specimens.of(mention.start, mention.end)
    key = reading.catalog.match(mention.written, specimen=specimen).analyte
    if key is None or carried or (_PLUSES.search(words["words"]) and not _in_pluses(reading.catalog[key])):
        return None
    if words["ordinal"] and reading.catalog[key].kind != "ordinal":
        return None
    span = (mention.start, words.end("words"))
    said = reading.text[slice(*words.span("words"))]
    when, time = reading.times.of(*span)
    result = Result(
        name=reading.text[mention.start : mention.end],
        value=Value("text", said),
        source=f"text[{span[0]}:{span[1]}]",
        codings=(Named(mention.written),),
        reported=Reported(value=said),
        specimen=specimen,
        when=when,
        notes=[f"{TIME_NOTE}{time}"] if time else [],
    )
    return Found(result, span, key)
