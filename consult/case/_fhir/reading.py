"""One patient's FHIR resources to a draft."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, tzinfo
from typing import Any

from consult.case._draft import Draft, Result
from consult.case._fhir.entries import ENTRY_TYPES, add_entries, read_entries
from consult.case._fhir.identity import read_identity
from consult.case._fhir.patients import Person, is_theirs
from consult.case._fhir.reports import Texts, order_of, read_composition, read_document, read_report
from consult.case._fhir.requests import REQUEST_TYPES, is_open, ordered_by, question_of, reason_of
from consult.case._fhir.results import Order, Setting, read_observation
from consult.case._hl7.patient import read_answers, sex_of
from consult.case._model import Report
from consult.case._text import clean
from consult.case._times import When, age_on, read_iso_time
from consult.interop.fhir import Placed, References, Resource, items, obj, objs, text, version_of, words

_DATES = ("issued", "authoredOn", "recordedDate", "date", "dateWritten", "dateRecorded", "assertedDate")


class Reading:
    """One patient's resources on their way to a draft."""

    def __init__(self, person: Person, links: References, home: tzinfo, *, sent: Mapping[int, str]) -> None:
        self.person, self.links, self.home = person, links, home
        scopes = {one.scope for one in (*person.records, *person.members)}
        times = [read_iso_time(sent[scope], home) for scope in scopes if scope in sent]
        self.timestamp = max((when for when in times if when is not None), key=_instant, default=None)
        self.problems: list[str] = []
        """A sentence for each part that could not be read."""
        self.closed: Counter[str] = Counter()
        """Requests that no longer stand, and so ask nothing."""
        self.newest: When | None = None
        self.orders: dict[int, Order] = {}
        self.answered: set[int] = set()

    def draft(self) -> Draft:
        draft = Draft(id=self._case_id())
        members = self._without_repetitions(draft)
        self.newest = self._newest(members)
        self._person(draft)
        setting = Setting(self.home, self.links, self.person, draft.sex, self._age(draft), self.orders)
        self._orders(members, setting)
        self._missing_results(members, draft)
        for one in members:
            self._read(one, draft, setting)
        self._requests(members, draft)
        read_answers(draft.results, draft)
        self._finish(draft, members)
        return draft

    def _case_id(self) -> str:
        digest = hashlib.sha256()
        for one in (*self.person.records, *self.person.members):
            written = json.dumps(one.resource, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
            digest.update(written.encode("ascii"))
        return f"case-{digest.hexdigest()[:12]}"

    def _without_repetitions(self, draft: Draft) -> list[Placed]:
        """Each resource once; of several versions of one all stay, and only the newest counts."""
        kept: list[Placed] = []
        known: dict[tuple[Any, ...], Placed] = {}
        for one in self.person.members:
            key = (one.kind, one.url or f"{one.scope} {one.id}") if one.id and one.container is None else (id(one),)
            before = known.get(key)
            if before is not None and before.resource == one.resource:
                self.problems.append(f"{one.pointer}: the same as {before.pointer}, read once")
                _once(draft.doubts, "duplicate-message")
                continue
            if before is not None:
                older = before if _updated(before) <= _updated(one) else one
                older.resource = {**older.resource, "status": "entered-in-error"}
                if older is one:
                    kept.append(one)
                    continue
            known[key] = one
            kept.append(one)
        return kept

    def _person(self, draft: Draft) -> None:
        born: When | None = None
        for record in self.person.records:
            if draft.sex == "unknown":
                draft.sex = sex_of(text(record.resource.get("gender")))
            sent = text(record.resource.get("birthDate"))
            found = read_iso_time(sent, self.home) if sent else None
            if sent and (found is None or self._before_birth(found)):
                _once(draft.doubts, "birth-date-unreadable")
            elif found is not None and len(found.text) > len(draft.birth or ""):
                born, draft.birth = found, found.text[:10]
        if not self.person.records:
            _once(draft.doubts, "patient-missing")
        if self.person.kept_apart:
            _once(draft.doubts, "identity-conflict")
        draft.identity = read_identity(self.person, self.links, born)

    def _before_birth(self, born: When) -> bool:
        """Every time that is known lies before the birth."""
        return self.newest is not None and born.text[:10] > self.newest.instant.date().isoformat()

    def _newest(self, members: list[Placed]) -> When | None:
        times = [when for one in members for when in _moments(one.resource, self.home)]
        return max(times, key=_instant) if times else self.timestamp

    def _age(self, draft: Draft) -> int | None:
        if draft.birth is None or self.newest is None:
            return None
        return age_on(draft.birth, self.newest.instant)

    def _orders(self, members: list[Placed], setting: Setting) -> None:
        """What each result was ordered as: its report, else its panel, else the request."""
        for one in members:
            if one.kind == "DiagnosticReport":
                self._order(one, order_of(one, setting), ("result",))
        for one in members:
            if one.kind == "Observation" and (one.resource.get("hasMember") or one.resource.get("related")):
                panel = self.orders.get(id(one.resource))
                name = clean(words(one.resource.get("code"))) or None
                kind = panel.kind if panel is not None else None
                self._order(one, Order(name=name, kind=kind), ("hasMember", "related"))
        for one in members:
            for request in ordered_by(one, self.links):
                if one.kind not in REQUEST_TYPES and is_theirs(request, self.person, one, self.links):
                    self.answered.add(id(request.resource))
                    name = clean(words(request.resource.get("code"))) or None
                    self.orders.setdefault(id(one.resource), Order(name=name))

    def _order(self, holder: Placed, order: Order, names: Iterable[str]) -> None:
        for name in names:
            for reference in items(holder.resource.get(name)):
                found = self.links.resolve(obj(reference).get("target") or reference, holder, "Observation")
                if found is not None and found.resource is not holder.resource:
                    known = self.orders.get(id(found.resource))
                    # A panel inside a report: the panel's name tells more, the rest is the report's.
                    if known is None:
                        self.orders[id(found.resource)] = order
                    elif known.name != order.name and name != "result":
                        self.orders[id(found.resource)] = replace(known, name=order.name or known.name)

    def _missing_results(self, members: list[Placed], draft: Draft) -> None:
        for one in members:
            if one.kind not in {"DiagnosticReport", "Observation"}:
                continue
            name = "result" if one.kind == "DiagnosticReport" else "hasMember"
            listed = objs(one.resource.get(name))
            lost = sum(1 for reference in listed if self.links.resolve(reference, one) is None)
            if lost:
                said = "1 result that it refers to is" if lost == 1 else f"{lost} results that it refers to are"
                self.problems.append(f"{one.pointer}: {said} not in the input")
                _once(draft.doubts, "results-missing")

    def _read(self, one: Placed, draft: Draft, setting: Setting) -> None:
        if one.kind == "Observation":
            for result, report in read_observation(one, setting):
                _add_result(draft, result, report)
        elif one.kind == "DiagnosticReport":
            order = order_of(one, setting)
            _add_texts(draft, read_report(one, order, self.home))
        elif one.kind == "DocumentReference":
            _add_texts(draft, read_document(one, self.home))
        elif one.kind == "Composition":
            _add_texts(draft, read_composition(one, self.home))
        elif one.kind in ENTRY_TYPES:
            add_entries(draft, read_entries(one, self.links, self.home))

    def _requests(self, members: list[Placed], draft: Draft) -> None:
        """Open requests are questions; one that results answer tells its reason; closed ones are named."""
        for one in members:
            if one.kind not in REQUEST_TYPES:
                continue
            if id(one.resource) in self.answered:
                reason = clean(reason_of(one.resource))
                if reason and reason not in draft.history:
                    draft.history.append(reason)
            elif is_open(one.resource):
                question = question_of(one)
                if question and question not in draft.questions:
                    draft.questions.append(question)
            else:
                self.closed[f"{one.kind} no longer open"] += 1

    def _finish(self, draft: Draft, members: list[Placed]) -> None:
        draft.assumed_zone = any(result.when is not None and result.when.assumed for result in draft.results)
        if self.timestamp is not None:
            draft.sent = self.timestamp.instant
        elif not any(result.when is not None for result in draft.results):
            draft.sent = self.newest.instant if self.newest is not None else None
        told = draft.history or any(draft.entries) or draft.questions or draft.reports
        draft.results_expected = not told
        if any(version_of(one.resource) not in {None, "R4"} for one in members):
            _once(draft.doubts, "other-version")


def _moments(resource: Resource, home: tzinfo) -> Iterator[When]:
    """Times at which the patient was certainly alive and seen; a plan for the future is none of them."""
    for name in ("effectiveDateTime", "performedDateTime", "occurrenceDateTime", *_DATES):
        when = read_iso_time(text(resource.get(name)), home) if resource.get(name) else None
        if when is not None:
            yield when
    for name in ("period", "effectivePeriod", "performedPeriod"):
        when = read_iso_time(text(obj(resource.get(name)).get("start")), home)
        if when is not None:
            yield when


def _instant(when: When) -> datetime:
    return when.instant


def _updated(one: Placed) -> tuple[str, int]:
    meta = obj(one.resource.get("meta"))
    version = text(meta.get("versionId"))
    return text(meta.get("lastUpdated")), int(version) if version.isascii() and version.isdigit() else 0


def _add_result(draft: Draft, result: Result, report: Report | None) -> None:
    if report is None:
        draft.results.append(result)
    else:
        draft.reports.append(report)
        draft.told.append((report, result))


def _add_texts(draft: Draft, found: Texts) -> None:
    draft.reports.extend(found.reports)
    if found.unread:
        _once(draft.doubts, "encapsulated-data")


def _once(codes: list[str], code: str) -> None:
    if code not in codes:
        codes.append(code)
