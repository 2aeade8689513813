"""One arm held against the first: differences with their intervals, and which cases changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import fmean

from consult.replay._compare import Change, changes
from consult.replay._html import Child, Html, join, table, tag
from consult.replay._index import RowIndex
from consult.replay._metrics import METRICS, RUBRIC, Metric
from consult.replay._pairing import RowPair
from consult.replay._report.amounts import count, figure, not_judged
from consult.replay._report.figures import Figures
from consult.replay._report.names import Names
from consult.replay._report.sections import paragraph, section
from consult.replay._report.words import metric_says
from consult.replay._stats import mean_interval


@dataclass(slots=True)
class Against:
    """Two arms on the cases that both have. Of a case that did not change, only its figures are kept."""

    a: str
    b: str
    metrics: Sequence[Metric] = METRICS
    n: int = 0
    values: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    """Metric to the values of both sides, of the cases in which both can be judged."""
    lost: dict[str, int] = field(default_factory=dict)
    gained: dict[str, int] = field(default_factory=dict)
    changed: list[Change] = field(default_factory=list)
    """Gravest first."""

    @classmethod
    def of(cls, index: RowIndex, a: Figures, b: Figures) -> Against:
        """Compare two arms of a folder; money only where both count it in the same currency."""
        one_currency = len({*a.money, *b.money}) < 2
        silent = {*(() if one_currency else ("cost",)), *(() if index.scores.check else (RUBRIC,))}
        found = cls(a.name, b.name, [metric for metric in METRICS if metric.name not in silent])
        same_seats = a.seats == b.seats  # where others sit, that others answer is no loss of any one case
        of_a_case = [metric for metric in found.metrics if metric.name != "specialties" or same_seats]
        found.changed = changes(found._counted(index.pairs(a.name, b.name)), of_a_case)
        return found

    def _counted(self, pairs: Iterator[RowPair]) -> Iterator[RowPair]:
        for pair in pairs:
            self.n += 1
            for metric in self.metrics:
                self._count(metric, pair)
            yield pair

    def _count(self, metric: Metric, pair: RowPair) -> None:
        values = pair.values(metric)
        if values is not None:
            self.values.setdefault(metric.name, []).append(values)
            self.lost[metric.name] = self.lost.get(metric.name, 0) + metric.lost(pair.a, pair.b)
            self.gained[metric.name] = self.gained.get(metric.name, 0) + metric.lost(pair.b, pair.a)


def differences(held: Sequence[Against], names: Names) -> Html | None:
    """Every metric of every later arm against the first; None where there is one arm only."""
    if not held:
        return None
    parts = [_differences(one, names) for one in held]
    return section("differences", names, paragraph(names.say("differences-note"), "note"), *parts)


def _differences(held: Against, names: Names) -> Html:
    said = [names.say(one) for one in ("measure", "d.judged")]
    head = [*said, held.a, held.b, *(names.say(one) for one in ("d.difference", "d.lost", "d.gained"))]
    rows = [_line(metric, held, names) for metric in held.metrics]
    return table(head, rows, caption=names.say("differences", a=held.a, b=held.b, n=held.n), class_="figures")


def _line(metric: Metric, held: Against, names: Names) -> list[Child]:
    values = held.values.get(metric.name, [])
    said = metric_says(metric.name, metric.says, names.language)
    judged = count(f"{len(values)} / {held.n - len(values)}")
    if not values:
        return [said, judged, *(not_judged(names) for _ in range(5))]
    differences = [after - before for before, after in values]
    written = _percent if metric.kind == "binary" or metric.name == "next-tests" else figure
    means = [count(written(fmean(side))) for side in zip(*values, strict=True)]
    if metric.family == "cost":  # one second more or less is nothing that is lost
        return [said, judged, *means, _difference(differences, written, names), count("–"), count("–")]
    moved = [_moved(held.lost[metric.name], "worse"), _moved(held.gained[metric.name], "better")]
    return [said, judged, *means, _difference(differences, written, names), *moved]


def _difference(differences: Sequence[float], written: Callable[[float], str], names: Names) -> Html:
    interval = mean_interval(differences)
    ends = names.say("one-value")
    if interval is not None:
        ends = names.say("between", low=_signed(interval[0], written), high=_signed(interval[1], written))
    said = join([f"{_signed(fmean(differences), written)} ", tag("span", ends, class_="share")])
    return tag("td", said, class_="num")


def _signed(value: float, written: Callable[[float], str]) -> str:
    said = written(abs(value))
    if not any(digit in said for digit in "123456789"):
        return said
    return f"+{said}" if value > 0 else f"\u2212{said}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _moved(cases: int, class_: str) -> Html:
    return tag("td", cases, class_=f"num {class_}" if cases else "num")
