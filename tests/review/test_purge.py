"""What is purged is gone from the disk, and every audit log that is left can still be verified."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from consult.case import Identity
from consult.errors import NotFound, ReviewError
from consult.review import AuditChain, Consultation, Purge, Store, export_json, log_problems, verify_document
from consult.settings import KeepDays

from .conftest import DECISIONS, REPLY, Clock, Desk, make_call, make_case, make_draft

MARKS = ["Quellbach", "Weakness for two days", "First the potassium", "Ward sister", "MRN-0047-11"]


def about(desk: Desk, identity: Identity, *, signed: bool = True) -> Consultation:
    """A consultation about a known patient in which everything was stored."""
    made = desk.store.create(
        make_case().model_copy(update={"identity": identity}),
        provenance=desk.draft().provenance,
        language="en",
        engine="rules",
    )
    desk.store.remember(made.subject.key, identity, {"[name-1]": "Dr Quellbach"}, consultation=made.id)
    desk.store.journal(made.id).record(make_call(), key="k", reply=REPLY)
    desk.store.save_draft(made.id, **make_draft())
    if not signed:
        return desk.store.get(made.id)
    desk.review.decide(made.id, DECISIONS, "Dr Meier")
    return desk.sign(made.id)


def found(home: Path) -> list[str]:
    data = b"".join(file.read_bytes() for file in sorted(home.rglob("*")) if file.is_file())
    return [mark for mark in MARKS if mark.encode() in data]


def purge(desk: Desk, *ids: str) -> int:
    work = Purge(desk.store, desk.clock)
    return len(work.delete(work.named(ids), by="Archive", because="named").consultations)


def test_nothing_of_it_is_left_on_the_disk(desk: Desk, identity: Identity) -> None:
    signed = about(desk, identity)
    others = [row.id for row in desk.store.list() if row.id != signed.id]
    assert purge(desk, *others) == len(others)
    assert found(desk.home) == MARKS
    assert purge(desk, signed.id) == 1
    assert desk.store.erase()
    assert found(desk.home) == []
    assert desk.store.identity(signed.subject.key) is None
    assert desk.store.current_subject(signed.subject.key) is None


def test_a_tombstone_is_listed_and_says_so(desk: Desk, identity: Identity) -> None:
    signed = about(desk, identity)
    purge(desk, signed.id)
    row = next(row for row in desk.store.list() if row.id == signed.id)
    assert (row.status, row.alerts, row.open, row.stale, row.subject) == ("purged", 0, 0, False, "S-purged")
    assert desk.store.resolve(signed.id[:9] + signed.id[9:]) == signed.id
    for ask in (desk.store.get, desk.store.later_results, lambda id: desk.store.record(id, "exported")):
        with pytest.raises(NotFound, match="was purged; only its audit log is left"):
            ask(signed.id)
    with pytest.raises(NotFound, match="purged already"):
        purge(desk, signed.id)


def test_what_was_exported_still_verifies_and_every_log_is_whole(desk: Desk, identity: Identity) -> None:
    kept, gone = about(desk, identity), desk.signed()
    exports = {one.id: export_json(one) for one in (kept, gone)}
    purge(desk, gone.id)
    desk.store.erase()
    assert log_problems(desk.store) == []
    assert [entry.event for entry in desk.store.log(gone.id)][-2:] == ["signed", "purged"]
    for id, export in exports.items():
        assert verify_document(export, trusted=desk.trusted).ok
        report = verify_document(export, trusted=desk.trusted, store=desk.store)
        assert report.ok
        assert [note[:18] for note in report.notes] == (["it was purged here"] if id == gone.id else [])


def test_the_purge_is_in_the_homes_own_log(desk: Desk) -> None:
    signed = desk.signed()
    purge(desk, signed.id)
    purge(desk, desk.draft().id)
    first, second = desk.store.home_log()
    assert AuditChain([first, second]).problem() is None
    assert (first.event, first.data["by"], first.data["because"], first.data["count"]) == (
        "purged",
        "Archive",
        "named",
        1,
    )
    (told,) = first.data["consultations"]  # type: ignore[misc]
    assert isinstance(told, dict)
    assert told["head"] == desk.store.log(signed.id)[-1].hash
    assert (told["id"], told["status"], told["entries"]) == (signed.id, "signed", len(desk.store.log(signed.id)))


def test_a_log_that_was_tampered_with_is_found(desk: Desk) -> None:
    signed = desk.signed()
    purge(desk, signed.id)
    with closing(sqlite3.connect(desk.home / "consult.sqlite")) as connection, connection:
        connection.execute("UPDATE home_audit SET body = replace(body, 'Archive', 'Nobody')")
        connection.execute("DELETE FROM audit WHERE seq = 3")
    assert log_problems(desk.store) == ["home", signed.id]


def test_days_are_counted_for_each_status_and_open_reviews_stay(desk: Desk) -> None:
    signed, rejected = desk.signed(), desk.review.reject(desk.draft().id, "Dr Meier", "no")
    failed, running, open_ = desk.store.fail(desk.create().id, "killed"), desk.create(), desk.draft()
    work = Purge(desk.store, desk.clock)

    def due(**keep: int) -> set[str]:
        return {one.id for one in work.due(KeepDays(**keep))}

    assert due(signed=0, rejected=0, unfinished=0) == {signed.id, rejected.id, failed.id, running.id}
    assert due(signed=1, rejected=1, unfinished=1) == set()
    desk.clock.now += timedelta(days=10)
    assert due(signed=10) == {signed.id}
    assert due(rejected=9) == {rejected.id}
    assert due(unfinished=9) == {failed.id, running.id}
    assert due(signed=36500) == set()
    assert open_.id in {row.id for row in desk.store.list(status="awaiting-review")}


def test_before_a_day_spares_what_runs_now(desk: Desk) -> None:
    signed, running = desk.signed(), desk.create()
    work = Purge(desk.store, desk.clock)
    assert [one.id for one in work.before(desk.clock.now + timedelta(hours=1))] == [signed.id]
    desk.clock.now += timedelta(days=2)
    assert {one.id for one in work.before(desk.clock.now)} == {signed.id, running.id}
    assert work.before(datetime(2026, 5, 1, tzinfo=UTC)) == []


def test_a_late_signature_keeps_an_old_consultation(desk: Desk) -> None:
    reviewed = desk.reviewed()
    desk.clock.now += timedelta(days=100)
    desk.sign(reviewed.id)
    work = Purge(desk.store, desk.clock)
    assert work.due(KeepDays(signed=50)) == []
    desk.clock.now += timedelta(days=51)
    assert [one.id for one in work.due(KeepDays(signed=50))] == [reviewed.id]


def test_revisions_go_together(desk: Desk) -> None:
    signed = desk.signed()
    revised = desk.review.revise(signed.id, "Dr Meier")
    work = Purge(desk.store, desk.clock)
    desk.clock.now += timedelta(days=10)
    assert work.due(KeepDays(signed=5)) == []  # its revision is open
    assert {one.id for one in work.named([signed.id])} == {signed.id, revised.id}
    desk.review.decide(revised.id, DECISIONS, "Dr Meier")
    desk.sign(revised.id)
    desk.clock.now += timedelta(days=10)
    assert {one.id for one in work.due(KeepDays(signed=5))} == {signed.id, revised.id}
    assert len(work.delete(work.due(KeepDays(signed=5)), by="Archive").consultations) == 2
    assert log_problems(desk.store) == []


def test_everything_about_one_patient_goes_and_nothing_of_another(desk: Desk, identity: Identity) -> None:
    mine, open_ = about(desk, identity), about(desk, identity, signed=False)
    other = desk.signed()
    work = Purge(desk.store, desk.clock)
    due = work.of_subject(mine.subject.key)
    assert {one.id for one in due} == {mine.id, open_.id}
    done = work.delete(due, by="Archive", because="subject", subject=mine.subject.key)
    assert done.patients == 1
    assert desk.store.get(other.id)
    with pytest.raises(NotFound, match="no patient with this key"):
        work.of_subject(mine.subject.key)
    again = desk.store.subject_for(identity, "")
    assert again == mine.subject  # whoever comes back is the same person, of whom nothing is known
    assert desk.store.identity(again.key) is None


def test_what_came_under_a_further_number_of_the_patient_goes_too(desk: Desk, identity: Identity) -> None:
    wider = identity.model_copy(update={"identifiers": [*identity.identifiers, "NI-99-001"]})
    others = identity.model_copy(update={"shared": True})  # somebody else under the same number
    mine, same, stranger = about(desk, identity), about(desk, wider), about(desk, others)
    assert len({one.subject.key for one in (mine, same, stranger)}) == 3
    work = Purge(desk.store, desk.clock)
    due = work.of_subject(mine.subject.key)
    assert {one.id for one in due} == {mine.id, same.id}
    assert work.delete(due, by="Archive", because="subject", subject=mine.subject.key).patients == 2
    assert desk.store.identity(same.subject.key) is None
    assert desk.store.get(stranger.id).id == stranger.id


def test_a_patient_without_consultations_is_forgotten_too(desk: Desk, identity: Identity) -> None:
    subject = desk.store.subject_for(identity, "")
    work = Purge(desk.store, desk.clock)
    assert work.delete(work.of_subject(subject.key), by="A", because="subject", subject=subject.key).patients == 1
    assert desk.store.current_subject(subject.key) is None
    with pytest.raises(NotFound):
        work.of_subject("S-purged")


def test_who_still_has_a_consultation_is_not_forgotten(desk: Desk, identity: Identity) -> None:
    first, second = about(desk, identity), about(desk, identity)
    purge(desk, first.id)
    assert desk.store.identity(second.subject.key) == identity


def test_what_changed_meanwhile_stays(desk: Desk) -> None:
    reviewed = desk.reviewed()
    work = Purge(desk.store, desk.clock)
    due = work.named([reviewed.id])
    desk.sign(reviewed.id)
    assert work.delete(due, by="Archive").consultations == []
    assert desk.store.get(reviewed.id).status == "signed"
    assert desk.store.home_log() == []


def test_a_run_whose_consultation_was_purged_ends(desk: Desk) -> None:
    running = desk.create()
    purge(desk, running.id)
    with pytest.raises(NotFound, match="was purged"):
        desk.store.save_draft(running.id, **make_draft())
    with pytest.raises(NotFound, match="was purged"):
        desk.store.journal(running.id).record(make_call(), key="k", reply=REPLY)


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 121])
def test_who_purges_is_named(desk: Desk, name: str) -> None:
    with pytest.raises(ReviewError, match="name of who purges"):
        Purge(desk.store).delete([], by=name)


def test_a_killed_purge_is_whole_or_not_there(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = [desk.signed().id for _ in range(3)]
    work = Purge(desk.store, Clock())
    monkeypatch.setattr("consult.review._purge.append_home", _killed)
    with pytest.raises(KeyboardInterrupt):
        work.delete(work.named(ids), by="Archive")
    desk.store.close()
    with Store.open(desk.home) as again:
        assert {row.status for row in again.list()} == {"signed"}
        assert log_problems(again) == []


def _killed(*_: object) -> None:
    raise KeyboardInterrupt
