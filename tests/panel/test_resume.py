"""Killed at any node: resuming finishes, nothing that had completed runs again, the audit chain is whole."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from consult.case import Case
from consult.panel import Panel
from consult.review import AuditChain, Store
from consult.settings import Settings

HERE = Path(__file__).parent
CASE = HERE.parent.parent / "evals" / "cases" / "lab-edta-clumps" / "case.json"
KILLED_AT = [
    "assess",
    "plan",
    "specialist:laboratory",
    "specialist:hematology",
    "disputes",
    "cross_review",
    "synthesize",
    "verify",
    "draft",
]


def run(home: Path, log: Path, *arguments: str) -> int:
    command = [sys.executable, str(HERE / "killed_run.py"), str(home), str(log), *arguments]
    return subprocess.run(command, check=False, timeout=120).returncode


@pytest.mark.parametrize("node", KILLED_AT)
def test_kill_and_resume(node: str, home: Path, tmp_path: Path, new_home: Callable[[], Path]) -> None:
    log = tmp_path / "log"
    assert run(home, log, str(CASE), node) == -9
    with Store.open(home) as store:
        (row,) = store.list()
        assert row.status == "running"
    before = log.read_text(encoding="utf-8").splitlines()
    assert run(home, log, "--resume", row.id) == 0
    started = Counter(line.removeprefix("start ") for line in log.read_text().splitlines() if line.startswith("start"))
    ended = {line.removeprefix("end ") for line in before if line.startswith("end")}
    assert {name: count for name, count in started.items() if count > 1} == ({node: 2} if node != "draft" else {})
    assert all(started[name] == 1 for name in ended)
    with Store.open(home) as store:
        finished = store.get(row.id)
    assert finished.status == "awaiting-review"
    assert AuditChain(finished.audit).problem() is None
    with Panel.from_settings(Settings.load(home=new_home())) as other:
        assert other.consult(Case.read(CASE)).plan == finished.plan
