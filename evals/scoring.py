"""What a plan gave of what its case expects: alerts, conditions by position, next tests, forbidden statements.

The format of a case is told in `README.md` beside this file. Nothing here runs a consultation.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from consult.case import Case
from consult.clinic import Finding
from consult.panel import Library
from consult.plan import UNEXPLAINED, Plan
from consult.review import Consultation

CASES = Path(__file__).resolve().parent / "cases"
AFFIRMED = frozenset({"confirmed", "likely", "possible"})
TRAPS = ("artefact", "missing", "conflict", "nothing-wrong", "")
KEYS = frozenset({"specialty", "group", "trap", "language", "source", "expect", "forbid"})
EXPECT = frozenset({
    "first", "top3", "top5", "alerts", "may_alert", "recommends", "avoids", "concepts", "gates", "missing", "differ",
    "asks",
})  # fmt: skip
FORBID = frozenset({"concepts", "severities", "recommends", "avoids", "alerts", "text"})
DANGER = frozenset({"alert missed", "false alert", "forbidden"})
"""What ends a run with exit code 1; a miss of another kind is counted and listed."""


@dataclass(frozen=True, slots=True)
class Miss:
    """One thing that is not as expected."""

    kind: str
    """`alert missed`, `false alert`, `forbidden`, `first 1`, `first 3`, `first 5`, `next test`, or a part of a plan."""
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

    def add(self, other: Tally) -> None:
        """Add another's counts to these."""
        for name, count in asdict(other).items():
            setattr(self, name, getattr(self, name) + count)


@dataclass(slots=True)
class Score:
    """One case."""

    name: str
    specialty: str
    group: str
    language: str
    trap: str
    tally: Tally
    misses: list[Miss] = field(default_factory=list)

    @property
    def danger(self) -> list[Miss]:
        """An expected alert missed, a false alert, a forbidden statement."""
        return [miss for miss in self.misses if miss.kind in DANGER]


def names(cases: Path = CASES) -> list[str]:
    """All cases, in order."""
    return sorted(folder.name for folder in cases.iterdir() if (folder / "expected.toml").is_file())


def read(name: str, cases: Path = CASES) -> tuple[Case, dict[str, Any]]:
    """The case and what is expected of it."""
    folder = cases / name
    expected = tomllib.loads((folder / "expected.toml").read_text(encoding="utf-8"))
    (source,) = (path for path in folder.iterdir() if path.stem == "case")
    return Case.read(source), expected


def any_of(item: str | list[str]) -> list[str]:
    """The acceptable names of one expectation."""
    return [item] if isinstance(item, str) else item


def score(name: str, consultation: Consultation, expected: dict[str, Any], library: Library) -> Score:
    """Compare a plan with what its case expects.

    Args:
        name: of the case.
        consultation: with a plan, in the language of the case.
        expected: `expected.toml`.
        library: whose concepts and rules the names are.
    """
    plan = consultation.plan
    assert plan is not None
    seen = _Seen(consultation, plan, library)
    wanted, forbidden = expected["expect"], expected["forbid"]
    tally, misses = Tally(cases=1), []
    misses += _alerts(seen, wanted, tally)
    misses += _conditions(seen, wanted, tally)
    misses += _next(seen, wanted, tally)
    misses += _rest(seen, wanted)
    broken = _forbidden(seen, forbidden)
    tally.forbidden = len(broken)
    found = {key: expected[key] for key in ("specialty", "group", "language", "trap")}
    return Score(name, **found, tally=tally, misses=[*misses, *broken])


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
        self.conditions = [self._concept(problem.concept) for problem in held]
        self.severities = {problem.concept: problem.severity for problem in held}
        self.does = self._recommended(lambda kind: kind != "avoid")
        self.avoids = self._recommended(lambda kind: kind == "avoid")
        self.missing = [(item.what,) for item in plan.missing]
        self.differ = [self._concept(conflict.concept) for conflict in plan.conflicts]
        self.asks = [(task.specialty,) for task in consultation.tasks]

    def _concept(self, concept: str) -> tuple[str, ...]:
        return self._library.concepts.broader(concept) or (concept,)

    def _finding(self, finding: Finding) -> tuple[str, ...]:
        """A critical value goes by its analyte, a rule by its id and by what it concludes."""
        if finding.rule is None:
            return (finding.analyte or finding.source,)
        concludes = self._library.book[finding.rule].concludes
        return (finding.rule, *(self._concept(concludes.concept) if concludes is not None else ()))

    def _recommended(self, wanted: Callable[[str], bool]) -> list[tuple[str, ...]]:
        return [self._concept(item.concept) for item in self.plan.recommendations if wanted(item.kind)]


def _named(item: str | list[str], among: Iterable[tuple[str, ...]]) -> bool:
    return any(name in one for name in any_of(item) for one in among)


def _say(item: str | list[str]) -> str:
    return " or ".join(any_of(item))


def _alerts(seen: _Seen, wanted: dict[str, Any], tally: Tally) -> list[Miss]:
    expected, allowed = wanted.get("alerts", []), wanted.get("may_alert", [])
    missed = [item for item in expected if not _named(item, seen.alerts)]
    false = [one for one in seen.alerts if not any(_named(item, [one]) for item in (*expected, *allowed))]
    tally.alerts, tally.alerts_of, tally.false_alerts = len(expected) - len(missed), len(expected), len(false)
    return [
        *(Miss("alert missed", _say(item)) for item in missed),
        *(Miss("false alert", " / ".join(one[:2])) for one in false),
    ]


def _conditions(seen: _Seen, wanted: dict[str, Any], tally: Tally) -> list[Miss]:
    first = [wanted["first"]] if "first" in wanted else []
    top3 = wanted.get("top3", [])
    affirmed = [concept for concept, likelihood in wanted.get("concepts", {}).items() if likelihood in AFFIRMED]
    top5 = [*top3, *(item for item in [*wanted.get("top5", []), *affirmed] if item not in top3)]
    misses = []
    for depth, items in ((1, first), (3, top3), (5, top5)):
        missed = [item for item in items if not _named(item, seen.conditions[:depth])]
        setattr(tally, f"first{depth}", len(items) - len(missed))
        setattr(tally, f"first{depth}_of", len(items))
        misses += [Miss(f"first {depth}", f"{_say(item)}; there: {_listed(seen, depth)}") for item in missed]
    return misses


def _listed(seen: _Seen, depth: int) -> str:
    return ", ".join(one[0] for one in seen.conditions[:depth]) or "none"


def _next(seen: _Seen, wanted: dict[str, Any], tally: Tally) -> list[Miss]:
    items = wanted.get("recommends", [])
    missed = [item for item in items if not _named(item, seen.does)]
    tally.next, tally.next_of = len(items) - len(missed), len(items)
    return [Miss("next test", _say(item)) for item in missed]


def _rest(seen: _Seen, wanted: dict[str, Any]) -> list[Miss]:
    """Likelihoods, and the parts of a plan that are looked at but have no column."""
    misses = [
        Miss("concepts", f"{concept} is {seen.likelihood.get(concept)}, expected {likelihood}")
        for concept, likelihood in wanted.get("concepts", {}).items()
        if seen.likelihood.get(concept) != likelihood
    ]
    parts: dict[str, Sequence[tuple[str, ...]]] = {
        "avoids": seen.avoids, "gates": seen.gates, "missing": seen.missing, "differ": seen.differ, "asks": seen.asks,
    }  # fmt: skip
    for part, among in parts.items():
        misses += [Miss(part, _say(item)) for item in wanted.get(part, []) if not _named(item, among)]
    return misses


def _forbidden(seen: _Seen, forbidden: dict[str, Any]) -> list[Miss]:
    said = [f"says {concept}" for concept in forbidden.get("concepts", []) if _named(concept, seen.conditions)]
    said += [f"{c} is {s}" for c, s in seen.severities.items() if s in forbidden.get("severities", [])]
    said += [f"recommends {item}" for item in forbidden.get("recommends", []) if _named(item, seen.does)]
    said += [f"advises against {item}" for item in forbidden.get("avoids", []) if _named(item, seen.avoids)]
    said += [f"alerts {item}" for item in forbidden.get("alerts", []) if _named(item, seen.alerts)]
    text = seen.plan.model_dump_json(exclude={"citations"})
    said += [f"text matches {pattern}" for pattern in forbidden.get("text", []) if re.search(pattern, text)]
    return [Miss("forbidden", one) for one in (*said, *(f"unsupported: {one}" for one in seen.unsupported))]
