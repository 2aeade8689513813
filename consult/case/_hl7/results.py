"""One order's OBX segments: results, and texts that are reports."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

from consult.case._draft import Result
from consult.case._hl7.fields import codings, name_of, order_status, result_status, unit_of
from consult.case._hl7.values import NARRATIVE, read_value, sent_value, type_of
from consult.case._hl7.walk import Order, Placed
from consult.case._model import ObservationStatus, Report, Reported
from consult.case._text import clean
from consult.case._times import When, read_hl7_time
from consult.interop.hl7v2 import Segment

LONG_TEXT = 200
"""A narrative longer than this many characters is a report, a shorter one a result in words."""
AGE_CODES = frozenset({"30525-0", "21612-7", "35659-2", "29553-5", "63900-5"})
"""LOINC codes of an age told with the order."""
PREGNANCY_CODES = frozenset({"82810-3", "11449-6"})
_SECTIONS = {
    "RAD": "imaging",
    "RX": "imaging",
    "RUS": "imaging",
    "CT": "imaging",
    "NMR": "imaging",
    "MR": "imaging",
    "NMS": "imaging",
    "CUS": "imaging",
    "VUS": "imaging",
    "OUS": "imaging",
    "XRC": "imaging",
    "EC": "imaging",
    "SP": "pathology",
    "CP": "pathology",
    "CG": "pathology",
    "PAT": "pathology",
    "AP": "pathology",
}
"""HL7 table 0074 (OBR-24) where a text is a report whatever its length."""
_IMAGING = re.compile(
    r"radiolog|x-?ray|\bCT\b|\bMRI?\b|\bPET\b|ultraso|echocard|影像|放射|超声|磁共振|胸片|造影|CT检查", re.IGNORECASE
)
_PATHOLOGY = re.compile(
    r"patholog|histolog|cytolog|biops|bone marrow (?:aspirate|smear)|病理|细胞学|活检|骨髓(?:涂片|活检)", re.IGNORECASE
)
_CLOCKS = timedelta(minutes=5)
"""How far two clocks of one hospital may differ."""
_ZONES = timedelta(hours=26)
"""How far two clocks of the world differ, where only one of two times says its offset."""
_QUESTION_KINDS = frozenset({"QST"})


@dataclass(frozen=True, slots=True)
class Setting:
    """What all results of one message share."""

    message: int
    home: tzinfo
    sent: datetime | None


@dataclass(slots=True)
class OrderResults:
    """What one order holds."""

    results: list[Result]
    reports: list[Report]
    told: list[tuple[Report, Result]] = field(default_factory=list)
    """Each report that is a result, with what it was as one."""
    assumed: bool = False


def read_order(order: Order, setting: Setting) -> OrderResults:
    """The results and reports of one order, in document order; each OBX is in one of the two lists."""
    context = _Context(order, setting)
    found = OrderResults([], [])
    for placed in order.results:
        result = _result(placed, context)
        kind = _report_kind(result, placed.segment, context)
        if kind is None:
            found.results.append(result)
        else:
            _add_report(found, _report(result, kind), result, context)
        found.assumed = found.assumed or (result.when is not None and result.when.assumed)
    found.reports.extend(_notes(order, context))
    return found


class _Context:
    """What the results of one order share."""

    def __init__(self, order: Order, setting: Setting) -> None:
        segment = order.segment
        self.order, self.setting = order, setting
        self.name = name_of(segment, 4) if segment is not None else None
        self.specimen = _specimen(order)
        self.when = _collected(order, setting.home)
        self.handled = _handled(order, setting.home)
        self.status = order_status(segment.text(25)) if segment is not None else None
        self.key = _order_key(order, setting)
        self.kind = _order_kind(segment, self.name)


def _specimen(order: Order) -> str | None:
    """SPM-4; in older versions OBR-15, whose first component is itself a coded field."""
    named = [name_of(segment, 4) for segment in order.specimens]
    found = list(dict.fromkeys(name for name in named if name))
    if found:
        return "; ".join(found)
    if order.segment is None:
        return None
    raw = order.segment.raw(15).split(order.segment.separators.component)
    parts = order.segment.subcomponents(raw[0])
    text = parts[1] if len(parts) > 1 and parts[1] else parts[0]
    if len(raw) > 1 and (len(raw) == 3 or not text or text.isdigit()):
        # Version 2.5 and older senders put a whole coded element here: code^text^system.
        text = order.segment.plain(raw[1]).strip() or text
    return clean(text) or None


def _collected(order: Order, home: tzinfo) -> When | None:
    """When the sample was taken: SPM-17, else OBR-7."""
    for segment in order.specimens:
        when = read_hl7_time(segment.text(17), home)
        if when is not None:
            return when
    return read_hl7_time(order.segment.text(7), home) if order.segment is not None else None


def _handled(order: Order, home: tzinfo) -> list[When | None]:
    """When the laboratory received the specimen (SPM-18, OBR-14) and reported (OBR-22)."""
    received = [read_hl7_time(segment.text(18), home) for segment in order.specimens]
    if order.segment is not None:
        received += [read_hl7_time(order.segment.text(field), home) for field in (14, 22)]
    return received


def _before(taken: When | None, handled: Iterable[When | None]) -> bool:
    """Something was done with a specimen before it was taken; days are compared with days."""
    return any(taken is not None and one is not None and _earlier(one, taken) for one in handled)


def _earlier(one: When, other: When) -> bool:
    if "T" in one.text and "T" in other.text:
        return one.instant < other.instant - (_CLOCKS if one.assumed == other.assumed else _ZONES)
    return one.text[:10] < other.text[: len(one.text[:10])]


def _order_key(order: Order, setting: Setting) -> tuple[str, str]:
    """Filler number, else placer number, and what was ordered; without a number an order is its own."""
    if order.segment is None:
        return (f"message {setting.message}", "")
    number = order.segment.text(3) or order.segment.text(2)
    if not number and order.common is not None:
        number = order.common.text(3) or order.common.text(2)
    return (number or f"message {setting.message} order {order.number}", order.segment.text(4))


def _order_kind(segment: Segment | None, name: str | None) -> str | None:
    return kind_of_text([segment.text(24)], name) if segment is not None else None


def kind_of_text(sections: Iterable[str], name: str | None) -> str | None:
    """`imaging` or `pathology` by the section of the service (HL7 table 0074), else by the name of the order."""
    section = next((_SECTIONS[one.upper()] for one in sections if one.upper() in _SECTIONS), None)
    if section is not None or not name:
        return section
    if _PATHOLOGY.search(name):
        return "pathology"
    return "imaging" if _IMAGING.search(name) else None


def _result(placed: Placed, context: _Context) -> Result:
    segment = placed.segment
    named, misplaced = codings(segment, 3)
    value = read_value(segment, context.setting.home)
    status, doubts = _status(segment, context)
    if misplaced:
        doubts.append("code-misplaced")
    when = read_hl7_time(segment.text(14), context.setting.home) or context.when
    if _before(context.when, [*context.handled, read_hl7_time(segment.text(19), context.setting.home)]):
        doubts.append("times-out-of-order")
    unit_sent, unit = unit_of(segment)
    raw_range = segment.raw(7)
    code = segment.text(3)
    return Result(
        name=named[0].name if named else "",
        value=value,
        source=placed.source,
        codings=named,
        reported=Reported(value=sent_value(segment), unit=unit_sent, range=raw_range or None, flag=_flag(segment)),
        unit=unit,
        range_text=clean(segment.plain(raw_range)) or None if raw_range else None,
        order=context.name,
        specimen=context.specimen,
        when=when,
        status=status,
        notes=[text for note in placed.notes for text in note_texts(note)],
        doubts=doubts,
        question=_is_question(segment, code),
        identity=(*context.key, code or (named[0].name if named else ""), segment.raw(4)),
        group=(context.setting.message, context.order.number),
        sent=context.setting.sent,
    )


def _flag(segment: Segment) -> str | None:
    """OBX-8 as sent: first component of the first repetition."""
    raw = segment.raw(8)
    if not raw:
        return None
    first = raw.split(segment.separators.repetition)[0].split(segment.separators.component)[0]
    return first or None


def _status(segment: Segment, context: _Context) -> tuple[ObservationStatus, list[str]]:
    sent = segment.text(11)
    status = result_status(sent)
    if status is not None:
        return status, []
    if not sent and context.status is not None:
        return context.status, []
    return "unknown", ["status-missing"]


def _is_question(segment: Segment, code: str) -> bool:
    return (
        segment.text(11).upper() == "O"
        or segment.text(29).upper() in _QUESTION_KINDS
        or code in AGE_CODES
        or code in PREGNANCY_CODES
    )


def _report_kind(result: Result, segment: Segment, context: _Context) -> str | None:
    """What kind of report a text is; null when it is a result."""
    if result.value.kind != "text" or result.value.text is None or result.question:
        return None
    if context.kind is not None and (type_of(segment) in NARRATIVE or len(result.value.text) > LONG_TEXT // 4):
        return context.kind
    return "narrative" if len(result.value.text) > LONG_TEXT and type_of(segment) in {*NARRATIVE, "ST"} else None


def _report(result: Result, kind: str) -> Report:
    text = "\n".join([result.value.text or "", *result.notes])
    return Report(
        kind=kind,
        title=result.name or result.order or "",
        text=text,
        effective=result.when.text if result.when is not None else None,
        status=result.status,
        source=result.source,
    )


def _add_report(found: OrderResults, report: Report, result: Result, context: _Context) -> None:
    """Lines of one imaging or pathology text, sent as OBX after OBX of one code, are one report."""
    before = found.reports[-1] if found.reports else None
    if (
        before is not None
        and context.kind is not None
        and (before.kind, before.title, before.status) == (report.kind, report.title, report.status)
    ):
        before.text = f"{before.text}\n{report.text}"
        return
    found.reports.append(report)
    found.told.append((report, result))


def _notes(order: Order, context: _Context) -> list[Report]:
    texts = [text for note in order.notes for text in note_texts(note)]
    when = context.when.text if context.when is not None else None
    return [
        Report(kind="note", title=context.name or "", text=text, effective=when, status="final", source=order.source)
        for text in texts
    ]


def note_texts(note: Segment) -> list[str]:
    """The lines of a note: repetitions of NTE-3, escapes resolved."""
    text = clean("\n".join(note.plain(raw) for raw in note.repetitions(3)))
    return [text] if text else []
