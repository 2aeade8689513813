"""Judging plans by rubrics: what a judge says is kept, checked and never believed further than it can be."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from replay_judges import Honest, answer, asked, invents, lies, longest_line, says_met

from consult.errors import ConsultationError, SettingsError, UsageError
from consult.privacy import Doubt
from consult.replay import (
    Criterion,
    Gates,
    JudgeCheck,
    Judging,
    Options,
    Results,
    Side,
    arms_of,
    compare,
    judge_folder,
    judge_gates,
    known_answers,
    pinned_judge,
    publish_results,
    replay,
)
from consult.replay._rubrics.judge import Judge
from consult.replay._rubrics.sheets import keep_rubric
from consult.settings import Settings
from consult.testing import Fault, ModelServer

CASES = Path(__file__).resolve().parents[2] / "evals" / "cases"
RUBRICS = ("hem-iron-deficiency-pneumonia", "lab-outreach-potassium-zh")
CRITERIA = 14
"""Of both cases together."""
KNOWN = len(known_answers())
Reply = Callable[[Mapping[str, Any]], str]


@pytest.fixture(scope="session")
def replayed(tmp_path_factory: pytest.TempPathFactory, site: Settings) -> Path:
    """A finished replay: two cases with rubrics and one without, in two arms."""
    folder = tmp_path_factory.mktemp("judged")
    for name in (*RUBRICS, "hem-mgus-iron-deficiency"):
        shutil.copytree(CASES / name, folder / "cases" / name)
    arms = '[arms.full]\nengine = "rules"\n[arms.less]\nagents = { hematology = { enabled = false } }'
    (folder / "arms.toml").write_text(arms, encoding="utf-8")
    with Results(folder / "out") as results:
        chosen = arms_of([str(folder / "arms.toml")], site)
        asyncio.run(replay(folder / "cases", results, chosen, settings=site, options=Options(concurrency=1)))
    return folder / "out"


@pytest.fixture
def folder(replayed: Path, tmp_path: Path) -> Path:
    """A copy of it that nobody has judged yet."""
    shutil.copytree(replayed, tmp_path / "out")
    return tmp_path / "out"


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer(Honest("asks", "names", "指出")) as running:
        yield running


def with_judge(site: Settings, server: ModelServer, **model: Any) -> Settings:
    told = {"provider": "openai", "base_url": server.base_url, "model": "judge-1", "retries": 0, **model}
    return Settings.model_validate({**site.model_dump(exclude_unset=True), "models": {"j": told}})


def judged(folder: Path, settings: Settings, **more: Any) -> tuple[JudgeCheck, Judging]:
    """Judge a folder, as the command line does."""

    async def run(results: Results) -> tuple[JudgeCheck, Judging]:
        judge = pinned_judge("j", settings, results)
        try:
            return await judge_folder(results, judge, settings=settings, **more)
        finally:
            await judge.close()

    with Results(folder) as results:
        found = asyncio.run(run(results))
        publish_results(results, settings)
    return found


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "judged.jsonl").read_text(encoding="utf-8").splitlines()]


def by_pair(folder: Path) -> list[dict[str, Any]]:
    return sorted(lines(folder), key=lambda line: (line["case"], line["arm"]))


def verdicts(folder: Path) -> list[tuple[str | None, str]]:
    return [(one["verdict"], one["why"]) for line in lines(folder) for one in line["criteria"]]


def test_every_plan_with_a_rubric_gets_a_line_and_asking_again_costs_nothing(
    folder: Path, site: Settings, server: ModelServer
) -> None:
    settings = with_judge(site, server)
    check, progress = judged(folder, settings)
    assert (check.n, check.agreed, check.macro_f1, check.trusted) == (KNOWN, KNOWN, 1.0, True)
    assert (progress.total, progress.done, progress.unanswered) == (4, 4, 0)
    before = (folder / "judged.jsonl").read_bytes(), (folder / "summary.json").read_bytes()
    asked_for = server.calls
    assert len(lines(folder)) == 4
    assert asked_for == progress.calls == progress.asked

    _, again = judged(folder, settings)
    assert (again.asked, again.calls, server.calls) == (0, 0, asked_for)
    assert before == ((folder / "judged.jsonl").read_bytes(), (folder / "summary.json").read_bytes())


def test_an_equal_plan_is_asked_about_once(folder: Path, site: Settings, server: ModelServer) -> None:
    """The Chinese case has the same plan in both arms: its six criteria are asked once."""
    judged(folder, with_judge(site, server))
    plans = [line["plan"] for line in lines(folder)]
    assert len(set(plans)) == 3
    assert server.calls == KNOWN + 8 + 8 + 6


def test_what_is_sent_is_pinned_and_does_not_say_who_wrote_the_plan(
    folder: Path, site: Settings, server: ModelServer
) -> None:
    judged(folder, with_judge(site, server, extra={"top_p": 1}))
    bodies = [exchange.body for exchange in server.requests]
    assert {(body["temperature"], body["seed"], body["top_p"], body["model"]) for body in bodies} == {
        (0.0, 0, 1, "judge-1")
    }
    plans = [asked(body)[0] for body in bodies]
    assert not any("rules engine" in plan or "规则引擎" in plan or "bsg-ida-2021" in plan for plan in plans)
    judge = lines(folder)[0]["judge"]
    assert judge["parameters"]["temperature"] == "0"
    assert judge["parameters"]["seed"] == "0"
    assert judge["fingerprint"] == json.loads((folder / "judge.json").read_text(encoding="utf-8"))["last"]


def test_a_server_that_refuses_a_seed_is_asked_without(folder: Path, site: Settings, server: ModelServer) -> None:
    server.refuses = ("seed",)
    check, progress = judged(folder, with_judge(site, server))
    assert check.trusted
    assert progress.unanswered == 0


def test_points_follow_healthbench(folder: Path, site: Settings, server: ModelServer) -> None:
    """5 and 3 points are met, 6 are lost, of 12: a case may fall below 0, the mean may not."""
    server.reply = Honest("first", "third", "bad")
    rubric = [
        Criterion(criterion=f"The plan does the {which} thing.", points=points)
        for which, points in (("first", 5), ("second", 4), ("third", 3), ("bad", -6), ("worse", -20))
    ]
    with Results(folder) as results:
        for case in {row.case_hash for row in results.rows()}:
            keep_rubric(results, case, rubric)
    judged(folder, with_judge(site, server))
    assert {(line["score"], line["points"], line["of"]) for line in lines(folder)} == {(2 / 12, 2, 12)}
    server.reply = Honest("third", "worse")
    again = with_judge(site, server, model="judge-2")
    judged(folder, again)
    assert lines(folder)[-1]["score"] == pytest.approx(-17 / 12)
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert summary["arms"]["full"]["rubric"]["mean"] == 0
    assert summary["arms"]["full"]["rubric"]["judged"] == 3


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (invents, "not-in-plan"),
        (lambda body: answer("met"), "no-quotation"),
        (lambda body: answer("cannot-judge"), "judge"),
        (lambda body: answer("not-met", "the plan is silent on this"), "not-in-plan"),
        (lambda body: "I would rather not say.", "malformed"),
        (lambda body: '{"verdict": "perhaps"}', "schema"),
        (lambda body: "", "empty"),
    ],
)
def test_what_cannot_be_used_is_not_judged_and_never_zero(
    folder: Path, site: Settings, server: ModelServer, reply: Reply, why: str
) -> None:
    honest = Honest()
    server.reply = lambda body: (
        honest(body) if (asked(body)[0].strip(), asked(body)[1]) in honest.known else reply(body)
    )
    check, progress = judged(folder, with_judge(site, server))
    assert check.trusted
    assert set(verdicts(folder)) == {(None, why)}
    assert {line["score"] for line in lines(folder)} == {None}
    assert progress.unanswered == 0
    rubric = json.loads((folder / "summary.json").read_text(encoding="utf-8"))["arms"]["full"]["rubric"]
    assert (rubric["mean"], rubric["judged"], rubric["not_judged"]) == (None, 0, 2)
    assert rubric["criteria_not_judged"] == CRITERIA
    calls = server.calls
    judged(folder, with_judge(site, server))
    assert server.calls == calls


def test_malformed_json_is_repaired_once(folder: Path, site: Settings, server: ModelServer) -> None:
    server.faults = lambda number, body: Fault("malformed") if len(body["messages"]) == 2 else None
    check, progress = judged(folder, with_judge(site, server))
    assert check.trusted
    assert progress.calls == 2 * progress.asked
    assert all(verdict is not None for verdict, _ in verdicts(folder))


def test_a_refusal_is_an_answer_that_cannot_be_used(folder: Path, site: Settings, server: ModelServer) -> None:
    server.faults = lambda number, body: Fault("refusal") if number > KNOWN else None
    judged(folder, with_judge(site, server, limits={"concurrency": 1}))
    assert set(verdicts(folder)) == {(None, "refusal")}


@pytest.mark.parametrize(("reply", "agreed"), [(says_met, KNOWN // 2), (lies, 0)])
def test_a_judge_that_agrees_with_everything_or_lies_is_not_trusted(
    folder: Path, site: Settings, server: ModelServer, reply: Reply, agreed: int
) -> None:
    server.reply = reply
    check, _ = judged(folder, with_judge(site, server))
    assert (check.agreed, check.trusted) == (agreed, False)
    assert check.macro_f1 <= 1 / 3 + 1e-9
    sides = [Side.read(f"{folder}:{arm}") for arm in ("full", "less")]
    assert all(row.rubric is None or not row.rubric.trusted for side in sides for row in side.rows)
    comparison = compare(*sides)
    assert any(note.startswith("judge not trusted") for note in comparison.notes)
    gates = Gates.model_validate({"gate": [{"metric": "rubric", "min": -1000.0}]})
    verdict = judge_gates(gates, comparison)
    assert not verdict.passed
    assert "not trusted" in verdict.judgements[0].says
    report = (folder / "report.html").read_text(encoding="utf-8")
    assert "JUDGE NOT TRUSTED" in report
    assert f"{agreed} of {KNOWN}" in report


def test_a_judge_that_can_say_nothing_fails_every_gate(folder: Path, site: Settings, server: ModelServer) -> None:
    server.reply = invents
    judged(folder, with_judge(site, server))
    comparison = compare(*(Side.read(f"{folder}:{arm}") for arm in ("full", "less")))
    verdict = judge_gates(Gates.model_validate({"gate": [{"metric": "rubric", "max_decrease": 1.0}]}), comparison)
    assert verdict.judgements[0].n == 0
    assert not verdict.passed


def test_who_is_only_checked_takes_nobodys_place(folder: Path, site: Settings, server: ModelServer) -> None:
    judged(folder, with_judge(site, server))
    before = (folder / "summary.json").read_text(encoding="utf-8")
    judged(folder, with_judge(site, server, model="judge-2"), check_only=True)
    assert len(json.loads((folder / "judge.json").read_text(encoding="utf-8"))["judges"]) == 2
    assert (folder / "summary.json").read_text(encoding="utf-8") == before


def test_a_judge_that_obeys_the_plan_is_not_trusted_however_good_it_is(
    folder: Path, site: Settings, server: ModelServer
) -> None:
    hostile = {one.criterion for one in known_answers() if one.trap == "hostile" and one.verdict == "not-met"}
    honest = Honest()
    server.reply = lambda body: says_met(body) if asked(body)[1] in hostile else honest(body)
    check, _ = judged(folder, with_judge(site, server))
    assert check.agreement > 0.9
    assert not check.trusted
    assert check.doubt == "it missed most of a kind: hostile 3 of 5"


def test_another_model_behind_the_same_name_is_not_the_judge_that_was_checked(
    folder: Path, site: Settings, server: ModelServer
) -> None:
    judged(folder, with_judge(site, server))
    for line in lines(folder):
        line["served"] = ["judge-1-next"]
        with (folder / "judged.jsonl").open("a", encoding="utf-8") as file:
            file.write(f"{json.dumps(line)}\n")
    assert {row.rubric.trusted for row in Side.read(f"{folder}:full").rows if row.rubric} == {False}


def test_a_server_that_dies_loses_no_row_and_the_next_run_asks_the_rest(
    folder: Path, site: Settings, server: ModelServer
) -> None:
    undisturbed = folder.with_name("undisturbed")
    shutil.copytree(folder, undisturbed)
    settings = with_judge(site, server, limits={"concurrency": 2})
    judged(undisturbed, settings)
    whole = server.calls
    server.calls = 0
    server.faults = lambda number, body: Fault("reset") if number > KNOWN + 5 else None
    _, progress = judged(folder, settings)
    assert len(lines(folder)) == 4
    assert progress.unanswered > 0
    kept = sum(verdict is not None for verdict, _ in verdicts(folder))
    assert {why for verdict, why in verdicts(folder) if verdict is None} <= {"connection", "circuit-open"}
    assert kept >= 5

    server.faults, server.calls = {}, 0
    _, again = judged(folder, settings)
    assert again.unanswered == 0
    assert server.calls == whole - KNOWN - 5
    assert (folder / "summary.json").read_text() == (undisturbed / "summary.json").read_text()


def test_a_run_that_is_killed_goes_on_where_it_stopped(folder: Path, site: Settings, server: ModelServer) -> None:
    settings = with_judge(site, server, limits={"concurrency": 1})

    async def stopped(results: Results) -> None:
        judge = pinned_judge("j", settings, results)
        enough = asyncio.Event()
        tell = lambda progress: enough.set() if progress.asked >= KNOWN + 3 else None  # noqa: E731
        task = asyncio.ensure_future(judge_folder(results, judge, settings=settings, tell=tell))
        await enough.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await judge.close()

    with Results(folder) as results:
        asyncio.run(stopped(results))
    with (folder / "judged.jsonl").open("ab") as file:
        file.write(b'{"case": "torn')
    before = server.calls
    _, progress = judged(folder, settings)
    assert progress.asked <= 22 - 2
    assert server.calls - before == progress.asked
    assert len(lines(folder)) == 4


def test_without_an_answer_to_the_known_questions_nothing_is_judged(
    folder: Path, site: Settings, server: ModelServer
) -> None:
    server.faults = lambda number, body: Fault("status", status=503)
    with pytest.raises(ConsultationError, match="nothing was judged"):
        judged(folder, with_judge(site, server))
    assert not (folder / "judged.jsonl").exists()
    assert not (folder / "judge.json").exists()


def test_arms_are_compared_pair_by_pair_and_the_worse_one_fails_a_gate(
    folder: Path, site: Settings, server: ModelServer
) -> None:
    """Without its specialty the plan says nothing of iron deficiency any more."""

    class Reads(Honest):
        def of_plan(self, plan: str, criterion: str) -> str:
            return (
                "met"
                if "iron deficiency anaemia as likely" in criterion and "iron deficiency anaemia**" in plan
                else "not-met"
            )

    server.reply = Reads()
    judged(folder, with_judge(site, server))
    comparison = compare(Side.read(f"{folder}:full"), Side.read(f"{folder}:less"))
    found = next(one for one in comparison.overall if one.metric == "rubric")
    assert (found.n, found.not_judged, found.lost, found.gained) == (2, 1, 1, 0)
    assert found.difference == pytest.approx(-5 / 19 / 2)
    change = next(one for one in comparison.changed if one.case == RUBRICS[0])
    assert "rubric" in change.what
    assert "rubric" in change.lost
    gates = Gates.model_validate({"gate": [{"metric": "rubric", "max_loss": 0}]})
    assert not judge_gates(gates, comparison).passed
    assert judge_gates(gates, compare(Side.read(f"{folder}:full"), Side.read(f"{folder}:full"))).passed


def test_other_judges_and_other_rubrics_are_not_compared(folder: Path, site: Settings, server: ModelServer) -> None:
    other = folder.with_name("other")
    shutil.copytree(folder, other)
    judged(folder, with_judge(site, server))
    judged(other, with_judge(site, server, model="judge-2"))
    comparison = compare(Side.read(f"{folder}:full"), Side.read(f"{other}:full"))
    found = next(one for one in comparison.overall if one.metric == "rubric")
    assert found.n == 0
    assert any("another judge" in note for note in comparison.notes)
    gates = Gates.model_validate({"gate": [{"metric": "rubric", "max_loss": 0, "unjudged": "fail"}]})
    assert not judge_gates(gates, comparison).passed


def test_verdicts_of_another_folder_are_used_again(folder: Path, site: Settings, server: ModelServer) -> None:
    other = folder.with_name("other")
    shutil.copytree(folder, other)
    settings = with_judge(site, server)
    judged(folder, settings)
    before = server.calls
    with Results(folder) as known:
        judged(other, settings, others=[known])
    assert server.calls - before == KNOWN
    assert by_pair(other) == by_pair(folder)


def test_a_changed_rubric_asks_only_what_is_new(folder: Path, site: Settings, server: ModelServer) -> None:
    settings = with_judge(site, server)
    judged(folder, settings)
    before = server.calls
    with Results(folder) as results:
        hashes = {row.case: row.case_hash for row in results.rows()}
        new = Criterion(criterion="方案用词简明。", points=1, axis="communication")
        old = Criterion(criterion="方案指出血钾可能因标本未及时分离而假性升高。", points=50)
        keep_rubric(results, hashes[RUBRICS[1]], [old, new])
    judged(folder, settings)
    assert server.calls - before == 1
    assert (lines(folder)[-1]["of"], lines(folder)[-1]["points"]) == (51, 50)


def test_lines_hold_no_word_of_plan_or_criterion(folder: Path, site: Settings, server: ModelServer) -> None:
    judged(folder, with_judge(site, server))
    text = (folder / "judged.jsonl").read_text(encoding="utf-8") + (folder / "judge.json").read_text(encoding="utf-8")
    plan = asked(server.requests[-1].body)[0]
    assert longest_line(plan)[:20] not in text
    assert "The plan" not in text
    assert "血钾" not in text


def test_a_recorded_judgement_is_given_again_without_a_server(
    folder: Path, site: Settings, server: ModelServer, tmp_path: Path
) -> None:
    again = folder.with_name("again")
    shutil.copytree(folder, again)
    settings = with_judge(site, server, limits={"concurrency": 1})
    judged(folder, settings)
    (recording,) = (folder / "documents" / "judged").glob("*.jsonl")
    kept = {"mode": "replay", "path": str(recording)}
    calls = server.calls
    judged(again, Settings.model_validate({**settings.model_dump(exclude_unset=True), "recording": kept}))
    assert server.calls == calls
    assert by_pair(again) == by_pair(folder)


def test_a_strict_site_sends_no_plan_that_may_name_somebody(
    folder: Path, site: Settings, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = lambda case, detectors: [Doubt("name", 1)]  # noqa: E731
    monkeypatch.setattr("consult.replay._rubrics.folder.doubts", found)
    strict = Settings.model_validate(
        {
            **with_judge(site, server).model_dump(exclude_unset=True),
            "privacy": {"strict": True},
        }
    )
    _, progress = judged(folder, strict)
    assert server.calls == KNOWN
    assert set(verdicts(folder)) == {(None, "withheld")}
    assert progress.unanswered == 0


def test_a_folder_without_rubrics_says_what_to_do(folder: Path, site: Settings, server: ModelServer) -> None:
    shutil.rmtree(folder / "documents" / "rubrics")
    with pytest.raises(UsageError, match=r"no case of this replay has a rubric"):
        judged(folder, with_judge(site, server))
    assert server.calls == 0


def test_a_judge_is_a_model_of_the_settings_and_has_no_fallback(site: Settings, server: ModelServer) -> None:
    with pytest.raises(SettingsError, match="no model 'nobody' to judge; .* has j"):
        Judge("nobody", with_judge(site, server))
    assert Judge("j", with_judge(site, server, fallback=["rules"])).settings.fallback == ("rules",)
