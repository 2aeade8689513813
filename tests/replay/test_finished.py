"""A finished replay is recognised before anything heavy is loaded."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from replay_rows import FEW

from consult.replay import Options, Results, arms_of, is_finished, replay, request
from consult.settings import Settings

RUN = """
import json, sys
sys.argv = ["consult", *json.loads(sys.argv[1])]
from consult.cli import main
try:
    main()
except SystemExit as error:
    code = error.code
print(json.dumps([code, sorted(name for name in sys.modules if name.startswith(("consult.panel", "langgraph")))]))
"""


def asked(cases: Path, site: Settings, **options: object) -> str | None:
    return request(cases, arms_of([], site, engine="rules"), Options(**options))  # type: ignore[arg-type]


@pytest.fixture
def done(few_cases: Path, results: Results, site: Settings) -> Path:
    options = Options(concurrency=1, limit=2)
    asyncio.run(replay(few_cases, results, arms_of([], site, engine="rules"), settings=site, options=options))
    return results.folder


def test_what_was_asked_for_is_recognised(done: Path, few_cases: Path, site: Settings) -> None:
    assert is_finished(done, asked(few_cases, site, limit=2))
    assert is_finished(done, asked(few_cases, site, limit=2, concurrency=7))


@pytest.mark.parametrize("options", [{"limit": 3}, {"limit": 2, "sample": 1}, {}])
def test_other_options_ask_for_something_else(
    options: dict[str, object], done: Path, few_cases: Path, site: Settings
) -> None:
    assert not is_finished(done, asked(few_cases, site, **options))


def test_failed_pairs_are_tried_again_as_often_as_is_asked(done: Path, few_cases: Path, site: Settings) -> None:
    said = asked(few_cases, site, limit=2, retry_failed=True)
    assert is_finished(done, said, retry_failed=True)
    summary = json.loads((done / "summary.json").read_text(encoding="utf-8"))
    summary["arms"]["panel"]["failed"] = 1
    (done / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    assert is_finished(done, said)
    assert not is_finished(done, said, retry_failed=True)


def test_cases_behind_links_and_under_strange_names_count(few_cases: Path, site: Settings, tmp_path: Path) -> None:
    folder, linked = tmp_path / "cases", tmp_path / "linked"
    linked.mkdir()
    folder.mkdir()
    (folder / "more").symlink_to(linked, target_is_directory=True)
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff.json")).write_bytes(b"{}")
    before = asked(folder, site)
    (linked / "case.json").write_bytes(b"{}")
    assert before is not None
    assert asked(folder, site) not in {before, None}


def test_links_upwards_have_an_end(site: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "cases"
    folder.mkdir()
    (folder / "case.json").write_bytes(b"{}")
    for name in "abc":
        (folder / name).symlink_to(".", target_is_directory=True)
    assert asked(folder, site) is not None


def test_a_suite_that_names_a_suite_is_no_endless_one(site: Settings, tmp_path: Path) -> None:
    suite = tmp_path / "suite.toml"
    suite.write_text('cases = ["suite.toml"]', encoding="utf-8")
    assert asked(suite, site) is not None


def test_other_cases_rules_or_language_ask_for_something_else(
    done: Path, few_cases: Path, site: Settings, tmp_path: Path
) -> None:
    said = asked(few_cases, site, limit=2)
    other = tmp_path / "cases"
    other.mkdir()
    for name in FEW[:2]:
        (other / name).mkdir()
        for file in (few_cases / name).iterdir():
            (other / name / file.name).write_bytes(file.read_bytes() + b"\n")
    assert asked(other, site, limit=2) != said
    assert asked(few_cases, site.model_copy(update={"language": "zh"}), limit=2) != said
    fewer = site.model_copy(update={"rules": site.rules.model_copy(update={"disabled": ("HEM03",)})})
    assert asked(few_cases, fewer, limit=2) != said


@pytest.mark.parametrize("name", ["results.jsonl", "summary.json", "report.html", "run.json"])
def test_what_is_gone_is_made_again(name: str, done: Path, few_cases: Path, site: Settings) -> None:
    (done / name).unlink()
    assert not is_finished(done, asked(few_cases, site, limit=2))


def test_rows_that_were_cut_are_no_finished_replay(done: Path, few_cases: Path, site: Settings) -> None:
    os.truncate(done / "results.jsonl", (done / "results.jsonl").stat().st_size - 1)
    assert not is_finished(done, asked(few_cases, site, limit=2))


@pytest.mark.parametrize("content", ["", "[]", "{", '{"finished": null, "rows": 0}'])
def test_a_broken_note_of_the_run_is_no_finished_replay(
    content: str, done: Path, few_cases: Path, site: Settings
) -> None:
    (done / "run.json").write_text(content, encoding="utf-8")
    assert not is_finished(done, asked(few_cases, site, limit=2))
    assert not is_finished(done, None)


def test_the_second_run_loads_neither_panel_nor_graph(few_cases: Path, site: Settings, tmp_path: Path) -> None:
    command = ["replay", str(few_cases), "--out", str(tmp_path / "out"), "--home", str(site.home_path)]
    command += ["--engine", "rules", "--concurrency", "1", "--limit", "1", "--json"]
    for loaded in (True, False):
        run = subprocess.run(
            [sys.executable, "-c", RUN, json.dumps(command)], capture_output=True, text=True, check=True
        )
        code, heavy = json.loads(run.stdout.splitlines()[-1])
        assert code in {None, 0}
        assert bool(heavy) is loaded
        assert '"cases": 1' in run.stdout
