"""A later or corrected result marks what it touches."""

from __future__ import annotations

import pytest

from consult.case import Observation
from consult.review import AuditChain, export_json, sign, verify_document

from .conftest import DECISIONS, Desk, make_case, potassium

LATER = potassium("4.4", effective="2026-05-04T12:00:00+02:00")
SODIUM = Observation(fact="F2", analyte="na", name="Sodium", value="140", value_type="quantity", status="final")
UNKNOWN = Observation(fact="F2", name="Odd test", value="x", value_type="text", status="final")

ALL = ["A1", "P1", "R1", "R2"]
CASES = [
    # what arrives, facts, items, changed, new
    ("the same", [potassium("7.1")], None),
    ("the same, confirmed", [potassium("7.1", status="corrected")], None),
    ("a correction", [potassium("4.1", status="corrected")], (["F1"], ALL, 1, 0)),
    ("old and new", [potassium("7.1", status="entered-in-error"), potassium("4.1")], (["F1"], ALL, 1, 0)),
    ("a comparator", [potassium("7.1", comparator=">")], (["F1"], ALL, 1, 0)),
    ("another unit", [potassium("7.1", unit="mg/dL")], (["F1"], ALL, 1, 0)),
    ("withdrawn", [potassium("7.1", status="entered-in-error")], (["F1"], ALL, 1, 0)),
    ("a later one", [potassium("7.1"), LATER], (["F1"], ALL, 0, 1)),
    ("another analyte", [SODIUM], ([], [], 0, 1)),
    ("an unknown analyte", [UNKNOWN], ([], [], 0, 1)),
    ("both", [potassium("4.1"), LATER, SODIUM], (["F1"], ALL, 1, 2)),
    ("a new one not yet final", [potassium("7.1"), LATER.model_copy(update={"status": "registered"})], None),
    ("nothing", [], None),
]  # fmt: skip


@pytest.mark.parametrize(("arrives", "expected"), [row[1:] for row in CASES], ids=[row[0] for row in CASES])
def test_what_arrives_marks_what_it_touches(
    desk: Desk, arrives: list[Observation], expected: tuple[list[str], list[str], int, int] | None
) -> None:
    drafted = desk.draft()
    case = make_case().model_copy(update={"observations": arrives})
    noted = desk.store.note_later_results(drafted.subject.key, case)
    after = desk.store.get(drafted.id)
    if expected is None:
        assert noted == []
        assert after == drafted
        return
    assert [(one.consultation, one.facts, one.items, one.changed, one.new) for one in noted] == [
        (drafted.id, *expected)
    ]
    assert after.stale
    assert after.later_results == noted
    assert desk.store.list()[0].stale
    assert AuditChain(after.audit).problem() is None
    assert "7.1" not in str(after.audit)


def test_the_same_news_is_noted_once(desk: Desk) -> None:
    drafted = desk.draft()
    for _ in range(2):
        assert len(desk.store.note_later_results(drafted.subject.key, make_case(potassium("4.1")))) == 1
    assert len(desk.store.get(drafted.id).later_results) == 1
    desk.store.note_later_results(drafted.subject.key, make_case(LATER, potassium("4.1")))
    assert len(desk.store.get(drafted.id).later_results) == 2


def test_only_open_and_signed_consultations_of_the_patient_are_marked(desk: Desk) -> None:
    subject = desk.store.subject_for(None, "ward-7")
    mine = make_case().model_copy(update={"subject": subject.key})
    running, drafted, signed, superseded = desk.create(mine), desk.draft(mine), desk.signed(mine), desk.signed(mine)
    revised = desk.review.revise(superseded.id, "Dr Meier")
    rejected = desk.review.reject(desk.draft(mine).id, "Dr Meier", "x")
    other = desk.draft()
    noted = desk.store.note_later_results(subject.key, make_case(potassium("4.1")))
    assert [one.consultation for one in noted] == [drafted.id, signed.id, revised.id]
    for one in (running, superseded, rejected, other):
        assert not desk.store.get(one.id).stale
    assert desk.store.note_later_results("S-none", make_case(potassium("4.1"))) == []


def test_a_mark_does_not_break_the_signature_and_is_told_to_who_verifies_here(desk: Desk) -> None:
    signed = desk.signed()
    export = export_json(signed)
    desk.store.note_later_results(signed.subject.key, make_case(potassium("4.1")))
    assert export_json(desk.store.get(signed.id)) == export
    report = verify_document(export, trusted=desk.trusted, store=desk.store)
    assert (report.ok, report.notes) == (True, ["results arrived that it has not seen"])


def test_a_stale_plan_can_be_signed_and_its_revision_stays_stale(desk: Desk) -> None:
    reviewed = desk.reviewed()
    desk.store.note_later_results(reviewed.subject.key, make_case(potassium("4.1")))
    signed = sign(desk.store, reviewed.id, desk.key, clock=desk.clock)
    assert signed.stale
    assert verify_document(export_json(signed), trusted=desk.trusted).ok
    revised = desk.review.decide(signed.id, DECISIONS, "Dr Zhang")
    assert revised.stale
    assert [row.stale for row in desk.store.list()] == [True, True]
