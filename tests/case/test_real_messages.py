"""Messages that others wrote; not part of the repository."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

import pytest

from consult.analytes import Catalog
from consult.case import Case, ReadResult, read_cases
from consult.case._flags import disagreement, reported_flag
from consult.errors import CaseError

FOLDERS = ("hl7", "hl7_vendors", "hl7_fhir_pairs")


@pytest.fixture(scope="session")
def messages(shared_data: Path) -> list[Path]:
    return sorted(path for folder in FOLDERS for path in (shared_data / folder).rglob("*.hl7"))


@pytest.fixture(scope="session")
def results(messages: list[Path], catalog: Catalog) -> dict[Path, ReadResult]:
    return {path: read_cases(path, catalog=catalog) for path in messages}


def sent_results(path: Path) -> list[list[str]]:
    """The OBX segments of a file, split naively: an independent count."""
    lines = re.split(r"[\r\n]+", path.read_bytes().decode("utf-8", errors="replace"))
    return [(line.split("|") + [""] * 12)[:12] for line in lines if line.startswith("OBX|")]


def test_every_file_is_cases_or_a_sentence(results: dict[Path, ReadResult]) -> None:
    assert len(results) > 50
    for path, found in results.items():
        assert found.cases or len(found.problems) == 1, path.name


def test_no_result_is_lost(results: dict[Path, ReadResult]) -> None:
    for path, found in results.items():
        told = sum(len(case.observations) + sum(r.kind != "note" for r in case.reports) for case in found.cases)
        assert told == len(sent_results(path)), path.name


def test_numeric_results_stay_as_sent(results: dict[Path, ReadResult]) -> None:
    for path, found in results.items():
        sent = Counter(
            (fields[5], fields[6].split("^")[0])
            for fields in sent_results(path)
            if fields[2] in {"NM", "SN"} and fields[5]
        )
        kept = Counter(
            (one.reported.value or "", one.reported.unit or "") for case in found.cases for one in case.observations
        )
        assert sent - kept == Counter(), path.name


def test_our_flags_agree_with_the_laboratories(results: dict[Path, ReadResult]) -> None:
    compared = 0
    for path, found in results.items():
        for case in found.cases:
            for one in case.observations:
                theirs = reported_flag(one.reported.flag)
                if one.value is None or not one.reported.range or theirs is None:
                    continue
                compared += 1
                difference = disagreement(one.flag, theirs)
                assert one.flag is not None, (path.name, one.fact)
                assert difference != "direction", (path.name, one.fact)
                assert path.parent.name != "hl7" or difference is None, (path.name, one.fact)
    assert compared > 100


def test_traps(results: dict[Path, ReadResult]) -> None:
    named: dict[str, list[Case]] = {path.stem: found.cases for path, found in results.items()}
    assert "unit-incompatible" in {finding.code for finding in named["hci"][0].quality}
    assert len(named["batch_message"]) == 2
    assert "charset-mismatch" in {finding.code for finding in named["elims_29_5065302_35227_NoPII_CANCELED"][0].quality}
    assert [one.status for one in named["elims_29_5065302_35227_NoPII_CANCELED"][0].observations].count(
        "cancelled"
    ) == 16
    assert "code-conflict" in {finding.code for finding in named["olis_01_cbc"][0].quality}
    saturation = next(one for one in named["oscar_16_iron_fraction"][0].observations if one.analyte == "tsat")
    assert saturation.value is not None
    assert Decimal(saturation.value) == 8
    assert {one.analyte for one in named["sunquest_15_csf"][0].observations} & {"glu", "wbc"} == set()


def test_every_prefix_of_a_message_is_readable(shared_data: Path, catalog: Catalog) -> None:
    data = (shared_data / "hl7" / "hci.hl7").read_bytes()
    for end in range(1, len(data), 97):
        with suppress(CaseError):
            read_cases(data[:end], catalog=catalog)
