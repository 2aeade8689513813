"""A rule's own table of examples, run against the rule. For authors, and for sites that write rules of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Literal

from consult.analytes import Catalog, UnitError, parse_decimal
from consult.case import Case, Flag, Observation, Patient, Range, Reported
from consult.clinic._applies import abstains
from consult.clinic._book import RuleBook
from consult.clinic._check import history_id
from consult.clinic._critical import is_critical
from consult.clinic._environment import build_environment
from consult.clinic._evaluate import Asker
from consult.clinic._results import by_analyte, choose, read_results
from consult.clinic._rule import Rule, RuleTest
from consult.errors import ContentError

NOON = datetime(2024, 6, 1, 12, 0, tzinfo=UTC)
"""When the results of an example were drawn; any fixed time would do."""
_GIVEN = re.compile(r"\s*(?P<comparator><=|>=|<|>|≤|≥)?\s*(?P<number>[+-]?\d+(?:\.\d+)?)\s*(?P<unit>.*)")
_TITRE = re.compile(r"\s*1\s*:\s*\d+\s*")
_COMPARATORS: Mapping[str, Literal["<", "<=", ">", ">="]] = {
    "<": "<",
    "<=": "<=",
    "≤": "<=",
    ">": ">",
    ">=": ">=",
    "≥": ">=",
}
_RANGE = re.compile(
    r"\s*(?:(?P<low>-?\d+(?:\.\d+)?)\s*-\s*(?P<high>-?\d+(?:\.\d+)?)|(?P<side>[<>]=?)\s*(?P<limit>\S+))\s*"
)


def example_case(test: RuleTest, catalog: Catalog) -> Case:
    """The case that an example describes.

    Raises:
        ValueError: a result or range cannot be read; one sentence.
    """
    patient = Patient(sex=test.sex, age_years=test.age, pregnant=test.pregnant)
    rows = [(key, text, NOON) for key, text in test.given.items()]
    rows += [(key, text, NOON - timedelta(hours=test.before_hours)) for key, text in test.before.items()]
    observations = [
        _observation(f"F{place}", key, text, at, test, catalog) for place, (key, text, at) in enumerate(rows, start=1)
    ]
    return Case(id="example", patient=patient, observations=observations)


def check_example(rule: Rule, test: RuleTest, *, book: RuleBook, catalog: Catalog) -> str | None:
    """What is wrong: one sentence on how the rule does not do what its example expects; None when it does."""
    try:
        case = example_case(test, catalog)
    except ValueError as error:
        return str(error)
    asker = _asker(rule, test, case, book=book, catalog=catalog)
    outcome = asker.ask(rule, settle=True)
    value = outcome.value if abstains(rule, case.patient, test.pregnant) is None else False
    match test.expect, value:
        case ("fires", True) | ("not", False):
            return None
        case "unknown", None if test.missing is None or _same(test.missing, outcome.missing):
            return None
        case "unknown", None:
            return f"what would settle it is {_listed(outcome.missing)}, expected {_listed(test.missing or ())}"
        case "nearly", False:
            return None if asker.holds_partly(rule) else "no part of `when` holds: that is `not`, rather than `nearly`"
        case _, None:
            return f"expected `{test.expect}`, but the rule is unknown; missing: {_listed(outcome.missing)}"
        case _:
            return f"expected `{test.expect}`, but the rule {'fires' if value else 'does not fire'}"


def untested_kinds(rule: Rule) -> list[str]:
    """Which of the four kinds of examples a rule lacks."""
    there = {test.expect for test in rule.tests}
    return [kind for kind in ("fires", "nearly", "not", "unknown") if kind not in there]


def examples(book: RuleBook) -> Iterator[tuple[Rule, RuleTest]]:
    """Every example of every rule, in order."""
    for rule in book:
        for test in rule.tests:
            yield rule, test


def require_examples(book: RuleBook, catalog: Catalog) -> None:
    """Run every example.

    Raises:
        ContentError: one does not hold, or a kind is lacking; names file and rule.
    """
    for rule in book:
        for kind in untested_kinds(rule):
            raise ContentError(rule.file, rule.id, f"has no test that expects `{kind}`")
        for test in rule.tests:
            problem = check_example(rule, test, book=book, catalog=catalog)
            if problem is not None:
                raise ContentError(rule.file, rule.id, f"test {test.name!r}: {problem}")


def _asker(rule: Rule, test: RuleTest, case: Case, *, book: RuleBook, catalog: Catalog) -> Asker:
    chosen = choose(by_analyte(read_results(case, catalog=catalog, unusable=())), as_of=NOON, within=rule.within)
    person: dict[str, object] = {"age": float(test.age)} if test.age is not None else {}
    if test.sex in {"male", "female"}:
        person["sex"] = test.sex
    told: dict[str, bool] = {}
    for concept, holds in test.history.items():
        id = history_id(concept, book.concepts)
        for implied in book.concepts.broader(id or "") if holds else (id,):
            told |= {name: holds for name, named in rule.history.items() if named == implied}
    gates = {gate.id: gate.id in test.gates for gate in book.gates}
    environment = build_environment(
        chosen,
        fields=book.fields,
        others={"patient": person, "history": dict(told), "gate": dict(gates)},
        as_of=NOON,
        critical=lambda item: is_critical(item.latest, catalog, test.age),
    )
    return Asker(environment, {})


def _observation(fact: str, key: str, text: str, at: datetime, test: RuleTest, catalog: Catalog) -> Observation:
    analyte = catalog[key]
    found = _GIVEN.fullmatch(text)
    result = Observation(fact=fact, analyte=key, name=analyte.name_en, status="final", effective=at.isoformat())
    if found is None or _TITRE.fullmatch(text) or analyte.kind != "quantity":
        titre = _TITRE.fullmatch(text)
        result.value, result.value_type = ("".join(text.split()), "ratio") if titre else (text, "text")
        result.reported = Reported(value=text)
        return result
    unit = found["unit"].strip() or analyte.unit
    number = _converted(key, found["number"], unit, catalog)
    comparator = _COMPARATORS[found["comparator"]] if found["comparator"] else None
    limits = _limits(key, unit, test, catalog)
    result.value, result.value_type, result.unit = f"{number:f}", "quantity", analyte.unit
    result.comparator = comparator
    result.reported = Reported(value=f"{comparator or ''}{found['number']}", unit=unit)
    result.range, result.flag = limits, _flag(number, comparator, limits)
    return result


def _converted(key: str, number: str, unit: str, catalog: Catalog) -> Decimal:
    value = parse_decimal(number)
    if value is None:
        raise ValueError(f"{key}: {number!r} is no number")
    try:
        return catalog.convert(key, value, unit).value
    except UnitError as error:
        raise ValueError(str(error)) from None


def _limits(key: str, unit: str, test: RuleTest, catalog: Catalog) -> Range | None:
    if key not in test.range:
        sex = test.sex if test.sex in {"male", "female"} else None
        ours = catalog.reference_range(key, sex=sex, age_years=test.age, pregnant=test.pregnant)
        if ours is None:
            return None
        return Range(low=_text(ours.low), high=_text(ours.high), source=ours.source)
    found = _RANGE.fullmatch(test.range[key])
    if found is None:
        raise ValueError(f"{key}: the range {test.range[key]!r} cannot be read; write `3.5-5.3`, `<20` or `>90`")
    ends: dict[str, str | None] = {"low": found["low"], "high": found["high"]}
    if found["side"]:
        ends = {"high" if found["side"].startswith("<") else "low": found["limit"]}
    scaled = {side: f"{_converted(key, end, unit, catalog):f}" for side, end in ends.items() if end is not None}
    return Range(low=scaled.get("low"), high=scaled.get("high"), source="laboratory")


def _text(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:f}"


def _flag(value: Decimal, comparator: str | None, limits: Range | None) -> Flag | None:
    if limits is None:
        return None
    low = Decimal(limits.low) if limits.low is not None else None
    high = Decimal(limits.high) if limits.high is not None else None
    may_be_lower, may_be_higher = comparator in {"<", "<="}, comparator in {">", ">="}
    if low is not None and not may_be_higher and (value < low or (value == low and comparator == "<")):
        return "L"
    if high is not None and not may_be_lower and (value > high or (value == high and comparator == ">")):
        return "H"
    undecided = (may_be_lower and low is not None and low > 0) or (may_be_higher and high is not None)
    beyond = (may_be_lower and high is not None and value > high) or (may_be_higher and low is not None and value < low)
    return None if undecided or beyond else "N"


def _same(expected: Sequence[str], got: Sequence[str]) -> bool:
    return {name.replace("_", "-") for name in expected} == {name.replace("_", "-") for name in got}


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) or "nothing"
