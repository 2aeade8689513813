"""Native JSON to drafts."""

from __future__ import annotations

import hashlib
import json
from datetime import tzinfo
from decimal import Decimal
from typing import Any

from consult.analytes import parse_decimal
from consult.case._draft import Draft, Named, Result
from consult.case._identity import native_identity
from consult.case._model import Entry, Identity, Range, Report, Reported
from consult.case._native.shape import (
    NativeCase,
    NativeEntry,
    NativeObservation,
    NativeRange,
    NativeReport,
    native_case,
)
from consult.case._text import clean
from consult.case._times import When, read_iso_time
from consult.case._values import ABSENT, Value, read_text
from consult.errors import CaseError


def read_native(document: Any, *, home: tzinfo) -> tuple[list[Draft], list[str]]:
    """The cases of a native document: one object, a list of them, or `{"cases": [...]}`.

    In a list an unreadable case becomes a problem and the others are read.

    Raises:
        CaseError: the only case cannot be read, or the document is of another kind.
    """
    if isinstance(document, dict) and "resourceType" in document:
        raise CaseError("this is a FHIR resource, not a native case file; read it as fhir")
    if isinstance(document, dict) and "cases" in document:
        extra = sorted(set(document) - {"cases"})
        if extra:
            raise CaseError(f"{extra[0][:40]} is not a key beside cases")
        return _read_list(document["cases"], "cases", home)
    if isinstance(document, list):
        return _read_list(document, "", home)
    return [_draft(native_case(document), document, "", home)], []


def _read_list(documents: Any, where: str, home: tzinfo) -> tuple[list[Draft], list[str]]:
    if not isinstance(documents, list):
        raise CaseError(f"{where} must be a list")
    if not documents:
        raise CaseError("the list of cases is empty")
    drafts: list[Draft] = []
    problems: list[str] = []
    for position, document in enumerate(documents):
        place = f"{where}[{position}]"
        try:
            drafts.append(_draft(native_case(document, place), document, place, home))
        except CaseError as error:
            problems.append(str(error))
    return drafts, problems


def _draft(case: NativeCase, document: Any, where: str, home: tzinfo) -> Draft:
    draft = Draft(
        id=case.id or _case_id(document),
        sex=case.patient.sex,
        age=case.patient.age_years,
        pregnant=case.patient.pregnant,
        questions=[clean(question) for question in case.questions],
        history=[clean(case.history)] if case.history else [],
    )
    draft.results = [_result(one, n, where, home) for n, one in enumerate(case.observations)]
    draft.reports = [_report(one, f"reports[{n}]", home) for n, one in enumerate(case.reports)]
    draft.conditions = _entries(case.conditions, "conditions", home)
    draft.medications = _entries(case.medications, "medications", home)
    draft.allergies = _entries(case.allergies, "allergies", home)
    draft.procedures = _entries(case.procedures, "procedures", home)
    draft.immunizations = _entries(case.immunizations, "immunizations", home)
    draft.encounters = _entries(case.encounters, "encounters", home)
    draft.identity = native_identity(case.identity.model()) if case.identity is not None else Identity()
    draft.assumed_zone = any(result.when is not None and result.when.assumed for result in draft.results)
    draft.results_expected = not (draft.history or any(draft.entries) or draft.questions)
    _birth(case, draft, home)
    return draft


def _birth(case: NativeCase, draft: Draft, home: tzinfo) -> None:
    """The age of the file wins; without one the birth date of its identity gives it."""
    if draft.age is None and case.identity is not None and case.identity.birth_date is not None:
        born = read_iso_time(case.identity.birth_date, home)
        if born is None:
            draft.doubts.append("birth-date-unreadable")
        else:
            draft.birth = born.text[:10]


def _case_id(document: Any) -> str:
    content = {key: value for key, value in document.items() if key != "quality"}
    text = json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return f"case-{hashlib.sha256(text.encode('ascii')).hexdigest()[:12]}"


def _result(given: NativeObservation, position: int, where: str, home: tzinfo) -> Result:
    place = f"observations[{position}]"
    path = f"{where}.{place}".lstrip(".")
    value = _value(given, path)
    bounds, words = _range(given, path)
    if given.reported is None:
        shown = f"{given.comparator or ''}{given.value}" if given.value is not None else None
        reported = Reported(value=shown, unit=given.unit, range=words or _bounds_text(bounds))
    else:
        reported = Reported(**given.reported.model_dump())
    when = _when(given.effective, f"{path}.effective", home)
    if when is not None and given.effective_assumed:
        when = when._replace(assumed=True)
    return Result(
        name=clean(given.name),
        value=value,
        source=place,
        codings=(Named(clean(given.name), given.code),),
        reported=reported,
        unit=given.unit,
        range_text=words or reported.range,
        range_unit=reported.unit if given.reported is not None and words is None else None,
        range_given=bounds,
        order=given.order,
        specimen=given.specimen,
        when=when,
        status=given.status,
        notes=[clean(note) for note in given.notes],
        doubts=["status-missing"] if given.status == "unknown" and value.kind != "absent" else [],
        identity=None,
    )


def _value(given: NativeObservation, path: str) -> Value:
    if given.value is None:
        return ABSENT
    if given.value_type in {"text", "code", "ratio", "interval"}:
        shown = clean(given.value)
        return Value(given.value_type, shown, comparator=given.comparator, code=given.value_code) if shown else ABSENT
    read = read_text(given.value)
    if given.value_type == "quantity" and read.number is None:
        raise CaseError(f"{path}.value is no number")
    if given.value_code is not None and read.number is None:
        return Value("code", read.text, code=given.value_code)
    comparator = given.comparator or read.comparator
    return Value(read.kind, read.text, read.number, comparator, read.unit, doubts=read.doubts)


def _range(given: NativeObservation, path: str) -> tuple[Range | None, str | None]:
    if isinstance(given.range, NativeRange):
        low, high = (_bound(text, f"{path}.range") for text in (given.range.low, given.range.high))
        if low is not None and high is not None and Decimal(low) > Decimal(high):
            raise CaseError(f"{path}.range has a low above its high")
        if low is None and high is None:
            return None, None
        return Range(low=low, high=high, source=given.range.source), None
    return None, given.range


def _bound(text: str | None, path: str) -> str | None:
    if text is None:
        return None
    number = parse_decimal(text)
    if number is None:
        raise CaseError(f"{path} holds a bound that is no number")
    return format(number, "f")


def _bounds_text(bounds: Range | None) -> str | None:
    if bounds is None:
        return None
    if bounds.low is not None and bounds.high is not None:
        return f"{bounds.low}-{bounds.high}"
    return f">={bounds.low}" if bounds.low is not None else f"<={bounds.high}"


def _when(text: str | None, path: str, home: tzinfo) -> When | None:
    if text is None:
        return None
    when = read_iso_time(text, home)
    if when is None:
        raise CaseError(f"{path} is no ISO 8601 date or time")
    return when


def _report(given: NativeReport, place: str, home: tzinfo) -> Report:
    when = _when(given.effective, f"{place}.effective", home)
    return Report(
        kind=given.kind,
        title=clean(given.title),
        text=clean(given.text),
        effective=when.text if when is not None else None,
        status=given.status,
        source=place,
    )


def _entries(given: list[NativeEntry], name: str, home: tzinfo) -> list[Entry]:
    entries = []
    for position, one in enumerate(given):
        place = f"{name}[{position}]"
        when = _when(one.effective, f"{place}.effective", home)
        entries.append(
            Entry(
                name=clean(one.name),
                code=one.code,
                status=one.status,
                effective=when.text if when is not None else None,
                note=clean(one.note) if one.note else None,
                source=place,
            )
        )
    return entries
