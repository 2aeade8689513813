"""The gate: a comparison held against its limits. What could not be judged is its own outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from consult.replay._compare import Comparison, Judged, differs, judge
from consult.replay._limits import MISSING, Gates, Limit
from consult.replay._metrics import RUBRIC, Metric
from consult.replay._pairing import RowPair
from consult.replay._stats import holm, randomisation
from consult.replay._summary import BY

_SHOWN = 5
_EPSILON = 1e-9
"""What sums of fractions may be off by."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What came of one gate."""

    about: str
    outcome: Literal["passed", "failed", "unjudged"]
    fails: bool
    """Whether the whole gate fails because of it."""
    says: str
    n: int
    """Cases that could be judged."""
    cases: list[str]
    """Ids of the cases in which something was lost."""
    p: float | None = None
    """One-sided, adjusted; where significance was asked for."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a gate file."""

    judgements: list[Judgement]

    @property
    def passed(self) -> bool:
        """Whether nothing fails, and something could be judged: a gate that saw nothing lets nothing through."""
        seen = any(one.outcome != "unjudged" for one in self.judgements)
        return seen and not any(one.fails for one in self.judgements)

    def as_json(self) -> dict[str, Any]:
        """JSON types."""
        return {"passed": self.passed, "gates": [asdict(one) for one in self.judgements]}


def judge_gates(gates: Gates, comparison: Comparison) -> Verdict:
    """Hold a comparison against a gate file."""
    weighed = [_Weighed.of(limit, comparison) for limit in gates.gate]
    adjusted = holm({place: one.p for place, one in enumerate(weighed) if one.p is not None})
    return Verdict([one.judgement(adjusted.get(place), gates.alpha) for place, one in enumerate(weighed)])


@dataclass(frozen=True, slots=True)
class _Weighed:
    """A limit and the figures that it speaks of."""

    limit: Limit
    judged: Judged
    lost: list[str]
    p: float | None
    """One-sided; None where significance is not asked for."""
    distrusted: int = 0
    """Cases of which a judge that is not trusted says something, or could say nothing."""

    @classmethod
    def of(cls, limit: Limit, comparison: Comparison) -> _Weighed:
        metric = limit.measured
        pairs = [pair for pair in comparison.pairing.pairs if _speaks_of(limit, pair)]
        if metric is None:
            missing = comparison.pairing.only_a
            cases = missing if limit.metric == MISSING else [pair.a.case for pair in pairs if differs(pair)]
            n = len(pairs) + (len(missing) if limit.metric == MISSING else 0)
            return cls(limit, Judged(limit.metric, n, 0, lost=len(cases)), cases, None)
        judged = judge(metric, pairs, interval=False)
        able = [(pair, values) for pair in pairs if (values := pair.values(metric)) is not None]
        lost = [pair.a.case for pair, _ in able if metric.lost(pair.a, pair.b)]
        distrusted = sum(not pair.trusted for pair in pairs) if metric.name == RUBRIC else 0
        return cls(limit, judged, lost, _p(limit, metric, able), distrusted)

    def judgement(self, p: float | None, alpha: float) -> Judgement:
        limit, n = self.limit, self.judged.n
        if self.distrusted:
            of = n + self.judged.not_judged
            says = f"the judge of {self.distrusted} of {of} cases is not trusted: it missed too many known answers"
            return Judgement(limit.about, "failed", True, says, n, self.lost, p)
        if n < limit.min_cases:
            says = f"{n} cases could be judged, {limit.min_cases} are needed"
            return Judgement(limit.about, "unjudged", limit.unjudged == "fail", says, n, self.lost, p)
        change = [
            _over_loss(limit, self.judged),
            _over_increase(limit, self.judged),
            _over_decrease(limit, self.judged),
        ]
        changed = [says for says in change if says]
        by_chance = p is not None and p >= alpha
        broken = [*([] if by_chance else changed), *_outside(limit, self.judged)]
        says = "; ".join(broken or changed) or self._kept()
        if p is not None and changed:
            says += f" (P {p:.2g}{', chance explains it' if by_chance else ''})"
        if changed and self.lost:
            says += f": {', '.join(self.lost[:_SHOWN])}{' …' if len(self.lost) > _SHOWN else ''}"
        return Judgement(limit.about, "failed" if broken else "passed", bool(broken), says, n, self.lost, p)

    def _kept(self) -> str:
        judged = self.judged
        means = "" if judged.a is None or judged.b is None else f", {judged.a:.4g} → {judged.b:.4g}"
        return f"{judged.lost} of {judged.n} cases worse{means}"


def _speaks_of(limit: Limit, pair: RowPair) -> bool:
    return all(getattr(limit, by) in {"", pair.said(by)} for by in BY)


def _p(limit: Limit, metric: Metric, able: Sequence[tuple[RowPair, tuple[float, float]]]) -> float | None:
    """One-sided P value of the difference, where the limit asks for one."""
    asked = limit.significant_only
    if asked == "models" and all(row.engine == "rules" for pair, _ in able for row in (pair.a, pair.b)):
        return None
    best = max((values[0] for _, values in able), default=0.0) if metric.better == "higher" else 0.0
    if not asked or (asked == "unless-clean" and all(values[0] == best for _, values in able)):
        return None
    return randomisation([new - old for _, (old, new) in able], worse=1 if metric.better == "lower" else -1)


def _over_loss(limit: Limit, judged: Judged) -> str:
    if limit.max_loss is None or judged.lost <= limit.max_loss:
        return ""
    return f"{judged.lost} of {judged.n} cases lost, {limit.max_loss} allowed"


def _over_increase(limit: Limit, judged: Judged) -> str:
    return _over(limit.max_increase, judged, (judged.difference or 0.0), "more")


def _over_decrease(limit: Limit, judged: Judged) -> str:
    return _over(limit.max_decrease, judged, -(judged.difference or 0.0), "less")


def _over(allowed: float | str | None, judged: Judged, change: float, which: str) -> str:
    if allowed is None or judged.a is None or judged.b is None:
        return ""
    bound = abs(judged.a) * float(allowed[:-1]) / 100 if isinstance(allowed, str) else allowed
    if change <= bound + _EPSILON:
        return ""
    return f"{judged.a:.4g} → {judged.b:.4g} over {judged.n} cases, {_said(allowed)} {which} allowed"


def _said(allowed: float | str) -> str:
    return allowed if isinstance(allowed, str) else f"{allowed:g}"


def _outside(limit: Limit, judged: Judged) -> list[str]:
    if judged.b is None:
        return []
    low = limit.min is not None and judged.b < limit.min - _EPSILON
    high = limit.max is not None and judged.b > limit.max + _EPSILON
    found = [f"{judged.b:.4g} over {judged.n} cases, at least {limit.min:g} wanted"] if low else []
    return found + ([f"{judged.b:.4g} over {judged.n} cases, at most {limit.max:g} wanted"] if high else [])
