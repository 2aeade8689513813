"""Several doctors, threads and processes at one record: nothing is lost, nothing happens twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from consult.case import Identity
from consult.errors import ReviewError
from consult.review import AuditChain, Review, SigningKey, Store, export_json, sign, verify_document

from .conftest import DECISIONS, Desk

DECIDE = """
import sys
from pathlib import Path
from consult.review import Review, Store
home, id, item, name = sys.argv[1:]
with Store.open(Path(home)) as store:
    for number in range(10):
        Review(store).decide(id, [{"item": item, "decision": "accept", "reason": f"{name} {number}"}], name)
"""

APPEND = """
import sys
from pathlib import Path
from consult.review import Store
with Store.open(Path(sys.argv[1])) as store:
    print("ready", flush=True)
    while True:
        store.record(sys.argv[2], "viewed", by="somebody")
"""


def run(*arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-W", "error", "-c", *arguments], stdout=subprocess.PIPE)


def test_two_processes_decide(desk: Desk) -> None:
    drafted = desk.draft()
    with (
        run(DECIDE, str(desk.home), drafted.id, "P1", "Dr Meier") as one,
        run(DECIDE, str(desk.home), drafted.id, "R1", "Dr Zhang") as other,
    ):
        assert (one.wait(60), other.wait(60)) == (0, 0)
    made = desk.store.get(drafted.id)
    assert AuditChain(made.audit).problem() is None
    for name in ("Dr Meier", "Dr Zhang"):
        assert [d.reason for d in made.decisions if d.by == name] == [f"{name} {number}" for number in range(10)]
    assert len(made.audit) == 22


def test_threads_decide(desk: Desk) -> None:
    drafted = desk.draft()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda one: Review(desk.store).decide(drafted.id, [one], "Dr Meier"), DECISIONS * 3))
    made = desk.store.get(drafted.id)
    assert (made.status, len(made.decisions)) == ("reviewed", 12)
    assert [entry.event for entry in made.audit].count("reviewed") == 1
    assert AuditChain(made.audit).problem() is None


def test_a_plan_is_revised_once(desk: Desk) -> None:
    signed = desk.signed()

    def revise(_: int) -> str:
        try:
            return Review(desk.store).revise(signed.id, "Dr Meier").id
        except ReviewError:
            return ""

    with ThreadPoolExecutor(4) as pool:
        made = [id for id in pool.map(revise, range(6)) if id]
    assert len(made) == 1
    assert desk.store.get(signed.id).superseded_by == made[0]


def test_doctors_sign_at_the_same_time(desk: Desk) -> None:
    reviewed = desk.reviewed()
    keys = [desk.new_key(f"Dr {number}") for number in range(4)]

    def put(key: SigningKey) -> None:
        sign(desk.store, reviewed.id, key)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(put, keys))
    report = verify_document(export_json(desk.store.get(reviewed.id)), trusted=desk.trusted, store=desk.store)
    assert report.ok
    assert sorted(report.signers) == [key.name for key in keys]


def test_homes_opened_at_the_same_time_have_one_secret(tmp_path: Path, identity: Identity) -> None:
    def key(_: int) -> str:
        with Store.open(tmp_path / "home") as store:
            return store.subject_for(identity, "patient-1").key

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(key, range(16)))) == 1


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_a_killed_process_leaves_the_chain_whole(desk: Desk) -> None:
    drafted = desk.draft()
    with run(APPEND, str(desk.home), drafted.id) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == b"ready"
        while len(desk.store.get(drafted.id).audit) < 6:
            assert process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.wait(30)
    made = desk.store.get(drafted.id)
    assert AuditChain(made.audit).problem() is None
    desk.store.record(made.id, "viewed")
    assert len(desk.store.get(made.id).audit) == len(made.audit) + 1
