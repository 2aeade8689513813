"""Our scorers for Inspect: the share of what a case expects, unscored where it expects nothing of the kind."""

from __future__ import annotations

from collections.abc import Callable

from inspect_ai.scorer import Metric, SampleScore, Score, Scorer, Target, metric, scorer, stderr
from inspect_ai.solver import TaskState
from panel_site import Site, site
from solvers import CONSULTATION

from consult.replay import Expected, Tally, score
from consult.replay import Score as Scored
from consult.review import Consultation

EXPECTED = "expected"
"""Key of a sample's metadata: what `expected.toml` says; None where nobody said."""
_NOT_ASKED = "the case says nothing of the kind"


@metric
def share() -> Metric:
    """Mean of the samples that could be judged; NaN where none could, which is not zero."""

    def of(scores: list[SampleScore]) -> float:
        return sum(one.score.as_float() for one in scores) / len(scores) if scores else float("nan")

    return of


@metric
def n() -> Metric:
    """How many samples could be judged."""

    def of(scores: list[SampleScore]) -> float:
        return float(len(scores))

    return of


METRICS = [share(), stderr(), n()]


@scorer(metrics=METRICS)
def condition_first(arm: str = "panel", home: str | None = None, config: str | None = None) -> Scorer:
    """Whether an expected condition stands first."""
    return _scorer(lambda tally: (tally.first1, tally.first1_of), "first 1", site(arm, home, config))


@scorer(metrics=METRICS)
def condition_among_3(arm: str = "panel", home: str | None = None, config: str | None = None) -> Scorer:
    """Expected conditions among the first three."""
    return _scorer(lambda tally: (tally.first3, tally.first3_of), "first 3", site(arm, home, config))


@scorer(metrics=METRICS)
def alerts_found(arm: str = "panel", home: str | None = None, config: str | None = None) -> Scorer:
    """Expected alerts that were raised."""
    return _scorer(lambda tally: (tally.alerts, tally.alerts_of), "alert missed", site(arm, home, config))


@scorer(metrics=METRICS)
def next_tests(arm: str = "panel", home: str | None = None, config: str | None = None) -> Scorer:
    """Expected next tests that were asked for."""
    return _scorer(lambda tally: (tally.next, tally.next_of), "next test", site(arm, home, config))


@scorer(metrics=METRICS)
def harmless(arm: str = "panel", home: str | None = None, config: str | None = None) -> Scorer:
    """1 where nothing forbidden is said and no alert is false."""

    def counted(tally: Tally) -> tuple[int, int]:
        return int(not tally.forbidden and not tally.false_alerts), 1

    return _scorer(counted, "forbidden|false alert", site(arm, home, config))


@scorer(metrics=METRICS)
def supported() -> Scorer:
    """Statements that the case or the literature bears out; needs no expectation."""

    async def of(state: TaskState, target: Target) -> Score:
        checked = _consultation(state).verification
        if not checked.checked:
            return Score.unscored(explanation="the plan states nothing")
        wrong = len(checked.unsupported)
        return Score(value=1 - wrong / checked.checked, explanation=f"{wrong} of {checked.checked} unsupported")

    return of


def _scorer(counted: Callable[[Tally], tuple[int, int]], kinds: str, where: Site) -> Scorer:
    async def of(state: TaskState, target: Target) -> Score:
        if state.metadata[EXPECTED] is None:
            return Score.unscored(explanation="the case has no expectations")
        scored = score(_consultation(state), Expected.model_validate(state.metadata[EXPECTED]), where.library)
        found, asked = counted(scored.tally)
        if not asked:
            return Score.unscored(explanation=_NOT_ASKED)
        return Score(value=found / asked, explanation=_missed(scored, kinds) or "all of it")

    return of


def _missed(scored: Scored, kinds: str) -> str:
    return "; ".join(str(miss) for miss in scored.misses if miss.kind in kinds.split("|"))


def _consultation(state: TaskState) -> Consultation:
    return Consultation.model_validate(state.store.get(CONSULTATION))
