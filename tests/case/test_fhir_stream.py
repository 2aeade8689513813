"""Newline-delimited files: the same cases whether read at once or as a stream."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from fhir_kit import PATIENT, bundle, coded, potassium

from consult.analytes import Catalog
from consult.case import Case, read_cases, stream_cases
from consult.errors import CaseError


def person(number: int, **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "id": f"p{number}",
        "identifier": [{"system": "urn:mrn", "value": f"MRN{number:06}"}],
        "name": [{"family": f"Zorblax{number}"}],
        "birthDate": f"19{50 + number % 40}-01-01",
        **more,
    }


def result(number: int, value: str, **more: Any) -> dict[str, Any]:
    return potassium(value, subject={"reference": f"Patient/p{number}"}, **more)


def doctor(number: int) -> dict[str, Any]:
    return {"resourceType": "Practitioner", "id": f"d{number}", "name": [{"family": f"Heilmann{number}"}]}


def seen_by(number: int) -> list[dict[str, Any]]:
    return [{"reference": f"Practitioner/d{number}"}]


SPECIMEN = {"resourceType": "Specimen", "id": "s1", "subject": {"reference": "Patient/p1"}, "type": coded("Serum")}
BULK: list[Any] = [
    *(person(number) for number in range(4)),
    *(result(number, f"4.{number}", performer=seen_by(number)) for number in range(4)),
    *(result(number, f"5.{number}", id=f"late{number}") for number in (3, 1)),
    result(1, "6.1", specimen={"reference": "Specimen/s1"}),
    result(9, "3.9"),
    SPECIMEN,
    {"resourceType": "Encounter", "id": "e2", "subject": {"reference": "Patient/p2"}},
    {**result(0, "6.2"), "subject": None, "encounter": {"reference": "Encounter/e2"}},
    {"resourceType": "Claim", "patient": {"reference": "Patient/p2"}},
    *(doctor(number) for number in range(4)),
    {"resourceType": "Observation", "code": {"text": "of nobody"}, "valueString": "x"},
]
BUNDLES: list[Any] = [
    bundle(PATIENT, potassium("4.1")),
    bundle(person(5), result(5, "4.5")),
    bundle({**PATIENT, "id": "again"}, potassium("4.2", subject={"reference": "Patient/again"})),
    bundle(person(6, id="p5"), result(5, "4.6")),
]
MIXED: list[Any] = [*BULK[:6], *BUNDLES, person(1), 7, {"no": "resource"}, *BULK[6:]]
SAME_NUMBER: list[Any] = [
    person(1),
    result(1, "4.1"),
    person(2, identifier=[{"system": "urn:mrn", "value": "MRN000001"}], birthDate="1951-01-01"),
    result(2, "4.2"),
]
ONE: list[Any] = [person(1), {**potassium("4.4"), "subject": None}, result(1, "4.5")]
NOBODY: list[Any] = [{**potassium("4.4"), "subject": None}, {**potassium("4.5"), "subject": None}]
FILES = {"bulk": BULK, "bundles": BUNDLES, "mixed": MIXED, "same": SAME_NUMBER, "one": ONE, "nobody": NOBODY}


def write(folder: Path, documents: list[Any], between: str = "\n") -> Path:
    path = folder / "export.ndjson"
    path.write_text(between.join(json.dumps(one) for one in documents) + "\n", encoding="utf-8")
    return path


def parted(found: Any) -> tuple[list[Case], list[str]]:
    everything = list(found)
    return [one for one in everything if isinstance(one, Case)], [one for one in everything if isinstance(one, str)]


@pytest.mark.parametrize("name", FILES)
def test_a_stream_gives_what_reading_at_once_gives(name: str, tmp_path: Path, catalog: Catalog) -> None:
    path = write(tmp_path, FILES[name], "\r\n\n")
    whole = read_cases(path, catalog=catalog)
    cases, problems = parted(stream_cases(path, catalog=catalog))
    assert [case.model_dump() for case in cases] == [case.model_dump() for case in whole.cases]
    assert [case.identity for case in cases] == [case.identity for case in whole.cases]
    assert sorted(problems) == sorted(whole.problems)


def test_results_far_from_their_patients(tmp_path: Path, catalog: Catalog) -> None:
    cases, _ = parted(stream_cases(write(tmp_path, BULK), catalog=catalog))
    told = [[one.reported.value for one in case.observations] for case in cases]
    assert told == [["4.0"], ["4.1", "5.1", "6.1"], ["4.2", "6.2"], ["4.3", "5.3"], ["3.9"]]
    assert cases[1].observations[2].specimen == "Serum"
    for number, case in enumerate(cases[:4]):
        assert case.identity is not None
        terms = {term.text for term in case.identity.terms}
        assert terms & {f"Heilmann{n}" for n in range(4)} == {f"Heilmann{number}"}
        assert terms & {f"Zorblax{n}" for n in range(4)} == {f"Zorblax{number}"}


def test_a_broken_line_is_named_and_the_rest_is_read(tmp_path: Path, catalog: Catalog) -> None:
    path = write(tmp_path, BULK[:6])
    lines = path.read_bytes().splitlines(keepends=True)
    torn = [
        *lines[:3],
        b'{"resourceType": "Observation", "val\n',
        b"\xff\xfe\x00\n",
        *lines[3:],
        b'{"a":1,"a":2}\n',
        lines[4][:30],
    ]
    path.write_bytes(b"".join(torn))
    cases, problems = parted(stream_cases(path, catalog=catalog))
    assert len(cases) == 4
    assert [problem for problem in problems if "JSON" in problem] == [
        f"line {number}: is not valid JSON and was not read" for number in (4, 5, 10, 9)
    ]


def test_lines_beyond_the_limit_are_named(tmp_path: Path, catalog: Catalog) -> None:
    path = write(tmp_path, [person(1), {**result(1, "4.1"), "note": [{"text": "x" * 50_000}]}, result(1, "4.2")])
    cases, problems = parted(stream_cases(path, catalog=catalog, max_bytes=10_000))
    assert [one.reported.value for one in cases[0].observations] == ["4.2"]
    assert problems == ["line 2: is longer than the limit and was not read"]


def test_other_files_are_read_as_ever(tmp_path: Path, catalog: Catalog) -> None:
    path = tmp_path / "one.json"
    path.write_text(json.dumps(bundle(PATIENT, potassium())), encoding="utf-8")
    cases, problems = parted(stream_cases(path, catalog=catalog))
    assert (len(cases), problems) == (1, [])
    with pytest.raises(CaseError, match="larger than the limit"):
        list(stream_cases(path, catalog=catalog, max_bytes=100))
    with pytest.raises(CaseError, match="does not exist"):
        list(stream_cases(tmp_path / "none", catalog=catalog))


def test_only_one_patient_is_in_memory(tmp_path: Path, catalog: Catalog) -> None:
    """Ten times the patients, and hardly more memory."""
    import tracemalloc

    def peak(people: int) -> int:
        path = write(tmp_path, [*map(person, range(people)), *(result(n % people, "4.1") for n in range(people * 10))])
        tracemalloc.start()
        try:
            assert sum(isinstance(one, Case) for one in stream_cases(path, catalog=catalog)) == people
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(2)
    assert peak(100) < peak(10) + 1_000_000
