"""HL7 v2 messages to drafts: one per patient."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from datetime import tzinfo

from consult.case._draft import Draft
from consult.case._hl7.identity import read_identity
from consult.case._hl7.parts import Grouped, Part, group_patients, parts_of
from consult.case._hl7.patient import birth_of, read_answers, read_entries, sex_of
from consult.case._hl7.results import Setting, note_texts, read_order
from consult.case._hl7.values import sent_value
from consult.case._hl7.walk import Walk, walk
from consult.case._identity import Terms, merged
from consult.case._model import Identity, Report
from consult.case._text import clean
from consult.case._times import When, read_hl7_time
from consult.interop.hl7v2 import Message, parse

_CHARSET = {"mismatch": "charset-mismatch", "assumed": "charset-assumed"}
_TYPE = re.compile(r"[A-Z][A-Z0-9]{2}")


def read_hl7(source: bytes | str, *, home: tzinfo) -> tuple[list[Draft], list[str]]:
    """The patients in an HL7 v2 input, and a sentence for each part that could not be read."""
    parsed = parse(source)
    problems = list(parsed.problems)
    messages, repeated = _without_repetitions(parsed.messages, problems)
    parts: list[Part] = []
    for message in messages:
        problems.extend(_remarks(message))
        parts.extend(_with_patient(message, problems))
    groups, apart = group_patients(parts)
    problems.extend(apart)
    return [_draft(group, home, repeated) for group in groups], problems


def _without_repetitions(messages: Iterable[Message], problems: list[str]) -> tuple[list[Message], set[int]]:
    """Messages, each once; and the numbers of those that came again with the same control id and content."""
    seen: dict[tuple[str, str], int] = {}
    kept: list[Message] = []
    again: set[int] = set()
    for message in messages:
        key = (message.header.text(10), "\r".join(segment.wire() for segment in message.segments))
        first = seen.setdefault(key, message.number)
        if first == message.number or not key[0]:
            kept.append(message)
        else:
            again.add(first)
            problems.append(f"message {message.number}: the same as message {first}, read once")
    return kept, again


def _remarks(message: Message) -> list[str]:
    remarks = [
        f"message {message.number}, line {line}: a segment of an unknown name was not read" for line in message.unknown
    ]
    if message.truncated:
        remarks.append(f"message {message.number}: ends in the middle of a segment; what is whole was read")
    return remarks


def _with_patient(message: Message, problems: list[str]) -> list[Part]:
    """The parts that make a case; the rest becomes a sentence."""
    kind = message.header.text(9)
    parts = parts_of(message)
    if kind != "ORU" and kind != "OUL" and not any(part.has_results for part in parts):
        named = kind if _TYPE.fullmatch(kind) else "of an unnamed type"
        problems.append(f"message {message.number}: it is {named} and holds no results")
        return []
    usable = [part for part in parts if part.patient is not None or part.has_results]
    if not usable:
        problems.append(f"message {message.number}: it names no patient and holds no results")
    return usable


def _draft(group: Grouped, home: tzinfo, repeated: set[int]) -> Draft:
    draft = Draft(id=_case_id(group))
    walks = [walk(part) for part in group.parts]
    for one in walks:
        _read_walk(one, draft, home)
    _read_person(group, draft, home)
    read_answers(draft.results, draft)
    for part in group.parts:
        _doubt(part, draft, repeated)
    if group.disputed:
        draft.doubts.append("identity-conflict")
        draft.identity = draft.identity.model_copy(update={"shared": True})
    _merge_notes(draft)
    return draft


def _case_id(group: Grouped) -> str:
    digest = hashlib.sha256()
    for part in group.parts:
        for segment in part.segments:
            digest.update(segment.wire().encode("utf-8", errors="surrogatepass") + b"\r")
    return f"case-{digest.hexdigest()[:12]}"


def _read_walk(one: Walk, draft: Draft, home: tzinfo) -> None:
    message = one.part.message
    sent = read_hl7_time(message.header.text(7), home)
    setting = Setting(message.number, home, sent.instant if sent is not None else None)
    if sent is not None and (draft.sent is None or sent.instant > draft.sent):
        draft.sent = sent.instant
    source = f"MSH[{message.number}]"
    draft.reports.extend(
        Report(kind="note", title="", text=text, status="final", source=source)
        for note in one.notes
        for text in note_texts(note)
    )
    for order in one.orders:
        found = read_order(order, setting)
        draft.results.extend(found.results)
        draft.reports.extend(found.reports)
        draft.told.extend(found.told)
        draft.assumed_zone = draft.assumed_zone or found.assumed
        if order.segment is not None:
            _clinical_information(order.segment.raw(13), order.segment.plain, draft)
            reason = order.segment.text(31, 2) or order.segment.text(31)
            _clinical_information(reason, str, draft)
    read_entries(one.others, draft, home)


def _clinical_information(raw: str, plain: Callable[[str], str], draft: Draft) -> None:
    """OBR-13 and OBR-31: what the sender tells of the patient; the same words of several orders once."""
    text = clean(plain(raw)).replace("^", " ") if raw and raw != '""' else ""
    if text and text not in draft.history:
        draft.history.append(text)


def _read_person(group: Grouped, draft: Draft, home: tzinfo) -> None:
    moments = _moments(draft)
    identities: list[Identity] = []
    for part in group.parts:
        patient = part.patient
        born: When | None = None
        if patient is not None:
            if draft.sex == "unknown":
                draft.sex = sex_of(patient.text(8))
            born, unreadable = birth_of(patient, home, moments)
            if unreadable:
                _once(draft.doubts, "birth-date-unreadable")
            # A full date tells more than a year.
            if born is not None and len(born.text) > len(draft.birth or ""):
                draft.birth = born.text[:10]
        elif "patient-missing" not in draft.doubts:
            draft.doubts.append("patient-missing")
        identities.append(read_identity(part.segments, born))
    identities.append(_senders(group))
    draft.identity = merged(identities)


def _moments(draft: Draft) -> list[When]:
    """Times that a birth cannot follow: the results, else the message."""
    moments = [result.when for result in draft.results if result.when is not None]
    if draft.sent is not None:
        moments.append(When("", False, draft.sent))
    return moments


def _senders(group: Grouped) -> Identity:
    terms = Terms()
    for part in group.parts:
        terms.organisation(part.message.header.text(4))
    return Identity(terms=terms.listed())


def _doubt(part: Part, draft: Draft, repeated: set[int]) -> None:
    message = part.message
    if message.charset is not None:
        _once(draft.doubts, _CHARSET[message.charset])
    if message.joined:
        _once(draft.doubts, "line-joined")
    if message.number in repeated:
        _once(draft.doubts, "duplicate-message")
    if message.truncated and part.last:
        _once(draft.doubts, "truncated-message")
        last = part.segments[-1] if part.segments else None
        # The cut may have taken digits: the last result stays, and is doubted.
        if last is not None and last.name == "OBX":
            _doubt_last(draft, message.number, sent_value(last))


def _doubt_last(draft: Draft, number: int, value: str | None) -> None:
    of_message = [result for result in draft.results if result.group[0] == number]
    if of_message and of_message[-1].reported.value == value:
        of_message[-1].doubts.append("truncated-message")


def _once(codes: list[str], code: str) -> None:
    if code not in codes:
        codes.append(code)


def _merge_notes(draft: Draft) -> None:
    """A note that the sender repeats with every order is kept once."""
    seen: set[str] = set()
    kept = []
    for report in draft.reports:
        if report.kind == "note":
            if report.text in seen:
                continue
            seen.add(report.text)
        kept.append(report)
    draft.reports = kept
