"""A question about a consultation and its answer: sentences with what they rest on, and a fact that was told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import Field

from consult.case import Case, Model
from consult.models import Call
from consult.plan import Language

Kind = Literal[
    "value", "trend", "abnormal", "alerts", "trust", "why", "against", "guideline", "missing", "next", "summary",
    "specialist", "differs", "what-if", "fact", "refusal", "unanswered",
]  # fmt: skip
"""value, trend: of results or other facts; abnormal: results out of range; trust: can a result be relied on; why,
against: of a condition, an item or a result; guideline: what the literature says; missing: what would settle something;
next: what to consider; specialist: one specialty's view; differs: where they disagree; what-if: the record with another
fact; fact: something new was told; refusal: a prescription was asked for; unanswered: not understood or not known."""

Part = Literal["alert", "condition", "advice", "avoid", "missing", "finding"]
Change = Literal["new", "gone", "weaker", "stronger", "later", "sooner", "otherwise"]
"""weaker, stronger: in likelihood; later, sooner: in urgency; otherwise: in kind."""


class Sentence(Model):
    """One sentence of an answer, checked by the plan's verifier."""

    text: str
    facts: list[str] = Field(default_factory=list)
    passages: list[str] = Field(default_factory=list)
    specialty: str = ""
    """Who says it: the id of a specialist; `engine` for what is computed; empty: nobody of the panel."""
    supported: bool = True
    problem: str | None = None
    """Why the verifier did not find it supported."""
    about: Literal["patient", "record"] = "patient"
    """record: says what the record does or does not hold, or what the chat can do; it may cite nothing."""
    rule: str | None = None
    by: str = ""
    """Name of the model that wrote it; empty: code."""


class Supposed(Model):
    """What a what-if assumes. Nothing of it is in the record."""

    what: str
    """Analyte key, concept id, `age`, `sex` or `pregnant`."""
    text: str
    """`Haemoglobin 70 g/L in place of 96 g/L`."""
    facts: list[str] = Field(default_factory=list)
    """Facts of the record that were replaced or left out."""


class Move(Model):
    """What becomes otherwise: by a what-if, or from one revision to the next."""

    part: Part
    name: str
    change: Change
    before: str = ""
    after: str = ""
    """Likelihoods or urgencies."""


class ProposedFact(Model):
    """One fact as it was read from what somebody told."""

    kind: Literal["observation", "condition", "medication", "allergy"]
    text: str
    """As it would stand in the record: name, value, unit, time."""
    span: tuple[int, int]
    """Where it stands in the question."""
    analyte: str | None = None
    doubts: list[str] = Field(default_factory=list)
    """Quality codes that its reading left (`unit-inferred`)."""


class Proposal(Model):
    """A fact that was told in the chat; it is no fact of the record before a person accepts it."""

    id: str
    """`Q3`, the question in which it was told."""
    facts: list[ProposedFact]
    case: Case
    """What would be added, de-identified."""


class Decided(Model):
    """What a person did with a proposal."""

    decision: Literal["accepted", "declined"]
    by: str
    at: str
    revision: str | None = None
    """Id of the consultation that revises this one with the fact."""


class Exchange(Model):
    """A question and its answer, as they are kept with the consultation: de-identified, placeholders not put back."""

    id: str = ""
    """`Q1`, `Q2` … within the consultation."""
    at: str = ""
    """ISO 8601, UTC."""
    by: str
    """Who asked."""
    language: Language
    question: str
    kind: Kind
    answer: list[Sentence] = Field(default_factory=list)
    subjects: list[str] = Field(default_factory=list)
    """What it was about (`hgb`, `iron-deficiency-anaemia`, `P1`), for a question that follows up."""
    supposed: list[Supposed] = Field(default_factory=list)
    moves: list[Move] = Field(default_factory=list)
    """Of a what-if."""
    proposal: Proposal | None = None
    decided: Decided | None = None
    """Read from the audit log, never kept with the exchange."""
    engine: str = "rules"
    """`rules`, or the model that took part."""
    gaps: list[str] = Field(default_factory=list)
    """Why a model that should have taken part did not: kinds of failures, no text of it."""
    stale: bool = False
    """Results had come that the consultation has not seen."""
    superseded_by: str | None = None
    """The revision that had replaced the consultation when it was asked."""
    calls: list[Call] = Field(default_factory=list)
    """The model calls that the answer cost; they are no part of the consultation's own ledger."""

    def to_json(self) -> dict[str, Any]:
        """The answer as JSON types; what is empty is left out, `answer` never."""
        written = self.model_dump(mode="json", exclude={"proposal": {"case"}, "calls": True})
        kept = {"id", "question", "kind", "answer", "language"}
        return {key: value for key, value in written.items() if key in kept or value not in (None, [], "", False)}


# -- the pieces of a stream -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Text:
    """One checked sentence."""

    sentence: Sentence
    kind: Literal["text"] = "text"


@dataclass(frozen=True, slots=True)
class Cited:
    """What an id stands for, once in an answer, after the first sentence that cites it."""

    id: str
    of: Literal["fact", "passage"]
    text: str
    """A fact with its value and time; of a passage organisation, year and section."""
    kind: Literal["citation"] = "citation"


@dataclass(frozen=True, slots=True)
class Proposed:
    """A fact that waits for a person."""

    proposal: Proposal
    kind: Literal["proposal"] = "proposal"


@dataclass(frozen=True, slots=True)
class Refused:
    """A prescription was asked for: one sentence, with what can be had instead."""

    sentence: Sentence
    kind: Literal["refusal"] = "refusal"


@dataclass(frozen=True, slots=True)
class Done:
    """The end: the exchange as it is kept."""

    exchange: Exchange
    kind: Literal["done"] = "done"


Piece = Text | Cited | Proposed | Refused | Done


@dataclass(frozen=True, slots=True)
class Revised:
    """The next revision of a consultation, with a fact that a person accepted."""

    consultation: str
    """Its id; it awaits review, nothing is decided."""
    revises: str
    proposal: str
    moves: tuple[Move, ...]
    """What became otherwise in the plan."""
