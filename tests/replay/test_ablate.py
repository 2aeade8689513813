"""Counterfactuals as a whole: real rules, real rows; what moves without a fact or a specialty, and what must not."""

from __future__ import annotations

import asyncio
import json
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from consult.errors import UsageError
from consult.replay import (
    Ablate,
    Ablation,
    Estimate,
    Options,
    Results,
    Row,
    ablate,
    arms_of,
    is_ablated,
    read_ablation,
    replay,
    request,
)
from consult.replay._ablation import Block, LeftOut, Support
from consult.replay._index import RowIndex
from consult.replay._row import RowProblem, RowVariant
from consult.replay._run import Ended
from consult.settings import Settings
from consult.testing import ModelServer, PanelModel

CASES = Path(__file__).resolve().parents[2] / "evals" / "cases"
IRON = "hem-iron-deficiency-pneumonia"
ALONE = Options(concurrency=1)


@pytest.fixture(scope="module")
def iron(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One case: iron deficiency behind a pneumonia."""
    folder = tmp_path_factory.mktemp("iron")
    shutil.copytree(CASES / IRON, folder / IRON)
    return folder


@pytest.fixture(scope="module")
def left_out(iron: Path, site: Settings, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which everything was left out of it, one at a time."""
    folder = tmp_path_factory.mktemp("out")
    with Results(folder) as results:
        run_whole(iron, results, site)
        for what in ("specialties", "facts", "facts=normal"):
            leave_out(iron, results, site, what)
    return folder


def run_whole(cases: Path, results: Results, site: Settings, *arms: str, options: Options = ALONE) -> None:
    asyncio.run(replay(cases, results, arms_of(arms, site), settings=site, options=options))


def leave_out(
    cases: Path, results: Results, site: Settings, what: Ablate, *arms: str, options: Options = ALONE, **more: Any
) -> tuple[Ended, Ablation]:
    chosen = arms_of(arms, site)
    return asyncio.run(ablate(cases, results, chosen, what=what, settings=site, options=options, **more))


def block(folder: Path, kind: str, arm: str = "panel") -> Block:
    return next(one for one in read_ablation(folder).blocks if (one.kind, one.arm) == (kind, arm))


def thing(of: Block, what: str) -> LeftOut:
    return next(one for one in of.left_out if one.what == what)


def changes(of: Block, what: str) -> dict[tuple[str, str], dict[str, int]]:
    return {(one.part, one.concept): dict(one.changes) for one in thing(of, what).effects}


def support(of: Block, part: str, concept: str) -> Support:
    return next(one for one in of.conclusions if (one.part, one.concept) == (part, concept))


def below(folder: Path) -> list[Row]:
    return [Row.model_validate_json(line) for line in (folder / "ablation" / "results.jsonl").read_bytes().splitlines()]


def test_without_ferritin_there_is_no_iron_deficiency_and_ferritin_is_asked_for(left_out: Path) -> None:
    facts = block(left_out, "without")
    assert changes(facts, "ferritin")["condition", "iron-deficiency-anaemia"] == {"lost": 1}
    assert thing(facts, "ferritin").asked_again == 1
    assert ("condition", "pulmonary-embolism") not in changes(facts, "ferritin")
    assert changes(facts, "ddimer")["condition", "pulmonary-embolism"] == {"lost": 1}


def test_a_conclusion_says_on_how_much_it_rests(left_out: Path) -> None:
    facts = block(left_out, "without")
    iron = support(facts, "condition", "iron-deficiency-anaemia")
    assert (iron.plans, iron.judged, iron.stands, iron.one, iron.several) == (1, 1, 0, 0, 1)
    alone = support(facts, "condition", "hypoxaemic-respiratory-failure")
    assert (alone.one, alone.alone) == (1, {"spo2": 1})


def test_what_is_cited_and_moves_nothing_is_idle(left_out: Path) -> None:
    facts = block(left_out, "without")
    idle = {one.what for one in facts.left_out if one.idle}
    assert idle
    assert all(not thing(facts, what).effects for what in idle)
    assert all(one.idle <= one.cited <= one.variants for one in facts.left_out)
    assert "ferritin" not in idle


def test_a_fact_that_no_conclusion_cites_is_not_left_out(left_out: Path) -> None:
    assert "urea" not in {one.what for one in block(left_out, "without").left_out}


def test_a_normal_result_denies_where_a_missing_one_asks(left_out: Path) -> None:
    changed = block(left_out, "normal")
    assert changes(changed, "ferritin")["condition", "iron-deficiency-anaemia"] == {"lost": 1}
    assert thing(changed, "ferritin").asked_again == 0


def test_without_a_specialty_its_conclusions_are_lost_and_no_others(left_out: Path) -> None:
    without = block(left_out, "without-specialty")
    assert {one.what for one in without.left_out} == {"laboratory", "hematology", "respiratory"}
    assert changes(without, "respiratory")["condition", "hypoxaemic-respiratory-failure"] == {"lost": 1}
    assert changes(without, "respiratory")["alert", "RSP50"] == {"lost": 1}
    assert changes(without, "respiratory").get(("condition", "iron-deficiency-anaemia")) != {"lost": 1}
    assert changes(without, "hematology")["condition", "iron-deficiency-anaemia"] == {"lost": 1}
    saved = thing(without, "hematology").saved
    assert saved is not None
    assert saved.scored == 1
    assert saved.misses_more > 0


def test_rows_of_variants_stand_by_themselves(left_out: Path, iron: Path, site: Settings, tmp_path: Path) -> None:
    with Results(tmp_path / "plain") as results:
        run_whole(iron, results, site)
        assert (results.folder / "summary.json").read_bytes() == (left_out / "summary.json").read_bytes()
    assert [row.variant for row in RowIndex.read(left_out).rows()] == [None]
    rows = below(left_out)
    assert all(row.variant is not None for row in rows)
    assert {row.variant.kind for row in rows if row.variant} == {"without", "normal", "without-specialty"}
    whole = next(RowIndex.read(left_out).rows())
    assert {row.variant.case for row in rows if row.variant} == {whole.case_hash}
    assert len({(row.case_hash, row.arm_hash) for row in rows}) == len(rows)
    kept = [row for row in rows if row.document]
    assert {row.variant.kind for row in kept if row.variant} == {"without-specialty"}
    assert all((left_out / "ablation" / row.document).is_file() for row in kept)


def test_a_part_of_a_run_is_finished_and_a_finished_one_is_not_run_again(
    left_out: Path, iron: Path, site: Settings, tmp_path: Path
) -> None:
    shutil.copytree(left_out, folder := tmp_path / "out")
    rows = folder / "ablation" / "results.jsonl"
    lines = rows.read_bytes().splitlines(keepends=True)
    rows.write_bytes(b"".join(lines[:-6]) + lines[-6][:40])  # killed within a line
    before = (folder / "ablation.json").read_bytes()
    with Results(folder) as results:
        ended, _ = leave_out(iron, results, site, "facts=normal")
        assert ended.progress.done == 6
        assert (folder / "ablation.json").read_bytes() == before
        again, _ = leave_out(iron, results, site, "facts=normal")
        assert again.progress.done == 0
    asked = request(iron, arms_of([], site), ALONE)
    assert is_ablated(folder, asked, ["facts=normal"], 20)
    assert not is_ablated(folder, asked, ["facts=normal"], 3)


def test_nothing_depends_on_processes_or_order(iron: Path, site: Settings, tmp_path: Path) -> None:
    found = []
    for name, places in (("one", 1), ("two", 2)):
        with Results(tmp_path / name) as results:
            run_whole(iron, results, site)
            leave_out(iron, results, site, "facts", options=Options(concurrency=places), limit=6)
            found.append((results.folder / "ablation.json").read_bytes())
    assert found[0] == found[1]


def test_what_the_limit_leaves_untried_is_said_and_not_judged(iron: Path, results: Results, site: Settings) -> None:
    run_whole(iron, results, site)
    said: list[Estimate] = []
    _, found = leave_out(iron, results, site, "facts", limit=2, expect=said.append)
    (only,) = found.blocks
    assert (only.variants, only.cut, only.cases) == (2, 1, 1)
    assert {one.judged for one in only.conclusions} == {0}
    assert (said[0].variants, said[0].cut, said[0].calls) == (2, 1, 0)


def test_a_variant_that_fails_is_a_row_and_spoils_no_judgement(
    iron: Path, results: Results, site: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from consult.panel import Rehearsal

    run_whole(iron, results, site)
    draft = Rehearsal.draft

    async def breaks(self: Rehearsal, case: Any, **more: Any) -> Any:
        if not any(seen.analyte == "ferritin" for seen in case.observations):
            raise RuntimeError("9 ug/L")
        return await draft(self, case, **more)

    monkeypatch.setattr(Rehearsal, "draft", breaks)
    ended, found = leave_out(iron, results, site, "facts")
    (only,) = found.blocks
    assert (ended.progress.failed, only.failed, only.cut) == (1, 1, 1)
    assert thing(only, "ferritin").variants == 0
    assert {one.judged for one in only.conclusions} == {0}
    (failed,) = [row for row in below(results.folder) if row.status == "failed"]
    assert failed.error == "RuntimeError"


def test_models_are_asked_once_more_with_nothing_left_out(iron: Path, results: Results, site: Settings) -> None:
    price = {"input": 2, "output": 8, "currency": "CNY"}
    with ModelServer(PanelModel()) as server:
        model = {"provider": "openai", "base_url": server.base_url, "model": "test", "retries": 0, "price": price}
        more = {"models": {"m": model}, "agents": {"default": {"model": "m"}}}
        asking = Settings.model_validate(site.model_dump(exclude_unset=True) | more)
        options = Options(concurrency=4)
        run_whole(iron, results, asking, options=options)
        (whole,) = results.rows()
        said: list[Estimate] = []
        _, found = leave_out(iron, results, asking, "specialties", options=options, expect=said.append)
        (only,) = found.blocks
        assert only.control is not None
        assert (only.control.pairs, only.control.moved) == (1, 0)
        saved = thing(only, "respiratory").saved
        assert saved is not None
        assert saved.calls >= 1
        assert Decimal(saved.cost) > 0
        assert said[0].variants == 4
        assert said[0].calls == 4 * whole.usage.calls
        spent = Decimal(whole.usage.cost) + sum(Decimal(row.usage.cost) for row in below(results.folder))
        stopped, _ = leave_out(
            iron, results, asking, "facts", options=Options(concurrency=1, budget=spent * Decimal("1.01"))
        )
        assert stopped.out_of_budget
        assert stopped.progress.done == 0


def test_there_must_be_a_replay_of_the_arms_first(iron: Path, results: Results, site: Settings, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no results"):
        leave_out(iron, results, site, "facts")
    run_whole(iron, results, site)
    (arms := tmp_path / "arms.toml").write_text('[arms.b]\nengine = "rules"\n', encoding="utf-8")
    with pytest.raises(UsageError, match="replay the cases first"):
        leave_out(iron, results, site, "facts", str(arms))


def test_an_arm_of_one_has_no_specialty_to_leave_out(iron: Path, results: Results, site: Settings) -> None:
    run_whole(iron, results, site)
    with ModelServer(PanelModel()) as server:
        model = {"provider": "openai", "base_url": server.base_url, "model": "test"}
        more = {"models": {"m": model}, "agents": {"default": {"model": "m"}}}
        asking = Settings.model_validate(site.model_dump(exclude_unset=True) | more)
        with pytest.raises(UsageError, match="several specialties"):
            leave_out(iron, results, asking, "specialties", "single")


def test_rows_from_before_an_arm_changed_are_not_counted(
    iron: Path, results: Results, site: Settings, tmp_path: Path
) -> None:
    arms = tmp_path / "arms.toml"
    for disabled in ("LAB31", "HEM03"):
        arms.write_text(f'[arms.a]\nengine = "rules"\nrules = {{ disabled = ["{disabled}"] }}\n', encoding="utf-8")
        run_whole(iron, results, site, str(arms))
        _, found = leave_out(iron, results, site, "specialties", str(arms))
    (only,) = found.blocks
    assert (only.cases, only.variants) == (1, 3)
    assert len(below(results.folder)) == 6


def test_nothing_that_names_the_patient_is_written(tmp_path: Path, results: Results, site: Settings) -> None:
    told = [
        {"name": "Quxley ferritin", "code": {"system": "99LAB", "code": "7700123"}, "value": "9", "unit": "ug/L"},
        {"name": "Hemoglobin", "value": "60", "unit": "g/L"},
        {"name": "Potassium", "value": "7.1", "unit": "mmol/L"},
    ]
    case = {
        "id": "Quxley-Zorbana",
        "identity": {"name": "Zorbana Quxley", "identifiers": ["7700123"]},
        "patient": {"sex": "male", "age_years": 50},
        "history": "Zorbana Quxley has COPD.",
        "observations": told,
    }
    (path := tmp_path / "case.json").write_text(json.dumps(case), encoding="utf-8")
    run_whole(path, results, site)
    _, found = leave_out(path, results, site, "facts")
    assert found.blocks[0].variants >= 2
    files = [path for path in results.folder.rglob("*") if path.is_file() and path.suffix != ".gz"]
    kept = b"".join(path.read_bytes() for path in files).lower()
    assert b"quxley" not in kept
    assert b"7700123" not in kept


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_report_has_a_section_of_its_own(left_out: Path, site: Settings, language: Any) -> None:
    from datetime import UTC, datetime

    from consult.panel import Library
    from consult.replay._report import Names, report_html

    with Results(left_out) as results:
        names = Names(language, Library.load(site))
        html = report_html(results, RowIndex.read(left_out), at=datetime(2026, 1, 1, tzinfo=UTC), names=names)
    section = html[html.index('<section id="ablation">') :]
    assert ("iron deficiency anaemia" if language == "en" else "缺铁性贫血") in section
    assert html.count('href="#ablation"') == 1


def test_a_report_without_anything_left_out_has_no_such_section(iron: Path, results: Results, site: Settings) -> None:
    run_whole(iron, results, site)
    assert "ablation" not in (results.folder / "report.html").read_text("utf-8")


def test_an_arm_that_changed_since_is_not_shown(left_out: Path, tmp_path: Path) -> None:
    shutil.copytree(left_out, folder := tmp_path / "out")
    path = folder / "ablation.json"
    path.write_text(path.read_text("utf-8").replace(block(folder, "without").arm_hash, "0" * 64), encoding="utf-8")
    from consult.replay._report.ablation import ablations
    from consult.replay._report.names import Names

    assert ablations(read_ablation(folder), dict(RowIndex.read(folder).hashes), Names("en")) is None
    path.write_text('{"schema": 99}', encoding="utf-8")
    assert read_ablation(folder) == Ablation()


def test_moves_are_of_conclusions_by_part_and_change() -> None:
    from consult.replay._moves import moves

    def plan(*problems: tuple[str, str], missing: tuple[str, ...] = ()) -> Row:
        held = [RowProblem(concept=one, likelihood=how, severity="standard") for one, how in problems]  # type: ignore[arg-type]
        return Row(case="a", case_hash="a", arm="b", arm_hash="b", status="ok", problems=held, missing=list(missing))

    whole = plan(("a", "likely"), ("b", "possible"), ("c", "possible"), ("unexplained-abnormal-results", "confirmed"))
    variant = plan(("c", "possible"), ("a", "possible"), ("d", "likely"), missing=("x",))
    assert set(moves(whole, variant)) == {
        ("condition", "a", "weaker"),
        ("condition", "b", "lost"),
        ("condition", "d", "new"),
        ("condition", "c", "moved"),
        ("missing", "x", "new"),
    }
    assert moves(whole, whole) == []


def test_a_row_says_what_it_is_a_variant_of() -> None:
    told = RowVariant(kind="without", what="ferritin", case="a", arm="panel", arm_hash="b", cited=2, of=5)
    row = Row(case="a", case_hash="a", arm="panel", arm_hash="b", status="ok", variant=told)
    assert Row.model_validate_json(row.model_dump_json()).variant == told
