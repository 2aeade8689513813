"""Parts of resources, versions and attachments."""

from __future__ import annotations

import base64
import time
from typing import Any

import pytest

from consult.interop.fhir import (
    attachment_text,
    choice,
    code_set,
    codings,
    number_to_version,
    plain_text,
    version_of,
    walk,
    words,
)


@pytest.mark.parametrize(
    ("concept", "said", "codes"),
    [
        ({"text": "a", "coding": [{"code": "1", "display": "b"}]}, "a", {"1"}),
        ({"coding": [{"code": "1"}, {"code": "2", "display": "b"}]}, "b", {"1", "2"}),
        ({"coding": {"code": "1"}}, "1", {"1"}),
        ({"concept": {"text": "a"}}, "a", {"a"}),
        ({"concept": {"coding": [{"code": "1", "display": "b"}]}}, "b", {"1"}),
        ({"code": "1", "display": "b"}, "b", {"1"}),
        ([{"text": "a"}], "a", {"a"}),
        ("active", "active", {"active"}),
        ({"coding": [None, "x", 7]}, "", set()),
        ({"text": {"value": "a"}}, "", set()),
        (None, "", set()),
        (7, "", set()),
    ],
)
def test_concepts(concept: Any, said: str, codes: set[str]) -> None:
    assert words(concept) == said
    assert code_set(concept) == codes
    assert all(code.code or code.display for code in codings(concept))


def test_choices() -> None:
    assert choice({"valueQuantity": {"value": "1"}}, "value") == ("Quantity", {"value": "1"})
    assert choice({"_valueString": {}, "valueString": None, "value": "x"}, "value") == ("", "x")
    assert choice({"values": 1}, "value") == ("", None)


def test_walking_ends() -> None:
    deep: dict[str, Any] = {}
    deep["self"] = deep
    assert sum(1 for _ in walk(deep)) == 13


def coded(content: bytes, media: str = "text/plain") -> dict[str, Any]:
    return {"contentType": media, "data": base64.b64encode(content).decode()}


@pytest.mark.parametrize(
    ("attachment", "said"),
    [
        (coded(b"Lungs clear."), "Lungs clear."),
        (coded("\u80ba\u90e8\u6b63\u5e38".encode()), "\u80ba\u90e8\u6b63\u5e38"),
        (coded("\u80ba\u90e8\u6b63\u5e38".encode("gb18030")), "\u80ba\u90e8\u6b63\u5e38"),
        (coded("H\u00f6he".encode("latin-1"), "text/plain; charset=ISO-8859-1"), "H\u00f6he"),
        (coded(b"<html><style>x</style><p>One</p><p>Two &lt; 3</p></html>", "text/html"), "One\nTwo < 3"),
        (coded(b"<div><table><tr><td>Hb</td><td>9.6</td></tr><tr><td>Na</td></tr></table></div>"), "Hb 9.6\nNa"),
        (coded(b"%PDF-1.7", "application/pdf"), None),
        (coded(b"%PDF-1.7", ""), None),
        (coded(b"\x89PNG", "image/png"), None),
        ({"contentType": "text/plain", "url": "Binary/1"}, None),
        ({"contentType": "text/plain", "data": "not base64 !"}, None),
        ({"contentType": ["x"], "data": {"a": 1}}, None),
        (coded(b"   "), None),
    ],
)
def test_attachments(attachment: dict[str, Any], said: str | None) -> None:
    assert attachment_text(attachment) == said


@pytest.mark.parametrize(
    ("markup", "said"),
    [
        ("<div><![if gte mso]><p>Hb 9.6</div", "Hb 9.6</div"),
        ("<div>Hb <b title='a > b'>9.6</b> &amp; Na<br/>140</div>", "Hb 9.6 & Na\n140"),
        ("K < 3 and Na > 140", "K < 3 and Na > 140"),
        ("a<!-- not <b>this</b> -->b<!-- nor this", "ab nor this"),
        ("<script>x = '<p>'</script>y<style>z</style>", "y"),
        ("<head><title>no</title></head>yes", "yes"),
        ("<title>never closed, so shown", "never closed, so shown"),
        ("<p class='x\">broken quote</p>", "broken quote"),
    ],
)
def test_markup(markup: str, said: str) -> None:
    assert plain_text(markup) == said


@pytest.mark.parametrize("piece", ["<", "<a ", "&", "<!--", "<a '", '<a "', "<script>", "</p", "<a b=<", "-->", "<!x "])
def test_broken_markup_takes_no_time(piece: str) -> None:
    started = time.perf_counter()
    plain_text(piece * 50_000)
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize(
    ("resource", "version"),
    [
        ({"resourceType": "MedicationOrder"}, "DSTU2"),
        ({"resourceType": "Observation", "comments": "x"}, "DSTU2"),
        ({"resourceType": "Condition", "patient": {}, "clinicalStatus": "active"}, "DSTU2"),
        ({"resourceType": "AllergyIntolerance", "substance": {}}, "DSTU2"),
        ({"resourceType": "Observation", "comment": "x"}, "STU3"),
        ({"resourceType": "Condition", "clinicalStatus": "active"}, "STU3"),
        ({"resourceType": "MedicationStatement", "taken": "n"}, "STU3"),
        ({"resourceType": "Encounter", "class": [{}]}, "R5"),
        ({"resourceType": "MedicationRequest", "medication": {"concept": {}}}, "R5"),
        ({"resourceType": "Procedure", "occurrenceDateTime": "2020"}, "R5"),
        (
            {"resourceType": "Observation", "meta": {"profile": ["http://hl7.org/fhir/3.0/StructureDefinition/x"]}},
            "STU3",
        ),
        (
            {"resourceType": "Observation", "meta": {"profile": "https://fhir.nhs.uk/STU3/StructureDefinition/x"}},
            "STU3",
        ),
        ({"resourceType": "Observation", "meta": {"profile": ["http://hl7.org/fhir/StructureDefinition/x"]}}, None),
        ({"resourceType": "Condition", "clinicalStatus": {"coding": []}}, None),
        ({"resourceType": "Observation", "meta": 7}, None),
    ],
)
def test_versions(resource: dict[str, Any], version: str | None) -> None:
    assert version_of(resource) == version


@pytest.mark.parametrize(
    ("number", "version"), [("4.0.1", "R4"), ("3.0.2", "STU3"), ("1.0.2", "DSTU2"), ("5.0.0", "R5"), ("9.9", None)]
)
def test_version_numbers(number: str, version: str | None) -> None:
    assert number_to_version(number) == version
