"""Against the unit tests of UCUM's own community (a file outside this repository)."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import pytest

from consult.analytes import normalize_unit
from consult.analytes._dimensions import measure

READ_OTHERWISE = {"pH": "[pH]"}
"""Valid UCUM that a laboratory means differently: nobody reports picohenries."""


@pytest.fixture(scope="module")
def cases(shared_data: Path) -> ElementTree.Element:
    return ElementTree.parse(shared_data / "ucum" / "UcumFunctionalTests.xml").getroot()


def test_a_valid_code_keeps_its_meaning(cases: ElementTree.Element) -> None:
    known = 0
    for case in cases.iter("case"):
        if case.get("valid") != "true":
            continue
        code = case.get("unit") or ""
        found = normalize_unit(code)
        if found is None:
            continue
        if code in READ_OTHERWISE:
            assert found == READ_OTHERWISE[code]
            continue
        before, after = measure(code), measure(found)
        assert before is not None, f"{code} is read as {found} although we do not know it as UCUM"
        assert after is not None
        assert (before.dimension, before.size, before.basis) == (after.dimension, after.size, after.basis), code
        known += 1
    assert known > 250


def test_conversions_agree(cases: ElementTree.Element) -> None:
    checked = 0
    for case in cases.iter("case"):
        if case.get("srcUnit") is None:
            continue
        source, target = measure(case.get("srcUnit") or ""), measure(case.get("dstUnit") or "")
        if source is None or target is None or source.dimension != target.dimension:
            continue
        value, outcome = Decimal(case.get("value") or ""), Decimal(case.get("outcome") or "")
        ours = value * source.size / target.size
        assert abs(ours - outcome) <= abs(outcome) * Decimal("0.05"), case.attrib
        checked += 1
    assert checked >= 10
