"""PID and what else describes the patient: age, sex, pregnancy, diagnoses, allergies, visits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import tzinfo
from decimal import Decimal

from consult.case._draft import Draft, Result
from consult.case._hl7.fields import coding_of, name_of
from consult.case._hl7.results import AGE_CODES, PREGNANCY_CODES, note_texts
from consult.case._hl7.walk import Placed
from consult.case._model import Coding, Entry, Sex
from consult.case._text import clean
from consult.case._times import When, read_hl7_time
from consult.interop.hl7v2 import Segment

_SEX: dict[str, Sex] = {
    "M": "male",
    "MALE": "male",
    "男": "male",
    "男性": "male",
    "1": "male",
    "F": "female",
    "FEMALE": "female",
    "女": "female",
    "女性": "female",
    "2": "female",
    "O": "other",
    "A": "other",
    "X": "other",
    "OTHER": "other",
    "AMBIGUOUS": "other",
    "其他": "other",
}
_PREGNANT = {
    "77386006": True,
    "60001007": False,
    "Y": True,
    "N": False,
    "YES": True,
    "NO": False,
    "PREGNANT": True,
    "NOT PREGNANT": False,
    "LA15173-0": True,
    "LA26683-5": False,
    "是": True,
    "否": False,
    "妊娠": True,
    "未妊娠": False,
}
_YEARS = {
    "a": Decimal(1),
    "y": Decimal(1),
    "yr": Decimal(1),
    "yrs": Decimal(1),
    "year": Decimal(1),
    "years": Decimal(1),
    "岁": Decimal(1),
}
_SHORTER = {
    "mo": 12,
    "mon": 12,
    "month": 12,
    "months": 12,
    "月": 12,
    "wk": 52,
    "w": 52,
    "week": 52,
    "weeks": 52,
    "周": 52,
    "d": 365,
    "day": 365,
    "days": 365,
    "天": 365,
    "日": 365,
    "h": 8760,
    "hr": 8760,
    "hours": 8760,
}
_OLDEST = 130
_VISITS = {
    "I": "inpatient visit",
    "O": "outpatient visit",
    "E": "emergency visit",
    "P": "preadmission",
    "R": "recurring visit",
    "B": "obstetrics visit",
}


def sex_of(text: str) -> Sex:
    """PID-8 in any usual writing."""
    return _SEX.get(text.strip().upper(), "unknown")


def birth_of(patient: Segment, home: tzinfo, moments: Iterable[When]) -> tuple[When | None, bool]:
    """The birth date, and whether one was sent that cannot be one (`0000`, words, after all results)."""
    sent = patient.text(7)
    if not sent or sent == '""':
        return None, False
    born = read_hl7_time(sent, home)
    if born is None:
        return None, True
    newest = max((moment.instant for moment in moments), default=None)
    if newest is not None and born.text[:10] > newest.date().isoformat():
        return None, True
    return born, False


def read_answers(results: Iterable[Result], draft: Draft) -> None:
    """Age and pregnancy as told with the order; the age counts where no birth date is known."""
    for result in results:
        code = result.codings[0].coding.code if result.codings and result.codings[0].coding else ""
        if code in AGE_CODES and draft.age is None:
            draft.age = _age(result)
        if code in PREGNANCY_CODES and draft.pregnant is None:
            draft.pregnant = _pregnant(result)


def _age(result: Result) -> int | None:
    number = result.value.number
    if number is None or result.value.comparator is not None or number < 0:
        return None
    unit = (result.unit or result.value.unit or "a").strip("{} ").lower()
    if unit in _SHORTER:
        number = number / _SHORTER[unit]
    elif unit not in _YEARS:
        return None
    return int(number) if number <= _OLDEST else None


def _pregnant(result: Result) -> bool | None:
    coded = result.value.code.code.upper() if result.value.code is not None else ""
    found = _PREGNANT.get(coded)
    return found if found is not None else _PREGNANT.get((result.value.text or "").upper())


def read_entries(placed: Iterable[Placed], draft: Draft, home: tzinfo) -> None:
    """Diagnoses, allergies, procedures, immunizations and visits of one message."""
    for one in placed:
        entry = _ENTRIES[one.segment.name](one.segment, home)
        if entry is None:
            continue
        entry.source = one.source
        notes = [text for note in one.notes for text in note_texts(note)]
        entry.note = "\n".join([*([entry.note] if entry.note else []), *notes]) or None
        _lists(draft)[one.segment.name].append(entry)


def _lists(draft: Draft) -> dict[str, list[Entry]]:
    return {
        "DG1": draft.conditions,
        "AL1": draft.allergies,
        "IAM": draft.allergies,
        "PR1": draft.procedures,
        "RXA": draft.immunizations,
        "PV1": draft.encounters,
    }


def _entry(name: str | None, code: Coding | None, status: str, time: str, note: str, home: tzinfo) -> Entry | None:
    if not name:
        return None
    when = read_hl7_time(time, home)
    return Entry(
        name=name,
        code=code,
        status=clean(status) or None,
        effective=when.text if when is not None else None,
        note=clean(note) or None,
    )


def _diagnosis(segment: Segment, home: tzinfo) -> Entry | None:
    name = name_of(segment, 3)
    code = coding_of(segment, 3)
    if not name or (code is not None and name == code.code):
        name = clean(segment.plain(segment.raw(4))) or name
    status = "entered-in-error" if segment.text(21).upper() == "D" else segment.text(6)
    return _entry(name, code, status, segment.text(5), "", home)


def _allergy(segment: Segment, home: tzinfo) -> Entry | None:
    time = segment.text(6) if segment.name == "AL1" else segment.text(11)
    status = ""
    if segment.name == "IAM":
        status = "entered-in-error" if segment.text(6).upper() == "D" else segment.text(17)
    note = "; ".join(part for part in (segment.text(4, 2) or segment.text(4), _reactions(segment)) if part)
    return _entry(name_of(segment, 3), coding_of(segment, 3), status, time, note, home)


def _reactions(segment: Segment) -> str:
    return ", ".join(clean(segment.plain(raw)) for raw in segment.repetitions(5) if raw != '""')


def _procedure(segment: Segment, home: tzinfo) -> Entry | None:
    name = name_of(segment, 3) or clean(segment.plain(segment.raw(4)))
    return _entry(name, coding_of(segment, 3), "", segment.text(5), "", home)


def _immunization(segment: Segment, home: tzinfo) -> Entry | None:
    return _entry(name_of(segment, 5), coding_of(segment, 5), segment.text(20), segment.text(3), "", home)


def _visit(segment: Segment, home: tzinfo) -> Entry | None:
    kind = segment.text(2)
    name = _VISITS.get(kind.upper(), clean(kind))
    code = Coding(system="HL70004", code=kind) if kind else None
    return _entry(name, code, "", segment.text(44), "", home)


_ENTRIES = {
    "DG1": _diagnosis,
    "AL1": _allergy,
    "IAM": _allergy,
    "PR1": _procedure,
    "RXA": _immunization,
    "PV1": _visit,
}
