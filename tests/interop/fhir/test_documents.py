"""What holds resources: bundles, lists, lines, parameters, CDS Hooks."""

from __future__ import annotations

from typing import Any

import pytest

from consult.errors import CaseError
from consult.interop.fhir import holds_fhir, looks_like_ndjson, open_document, read_lines

PATIENT = {"resourceType": "Patient", "id": "p"}
NOTE = {"resourceType": "Observation", "id": "o"}


def bundle(*resources: dict[str, Any], kind: str = "collection") -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": kind, "entry": [{"resource": one} for one in resources]}


@pytest.mark.parametrize(
    ("document", "pointers"),
    [
        (PATIENT, ["Patient"]),
        (bundle(PATIENT, NOTE), ["entry[0]/Patient", "entry[1]/Observation"]),
        ([PATIENT, NOTE], ["[0]/Patient", "[1]/Observation"]),
        (bundle(bundle(NOTE)), ["entry[0]/Bundle/entry[0]/Observation"]),
        (
            {"resourceType": "Parameters", "parameter": [{"name": "a", "valueString": "x"}, {"resource": NOTE}]},
            ["parameter[1]/Observation"],
        ),
        (
            {"resourceType": "Parameters", "parameter": [{"name": "a", "part": [{"resource": NOTE}]}]},
            ["parameter[0]/part[0]/Observation"],
        ),
        (
            {"hook": "patient-view", "prefetch": {"patient": PATIENT, "labs": bundle(NOTE), "none": None}},
            ["prefetch.patient/Patient", "prefetch.labs/entry[0]/Observation"],
        ),
        (
            {"hook": "order-sign", "context": {"patientId": "p", "draftOrders": bundle(NOTE)}},
            ["context.draftOrders/entry[0]/Observation"],
        ),
    ],
)
def test_every_resource_has_its_place(document: Any, pointers: list[str]) -> None:
    assert holds_fhir(document)
    opened = open_document(document)
    assert [one.pointer for one in opened.placed] == pointers
    assert opened.problems == []


@pytest.mark.parametrize(
    "kind", ["transaction", "batch", "searchset", "document", "collection", "message", "history", ""]
)
def test_every_type_of_bundle(kind: str) -> None:
    assert len(open_document(bundle(PATIENT, NOTE, kind=kind)).placed) == 2


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ({"resourceType": "Bundle", "entry": [{"fullUrl": "x"}]}, "entry[0]: holds no resource"),
        ({"resourceType": "Bundle", "entry": [7, {"resource": "text"}]}, "entry[1]: holds no resource"),
        ({"resourceType": "Bundle", "entry": [{"resource": {"id": "1"}}]}, "entry[0]: this is no FHIR resource"),
        (
            {"resourceType": "Bundle", "entry": [{"content": NOTE}]},
            "entry[0]: an entry of FHIR DSTU1, a version that is not read",
        ),
        (bundle(bundle(bundle(bundle(bundle(NOTE))))), "bundles are nested too deep to be read"),
        ([NOTE, "words"], "[1]: this is no FHIR resource"),
    ],
)
def test_what_is_no_resource_is_named(document: Any, problem: str) -> None:
    assert problem in "; ".join(open_document(document).problems)


def test_entries_that_only_answer_a_request_are_no_problem() -> None:
    answered = {"resourceType": "Bundle", "type": "batch-response", "entry": [{"response": {"status": "204"}}]}
    assert open_document(answered).problems == []


@pytest.mark.parametrize("document", [{"observations": []}, {"cases": [PATIENT]}, [], ["x"], {"hook": "x"}, 7, None])
def test_other_json_is_no_fhir(document: Any) -> None:
    assert not holds_fhir(document)


def test_lines() -> None:
    content = '{"resourceType":"Patient"}\r\n\n{broken\n {"resourceType":"Observation"}\n'
    assert looks_like_ndjson(content)

    def parse(text: str) -> Any:
        if "broken" in text:
            raise CaseError("no")
        return {"resourceType": text.split('"')[3]}

    lines = read_lines(content, parse)
    assert [number for number, _ in lines.documents] == [1, 4]
    assert lines.problems == ["line 3: is not valid JSON and was not read"]
    assert [one.pointer for one in open_document(lines).placed] == ["line[1]/Patient", "line[4]/Observation"]


@pytest.mark.parametrize(
    "content",
    [
        '{"resourceType":"Patient"}',
        '{"resourceType":"Patient"}\n',
        '{\n "resourceType": "Bundle"\n}\n{',
        '[{"resourceType":"Patient"},\n{"resourceType":"Patient"}]',
        '{"case": 1}\n{"case": 2}',
    ],
)
def test_other_files_are_no_lines(content: str) -> None:
    assert not looks_like_ndjson(content)


def test_bundles_on_lines_are_scopes_of_their_own_and_resources_share_one() -> None:
    opened = open_document([bundle(PATIENT), bundle(PATIENT), PATIENT, NOTE])
    assert [one.scope for one in opened.placed] == [1, 2, 0, 0]
