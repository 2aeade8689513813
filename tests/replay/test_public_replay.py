"""A replay of a public benchmark: the control arm, the arm that sees nothing, and figures that say what they are of."""

from __future__ import annotations

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from consult.case import Case
from consult.cli import main
from consult.cli._replay import BENCHMARKS as COMMAND
from consult.errors import SettingsError, UsageError
from consult.replay import Options, Replayed, Results, Row, arms_of, replay
from consult.replay._arms import BUILT_IN
from consult.replay._blind import blinded
from consult.replay._metrics import alerts_false, calculators, first3, wholly_met
from consult.replay._public import BENCHMARKS
from consult.replay._tables import row_line
from consult.replay._wire import arms_frame, arms_from
from consult.settings import Settings

FILES = Path(__file__).parent / "public"


def run(cases: Path, results: Results, site: Settings, *arms: str, **options: Any) -> Replayed:
    chosen = Options(**{"concurrency": 1, **options})
    return asyncio.run(replay(cases, results, arms_of(arms, site, engine="rules"), settings=site, options=chosen))


def rows_of(results: Results) -> dict[tuple[str, str], Row]:
    return {(row.case, row.arm): row for row in results.rows()}


def test_one_arm_alone_is_refused_and_nothing_is_run(results: Results, site: Settings, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="in what models were trained on: give a control arm"):
        run(FILES / "agentclinic.jsonl", results, site, "panel")
    folder = tmp_path / "mixed"
    folder.mkdir()
    shutil.copy(FILES / "medqa.jsonl", folder)
    with pytest.raises(UsageError, match="control arm"):
        run(folder, results, site)
    suite = tmp_path / "suite.toml"
    suite.write_text('cases = ["mixed"]', encoding="utf-8")
    with pytest.raises(UsageError, match="control arm"):
        run(suite, results, site)
    assert not results.begun


def test_what_is_found_stands_beside_what_can_only_be_known(results: Results, site: Settings) -> None:
    replayed = run(FILES / "agentclinic.jsonl", results, site, "panel", "blind")
    rows = rows_of(results)
    seen, unseen = rows["agentclinic-1", "panel"], rows["agentclinic-1", "blind"]
    assert (seen.tally.first1, seen.tally.first1_of, unseen.tally.first1, unseen.tally.first1_of) == (1, 1, 0, 1)
    assert seen.results == unseen.results > 0
    document = results.document(unseen)
    assert (document.case.observations, document.case.history) == ([], "")
    assert document.case.patient.sex == "female"
    panel, blind = (replayed.arms[name].public["agentclinic"] for name in ("panel", "blind"))
    assert panel == {
        "cases": 3, "judged": 2, "met": panel["met"], "searched": 3, "given_away": 1, "clean": 1, "clean_met": 1,
    }  # fmt: skip
    assert (blind["met"], blind["clean_met"]) == (0, 0)


def test_what_cannot_be_judged_is_null_and_in_no_score(results: Results, site: Settings) -> None:
    replayed = run(FILES / "agentclinic.jsonl", results, site, "panel", "blind")
    hernia = rows_of(results)["agentclinic-3", "panel"]
    assert not hernia.scored
    assert hernia.misses == []
    assert [metric(hernia) for metric in (first3, wholly_met, alerts_false, calculators)] == [None] * 4
    assert replayed.arms["panel"].scored == 2
    anaemia = rows_of(results)["agentclinic-1", "panel"]
    assert anaemia.scored
    assert alerts_false(anaemia) is None  # nobody said which alerts are right
    assert anaemia.tally.false_alerts == 0
    line = row_line(anaemia)
    assert (line["alerts_false"], line["alerts_expected"], line["first1_expected"]) == (None, None, 1)


def test_calculators_are_held_against_their_limits(results: Results, site: Settings) -> None:
    replayed = run(FILES / "medcalc_bench.csv", results, site, "panel", "blind", format="medcalc-bench")
    rows = rows_of(results)
    said = {number: rows[f"medcalc-bench-{number}", "panel"] for number in range(1, 7)}
    assert [calculators(said[number]) for number in range(1, 7)] == [1, 1, 0, 0, None, None]
    assert [miss.what for number in (3, 4) for miss in said[number].misses] == [
        "anion-gap: outside its limits",  # the label is wrong
        "ldl-friedewald: not calculated",  # the note lacks an input
    ]
    assert (replayed.arms["panel"].tally.calculators, replayed.arms["panel"].tally.calculators_of) == (2, 4)
    sums = replayed.arms["panel"].public["medcalc-bench"]
    assert (sums["cases"], sums["judged"], sums["met"], sums["searched"], sums["clean"]) == (6, 4, 2, 0, 0)
    assert replayed.arms["blind"].public["medcalc-bench"]["met"] == 0


def test_calculators_are_read_from_a_plan_in_chinese_too(results: Results, site: Settings, tmp_path: Path) -> None:
    header = "Calculator Name,Patient Note,Question,Ground Truth Answer,Lower Limit,Upper Limit\n"
    note = "Anion Gap,男，55岁。钠 140 mmol/L，氯 104 mmol/L，碳酸氢根 24 mmol/L。,阴离子间隙是多少？,12,11.4,12.6\n"
    (tmp_path / "zh.csv").write_text(header + note, encoding="utf-8")
    run(tmp_path / "zh.csv", results, site, "panel", "blind")
    row = rows_of(results)["medcalc-bench-1", "panel"]
    assert (row.language, calculators(row)) == ("zh", 1)


def test_a_bad_row_is_a_failed_row(results: Results, site: Settings) -> None:
    replayed = run(FILES / "medqa.jsonl", results, site, "panel", "blind")
    rows = rows_of(results)
    assert rows["medqa-4", "panel"].status == "failed"
    assert "name different options" in rows["medqa-4", "panel"].error
    assert replayed.arms["panel"].failed == 1
    assert replayed.arms["panel"].public["medqa"]["cases"] == 3


def test_workers_know_which_arm_sees_nothing(site: Settings) -> None:
    arms = arms_of(["panel", "blind"], site)
    assert [arm.blind for arm in arms_from(arms_frame(arms))] == [False, True]


def test_a_named_arm_can_be_blind(site: Settings, tmp_path: Path) -> None:
    file = tmp_path / "arms.toml"
    file.write_text('[arms.a]\nblind = true\n[arms.b]\nengine = "rules"\n', encoding="utf-8")
    assert [arm.blind for arm in arms_of([str(file)], site)] == [True, False]
    file.write_text('[arms.a]\nblind = "yes"\n', encoding="utf-8")
    with pytest.raises(SettingsError, match=r"arms\.a\.blind: true or false"):
        arms_of([str(file)], site)


def test_nothing_but_the_question_is_left() -> None:
    case = Case.read({
        "id": "c", "patient": {"sex": "male", "age_years": 60}, "questions": ["Why?"], "history": "Ill.",
        "observations": [{"name": "Potassium", "value": "6.9", "unit": "mmol/L"}],
        "reports": [{"kind": "imaging", "title": "CT", "text": "A mass."}],
        "conditions": [{"name": "COPD"}], "medications": [{"name": "heparin"}], "allergies": [{"name": "Penicillin"}],
    })  # fmt: skip
    left = blinded(case)
    assert left.model_dump(exclude_defaults=True) == {
        "id": "c",
        "patient": case.patient.model_dump(exclude_defaults=True),
        "questions": ["Why?"],
    }
    assert case.observations
    assert case.reports


def test_the_command_shows_the_control_beside(
    site: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def consult(file: str, *said: str) -> tuple[int, str, str]:
        told = [part for one in said for part in (["--arm", one] if one in BUILT_IN else [one])]
        with pytest.raises(SystemExit) as ended:
            main(["replay", str(FILES / file), "--out", str(tmp_path / file), "--engine", "rules", *told,
                  "--concurrency", "1", "--home", str(site.home_path)])  # fmt: skip
        printed = capsys.readouterr()
        return int(str(ended.value.code or 0)), printed.out, printed.err

    code, shown, _ = consult("agentclinic.jsonl", "panel", "blind")
    assert code == 0
    lines = {line.split("  ")[0].strip(): line.split()[-2:] for line in shown.splitlines()}
    assert lines["agentclinic: judged by code"] == ["2/3", "2/3"]
    assert lines["agentclinic: met, not given away"] == ["1/1", "0/1"]
    assert "alerts false" not in shown
    summary = json.loads((tmp_path / "agentclinic.jsonl" / "summary.json").read_text(encoding="utf-8"))
    assert summary["arms"]["blind"]["public"]["agentclinic"]["cases"] == 3
    code, _, said = consult("mac.json")
    assert code == 2
    assert "control arm" in said
    code, _, said = consult("mac.json", "panel", "blind", "--format", "medcalc")
    assert code == 2
    assert "diagnosis-arena, mac, medcalc-bench" in said


def test_the_command_names_every_benchmark() -> None:
    assert set(COMMAND) == set(BENCHMARKS)
