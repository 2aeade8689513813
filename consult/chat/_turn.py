"""One question while it is answered: how it is written down, what the log says of it, what its ids stand for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from pydantic import JsonValue

from consult.case import Entry, Observation, Report
from consult.chat._answering import Reply
from consult.chat._model import Cited, Exchange, Proposal, Sentence
from consult.chat._modelling import Heard
from consult.chat._reading import Question
from consult.chat._table import Table
from consult.chat._telling import numbered
from consult.clinic import name_of, value_of
from consult.panel import cite

_SHOWN = 200
"""Characters of a fact in words that a citation shows."""


@dataclass(slots=True)
class Turn:
    """One question while it is answered."""

    question: Question
    table: Table
    reply: Reply
    stale: bool = False
    superseded_by: str | None = None
    said: list[Sentence] = field(default_factory=list)
    heard: Heard = field(default_factory=Heard)
    kept: bool = False


def written(turn: Turn, number: int, who: str) -> Exchange:
    """The exchange as it is kept under its number."""
    proposal = turn.reply.proposal
    answer = list(turn.said)
    if proposal is not None:
        proposal = numbered(proposal, number)
        answer.append(_proposal_sentence(proposal, turn.table))
    return Exchange(
        id=f"Q{number}",
        by=who,
        language=turn.table.language,
        question=turn.question.text,
        kind=turn.reply.kind,
        answer=answer,
        subjects=turn.question.subjects,
        supposed=turn.reply.supposed,
        moves=turn.reply.moves,
        proposal=proposal,
        engine=turn.heard.model or "rules",
        gaps=[turn.heard.gap] if turn.heard.gap else [],
        stale=turn.stale,
        superseded_by=turn.superseded_by,
        calls=turn.heard.journal.calls(),
    )


def in_the_log(turn: Turn, who: str) -> dict[str, JsonValue]:
    """What the audit log says of a question: no text of it."""
    calls: list[JsonValue] = [
        {"model": call.model, "status": call.status, "prompt": call.prompt, "answer": call.answer}
        for call in turn.heard.journal.calls()
    ]
    told: dict[str, JsonValue] = {
        "by": who,
        "kind": turn.reply.kind,
        "language": turn.table.language,
        "engine": turn.heard.model or "rules",
        "sentences": len(turn.said),
        "unsupported": sum(not one.supported for one in turn.said),
    }
    return {**told, "calls": calls} if calls else told


def gap(turn: Turn) -> list[Sentence]:
    """Why the model that should have taken part did not."""
    return [turn.table.record("gap", reason=turn.heard.gap)] if turn.heard.gap else []


def _proposal_sentence(proposal: Proposal, table: Table) -> Sentence:
    listed = ("；" if table.language == "zh" else "; ").join(one.text for one in proposal.facts)
    return Sentence(text=table.says("proposal", facts=listed, id=proposal.id), about="record")


def citation(id: str, table: Table) -> Iterator[Cited]:
    """What an id stands for, in a line."""
    if id in table.facts:
        one = table.facts[id]
        yield Cited(id, "fact", _fact_line(one, table))
        return
    passage = table.library.knowledge.passages.get(id)
    if passage is not None:
        source = cite(passage, table.library.guidelines)
        yield Cited(id, "passage", f"{source.organisation} {source.year}, {passage.section}")


def _fact_line(one: Observation | Report | Entry, table: Table) -> str:
    if isinstance(one, Observation):
        when = f" ({one.effective[:16].replace('T', ' ')})" if one.effective else ""
        return f"{name_of(one, table.catalog, table.language)} {value_of(one)}{when}"
    text = f"{one.title}: {one.text}" if isinstance(one, Report) else one.name
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[: _SHOWN - 1]}…"
