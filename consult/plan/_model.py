"""Opinions and the plan: the same shape whoever reasons, rules or a model."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from consult.case import Model
from consult.clinic import CareKind, DataQuality, Likelihood, Severity

Urgency = Literal["immediate", "same-day", "routine"]
RecommendationKind = Literal["test", "referral", "treatment", "monitoring", "avoid"]


class Statement(Model):
    """A sentence and what it rests on. One without support is a defect, and is shown as one."""

    text: str
    facts: list[str] = Field(default_factory=list)
    passages: list[str] = Field(default_factory=list)
    author: str
    """Agent id."""
    rule: str | None = None
    supported: bool = True
    """Set by the verifier only."""
    problem: str | None = None
    """Why the verifier did not find it supported."""
    by: str = ""
    """Name of the model that wrote it; empty: code."""
    prescribed: bool = False
    """Set by the verifier: the sentence as written was a prescription, and was rewritten or withheld."""


class OpinionProblem(Model):
    """A condition as one specialist sees it."""

    concept: str
    likelihood: Likelihood
    severity: Severity
    statements: list[Statement] = Field(min_length=1)
    findings: list[str] = Field(default_factory=list)
    draft_knowledge: bool = False
    """The rule behind it has not been reviewed by a clinician."""


class OpinionRecommendation(Model):
    """Something to consider doing, or not doing."""

    kind: RecommendationKind
    concept: str
    urgency: Urgency = "routine"
    statement: Statement
    for_problem: str | None = None
    """Concept of the problem it serves."""
    severity: Severity = "standard"
    """Of the rule that asks; nothing that a red, high or gate rule asks for is filtered."""
    draft_knowledge: bool = False


class Gap(Model):
    """What could not be answered, and what would settle it."""

    concept: str | None = None
    """The condition in question."""
    analytes: list[str] = Field(default_factory=list)
    """Analyte keys (or `history.<concept>`) that would settle it."""
    facts: list[str] = Field(default_factory=list)
    """Facts that raise the question."""
    rule: str | None = None
    severity: Severity = "standard"
    reason: str = ""


class Opinion(Model):
    """One specialist's answer."""

    specialty: str
    status: Literal["answered", "unavailable"] = "answered"
    reasoner: str
    statements: list[Statement] = Field(default_factory=list)
    problems: list[OpinionProblem] = Field(default_factory=list)
    recommendations: list[OpinionRecommendation] = Field(default_factory=list)
    gaps: list[Gap] = Field(default_factory=list)
    retrieved: list[str] = Field(default_factory=list)
    """Passage ids that were looked at, best first."""
    reason: str = ""
    """Why the specialist is unavailable."""


class Task(Model):
    """What one specialist is asked."""

    id: str
    """`T1`, `T2` …"""
    specialty: str
    question: str
    facts: list[str]
    findings: list[str] = Field(default_factory=list)


class Position(Model):
    """What one specialist holds about a point in dispute."""

    specialty: str
    stance: Literal["confirmed", "likely", "possible", "unlikely", "excluded", "recommends", "advises-against"]
    """A likelihood for a condition; for or against for a recommendation."""
    reason: str
    """The specialist's own sentence."""
    facts: list[str] = Field(default_factory=list)
    passages: list[str] = Field(default_factory=list)
    before: str | None = None
    """The stance held before cross-review, where it changed."""
    supported: bool = True
    """Set by the verifier only."""
    problem: str | None = None
    """Why the verifier did not find it supported."""
    by: str = ""
    """Name of the model that wrote it; empty: code."""
    prescribed: bool = False
    """Set by the verifier: the sentence as written was a prescription, and was rewritten or withheld."""


class Conflict(Model):
    """Two specialists who differ. A result, not an error."""

    kind: Literal["likelihood", "recommendation"]
    concept: str
    name: str
    positions: list[Position]
    outcome: Literal["no-consensus", "resolved"] = "no-consensus"
    """`resolved` when cross-review brought the positions together."""


class Alert(Model):
    """A danger that is told before anything else and that no agent can drop."""

    id: str
    finding: str
    severity: Literal["red"] = "red"
    statement: Statement
    cautions: list[str] = Field(default_factory=list)
    """Why the number may be wrong; the alert stands all the same."""
    source: str


class CareItem(Model):
    """What a ward needs to know beside a condition."""

    kind: CareKind
    statement: Statement


class Problem(Model):
    """A condition of the plan, with everyone's view of it."""

    id: str
    concept: str
    name: str
    likelihood: Likelihood
    severity: Severity
    statements: list[Statement]
    said_by: list[str]
    dissent: list[Position] = Field(default_factory=list)
    cautions: list[str] = Field(default_factory=list)
    """Why a result it rests on may be wrong."""
    findings: list[str] = Field(default_factory=list)
    draft_knowledge: bool = False
    below_the_line: bool = False
    """Set by the verifier: only models say it, and nothing that they cite supports it."""
    care: list[CareItem] = Field(default_factory=list)
    """Risks, complications, monitoring and follow-up, as far as our content says anything of the condition."""


class Recommendation(Model):
    """An option for the doctor; never an order."""

    id: str
    kind: RecommendationKind
    concept: str
    name: str
    urgency: Urgency
    statement: Statement
    further: list[Statement] = Field(default_factory=list)
    """What others said of the same thing; a merge loses nobody's condition."""
    why: list[str] = Field(default_factory=list)
    """Ids of the problems it serves."""
    cautions: list[str] = Field(default_factory=list)
    said_by: list[str]
    draft_knowledge: bool = False
    below_the_line: bool = False
    """Set by the verifier: only models say it, and nothing that they cite supports it."""


class Missing(Model):
    """A result or history that would settle a question."""

    what: str
    """Analyte key or `history.<concept>`."""
    name: str
    text: str
    decides: list[str]
    """Concepts it would settle."""
    facts: list[str] = Field(default_factory=list)
    asked_by: list[str]


class Citation(Model):
    """A passage as it stood when the plan was made."""

    passage: str
    guideline: str
    organisation: str
    title: str
    year: int
    reference: str
    """DOI, PMID or identifier."""
    section: str
    text: str
    corpus: str
    superseded_by: list[str] = Field(default_factory=list)
    """Newer guidelines that replace this one, wholly or in part; not empty is a warning."""
    partly: bool = False
    """Replaced in part only."""


UNEXPLAINED = "unexplained-abnormal-results"
"""The concept under which abnormal results that no rule explains are listed; its likelihood means nothing."""


UNLISTED = "unlisted:"
"""What stands before the name of a condition or measure that a model named and that is not in our list of concepts."""


class Unavailable(Model):
    """An agent that did not answer, or whose models did not: a typed gap, never evidence."""

    specialty: str
    reason: str
    instead: str = ""
    """`rules` where the rules engine's answer stands in the place of a model's; empty: nobody answered."""


class Plan(Model):
    """The draft that a doctor decides item by item."""

    language: Literal["en", "zh"]
    engine: str
    """`rules`, or the names of the models used."""
    specialties: dict[str, str] = Field(default_factory=dict)
    """Specialist ids to their names in the language of the plan."""
    alerts: list[Alert] = Field(default_factory=list)
    problems: list[Problem] = Field(default_factory=list)
    recommendations: list[Recommendation] = Field(default_factory=list)
    missing: list[Missing] = Field(default_factory=list)
    conflicts: list[Conflict] = Field(default_factory=list)
    citations: list[Citation] = Field(default_factory=list)
    gaps: list[Unavailable] = Field(default_factory=list)
    warnings: list[str] = Field(default_factory=list)
    """What the verifier wants said of the plan as a whole."""
    data: DataQuality | None = None
    """How far the data can be relied on."""


class Verification(Model):
    """What the verifier did."""

    checked: int = 0
    repaired: int = 0
    unsupported: list[str] = Field(default_factory=list)
    """`P1/1: …`: item, statement number, why."""
    prescriptions: int = 0
    """Sentences and names with a dose, a frequency or a route that were rewritten as an option or withheld."""
