"""The sums of a replay: by arm, and within an arm by specialty, disease group, language and trap."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

from consult.replay._expected import Public
from consult.replay._row import Row
from consult.replay._rubrics.sums import RubricSums
from consult.replay._scoring import Tally

BY = ("specialty", "group", "language", "trap")
"""What cases are grouped by."""
_NONE = "none"


@dataclass(slots=True)
class ArmSummary:
    """Counts of one arm."""

    hash: str
    cases: int = 0
    failed: int = 0
    scored: int = 0
    """Cases that say what they expect."""
    wholly_met: int = 0
    tally: Tally = field(default_factory=Tally)
    by: dict[str, dict[str, Tally]] = field(default_factory=dict)
    statements: int = 0
    unsupported: int = 0
    alerts: int = 0
    conflicts: int = 0
    gaps: int = 0
    public: dict[str, dict[str, int]] = field(default_factory=dict)
    """Public benchmark to counts of its cases: `cases`; `judged` (code can judge the answer); `met` of these (condition
    among the first three, or the calculator's result); `searched` (the answer could be looked for in what was handed
    over), `given_away` of these; and of those that are judged and not given away `clean` and `clean_met`."""
    process: dict[str, dict[str, int]] = field(default_factory=dict)
    """Measure to `cases` (in how many it was seen), `count`, and `judged`: the cases in which it could be judged."""
    rubric: RubricSums = field(default_factory=RubricSums)
    calls: int = 0
    failed_calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: Decimal = Decimal()
    currency: str = ""

    def add(self, row: Row) -> None:
        """Count one row."""
        self.cases += 1
        self.failed += row.status == "failed"
        self.statements += row.statements
        self.unsupported += row.unsupported
        self.alerts += len(row.alerts)
        self.conflicts += len(row.conflicts)
        self.gaps += len(row.gaps)
        self._add_scores(row)
        self._add_process(row.process)
        if row.rubric is not None:
            self.rubric.add(row.rubric)
        if row.public is not None and row.status == "ok":
            self._add_public(row, row.public)
        usage = row.usage
        self.calls += usage.calls
        self.failed_calls += usage.failed_calls
        self.input_tokens += usage.input_tokens
        self.output_tokens += usage.output_tokens
        self.cost += Decimal(usage.cost)
        self.currency = usage.currency or self.currency

    def _add_scores(self, row: Row) -> None:
        if not row.scored:
            return
        self.scored += 1
        self.wholly_met += not row.misses
        self.tally.add(row.tally)
        for by in BY:
            self.by.setdefault(by, {}).setdefault(getattr(row, by) or _NONE, Tally()).add(row.tally)

    def _add_public(self, row: Row, public: Public) -> None:
        keys = ("cases", "judged", "met", "searched", "given_away", "clean", "clean_met")
        sums = self.public.setdefault(public.benchmark, dict.fromkeys(keys, 0))
        tally = row.tally
        met = public.judged and (tally.first3, tally.calculators) == (tally.first3_of, tally.calculators_of)
        clean = public.judged and public.given_away is False
        sums["cases"] += 1
        sums["judged"] += public.judged
        sums["met"] += met
        sums["searched"] += public.given_away is not None
        sums["given_away"] += public.given_away is True
        sums["clean"] += clean
        sums["clean_met"] += clean and met

    def _add_process(self, process: Mapping[str, int | None]) -> None:
        for measure, count in process.items():
            sums = self.process.setdefault(measure, {"judged": 0, "cases": 0, "count": 0})
            if count is not None:
                sums["judged"] += 1
                sums["cases"] += count > 0
                sums["count"] += count

    def as_json(self) -> dict[str, Any]:
        """JSON types, in a fixed order."""
        plain = asdict(self)
        plain["by"] = {by: dict(sorted(rows.items())) for by, rows in plain["by"].items()}
        plain["public"] = dict(sorted(plain["public"].items()))
        plain["process"] = dict(sorted(plain["process"].items()))
        plain["rubric"] = self.rubric.as_json()
        plain["cost"] = f"{self.cost.normalize():f}"
        return plain


def summarise(rows: Iterable[Row], now: Mapping[str, str] | None = None) -> dict[str, ArmSummary]:
    """Arm to its counts, arms by name; the same rows give the same counts in whatever order they come.

    Args:
        rows: of a replay.
        now: arm to its fingerprint; rows that an arm of these gave before it changed are left out.
    """
    current = now or {}
    arms: dict[str, ArmSummary] = {}
    for row in rows:
        if current.get(row.arm, row.arm_hash) != row.arm_hash:
            continue
        arms.setdefault(row.arm, ArmSummary(row.arm_hash)).add(row)
    return dict(sorted(arms.items()))


def summary_document(arms: Mapping[str, ArmSummary], judge: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """`summary.json`: no time of day and no duration stands in it, so that two runs of the same can be compared.

    Args:
        arms: their counts.
        judge: who judged by rubrics, and how it did at the known answers; None: nobody.
    """
    told = {} if judge is None else {"judge": dict(judge)}
    return {"schema": 1, **told, "arms": {name: arm.as_json() for name, arm in arms.items()}}
