"""A replay as a whole: rows, resuming, order, budget, hours, models."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from replay_rows import FEW

from consult.errors import CaseError, SettingsError, UsageError
from consult.replay import Options, Replayed, Results, Row, Side, arms_of, replay
from consult.replay._hours import Hours
from consult.replay._index import RowIndex
from consult.settings import Settings
from consult.testing import ModelServer, PanelModel

PRICE = {"input": 2, "output": 8, "currency": "CNY"}


def run(cases: Path, results: Results, site: Settings, *arms: str, **options: Any) -> Replayed:
    chosen = Options(**{"concurrency": 1, **options})
    return asyncio.run(replay(cases, results, arms_of(arms, site), settings=site, options=chosen))


def rows_of(results: Results) -> dict[tuple[str, str], Row]:
    return {(row.case, row.arm): row for row in results.rows()}


def timeless(row: Row) -> dict[str, Any]:
    return row.model_dump(exclude={"seconds"})


def with_model(site: Settings, url: str, **more: Any) -> Settings:
    model = {"provider": "openai", "base_url": url, "model": "test", "retries": 0, "price": PRICE, **more}
    values = site.model_dump(exclude_unset=True) | {"models": {"m": model}, "agents": {"default": {"model": "m"}}}
    return Settings.model_validate(values)


def test_every_case_has_a_row_that_says_what_came_of_it(few_cases: Path, results: Results, site: Settings) -> None:
    replayed = run(few_cases, results, site)
    rows = rows_of(results)
    assert set(rows) == {(name, "panel") for name in FEW}
    assert {row.status for row in rows.values()} == {"ok"}
    assert all(row.scored for row in rows.values())
    assert replayed.arms["panel"].tally.alerts == replayed.arms["panel"].tally.alerts_of > 0
    potassium = rows["lab-haemolysed-potassium", "panel"]
    assert {"k", "LAB31"} <= set(potassium.alerts)
    document = results.document(potassium)
    assert document.plan is not None
    assert [problem.concept for problem in document.plan.problems] == [one.concept for one in potassium.problems]
    summary = json.loads((results.folder / "summary.json").read_text(encoding="utf-8"))
    assert summary["arms"]["panel"]["cases"] == len(FEW)


def test_a_rehearsal_says_what_a_panel_says(few_cases: Path, results: Results, site: Settings) -> None:
    from consult.case import Case
    from consult.panel import Panel

    run(few_cases, results, site, limit=1)
    with Panel.from_settings(site) as panel:
        said = panel.consult(Case.read(few_cases / FEW[0] / "case.hl7"), language="en")
    drafted = results.document(rows_of(results)[FEW[0], "panel"])
    assert drafted.plan == said.plan
    assert drafted.findings == said.findings
    assert drafted.opinions == said.opinions


def test_a_finished_pair_never_runs_again(few_cases: Path, results: Results, site: Settings) -> None:
    run(few_cases, results, site, limit=2)
    before = (results.folder / "results.jsonl").read_bytes()
    replayed = run(few_cases, results, site)
    after = (results.folder / "results.jsonl").read_bytes()
    assert after.startswith(before)
    assert replayed.ended.progress.skipped == 2
    assert replayed.ended.progress.done == 2
    again = run(few_cases, results, site)
    assert again.already_complete
    assert (results.folder / "results.jsonl").read_bytes() == after


def test_a_torn_last_line_is_repaired(few_cases: Path, results: Results, site: Settings, tmp_path: Path) -> None:
    run(few_cases, results, site)
    whole = rows_of(results)
    path = results.folder / "results.jsonl"
    path.write_bytes(path.read_bytes()[:-100])
    (results.folder / "run.json").unlink()
    results.close()
    with Results(results.folder) as again:
        assert len(rows_of(again)) == len(FEW) - 1
        run(few_cases, again, site)
        repaired = rows_of(again)
        assert {key: timeless(row) for key, row in repaired.items()} == {k: timeless(r) for k, r in whole.items()}
        assert len(path.read_bytes().splitlines()) == len(FEW)


def test_one_folder_serves_one_replay_at_a_time(results: Results) -> None:
    with pytest.raises(UsageError, match="another replay"):
        Results(results.folder)


def test_a_folder_that_cannot_be_written_is_not_called_the_home(tmp_path: Path) -> None:
    (tmp_path / "out" / ".lock").mkdir(parents=True)
    with pytest.raises(SettingsError, match=r"\.lock in the folder of results cannot be written"):
        Results(tmp_path / "out")


def test_rows_do_not_depend_on_processes_or_order(
    few_cases: Path, results: Results, site: Settings, tmp_path: Path
) -> None:
    run(few_cases, results, site)
    with Results(tmp_path / "many") as other:
        run(few_cases, other, site, concurrency=3)
        mine, theirs = rows_of(results), rows_of(other)
        assert {key: timeless(row) for key, row in mine.items()} == {k: timeless(r) for k, r in theirs.items()}
        assert (results.folder / "summary.json").read_bytes() == (other.folder / "summary.json").read_bytes()
        for key in mine:
            one, two = (folder.folder / mine[key].document for folder in (results, other))
            assert _plan(one) == _plan(two)


def _plan(path: Path) -> Any:
    import gzip

    return {**json.loads(gzip.decompress(path.read_bytes())), "usage": None}


def test_what_cannot_be_read_is_a_row(tmp_path: Path, results: Results, site: Settings) -> None:
    folder = tmp_path / "cases"
    folder.mkdir()
    (folder / "a.json").write_text("{ broken", encoding="utf-8")
    (folder / "b.txt").write_text("Hb 60 g/L, MCV 65 fL, ferritin 4 ug/L in a woman of 40.", encoding="utf-8")
    (folder / "c.hl7").write_bytes(b"\x00\x01\x02\xff" * 50)
    replayed = run(folder, results, site)
    rows = list(results.rows())
    assert [row.status for row in rows].count("failed") == 2
    assert replayed.arms["panel"].failed == 2
    assert "c.hl7" not in (results.folder / "results.jsonl").read_text(encoding="utf-8")


def test_what_is_not_read_of_a_patient_makes_no_failed_case(tmp_path: Path, results: Results, site: Settings) -> None:
    patient = {"resourceType": "Patient", "id": "p"}
    potassium = {"resourceType": "Observation", "status": "final", "code": {"text": "Potassium"}}
    potassium |= {"subject": {"reference": "Patient/p"}, "valueQuantity": {"value": 4.1, "unit": "mmol/L"}}
    claim = {"resourceType": "Claim", "patient": {"reference": "Patient/p"}}
    export = tmp_path / "export.ndjson"
    export.write_text("\n".join(json.dumps(one) for one in (patient, potassium, claim)), encoding="utf-8")
    run(export, results, site)
    assert [(row.status, row.results) for row in results.rows()] == [("ok", 1)]


def test_pipes_and_links_upwards_are_not_waited_for(tmp_path: Path, results: Results, site: Settings) -> None:
    folder = tmp_path / "cases"
    folder.mkdir()
    (folder / "a.txt").write_text("Hb 60 g/L, MCV 65 fL, ferritin 4 ug/L in a woman of 40.", encoding="utf-8")
    for name in ("up", "up-again"):
        (folder / name).symlink_to(".", target_is_directory=True)
    os.mkfifo(folder / "pipe")
    run(folder, results, site)
    told = sorted((row.status, row.error) for row in results.rows())
    assert told == [("failed", "neither a file nor a folder"), ("ok", "")]


@pytest.mark.parametrize(
    ("entry", "says"),
    [("suite.toml", "entry 2 of cases in the suite is a TOML file"), ("gone", "entry 2 .* not exist")],
)
def test_a_suite_names_cases_and_its_errors_name_no_file(
    entry: str, says: str, few_cases: Path, tmp_path: Path, results: Results, site: Settings
) -> None:
    suite = tmp_path / "suite.toml"
    suite.write_text(f"cases = [{str(few_cases)!r}, {entry!r}]", encoding="utf-8")
    with pytest.raises(UsageError, match=says) as refused:
        run(suite, results, site)
    assert entry not in str(refused.value)


def test_nothing_readable_is_told_at_once(tmp_path: Path, results: Results, site: Settings) -> None:
    empty = tmp_path / "empty.json"
    empty.write_text("", encoding="utf-8")
    with pytest.raises(CaseError, match="empty"):
        run(empty, results, site)
    with pytest.raises(UsageError, match="do not exist"):
        run(tmp_path / "absent", results, site)


def test_a_sample_sees_every_group(few_cases: Path, results: Results, site: Settings) -> None:
    run(few_cases, results, site, sample=3)
    rows = list(results.rows())
    assert len(rows) == 3
    assert len({row.group for row in rows}) == 3


def test_arms_run_interleaved_on_the_same_cases(
    few_cases: Path, results: Results, site: Settings, tmp_path: Path
) -> None:
    arms = tmp_path / "arms.toml"
    arms.write_text('[arms.without]\nengine = "rules"\nrules = { disabled = ["LAB31"] }\n', encoding="utf-8")
    run(few_cases, results, site, "panel", str(arms))
    order = [(row.case, row.arm) for row in results.rows()]
    assert [case for case, _ in order[::2]] == [case for case, _ in order[1::2]]
    assert {arm for _, arm in order[:2]} == {"panel", "without"}
    rows = rows_of(results)
    assert "LAB31" in rows["lab-haemolysed-potassium", "panel"].alerts
    assert "LAB31" not in rows["lab-haemolysed-potassium", "without"].alerts


def test_models_are_asked_and_paid_for(few_cases: Path, results: Results, site: Settings) -> None:
    with ModelServer(PanelModel()) as server:
        chosen = with_model(site, server.base_url)
        replayed = run(few_cases, results, chosen, "panel", "single", limit=2, concurrency=4)
        asked = server.calls
        assert asked > 0
        assert replayed.arms["panel"].calls > replayed.arms["single"].calls > 0
        assert replayed.arms["panel"].cost > 0
        again = run(few_cases, results, chosen, "panel", "single", limit=2, concurrency=4)
        assert again.already_complete
        assert server.calls == asked
        run(few_cases, results, chosen, "panel", "single", limit=3, concurrency=4)
        assert {(row.case, row.arm) for row in results.rows()} == {(n, a) for n in FEW[:3] for a in ("panel", "single")}


def test_a_budget_stops_before_it_is_spent(few_cases: Path, results: Results, site: Settings) -> None:
    with ModelServer(PanelModel()) as server:
        chosen = with_model(site, server.base_url)
        first = run(few_cases, results, chosen, limit=1)
        each = first.arms["panel"].cost
        stopped = run(few_cases, results, chosen, budget=each * Decimal("2.5"))
        assert stopped.ended.out_of_budget
        assert stopped.arms["panel"].cost <= each * Decimal("2.5")
        assert stopped.arms["panel"].cases < len(FEW)
        assert not run(few_cases, results, chosen).ended.out_of_budget
        assert len(rows_of(results)) == len(FEW)


def test_cheap_hours_are_waited_for(site: Settings) -> None:
    off_peak = {"hours": "00:30-08:30", "time_zone": "Asia/Shanghai", "input": 1, "output": 4}
    chosen = with_model(site, "http://127.0.0.1:1/v1", price={**PRICE, "off_peak": off_peak})
    (arm,) = arms_of(["panel"], chosen)
    now = [datetime(2026, 3, 2, 16, 28, tzinfo=UTC)]  # 00:28 in Shanghai
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)
        now[0] = datetime.fromtimestamp(now[0].timestamp() + seconds, UTC)

    said: list[str] = []
    hours = Hours({"panel": (arm, frozenset({"m"}))}, clock=lambda: now[0], sleep=sleep, tell=said.append)
    asyncio.run(hours.wait("panel"))
    assert sum(waited) == 120
    assert said == ["panel", "panel", ""]
    asyncio.run(hours.wait("panel"))
    assert sum(waited) == 120
    with pytest.raises(UsageError, match="off-peak"):
        Hours({"panel": (arms_of([], site)[0], frozenset())})


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "holds tables"),
        ("[arms]\n", "holds tables"),
        ('[arms.a]\nengine = "magic"\n', "rules or auto"),
        ("[arms.a]\nrulez = {}\n", "rulez"),
        ('[arms."../x"]\n', "small letters"),
        ("[arms.a\n", "not TOML"),
        ('[arms.a]\nagents = { default = { model = "absent" } }\n', "absent"),
    ],
)
def test_a_wrong_file_of_arms_is_told_in_a_sentence(
    text: str, problem: str, tmp_path: Path, few_cases: Path, results: Results, site: Settings
) -> None:
    path = tmp_path / "arms.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=problem):
        run(few_cases, results, site, str(path))


def test_what_stands_in_rows_names_nobody(tmp_path: Path, results: Results, new_home: Callable[[], Path]) -> None:
    message = (few := Path(__file__).resolve().parents[2] / "evals" / "cases" / FEW[1] / "case.hl7").read_text("utf-8")
    fields = next(line for line in message.replace("\n", "\r").split("\r") if line.startswith("PID")).split("|")
    family = fields[5].split("^")[0]
    assert family
    run(few, results, Settings.load(home=new_home()))
    kept = b"".join(path.read_bytes() for path in results.folder.rglob("*") if path.is_file() and path.suffix != ".gz")
    assert family.encode() not in kept
    (row,) = results.rows()
    assert family not in results.document(row).model_dump_json()


def test_a_case_id_that_names_its_patient_stays_out_of_rows(tmp_path: Path, results: Results, site: Settings) -> None:
    path = tmp_path / "cases.ndjson"
    identity = {"name": "Zorbana Quxley", "identifiers": ["7700123"]}
    told = [{"name": "Hemoglobin", "value": "80", "unit": "g/L"}]
    cases = [
        {"id": id, "identity": identity, "observations": told} for id in ("Quxley-Zorbana", "MR-7700123", "plain-7")
    ]
    path.write_text("".join(json.dumps(case) + "\n" for case in cases), encoding="utf-8")
    run(path, results, site)
    rows = list(results.rows())
    assert [row.status for row in rows] == ["ok"] * 3
    kept = (results.folder / "results.jsonl").read_text("utf-8") + (results.folder / "report.html").read_text("utf-8")
    assert "quxley" not in kept.lower()
    assert "7700123" not in kept
    assert "plain-7" in kept


def test_rows_of_an_arm_before_it_changed_are_not_summed(
    few_cases: Path, results: Results, site: Settings, tmp_path: Path
) -> None:
    arms = tmp_path / "arms.toml"
    for disabled in ("LAB31", "HEM03"):
        arms.write_text(f'[arms.a]\nengine = "rules"\nrules = {{ disabled = ["{disabled}"] }}\n', encoding="utf-8")
        replayed = run(few_cases, results, site, str(arms))
    assert len(list(results.rows())) == 2 * len(FEW)
    assert replayed.arms["a"].cases == len(FEW)


def test_an_arm_that_is_set_back_is_told_by_the_rows_that_it_had(
    few_cases: Path, results: Results, site: Settings, tmp_path: Path
) -> None:
    arms = tmp_path / "arms.toml"
    for disabled in ("LAB31", "HEM03", "LAB31"):
        arms.write_text(f'[arms.a]\nengine = "rules"\nrules = {{ disabled = ["{disabled}"] }}\n', encoding="utf-8")
        replayed = run(few_cases, results, site, str(arms), tables=("jsonl",))
    now = replayed.arms["a"].hash
    tables = [json.loads(line) for line in (results.folder / "tables" / "rows.jsonl").read_text("utf-8").splitlines()]
    assert Side.read(f"{results.folder}:a").arm_hash == now
    assert RowIndex.read(results.folder).hashes == {"a": now}
    assert {line["arm_hash"] for line in tables} == {now}
    assert "LAB31" not in {alert for row in RowIndex.read(results.folder).rows("a") for alert in row.alerts}


def test_an_arm_that_is_not_asked_for_is_summed_as_it_was_last(
    few_cases: Path, results: Results, site: Settings, tmp_path: Path
) -> None:
    arms = tmp_path / "arms.toml"
    for disabled in ("LAB31", "HEM03"):
        arms.write_text(f'[arms.a]\nengine = "rules"\nrules = {{ disabled = ["{disabled}"] }}\n', encoding="utf-8")
        run(few_cases, results, site, str(arms))
    replayed = run(few_cases, results, site, "panel")
    assert {name: arm.cases for name, arm in replayed.arms.items()} == {"a": len(FEW), "panel": len(FEW)}


def test_plans_are_scored_again_where_a_case_expects_something_else(
    few_cases: Path, results: Results, site: Settings, tmp_path: Path
) -> None:
    cases = tmp_path / "cases"
    shutil.copytree(few_cases, cases)
    before = run(cases, results, site).arms["panel"].tally
    expected = cases / "lab-haemolysed-potassium" / "expected.toml"
    text = re.sub(r"(?m)^alerts = .*$", 'alerts = ["na"]', expected.read_text(encoding="utf-8"))
    expected.write_text(text, encoding="utf-8")
    again = run(cases, results, site)
    assert again.already_complete
    assert again.arms["panel"].cases == len(FEW)
    assert again.arms["panel"].tally.alerts_of - again.arms["panel"].tally.alerts > before.alerts_of - before.alerts
    fresh = Results(tmp_path / "fresh")
    assert run(cases, fresh, site).arms == again.arms
    fresh.close()
    size = (results.folder / "results.jsonl").stat().st_size
    (results.folder / "run.json").unlink()
    assert run(cases, results, site).ended.progress.skipped == len(FEW)
    assert (results.folder / "results.jsonl").stat().st_size == size


def test_a_plan_in_another_language_is_made_anew(
    few_cases: Path, results: Results, site: Settings, tmp_path: Path
) -> None:
    cases = tmp_path / "cases"
    shutil.copytree(few_cases, cases)
    run(cases, results, site)
    expected = cases / "lab-haemolysed-potassium" / "expected.toml"
    text = expected.read_text(encoding="utf-8").replace('language = "en"', 'language = "zh"')
    expected.write_text(text, encoding="utf-8")
    assert run(cases, results, site).ended.progress.done == 1
    assert rows_of(results)["lab-haemolysed-potassium", "panel"].language == "zh"


def test_every_folder_of_results_is_its_owners_alone(few_cases: Path, results: Results, site: Settings) -> None:
    run(few_cases, results, site)
    found = [path for path in results.folder.rglob("*") if path.is_dir()]
    assert {path.stat().st_mode & 0o777 for path in found} == {0o700}
