"""Observation to results: one for its value, one for each component."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from consult.case._draft import Named, Result
from consult.case._fhir.parts import names_of, notes_of, status_of, when_of
from consult.case._fhir.patients import Person, is_theirs
from consult.case._fhir.ranges import read_limits
from consult.case._fhir.values import Sent, read_value
from consult.case._hl7.results import AGE_CODES, LONG_TEXT, PREGNANCY_CODES
from consult.case._model import Report, Reported, Sex
from consult.case._text import clean
from consult.case._times import When, read_iso_time
from consult.interop.fhir import (
    Placed,
    References,
    Resource,
    code_set,
    codings,
    items,
    obj,
    objs,
    text,
    walk,
    words,
)

_TOLD = frozenset({"survey", "social-history"})
"""Categories that are no measurements of a laboratory: what a person answered."""
_ORDER_QUESTION = frozenset({"aoe", "qst"})
_ORDER_QUESTIONS_PANEL = "81959-9"
"""LOINC: ask at order entry."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What all results of one patient share."""

    home: tzinfo
    links: References
    person: Person
    sex: Sex
    age: int | None
    orders: dict[int, Order]
    """By identity of the resource: what it was ordered as."""


@dataclass(slots=True)
class Order:
    """The report, panel or request that a result belongs to."""

    name: str | None = None
    when: When | None = None
    specimen: Placed | None = None
    number: str = ""
    kind: str | None = None
    """`imaging` or `pathology`, where a text is a report whatever its length."""


NO_ORDER = Order()


def is_header(resource: Resource) -> bool:
    """Whether an Observation only holds others together: no value, nothing said about it."""
    held = resource.get("hasMember") or resource.get("component") or resource.get("related")
    own = ("dataAbsentReason", "interpretation", "note", "comment", "comments")
    return bool(held) and not _has_value(resource) and not any(resource.get(name) for name in own)


def _has_value(resource: Resource) -> bool:
    return any(key.startswith("value") and value is not None for key, value in resource.items())


def read_observation(placed: Placed, setting: Setting) -> list[tuple[Result, Report | None]]:
    """The results of one Observation in document order; each with the report that it is, where it is a long text."""
    shared = _Shared(placed, setting)
    found: list[Result] = []
    if not is_header(placed.resource):
        found.append(shared.result(placed.resource, placed.pointer, shared.order.name, ""))
    name = words(placed.resource.get("code")) or shared.order.name
    for position, part in enumerate(objs(placed.resource.get("component"))):
        source = f"{placed.pointer}/component[{position}]"
        found.append(shared.result(part, source, clean(name or "") or None, f"{position}"))
    return [(one, _report(one, shared.order)) for one in found]


class _Shared:
    """What an observation and its components have in common."""

    def __init__(self, placed: Placed, setting: Setting) -> None:
        self.placed, self.setting = placed, setting
        resource = placed.resource
        self.order = setting.orders.get(id(resource), NO_ORDER)
        self.specimen = specimen_of(placed.resource.get("specimen"), placed, setting) or self.order.specimen
        self.when = self._when(resource)
        self.status = status_of(resource)
        self.question = _is_question(resource)
        self.notes = [*notes_of(resource), *_about(resource), *self._condition()]
        self.sent = _instant(resource, setting.home)

    def _when(self, resource: Resource) -> When | None:
        """When it was true of the patient: effective, else when the sample was taken, else when it was issued."""
        home = self.setting.home
        collected = when_of(obj(self.specimen.resource.get("collection")), "collected", home) if self.specimen else None
        issued = read_iso_time(text(resource.get("issued")), home)
        return when_of(resource, "effective", home) or self.order.when or collected or issued

    def _condition(self) -> list[str]:
        """A haemolysed specimen is worth knowing."""
        if self.specimen is None:
            return []
        states = [words(one) for one in items(self.specimen.resource.get("condition"))]
        said = [f"specimen: {clean(state)}" for state in states if state]
        return [*said, *notes_of(self.specimen.resource)]

    def result(self, part: Resource, source: str, order: str | None, component: str) -> Result:
        named = names_of(part.get("code"))
        sent = read_value(part, self.setting.home)
        limits = read_limits(part, unit=sent.unit, sex=self.setting.sex, age=self.setting.age)
        doubts = ["status-missing"] if self.status in {None, "unknown"} else []
        if limits.unclear:
            doubts.append("range-unreadable")
        return Result(
            name=named[0].name if named else "",
            value=sent.value,
            source=source,
            codings=named,
            reported=_reported(sent, limits.reported, part),
            unit=sent.unit,
            range_text=limits.text,
            range_unit=limits.unit,
            range_given=limits.given,
            order=order,
            specimen=_specimen_name(self.specimen),
            when=self.when,
            status=self.status or "unknown",
            notes=[*self._absent(part, sent), *(self.notes if not component else notes_of(part) or self.notes)],
            doubts=doubts,
            question=self.question or _code(named) in AGE_CODES | PREGNANCY_CODES,
            identity=self._identity(component),
            group=(self.placed.scope, 0),
            sent=self.sent,
        )

    def _absent(self, part: Resource, sent: Sent) -> list[str]:
        reason = words(part.get("dataAbsentReason"))
        return [f"no value: {clean(reason)}"] if reason and sent.value.kind == "absent" else []

    def _identity(self, component: str) -> tuple[str, ...] | None:
        """An identifier of the result itself, in any version of it."""
        for one in objs(self.placed.resource.get("identifier")):
            if text(one.get("value")):
                code = "|".join(sorted(code_set(self.placed.resource.get("code"))))
                return (text(one.get("system")), text(one.get("value")), code, component)
        return None


def _reported(sent: Sent, limits: str | None, part: Resource) -> Reported:
    return Reported(value=sent.reported, unit=sent.unit_sent, range=limits, flag=_flag(part))


def _flag(part: Resource) -> str | None:
    """The first interpretation as sent: its code, else its words."""
    first = next(iter(items(part.get("interpretation"))), None)
    listed = codings(first)
    return next((one.code for one in listed if one.code), "") or clean(words(first)) or None


def _code(named: Iterable[Named]) -> str:
    return next((one.coding.code for one in named if one.coding is not None), "")


def _instant(resource: Resource, home: tzinfo) -> datetime | None:
    """When this version was made."""
    updated = read_iso_time(text(obj(resource.get("meta")).get("lastUpdated")), home)
    issued = read_iso_time(text(resource.get("issued")), home)
    found = issued or updated
    return found.instant if found is not None else None


def _about(resource: Resource) -> Iterator[str]:
    """Where on the body and how: a blood pressure of the thigh is another one."""
    for label, name in (("body site", "bodySite"), ("method", "method")):
        said = clean(words(resource.get(name)))
        if said:
            yield f"{label}: {said}"


def specimen_of(reference: Any, at: Placed, setting: Setting) -> Placed | None:
    """The specimen that is referred to, unless it is another patient's."""
    found = setting.links.resolve(reference, at, "Specimen")
    return found if found is not None and is_theirs(found, setting.person, at, setting.links) else None


def _specimen_name(specimen: Placed | None) -> str | None:
    return clean(words(specimen.resource.get("type"))) or None if specimen is not None else None


def _is_question(resource: Resource) -> bool:
    """Answered by a person, or asked at order entry."""
    if code_set(resource.get("category")) & _TOLD:
        return True
    tags = {code.code.lower() for code in codings(obj(resource.get("meta")).get("tag"))}
    kinds = {code.code for one in objs(resource.get("identifier")) for code in codings(one.get("type"))}
    if tags & _ORDER_QUESTION or _ORDER_QUESTIONS_PANEL in kinds:
        return True
    if not resource.get("extension"):
        return False
    marked = (text(value).lower() for one in walk(items(resource.get("extension")), 4) for value in one.values())
    return any(mark in _ORDER_QUESTION for mark in marked)


def _report(result: Result, order: Order) -> Report | None:
    """The report that a text in words is; null when it is a result."""
    said = result.value.text
    if result.value.kind != "text" or said is None or result.question:
        return None
    kind = order.kind if len(said) > LONG_TEXT // 4 else None
    kind = kind or ("narrative" if len(said) > LONG_TEXT else None)
    if kind is None:
        return None
    return Report(
        kind=kind,
        title=result.name or result.order or "",
        text="\n".join([said, *result.notes]),
        effective=result.when.text if result.when is not None else None,
        status=result.status,
        source=result.source,
    )
