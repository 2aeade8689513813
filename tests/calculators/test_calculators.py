"""Every calculator against published examples, and against what must hold of all of them."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from consult.analytes import Catalog, UnitError, between
from consult.clinic.calculators import (
    CALCULATORS,
    Calculator,
    Choice,
    Flag,
    Outcome,
    Quantity,
    Value,
    in_unit,
    plausible,
    read_inputs,
    run,
)
from consult.concepts import Concepts
from consult.content import content_root
from consult.errors import UsageError
from consult.retrieval import Guidelines, Knowledge

ROOT = content_root()
CATALOG = Catalog.load(ROOT)
FILES = sorted((Path(__file__).parent / "examples").glob("*.toml"))
READ = [tomllib.loads(path.read_text(encoding="utf-8")) for path in FILES]
EXAMPLES: list[dict[str, Any]] = [one for read in READ for one in read["example"]]
MONOTONE: list[dict[str, Any]] = [one for read in READ for one in read.get("monotone", [])]
NAMES = sorted(CALCULATORS)
OTHER_UNITS = (
    *("g/L", "mg/dL", "g/dL", "mg/L", "ug/L", "ng/mL", "mmol/L", "umol/L", "nmol/L", "pmol/L", "meq/L", "mg/dL{BUN}"),
    *("kPa", "mm[Hg]", "%", "1", "L/L", "10*3/uL", "/uL", "10*12/L", "10*6/uL", "[degF]", "Cel", "m", "cm", "kg", "g"),
    *("s", "min", "h", "ms", "mL", "L", "U/L", "ukat/L", "ng/mL{FEU}", "ug/L{FEU}", "fL", "mm", "d", "mo"),
)


def outcome_of(example: dict[str, Any], without: str = "") -> Outcome:
    calculator = CALCULATORS[example["calculator"]]
    given = {key: value for key, value in example["given"].items() if key != without}
    return run(calculator, read_inputs(calculator, given, CATALOG))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: f"{one['calculator']}: {one['source']}")
def test_worked_example(example: dict[str, Any]) -> None:
    outcome = outcome_of(example)
    if "refused" in example:
        assert outcome.refused is not None
        assert example["refused"] in outcome.refused.en
        return
    assert outcome.missing == ()
    assert outcome.value == Decimal(example["value"])
    assert (outcome.band.key if outcome.band else None) == example.get("band")


@pytest.mark.parametrize("name", NAMES)
def test_three_worked_examples_each(name: str) -> None:
    assert sum(one["calculator"] == name and "refused" not in one for one in EXAMPLES) >= 3


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: f"{one['calculator']}: {one['source']}")
def test_any_input_removed_is_named(example: dict[str, Any]) -> None:
    calculator = CALCULATORS[example["calculator"]]
    grouped = {key: group for group in calculator.either for key in group}
    for one in calculator.inputs:
        if one.key not in example["given"] or one.optional:
            continue
        outcome = outcome_of(example, without=one.key)
        others = set(grouped.get(one.key, ())) & set(example["given"]) - {one.key}
        if "refused" in example or others:
            continue
        assert outcome.value is None
        assert "|".join(grouped.get(one.key, (one.key,))) in outcome.missing


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: f"{one['calculator']}: {one['source']}")
def test_another_unit_changes_nothing(example: dict[str, Any]) -> None:
    """Each number is sent in every other unit that its input can be read in."""
    calculator = CALCULATORS[example["calculator"]]
    values = read_inputs(calculator, example["given"], CATALOG)
    expected = run(calculator, values)
    for one in calculator.inputs:
        value = values.get(one.key)
        if not isinstance(one, Quantity) or not isinstance(value, Decimal):
            continue
        analyte = CATALOG[one.analyte] if one.analyte else None
        for unit in OTHER_UNITS:
            try:
                sent = between(value, one.unit, unit, analyte=analyte)
            except UnitError:
                continue
            back = in_unit(one, sent, unit, CATALOG)
            assert abs(back - value) <= abs(value) * Decimal("1e-25")
            exact = {**values, one.key: back.quantize(Decimal("1e-20")).normalize()}
            assert run(calculator, exact).value == expected.value


def tried(calculator: Calculator, key: str, given: dict[str, Value]) -> list[Decimal]:
    """Values of the calculator while one input climbs over its plausible span, or turns from no to yes."""
    one = calculator.input(key)
    assert one is not None
    steps: list[Value]
    if isinstance(one, Flag):
        steps = [False, True]
    elif isinstance(one, Choice):
        steps = [option.key for option in one.choices]
    else:
        here = given[key]
        assert isinstance(here, Decimal)
        factors = [Decimal(n) / 20 for n in range(2, 80)]
        steps = [value for value in (here * factor for factor in factors) if plausible(one, value, CATALOG)]
    outcomes = [run(calculator, {**given, key: step}) for step in steps]
    return [outcome.value for outcome in outcomes if outcome.value is not None]


@pytest.mark.parametrize("rule", MONOTONE, ids=lambda one: one["calculator"])
def test_monotone_where_the_score_is(rule: dict[str, Any]) -> None:
    calculator = CALCULATORS[rule["calculator"]]
    examples = [one for one in EXAMPLES if one["calculator"] == calculator.name and "refused" not in one]
    for example in examples:
        given = read_inputs(calculator, example["given"], CATALOG)
        for key in (*rule.get("up", ()), *rule.get("down", ())):
            if key not in given:
                continue
            values = tried(calculator, key, given)
            assert len(values) >= 2, key
            assert values == sorted(values, reverse=key in rule.get("down", ())), key


@pytest.mark.parametrize("name", NAMES)
def test_every_calculator_says_what_it_needs_to(name: str) -> None:
    calculator = CALCULATORS[name]
    keys = [one.key for one in calculator.inputs]
    assert len(keys) == len(set(keys))
    assert {key for group in calculator.either for key in group} <= set(keys)
    assert calculator.title.en
    assert calculator.title.zh
    assert calculator.about.en
    assert calculator.about.zh
    assert all(band.below is not None or band.upto is not None for band in calculator.bands[:-1])
    for one in calculator.inputs:
        if isinstance(one, Quantity) and one.analyte is not None:
            between(Decimal(1), one.unit, CATALOG[one.analyte].unit, analyte=CATALOG[one.analyte])
    assert {one["calculator"] for one in MONOTONE} <= set(CALCULATORS)


def test_sources_passages_and_concepts_exist() -> None:
    guidelines, knowledge, concepts = Guidelines.load(ROOT), Knowledge.load(ROOT), Concepts.load(ROOT)
    for one in CALCULATORS.values():
        assert one.source, one.name
        assert [source for source in one.source if source not in guidelines] == []
        assert one.passages, one.name
        assert [passage for passage in one.passages if passage not in knowledge.passages] == []
        flags = [flag.concept for flag in one.inputs if isinstance(flag, Flag) and flag.concept]
        assert [id for id in (*one.concepts, *flags) if id not in concepts] == []


@pytest.mark.parametrize(
    ("name", "given", "why"),
    [
        ("curb65", {"bun": "9"}, "no input 'bun'"),
        ("curb65", {"urea": "seven"}, "is a number"),
        ("curb65", {"urea": "9 furlongs"}, "cannot be read in this unit"),
        ("curb65", {"urea": "9 mm[Hg]"}, "cannot be read in this unit"),
        ("curb65", {"urea": "9000"}, "not plausible"),
        ("curb65", {"age": "640"}, "not plausible"),
        ("curb65", {"confusion": "perhaps"}, "is yes or no"),
    ],
)
def test_wrong_input_is_refused(name: str, given: dict[str, str], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        read_inputs(CALCULATORS[name], given, CATALOG)


def test_not_for_children() -> None:
    outcome = run(CALCULATORS["curb65"], {"age": Decimal(9)})
    assert outcome.refused is not None
    assert "18" in outcome.refused.en
    assert "18" in outcome.refused.zh
