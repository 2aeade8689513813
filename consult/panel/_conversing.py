"""What a conversation about a stored record needs of a panel: the table laid by code alone, and the agents' models."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel

from consult.case import Case
from consult.clinic import assess
from consult.models import Answer, Journal, Message
from consult.panel._by_code import plan_by_code
from consult.panel._desk import Desk, desk_of_code
from consult.panel._desks import Desks
from consult.panel._engine import Engine
from consult.panel._library import Library
from consult.panel._seats import Voice
from consult.panel._staff import Staff
from consult.plan import Language, Plan
from consult.review import Consultation
from consult.review._clock import Clock
from consult.settings import Settings

R = TypeVar("R")
T = TypeVar("T", bound=BaseModel)


class Conversing:
    """The desk and the voices of a conversation; a part of `Panel`."""

    library: Library
    settings: Settings
    _desks: Desks
    _engine: Engine
    _staff: Staff
    _clock: Clock

    def clock(self) -> datetime:
        """The present, as this panel tells it."""
        return self._clock()

    def call(self, work: Coroutine[Any, Any, R]) -> R:
        """Run `work` on the panel's own loop and wait for it, from any thread but that loop's."""
        return self._engine.call(work)

    def desk(self, stored: Consultation, *, language: Language | None = None, case: Case | None = None) -> Desk:
        """The record laid out in a language: its case assessed anew by code; nobody is asked and nobody alerted.

        Args:
            stored: the consultation.
            language: of what code says; default: that of the plan.
            case: in place of the record's own, for what would be if.
        """
        library, chosen = self.library, language or stored.language
        about = stored.case if case is None else case
        assessment = assess(about, catalog=library.catalog, book=library.book, lang=chosen)
        return desk_of_code(about, assessment, library=library, language=chosen, consultation=stored.id)

    def plan_by_code(self, desk: Desk) -> Plan:
        """The plan that the rules alone give for what lies on a desk, verified."""
        return plan_by_code(desk)

    def speaks(self, agent: str) -> bool:
        """Whether a model answers as this agent, by the settings."""
        return self._staff.speaks(agent)

    async def ask_agent(
        self,
        stored: Consultation,
        agent: str,
        messages: Sequence[Message],
        answer: type[T],
        *,
        journal: Journal,
        redact: Callable[[str], str],
    ) -> Answer[T]:
        """The answer of the (first) model of an agent to a question about a record; each has a case's ceilings.

        Args:
            stored: the consultation.
            agent: whose model is asked, as `consult.toml` says.
            messages: the question.
            answer: the shape of the answer.
            journal: where the calls are written.
            redact: applied to everything that leaves.

        Raises:
            Unanswered: no model of the chain gave a usable answer, or the case is withheld.
        """
        caller = self._desks.caller(stored, journal, redact)
        assert caller is not None, "an agent without a model was asked"
        return await self._engine.acall(Voice(self._staff.seat(agent), caller).ask("chat", messages, answer))
