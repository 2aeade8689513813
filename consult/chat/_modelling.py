"""A question put to the model of a specialist: its sentences pass the same verifier, and what fails is marked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from consult.chat._checking import checked
from consult.chat._model import Exchange, Sentence
from consult.chat._reading import Question
from consult.chat._steps import searched
from consult.chat._table import Table
from consult.errors import Unanswered
from consult.models import MemoryJournal
from consult.panel import References, case_block, fence, plain_text, with_dates

_SENTENCE = 600
_QUESTION = 1000
_SAID = 300
_EARLIER = 3
"""Questions before this one that a model is told."""


class Said(BaseModel):
    """One sentence and what it rests on."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    text: Annotated[str, Field(max_length=_SENTENCE)]
    cites: Annotated[list[Annotated[str, Field(max_length=80)]], Field(max_length=12)]


class ChatAnswer(BaseModel):
    """A model's answer to a question."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    answer: Annotated[list[Said], Field(max_length=8)]


@dataclass(slots=True)
class Heard:
    """What came of asking."""

    sentences: list[Sentence] = field(default_factory=list)
    """Checked; what is not supported is marked, a prescription is gone."""
    model: str = ""
    gap: str = ""
    """Why nobody answered."""
    journal: MemoryJournal = field(default_factory=MemoryJournal)


async def ask_model(
    question: Question,
    table: Table,
    seat: str,
    *,
    concept: str,
    before: Sequence[Exchange],
    redact: Callable[[str], str],
) -> Heard:
    """What the model of `seat` answers, in checked sentences; a failure is a gap, never a text.

    Args:
        question: as it was understood; a prescription is never asked of a model.
        table: the record.
        seat: the specialist.
        concept: what the question is about.
        before: earlier questions and answers.
        redact: applied to everything that leaves.
    """
    heard = Heard()
    references = References(findings=table.findings, cites=table.desk.cites)
    block = case_block(
        table.case,
        table.assessment,
        catalog=table.catalog,
        language=table.language,
        budget=table.panel.settings.panel.prompt_tokens,
    )
    prompts = table.library.prompts
    passages = references.offer(searched(question, table, seat), tokens=table.panel.settings.panel.passage_tokens)
    asked = prompts.shared(
        "chat",
        table.language,
        earlier="\n".join(_earlier(before)),
        passages=passages,
        question=fence("", question.text, _QUESTION),
    )
    messages = prompts.messages(block, prompts.role(seat, table.language), asked, language=table.language)
    try:
        answer = await table.panel.ask_agent(
            table.stored, seat, messages, ChatAnswer, journal=heard.journal, redact=redact
        )
    except Unanswered as error:
        heard.gap = error.reason
        return heard
    heard.model = answer.model
    said = [_sentence(one, references, block.days, seat, answer.model) for one in answer.value.answer]
    heard.sentences = checked([one for one in said if one.text], table.desk, concept=concept)
    return heard


def _sentence(one: Said, references: References, days: Mapping[str, str], seat: str, model: str) -> Sentence:
    cited = references.resolve(one.cites)
    text = with_dates(plain_text(one.text, _SENTENCE), days)
    return Sentence(text=text, facts=cited.facts, passages=cited.passages, specialty=seat, by=model)


def _earlier(before: Sequence[Exchange]) -> list[str]:
    """The last questions with the first sentence of their answers, as data."""
    return [
        f"- {fence('', one.question, _SAID)} {fence('', one.answer[0].text if one.answer else '', _SAID)}"
        for one in before[-_EARLIER:]
    ]
