"""Whatever the bytes: a case, a sentence, or `CaseError`. Never another error, never a patient's result at another."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from fhir_kit import MINE, PATIENT, bundle, coded, potassium
from hypothesis import given, settings
from hypothesis import strategies as st

from consult.analytes import Catalog
from consult.case import read_cases
from consult.errors import CaseError

KEYS = st.sampled_from(
    [
        *(
            "resourceType",
            "id",
            "code",
            "coding",
            "text",
            "display",
            "system",
            "subject",
            "patient",
            "reference",
            "status",
        ),
        *(
            "valueQuantity",
            "value",
            "unit",
            "comparator",
            "referenceRange",
            "low",
            "high",
            "component",
            "contained",
            "name",
        ),
        *(
            "effectiveDateTime",
            "note",
            "entry",
            "resource",
            "fullUrl",
            "identifier",
            "extension",
            "result",
            "hasMember",
        ),
        *("presentedForm", "data", "contentType", "section", "div", "valueString", "valueCodeableConcept", "category"),
        *("meta", "birthDate", "gender", "encounter", "basedOn", "dosageInstruction", "reaction", "verificationStatus"),
    ]
)
TYPES = st.sampled_from(
    [
        *(
            "Bundle",
            "Patient",
            "Observation",
            "DiagnosticReport",
            "Condition",
            "MedicationRequest",
            "AllergyIntolerance",
        ),
        *("Composition", "DocumentReference", "ServiceRequest", "FamilyMemberHistory", "Encounter", "Specimen", "Task"),
        *("Parameters", "Immunization", "Procedure", "Practitioner", "MedicationOrder", "Nonsense", ""),
    ]
)
WORDS = st.sampled_from(
    [
        *("#", "#x", "Patient/p1", "Patient/p1/_history/1", "urn:uuid:x", "p1", "2026-03-01", "0000", "6.90", "1e999"),
        *(
            "<",
            "NaN",
            "a" * 200,
            "\x00",
            "\u202e",
            "\ud800",
            "9" * 60,
            "http://x/Patient/p1",
            "PGI+",
            "P?identifier=a|b",
        ),
    ]
)
ATOMS = st.one_of(
    st.none(), st.booleans(), st.integers(-9, 99), st.floats(allow_nan=False, allow_infinity=False), WORDS, TYPES
)
PARTS = st.recursive(
    ATOMS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=5), max_leaves=12
)
RESOURCES = st.builds(
    lambda kind, parts: {"resourceType": kind, **parts}, TYPES, st.dictionaries(KEYS, PARTS, max_size=8)
)
BUDGET = settings(max_examples=120, deadline=None, derandomize=True, database=None)


@BUDGET
@given(resources=st.lists(RESOURCES, min_size=1, max_size=4))
def test_any_resources(resources: list[Any], catalog: Catalog) -> None:
    for document in (
        bundle(PATIENT, *resources, potassium("4.25")),
        [*resources],
        {"hook": "x", "prefetch": {"a": resources[0]}},
    ):
        with suppress(CaseError):
            for case in read_cases(document, catalog=catalog).cases:
                case.model_dump_json()


def test_half_a_character_can_be_stored(catalog: Catalog) -> None:
    lone = json.dumps(potassium(note=[{"text": "x\ud800y"}]))
    assert "\\ud800" in lone
    for content in (lone, f"{lone}\n{json.dumps(PATIENT)}"):
        cases = read_cases(content.encode(), catalog=catalog).cases
        assert "x\ufffdy" in cases[0].model_dump_json()


@BUDGET
@given(strange=RESOURCES)
def test_a_strange_resource_takes_nothing_from_the_others(strange: Any, catalog: Catalog) -> None:
    other = {"resourceType": "Patient", "id": "p2", "name": [{"family": "Wimbledorf"}]}
    theirs = potassium("5.75", subject={"reference": "Patient/p2"})
    found = read_cases(bundle(PATIENT, other, potassium("4.25", subject=MINE), theirs, strange), catalog=catalog)
    told = [{one.reported.value for one in case.observations} & {"4.25", "5.75"} for case in found.cases]
    # A stranger with the id of one of them makes their references ambiguous: then the result is named, not given away.
    assert all(len(values) < 2 for values in told)
    lost = 2 - sum(map(len, told))
    assert lost == 0 or any("not one patient" in problem for problem in found.problems)


SEED = json.dumps(
    bundle(
        PATIENT,
        potassium(referenceRange=[{"low": {"value": 3.5}}], interpretation=[coded("H", "H")]),
        {"resourceType": "Condition", "subject": MINE, "code": coded("Asthma", "J45")},
    )
).encode()
EDITS = st.lists(
    st.tuples(
        st.integers(0, len(SEED)),
        st.integers(0, 20),
        st.one_of(
            st.sampled_from([b"{", b"}", b"[", b"]", b'"', b",", b":", b"\n", b"null", b"1e9", b"\xff"]),
            st.binary(max_size=6),
        ),
    ),
    min_size=1,
    max_size=6,
)


@BUDGET
@given(edits=EDITS, lines=st.booleans())
def test_mutated_bytes(edits: list[tuple[int, int, bytes]], lines: bool, catalog: Catalog) -> None:
    data = SEED
    for position, length, piece in edits:
        data = data[:position] + piece + data[position + length :]
    content = SEED + b"\n" + data + b"\n" + SEED if lines else data
    for format in ("auto", "fhir"):
        with suppress(CaseError):
            found = read_cases(content, format=format, catalog=catalog)
            assert found.cases or found.problems
