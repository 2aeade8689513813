"""Our own ranges and limits, and when we have none."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from consult.analytes import Catalog
from consult.analytes._ranges import read_limits, read_sources


def bounds(catalog: Catalog, key: str, sex: str | None, age: int | None, pregnant: bool | None = None) -> object:
    found = catalog.reference_range(key, sex=sex, age_years=age, pregnant=pregnant)
    return None if found is None else (found.low, found.high)


@pytest.mark.parametrize(
    ("key", "sex", "age", "low", "high"),
    [
        ("hgb", "male", 45, "130", "175"),
        ("hgb", "female", 45, "115", "150"),
        ("plt", "unknown", 45, "125", "350"),
        ("crea", "male", 59, "57", "97"),
        ("crea", "male", 60, "57", "111"),
        ("urea", "female", 60, "3.1", "8.8"),
        ("alp", "female", 49, "35", "100"),
        ("alp", "female", 50, "50", "135"),
        ("k", "female", 18, "3.5", "5.3"),
    ],
)
def test_adults(catalog: Catalog, key: str, sex: str, age: int, low: str, high: str) -> None:
    assert bounds(catalog, key, sex, age) == (Decimal(low), Decimal(high))


@pytest.mark.parametrize(
    ("key", "sex", "age", "pregnant"),
    [
        ("hgb", "female", 17, None),
        ("hgb", "female", 30, True),
        ("hgb", "unknown", 45, None),
        ("hgb", None, 45, None),
        ("crea", "male", None, None),
        ("ferritin", "male", 45, None),
        ("ddimer", "male", 45, None),
    ],
)
def test_abstains(catalog: Catalog, key: str, sex: str | None, age: int | None, pregnant: bool | None) -> None:
    assert bounds(catalog, key, sex, age, pregnant) is None


def test_one_sided(catalog: Catalog) -> None:
    assert bounds(catalog, "tbil", "female", 40) == (None, Decimal("21.0"))
    assert bounds(catalog, "pao2", "female", 40) == (Decimal(80), None)


def test_the_population_says_what_is_uncertain(catalog: Catalog) -> None:
    unknown = catalog.reference_range("na", sex="male", age_years=None, pregnant=None)
    old = catalog.reference_range("na", sex="male", age_years=91, pregnant=None)
    inside = catalog.reference_range("na", sex="male", age_years=40, pregnant=None)
    assert unknown is not None
    assert "age not known" in unknown.population
    assert old is not None
    assert "outside these years" in old.population
    assert inside is not None
    assert inside.population.endswith("20-79 years")


@pytest.mark.parametrize(
    ("key", "age", "low", "high"),
    [
        ("k", 60, "2.8", "6.2"),
        ("k", None, "2.8", "6.2"),
        ("hgb", 60, "60", "200"),
        ("plt", 5, "40", "1000"),
        ("glu", 40, "2.6", "26.9"),
        ("glu", 10, "3.05", "15"),
        ("inr", 60, None, "5.0"),
        ("fib", 60, "1.0", None),
        ("k", 17, "2.8", "6.4"),
        ("k", 18, "2.8", "6.2"),
        ("na", 0, "121", "156"),
        ("hgb", 0, "60", "240"),
        ("plt", 0, "40", "1000"),
        ("glu", 0, "2.6", "15"),
        ("urea", 15, None, "10"),
        ("crea", 15, None, "200"),
        ("crea", 18, None, "350"),
        ("tbil", 0, None, "256"),
        ("tbil", 40, None, "257"),
        ("fib", 5, "0.6", None),
        ("paco2", 5, "21", "66"),
    ],
)
def test_critical_limits(catalog: Catalog, key: str, age: int | None, low: str | None, high: str | None) -> None:
    found = catalog.critical_limits(key, age_years=age)
    assert found is not None
    assert found.low == (None if low is None else Decimal(low))
    assert found.high == (None if high is None else Decimal(high))


@pytest.mark.parametrize(
    ("key", "age"), [("ferritin", 40), ("dat", 40), ("crea", 16), ("tbil", 5), ("lactate", 5), ("cortisol", 10)]
)
def test_no_critical_limits(catalog: Catalog, key: str, age: int) -> None:
    assert catalog.critical_limits(key, age_years=age) is None


def test_no_two_limits_of_one_side_hold_at_one_age(root: Path) -> None:
    catalog = Catalog.load(root)
    for key, rows in read_limits(root, catalog, read_sources(root)).items():
        for side in ("low", "high"):
            for age in range(0, 121):
                holding = [
                    row
                    for row in rows
                    if row.side == side and row.age_from <= age and (row.age_to is None or age <= row.age_to)
                ]
                assert len(holding) <= 1, (key, side, age)


@pytest.mark.parametrize("age", [0, 1, 5, 12, 15, 16, 17, 18, 60])
def test_low_limits_are_below_high_ones_and_plausible(catalog: Catalog, age: int) -> None:
    for key in catalog:
        limits = catalog.critical_limits(key, age_years=age)
        if limits is None:
            continue
        low, high = limits.low, limits.high
        assert low is None or high is None or low < high, key
        plausible_low, plausible_high = catalog[key].plausible_low, catalog[key].plausible_high
        assert low is None or plausible_low is None or plausible_low < low, key
        assert high is None or plausible_high is None or high < plausible_high, key


def test_pregnancy_has_its_own_ranges_or_none(catalog: Catalog) -> None:
    assert bounds(catalog, "wbc", "female", 30, True) == (Decimal("5.6"), Decimal("16.9"))
    assert bounds(catalog, "wbc", "female", 30, False) == (Decimal("3.5"), Decimal("9.5"))
    assert bounds(catalog, "crea", "female", 30, True) is None
    assert bounds(catalog, "wbc", "female", 16, True) is None


def test_limits_lie_outside_ranges_and_inside_plausibility(catalog: Catalog) -> None:
    for key in catalog:
        analyte, limits = catalog[key], catalog.critical_limits(key, age_years=40)
        for sex in ("male", "female"):
            ours = catalog.reference_range(key, sex=sex, age_years=40, pregnant=None)
            if limits is None:
                continue
            if ours is not None and ours.low is not None and limits.low is not None:
                assert limits.low < ours.low, key
            if ours is not None and ours.high is not None and limits.high is not None:
                assert limits.high > ours.high, key
        if limits is not None and limits.low is not None:
            assert analyte.plausible_low is not None
            assert limits.low > analyte.plausible_low, key
        if limits is not None and limits.high is not None:
            assert analyte.plausible_high is not None
            assert limits.high < analyte.plausible_high, key


def test_haemoglobin_is_plausible_between_wide_limits(catalog: Catalog) -> None:
    hgb = catalog["hgb"]
    assert hgb.plausible_low is not None
    assert hgb.plausible_high is not None
    assert hgb.plausible_low <= 20 < 250 <= hgb.plausible_high < 5000
