"""The row of one case and one arm: all that scoring, comparison and reports need, without a sentence of the plan."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

from pydantic import Field

from consult.case import Model
from consult.clinic import Likelihood, Severity
from consult.plan import Plan
from consult.replay._expected import Expected, Public
from consult.replay._rubrics.criteria import RowRubric
from consult.replay._scoring import Miss, Score, Standing, Tally
from consult.review import Consultation, Usage

Status = Literal["ok", "failed"]


class RowProblem(Model):
    """A problem of the plan, in its order."""

    concept: str
    likelihood: Likelihood
    severity: Severity
    said_by: list[str] = Field(default_factory=list)
    dissent: int = 0
    """How many positions stand against it."""
    dissent_by: list[str] = Field(default_factory=list)
    """The specialties that hold those positions, each once."""
    expected: Standing | None = None
    """Whether the case expects it; null where the case names no condition at all."""


class RowItem(Model):
    """A recommendation of the plan, in its order."""

    kind: str
    concept: str
    urgency: str
    said_by: list[str] = Field(default_factory=list)


class RowUsage(Model):
    """What a pair cost."""

    calls: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    failed_calls: int = 0
    replayed_calls: int = 0
    cost: str = "0"
    """Decimal string, in `currency`."""
    currency: str = ""
    by_agent: dict[str, str] = Field(default_factory=dict)
    """Agent to what its calls cost, decimal strings; agents whose calls cost nothing are not named."""


class RowVariant(Model):
    """What was left out or changed, and what the row is to be held against."""

    kind: Literal["unchanged", "without", "normal", "without-specialty"]
    """unchanged: nothing, to see how much moves by itself; without: a fact is not there; normal: it is in the middle of
    its reference range."""
    what: str = ""
    """What is not as it was: the key of an analyte, `history.<concept>`, or the id of a specialty."""
    case: str
    """Hash of the case as it was."""
    arm: str
    """The arm as it was."""
    arm_hash: str
    cited: int = 0
    """How many conclusions of the whole plan cite it."""
    of: int = 0
    """How many things could be left out of this case, one at a time, for its plan rests on them."""


class Row(Model):
    """One line of `results.jsonl`. Identifiers, concepts and counts: no sentence and no name."""

    case: str
    case_hash: str
    arm: str
    arm_hash: str
    status: Status
    error: str = ""
    """Of a failed pair: the kind of failure and one sentence, without patient text."""
    specialty: str = ""
    group: str = ""
    """Disease group of the case; empty where nobody said."""
    trap: str = ""
    language: str = ""
    results: int = 0
    """Observations of the case."""
    engine: str = ""
    """`rules`, or the models that were asked."""
    alerts: list[str] = Field(default_factory=list)
    """Rule ids, and analyte keys of critical values."""
    problems: list[RowProblem] = Field(default_factory=list)
    recommendations: list[RowItem] = Field(default_factory=list)
    missing: list[str] = Field(default_factory=list)
    conflicts: list[str] = Field(default_factory=list)
    """Concepts on which specialists differ."""
    gaps: list[str] = Field(default_factory=list)
    """Agents that gave no answer."""
    opinions: dict[str, str] = Field(default_factory=dict)
    """Specialty to `answered` or `unavailable`."""
    statements: int = 0
    unsupported: int = 0
    repaired: int = 0
    """Statements that were supported only after a model was asked to mend them."""
    scored: bool = False
    """Whether the case says what it expects."""
    expectations: str = ""
    """Hash of what it expects, the rubric apart; empty where nobody said."""
    tally: Tally = Field(default_factory=Tally)
    misses: list[Miss] = Field(default_factory=list)
    public: Public | None = None
    """Of a case of a public benchmark."""
    process: dict[str, int | None] = Field(default_factory=dict)
    """Process quality: measure to count; null: could not be judged."""
    rubric: RowRubric | None = None
    """What it is worth by the rubric of its case; comes from `judged.jsonl`, and is null in `results.jsonl`."""
    usage: RowUsage = Field(default_factory=RowUsage)
    seconds: str = "0"
    """Decimal string: wall time of the pair."""
    document: str = ""
    """Where the whole consultation stands, below the folder of the replay."""
    variant: RowVariant | None = None
    """Of a case or an arm with something left out; null: as it is."""


def row_of(
    consultation: Consultation, head: Row, *, score: Score | None, process: dict[str, int | None], document: str
) -> Row:
    """The row of a draft.

    Args:
        consultation: with its plan.
        head: which case and arm it is of.
        score: against what the case expects; None: nobody said.
        process: see `Row`.
        document: where the consultation is written.
    """
    plan = consultation.plan
    if plan is None:
        raise ValueError("a consultation without a plan has no row")
    return head.model_copy(
        update={
            "engine": plan.engine,
            "alerts": _alerts(consultation, plan),
            "problems": [
                RowProblem(
                    concept=problem.concept,
                    likelihood=problem.likelihood,
                    severity=problem.severity,
                    said_by=problem.said_by,
                    dissent=len(problem.dissent),
                    dissent_by=sorted({position.specialty for position in problem.dissent}),
                    expected=None if score is None else score.standing.get(problem.concept),
                )
                for problem in plan.problems
            ],
            "recommendations": [
                RowItem(kind=item.kind, concept=item.concept, urgency=item.urgency, said_by=item.said_by)
                for item in plan.recommendations
            ],
            "missing": [item.what for item in plan.missing],
            "conflicts": [conflict.concept for conflict in plan.conflicts],
            "gaps": [gap.specialty for gap in plan.gaps],
            "opinions": {opinion.specialty: opinion.status for opinion in consultation.opinions},
            "statements": consultation.verification.checked,
            "unsupported": len(consultation.verification.unsupported),
            "repaired": consultation.verification.repaired,
            "scored": score is not None,
            "tally": Tally() if score is None else score.tally,
            "misses": [] if score is None else score.misses,
            "process": process,
            "usage": _usage(consultation.usage),
            "seconds": consultation.usage.seconds,
            "document": document,
        }
    )


def head_of(case: str, case_hash: str, arm: str, arm_hash: str, expected: Expected | None) -> Row:
    """The row of a pair of which nothing is known but what it is of."""
    keys = ("specialty", "group", "trap", "public")
    told = {} if expected is None else {key: getattr(expected, key) for key in keys}
    told["expectations"] = "" if expected is None else expected.hash
    return Row(case=case, case_hash=case_hash, arm=arm, arm_hash=arm_hash, status="ok", **told)


def _alerts(consultation: Consultation, plan: Plan) -> list[str]:
    findings = {finding.id: finding for finding in consultation.findings}
    raised = [findings[alert.finding] for alert in plan.alerts]
    return [finding.rule or finding.analyte or finding.source for finding in raised]


def _usage(usage: Usage) -> RowUsage:
    shared = usage.model_dump(include=set(RowUsage.model_fields) - {"by_agent"})
    return RowUsage(**shared, by_agent=_by_agent([(call.agent, call.cost) for call in usage.ledger]))


def _by_agent(costs: Sequence[tuple[str, str]]) -> dict[str, str]:
    sums: dict[str, Decimal] = {}
    for agent, cost in costs:
        sums[agent] = sums.get(agent, Decimal()) + Decimal(cost)
    return {agent: f"{money.normalize():f}" for agent, money in sorted(sums.items()) if money}
