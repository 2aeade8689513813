"""A new revision takes later results in: nothing that was decided is carried over, and what was asked for is closed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from consult.analytes import Catalog
from consult.case import Case, Entry, Observation, Quality, Report, read_cases
from consult.content import content_root
from consult.errors import CaseError, ReviewError
from consult.plan import Missing, Recommendation
from consult.privacy import Gateway
from consult.review import Consultation, Subject, merged_case, says_the_same, verify_document
from consult.review import export_json as export
from consult.review._later import compare

from .conftest import DECISIONS, Desk, make_case, make_draft, make_provenance, potassium

LATER = "2026-05-04T12:00:00+02:00"
TESTS = {"potassium": "k", "haptoglobin-test": "hp"}
FERRITIN = Observation(
    fact="F1", analyte="ferritin", name="Ferritin", value="12", value_type="quantity", unit="ug/L", status="final",
    effective="2026-05-01T08:00:00+02:00",
)  # fmt: skip


def asking(*recommendations: Recommendation, missing: list[Missing] | None = None) -> dict[str, Any]:
    """A draft that asks for these."""
    draft = make_draft()
    plan = draft["plan"].model_copy(
        update={"recommendations": [*draft["plan"].recommendations, *recommendations], "missing": missing or []}
    )
    return {**draft, "plan": plan}


def recommended(id: str, concept: str, **changes: Any) -> Recommendation:
    first = make_draft()["plan"].recommendations[0]
    return Recommendation(**{**first.model_dump(), "id": id, "concept": concept, "name": concept, **changes})


def wanted(what: str) -> Missing:
    return Missing(
        what=what, name=what, text=f"{what} is missing", decides=["iron-deficiency"], asked_by=["laboratory"]
    )


def revised(desk: Desk, old: Consultation, case: Case | None = None) -> Consultation:
    """The next revision with its draft."""
    made = desk.store.create(
        case or make_case(potassium("4.1")),
        subject=old.subject,
        provenance=make_provenance(),
        language="en",
        engine="rules",
        revises=old.id,
    )
    return desk.store.save_draft(made.id, **make_draft())


@pytest.mark.parametrize("state", ["draft", "reviewed", "signed"])
def test_a_revision_supersedes_once_its_draft_is_stored(desk: Desk, state: str) -> None:
    old = getattr(desk, state)()
    running = desk.store.create(
        make_case(potassium("4.1")), subject=old.subject, provenance=make_provenance(), language="en", engine="rules",
        revises=old.id,
    )  # fmt: skip
    assert (running.revision, running.supersedes) == (2, old.id)
    assert desk.store.get(old.id).superseded_by is None
    assert [row.superseded_by for row in desk.store.list() if row.id == old.id] == [None]
    desk.store.save_draft(running.id, **make_draft())
    assert desk.store.get(old.id).superseded_by == running.id
    assert [row.superseded_by for row in desk.store.list() if row.id == old.id] == [running.id]
    assert desk.store.get(running.id).decisions == []
    with pytest.raises(ReviewError, match="superseded by"):
        desk.review.decide(old.id, [DECISIONS[1]], "Dr Zhang")
    with pytest.raises(ReviewError, match="superseded by|undecided"):
        desk.sign(old.id)


def test_a_revision_of_another_status_patient_or_a_second_one_is_refused(desk: Desk) -> None:
    old = desk.draft()
    with pytest.raises(ReviewError, match="another patient"):
        desk.store.create(
            make_case(), subject=desk.store.subject_for(None, "other"), provenance=make_provenance(), language="en",
            engine="rules", revises=old.id,
        )  # fmt: skip
    new = revised(desk, old)
    with pytest.raises(ReviewError, match=f"has the revision '{new.id}' already"):
        revised(desk, old)
    running = desk.create()
    with pytest.raises(ReviewError, match="is running"):
        revised(desk, running)
    rejected = desk.review.reject(desk.draft().id, "Dr Meier", "no")
    with pytest.raises(ReviewError, match="is rejected"):
        revised(desk, rejected)


def test_a_revision_is_signed_and_verified_as_any_other(desk: Desk) -> None:
    old = desk.signed()
    before = export(old)
    new = revised(desk, old)
    desk.review.decide(new.id, DECISIONS, "Dr Meier")
    signed = desk.sign(new.id)
    assert verify_document(export(signed), trusted=desk.trusted, store=desk.store).ok
    report = verify_document(before, trusted=desk.trusted, store=desk.store)
    assert (report.ok, report.notes) == (True, [f"it was superseded by {new.id!r}"])


def test_what_was_decided_before_is_a_suggestion_and_never_for_an_alert(desk: Desk) -> None:
    old = desk.reviewed()
    desk.store.note_later_results(old.subject.key, make_case(FERRITIN))
    new = revised(desk, old)
    found = desk.store.suggestions(new.id)
    assert [(one.item, one.was, one.decision, one.holds) for one in found] == [
        ("P1", "P1", "accept", True),
        ("R2", "R2", "reject", True),
    ]
    assert desk.store.get(new.id).status == "awaiting-review"
    assert desk.store.list()[0].open == 4
    assert desk.store.suggestions(old.id) == []


def test_a_suggestion_whose_results_changed_says_so(desk: Desk) -> None:
    old = desk.reviewed()
    desk.store.note_later_results(old.subject.key, make_case(potassium("4.1")))
    assert not any(one.holds for one in desk.store.suggestions(revised(desk, old).id))


# -- the merged case --------------------------------------------------------------------------------------------------


def values(case: Case) -> list[tuple[str, str, str | None, str]]:
    return [(one.fact, one.name, one.value, one.status) for one in case.observations]


def test_a_correction_takes_the_place_of_what_it_corrects_with_its_note() -> None:
    haemolysed = potassium("7.1", notes=["haemolysed"])
    old = make_case(haemolysed, FERRITIN.model_copy(update={"fact": "F2"}))
    document = merged_case(old, make_case(potassium("4.1", status="corrected")))
    assert values(document) == [
        ("F1", "Potassium", "7.1", "entered-in-error"),
        ("F2", "Potassium", "4.1", "corrected"),
        ("F3", "Ferritin", "12", "final"),
    ]
    assert document.observations[1].notes == ["haemolysed"]
    assert document.history == old.history
    assert document.id not in {old.id, ""}


def test_doubts_follow_their_facts() -> None:
    doubt = Quality(code="unit-missing", severity="warning", facts=["F2"], message="F2 has no unit.")
    whole = Quality(code="age-missing", severity="info", message="No age.")
    old = make_case(potassium("7.1"), FERRITIN.model_copy(update={"fact": "F2"})).model_copy(
        update={"quality": [doubt, whole]}
    )
    news = doubt.model_copy(update={"facts": ["F1"], "message": "F1 has no unit."})
    new = make_case(potassium("4.1")).model_copy(update={"quality": [news, whole]})
    assert [(one.facts, one.message) for one in merged_case(old, new).quality] == [
        (["F3"], "F3 has no unit."),
        ([], "No age."),
        (["F2"], "F2 has no unit."),
    ]


def test_a_withdrawn_result_stays_withdrawn_and_a_new_one_follows() -> None:
    told = {"status": "entered-in-error", "value": None, "value_type": "absent", "notes": ["wrong tube"]}
    withdrawn = potassium("7.1").model_copy(update=told)
    new = make_case(withdrawn, potassium("4.4", effective=LATER))
    document = merged_case(make_case(), new)
    assert values(document) == [
        ("F1", "Potassium", "7.1", "entered-in-error"),
        ("F2", "Potassium", "4.4", "final"),
    ]
    assert document.observations[0].notes == ["wrong tube"]


def test_several_reports_of_one_title_and_time_are_all_kept() -> None:
    reports = [
        Report(fact=f"F{n}", title="Culture", text=text, status="final") for n, text in ((2, "E. coli"), (3, "S"))
    ]
    old = make_case().model_copy(update={"reports": reports})
    assert merged_case(old, old).reports == reports
    more = old.model_copy(update={"reports": [reports[1], reports[1].model_copy(update={"text": "R"})]})
    assert [one.text for one in merged_case(old, more).reports] == ["E. coli", "S", "R"]


def test_an_amended_report_and_a_changed_entry_replace_what_they_amend() -> None:
    report = Report(fact="F2", title="Chest CT", text="5 mm", status="final")
    drug = Entry(fact="F3", name="Heparin", status="active")
    old = make_case().model_copy(update={"reports": [report], "medications": [drug]})
    new = make_case().model_copy(
        update={
            "reports": [report.model_copy(update={"text": "15 mm", "fact": "F9"})],
            "medications": [drug.model_copy(update={"status": "stopped", "name": "heparin"}), Entry(name="Iron")],
        }
    )
    merged = merged_case(old, new)
    assert [one.text for one in merged.reports] == ["15 mm"]
    assert [(one.fact, one.name, one.status) for one in merged.medications] == [
        ("F3", "heparin", "stopped"),
        ("F4", "Iron", None),
    ]


def test_a_repetition_changes_nothing_and_the_history_is_not_doubled() -> None:
    old = make_case()
    assert merged_case(old, old).model_copy(update={"id": old.id}) == old
    assert says_the_same(merged_case(old, make_case(potassium("7.10"))), old)
    assert not says_the_same(merged_case(old, make_case(potassium("7.2"))), old)
    more = make_case().model_copy(update={"history": "Now also nausea."})
    assert merged_case(old, more).history.endswith("乏力两天。\n\nNow also nausea.")


# -- what was asked for -----------------------------------------------------------------------------------------------


def answers(desk: Desk, draft: dict[str, Any], *arrives: Observation) -> dict[str, str | None]:
    """Item to the value that answered it."""
    made = desk.create()
    desk.store.save_draft(made.id, **draft)
    desk.store.note_later_results(made.subject.key, make_case(*arrives), tests=TESTS, source="C-later")
    found = desk.store.follow_ups(made.subject.key, tests=TESTS)
    return {one.item: None if one.answer is None else one.answer.value for one in found}


def test_a_repeat_is_closed_by_the_next_result_and_not_by_a_correction(desk: Desk) -> None:
    assert answers(desk, make_draft(), potassium("4.1", status="corrected")) == {"R1": None, "R2": None}
    assert answers(desk, make_draft(), potassium("4.4", effective=LATER)) == {"R1": "4.4 mmol/L", "R2": "4.4 mmol/L"}


def test_a_repeat_sample_waits_for_what_it_cites(desk: Desk) -> None:
    draft = asking(recommended("R3", "repeat-sample"), recommended("R4", "haptoglobin-test"))
    found = answers(desk, draft, potassium("4.4", effective=LATER))
    assert (found["R3"], found["R4"]) == ("4.4 mmol/L", None)


def test_what_was_missing_is_closed_by_its_result_whatever_its_date(desk: Desk) -> None:
    draft = asking(missing=[wanted("ferritin"), wanted("history.smoking")])
    found = answers(desk, draft, FERRITIN)
    assert (found["ferritin"], found["history.smoking"]) == ("12 ug/L", None)


def test_what_is_advised_against_or_turned_down_is_no_follow_up(desk: Desk) -> None:
    made = desk.create()
    desk.store.save_draft(made.id, **asking(recommended("R3", "potassium", kind="avoid")))
    desk.review.decide(made.id, DECISIONS, "Dr Meier")  # rejects R2
    assert [one.item for one in desk.store.follow_ups(made.subject.key, tests=TESTS)] == ["R1"]


def test_an_answer_says_where_it_stands_and_is_given_once(desk: Desk) -> None:
    made = desk.draft()
    for value in ("4.4", "4.6"):
        arrived = make_case(potassium(value, effective=LATER, fact="F7"))
        desk.store.note_later_results(made.subject.key, arrived, tests=TESTS, source="C-later")
    first = desk.store.follow_ups(made.subject.key, tests=TESTS)[0]
    assert first.answer is not None
    assert (first.answer.value, first.answer.consultation, first.answer.fact) == ("4.4 mmol/L", "C-later", "F7")
    closed = [entry for entry in desk.store.get(made.id).audit if entry.event == "follow-up-answered"]
    assert [entry.data["item"] for entry in closed] == ["R1", "R2"]
    assert "4.4" not in str(closed)


def test_follow_ups_of_a_superseded_plan_are_its_revisions(desk: Desk) -> None:
    old = desk.signed()
    new = revised(desk, old)
    assert {one.consultation for one in desk.store.follow_ups(old.subject.key)} == {new.id}


def test_real_messages_sent_again_are_nothing_new(shared_data: Path) -> None:
    catalog = Catalog.load(content_root())
    cases = [
        case
        for file in sorted((shared_data / "hl7").glob("*.hl7"))
        if file.stat().st_size < 1_000_000
        for case in _readable(file, catalog)
    ]
    assert len(cases) > 20
    for case in cases:
        clean = Gateway(case.identity).redact_case(case)
        merged = merged_case(clean, clean)
        assert merged.model_copy(update={"id": clean.id}) == clean
        record = Consultation(
            id="C-1", subject=Subject(key="S-1", identity="x"), case=clean, provenance=make_provenance()
        )
        assert compare(record, clean.twin()) is None


def _readable(file: Path, catalog: Catalog) -> list[Case]:
    try:
        return read_cases(file, catalog=catalog).cases
    except CaseError:
        return []
