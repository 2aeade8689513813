"""What would be if a fact were another: the case copied with the change. The record itself is never touched."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from consult.analytes import Catalog, UnitError
from consult.case import Case, Entry, Observation, Range, read_cases
from consult.chat._leaving_out import cut, doubts_left, left_out, without_concept
from consult.chat._model import Sentence, Supposed
from consult.chat._table import Table
from consult.clinic import name_of, value_of
from consult.plan._lexicon import Mention

_VALUE = re.compile(
    r"^[^\d<>≤≥\n]{0,40}?(?<!\d)(?P<sign>[<>≤≥]=?)?\s*(?P<number>(?:(?<![A-Za-z0-9)])[-\u2212])?\d+(?:\.\d+)?)(?![\d.]|[eE][-+]?\d)"
    r"\s*(?P<unit>[x×]?\s?10\s?[\^*]\s?\d+\s?/\s?[A-Za-zµμ]+|%|[A-Za-zµμ°][A-Za-zµμ0-9]*(?:\s?/\s?[A-Za-zµμ0-9.]+)*)?",
)
_NORMAL = re.compile(r"^[^\d\n,;，；]{0,25}?(?:\bnormal\b|\bin range\b|\bwithin (?:the )?range\b|正常)", re.IGNORECASE)
_ABSENT_AFTER = re.compile(
    r"^[^\d\n,;，；]{0,20}?(?:\bnot (?:been )?(?:measured|done|known|there|present)|\bmissing\b|\bunknown\b|\babsent\b"
    r"|没有?(?:测|做|查)|未(?:测|做|查)|缺失|不知道|未知)",
    re.IGNORECASE,
)
_NOT_BEFORE = re.compile(
    r"(?:\bwithout|\bno|\bnot (?:on|taking|have|had|given|a|an)?|\bnever (?:had|took|been on)?|n't (?:have|take|on)?"
    r"|\bleave out|\bignor(?:e|ing)|\bremov(?:e|ing)|\bexclud(?:e|ing)"
    r"|没有?|未|不|无|去掉|除去|排除|停了|停用|不用|没用)"
    r"(?:\s+(?:the|a|an|any|his|her|taking|on|of))*\s*$",
    re.IGNORECASE,
)
_AGE = re.compile(
    r"(?:\b(?:were|was|is|aged?)\b|年龄?(?:是|为)?|是|为|只有)\D{0,6}(\d{1,3})\s*(?:years?\b|y/?o\b|yrs?\b|岁)",
    re.IGNORECASE,
)
_AGED = re.compile(r"\bage(?:d)? (?:were|was|is|of)? ?(\d{1,3})\b|年龄(?:是|为)?(\d{1,3})", re.IGNORECASE)
_SEX = re.compile(
    r"\b(?:a |an )?(?:(?P<female>woman|female|girl)|(?P<male>man|male|boy))\b"
    r"|(?P<f>女(?:性|的|人))|(?P<m>男(?:性|的|人))",
    re.IGNORECASE,
)
_PREGNANT = re.compile(r"\bpregnan|怀孕|妊娠|孕妇", re.IGNORECASE)
_STAYS = frozenset({
    "time-missing", "time-in-future", "time-zone-assumed", "times-out-of-order", "order-in-time-unknown", "corrected",
    "duplicate-result", "status-missing", "machine-made", "instruction-in-text", "code-conflict", "code-misplaced",
})  # fmt: skip
"""What is said of a result and is as true when its value is another."""
_GIVEN = frozenset({"treatment", "exposure"})
_NEW = "F0"
"""The id of what is added; no record has it."""


@dataclass(slots=True)
class Supposition:
    """A copy of the case with what was supposed, or why there is none."""

    case: Case
    supposed: list[Supposed] = field(default_factory=list)
    refused: list[Sentence] = field(default_factory=list)


def suppose(text: str, table: Table) -> Supposition:
    """The case as a question supposes it; several changes count together."""
    plain = unicodedata.normalize("NFKC", text)
    found = Supposition(table.case)
    _person(plain, table, found)
    mentions = _mentions(plain, table)
    for place, mention in enumerate(mentions):
        after = plain[mention.end : mentions[place + 1].start if place + 1 < len(mentions) else None]
        _one(mention, plain[: mention.start], after, table, found)
    return found


def _mentions(text: str, table: Table) -> list[Mention]:
    """What a text names, from left to right: by names, then by the patterns of concepts."""
    found = list(table.library.lexicon.find(text))
    for span, ids, _ in table.library.concepts.places(text):
        if not any(one.start < span.end and span.start < one.end for one in found):
            found.append(Mention(span.start, span.end, ids, ()))
    return sorted(found)


def _one(mention: Mention, before: str, after: str, table: Table, found: Supposition) -> None:
    """What is supposed of one thing that is named."""
    analyte = _meant(mention, found.case)
    removed = _NOT_BEFORE.search(before) is not None
    value = None if removed else _VALUE.match(after)
    if analyte is not None and not any(_is_had(concept, table) for concept in mention.concepts):
        if removed or _ABSENT_AFTER.match(after):
            _leave_out(analyte, table, found)
        elif _NORMAL.match(after):
            _make_normal(analyte, table, found)
        elif value is not None:
            _set_value(analyte, value, table, found)
    elif mention.concepts and "pregnancy" not in mention.concepts:
        _concept(mention.concepts[0], removed or _ABSENT_AFTER.match(after) is not None, table, found)


def _is_had(concept: str, table: Table) -> bool:
    """A condition or a medicine, not a test."""
    return table.library.concepts[concept].kind in {"condition", "finding", *_GIVEN}


def _meant(mention: Mention, case: Case) -> str | None:
    measured = {one.analyte for one in case.observations}
    return next((key for key in mention.analytes if key in measured), next(iter(mention.analytes), None))


# -- results ----------------------------------------------------------------------------------------------------------


def _newest(analyte: str, table: Table, case: Case) -> Observation | None:
    known = {one.fact: one for one in case.observations}
    return next((known[one.fact] for one in table.of_analyte(analyte) if one.fact in known), None)


def _leave_out(analyte: str, table: Table, found: Supposition) -> None:
    case, facts = left_out(found.case, [analyte])
    name = table.analyte_name(analyte)
    if not facts:
        found.refused.append(table.record("not-there", name=name))
        return
    found.case = case
    found.supposed.append(Supposed(what=analyte, text=table.says("supposed.without", name=name), facts=facts))


def _make_normal(analyte: str, table: Table, found: Supposition) -> None:
    """The newest result in the middle of its range."""
    old = _newest(analyte, table, found.case)
    limits = None if old is None else old.range
    middle = None if limits is None else _middle(limits)
    if old is None or middle is None or old.unit is None:
        found.refused.append(table.record("not-supposed"))
        return
    _replace(analyte, old, f"{middle.normalize():f}", None, old.unit, table, found)


def _middle(limits: Range) -> Decimal | None:
    try:
        high = None if limits.high is None else Decimal(limits.high)
        low = Decimal() if limits.low is None else Decimal(limits.low)
    except InvalidOperation:
        return None
    return None if high is None or high <= low else (low + high) / 2


def _set_value(analyte: str, value: re.Match[str], table: Table, found: Supposition) -> None:
    old = _newest(analyte, table, found.case)
    number, sign = (
        value["number"].replace("\u2212", "-"),
        (value["sign"] or "").replace("≤", "<=").replace("≥", ">=") or None,
    )
    unit = _unit(analyte, Decimal(number), value["unit"], old, table.catalog)
    if number.startswith("-") and not _may_be_negative(old):
        found.refused.append(table.record("not-supposed"))
        return
    if unit is None:
        found.refused.append(table.record("wrong-unit", name=table.analyte_name(analyte), unit=value["unit"]))
        return
    _replace(analyte, old, number, sign, unit, table, found)


def _may_be_negative(old: Observation | None) -> bool:
    """Whether a test has values below zero, as far as the record shows: a base excess has."""
    shown = "" if old is None else f"{old.value} {'' if old.range is None else old.range.low}"
    return "-" in shown


def _unit(analyte: str, number: Decimal, written: str | None, old: Observation | None, catalog: Catalog) -> str | None:
    """The unit that is meant: as written; else that of the record or our own, whichever gives the nearer number."""
    if written is not None:
        unit = re.sub(r"\s+", "", written)
        if _converted(catalog, analyte, number, unit) is not None:
            return unit
        if re.search(r"[/%^*]", unit):  # it is a unit, and of something else
            return None
    canonical = catalog[analyte].unit
    if old is None or old.unit != canonical or not old.value:
        return canonical
    reported = old.reported.unit_shown.strip() or canonical
    try:
        known = Decimal(old.value)
    except InvalidOperation:
        return canonical

    def far(unit: str) -> Decimal:
        converted = _converted(catalog, analyte, number, unit)
        if not converted or not known:
            return Decimal("Infinity")
        return max(converted / known, known / converted)

    return min(dict.fromkeys((reported, canonical)), key=far) if number else canonical


def _converted(catalog: Catalog, analyte: str, number: Decimal, unit: str) -> Decimal | None:
    try:
        return catalog.convert(analyte, number, unit).value
    except UnitError:
        return None


def _replace(
    analyte: str, old: Observation | None, number: str, sign: str | None, unit: str, table: Table, found: Supposition
) -> None:
    """The newest result with another value, or one that was not measured: read as any result is, flags and all."""
    new = _read(analyte, old, f"{sign or ''}{number}", unit, table)
    if new is None:
        found.refused.append(table.record("not-supposed"))
        return
    name = name_of(new, table.catalog, table.language)
    case = found.case
    if old is None:
        observations = [*case.observations, new]
        text = table.says("supposed.added", name=name, new=value_of(new))
        facts: list[str] = []
    else:
        observations = [new if one.fact == old.fact else one for one in case.observations]
        text = table.says("supposed.value", name=name, new=value_of(new), old=value_of(old))
        facts = [old.fact]
    history = case.history if old is None else cut(case.history, [old.source])
    found.case = case.model_copy(
        update={"observations": observations, "history": history, "quality": doubts_left(case.quality, facts, _STAYS)}
    )
    found.supposed.append(Supposed(what=analyte, text=text, facts=facts))


def _read(analyte: str, old: Observation | None, value: str, unit: str, table: Table) -> Observation | None:
    """The result as the reader of cases would have read it."""
    one: dict[str, Any] = {"name": table.catalog[analyte].name_en, "value": value, "unit": unit, "status": "final"}
    if old is not None:
        same_unit = old.reported.unit_shown.strip() in {"", unit} or old.reported.unit_shown == unit
        kept = {
            "name": old.name, "specimen": old.specimen, "order": old.order, "effective": old.effective,
            "code": None if old.code is None else old.code.model_dump(),
        }  # fmt: skip
        one |= {key: held for key, held in kept.items() if held is not None}
        one["notes"] = list(old.notes)  # a haemolysed tube stays one, whatever its value
        if old.range is not None and old.range.source == "laboratory" and same_unit and old.reported.range:
            one["range"] = old.reported.range_shown
    elif table.assessment.as_of is not None:
        one["effective"] = table.assessment.as_of
    person = table.case.patient.model_dump(exclude_none=True)
    read = read_cases({"patient": person, "observations": [one]}, format="json", catalog=table.catalog).cases
    found = read[0].observations[0] if read and read[0].observations else None
    if found is None or found.analyte != analyte or found.value is None:
        return None
    fact = _NEW if old is None else old.fact
    return found.model_copy(update={"fact": fact, "source": "" if old is None else old.source})


# -- the history and the person ---------------------------------------------------------------------------------------


def _concept(concept: str, removed: bool, table: Table, found: Supposition) -> None:
    known = table.library.concepts[concept]
    name = table.concept_name(concept)
    if not _is_had(concept, table):
        return
    if removed:
        case, facts = without_concept(found.case, concept, table.library.concepts)
        if case is None:
            found.refused.append(table.record("not-there", name=name))
            return
        found.case = case
        found.supposed.append(Supposed(what=concept, text=table.says("supposed.without", name=name), facts=facts))
        return
    listed = "medications" if known.kind in _GIVEN else "conditions"
    entry = Entry(fact=_NEW, name=known.en, source="text[0:0]")
    found.case = found.case.model_copy(update={listed: [*getattr(found.case, listed), entry]})
    found.supposed.append(Supposed(what=concept, text=table.says("supposed.present", name=name)))


def _person(text: str, table: Table, found: Supposition) -> None:
    """Age, sex and pregnancy."""
    patient = found.case.patient
    changes: dict[str, Any] = {}
    age = _AGED.search(text) or _AGE.search(text)
    if age is not None and (years := int(next(one for one in age.groups() if one))) <= 130:
        changes["age_years"] = years
        _say(found, table, "age", table.says("years", years=years))
    sex = _SEX.search(text)
    if sex is not None:
        changes["sex"] = "female" if sex["female"] or sex["f"] else "male"
        _say(found, table, "sex", table.says(changes["sex"]))
    pregnant = _PREGNANT.search(text)
    if pregnant is not None:
        changes["pregnant"] = _NOT_BEFORE.search(text[: pregnant.start()]) is None
        _say(found, table, "pregnant", table.says("yes" if changes["pregnant"] else "no"))
    if changes:
        found.case = found.case.model_copy(update={"patient": patient.model_copy(update=changes)})


def _say(found: Supposition, table: Table, what: str, value: str) -> None:
    found.supposed.append(Supposed(what=what, text=table.says("supposed.person", what=table.says(what), value=value)))
