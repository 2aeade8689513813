"""CDS Hooks: what is told of a record and of the orders that are being written."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from starlette.testclient import TestClient
from web import hooks
from web.hooks import Ask, allergy, bundle, crp, medication, observation, patient, potassium, record, request

from consult.web import Card, CdsResponse

Cards = list[dict[str, Any]]


def view(*observations: dict[str, Any], **more: Any) -> dict[str, Any]:
    return request("patient-view", prefetch=record(*observations, **more))


def sign(*orders: dict[str, Any], prefetch: dict[str, Any] | None = None, hook: str = "order-sign") -> dict[str, Any]:
    context: dict[str, Any] = {"draftOrders": bundle(*orders)}
    if hook == "order-select":
        context["selections"] = [f"{one['resourceType']}/{one['id']}" for one in orders]
    return request(hook, prefetch=record() if prefetch is None else prefetch, **context)


def topics(cards: Cards) -> list[tuple[str, str]]:
    return [(card["indicator"], card["source"]["topic"]["code"]) for card in cards]


# discovery


def test_discovery_tells_three_services_with_their_prefetch(client: TestClient) -> None:
    services = client.get("/cds-services").json()["services"]
    assert [one["hook"] for one in services] == ["patient-view", "order-select", "order-sign"]
    for one in services:
        assert set(one) == {"hook", "id", "title", "description", "prefetch"}
        assert one["prefetch"]["patient"] == "Patient/{{context.patientId}}"
        assert all("{{context.patientId}}" in template for template in one["prefetch"].values())


# patient-view


def test_a_critical_value_is_a_critical_card_with_its_number_time_and_source(ask: Ask) -> None:
    cards = ask(view(potassium("7.1")))
    assert cards[0]["indicator"] == "critical"
    assert "7.1 mmol/L" in cards[0]["summary"]
    assert "2026-03-10T06:00:00" in cards[0]["detail"]
    assert cards[0]["source"]["label"]
    assert cards[0]["links"] == [
        {
            "label": "Open the consultation workspace",
            "url": "https://consult.example.org/work",
            "type": "absolute",
        }
    ]
    assert {"code", "system", "display"} == set(cards[0]["overrideReasons"][0])


def test_an_ordinary_result_and_an_empty_record_make_no_card(ask: Ask) -> None:
    assert ask(view(potassium("4.2"))) == []
    assert ask(view()) == []


def test_an_old_critical_value_makes_no_card(ask: Ask) -> None:
    assert ask(view(potassium("7.1", hours=24 * 40))) == []


def test_a_pattern_proposes_tests_and_never_recommends_or_applies(ask: Ask) -> None:
    iron = (
        observation("Hemoglobin", "82", "g/L", loinc="718-7"),
        observation("MCV", "71", "fL", loinc="787-2"),
        observation("Ferritin", "8", "ug/L", loinc="2276-4"),
    )
    cards = ask(view(*iron))
    proposing = [card for card in cards if "suggestions" in card]
    assert proposing
    for card in proposing:
        assert card["selectionBehavior"] == "any"
        for suggestion in card["suggestions"]:
            assert "isRecommended" not in suggestion
            [action] = suggestion["actions"]
            assert action["type"] == "create"
            assert (action["resource"]["status"], action["resource"]["intent"]) == ("draft", "proposal")
            assert action["resource"]["subject"] == {"reference": f"Patient/{hooks.PATIENT}"}


def test_results_of_somebody_else_are_left_out_and_said_to_be(ask: Ask) -> None:
    cards = ask(view(potassium("4.1"), potassium("7.9", of="another", hours=1)))
    assert topics(cards) == [("warning", "data")]
    assert "7.9" not in json.dumps(cards)
    assert "another patient" in cards[0]["summary"]


def test_a_result_whose_unit_is_in_doubt_is_named(ask: Ask) -> None:
    cards = ask(view(observation("Potassium", "7.1", "g/dL", loinc="2823-3")))
    assert ("warning", "data") in topics(cards)
    assert "Potassium" in next(card["summary"] for card in cards if card["source"]["topic"]["code"] == "data")


def test_a_patient_without_a_record_is_told_to_be_unchecked(ask: Ask) -> None:
    cards = ask(request("patient-view", prefetch={"patient": patient()}))
    assert topics(cards) == [("info", "data")]


def test_critical_cards_are_never_left_out(site: Callable[..., TestClient]) -> None:
    client = site(cds={"cards": 0})
    results = [potassium("7.1"), observation("Hemoglobin", "50", "g/L", loinc="718-7", hours=2)]
    results += [
        observation("MCV", "71", "fL", loinc="787-2", hours=2),
        observation("Ferritin", "8", "ug/L", loinc="2276-4", hours=2),
    ]
    cards = client.post("/cds-services/consult-patient-view", json=view(*results)).json()["cards"]
    assert [card["indicator"] for card in cards].count("critical") >= 2
    assert cards[-1]["source"]["topic"]["code"] == "data"
    assert "not shown" in cards[-1]["summary"]


def test_cards_speak_the_language_of_the_site(site: Callable[..., TestClient]) -> None:
    cards = site(language="zh").post("/cds-services/consult-patient-view", json=view(potassium("7.1"))).json()["cards"]
    assert "危急值" in cards[0]["summary"] or "钾" in cards[0]["summary"]
    assert cards[0]["overrideReasons"][0]["display"] == "已处理"


def test_the_same_request_gives_the_same_cards(ask: Ask) -> None:
    once, again = ask(view(potassium("7.1"))), ask(view(potassium("7.1")))
    assert once == again
    assert len({card["uuid"] for card in once}) == len(once)


@pytest.mark.parametrize(
    "subject",
    [
        None,
        {"reference": f"https://fhir.example.org/r4/Patient/{hooks.PATIENT}"},
        {"reference": f"Patient/{hooks.PATIENT}/_history/3"},
        {"identifier": {"value": "1"}},
        {"display": "Ottilie"},
    ],
)
@pytest.mark.parametrize("named", [True, False])
def test_a_result_is_the_patients_however_it_is_referred_to(ask: Ask, subject: Any, named: bool) -> None:
    result = {key: value for key, value in potassium("7.1", subject=subject).items() if value is not None}
    prefetch = {"observations": bundle(result), **({"patient": patient()} if named else {})}
    assert ask(request("patient-view", prefetch=prefetch))[0]["indicator"] == "critical"


# orders


@pytest.mark.parametrize("hook", ["order-select", "order-sign"])
def test_a_test_that_is_there_need_not_be_repeated(ask: Ask, hook: str) -> None:
    cards = ask(sign(hooks.lab_order("C-reactive protein", loinc="1988-5"), prefetch=record(crp(hours=5)), hook=hook))
    assert topics(cards) == [("info", "retest")]
    assert "12.5 mg/L, 5 h ago" in cards[0]["summary"]
    [action] = cards[0]["suggestions"][0]["actions"]
    assert (action["type"], action["resourceId"]) == ("delete", "ServiceRequest/s-1")


@pytest.mark.parametrize(
    ("result", "why"),
    [
        (crp(hours=60), "its interval is over"),
        (crp(hours=5, status="preliminary"), "it is not final"),
        (potassium("4.2", hours=1), "it is another test"),
        (crp(hours=-30), "its time lies in the future"),
    ],
)
def test_a_test_whose_result_does_not_stand_may_be_repeated(ask: Ask, result: dict[str, Any], why: str) -> None:
    assert ask(sign(hooks.lab_order("C-reactive protein", loinc="1988-5"), prefetch=record(result))) == [], why


def test_a_critical_value_is_never_called_too_early_to_repeat(ask: Ask) -> None:
    cards = ask(sign(hooks.lab_order("Potassium", loinc="2823-3"), prefetch=record(potassium("7.1", hours=1))))
    assert "retest" not in {topic for _, topic in topics(cards)}
    assert cards[0]["indicator"] == "critical"


def test_only_what_was_just_selected_is_spoken_of(ask: Ask) -> None:
    asked = sign(
        hooks.lab_order("C-reactive protein", loinc="1988-5"),
        hooks.lab_order("Potassium", loinc="2823-3", id="s-2"),
        prefetch=record(crp(hours=5), potassium("4.2", hours=1)),
        hook="order-select",
    )
    asked["context"]["selections"] = ["s-2"]
    [card] = ask(asked)
    assert "Potassium" in card["summary"]


@pytest.mark.parametrize(
    ("allergic", "order", "expected"),
    [
        ("penicillin", "Amoxicillin 500 mg capsule", "critical"),
        ("Hydrocodone", "Acetaminophen 325 MG / Hydrocodone Bitartrate 10 MG Oral Tablet", "critical"),
        ("阿司匹林", "阿司匹林肠溶片", "critical"),
        ("cephalosporin", "Amoxicillin 500 mg capsule", "warning"),
        ("penicillin", "Metformin 500 mg", None),
        ("No known allergies", "Amoxicillin 500 mg capsule", None),
    ],
)
def test_an_allergy_stands_against_a_medicine(ask: Ask, allergic: str, order: str, expected: str | None) -> None:
    cards = ask(sign(medication(order, status="draft"), prefetch=record(allergies=bundle(allergy(allergic)))))
    found = [card for card in cards if card["source"]["topic"]["code"] == "allergy"]
    assert [card["indicator"] for card in found] == ([expected] if expected else [])
    if expected:
        assert allergic in found[0]["summary"]
        assert "suggestions" not in found[0]


def test_a_refuted_allergy_says_nothing(ask: Ask) -> None:
    refuted = allergy("penicillin", verificationStatus={"coding": [{"code": "refuted"}]})
    assert ask(sign(medication("Amoxicillin", status="draft"), prefetch=record(allergies=bundle(refuted)))) == []


def test_a_medicine_that_interacts_with_another_is_a_caution(ask: Ask) -> None:
    taken = bundle(medication("Simvastatin 40 mg tablet", id="m-0"))
    cards = ask(sign(medication("Clarithromycin 500 mg", status="draft"), prefetch=record(medications=taken)))
    assert ("warning", "caution") in topics(cards)
    assert any("simvastatin" in card["summary"] for card in cards)
    assert all(len(card["summary"]) < 140 for card in cards)


def test_a_kidney_that_fails_is_a_caution(ask: Ask) -> None:
    egfr = observation("eGFR", "25", "mL/min/{1.73_m2}", loinc="62238-1")
    cards = ask(sign(medication("Levofloxacin 500 mg", status="draft"), prefetch=record(egfr)))
    assert ("warning", "caution") in topics(cards)


def test_what_could_not_be_checked_is_said(ask: Ask) -> None:
    [card] = ask(sign(medication("Amoxicillin", status="draft"), prefetch={"patient": patient(), "observations": None}))
    assert card["summary"].startswith("Allergies, Medications not sent")


def test_an_order_for_another_patient_is_a_warning(ask: Ask) -> None:
    cards = ask(sign(medication("Metformin", status="draft", of="another")))
    assert topics(cards)[0] == ("warning", "data")


# the specification's own examples


def examples(shared_data: Path) -> list[Path]:
    return sorted((shared_data / "cds_hooks").glob("*_request.json"))


def test_the_requests_of_the_specification_are_answered_with_valid_cards(ask: Ask, shared_data: Path) -> None:
    found = examples(shared_data)
    assert len(found) == 5
    for path in found:
        ask(json.loads(path.read_text(encoding="utf-8")))


def test_the_responses_of_the_specification_are_read_as_it_means_them(shared_data: Path) -> None:
    """Cards are valid but for an indicator that does not exist, an answer that has none, and fields of later drafts."""
    odd = {"quickstart_01_response": "indicator", "specification_current_17_response": "indicator"}
    seen = 0
    for path in sorted((shared_data / "cds_hooks").glob("*_response.json")):
        for card in json.loads(path.read_text(encoding="utf-8"))["cards"]:
            seen += 1
            if path.stem not in odd:
                Card.model_validate(card)
                continue
            with pytest.raises(ValidationError) as problem:
                Card.model_validate(card)
            assert {error["loc"][0] for error in problem.value.errors()} == {odd[path.stem]}
    assert seen == 4


def test_a_wrong_card_is_not_valid() -> None:
    good = {"summary": "x", "indicator": "info", "source": {"label": "y"}}
    assert CdsResponse(cards=[Card.model_validate(good)]).to_json() == {"cards": [good]}
    for change in (
        {"summary": "x" * 140},
        {"summary": " "},
        {"indicator": "success"},
        {"source": {}},
        {"links": []},
        {"links": [{"label": "l", "url": "/relative", "type": "absolute"}]},
        {"links": [{"label": "l", "url": "https://e.org", "type": "absolute", "appContext": "x"}]},
        {"suggestions": [{"label": "l"}]},
        {
            "suggestions": [{"label": "l", "actions": [{"type": "create", "description": "d"}]}],
            "selectionBehavior": "any",
        },
        {"selectionBehavior": "exactly-one"},
    ):
        with pytest.raises(ValidationError):
            Card.model_validate({**good, **change})
