"""The gate: every limit at, below and above its border; what could not be judged; what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from replay_rows import folder_of, problem, row, scored, spent

from consult.errors import UsageError
from consult.replay import Gates, Judgement, Row, Side, Verdict, compare, judge_gates

DEFAULT = Path(__file__).resolve().parents[2] / "evals" / "suites" / "gate.toml"


def verdict(folder: Path, gates: Gates, before: list[Row], after: list[Row]) -> Verdict:
    sides = [Side.read(str(folder_of(folder / name, *rows))) for name, rows in (("a", before), ("b", after))]
    return judge_gates(gates, compare(*sides))


def judged(folder: Path, before: list[Row], after: list[Row], **limit: Any) -> Judgement:
    return verdict(folder, Gates.model_validate({"gate": [limit]}), before, after).judgements[0]


def firsts(right: int, of: int, **more: Any) -> list[Row]:
    """So many cases, the first of which are right."""
    return [scored(f"c{number:03}", first=number < right, **more) for number in range(of)]


def test_a_loss_counts_cases_and_not_what_they_gained_elsewhere(tmp_path: Path) -> None:
    before = [scored("x", first=True), scored("y", first=False), scored("z", first=True)]
    after = [scored("x", first=False), scored("y", first=True), scored("z", first=True)]
    assert judged(tmp_path, before, after, metric="first-1", max_loss=1).outcome == "passed"
    failed = judged(tmp_path, before, after, metric="first-1", max_loss=0)
    assert (failed.outcome, failed.fails, failed.n, failed.cases) == ("failed", True, 3, ["x"])
    assert failed.says == "1 of 3 cases lost, 0 allowed: x"


@pytest.mark.parametrize(
    ("limit", "passes"),
    [
        ({"min": 0.7}, True),
        ({"min": 0.71}, False),
        ({"max": 0.7}, True),
        ({"max": 0.69}, False),
        ({"max_decrease": 0.1}, True),
        ({"max_decrease": 0.09}, False),
        ({"max_decrease": "12.5%"}, True),
        ({"max_decrease": "12.4%"}, False),
    ],
)
def test_a_limit_holds_at_its_border(tmp_path: Path, limit: dict[str, Any], passes: bool) -> None:
    """Eight of ten are right before, seven after."""
    found = judged(tmp_path, firsts(8, 10), firsts(7, 10), metric="first-1", **limit)
    assert (found.outcome == "passed") is passes


def test_money_may_rise_by_a_part(tmp_path: Path) -> None:
    before, after = ([row(f"c{n}", usage=spent(cost)) for n in range(4)] for cost in ("0.10", "0.12"))
    assert judged(tmp_path, before, after, metric="cost", max_increase="20%").outcome == "passed"
    failed = judged(tmp_path, before, after, metric="cost", max_increase="19%")
    assert failed.says.startswith("0.1 → 0.12 over 4 cases, 19% more allowed")
    assert judged(tmp_path, after, before, metric="cost", max_increase=0).outcome == "passed"


def test_what_could_not_be_judged_is_neither_passed_nor_failed(tmp_path: Path) -> None:
    rows = [row("x"), row("y")]
    found = judged(tmp_path, rows, rows, metric="first-1", max_loss=0)
    assert (found.outcome, found.fails, found.n) == ("unjudged", False, 0)
    assert found.says == "0 cases could be judged, 1 are needed"
    strict = judged(tmp_path, rows, rows, metric="first-1", max_loss=0, unjudged="fail")
    assert (strict.outcome, strict.fails) == ("unjudged", True)
    few = judged(tmp_path, firsts(5, 9), firsts(5, 9), metric="first-1", max_loss=0, min_cases=10)
    assert (few.outcome, few.n) == ("unjudged", 9)


def test_a_gate_speaks_of_the_cases_that_it_names(tmp_path: Path) -> None:
    before = [scored("x", first=True, group="hlh", language="zh"), scored("y", first=True, group="hlh", language="en")]
    after = [scored("x", first=True, group="hlh", language="zh"), scored("y", first=False, group="hlh", language="en")]
    limit = {"metric": "first-1", "max_loss": 0, "group": "hlh"}
    assert judged(tmp_path, before, after, **limit).fails
    found = judged(tmp_path, before, after, **limit, language="zh")
    assert (found.outcome, found.n, found.about) == ("passed", 1, "first-1 (hlh, zh)")
    assert judged(tmp_path, before, after, **limit, specialty="respiratory").outcome == "unjudged"


def test_significance_is_one_sided_and_adjusted(tmp_path: Path) -> None:
    """Five losses of five are one in 32 by chance; a second such gate halves what is left to each."""
    before, after = firsts(20, 20), firsts(15, 20)
    one = {"metric": "first-1", "max_loss": 0, "significant_only": True}
    alone = judged(tmp_path, before, after, **one)
    assert (alone.outcome, alone.p) == ("failed", 1 / 32)
    other = {**one, "metric": "wholly-met"}
    both = verdict(tmp_path, Gates.model_validate({"gate": [one, other]}), before, after)
    assert [(judgement.outcome, judgement.p) for judgement in both.judgements] == [("passed", 2 / 32)] * 2
    assert "chance explains it" in both.judgements[0].says
    better = judged(tmp_path, after, before, **one)
    assert (better.outcome, better.p) == ("passed", 1)


def test_rules_do_not_throw_dice(tmp_path: Path) -> None:
    """One case worse is chance where a model has a say on one side, and a fact where rules alone do."""
    limit = {"metric": "first-1", "max_decrease": 0, "significant_only": "models"}
    assert judged(tmp_path, firsts(9, 10), firsts(8, 10), **limit).fails
    assert not judged(tmp_path, firsts(9, 10), firsts(8, 10, engine="m"), **limit).fails
    assert judged(tmp_path, firsts(10, 10), firsts(2, 10, engine="m"), **limit).fails


def test_a_clean_slate_stays_clean(tmp_path: Path) -> None:
    """The first unsupported statement fails; where there were some before, chance may put them elsewhere."""
    limit = {"metric": "unsupported-statements", "max_increase": 0, "significant_only": "unless-clean"}
    clean = [row(f"c{n}", engine="m") for n in range(20)]
    one = [row(f"c{n}", engine="m", unsupported=int(n == 3)) for n in range(20)]
    elsewhere = [row(f"c{n}", engine="m", unsupported=int(n in {5, 6})) for n in range(20)]
    many = [row(f"c{n}", engine="m", unsupported=2) for n in range(20)]
    assert judged(tmp_path, clean, one, **limit).fails
    assert not judged(tmp_path, one, elsewhere, **limit).fails
    assert judged(tmp_path, one, many, **limit).fails


def test_cases_that_are_not_there_have_a_gate_of_their_own(tmp_path: Path) -> None:
    rows = [row("x"), row("y"), row("z")]
    found = judged(tmp_path, rows, rows[:1], metric="missing-cases", max_loss=1)
    assert (found.outcome, found.cases, found.n) == ("failed", ["y", "z"], 3)
    assert judged(tmp_path, rows[:1], rows, metric="missing-cases", max_loss=0).outcome == "passed"


def test_a_change_that_should_change_nothing_can_be_held_to_it(tmp_path: Path) -> None:
    before = [row("x", missing=["k"]), row("y", alerts=["k"], language="zh")]
    after = [row("x"), row("y", alerts=["k", "plt"], language="zh")]
    found = judged(tmp_path, before, after, metric="changed-cases", max_loss=0)
    assert (found.outcome, found.cases, found.n) == ("failed", ["y"], 2)
    assert judged(tmp_path, before, after, metric="changed-cases", max_loss=0, language="en").outcome == "unjudged"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[[gate]]\nmetric = 'first-1'\nmax_lost = 0", "gate 1: 'max_lost' is no key; there are metric, specialty"),
        ("alfa = 1\n[[gate]]\nmetric = 'first-1'\nmax_loss = 0", "'alfa' is no key; there are alpha, gate"),
        ("[[gate]]\nmetric = 'firsts'\nmax_loss = 0", "gate 1: there is no metric 'firsts'; there are alerts-found"),
        ("[[gate]]\nmetric = 'process.fact-lost'\nmax_loss = 0", "gate 1: there is no metric 'process.fact-lost'"),
        ("[[gate]]\nmetric = 'first-1'", "gate 1: a gate needs one of max_loss, min"),
        ("[[gate]]\nmetric = 'first-1'\nmax_loss = -1", "gate 1, max_loss: Input should be greater"),
        ("[[gate]]\nmetric = 'first-1'\nmax_increase = 0", "gate 1: more of first-1 is better: max_decrease says"),
        ("[[gate]]\nmetric = 'cost'\nmax_decrease = 0", "gate 1: less of cost is better: max_increase says"),
        ("[[gate]]\nmetric = 'first-1'\nmin = 0.5\nsignificant_only = true", "gate 1: significant_only goes with"),
        ("[[gate]]\nmetric = 'missing-cases'\nmax_loss = 0\nlanguage = 'zh'", "gate 1: missing-cases takes max_loss"),
        ("[[gate]]\nmetric = 'changed-cases'\nmin = 1", "gate 1: changed-cases takes max_loss"),
        ("[[gate]]\nmetric = 'first-1'\nmin = nan", "gate 1, min: Input should be a finite number"),
        ("[[gate]]\nmetric = 'cost'\nmax_increase = '10'", "gate 1, max_increase takes an amount, or a part such as"),
        ("[[gate]]\nmetric = 'cost'\nmax_increase = -1", "gate 1, max_increase takes an amount"),
        ("alpha = 2\n[[gate]]\nmetric = 'first-1'\nmax_loss = 0", "alpha: Input should be less than 1"),
        ("gate = []", "it has no [[gate]]"),
        ("", "it has no [[gate]]"),
        ("[[gate]", "is not TOML"),
    ],
)
def test_what_is_no_gate_is_refused_in_one_sentence(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "gate.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as refused:
        Gates.read(path)
    said = str(refused.value)
    assert said.startswith("the gate file")
    assert sentence in said
    assert "\n" not in said
    assert str(tmp_path) not in said


def test_a_gate_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes(b"\xff\xfe\x00")
    for name in ("absent", "latin", "."):
        with pytest.raises(UsageError, match="cannot be read"):
            Gates.read(tmp_path / name)


def test_the_default_gate_is_one(tmp_path: Path) -> None:
    gates = Gates.read(DEFAULT)
    rows = [*firsts(5, 9), row("unscored", alerts=["k"])]
    passed = verdict(tmp_path, gates, rows, rows)
    assert passed.passed
    assert {one.outcome for one in passed.judgements} <= {"passed", "unjudged"}


@pytest.mark.parametrize(
    ("what", "worse"),
    [
        ("missing-cases", None),
        ("failed", {"status": "failed"}),
        ("alerts-raised", {"alerts": []}),
        ("grave-conditions", {"problems": []}),
        ("unsupported-statements", {"unsupported": 1}),
        ("specialties", {"opinions": {"laboratory": "answered"}}),
        ("gaps", {"gaps": ["hematology"]}),
    ],
)
def test_the_default_gate_sees_one_case_that_is_worse(tmp_path: Path, what: str, worse: dict[str, Any] | None) -> None:
    """Of cases that say nothing of what they expect, answered by rules."""
    good = {
        "alerts": ["k"],
        "problems": [problem("sepsis", "possible", "high")],
        "opinions": {"laboratory": "answered", "hematology": "answered"},
    }
    before = [row(f"c{n}", **good) for n in range(5)]
    after = before[:-1] if worse is None else [*before[:-1], row("c4", **{**good, **worse})]
    found = verdict(tmp_path, Gates.read(DEFAULT), before, after)
    assert [one.about for one in found.judgements if one.outcome == "failed"] == [what]
    assert not found.passed


def test_nothing_to_judge_is_no_pass_of_the_default_gate(tmp_path: Path) -> None:
    failed = [row(f"c{n}", status="failed") for n in range(3)]
    assert not verdict(tmp_path, Gates.read(DEFAULT), failed, failed).passed
