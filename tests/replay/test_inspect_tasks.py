"""The panel as a task of Inspect: `inspect eval` runs it, its log holds our scores and nobody's name."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from consult.case import Case
from consult.replay import Options, Results, arms_of, replay
from consult.settings import Settings

pytest.importorskip("inspect_ai")

TASKS = Path(__file__).resolve().parents[2] / "evals" / "tasks" / "consult_panel.py"
INSPECT = Path(sys.executable).with_name("inspect")

pytestmark = pytest.mark.slow


def evaluated(task: str, model: str, cases: Path, site: Settings, logs: Path) -> Any:
    from inspect_ai.log import list_eval_logs, read_eval_log

    command = [INSPECT, "eval", f"{TASKS}@{task}", "--model", model, "--log-dir", logs, "--display", "plain"]
    command += ["-T", f"cases={cases}", "-T", f"home={site.home_path}"]
    run = subprocess.run([str(part) for part in command], capture_output=True, text=True, cwd=logs.parent, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    (found,) = list_eval_logs(str(logs))
    return read_eval_log(found)


def shares(log: Any) -> dict[str, tuple[float, int]]:
    """Scorer to share and how many samples it could judge; Inspect counts those itself where none could be."""
    return {one.name: (one.metrics["share"].value, one.scored_samples) for one in log.results.scores}


@pytest.fixture(scope="module")
def by_rules(few_cases: Path, site: Settings, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return evaluated("panel", "none", few_cases, site, tmp_path_factory.mktemp("inspect") / "logs")


def test_inspect_scores_what_replay_scores(by_rules: Any, few_cases: Path, site: Settings, results: Results) -> None:
    options = Options(concurrency=1)
    asyncio.run(replay(few_cases, results, arms_of([], site, engine="rules"), settings=site, options=options))
    tallies = [row.tally for row in results.rows()]
    assert by_rules.status == "success"
    found = shares(by_rules)
    assert found["alerts_found"][1] == sum(bool(tally.alerts_of) for tally in tallies)
    first = [tally.first1 / tally.first1_of for tally in tallies if tally.first1_of]
    assert found["condition_first"] == (pytest.approx(sum(first) / len(first)), len(first))
    assert found["harmless"] == (1.0, len(tallies))
    assert found["supported"] == (1.0, len(tallies))


def test_the_log_names_nobody(by_rules: Any, few_cases: Path) -> None:
    written = by_rules.model_dump_json()
    for file in sorted(few_cases.glob("*/case.*")):
        identity = Case.read(file).identity
        if identity is None:
            continue
        for text in (identity.name, *identity.identifiers):
            assert text is None or text not in written
    assert all(sample.output.completion.strip() for sample in by_rules.samples)


def test_a_model_of_inspect_answers_for_every_agent(few_cases: Path, site: Settings, tmp_path: Path) -> None:
    """One that talks nonsense costs calls and changes nothing: rules are the floor."""
    one = next(path for path in sorted(few_cases.iterdir()) if path.is_dir())
    log = evaluated("panel", "mockllm/model", one, site, tmp_path / "logs")
    (sample,) = log.samples
    asked = [event for event in sample.events if event.event == "model"]
    assert len(asked) >= 3
    assert sample.scores["supported"].value == 1.0
    assert sample.store["consultation"]["plan"]["engine"]


def test_the_control_arm_is_a_task_of_its_own(few_cases: Path, site: Settings, tmp_path: Path) -> None:
    one = next(path for path in sorted(few_cases.iterdir()) if path.is_dir())
    log = evaluated("single", "mockllm/model", one, site, tmp_path / "logs")
    (sample,) = log.samples
    asked = [event for event in sample.events if event.event == "model"]
    assert 1 <= len(asked) <= 3
    assert log.eval.metadata["arm"] == "single"
