"""References inside one input."""

from __future__ import annotations

from typing import Any

import pytest

from consult.interop.fhir import References, address, open_document, subject_of, target_kind

OBSERVATION: dict[str, Any] = {"resourceType": "Observation", "id": "o"}


def opened(*entries: tuple[str, dict[str, Any]]) -> Any:
    listed = [{"fullUrl": url, "resource": resource} if url else {"resource": resource} for url, resource in entries]
    return open_document({"resourceType": "Bundle", "entry": listed})


def patient(id: str = "1", **more: Any) -> dict[str, Any]:
    return {"resourceType": "Patient", "id": id, **more}


UUID = "urn:uuid:6f6b2a3e-0000-4000-8000-000000000001"
A, B = "http://a.example/fhir", "https://b.example/r4"
NUMBER = {"system": "urn:mrn", "value": "77"}


@pytest.mark.parametrize(
    ("url", "own", "reference"),
    [
        (UUID, "", {"reference": UUID}),
        (UUID, "", {"reference": "Patient/6f6b2a3e-0000-4000-8000-000000000001"}),
        ("", "", {"reference": "Patient/1"}),
        ("", "", {"reference": "urn:uuid:1"}),
        ("", "", {"reference": "Patient/1/_history/4"}),
        (f"{A}/Patient/1", f"{A}/Observation/o", {"reference": "Patient/1"}),
        (f"{A}/Patient/1", "", {"reference": f"{A}/Patient/1"}),
        (f"{A}/Patient/1/_history/2", "", {"reference": f"{A}/Patient/1"}),
        ("", f"{A}/Observation/o", {"reference": "Patient/1"}),
        ("", "", {"reference": f"{A}/Patient/1"}),
        ("", "", {"identifier": NUMBER}),
        ("", "", {"type": "Patient", "identifier": NUMBER}),
        ("", "", {"reference": "Patient?identifier=urn:mrn|77"}),
        ("", "", {"reference": "Patient?identifier=urn%3Amrn%7C77".replace("%7C", "|")}),
    ],
)
def test_a_reference_finds_its_resource(url: str, own: str, reference: dict[str, Any]) -> None:
    found = patient("" if url == UUID else "1", identifier=[NUMBER])
    held = opened((url, found), (own, OBSERVATION))
    links = References(held.placed)
    assert links.resolve(reference, held.placed[1]) is held.placed[0]


@pytest.mark.parametrize(
    ("url", "own", "reference"),
    [
        (f"{B}/Patient/1", f"{A}/Observation/o", {"reference": "Patient/1"}),
        (f"{B}/Patient/1", "", {"reference": f"{A}/Patient/1"}),
        ("", "", {"reference": "Patient/2"}),
        ("", "", {"reference": "Practitioner/1"}),
        ("", "", {"identifier": {"value": "77"}}),
        ("", "", {"type": "Group", "identifier": NUMBER}),
        ("", "", {"reference": "#1"}),
        ("", "", {"reference": 7}),
        ("", "", {"reference": ["Patient/1"]}),
        ("", "", "x" * 5000),
        ("", "", None),
    ],
)
def test_two_servers_patients_are_not_the_same(url: str, own: str, reference: Any) -> None:
    held = opened((url, patient(identifier=[NUMBER])), (own, OBSERVATION))
    assert References(held.placed).resolve(reference, held.placed[1]) is None


def test_contained_resources_are_found_only_from_inside() -> None:
    holder = {**OBSERVATION, "contained": [{"resourceType": "Specimen", "id": "s"}]}
    held = opened(("", holder), ("", {**OBSERVATION, "id": "other"}))
    links = References(held.placed)
    found = links.resolve({"reference": "#s"}, held.placed[0])
    assert found is not None
    assert found.pointer == "entry[0]/Observation/contained[0]/Specimen"
    assert links.resolve({"reference": "#s"}, held.placed[1]) is None


def test_a_relative_reference_stays_in_its_bundle() -> None:
    bundles = [
        {"resourceType": "Bundle", "entry": [{"resource": patient()}]},
        {"resourceType": "Bundle", "entry": [{"resource": OBSERVATION}]},
    ]
    held = open_document(bundles)
    assert References(held.placed).resolve({"reference": "Patient/1"}, held.placed[1]) is None
    assert address({"reference": "Patient/1"}, held.placed[1]) != address({"reference": "Patient/1"}, held.placed[0])


@pytest.mark.parametrize(
    ("resource", "kind"),
    [
        ({"subject": {"reference": "Patient/1"}}, "Patient"),
        ({"patient": {"reference": "Patient/1"}}, "Patient"),
        ({"for": {"reference": "Patient/1"}}, "Patient"),
        ({"subject": {"reference": "Group/1"}}, "Group"),
        (
            {"participant": [{"actor": {"reference": "Practitioner/2"}}, {"actor": {"reference": "Patient/1"}}]},
            "Patient",
        ),
        ({"subject": {"type": "Patient", "identifier": NUMBER}}, "Patient"),
        ({"subject": {"display": "somebody"}}, ""),
        ({"subject": "Patient/1"}, ""),
    ],
)
def test_whom_a_resource_is_about(resource: dict[str, Any], kind: str) -> None:
    assert target_kind(subject_of(resource)) == kind
