"""What a plan gave of what its case expects: alerts, conditions by position, next tests, forbidden statements."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Literal

from consult.clinic import Finding
from consult.clinic.calculators import CALCULATORS
from consult.panel import Library
from consult.plan import UNEXPLAINED, Plan
from consult.replay._expected import Expect, Expected, Forbid, Names
from consult.review import Consultation

Standing = Literal["expected", "contrary", "unnamed"]
"""Of a condition in a plan: `expected` by the case, `contrary` to what it expects or forbids, or not named by it."""
AFFIRMED = frozenset({"confirmed", "likely", "possible"})
DANGER = frozenset({"alert missed", "false alert", "forbidden"})
"""What ends an evaluation with exit code 1; a miss of another kind is counted and listed."""
_VALUE = re.compile(r"\s*[:：]\s*(-?\d+(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class Miss:
    """One thing that is not as expected."""

    kind: str
    """`alert missed`, `false alert`, `forbidden`, `first 1`, `first 3`, `first 5`, `next test`, `calculator`, or a part
    of a plan."""
    what: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.what}"


@dataclass(slots=True)
class Tally:
    """Counts of one case, or of many added up. `*_of` is how many were expected."""

    cases: int = 0
    alerts: int = 0
    alerts_of: int = 0
    false_alerts: int = 0
    first1: int = 0
    first1_of: int = 0
    first3: int = 0
    first3_of: int = 0
    first5: int = 0
    first5_of: int = 0
    next: int = 0
    next_of: int = 0
    forbidden: int = 0
    calculators: int = 0
    calculators_of: int = 0

    def add(self, other: Tally) -> None:
        """Add another's counts to these."""
        for name, count in asdict(other).items():
            setattr(self, name, getattr(self, name) + count)


@dataclass(slots=True)
class Score:
    """What came of one case."""

    tally: Tally
    misses: list[Miss] = field(default_factory=list)
    standing: dict[str, Standing] = field(default_factory=dict)
    """Every condition of the plan, whatever its likelihood; empty where the case names no condition."""

    @property
    def danger(self) -> list[Miss]:
        """An expected alert missed, a false alert, a forbidden statement."""
        return [miss for miss in self.misses if miss.kind in DANGER]


def any_of(item: Names) -> list[str]:
    """The acceptable names of one expectation."""
    return [item] if isinstance(item, str) else item


def score(consultation: Consultation, expected: Expected, library: Library) -> Score:
    """Compare a plan with what its case expects.

    Args:
        consultation: in the language of the case.
        expected: of the case.
        library: whose concepts and rules the names are.

    Raises:
        ValueError: there is no plan.
    """
    if consultation.plan is None:
        raise ValueError("a consultation without a plan cannot be scored")
    seen = _Seen(consultation, consultation.plan, library)
    wanted, forbidden = expected.expect, expected.forbid
    tally, misses = Tally(cases=1), []
    if expected.public is None:
        misses += _alerts(seen, wanted, tally)
    misses += _conditions(seen, wanted, tally)
    misses += _next(seen, wanted, tally)
    misses += _calculators(seen, wanted, tally)
    misses += _rest(seen, wanted)
    broken = _forbidden(seen, forbidden)
    tally.forbidden = len(broken)
    return Score(tally, [*misses, *broken], _standing(seen, wanted, forbidden))


class _Seen:
    """What a consultation holds, by the names under which a case may ask for it."""

    def __init__(self, consultation: Consultation, plan: Plan, library: Library) -> None:
        self._library = library
        findings = {finding.id: finding for finding in consultation.findings}
        self.plan = plan
        self.unsupported = consultation.verification.unsupported
        self.alerts = [self._finding(findings[alert.finding]) for alert in plan.alerts]
        self.gates = [self._finding(finding) for finding in consultation.findings if finding.severity == "gate"]
        self.likelihood = {problem.concept: problem.likelihood for problem in plan.problems}
        held = [p for p in plan.problems if p.likelihood in AFFIRMED and p.concept != UNEXPLAINED]
        self.conditions = [self.concept(problem.concept) for problem in held]
        self.severities = {problem.concept: problem.severity for problem in held}
        self.does = self._recommended(lambda kind: kind != "avoid")
        self.avoids = self._recommended(lambda kind: kind == "avoid")
        self.missing = [(item.what,) for item in plan.missing]
        self.differ = [self.concept(conflict.concept) for conflict in plan.conflicts]
        self.asks = [(task.specialty,) for task in consultation.tasks]
        scores = [finding for finding in consultation.findings if finding.kind == "score"]
        self.calculated = {finding.source: _number_of(finding) for finding in scores}

    def concept(self, concept: str) -> tuple[str, ...]:
        """The condition with those that it is part of."""
        return self._library.concepts.broader(concept) or (concept,)

    def _finding(self, finding: Finding) -> tuple[str, ...]:
        """A critical value goes by its analyte, a rule by its id and by what it concludes."""
        if finding.rule is None:
            return (finding.analyte or finding.source,)
        concludes = self._library.book[finding.rule].concludes
        return (finding.rule, *(self.concept(concludes.concept) if concludes is not None else ()))

    def _recommended(self, wanted: Callable[[str], bool]) -> list[tuple[str, ...]]:
        return [self.concept(item.concept) for item in self.plan.recommendations if wanted(item.kind)]


def _named(item: Names, among: Iterable[tuple[str, ...]]) -> bool:
    return any(name in one for name in any_of(item) for one in among)


def _say(item: Names) -> str:
    return " or ".join(any_of(item))


def _alerts(seen: _Seen, wanted: Expect, tally: Tally) -> list[Miss]:
    expected, allowed = wanted.alerts, wanted.may_alert
    missed = [item for item in expected if not _named(item, seen.alerts)]
    false = [one for one in seen.alerts if not any(_named(item, [one]) for item in (*expected, *allowed))]
    tally.alerts, tally.alerts_of, tally.false_alerts = len(expected) - len(missed), len(expected), len(false)
    return [
        *(Miss("alert missed", _say(item)) for item in missed),
        *(Miss("false alert", " / ".join(one[:2])) for one in false),
    ]


def _conditions(seen: _Seen, wanted: Expect, tally: Tally) -> list[Miss]:
    first = [] if wanted.first is None else [wanted.first]
    top3 = wanted.top3
    affirmed = [concept for concept, likelihood in wanted.concepts.items() if likelihood in AFFIRMED]
    top5 = [*top3, *(item for item in [*wanted.top5, *affirmed] if item not in top3)]
    misses = []
    for depth, items in ((1, first), (3, top3), (5, top5)):
        missed = [item for item in items if not _named(item, seen.conditions[:depth])]
        setattr(tally, f"first{depth}", len(items) - len(missed))
        setattr(tally, f"first{depth}_of", len(items))
        misses += [Miss(f"first {depth}", f"{_say(item)}; there: {_listed(seen, depth)}") for item in missed]
    return misses


def _listed(seen: _Seen, depth: int) -> str:
    return ", ".join(one[0] for one in seen.conditions[:depth]) or "none"


def _next(seen: _Seen, wanted: Expect, tally: Tally) -> list[Miss]:
    items = wanted.recommends
    missed = [item for item in items if not _named(item, seen.does)]
    tally.next, tally.next_of = len(items) - len(missed), len(items)
    return [Miss("next test", _say(item)) for item in missed]


def _calculators(seen: _Seen, wanted: Expect, tally: Tally) -> list[Miss]:
    misses = []
    for name, (low, high) in wanted.calculators.items():
        value = seen.calculated.get(name)
        if value is None:
            misses.append(Miss("calculator", f"{name}: not calculated"))
        elif not low <= value <= high:
            misses.append(Miss("calculator", f"{name}: outside its limits"))
    tally.calculators_of = len(wanted.calculators)
    tally.calculators = tally.calculators_of - len(misses)
    return misses


def _number_of(finding: Finding) -> Decimal | None:
    """The value of a score: what its sentence says behind the title of its calculator."""
    calculator = CALCULATORS.get(finding.source)
    if calculator is None:
        return None
    for title in (calculator.title.en, calculator.title.zh):
        said = _VALUE.match(finding.says.removeprefix(title)) if finding.says.startswith(title) else None
        if said is not None:
            return Decimal(said[1])
    return None


def _rest(seen: _Seen, wanted: Expect) -> list[Miss]:
    """Likelihoods, and the parts of a plan that are looked at but have no column."""
    misses = [
        Miss("concepts", f"{concept} is {seen.likelihood.get(concept)}, expected {likelihood}")
        for concept, likelihood in wanted.concepts.items()
        if seen.likelihood.get(concept) != likelihood
    ]
    parts: list[tuple[str, list[Names], Sequence[tuple[str, ...]]]] = [
        ("avoids", wanted.avoids, seen.avoids),
        ("gates", wanted.gates, seen.gates),
        ("missing", wanted.missing, seen.missing),
        ("differ", wanted.differ, seen.differ),
        ("asks", wanted.asks, seen.asks),
    ]
    for part, items, among in parts:
        misses += [Miss(part, _say(item)) for item in items if not _named(item, among)]
    return misses


def _standing(seen: _Seen, wanted: Expect, forbidden: Forbid) -> dict[str, Standing]:
    first = [] if wanted.first is None else [wanted.first]
    affirmed = [concept for concept, likelihood in wanted.concepts.items() if likelihood in AFFIRMED]
    expected = [*first, *wanted.top3, *wanted.top5, *affirmed]
    contrary = [*forbidden.concepts, *(concept for concept in wanted.concepts if concept not in affirmed)]
    if not (expected or contrary):
        return {}
    found: dict[str, Standing] = {}
    for concept in seen.likelihood:
        if concept != UNEXPLAINED:
            named = [_stands(seen, concept, items) for items in (expected, contrary)]
            found[concept] = "expected" if named[0] else "contrary" if named[1] else "unnamed"
    return found


def _stands(seen: _Seen, concept: str, items: Iterable[Names]) -> bool:
    return any(_named(item, [seen.concept(concept)]) for item in items)


def _forbidden(seen: _Seen, forbidden: Forbid) -> list[Miss]:
    said = [f"says {concept}" for concept in forbidden.concepts if _named(concept, seen.conditions)]
    said += [f"{c} is {s}" for c, s in seen.severities.items() if s in forbidden.severities]
    said += [f"recommends {item}" for item in forbidden.recommends if _named(item, seen.does)]
    said += [f"advises against {item}" for item in forbidden.avoids if _named(item, seen.avoids)]
    said += [f"alerts {item}" for item in forbidden.alerts if _named(item, seen.alerts)]
    text = seen.plan.model_dump_json(exclude={"citations"})
    said += [f"text matches {pattern}" for pattern in forbidden.text if re.search(pattern, text)]
    return [Miss("forbidden", one) for one in (*said, *(f"unsupported: {one}" for one in seen.unsupported))]
