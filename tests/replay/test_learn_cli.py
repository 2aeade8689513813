"""`consult learn` as its user meets it: a real consultation, reviewed, signed, learned from and replayed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from consult.cli import main
from consult.content import content_root

CASE = Path(__file__).resolve().parents[2] / "evals" / "cases" / "lab-haemolysed-potassium"


@dataclass(frozen=True)
class Result:
    """What one call printed and how it ended."""

    code: int
    out: str
    err: str


Call = Callable[..., Result]


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    """Calls the command line in process."""

    def run(*arguments: object) -> Result:
        with pytest.raises(SystemExit) as ended:
            main([str(one) for one in arguments])
        printed = capsys.readouterr()
        return Result(int(ended.value.code or 0), printed.out, printed.err)

    return run


@pytest.fixture
def signed_home(home: Path, call: Call) -> Path:
    """A home with one signed consultation: the condition turned down as wrong, a test as done, one reworded."""
    [file] = CASE.glob("case.*")
    plan = json.loads(call("run", file, "--engine", "rules", "--home", home, "--json").out)
    changes: dict[str, Any] = {
        "hyperkalaemia": {"decision": "reject", "reason": "wrong: in-vitro haemolysis"},
        "electrocardiogram": {"decision": "reject", "reason": "done on admission"},
        "drug-review": {"decision": "edit", "text": "Review ACE inhibitors; told by Dr Amelung on 2026-03-01."},
    }
    items = [*plan["plan"]["problems"], *plan["plan"]["recommendations"]]
    decisions = [{"item": a["id"], "decision": "acknowledge", "text": "ward told"} for a in plan["plan"]["alerts"]]
    decisions += [{"item": one["id"], **changes.get(one["concept"], {"decision": "accept"})} for one in items]
    file = home / "decisions.json"
    file.write_text(json.dumps({"decisions": decisions}), encoding="utf-8")
    assert call("review", plan["id"], "--decisions", file, "--reviewer", "Dr Li Wenhua", "--home", home).code == 0
    call("keys", "new", "--name", "Dr Li Wenhua", "--out", home / "li.jwk", "--home", home)
    assert call("sign", plan["id"], "--key", home / "li.jwk", "--home", home).code == 0
    return home


def test_corrections_become_a_case_that_can_be_replayed(signed_home: Path, tmp_path: Path, call: Call) -> None:
    out = tmp_path / "out"
    learned = call("learn", "--home", signed_home, "--out", out)
    assert learned.code == 0
    assert "Signed consultations read: 1 (signed" in learned.out.replace("\n", " ")
    assert "LAB31" in learned.out
    assert sorted(path.name for path in out.iterdir()) == ["learn.html", "learn.json", "proposals"]
    assert [path.stat().st_mode & 0o77 for path in (out, *out.iterdir())] == [0, 0, 0, 0]
    document = json.loads((out / "learn.json").read_text(encoding="utf-8"))
    assert document["items"]["reasons"] == {"done": 1, "wrong": 1}
    assert document["proposals"]["written"] == 1
    assert "Amelung" not in (out / "learn.html").read_text(encoding="utf-8")
    replayed = call(
        "replay", out / "proposals", "--out", tmp_path / "replay", "--home", signed_home, "--engine", "rules",
        "--concurrency", 1, "--json",
    )  # fmt: skip
    assert replayed.code == 0
    [row] = (tmp_path / "replay" / "results.jsonl").read_text(encoding="utf-8").splitlines()
    found = json.loads(row)
    assert found["status"] == "ok"
    assert found["case"].startswith("signed-")
    assert {(one["kind"], one["what"]) for one in found["misses"]} == {("forbidden", "says hyperkalaemia")}
    assert found["tally"]["alerts"] == found["tally"]["alerts_of"] == 2
    again = json.loads(call("learn", "--home", signed_home, "--out", out, "--json").out)
    assert (again["proposals"]["written"], again["proposals"]["kept"]) == (0, 1)
    chinese = call("learn", "--home", signed_home, "--lang", "zh")
    assert "已签名会诊" in chinese.out
    assert "危险性高钾血症" in chinese.out


@pytest.mark.parametrize("out", [False, True])
def test_an_empty_home_teaches_nothing(tmp_path: Path, call: Call, out: bool) -> None:
    place = tmp_path / "out"
    found = call("learn", "--home", tmp_path / "none", "--json", *(("--out", place) if out else ()))
    assert found.code == 0
    document = json.loads(found.out)
    assert document["consultations"]["counted"] == 0
    assert document["items"]["rate"] is None
    assert not (tmp_path / "none" / "consult.sqlite").exists()
    assert place.exists() == out


WRONG = [
    (["--since", "yesterday"], "--since takes a date such as 2026-11-22"),
    (["--until", "2026-13-01"], "--until takes a date such as 2026-11-22"),
    (["--since", "2026-03-02", "--until", "2026-03-01"], "--since lies after --until"),
    (["--lang", "fr"], "--lang takes en or zh"),
]


@pytest.mark.parametrize(("arguments", "sentence"), WRONG, ids=[row[1] for row in WRONG])
def test_what_cannot_be_asked_is_one_sentence(tmp_path: Path, call: Call, arguments: list[str], sentence: str) -> None:
    found = call("learn", "--home", tmp_path / "none", *arguments)
    assert (found.code, found.err.strip()) == (2, f"consult: {sentence}")


@pytest.mark.parametrize("folder", ["evals", "evals/cases", "knowledge", "agents/hematology"])
def test_proposals_do_not_go_where_they_would_be_used(tmp_path: Path, call: Call, folder: str) -> None:
    found = call("learn", "--home", tmp_path / "none", "--out", content_root() / folder / "learned")
    assert found.code == 2
    assert "name a folder that nothing reads" in found.err
    assert not (content_root() / folder / "learned").exists()


def test_a_file_is_no_folder(tmp_path: Path, call: Call) -> None:
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    assert call("learn", "--home", tmp_path / "none", "--out", tmp_path / "file").code == 2
    assert (tmp_path / "file").read_text(encoding="utf-8") == "mine"
