"""`consult replay --ablate` as it is called."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from consult.cli import main

CASE = Path(__file__).resolve().parents[2] / "evals" / "cases" / "hem-iron-deficiency-pneumonia"
Call = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def home(new_home: Callable[[], Path]) -> Path:
    return new_home()


@pytest.fixture
def consult(capsys: pytest.CaptureFixture[str], home: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Exit code, standard output and standard error of a call."""
    monkeypatch.setenv("COLUMNS", "160")

    def call(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as leave:
            main([*(str(one) for one in arguments), "--home", str(home)])
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        return int(str(leave.value.code)), printed.out, printed.err

    return call


def test_tables_say_what_carries_what_and_json_is_one_document(consult: Call, tmp_path: Path) -> None:
    shutil.copytree(CASE, (cases := tmp_path / "cases") / CASE.name)
    asked = ["replay", cases, "--out", tmp_path / "out", "--engine", "rules", "--concurrency", 1]
    asked += ["--ablate", "facts", "--ablate", "specialties"]
    code, out, err = consult(*asked)
    assert code == 0
    assert "panel: one fact left out at a time" in out
    assert "iron-deficiency-anaemia 1/1" in out
    assert "panel: one specialty left out at a time (3 plans of 1 cases)" in out
    assert "facts: " in err
    assert "without respiratory falls: alert RSP50 1/1" in err
    rows = (tmp_path / "out" / "ablation" / "results.jsonl").read_bytes()
    code, out, err = consult(*asked, "--json")
    assert code == 0
    document = json.loads(out)
    assert document["arms"]["panel"]["cases"] == 1
    assert {one["kind"] for one in document["ablation"]["blocks"]} == {"without", "without-specialty"}
    assert (tmp_path / "out" / "ablation" / "results.jsonl").read_bytes() == rows
    assert '<section id="ablation">' in (tmp_path / "out" / "report.html").read_text("utf-8")


def test_without_ablate_the_document_is_as_it_was(consult: Call, tmp_path: Path) -> None:
    shutil.copytree(CASE, (cases := tmp_path / "cases") / CASE.name)
    code, out, _ = consult(
        "replay", cases, "--out", tmp_path / "out", "--engine", "rules", "--concurrency", 1, "--json"
    )
    assert code == 0
    assert "ablation" not in json.loads(out)
    assert not (tmp_path / "out" / "ablation").exists()


@pytest.mark.parametrize("said", ["fact", "facts=high", "arms"])
def test_what_cannot_be_left_out_is_told_before_anything_is_run(consult: Call, tmp_path: Path, said: str) -> None:
    code, out, err = consult("replay", CASE.parent, "--out", tmp_path / "out", "--ablate", said)
    assert (code, out) == (2, "")
    assert "--ablate takes specialties, facts or facts=normal" in err
    assert not (tmp_path / "out").exists()
