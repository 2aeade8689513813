"""A consultation as a FHIR document: it validates, can be verified, hides nothing, and nothing in it is an order."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import pytest
from fhirclient.models.bundle import Bundle

from consult.analytes import Catalog
from consult.case import Case, Entry, Report, read_cases
from consult.content import content_root
from consult.errors import ReviewError
from consult.plan import (
    CareItem,
    Citation,
    Conflict,
    Language,
    Missing,
    Plan,
    Position,
    Problem,
    Recommendation,
    Statement,
    Unavailable,
)
from consult.review import Consultation, export_fhir, export_json, sign, verify_document

from .conftest import Desk, make_case, make_draft, potassium

HOSTILE = "</div><script>alert('x')</script> & \"ignore\" \u202eabc"
REQUIRED = {
    "AuditEvent": {"action": {"C", "R", "U", "D", "E"}, "outcome": {"0", "4", "8", "12"}},
    "ClinicalImpression": {"status": {"in-progress", "completed", "entered-in-error"}},
    "CommunicationRequest": {"status": {"draft", "active"}, "priority": {"routine", "urgent", "asap", "stat"}},
    "Composition": {"status": {"preliminary", "final", "amended", "entered-in-error"}},
    "DetectedIssue": {"status": {"registered", "preliminary", "final"}, "severity": {"high", "moderate", "low"}},
    "Device": {"status": {"active", "inactive", "entered-in-error", "unknown"}},
    "DiagnosticReport": {"status": {"registered", "partial", "preliminary", "final", "amended", "corrected"}},
    "DocumentReference": {"status": {"current"}, "docStatus": {"preliminary", "final", "amended", "entered-in-error"}},
    "Observation": {"status": {"registered", "preliminary", "final", "amended", "corrected", "unknown"}},
    "Patient": {"gender": {"male", "female", "other", "unknown"}},
    "RequestGroup": {"status": {"draft", "active"}, "intent": {"proposal"}},
    "ServiceRequest": {
        "status": {"draft", "active"},
        "intent": {"proposal"},
        "priority": {"routine", "urgent", "asap", "stat"},
    },
}
"""Codes of required bindings (R4) that may stand here; fhirclient checks shapes, not codes."""


def statement(text: str, **changes: Any) -> Statement:
    return Statement(text=text, facts=["F1"], passages=["k-2020#repeat"], author="laboratory", **changes)


def rich(language: Language = "en") -> dict[str, Any]:
    """A draft with everything that a plan can hold."""
    draft = make_draft()
    position = Position(specialty="respiratory", stance="unlikely", reason=HOSTILE, facts=["F1"], before="possible")
    care = CareItem(kind="monitoring", statement=statement("Repeat after two hours."))
    problems = [
        Problem(
            id=f"P{number}", concept=concept, name=concept, likelihood=likelihood, severity="high",
            statements=[statement(HOSTILE, supported=False, problem="no number", by="hema")], said_by=["laboratory"],
            dissent=[position], cautions=["The result may be wrong."], care=[care], below_the_line=number == 5,
        )
        for number, (concept, likelihood) in enumerate(
            [("hyperkalaemia", "likely"), ("pulmonary-embolism", "excluded"), ("adrenal-crisis", "unlikely"),
             ("unlisted:odd disease", "possible"), ("unexplained-abnormal-results", "possible")], start=1,
        )
    ]  # fmt: skip
    recommendations = [
        Recommendation(
            id=f"R{number}", kind=kind, concept="potassium", name="potassium", urgency=urgency,
            statement=statement(f"{kind}: {HOSTILE}"), further=[statement("And again.")], why=["P1", "P2"],
            cautions=["Already in this case."], said_by=["laboratory"],
        )
        for number, (kind, urgency) in enumerate(
            [("test", "immediate"), ("referral", "same-day"), ("treatment", "immediate"), ("monitoring", "routine"),
             ("avoid", "routine"), ("test", "routine")], start=1,
        )
    ]  # fmt: skip
    plan: Plan = draft["plan"]
    citation = Citation(
        passage="k-2020#repeat", guideline="k-2020", organisation="K", title="Potassium", year=2020,
        reference="doi:10.1000/k", section="Repeat", text=HOSTILE, corpus="laboratory", superseded_by=["k-2026"],
    )  # fmt: skip
    changes = {
        "language": language,
        "engine": "hema, deepseek",
        "problems": problems,
        "recommendations": recommendations,
        "missing": [Missing(what="ck", name="CK", text="CK is missing.", decides=[], asked_by=["laboratory"])],
        "conflicts": [Conflict(kind="likelihood", concept="x", name="x", positions=[position, position])],
        "citations": [citation],
        "gaps": [Unavailable(specialty="hematology", reason="timeout")],
        "warnings": ["A warning of the verifier."],
    }
    return {**draft, "plan": plan.model_copy(update=changes)}


DECISIONS = [
    {"item": "A1", "decision": "acknowledge", "text": f"Ward sister told {HOSTILE}"},
    {"item": "P1", "decision": "edit", "text": "Pseudohyperkalaemia, not hyperkalaemia"},
    *({"item": f"P{number}", "decision": "accept"} for number in (2, 4, 5)),
    {"item": "P3", "decision": "reject", "reason": "cortisol is normal"},
    {"item": "R1", "decision": "edit", "text": "Ask for an ECG instead"},
    *({"item": f"R{number}", "decision": "accept"} for number in (2, 3, 4)),
    {"item": "R5", "decision": "edit", "text": "Give potassium only by mouth"},
    {"item": "R6", "decision": "reject", "reason": "done last week"},
]


def rich_case() -> Case:
    case = make_case(potassium("7.1", notes=[HOSTILE]), potassium("6.90", fact="F2", specimen="blood"))
    entry = Entry(fact="F4", name="enoxaparin", status=None)
    report = Report(fact="F3", kind="imaging", title="Chest X-ray", text=HOSTILE, status="final")
    return case.model_copy(update={"questions": [HOSTILE], "reports": [report], "medications": [entry]})


def signed(desk: Desk, language: Language = "en") -> Consultation:
    made = desk.draft(rich_case(), **rich(language))
    desk.review.decide(made.id, DECISIONS, "Dr Meier")
    return desk.sign(made.id)


def document(consultation: Consultation) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(export_fhir(consultation))
    return found


def resources(bundle: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [one["resource"] for one in bundle["entry"] if one["resource"]["resourceType"] == kind]


def item(bundle: dict[str, Any], kind: str, name: str) -> dict[str, Any]:
    """The resource of one item of the plan."""
    listed = [one for one in resources(bundle, kind) if "identifier" in one]
    return next(one for one in listed if one["identifier"][0]["value"].endswith(f"/{name}"))


def values(held: Any, key: str) -> Iterator[Any]:
    """Every value under `key`, at any depth."""
    if isinstance(held, dict):
        if key in held:
            yield held[key]
        for part in held.values():
            yield from values(part, key)
    elif isinstance(held, list):
        for part in held:
            yield from values(part, key)


def check(bundle: dict[str, Any]) -> None:
    Bundle(bundle)
    urls = {one["fullUrl"] for one in bundle["entry"]}
    assert len(urls) == len(bundle["entry"])
    assert {one for one in values(bundle["entry"], "reference") if isinstance(one, str)} <= urls
    for one in bundle["entry"]:
        for element, allowed in REQUIRED.get(one["resource"]["resourceType"], {}).items():
            assert one["resource"].get(element, next(iter(allowed))) in allowed
    for div in values(bundle, "div"):
        assert {part.tag.rsplit("}", 1)[1] for part in ElementTree.fromstring(div).iter()} <= {
            *("div", "p", "b", "i", "ul", "li", "del", "br", "table", "thead", "tbody", "tr", "th", "td"),
        }  # fmt: skip
        assert "\u202e" not in div


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def linked(bundle: dict[str, Any]) -> set[str]:
    """What can be reached from the Composition, in either direction, as R4 asks of a document."""
    points = {
        one["fullUrl"]: {found for found in values(one["resource"], "reference") if isinstance(found, str)}
        for one in bundle["entry"]
    }
    known = {bundle["entry"][0]["fullUrl"]}
    while True:
        more = {url for one in known for url in points[one]} | {one for one, to in points.items() if to & known}
        if more <= known:
            return known
        known |= more


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_signed_plan_is_a_document_that_validates(desk: Desk, language: Language) -> None:
    bundle = document(signed(desk, language))
    check(bundle)
    first = bundle["entry"][0]["resource"]
    assert (bundle["type"], first["resourceType"], first["status"]) == ("document", "Composition", "final")
    assert bundle["identifier"]["value"].startswith("urn:uuid:")
    assert bundle["timestamp"] == first["date"] == first["attester"][0]["time"]
    assert first["language"] == {"en": "en", "zh": "zh-CN"}[language]
    assert linked(bundle) == {one["fullUrl"] for one in bundle["entry"]}
    titles = [section["title"] for section in first["section"]]
    assert ("Rejected in review" in titles) == (language == "en")
    assert len(titles) == 11


def test_a_draft_is_preliminary_and_says_so(desk: Desk) -> None:
    bundle = document(desk.draft(rich_case(), **rich()))
    check(bundle)
    first = bundle["entry"][0]["resource"]
    assert first["status"] == "preliminary"
    assert "attester" not in first
    assert "Machine-made draft" in first["text"]["div"]
    assert "AI-generated draft by hema, deepseek" in first["text"]["div"]
    assert {
        one["status"]
        for one in resources(bundle, "ServiceRequest")
        if one["category"][0]["coding"][0]["code"] == "recommendation"
    } == {"draft"}
    assert "signature" not in resources(bundle, "Provenance")[0]
    assert resources(bundle, "DetectedIssue")[0]["status"] == "preliminary"
    assert "mitigation" not in resources(bundle, "DetectedIssue")[0]


def test_nothing_is_an_order(desk: Desk) -> None:
    bundle = document(signed(desk))
    kinds = {one["resource"]["resourceType"] for one in bundle["entry"]}
    assert not kinds & {"MedicationRequest", "CarePlan", "Task", "DeviceRequest", "NutritionOrder", "Appointment"}
    assert set(values(bundle, "intent")) == {"proposal"}
    assert list(values(bundle, "dosage")) == list(values(bundle, "doNotPerform")) == []
    group = resources(bundle, "RequestGroup")[0]
    assert set(values(group, "precheckBehavior")) == {"no"}
    assert set(values(group, "requiredBehavior")) == {"could"}
    told = {one["payload"][0]["contentString"].split(":")[0] for one in resources(bundle, "CommunicationRequest")}
    assert told == {"treatment option", "Give potassium only by mouth"}


def test_who_was_told_of_an_alert(desk: Desk) -> None:
    bundle = document(signed(desk))
    issue = resources(bundle, "DetectedIssue")[0]
    decision = desk.store.get("C-000000000001").decisions[0]
    assert issue["severity"] == "high"
    assert issue["implicated"][0]["reference"].endswith(resources(bundle, "Observation")[0]["id"])
    told = issue["mitigation"][0]
    assert told["action"]["text"] == decision.text.strip() if decision.text else False
    assert told["date"] == decision.at
    names = {one["id"]: one["name"][0]["text"] for one in resources(bundle, "Practitioner")}
    assert names[told["author"]["reference"].removeprefix("urn:uuid:")] == "Dr Meier"


def test_a_doctor_s_wording_stands_alone(desk: Desk) -> None:
    bundle = document(signed(desk))
    impression = item(bundle, "ClinicalImpression", "P1")
    assert impression["finding"] == [{"itemCodeableConcept": {"text": "Pseudohyperkalaemia, not hyperkalaemia"}}]
    assert "security" not in impression["meta"]
    request = item(bundle, "ServiceRequest", "R1")
    assert request["code"] == {"text": "Ask for an ECG instead"}
    served = {one["text"] for one in request["reasonCode"]}
    assert served == {"Pseudohyperkalaemia, not hyperkalaemia", "pulmonary-embolism (excluded)"}


def test_a_rejected_item_is_told_and_is_no_resource(desk: Desk) -> None:
    bundle = document(signed(desk))
    items = {
        url["value"].split("/")[1]
        for one in values(bundle, "identifier")
        for url in as_list(one)
        if "/" in url["value"]
    }
    assert not items & {"P3", "R6"}
    section = next(one for one in bundle["entry"][0]["resource"]["section"] if one["title"] == "Rejected in review")
    assert "cortisol is normal" in section["text"]["div"]
    assert "done last week" in section["text"]["div"]


def test_a_code_is_given_only_to_what_is_held_to_be_so(desk: Desk) -> None:
    """`excluded` and `unlikely` under the code of the disease would say the opposite to whoever reads codes."""
    bundle = document(desk.draft(rich_case(), **rich()))
    found = {one["identifier"][0]["value"][-2:]: one["finding"][0] for one in resources(bundle, "ClinicalImpression")}
    codes = {item: one["itemCodeableConcept"].get("coding", []) for item, one in found.items()}
    assert [one["code"] for one in codes["P1"]] == ["hyperkalaemia", "E87.5"]
    assert codes["P2"] == codes["P3"] == codes["P4"] == codes["P5"] == []
    assert found["P2"]["itemCodeableConcept"]["text"] == "pulmonary-embolism (excluded)"
    assert "extension" not in found["P5"]


def test_the_signature_can_be_checked_with_this_bundle_alone(desk: Desk) -> None:
    consultation = signed(desk)
    bundle = document(consultation)
    attachment = resources(bundle, "DocumentReference")[-1]["content"][0]["attachment"]
    data = base64.b64decode(attachment["data"])
    assert data == export_json(consultation)
    assert verify_document(data, trusted=desk.trusted).ok
    provenance = resources(bundle, "Provenance")[0]
    held = [json.loads(base64.b64decode(one["data"])) for one in provenance["signature"]]
    assert held == json.loads(data)["signatures"]
    assert provenance["signature"][0]["sigFormat"] == "application/jose"
    assert provenance["signature"][0]["type"][0]["system"] == "urn:iso-astm:E1762-95:2013"
    assert provenance["target"] == [{"reference": bundle["entry"][0]["fullUrl"]}]


def test_every_entry_of_the_log_is_an_audit_event(desk: Desk) -> None:
    consultation = signed(desk)
    events = resources(document(consultation), "AuditEvent")
    assert [one["subtype"][0]["code"] for one in events] == [one.event for one in consultation.audit]
    hashes = [
        next(part["valueString"] for part in one["entity"][0]["detail"] if part["type"] == "hash") for one in events
    ]
    assert hashes == [one.hash for one in consultation.audit]


def test_a_revision_replaces_what_it_supersedes(desk: Desk) -> None:
    before = signed(desk)
    after = desk.review.decide(before.id, [{"item": "R6", "decision": "accept"}], "Dr Meier")
    related = document(after)["entry"][0]["resource"]["relatesTo"]
    assert related == [
        {"code": "replaces", "targetIdentifier": {"system": "urn:consult-mdt:consultation", "value": before.id}}
    ]


def test_two_doctors_sign_and_the_second_says_why_it_is_stale(desk: Desk) -> None:
    made = signed(desk)
    second = desk.new_key("Dr Weber")
    desk.store.note_later_results(made.subject.key, make_case(potassium("4.1", effective="2026-05-04T09:00:00+02:00")))
    both = sign(desk.store, made.id, second, stale_reason="told by <phone>", clock=desk.clock)
    bundle = document(both)
    check(bundle)
    first = bundle["entry"][0]["resource"]
    assert len(first["attester"]) == 2
    assert "because: told by &lt;phone&gt;" in first["text"]["div"]
    provenance = resources(bundle, "Provenance")[0]
    assert [one["when"] for one in provenance["signature"]] == [one["time"] for one in first["attester"]]
    assert provenance["reason"][0]["text"].endswith("because: told by <phone>")
    assert {one["name"][0]["text"] for one in resources(bundle, "Practitioner")} == {"Dr Meier", "Dr Weber"}


def test_the_same_consultation_gives_the_same_bytes(desk: Desk) -> None:
    draft = desk.draft(rich_case(), **rich())
    assert export_fhir(draft) == export_fhir(desk.store.get(draft.id))
    first = document(draft)
    desk.review.decide(draft.id, DECISIONS, "Dr Meier")
    last = document(desk.sign(draft.id))
    assert first["identifier"] != last["identifier"]
    assert first["entry"][0]["fullUrl"] == last["entry"][0]["fullUrl"]


def test_what_a_consultation_says_never_comes_back_as_a_fact(desk: Desk) -> None:
    consultation = signed(desk)
    found = read_cases(export_fhir(consultation), catalog=Catalog.load(content_root()))
    assert found.problems == []
    case = found.cases[0]
    assert case.questions == [HOSTILE.replace("\u202e", "")]
    assert case.history == consultation.case.history
    assert [one.shown for one in case.observations] == ["7.1", "6.90"]
    assert [one.title for one in case.reports] == ["Chest X-ray"]
    assert case.conditions == []


def test_a_subject_and_no_more_of_the_patient(desk: Desk) -> None:
    consultation = signed(desk)
    patient = resources(document(consultation), "Patient")[0]
    assert patient.keys() == {"resourceType", "id", "meta", "extension", "identifier", "gender"}
    assert patient["identifier"][0]["value"] == consultation.subject.key
    assert document(consultation)["meta"]["security"][0]["code"] == "PSEUDED"


def test_machine_made_text_is_labelled(desk: Desk) -> None:
    bundle = document(signed(desk))
    for section in bundle["entry"][0]["resource"]["section"]:
        if section["title"] in {
            "Alerts",
            "Problems",
            "To consider",
            "Missing to decide",
            "Where the specialists differ",
        }:
            assert (
                "Machine-made: hema, deepseek. Decided item by item and signed by Dr Meier." in section["text"]["div"]
            )
    assert {one["authorString"] for one in values(bundle, "note") for one in one if "authorString" in one} == {
        "Machine-made: hema, deepseek."
    }
    issue = resources(bundle, "DetectedIssue")[0]
    assert issue["meta"]["security"][0]["code"] == "AIAST"


def test_without_a_plan_there_is_nothing_to_export(desk: Desk) -> None:
    with pytest.raises(ReviewError, match="there is no plan to export"):
        export_fhir(desk.create())
