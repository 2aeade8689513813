"""Names, codes and units of real messages (outside this repository): how many find an analyte, and which never may."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from consult.analytes import Catalog, Match, UnitError, parse_decimal


@pytest.fixture(scope="module")
def results(shared_data: Path, catalog: Catalog) -> list[tuple[str, str, str, Match]]:
    """Value, order, unit and match of every numeric result."""
    return [row for path in sorted((shared_data / "hl7_vendors").glob("*.hl7")) for row in _rows(path, catalog)]


def _rows(path: Path, catalog: Catalog) -> Iterator[tuple[str, str, str, Match]]:
    order = ""
    for line in path.read_bytes().decode("utf-8", "replace").replace("\r", "\n").split("\n"):
        fields = line.split("|")
        if fields[0] == "OBR":
            order = (fields[4].split("^") + [""])[1]
        if fields[0] == "OBX" and fields[2] == "NM":
            code, name, system = (fields[3].split("^") + ["", ""])[:3]
            unit = fields[6].split("^")[0]
            yield fields[5], order, unit, catalog.match(name, code=code, system=system, unit=unit or None, order=order)


def test_nearly_all_find_an_analyte(results: list[tuple[str, str, str, Match]]) -> None:
    found = [row for row in results if row[3].analyte is not None]
    assert len(results) > 120
    assert len(found) >= len(results) - 8  # ages, allergens and a ratio are none of ours


def test_contradicting_codes_are_seen(results: list[tuple[str, str, str, Match]]) -> None:
    pairs = {(row[3].analyte, row[3].conflict) for row in results if row[3].conflict is not None}
    assert pairs >= {("neut", "neut_pct"), ("lactate", "ldh"), ("mg", "ldh"), ("ica", "ca"), ("tibc", "transferrin")}


def test_cerebrospinal_fluid_is_not_blood(results: list[tuple[str, str, str, Match]], catalog: Catalog) -> None:
    spinal = [row for row in results if "pinal" in row[1]]
    assert spinal
    assert {catalog[row[3].analyte].specimen for row in spinal if row[3].analyte} == {"csf"}


def test_values_convert_or_say_why(results: list[tuple[str, str, str, Match]], catalog: Catalog) -> None:
    reasons = set()
    for value, _, _, match in results:
        number = parse_decimal(value)
        if match.analyte is None or number is None:
            continue
        analyte = catalog[match.analyte]
        try:
            converted = catalog.convert(analyte.key, number, match.unit).value
        except UnitError as error:
            reasons.add(error.reason)
            continue
        assert analyte.plausible_low is None or analyte.plausible_low <= converted, analyte.key
        assert analyte.plausible_high is None or converted <= analyte.plausible_high, analyte.key
    assert reasons == {"missing", "scale"}
