"""Asks models for one consultation: whatever goes wrong becomes the next model's turn, and a row in the ledger."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Generic

from consult.errors import ModelError, Unanswered
from consult.models._answers import T
from consult.models._budget import Budget, Ceiling, Spent
from consult.models._cache import Cache
from consult.models._capabilities import proved
from consult.models._ledger import Journal, Purpose
from consult.models._means import Means
from consult.models._price import Prices
from consult.models._question import Question
from consult.models._recording import Recording
from consult.models._registry import Models
from consult.models._request import Message, Mode, OnPiece
from consult.models._spans import Spans
from consult.models._turn import Turn
from consult.settings import Ceilings


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """A usable answer, and where it comes from."""

    value: T
    model: str
    """Name of the model that gave it."""
    reasoning: str = ""
    """Its reasoning trace, for the reviewer."""
    failures: tuple[ModelError, ...] = ()
    """Models that failed before it; none unless a fallback was used."""


class Caller:
    """Asks the models of one consultation; several agents may ask at the same time on one event loop.

    A question goes to the first model of a chain, as strictly as that model bears; an answer that breaks the schema
    costs one repair; then comes the next model. Every attempt is written to the journal as it returns, and a question
    that was answered before, also in an earlier process, is never asked again.
    """

    def __init__(
        self,
        models: Models,
        journal: Journal,
        *,
        ceilings: Ceilings,
        clock: Callable[[], datetime],
        started: float | None = None,
        redact: Callable[[str], str] = str,
        prices: Prices | None = None,
        home: Path | None = None,
        recording: Recording | None = None,
        cache: Cache | None = None,
        spans: Spans | None = None,
        withheld: str = "",
    ) -> None:
        """Begin a consultation, or go on with one.

        Args:
            models: the models that can be asked.
            journal: where calls are written; its earlier rows count towards the ceilings.
            ceilings: what the case may use.
            clock: the time, with a time zone.
            started: when the consultation began, by `time.monotonic()`; default: now.
            redact: applied to everything that leaves, whoever composed it.
            prices: what calls cost; None: nothing.
            home: where `consult models check` wrote down which modes work; None: nothing is known of that.
            recording: where to write what happens, or to take it from.
            cache: answers of other consultations.
            spans: where to report calls.
            withheld: why no model may be asked, as a clause without patient text; empty: they may.
        """
        self._withheld = withheld
        self._budget = Budget(ceilings, journal.calls())
        self._means = Means(
            models=models,
            journal=journal,
            budget=self._budget,
            deadline=(time.monotonic() if started is None else started) + ceilings.seconds,
            clock=clock,
            redact=functools.cache(redact),  # what all agents share is redacted once
            proved=functools.cache(functools.partial(_proved, models, home)),
            prices=prices,
            recording=recording,
            cache=cache,
            spans=spans,
        )

    @property
    def usage(self) -> Spent:
        """What the consultation has consumed so far, all its processes together."""
        return self._budget.spent

    @property
    def stopped(self) -> Ceiling | None:
        """The ceiling that was reached: after it no model is asked any more."""
        return self._budget.stopped

    async def ask(
        self,
        agent: str,
        purpose: Purpose,
        messages: Sequence[Message],
        answer: type[T],
        *,
        model: str,
        temperature: float | None = None,
        reasoning_effort: str | None = None,
        max_tokens: int | None = None,
        on_piece: OnPiece | None = None,
    ) -> Answer[T]:
        """A structured answer to a question.

        Args:
            agent: who asks.
            purpose: what for.
            messages: the question; what is shared with other questions stands first.
            answer: the pydantic model that the answer must fit.
            model: the first model to ask; its fallbacks come after it.
            temperature: None: the server's default.
            reasoning_effort: None: the server's default.
            max_tokens: bound of the answer; None: the model's.
            on_piece: called with the answer's pieces as they come, those of answers that turn out unusable included.

        Raises:
            Unanswered: no model of the chain gave a usable answer, a ceiling was reached, or the case is withheld.
            ReplayMiss: a strict replay does not hold the question.
        """
        means = self._means
        if self._withheld:
            raise Unanswered(agent, (ModelError(model, "withheld", detail=self._withheld),))
        redacted = tuple(Message(message.role, means.redact(message.content)) for message in messages)
        question = Question(agent, purpose, redacted, answer, temperature, reasoning_effort, max_tokens, on_piece)
        return await self._first(question, [Turn(means, question, name) for name in means.models.chain(model)])

    async def write(
        self,
        agent: str,
        purpose: Purpose,
        messages: Sequence[Message],
        *,
        model: str,
        temperature: float | None = None,
        reasoning_effort: str | None = None,
        max_tokens: int | None = None,
        on_piece: OnPiece | None = None,
    ) -> Answer[str]:
        """An answer in free text, by the same rules as `ask`; there is no schema to break."""
        return await self.ask(
            agent,
            purpose,
            messages,
            str,
            model=model,
            temperature=temperature,
            reasoning_effort=reasoning_effort,
            max_tokens=max_tokens,
            on_piece=on_piece,
        )

    async def _first(self, question: Question[T], turns: Sequence[Turn[T]]) -> Answer[T]:
        """The first usable answer of a chain."""
        if (earlier := _earlier(question, turns)) is not None:
            return earlier
        failures: list[ModelError] = []
        for turn in turns:
            try:
                value, reply = await turn.answer()
            except ModelError as error:
                failures.append(error)
                if self._budget.ended(error):
                    break
            else:
                return Answer(value, turn.model, reply.reasoning, tuple(failures))
        raise Unanswered(question.agent, tuple(failures))


def _earlier(question: Question[T], turns: Sequence[Turn[T]]) -> Answer[T] | None:
    """The answer that was given before, by the first model or by a fallback after all before it failed."""
    for number, turn in enumerate(turns):
        if (finished := turn.finished()) is None:
            continue
        failures = [failed for before in turns[:number] if (failed := before.failed_before()) is not None]
        if len(failures) == number:
            value, reply = finished
            question.show(reply)
            return Answer(value, turn.model, reply.reasoning, tuple(failures))
    return None


def _proved(models: Models, home: Path | None, model: str) -> tuple[Mode, ...]:
    """The modes of a model that were found to work."""
    found = None if home is None else proved(home, model, models.settings(model))
    return () if found is None else found.modes or ("prompt",)
