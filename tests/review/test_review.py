"""A doctor decides: all of a call or nothing, append-only, and only what the item allows."""

from __future__ import annotations

import pytest

from consult.errors import NotFound, ReviewError
from consult.plan import Plan
from consult.review import AuditChain, Decision, Review, export_markdown, pending_items, review_state

from .conftest import DECISIONS, Desk, make_draft


def test_deciding_everything_makes_it_reviewed(desk: Desk) -> None:
    drafted = desk.draft()
    assert pending_items(drafted) == ["A1", "P1", "R1", "R2"]
    made = desk.review.decide(drafted.id, DECISIONS, "Dr Meier")
    assert made.status == "reviewed"
    assert pending_items(made) == []
    assert [(one.item, one.decision, one.by) for one in made.decisions] == [
        (one["item"], one["decision"], "Dr Meier") for one in DECISIONS
    ]
    assert len({one.at for one in made.decisions}) == 1
    assert [entry.event for entry in made.audit] == ["created", "drafted", *["decided"] * 4, "reviewed"]
    assert AuditChain(made.audit).problem() is None
    assert desk.store.get(made.id) == made


def test_what_is_not_decided_stays_open(desk: Desk) -> None:
    made = desk.review.decide(desk.draft().id, DECISIONS[:2], "Dr Meier")
    assert (made.status, pending_items(made)) == ("awaiting-review", ["R1", "R2"])
    assert desk.store.list()[0].open == 2
    state = review_state(made)
    assert list(state) == ["A1", "P1", "R1", "R2"]
    assert state["R1"] is None
    assert state["P1"] is not None
    assert state["P1"].decision == "accept"


def test_the_latest_decision_counts_and_the_earlier_stays(desk: Desk) -> None:
    made = desk.reviewed()
    made = desk.review.decide(made.id, [{"item": "P1", "decision": "reject", "reason": "haemolysed"}], "Dr Zhang")
    latest = review_state(made)["P1"]
    assert latest is not None
    assert (latest.decision, latest.by, latest.reason) == ("reject", "Dr Zhang", "haemolysed")
    assert [one.decision for one in made.decisions if one.item == "P1"] == ["accept", "reject"]
    assert made.status == "reviewed"
    assert [entry.event for entry in made.audit].count("reviewed") == 1


WRONG = [
    ({"item": "R9", "decision": "accept"}, "'R9'"),
    ({"item": "r1", "decision": "accept"}, "'r1'"),
    ({"item": "R1", "decision": "approve"}, "'R1'.*'decision'"),
    ({"item": "R1"}, "'R1'.*'decision'"),
    ({"decision": "accept"}, "'item'"),
    ({}, "item"),
    ({"item": "R1", "decision": "accept", "note": "x"}, "'note'"),
    ({"item": "R1", "decision": "edit"}, "edit for item 'R1' needs the new text"),
    ({"item": "R1", "decision": "edit", "text": "  "}, "edit for item 'R1' needs the new text"),
    ({"item": "R1", "decision": "reject", "text": "no"}, "reject for item 'R1' needs a reason"),
    ({"item": "R1", "decision": "acknowledge", "text": "told"}, "acknowledge for item 'R1'.*not an alert"),
    ({"item": "A1", "decision": "acknowledge"}, "acknowledge for item 'A1' needs a text"),
    ({"item": "A1", "decision": "accept"}, "accept for item 'A1'.*only acknowledged"),
    ({"item": "A1", "decision": "reject", "reason": "no"}, "reject for item 'A1'.*only acknowledged"),
    ({"item": "A1", "decision": "edit", "text": "x"}, "edit for item 'A1'.*only acknowledged"),
    ({"item": "R1", "decision": "accept", "by": "Dr Else"}, "'R1'.*who decided"),
    ({"item": "R1", "decision": "accept", "at": "2020-01-01T00:00:00Z"}, "'R1'.*when"),
    ({"item": 7, "decision": "accept"}, "'7'"),
    ({"item": "plan", "decision": "reject", "reason": "x"}, "'plan'"),
]


@pytest.mark.parametrize(("wrong", "says"), WRONG)
def test_one_wrong_decision_and_nothing_is_written(desk: Desk, wrong: dict[str, object], says: str) -> None:
    drafted = desk.draft()
    with pytest.raises(ReviewError, match=says):
        desk.review.decide(drafted.id, [*DECISIONS, wrong], "Dr Meier")
    assert desk.store.get(drafted.id) == drafted


def test_an_item_is_decided_once_in_a_list(desk: Desk) -> None:
    drafted = desk.draft()
    both = [{"item": "P1", "decision": "accept"}, {"item": "P1", "decision": "reject", "reason": "no"}]
    with pytest.raises(ReviewError, match="'P1' is decided twice"):
        desk.review.decide(drafted.id, both, "Dr Meier")
    assert desk.store.get(drafted.id) == drafted


def test_decisions_may_be_objects(desk: Desk) -> None:
    made = desk.review.decide(desk.draft().id, [Decision(item="P1", decision="accept", by="Dr Meier")], " Dr Meier ")
    assert (made.decisions[0].by, made.decisions[0].at) == ("Dr Meier", made.audit[-1].at)
    with pytest.raises(ReviewError, match="needs a reason"):
        desk.review.decide(made.id, [Decision(item="P1", decision="reject")], "Dr Meier")


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 121])
def test_nobody_decides_nothing(desk: Desk, name: str) -> None:
    drafted = desk.draft()
    for call in (
        lambda: desk.review.decide(drafted.id, DECISIONS, name),
        lambda: desk.review.reject(drafted.id, name, "x"),
        lambda: desk.review.revise(drafted.id, name),
    ):
        with pytest.raises(ReviewError, match="name"):
            call()


def test_only_a_draft_can_be_decided(desk: Desk) -> None:
    running = desk.create()
    failed = desk.store.fail(desk.create().id, "x")
    for one in (running, failed):
        with pytest.raises(ReviewError, match=f"is {one.status} and cannot be decided"):
            desk.review.decide(one.id, DECISIONS, "Dr Meier")
    with pytest.raises(NotFound):
        desk.review.decide("C-none", DECISIONS, "Dr Meier")


def test_an_empty_list_is_only_a_review_where_there_is_nothing_to_decide(desk: Desk) -> None:
    drafted = desk.draft()
    assert desk.review.decide(drafted.id, [], "Dr Meier") == drafted
    empty = desk.draft(plan=Plan(language="en", engine="rules"), findings=[])
    made = desk.review.decide(empty.id, [], "Dr Meier")
    assert (made.status, made.audit[-1].event, made.audit[-1].data) == ("reviewed", "reviewed", {"by": "Dr Meier"})


def test_a_plan_can_be_turned_down_as_a_whole(desk: Desk) -> None:
    made = desk.review.reject(desk.reviewed().id, "Dr Meier", "wrong patient's samples")
    assert made.status == "rejected"
    assert made.decisions[-1].reason == "wrong patient's samples"
    assert "samples" not in str(made.audit)
    with pytest.raises(ReviewError, match="rejected"):
        desk.review.decide(made.id, DECISIONS, "Dr Meier")
    with pytest.raises(ReviewError, match="reason"):
        desk.review.reject(desk.draft().id, "Dr Meier", " ")


def test_deciding_a_signed_plan_opens_a_revision(desk: Desk) -> None:
    signed = desk.signed()
    made = desk.review.decide(signed.id, [{"item": "P1", "decision": "reject", "reason": "haemolysed"}], "Dr Zhang")
    assert (made.revision, made.supersedes, made.status) == (2, signed.id, "awaiting-review")
    assert made.id != signed.id
    assert (made.plan, made.case, made.subject) == (signed.plan, signed.case, signed.subject)
    assert pending_items(made) == ["A1", "R1", "R2"]
    assert (made.signatures, made.provenance.audit_head) == ([], None)
    assert [entry.event for entry in made.audit] == ["created", "drafted", "decided"]
    assert made.audit[0].data["head"] == signed.audit[-1].hash
    old = desk.store.get(signed.id)
    assert old.superseded_by == made.id
    assert (old.status, old.signatures, old.decisions) == ("signed", signed.signatures, signed.decisions)
    assert AuditChain(old.audit).problem() is None


def test_the_same_decisions_again_do_not_supersede_what_was_signed(desk: Desk) -> None:
    signed = desk.signed()
    again = [one.model_dump(include={"item", "decision", "text", "reason"}) for one in signed.decisions]
    with pytest.raises(ReviewError, match="already says so"):
        desk.review.decide(signed.id, again, signed.decisions[0].by)
    assert desk.store.get(signed.id).superseded_by is None
    assert len(desk.store.list()) == 1


def test_a_wrong_decision_opens_no_revision(desk: Desk) -> None:
    signed = desk.signed()
    with pytest.raises(ReviewError):
        desk.review.decide(signed.id, [{"item": "R9", "decision": "accept"}], "Dr Zhang")
    assert desk.review.decide(signed.id, [], "Dr Zhang") == signed
    assert len(desk.store.list()) == 1
    assert desk.store.get(signed.id) == signed


def test_a_consultation_has_one_successor(desk: Desk) -> None:
    signed = desk.signed()
    revised = desk.review.revise(signed.id, "Dr Zhang")
    assert pending_items(revised) == ["A1", "P1", "R1", "R2"]
    for call in (
        lambda: desk.review.revise(signed.id, "Dr Zhang"),
        lambda: desk.review.decide(signed.id, DECISIONS, "Dr Zhang"),
    ):
        with pytest.raises(ReviewError, match=f"superseded by '{revised.id}'"):
            call()
    with pytest.raises(ReviewError, match="cannot be revised"):
        desk.review.revise(revised.id, "Dr Zhang")
    assert len(desk.store.list()) == 2


def test_the_clock_is_the_callers(desk: Desk) -> None:
    made = Review(desk.store, desk.clock).decide(desk.draft().id, DECISIONS, "Dr Meier")
    assert made.decisions[0].at.startswith("2026-05-04T07:00:")


def test_paper_shows_draft_and_decisions(desk: Desk) -> None:
    drafted = desk.draft()
    assert "DRAFT" in export_markdown(drafted)
    text = export_markdown(desk.signed())
    for words in (
        "Signed",
        "Dr Meier",
        "Repeat potassium from a fresh venous sample",
        "done last week",
        "acknowledged",
    ):
        assert words in text
    assert "DRAFT" not in text
    with pytest.raises(ReviewError, match="no plan"):
        export_markdown(desk.create())


def test_paper_in_chinese(desk: Desk) -> None:
    plan = make_draft()["plan"].model_copy(update={"language": "zh"})
    made = desk.review.decide(desk.draft(plan=plan).id, DECISIONS, "梅医生")
    assert "采纳: 梅医生" in export_markdown(made)
