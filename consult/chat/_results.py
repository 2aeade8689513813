"""Answers about what was measured and told: values, trends, lists, and whether a result can be relied on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation

from consult.case import USABLE, Observation, Report
from consult.chat._model import Sentence
from consult.chat._reading import Question
from consult.chat._table import ENGINE, Table
from consult.clinic import name_of, range_of, value_of

_LONGEST_REPORT = 600
_MOST_STEPS = 24


def value(question: Question, table: Table) -> Iterator[Sentence]:
    """The newest results of what is asked for, facts by their id, lists by their name."""
    for item in question.items:
        if item in table.facts:
            yield from _fact(item, table)
    for key in question.analytes:
        seen = table.of_analyte(key)
        if not seen:
            yield table.record("not-measured", name=table.analyte_name(key))
        else:
            yield _result(seen[0], table)
            yield from doubts([seen[0].fact], table)
    for fact in question.others:
        yield from _fact(fact, table)
    for name in question.listed:
        yield from _listed(name, table)


def trend(question: Question, table: Table) -> Iterator[Sentence]:
    """All results of each test that is asked for, oldest first, and where they go."""
    keys = question.analytes or tuple(_named_by_items(question, table))
    for key in keys:
        seen = [one for one in reversed(table.of_analyte(key)) if one.status in USABLE]
        if not seen:
            yield table.record("not-measured", name=table.analyte_name(key))
        elif len(seen) == 1:
            yield _result(seen[0], table)
            yield table.record("trend.one", [seen[0].fact], name=table.analyte_name(key))
        else:
            yield _course(seen[-_MOST_STEPS:], table)
            yield from _deltas(key, table)


def abnormal(question: Question, table: Table) -> Iterator[Sentence]:
    """Every result outside its range, the critical first."""
    wanted = set(question.analytes)
    found = [one for one in table.assessment.findings if one.kind in {"critical", "out-of-range"}]
    critical = {fact for one in found if one.kind == "critical" for fact in one.facts}
    shown = [one for one in found if one.kind == "critical" or not critical.issuperset(one.facts)]
    shown = [one for one in shown if not wanted or one.analyte in wanted]
    for finding in shown:
        yield table.found(finding)
    if not shown:
        yield table.record("no-abnormal")


def trust(question: Question, table: Table) -> Iterator[Sentence]:
    """What casts doubt on results: gates and what is wrong with the data."""
    facts = [one.fact for key in question.analytes for one in table.of_analyte(key)]
    facts += [item for item in question.items if item in table.facts]
    said = list(doubts(facts, table)) if facts else list(_all_doubts(table))
    for key in question.analytes:
        seen = table.of_analyte(key)
        yield _result(seen[0], table) if seen else table.record("not-measured", name=table.analyte_name(key))
    yield from said
    if not said:
        names = [table.analyte_name(key) for key in question.analytes if table.of_analyte(key)]
        if names or not question.analytes:
            listed = ("、" if table.language == "zh" else ", ").join(names) or table.says("everything")
            yield table.record("no-doubt", facts[:1], name=listed)
    data = table.assessment.data
    if not question.analytes and data.results:
        unusable = data.results - len([one for one in table.case.observations if _usable(one, table)])
        yield table.record("data", score=data.score, results=data.results, unusable=max(0, unusable))


def doubts(facts: Sequence[str], table: Table) -> Iterator[Sentence]:
    """What doubts any of these results, once each."""
    wanted = set(facts)
    for finding in table.assessment.findings:
        if finding.kind == "quality" and _doubts(finding.rule, finding.facts, wanted, table):
            yield table.found(finding)


def _doubts(rule: str | None, facts: Sequence[str], wanted: set[str], table: Table) -> bool:
    if rule is None:
        return not wanted.isdisjoint(facts)
    return any(rule in table.assessment.doubted.get(fact, ()) for fact in wanted)


def _all_doubts(table: Table) -> Iterator[Sentence]:
    for finding in table.assessment.findings:
        if finding.kind == "quality" and finding.facts:
            yield table.found(finding)


def _usable(one: Observation, table: Table) -> bool:
    errors = {fact for entry in table.case.quality if entry.severity == "error" for fact in entry.facts}
    return one.status in USABLE and one.fact not in errors and one.fact not in table.assessment.doubted


def _named_by_items(question: Question, table: Table) -> Iterator[str]:
    for item in question.items:
        one = table.facts.get(item)
        if isinstance(one, Observation) and one.analyte is not None:
            yield one.analyte


def _result(seen: Observation, table: Table) -> Sentence:
    name = name_of(seen, table.catalog, table.language)
    if seen.status not in USABLE:
        return table.record("not-usable", [seen.fact], name=name, status=seen.status)
    limits = range_of(seen)
    text = table.says(
        "value",
        name=name,
        value=value_of(seen),
        flag=table.says("value.flag", flag=table.says(f"flag.{seen.flag}")) if seen.flag else "",
        range=table.says("value.range", range=limits) if limits else "",
        when=table.says("value.when", when=_when(seen, table)),
    )
    return Sentence(text=text, facts=[seen.fact], specialty=ENGINE)


def _when(seen: Observation, table: Table) -> str:
    if seen.effective is None:
        return table.says("when.none")
    return seen.effective[:16].replace("T", " ")


def _fact(fact: str, table: Table) -> Iterator[Sentence]:
    one = table.facts[fact]
    if isinstance(one, Observation):
        yield _result(one, table)
        yield from doubts([fact], table)
    elif isinstance(one, Report):
        text = " ".join(one.text.split())
        shown = text if len(text) <= _LONGEST_REPORT else f"{text[: _LONGEST_REPORT - 1]}…"
        yield Sentence(text=table.says("report", title=one.title, text=shown), facts=[fact], specialty=ENGINE)
    else:
        name = next(name for name in ("conditions", "medications", "allergies", "procedures", "immunizations",
                                      "encounters") if one in getattr(table.case, name))  # fmt: skip
        yield _entry(name, fact, table)


def _entry(listed: str, fact: str, table: Table) -> Sentence:
    one = table.facts[fact]
    assert not isinstance(one, Observation | Report)
    details = [part for part in (one.status, one.note) if part]
    note = f" ({', '.join(details)})" if details else ""
    return Sentence(text=table.says("entry", what=table.says(listed), name=one.name, note=note), facts=[fact],
                    specialty=ENGINE)  # fmt: skip


def _listed(name: str, table: Table) -> Iterator[Sentence]:
    entries = getattr(table.case, name)
    for entry in entries:
        yield _entry(name, entry.fact, table)
    if not entries:
        yield table.record("no-entries", what=table.says(name))


def _course(seen: Sequence[Observation], table: Table) -> Sentence:
    steps = [table.says("trend.step", value=value_of(one), when=_when(one, table)) for one in seen]
    text = table.says(
        "trend",
        name=name_of(seen[-1], table.catalog, table.language),
        steps=" → ".join(steps),
        course=_way(seen, table),
    )
    return Sentence(text=text, facts=[one.fact for one in seen], specialty=ENGINE)


def _way(seen: Sequence[Observation], table: Table) -> str:
    """Rising, falling, unchanged or neither; nothing where a value is no number in one unit, or a time is not known."""
    numbers = [_number(one) for one in seen]
    known = [number for number in numbers if number is not None]
    if len(known) < len(seen) or len({one.unit for one in seen}) > 1 or any(one.effective is None for one in seen):
        return ""
    if _hardly_moves(known):
        return table.says("trend.unchanged" if len(set(known)) == 1 else "trend.steady")
    steps = {(after > before) - (after < before) for before, after in zip(known, known[1:], strict=False)}
    if not {1, -1} <= steps:
        return table.says("trend.rising" if 1 in steps else "trend.falling")
    return table.says("trend.mixed")


def _hardly_moves(values: Sequence[Decimal]) -> bool:
    """Within a twentieth of the largest: as near as two samples come without any change."""
    return max(values) - min(values) <= abs(max(values, key=abs)) / 20


def _number(one: Observation) -> Decimal | None:
    if one.value_type != "quantity" or one.comparator is not None or one.value is None:
        return None
    try:
        return Decimal(one.value)
    except InvalidOperation:
        return None


def _deltas(key: str, table: Table) -> Iterator[Sentence]:
    for finding in table.assessment.findings:
        if finding.kind == "delta" and finding.analyte == key:
            yield table.found(finding)
