"""A conversation and the record: what is kept, what is never changed, and what a told fact becomes."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from consult.case import Case, Identity
from consult.chat import Chat, Cited, Done, Piece, Proposed, Refused, Text
from consult.errors import ConsultationError, NotFound, ReviewError, UsageError
from consult.panel import Panel
from consult.review import Consultation, Purge, SigningKey, export_json, verify_document
from consult.settings import Settings
from consult.storage import new_key

from .conftest import NOW, Drafted, case_of

IRON, POTASSIUM = "hem-iron-deficiency-pneumonia", "lab-haemolysed-potassium"
NAME = "Nachtigall"


def document(panel: Panel, id: str) -> dict[str, object]:
    """All of a consultation but its log."""
    return {key: value for key, value in panel.store.get(id).to_json().items() if key != "audit"}


async def pieces(chat: Chat, text: str) -> list[Piece]:
    return [piece async for piece in chat.ask(text)]


def test_an_answer_comes_in_pieces_that_end_with_what_is_kept(panel: Panel, drafted: Drafted) -> None:
    chat = Chat(panel, drafted(IRON).id, who="Dr Meier")
    heard = asyncio.run(pieces(chat, "why iron deficiency anaemia?"))
    assert isinstance(heard[0], Text)
    assert isinstance(heard[-1], Done)
    cited = [one for one in heard if isinstance(one, Cited)]
    assert len({one.id for one in cited}) == len(cited)
    assert {one.of for one in cited} == {"fact", "passage"}
    told = {one.id: one.text for one in cited}
    assert told["F6"].startswith("Ferritin 9 ug/L (2026-11-20")
    assert "2020" in told["aga-ida-2020#ferritin"]
    exchange = heard[-1].exchange
    assert [one.sentence for one in heard if isinstance(one, Text)] == exchange.answer
    assert chat.transcript[-1] == exchange
    assert exchange.to_json()["answer"][0]["specialty"] == "hematology"


def test_a_refusal_is_a_piece_of_its_own(panel: Panel, drafted: Drafted) -> None:
    heard = asyncio.run(pieces(Chat(panel, drafted(IRON).id, who="Dr Meier"), "what dose of iron?"))
    assert [type(one) for one in heard] == [Refused, Done]


def test_a_what_if_changes_nothing(panel: Panel, drafted: Drafted) -> None:
    stored = drafted(IRON)
    before = document(panel, stored.id)
    answer = Chat(panel, stored.id, who="Dr Meier").tell("what if ferritin were 300 and haemoglobin 60?")
    assert document(panel, stored.id) == before
    assert [one.facts for one in answer.supposed] == [["F6"], ["F2"]]
    moved = {(move.part, move.name): move.change for move in answer.moves}
    assert moved["condition", "iron deficiency anaemia"] == "gone"
    assert moved["condition", "severe anaemia"] == "new"
    assert any(move.part == "alert" and move.change == "new" for move in answer.moves)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("what if haemoglobin were 7?", "7 g/L in place of 96 g/L"),
        ("what if haemoglobin were 7 g/dL?", "7 g/dL in place of 96 g/L"),
        ("what if haemoglobin were 70 mmol/mol?", "cannot be converted"),
        ("what if he were 30 years old?", "age 30 years"),
        ("what if he were a woman?", "sex female"),
        ("what if he took warfarin?", "vitamin K antagonist present"),
        ("what if he had no warfarin?", "nothing to leave out"),
        ("what if the moon were cheese?", "cannot suppose"),
        ("what if haemoglobin were -5?", "cannot suppose"),
        ("what if haemoglobin were 1e309?", "cannot suppose"),
    ],
)
def test_what_is_supposed_is_said(panel: Panel, drafted: Drafted, text: str, says: str) -> None:
    answer = Chat(panel, drafted(IRON).id, who="Dr Meier").tell(text)
    assert says in " ".join(one.text for one in answer.answer)


def test_a_supposed_value_keeps_what_is_noted_on_the_tube(panel: Panel, drafted: Drafted) -> None:
    answer = Chat(panel, drafted(POTASSIUM).id, who="Dr Meier").tell("what if potassium were 4.0?")
    assert not any("haemolysis in the sample" in move.name for move in answer.moves)


def test_a_question_follows_up(panel: Panel, drafted: Drafted) -> None:
    chat = Chat(panel, drafted(IRON).id, who="Dr Meier")
    chat.tell("why pulmonary embolism?")
    answer = chat.tell("and what argues against it?")
    assert answer.kind == "against"
    assert "pulmonary-embolism" in answer.subjects


def test_the_language_of_the_question_or_the_one_that_is_set(panel: Panel, drafted: Drafted) -> None:
    id = drafted(IRON).id
    assert Chat(panel, id, who="x").tell("血红蛋白是多少").language == "zh"
    fixed = Chat(panel, id, who="x", language="zh").tell("what is the haemoglobin?")
    assert fixed.language == "zh"
    assert "偏低" in fixed.answer[0].text


# -- a fact that is told ----------------------------------------------------------------------------------------------


def test_a_told_fact_waits_for_a_person_and_revises(panel: Panel, fresh: Drafted) -> None:
    stored = fresh(IRON)
    before = document(panel, stored.id)
    chat = Chat(panel, stored.id, who="Dr Meier")
    heard = asyncio.run(pieces(chat, "the ferritin came back at 300 ug/L"))
    (proposed,) = [one for one in heard if isinstance(one, Proposed)]
    (fact,) = proposed.proposal.facts
    assert (fact.analyte, fact.kind, fact.doubts) == ("ferritin", "observation", [])
    assert "the ferritin came back at 300 ug/L"[slice(*fact.span)].startswith("ferritin")
    assert document(panel, stored.id) == before
    revised = chat.accepted(proposed.proposal.id, who="Dr Adler")
    new = panel.store.get(revised.consultation)
    assert (new.supersedes, new.status, new.decisions) == (stored.id, "awaiting-review", [])
    ferritin = [one for one in new.case.observations if one.analyte == "ferritin"]
    assert [one.value for one in ferritin] == ["9", "300"]
    assert ferritin[1].source.startswith(f"chat/{proposed.proposal.id}/")
    assert ("condition", "iron deficiency anaemia", "gone") in {(m.part, m.name, m.change) for m in revised.moves}
    assert not any(move.part == "alert" for move in revised.moves)  # what was told grows nothing old
    assert chat.transcript[-1].decided is not None
    assert (chat.transcript[-1].decided.by, chat.transcript[-1].decided.revision) == ("Dr Adler", new.id)
    with pytest.raises(ReviewError, match="accepted before"):
        chat.accepted(proposed.proposal.id)
    assert chat.tell("what is the ferritin?").superseded_by == new.id


def test_a_fact_that_is_dated_stands_where_it_says(panel: Panel, fresh: Drafted) -> None:
    chat = Chat(panel, fresh(IRON).id, who="Dr Meier")
    proposal = chat.tell("ferritin 300 ug/L on 2026-11-21").proposal
    assert proposal is not None
    assert proposal.case.observations[0].effective == "2026-11-21"
    today = chat.tell("her ferritin today is 310 ug/L").proposal
    assert today is not None
    assert today.case.observations[0].effective == NOW.isoformat(timespec="seconds")
    other = chat.tell("the ferritin was 320 ug/L last week").proposal
    assert other is not None
    assert other.case.observations[0].effective is None


def test_what_the_record_holds_is_not_proposed(panel: Panel, drafted: Drafted) -> None:
    answer = Chat(panel, drafted(IRON).id, who="Dr Meier").tell("The ferritin is 9 ug/L.")
    assert (answer.kind, answer.proposal) == ("fact", None)
    assert "already" in answer.answer[0].text


def test_a_told_critical_value_is_said_to_be_one(panel: Panel, drafted: Drafted) -> None:
    answer = Chat(panel, drafted(IRON).id, who="Dr Meier").tell("Potassium is 7.1 mmol/L.")
    assert "critical value" in answer.answer[0].text


def test_a_fact_is_declined_once(panel: Panel, fresh: Drafted) -> None:
    chat = Chat(panel, fresh(IRON).id, who="Dr Meier")
    proposal = chat.tell("He is allergic to penicillin.").proposal
    assert proposal is not None
    chat.decline(proposal.id)
    assert chat.transcript[-1].decided is not None
    assert chat.transcript[-1].decided.decision == "declined"
    with pytest.raises(ReviewError, match="declined before"):
        chat.accepted(proposal.id)
    assert len(panel.store.list(limit=None)) == len({row.id for row in panel.store.list(limit=None)})


@pytest.mark.parametrize("id", ["Q99", "", "P1", "Q1"])
def test_what_is_no_proposal_cannot_be_accepted(panel: Panel, fresh: Drafted, id: str) -> None:
    chat = Chat(panel, fresh(IRON).id, who="Dr Meier")
    chat.tell("list the alerts")
    with pytest.raises(NotFound, match="no proposal"):
        chat.accepted(id)


# -- the record -------------------------------------------------------------------------------------------------------


def signed(panel: Panel, stored: Consultation) -> None:
    key = SigningKey.generate("Dr Meier")
    panel.store.keyring.register(key.public_jwk(), "Dr Meier")
    plan = stored.plan
    assert plan is not None
    told = [{"item": one.id, "decision": "acknowledge", "text": "Ward told"} for one in plan.alerts]
    told += [{"item": one.id, "decision": "accept"} for one in (*plan.problems, *plan.recommendations)]
    panel.review(stored.id, told, "Dr Meier")
    panel.sign(stored.id, key)


def test_a_signed_consultation_can_be_asked_and_still_verifies(panel: Panel, fresh: Drafted) -> None:
    stored = fresh(POTASSIUM)
    signed(panel, stored)
    before = export_json(panel.store.get(stored.id))
    chat = Chat(panel, stored.id, who="Dr Meier")
    chat.tell("can I trust the potassium?")
    proposal = chat.tell("the potassium of a new sample is 4.1 mmol/L").proposal
    after = export_json(panel.store.get(stored.id))
    for exported in (before, after):
        report = verify_document(exported, trusted=panel.store.keyring, store=panel.store)
        assert report.ok, report
    assert json.loads(after)["signatures"] == json.loads(before)["signatures"]
    assert b"trust the potassium" not in after
    assert proposal is not None
    new = panel.store.get(chat.accepted(proposal.id).consultation)
    assert (new.status, new.supersedes, new.signatures) == ("awaiting-review", stored.id, [])


def test_the_log_knows_who_asked_what_kind_and_no_word_of_it(panel: Panel, fresh: Drafted) -> None:
    stored = fresh(IRON)
    chat = Chat(panel, stored.id, who="Dr Meier")
    chat.tell("what argues against pulmonary embolism?")
    (entry,) = [one for one in panel.store.get(stored.id).audit if one.event == "asked"]
    assert entry.data["by"] == "Dr Meier"
    assert entry.data["kind"] == "against"
    assert "embolism" not in json.dumps(entry.data)
    assert panel.store.exchanges(stored.id)[0].told["digest"] == entry.data["digest"]


def test_a_name_in_a_question_is_kept_out_and_shown_again(panel: Panel) -> None:
    case = case_of(IRON).model_copy(update={"identity": Identity(name=f"{NAME}, Florian", identifiers=["MRN-771"])})
    stored = panel.consult(case)
    chat = Chat(panel, stored.id, who="Dr Meier")
    answer = chat.tell(f"why does Florian {NAME} (MRN-771) have iron deficiency anaemia?")
    assert NAME not in answer.question
    assert "MRN-771" not in answer.question
    assert answer.kind == "why"
    assert NAME in chat.restored(answer.question)
    assert all(NAME not in one.body for one in panel.store.exchanges(stored.id))
    revised = chat.accepted(chat.tell("ferritin is 300 ug/L").id)
    assert panel.store.get(revised.consultation).subject == stored.subject


def test_it_is_sealed_with_the_rest_and_purged_with_the_rest(
    new_home: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = new_home()
    monkeypatch.setenv("CHAT_KEY", new_key())
    settings = Settings.load(home=home, storage={"encryption": "aes-256-gcm", "key_env": "CHAT_KEY"})
    with Panel.from_settings(settings, clock=lambda: NOW) as panel:
        stored = panel.consult(case_of(IRON))
        Chat(panel, stored.id, who="Dr Meier").tell("Is zebrafish relevant to the ferritin?")
        assert "zebrafish" in panel.store.exchanges(stored.id)[0].body
        assert not any(b"zebrafish" in file.read_bytes() for file in home.glob("consult.sqlite*"))
        purge = Purge(panel.store)
        purge.delete(purge.named([stored.id]), by="Dr Meier", because="named")
        (kept,) = panel.store.exchanges(stored.id)
        assert kept.body == ""
        with pytest.raises(NotFound, match="purged"):
            Chat(panel, stored.id, who="Dr Meier")


def test_two_ask_at_once_and_each_gets_a_number(panel: Panel, fresh: Drafted) -> None:
    id = fresh(IRON).id

    async def both() -> None:
        chats = [Chat(panel, id, who=f"Dr {n}") for n in range(6)]
        await asyncio.gather(*(pieces(chat, "what is the haemoglobin?") for chat in chats))

    asyncio.run(both())
    assert [one.id for one in Chat(panel, id, who="x").transcript] == [f"Q{n}" for n in range(1, 7)]


def test_who_stops_listening_has_asked_all_the_same(panel: Panel, fresh: Drafted) -> None:
    chat = Chat(panel, fresh(IRON).id, who="Dr Meier")

    async def leave() -> None:
        answer = chat.ask("which results are abnormal?")
        await anext(answer)
        await answer.aclose()  # type: ignore[attr-defined]  # an asynchronous generator

    asyncio.run(leave())
    assert [len(one.answer) for one in chat.transcript] == [1]


# -- what cannot be asked ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["", "  \n", "???", "\x00\u200b", "why " * 600], ids=["empty", "blank", "marks", "hidden", "long"]
)
def test_what_is_no_question(panel: Panel, drafted: Drafted, text: str) -> None:
    with pytest.raises(UsageError):
        Chat(panel, drafted(IRON).id, who="Dr Meier").tell(text)


@pytest.mark.parametrize(
    "text",
    ["\ud800 why P1?", "why P1\u202e?", "why\x1b[31m P1?", "🩸 why P1?", "(" * 500 + "why P1", "9" * 900 + " P1 why"],
)
def test_odd_questions_are_answered(panel: Panel, drafted: Drafted, text: str) -> None:
    assert Chat(panel, drafted(IRON).id, who="Dr Meier").tell(text).answer


def test_who_asks_is_named_and_the_consultation_exists(panel: Panel, drafted: Drafted) -> None:
    with pytest.raises(UsageError, match="named"):
        Chat(panel, drafted(IRON).id, who=" ")
    with pytest.raises(UsageError, match="'en' or 'zh'"):
        Chat(panel, drafted(IRON).id, who="x", language="de")  # type: ignore[arg-type]  # what a caller may send
    with pytest.raises(NotFound):
        Chat(panel, "C-000000000000", who="x")


def test_a_consultation_without_a_plan_says_so(panel: Panel, monkeypatch: pytest.MonkeyPatch) -> None:
    from consult.panel import _drafting

    def fail(*_: object) -> None:
        raise ConsultationError("stopped")

    monkeypatch.setattr(_drafting.Drafting, "_finish", fail)
    with pytest.raises(ConsultationError) as error:
        panel.consult(case_of(IRON))
    assert error.value.consultation is not None
    answer = Chat(panel, error.value.consultation, who="x").tell("why P1?")
    assert (answer.kind, answer.answer[0].text) == ("unanswered", "This consultation has no plan yet.")


def test_a_plain_case_has_nothing_to_argue_about(panel: Panel) -> None:
    stored = panel.consult(
        Case.read({"observations": [{"name": "Sodium", "value": "140", "unit": "mmol/L", "range": "135-145"}]})
    )
    chat = Chat(panel, stored.id, who="x")
    assert "no alerts" in chat.tell("list the alerts").answer[0].text
    assert "outside its range" in chat.tell("which results are abnormal?").answer[0].text
    assert chat.tell("what is missing?").answer[0].about == "record"
    assert "concluded" in chat.tell("summarise").answer[0].text
    assert "nothing to consider" in chat.tell("what next?").answer[0].text
    assert "P9" in chat.tell("why P9?").answer[0].text
