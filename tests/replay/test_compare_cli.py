"""`consult compare` as it is called: what it prints, how it ends, and what it never prints."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from replay_rows import folder_of, row, scored

from consult.cli import main

ROOT = Path(__file__).resolve().parents[2]
GATE = ROOT / "evals" / "suites" / "gate.toml"
NAMES = ("hem-dic-urosepsis", "hem-apl-coagulopathy")
ARMS = '[arms.base]\nengine = "rules"\n[arms.no-rule]\nrules = { disabled = ["HEM03"] }\n'

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def home(new_home: Callable[[], Path]) -> Path:
    return new_home()


@pytest.fixture
def consult(capsys: pytest.CaptureFixture[str], home: Path) -> Call:
    """Exit code, standard output and standard error of a call."""

    def call(*arguments: object) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as leave:
            main([*(str(one) for one in arguments), "--home", str(home)])
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        return int(str(leave.value.code)), printed.out, printed.err

    return call


@pytest.fixture(scope="module")
def out(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two cases, one English and one Chinese, with and without a rule."""
    folder = tmp_path_factory.mktemp("compared")
    for name in NAMES:
        shutil.copytree(ROOT / "evals" / "cases" / name, folder / "cases" / name)
    (folder / "arms.toml").write_text(ARMS, encoding="utf-8")
    told = ["--out", folder / "out", "--arm", folder / "arms.toml", "--concurrency", 1, "--home", home]
    with pytest.raises(SystemExit) as leave:
        main(["replay", str(folder / "cases"), *(str(one) for one in told)])
    assert leave.value.code == 0
    return folder / "out"


def test_arms_stand_in_the_order_in_which_they_are_asked_for(consult: Call, out: Path, tmp_path: Path) -> None:
    cases = out.parent / "cases"
    arms = [*("--arm", "panel", "--arm", "blind"), *("--engine", "rules", "--concurrency", 1)]
    code, printed, _ = consult("replay", cases, "--out", tmp_path / "out", *arms)
    assert code == 0
    assert printed.split()[:2] == ["panel", "blind"]


def test_a_comparison_says_what_was_lost(consult: Call, out: Path) -> None:
    code, printed, _ = consult("compare", f"{out}:base", f"{out}:no-rule")
    assert code == 0
    assert "A base (2 cases), B no-rule (2 cases): 2 compared" in printed
    assert "alerts-found" in printed
    assert "2/2" in printed
    assert "0/2" in printed
    assert "2 of 2 cases changed" in printed
    assert "gate" not in printed


def test_a_gate_that_fails_ends_with_1(consult: Call, out: Path) -> None:
    code, printed, _ = consult("compare", f"{out}:base", f"{out}:no-rule", "--gate", GATE)
    assert code == 1
    assert "The gate is NOT passed." in printed
    code, printed, _ = consult("compare", f"{out}:base", f"{out}:base", "--gate", GATE)
    assert code == 0
    assert "The gate is passed." in printed
    assert "0 of 2 cases changed" in printed


def test_a_gate_says_how_much_of_it_was_not_judged(consult: Call, out: Path, tmp_path: Path) -> None:
    gate = tmp_path / "gate.toml"
    blind = '[[gate]]\nmetric = "first-1"\nmax_loss = 0\ngroup = "no-such-group"\n'
    gate.write_text(blind, encoding="utf-8")
    code, printed, _ = consult("compare", f"{out}:base", f"{out}:no-rule", "--gate", gate)
    assert code == 1
    assert "The gate is NOT passed: nothing could be judged." in printed
    gate.write_text(f'{blind}[[gate]]\nmetric = "forbidden"\nmax_loss = 5\n', encoding="utf-8")
    code, printed, _ = consult("compare", f"{out}:base", f"{out}:no-rule", "--gate", gate)
    assert code == 0
    assert "The gate is passed, but 1 of 2 limits could not be judged." in printed


def test_plans_of_changed_cases_are_shown_in_their_language(consult: Call, out: Path) -> None:
    code, printed, _ = consult("compare", f"{out}:base", f"{out}:no-rule", "--cases")
    assert code == 0
    assert "HEM03  alert · gone" in printed
    assert "HEM03  警报 · 已去除" in printed
    assert "[-Platelets 46" in printed
    code, printed, _ = consult("compare", f"{out}:base", f"{out}:no-rule", "--case", NAMES[0])
    assert "警报" not in printed
    assert "HEM03  alert · gone" in printed
    assert "cases changed" not in printed
    _, printed, _ = consult("compare", f"{out}:base", f"{out}:base", "--case", NAMES[1])
    assert "两份方案相同" in printed


def test_json_is_one_document(consult: Call, out: Path) -> None:
    code, printed, _ = consult("compare", f"{out}:base", f"{out}:no-rule", "--gate", GATE, "--json")
    assert code == 1
    document: dict[str, Any] = json.loads(printed)
    assert (document["a"]["arm"], document["b"]["arm"], document["pairs"]) == ("base", "no-rule", 2)
    found = {one["metric"]: one for one in document["metrics"]}
    assert (found["alerts-found"]["n"], found["alerts-found"]["lost"]) == (2, 2)
    assert {one["case"] for one in document["changed"]} == set(NAMES)
    assert document["by"]["language"].keys() == {"en", "zh"}
    assert document["gate"]["passed"] is False
    assert document["diffs"] == {}
    assert "Platelets" not in printed
    assert str(out) not in printed
    _, printed, _ = consult("compare", f"{out}:base", f"{out}:no-rule", "--cases", "--json")
    assert json.loads(printed)["diffs"][NAMES[0]]["entries"][0]["part"] == "alert"


def test_two_folders_are_two_sides(consult: Call, tmp_path: Path) -> None:
    a = folder_of(tmp_path / "a", scored("x", first=True), row("only-a"))
    b = folder_of(tmp_path / "b", scored("x", first=False), row("only-b"))
    code, printed, _ = consult("compare", a, b)
    assert code == 0
    assert "only in A: only-a" in printed
    assert "only in B: only-b" in printed
    assert "first-1" in printed


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("{out}", "{out}:base"), "holds several arms (base, no-rule): name one, as FOLDER:ARM"),
        (("{out}:base", "{out}:none"), "has no arm 'none'; it has base, no-rule"),
        (("nowhere", "{out}:base"), "there is no such folder of results"),
        (("{out}:base", "{out}:base", "--case", "nobody"), "there is no such case on both sides"),
        (("{out}:base", "{out}:base", "--gate", "absent.toml"), "the gate file cannot be read"),
    ],
)
def test_what_cannot_be_compared_ends_with_2_and_one_sentence(
    consult: Call, out: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    code, printed, error = consult("compare", *(one.format(out=out) for one in arguments))
    assert (code, printed) == (2, "")
    assert sentence in error
    assert len(error.splitlines()) == 1


def test_a_document_that_is_gone_is_said(consult: Call, out: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    bare.mkdir()
    shutil.copy(out / "results.jsonl", bare)
    code, _, error = consult("compare", f"{bare}:base", f"{bare}:no-rule", "--cases")
    assert code == 2
    assert "a consultation of the replay is not there or cannot be read" in error


def test_nothing_that_a_terminal_obeys_is_printed(consult: Call, tmp_path: Path) -> None:
    hostile = "x\x1b[31m\u202e\n"
    a = folder_of(tmp_path / "a", scored(hostile, first=True, group="g\x1b[2J"))
    b = folder_of(tmp_path / "b", scored(hostile, first=False, group="g\x1b[2J"))
    for more in ((), ("--json",), ("--gate", GATE)):
        _, printed, _ = consult("compare", a, b, *more)
        assert not {"\x1b", "\u202e"} & set(printed)
