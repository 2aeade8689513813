"""A later or corrected result marks what it touches."""

from __future__ import annotations

import base64
import json

import pytest

from consult.case import Observation, Report
from consult.errors import ReviewError
from consult.review import AuditChain, export_json, export_markdown, sign, stale_reason, verify_document
from consult.review._canonical import canonical

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
    assert desk.store.later_results(drafted.id) == noted
    assert after.later_results == [one.model_copy(update={"changes": []}) for one in noted]
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


def test_a_stale_plan_is_signed_with_a_reason_only_and_its_revision_stays_stale(desk: Desk) -> None:
    reviewed = desk.reviewed()
    desk.store.note_later_results(reviewed.subject.key, make_case(potassium("4.1")))
    with pytest.raises(ReviewError, match="results came that it has not seen, which touch A1, P1, R1, R2"):
        desk.sign(reviewed.id)
    signed = sign(desk.store, reviewed.id, desk.key, stale_reason=" told by\n phone ", clock=desk.clock)
    assert signed.stale
    assert stale_reason(signed.signatures[0]) == "told by phone"
    assert "told by phone" not in str(signed.audit)
    assert "told by phone" in export_markdown(signed)
    report = verify_document(export_json(signed), trusted=desk.trusted)
    assert (report.ok, report.notes) == (
        True,
        ["'Dr Meier' signed it knowing of results that it has not seen, and gave a reason"],
    )
    revised = desk.review.decide(signed.id, DECISIONS, "Dr Zhang")
    assert revised.stale
    assert desk.store.later_results(revised.id)[0].changes == desk.store.later_results(signed.id)[0].changes
    assert [row.stale for row in desk.store.list()] == [True, True]


def test_a_second_doctor_states_a_reason_too_where_results_came_between(desk: Desk) -> None:
    signed = desk.signed()
    desk.store.note_later_results(signed.subject.key, make_case(potassium("4.1")))
    second = desk.new_key("Dr Zhang")
    with pytest.raises(ReviewError, match="results came"):
        sign(desk.store, signed.id, second)
    both = sign(desk.store, signed.id, second, stale_reason="agreed with Dr Meier", clock=desk.clock)
    assert [stale_reason(one) for one in both.signatures] == [None, "agreed with Dr Meier"]
    report = verify_document(export_json(both), trusted=desk.trusted)
    assert report.ok
    assert [note.split()[:2] for note in report.notes] == [["'Dr", "Zhang'"]]


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501, "a\x1bb"])
def test_a_reason_is_a_short_text(desk: Desk, reason: str) -> None:
    reviewed = desk.reviewed()
    desk.store.note_later_results(reviewed.subject.key, make_case(potassium("4.1")))
    with pytest.raises(ReviewError, match="a text of 1 to 500 characters"):
        sign(desk.store, reviewed.id, desk.key, stale_reason=reason)


def test_what_has_seen_every_result_takes_no_reason(desk: Desk) -> None:
    with pytest.raises(ReviewError, match="has seen every result"):
        sign(desk.store, desk.reviewed().id, desk.key, stale_reason="why not")


def test_a_reason_that_was_changed_is_no_longer_what_was_signed(desk: Desk) -> None:
    reviewed = desk.reviewed()
    desk.store.note_later_results(reviewed.subject.key, make_case(potassium("4.1")))
    signed = sign(desk.store, reviewed.id, desk.key, stale_reason="told by phone", clock=desk.clock)
    document = signed.to_json()
    entry = document["signatures"][0]  # type: ignore[index,call-overload]
    header = json.loads(base64.urlsafe_b64decode(entry["protected"] + "=="))  # type: ignore[index,call-overload,operator]
    header["stale"] = "not told"
    forged = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
    entry["protected"] = forged  # type: ignore[index,call-overload]
    report = verify_document(canonical(document), trusted=desk.trusted)
    assert {check.name for check in report.checks if not check.ok} == {"signature", "audit"}


def kinds(desk: Desk, *arrives: Observation, known: list[Observation] | None = None) -> list[tuple[object, ...]]:
    """How each result is told apart, with its values."""
    drafted = desk.draft(make_case(*(known or [])))
    noted = desk.store.note_later_results(drafted.subject.key, make_case(*arrives))
    return [(one.kind, one.fact, one.before, one.after) for later in noted for one in later.changes]


EARLIER, LATEST = "2026-05-03T06:30:00+02:00", "2026-05-04T12:00:00+02:00"
APART = [
    ("corrected", [potassium("4.1", status="corrected")], ("corrected", "F1", "7.1 mmol/L", "4.1 mmol/L")),
    ("withdrawn", [potassium("7.1", status="entered-in-error")], ("withdrawn", "F1", "7.1 mmol/L", None)),
    ("cancelled", [potassium("7.1", status="cancelled")], ("withdrawn", "F1", "7.1 mmol/L", None)),
    (
        "unit",
        [potassium("7.1", unit="meq/dL", reported=potassium("7.1").reported.model_copy(update={"unit": "meq/dL"}))],
        ("unit", "F1", "7.1 mmol/L", "7.1 meq/dL"),
    ),
    ("new", [potassium("4.4", effective=LATEST)], ("new", None, None, "4.4 mmol/L")),
    ("other specimen", [potassium("40", specimen="urine")], ("other-specimen", None, None, "40 mmol/L")),
    ("older but critical", [potassium("7.3", effective=EARLIER)], ("new", None, None, "7.3 mmol/L")),
]  # fmt: skip


@pytest.mark.parametrize(("arrives", "expected"), [row[1:] for row in APART], ids=[row[0] for row in APART])
def test_each_kind_of_news_is_told_apart_with_its_values(
    desk: Desk, arrives: list[Observation], expected: tuple[object, ...]
) -> None:
    assert kinds(desk, *arrives) == [expected]


SAME = [
    ("word for word", potassium("7.1")),
    ("another spelling of the number", potassium("7.10")),
    ("another offset", potassium("7.1", effective="2026-05-04T04:30:00Z")),
    ("under another order", potassium("7.1", order="Basic metabolic panel")),
    ("an older number, not critical", potassium("4.0", effective=EARLIER, flag="N")),
]


@pytest.mark.parametrize("arrives", [row[1] for row in SAME], ids=[row[0] for row in SAME])
def test_what_says_nothing_new_makes_nothing_stale(desk: Desk, arrives: Observation) -> None:
    drafted = desk.draft()
    assert desk.store.note_later_results(drafted.subject.key, make_case(arrives)) == []
    assert not desk.store.get(drafted.id).stale


def test_an_older_culture_that_turned_positive_is_news(desk: Desk) -> None:
    culture = Observation(
        name="Blood culture", value="no growth", value_type="text", status="final", effective=LATEST, fact="F1"
    )
    positive = culture.model_copy(update={"value": "Gram-negative rods", "effective": EARLIER})
    assert kinds(desk, positive, known=[culture]) == [("new", None, None, "Gram-negative rods")]


def test_an_older_number_is_told_beside_what_is_new(desk: Desk) -> None:
    older = potassium("4.0", effective=EARLIER, flag="N")
    assert [one[0] for one in kinds(desk, older, potassium("4.4", effective=LATEST))] == ["earlier", "new"]


def test_a_preliminary_result_that_becomes_final_is_told(desk: Desk) -> None:
    known = [potassium("7.1"), potassium("139", analyte="na", status="preliminary", fact="F2")]
    arrives = [known[0], potassium("139", analyte="na")]
    assert kinds(desk, *arrives, known=known) == [("finalised", "F2", None, "139 mmol/L")]


def test_a_report_that_was_amended_is_told_and_its_placeholders_are_not(desk: Desk) -> None:
    report = Report(
        fact="F2", kind="imaging", title="Chest CT", text="Seen by [name-1]: nodule of 5 mm.", status="final"
    )
    case = make_case().model_copy(update={"reports": [report]})
    drafted = desk.draft(case)
    again = report.model_copy(update={"text": "Seen by [name-4]:  nodule of 5 mm."})
    same = case.model_copy(update={"reports": [again]})
    assert desk.store.note_later_results(drafted.subject.key, same) == []
    amended = report.model_copy(update={"text": "Seen by [name-4]: nodule of 15 mm.", "status": "amended"})
    (noted,) = desk.store.note_later_results(drafted.subject.key, case.model_copy(update={"reports": [amended]}))
    assert [(one.kind, one.fact, one.name) for one in noted.changes] == [("corrected", "F2", "Chest CT")]
    assert noted.facts == ["F2"]


def test_values_stay_out_of_log_and_export(desk: Desk) -> None:
    drafted = desk.draft()
    desk.store.note_later_results(drafted.subject.key, make_case(potassium("4.123456")))
    after = desk.store.get(drafted.id)
    assert "4.123456" not in str(after.audit)
    assert b"4.123456" not in export_json(after)
    assert desk.store.later_results(drafted.id)[0].changes[0].after == "4.123456 mmol/L"


def test_a_second_correction_is_noted_beside_the_first(desk: Desk) -> None:
    drafted = desk.draft()
    for value in ("4.1", "4.2"):
        desk.store.note_later_results(drafted.subject.key, make_case(potassium(value)))
    after = [one.changes[0].after for one in desk.store.later_results(drafted.id)]
    assert after == ["4.1 mmol/L", "4.2 mmol/L"]
