"""Two arms, case by case: what is lost, what is gained, in which cases, how surely, and at what price."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from statistics import fmean
from typing import Any

from consult.replay._metrics import METRICS, RUBRIC, Metric, judged_by, metrics_of
from consult.replay._pairing import Pairing, RowPair, Side, paired
from consult.replay._row import Row
from consult.replay._stats import holm, mean_interval, quantile, randomisation
from consult.replay._summary import BY

_UNSAID = "none"
_RUBRIC = next(metric for metric in METRICS if metric.name == RUBRIC)


@dataclass(frozen=True, slots=True)
class Judged:
    """One metric over a set of pairs."""

    metric: str
    n: int
    """Pairs that could be judged on both sides; every figure here is of these."""
    not_judged: int
    """Pairs that could not, because a side failed or the case does not say what it expects."""
    a: float | None = None
    """Mean; of a binary metric, the share."""
    b: float | None = None
    difference: float | None = None
    """Mean of `b` minus `a`."""
    interval: tuple[float, float] | None = None
    """95 %, bootstrap over pairs; null where it was not asked for, or where all differences are equal."""
    lost: int = 0
    """Cases in which something is worse; a case can both lose and gain."""
    gained: int = 0
    p: float | None = None
    """Two-sided: McNemar's test or randomisation of pairs; null for what is not tested."""
    p_holm: float | None = None
    """The same, adjusted for all metrics of its family."""


@dataclass(frozen=True, slots=True)
class Change:
    """A case whose plan or whose scores differ."""

    case: str
    case_hash: str
    specialty: str
    group: str
    language: str
    what: list[str]
    """`status`, `alerts`, `problems`, `likelihood`, `recommendations`, `scores`, `rubric`."""
    lost: list[str]
    """Metrics in which it is worse."""
    gained: list[str]


@dataclass(frozen=True, slots=True)
class Spent:
    """What one side took for the pairs, failed ones included."""

    cost: str
    """Decimal string, exact."""
    currency: str
    calls: int
    input_tokens: int
    output_tokens: int
    median_seconds: float | None
    p95_seconds: float | None


@dataclass(slots=True)
class Comparison:
    """All that two arms differ in; `b` is what is asked about, `a` what it is held against."""

    a: Side
    b: Side
    pairing: Pairing
    overall: list[Judged]
    by: dict[str, dict[str, list[Judged]]]
    """Specialty, group, language or trap to its values to the metrics of quality; without tests, for n is small."""
    spent: dict[str, Spent]
    changed: list[Change]
    notes: list[str] = field(default_factory=list)
    """What must be known before the figures are believed, one sentence each."""

    @property
    def metrics(self) -> list[Metric]:
        """What was measured, in the order of `overall`."""
        return _metrics(self.pairing.pairs)

    def as_json(self) -> dict[str, Any]:
        """JSON types. Neither where the folders stand nor anything a plan says is part of it."""
        sides = {
            name: {"arm": side.arm, "hash": side.arm_hash, "cases": len(side.rows)}
            for name, side in (("a", self.a), ("b", self.b))
        }
        said = {metric.name: metric for metric in self.metrics}
        judged = [{**asdict(one), **_meaning(said[one.metric])} for one in self.overall]
        by = {key: {name: [asdict(one) for one in row] for name, row in rows.items()} for key, rows in self.by.items()}
        pairing = self.pairing
        return {
            "schema": 1,
            **sides,
            "pairs": len(pairing.pairs),
            "paired_by_id": pairing.by_id,
            "only_a": pairing.only_a,
            "only_b": pairing.only_b,
            "notes": self.notes,
            "metrics": judged,
            "spent": {name: asdict(one) for name, one in self.spent.items()},
            "by": by,
            "changed": [asdict(one) for one in self.changed],
        }


def compare(a: Side, b: Side) -> Comparison:
    """Compare two arms on the cases that both have a row of.

    Args:
        a: what is held against.
        b: what is asked about.
    """
    pairing = paired(a.rows, b.rows)
    pairs = pairing.pairs
    metrics = _metrics(pairs)
    return Comparison(
        a=a,
        b=b,
        pairing=pairing,
        overall=_adjusted([judge(metric, pairs, test=metric.family != "cost") for metric in metrics], metrics),
        by={by: _by(by, pairs, metrics) for by in BY},
        spent={"a": _spent([pair.a for pair in pairs]), "b": _spent([pair.b for pair in pairs])},
        changed=changes(pairs, metrics),
        notes=_notes(a, b, pairing),
    )


def judge(metric: Metric, pairs: Sequence[RowPair], *, interval: bool = True, test: bool = False) -> Judged:
    """One metric over pairs.

    Args:
        metric: what is measured.
        pairs: of which only those count that can be judged.
        interval: whether the interval of the difference is wanted.
        test: whether the P value is wanted.
    """
    found = [(pair, values) for pair in pairs if (values := pair.values(metric)) is not None]
    if not found:
        return Judged(metric.name, 0, len(pairs))
    before, after = [values[0] for _, values in found], [values[1] for _, values in found]
    differences = [new - old for old, new in zip(before, after, strict=True)]
    return Judged(
        metric=metric.name,
        n=len(found),
        not_judged=len(pairs) - len(found),
        a=fmean(before),
        b=fmean(after),
        difference=fmean(differences),
        interval=mean_interval(differences) if interval else None,
        lost=sum(metric.lost(pair.a, pair.b) for pair, _ in found),
        gained=sum(metric.lost(pair.b, pair.a) for pair, _ in found),
        p=randomisation(differences) if test else None,
    )


def changes(pairs: Iterable[RowPair], metrics: Sequence[Metric] = METRICS) -> list[Change]:
    """The pairs whose plans or scores differ: those that lose an alert first, then those that lose anything."""
    found = [_change(pair, what, metrics) for pair in pairs if (what := differs(pair))]
    return sorted(found, key=lambda one: (_graveness(one), one.case))


def differs(pair: RowPair) -> list[str]:
    """What is not the same in both rows; wording, money and time are not looked at."""
    a, b = pair.a, pair.b
    order_a, order_b = ([problem.concept for problem in row.problems] for row in (a, b))
    held_a, held_b = ({problem.concept: problem.likelihood for problem in row.problems} for row in (a, b))
    both = held_a.keys() & held_b.keys()
    told = {
        "status": a.status != b.status,
        "alerts": a.alerts != b.alerts,
        "problems": order_a != order_b,
        "likelihood": any(held_a[concept] != held_b[concept] for concept in both),
        "recommendations": _recommended(a) != _recommended(b),
        "scores": _scores(a) != _scores(b),
        "rubric": _by_rubric(pair),
    }
    return [what for what, so in told.items() if so]


def _change(pair: RowPair, what: list[str], metrics: Sequence[Metric]) -> Change:
    judged = [metric for metric in metrics if metric.family != "cost" and pair.values(metric) is not None]
    return Change(
        case=pair.a.case,
        case_hash=pair.a.case_hash,
        specialty=pair.said("specialty"),
        group=pair.said("group"),
        language=pair.said("language"),
        what=what,
        lost=[metric.name for metric in judged if metric.lost(pair.a, pair.b)],
        gained=[metric.name for metric in judged if metric.lost(pair.b, pair.a)],
    )


def _graveness(change: Change) -> int:
    if "failed" in change.lost or any(name.startswith("alerts-") for name in change.lost):
        return 0
    return 1 if change.lost else 2


def _recommended(row: Row) -> list[tuple[str, str, str]]:
    return [(item.kind, item.concept, item.urgency) for item in row.recommendations]


def _scores(row: Row) -> object:
    misses = sorted((miss.kind, miss.what.split("; there: ")[0]) for miss in row.misses)
    return row.scored, row.tally, [one for one in misses if not one[1].startswith("unsupported: ")], row.unsupported


def _by_rubric(pair: RowPair) -> bool:
    """Whether the same judge gave both plans other points by the same rubric."""
    found = pair.values(_RUBRIC)
    return found is not None and found[0] != found[1]


def _metrics(pairs: Sequence[RowPair]) -> list[Metric]:
    """All metrics; money only where both sides count it in the same currency."""
    rows = [row for pair in pairs for row in (pair.a, pair.b)]
    return [metric for metric in metrics_of(rows) if metric.name != "cost" or len(_currencies(rows)) < 2]


def _currencies(rows: Iterable[Row]) -> set[str]:
    return {row.usage.currency for row in rows if Decimal(row.usage.cost)}


def _adjusted(judged: Sequence[Judged], metrics: Sequence[Metric]) -> list[Judged]:
    """With P values adjusted within quality and within process."""
    families: dict[str, dict[str, float]] = {}
    for one, metric in zip(judged, metrics, strict=True):
        if one.p is not None:
            families.setdefault(metric.family, {})[one.metric] = one.p
    adjusted = {name: p for family in families.values() for name, p in holm(family).items()}
    return [Judged(**{**_fields(one), "p_holm": adjusted.get(one.metric)}) for one in judged]


def _fields(judged: Judged) -> dict[str, Any]:
    return {name: getattr(judged, name) for name in Judged.__slots__}


def _by(by: str, pairs: Sequence[RowPair], metrics: Sequence[Metric]) -> dict[str, list[Judged]]:
    groups: dict[str, list[RowPair]] = {}
    for pair in pairs:
        groups.setdefault(pair.said(by) or _UNSAID, []).append(pair)
    quality = [metric for metric in metrics if metric.family == "quality"]
    return {name: [judge(metric, groups[name], interval=False) for metric in quality] for name in sorted(groups)}


def _spent(rows: Sequence[Row]) -> Spent:
    seconds = [float(row.seconds) for row in rows if row.status == "ok"]
    return Spent(
        cost=f"{sum((Decimal(row.usage.cost) for row in rows), Decimal()).normalize():f}",
        currency=" and ".join(sorted(_currencies(rows))),
        calls=sum(row.usage.calls for row in rows),
        input_tokens=sum(row.usage.input_tokens for row in rows),
        output_tokens=sum(row.usage.output_tokens for row in rows),
        median_seconds=quantile(seconds, 0.5),
        p95_seconds=quantile(seconds, 0.95),
    )


def _notes(a: Side, b: Side, pairing: Pairing) -> list[str]:
    pairs = pairing.pairs
    rows = [row for pair in pairs for row in (pair.a, pair.b)]
    other = sum(not pair.same_expectations for pair in pairs)
    judged = [pair for pair in pairs if pair.a.rubric is not None and pair.b.rubric is not None]
    unlike = sum(judged_by(pair.a) != judged_by(pair.b) for pair in judged)
    distrusted = sum(not pair.trusted for pair in judged)
    told = [
        (not pairs, "no case is on both sides: nothing can be compared"),
        (pairing.by_id, f"cases that were read differently on the two sides, paired by their id: {pairing.by_id}"),
        (pairing.only_a, f"cases of A without a row in B, not compared: {len(pairing.only_a)}"),
        (pairing.only_b, f"cases of B without a row in A, not compared: {len(pairing.only_b)}"),
        (a.older, f"rows of A from before the arm changed, not compared: {a.older}"),
        (b.older, f"rows of B from before the arm changed, not compared: {b.older}"),
        (other, f"cases scored against different expectations, whose scores are not compared: {other}"),
        (unlike, f"cases judged by another judge or another rubric on the two sides, not compared by rubric: {unlike}"),
        (distrusted, f"judge not trusted, cases whose rubric scores should not be believed: {distrusted}"),
        (len(_currencies(rows)) > 1, "the sides count money in different currencies; it is not compared"),
    ]
    return [sentence for so, sentence in told if so]


def _meaning(metric: Metric) -> dict[str, str]:
    return {"says": metric.says, "kind": metric.kind, "better": metric.better, "family": metric.family}
