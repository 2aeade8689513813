"""What is measured of a row, by name. A value is null where a row cannot be judged: never 0, never left out unsaid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from consult.plan import UNEXPLAINED
from consult.replay._row import Row
from consult.replay._scoring import AFFIRMED

Family = Literal["quality", "process", "cost"]
"""quality: of the plan; process: of the way to it; cost: money, calls, tokens and time."""
Things = Callable[[Row], "Counter[str]"]
RUBRIC = "rubric"
PROCESS = "process."
"""What stands before the name of a measure of process quality."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure of a row."""

    name: str
    says: str
    """What it means, one clause."""
    kind: Literal["binary", "numeric"]
    better: Literal["higher", "lower"]
    of: Callable[[Row], float | None]
    family: Family = "quality"
    expects: bool = False
    """Whether it can be judged only where a case says what it expects."""
    good: Things | None = None
    """What it counts, by name: what the first row has and the second has not is lost, whatever came instead."""
    bad: Things | None = None
    """The same of what should not be there: what only the second row has is a loss."""
    alike: Callable[[Row], object] | None = None
    """What must be the same of two rows if their figures are to be compared; none: nothing."""

    def lost(self, before: Row, after: Row) -> bool:
        """Whether something is worse in the second row. A case can lose one thing and gain another."""
        if self.good is not None:
            return bool(self.good(before) - self.good(after))
        if self.bad is not None:
            return bool(self.bad(after) - self.bad(before))
        old, new = self.of(before), self.of(after)
        return old is not None and new is not None and (new < old if self.better == "higher" else new > old)


def metrics_of(rows: Iterable[Row]) -> list[Metric]:
    """All metrics, with the process measures that any of the rows has, and rubrics where a judge gave points."""
    seen = list(rows)
    measures = sorted({measure for row in seen for measure in row.process})
    judged = any(row.rubric is not None for row in seen)
    metrics = [metric for metric in METRICS if judged or metric.name != RUBRIC]
    return [*metrics, *(process_metric(measure) for measure in measures)]


def metric_named(name: str) -> Metric | None:
    """The metric of this name; None: there is none."""
    if name.startswith(PROCESS) and len(name) > len(PROCESS):
        return process_metric(name.removeprefix(PROCESS))
    return next((metric for metric in METRICS if metric.name == name), None)


def process_metric(measure: str) -> Metric:
    """How often something went wrong on the way to the plan."""

    def count(row: Row) -> float | None:
        found = row.process.get(measure)
        return None if found is None else float(found)

    return Metric(f"{PROCESS}{measure}", measure.replace("-", " "), "numeric", "lower", count, family="process")


def _drafted(row: Row) -> bool:
    return row.status == "ok"


def _met(row: Row, found: int, of: int) -> float | None:
    """Whether all that was expected is there; null where nothing was, or where there is no plan."""
    return float(found == of) if _drafted(row) and row.scored and of else None


def _missed(row: Row, kind: str) -> Counter[str]:
    """What was expected and is not there; what stands there instead is not part of its name."""
    return Counter(miss.what.split("; there: ")[0] for miss in row.misses if miss.kind == kind)


def first1(row: Row) -> float | None:
    return _met(row, row.tally.first1, row.tally.first1_of)


def first3(row: Row) -> float | None:
    return _met(row, row.tally.first3, row.tally.first3_of)


def first5(row: Row) -> float | None:
    return _met(row, row.tally.first5, row.tally.first5_of)


def alerts_found(row: Row) -> float | None:
    return _met(row, row.tally.alerts, row.tally.alerts_of)


def alerts_false(row: Row) -> float | None:
    return float(row.tally.false_alerts) if _drafted(row) and row.scored and row.public is None else None


def alerts_raised(row: Row) -> float | None:
    """Where nobody said which alerts are right, all that were raised are held to be."""
    return float(_right_alerts(row).total()) if _drafted(row) else None


def _right_alerts(row: Row) -> Counter[str]:
    false = Counter(miss.what.split(" / ")[0] for miss in row.misses if miss.kind == "false alert")
    return Counter(row.alerts) - false


def next_tests(row: Row) -> float | None:
    tally = row.tally
    return tally.next / tally.next_of if _drafted(row) and row.scored and tally.next_of else None


def calculators(row: Row) -> float | None:
    return _met(row, row.tally.calculators, row.tally.calculators_of)


def forbidden(row: Row) -> float | None:
    """Unsupported statements are counted apart: what a model words differently each time is not a new kind of error."""
    return float(_forbidden(row).total()) if _drafted(row) and row.scored else None


def _forbidden(row: Row) -> Counter[str]:
    found = (miss.what for miss in row.misses if miss.kind == "forbidden")
    return Counter(what for what in found if not what.startswith("unsupported: "))


def wholly_met(row: Row) -> float | None:
    return float(not row.misses) if _drafted(row) and row.scored else None


def grave_conditions(row: Row) -> float | None:
    """What needs action the same day; who drops it had better be asked, whether a case expects it or not."""
    return float(_grave(row).total()) if _drafted(row) else None


def _grave(row: Row) -> Counter[str]:
    held = [problem for problem in row.problems if problem.likelihood in AFFIRMED and problem.concept != UNEXPLAINED]
    return Counter(problem.concept for problem in held if problem.severity in {"red", "high"})


def rubric(row: Row) -> float | None:
    """Not clipped: a plan can lose more points than it has."""
    return row.rubric.score if _drafted(row) and row.rubric is not None else None


def judged_by(row: Row) -> object:
    """Judge and rubric: points of others cannot be compared."""
    return None if row.rubric is None else (row.rubric.judge, row.rubric.rubric)


def unsupported_statements(row: Row) -> float | None:
    return float(row.unsupported) if _drafted(row) else None


def repaired_statements(row: Row) -> float | None:
    return float(row.repaired) if _drafted(row) else None


def failed(row: Row) -> float | None:
    return float(not _drafted(row))


def gaps(row: Row) -> float | None:
    return float(len(row.gaps)) if _drafted(row) else None


def specialties(row: Row) -> float | None:
    """Where one agent answers for all there are no opinions, and nothing to judge."""
    return float(_answered(row).total()) if _drafted(row) and row.opinions else None


def _answered(row: Row) -> Counter[str]:
    return Counter(specialty for specialty, status in row.opinions.items() if status == "answered")


def cost(row: Row) -> float | None:
    return float(row.usage.cost) if _drafted(row) else None


def calls(row: Row) -> float | None:
    return float(row.usage.calls) if _drafted(row) else None


def tokens(row: Row) -> float | None:
    return float(row.usage.input_tokens + row.usage.output_tokens) if _drafted(row) else None


def seconds(row: Row) -> float | None:
    return float(row.seconds) if _drafted(row) else None


def _missing(kind: str) -> Things:
    return lambda row: _missed(row, kind)


METRICS = (
    Metric(
        "alerts-found", "every expected alert is raised", "binary", "higher", alerts_found,
        expects=True, bad=_missing("alert missed"),
    ),
    Metric(
        "alerts-raised", "alerts that are not false, whether expected or not", "numeric", "higher", alerts_raised,
        good=_right_alerts,
    ),
    Metric(
        "alerts-false", "alerts that the case does not expect", "numeric", "lower", alerts_false,
        expects=True, bad=_missing("false alert"),
    ),
    Metric("first-1", "the expected condition comes first", "binary", "higher", first1, expects=True),
    Metric(
        "first-3", "all conditions expected among the first three are there", "binary", "higher", first3,
        expects=True, bad=_missing("first 3"),
    ),
    Metric(
        "first-5", "all conditions expected among the first five are there", "binary", "higher", first5,
        expects=True, bad=_missing("first 5"),
    ),
    Metric(
        "next-tests", "share of the expected recommendations", "numeric", "higher", next_tests,
        expects=True, bad=_missing("next test"),
    ),
    Metric(
        "calculators", "every expected result is calculated and within its limits", "binary", "higher", calculators,
        expects=True, bad=_missing("calculator"),
    ),
    Metric(
        "forbidden", "statements that the case forbids", "numeric", "lower", forbidden, expects=True, bad=_forbidden
    ),
    Metric("wholly-met", "nothing is otherwise than expected", "binary", "higher", wholly_met, expects=True),
    Metric(
        "grave-conditions", "conditions held to be possible or more that need action the same day", "numeric", "higher",
        grave_conditions, good=_grave,
    ),
    Metric(
        "unsupported-statements", "statements that what they cite does not support", "numeric", "lower",
        unsupported_statements,
    ),
    Metric(
        "repaired-statements", "statements that were supported only after repair", "numeric", "lower",
        repaired_statements,
    ),
    Metric(
        RUBRIC, "points of the rubric of the case, of those that could be had, as the judge found", "numeric", "higher",
        rubric, alike=judged_by,
    ),
    Metric("failed", "no plan came of the case", "binary", "lower", failed),
    Metric(
        "gaps", "agents that gave no answer", "numeric", "lower", gaps, bad=lambda row: Counter(row.gaps)
    ),
    Metric("specialties", "specialties that answered", "numeric", "higher", specialties, good=_answered),
    Metric("cost", "money", "numeric", "lower", cost, family="cost"),
    Metric("calls", "calls of models", "numeric", "lower", calls, family="cost"),
    Metric("tokens", "tokens, in and out", "numeric", "lower", tokens, family="cost"),
    Metric("seconds", "wall time of a case", "numeric", "lower", seconds, family="cost"),
)  # fmt: skip
