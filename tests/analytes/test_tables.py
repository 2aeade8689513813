"""The tables themselves, and what a wrong row is told."""

from __future__ import annotations

import shutil
import time
import tomllib
from pathlib import Path

import pytest

from consult.analytes import Catalog, normalize_unit
from consult.analytes._table import is_loinc
from consult.errors import ContentError

TABLES = ("analytes.csv", "reference-ranges.csv", "critical-limits.csv", "guidelines.toml")
NEEDED = {
    *(
        "hgb",
        "wbc",
        "plt",
        "neut",
        "neut_pct",
        "ferritin",
        "tsat",
        "inr",
        "aptt",
        "ddimer",
        "fib",
        "crea",
        "urea",
        "egfr",
    ),
    *(
        "na",
        "k",
        "ca",
        "ica",
        "alt",
        "tbil",
        "dbil",
        "ldh",
        "ph",
        "paco2",
        "pao2",
        "hco3",
        "hco3a",
        "lactate",
        "be",
        "spo2",
    ),
    *(
        "crp",
        "pct",
        "hstni",
        "hstnt",
        "ntprobnp",
        "glu",
        "hba1c",
        "tsh",
        "igg",
        "flc_ratio",
        "mprotein",
        "dat",
        "hemindex",
    ),
    *("pf_prot", "pf_ldh", "pf_ph", "csf_glu", "temp", "hr", "rr", "sbp", "dbp", "gcs", "bcx", "igra", "ana"),
}


def test_the_catalog_is_complete(catalog: Catalog) -> None:
    assert len(catalog) >= 200
    assert set(catalog) >= NEEDED
    assert "hgb" in catalog
    assert "nonsense" not in catalog


def test_loading_is_quick(root: Path) -> None:
    fastest = min(_seconds(root) for _ in range(5))
    assert fastest < 0.2  # 13 ms on an idle machine; generous, other work may be running


def _seconds(root: Path) -> float:
    start = time.perf_counter()
    Catalog.load(root)
    return time.perf_counter() - start


def test_units_are_in_our_spelling(catalog: Catalog) -> None:
    for key in catalog:
        assert normalize_unit(catalog[key].unit) == catalog[key].unit, key
        for unit in catalog[key].factors:
            assert normalize_unit(unit) == unit, (key, unit)


def test_ordinals_carry_no_limits(catalog: Catalog) -> None:
    for key in catalog:
        if catalog[key].kind == "ordinal":
            assert catalog[key].plausible_low is None
            assert catalog.critical_limits(key, age_years=40) is None
        else:
            assert catalog[key].plausible_high is not None, key


def test_no_name_is_two_analytes_without_a_condition(catalog: Catalog) -> None:
    from consult.analytes._names import fold

    owners: dict[str, set[str]] = {}
    for key in catalog:
        analyte = catalog[key]
        plain = [analyte.name_en, analyte.name_zh, *(alias.text for alias in analyte.names if not alias.needs)]
        for name in plain:
            owners.setdefault(fold(name), set()).add(key)
    assert {name: keys for name, keys in owners.items() if len(keys) > 1} == {}


def test_sources_exist(root: Path, catalog: Catalog) -> None:
    known = tomllib.loads((root / "knowledge/reference/guidelines.toml").read_text(encoding="utf-8"))
    for key in catalog:
        found = catalog[key].delta_source
        assert found is None or found in known
        limits = catalog.critical_limits(key, age_years=40)
        if limits is not None:
            assert {limits.source, limits.low_source or limits.source, limits.high_source or limits.source} <= set(
                known
            )
        ours = catalog.reference_range(key, sex="female", age_years=40, pregnant=None)
        assert ours is None or ours.source in known


@pytest.mark.parametrize("code", ["718-7", "2823-3", "6690-2", "98979-8", "4-4"])
def test_check_digits_that_hold(code: str) -> None:
    assert is_loinc(code) is (code != "4-4")


@pytest.mark.parametrize("code", ["718-8", "2823-4", "LP1234-5", "", "718", "718-77"])
def test_check_digits_that_do_not(code: str) -> None:
    assert not is_loinc(code)


@pytest.fixture
def content(tmp_path: Path, root: Path) -> Path:
    folder = tmp_path / "knowledge" / "reference"
    folder.mkdir(parents=True)
    for name in TABLES:
        shutil.copy(root / "knowledge" / "reference" / name, folder / name)
    return tmp_path


WRONG = [
    ("analytes.csv", "718-7", "718-8", "hgb", "check digit"),
    ("analytes.csv", ",g/L,718-7", ",g/bucket,718-7", "hgb", "UCUM"),
    ("analytes.csv", "\nrbc,CBC", "\nwbc,CBC", "wbc", "twice"),
    ("analytes.csv", "%=0.01", "%:0.01", "hct", "unit=number"),
    ("analytes.csv", "789-8 26453-1", "6690-2", "rbc", "belongs to"),
    ("analytes.csv", "WBC|", "WBC?maybe|", "wbc", "?unit or ?specimen"),
    ("analytes.csv", "key,group", "key,family", "", "columns"),
    ("analytes.csv", "kdigo-aki-2012", "kdigo-aki-1912", "crea", "guidelines.toml"),
    ("reference-ranges.csv", "hgb,male", "hgbx,male", "hgbx", "no such analyte"),
    ("reference-ranges.csv", "130,175", "175,130", "hgb", "wrong way round"),
    ("reference-ranges.csv", "hgb,male", "hgb,men", "hgb", "sex"),
    ("reference-ranges.csv", "katzmann-2002", "katzmann-1902", "flc_k", "guidelines.toml"),
    ("critical-limits.csv", "k,low,2.8", "k,lower,2.8", "k", "side"),
    ("critical-limits.csv", "k,low,2.8", "k,low,two", "k", "not a number"),
]


@pytest.mark.parametrize(("file", "old", "new", "item", "says"), WRONG)
def test_a_wrong_row_is_named(content: Path, file: str, old: str, new: str, item: str, says: str) -> None:
    path = content / "knowledge" / "reference" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ContentError, match=file) as caught:
        Catalog.load(content)
    assert caught.value.item == item
    assert says in caught.value.problem


@pytest.mark.parametrize("file", TABLES)
def test_an_absent_table_is_named(content: Path, file: str) -> None:
    (content / "knowledge" / "reference" / file).unlink()
    with pytest.raises(ContentError, match="does not exist"):
        Catalog.load(content)
