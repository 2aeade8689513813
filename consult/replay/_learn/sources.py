"""Where an item of a plan comes from: rules, agents with their models, passages, calculators, and its own concept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal

from consult.plan import UNLISTED, Plan, Problem, Recommendation, Statement
from consult.review import Consultation

SourceKind = Literal["rule", "agent", "passage", "calculator", "concept"]
KINDS: tuple[SourceKind, ...] = ("rule", "agent", "passage", "calculator", "concept")
PROBLEM = "problem"
"""Kind of a condition; the other kinds of items are those of recommendations."""
RULES = "rules"
"""Stands where a model's name would: code wrote it."""
Item = Problem | Recommendation
UNNAMED = "unlisted"
"""Stands for every condition or measure that is not in our list: how a model called it stays in the record."""


@dataclass(frozen=True, slots=True)
class Source:
    """Something that items of plans come from."""

    kind: SourceKind
    id: str
    """Rule id; agent id; passage id; name of a calculator; concept id."""
    by: str = ""
    """Of an agent, the model that wrote, with what the site calls it and what it is, or `rules`; of a concept, the kind
    of item."""


def decidable(plan: Plan) -> Iterator[tuple[str, Item]]:
    """Kind and item of everything that is accepted, edited or rejected. Alerts are acknowledged, and are not here."""
    yield from ((PROBLEM, problem) for problem in plan.problems)
    yield from ((item.kind, item) for item in plan.recommendations)


def statements_of(item: Item) -> list[Statement]:
    """All that an item says."""
    return item.statements if isinstance(item, Problem) else [item.statement, *item.further]


def concept_of(item: Item) -> str:
    """The concept of an item, when it is one of our list."""
    return UNNAMED if item.concept.startswith(UNLISTED) else item.concept


def sources_of(item: Item, kind: str, consultation: Consultation) -> dict[Source, str]:
    """Sources of an item, each with the version of it that the plan was made with (a hash; empty where none is known).

    The version of a rule and of a prompt is that of their agent's folder: a record knows no finer one. That of a
    passage is the hash of its text as it was cited.
    """
    cards, made = consultation.provenance.cards, consultation.provenance
    cited = {} if consultation.plan is None else {one.passage: one.text for one in consultation.plan.citations}
    found = {Source("concept", concept_of(item), kind): ""}
    for said in statements_of(item):
        card = str(cards.get(said.author, ""))
        found[Source("agent", said.author, _model(said, made.models))] = card
        if said.rule is not None:
            found[Source("rule", said.rule)] = card
        found |= {Source("passage", id): text_hash(cited[id]) for id in said.passages if id in cited}
    if isinstance(item, Problem):
        scores = {one.id: one.source for one in consultation.findings if one.kind == "score"}
        found |= {Source("calculator", scores[id]): made.version for id in item.findings if id in scores}
    return found


def text_hash(text: str) -> str:
    """SHA-256 of a passage's text, hex."""
    return sha256(text.encode()).hexdigest()


def _model(said: Statement, models: dict[str, Any]) -> str:
    """`hema (hema-7b)`: its name at the site, and what was asked by it."""
    if not said.by:
        return RULES
    seats = models.get(said.author)
    asked = seats.get("models", []) if isinstance(seats, dict) else []
    meant = next(
        (str(one.get("model", "")) for one in asked if isinstance(one, dict) and one.get("name") == said.by), ""
    )
    return f"{said.by} ({meant})" if meant and meant != said.by else said.by
