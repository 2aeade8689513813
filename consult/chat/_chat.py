"""The face of a conversation about one consultation: questions, answers, facts to accept, the transcript."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from functools import cached_property

from consult.case._text import storable
from consult.chat._answering import OPEN, concept_of, reply, seat_of
from consult.chat._model import (
    Decided,
    Done,
    Exchange,
    Move,
    Piece,
    Proposed,
    Refused,
    Revised,
    Sentence,
    Text,
)
from consult.chat._modelling import ask_model
from consult.chat._moving import Side, moves
from consult.chat._reading import LONGEST, language_of, read_question
from consult.chat._table import Table
from consult.chat._turn import Turn, citation, gap, in_the_log, written
from consult.errors import NotFound, ReviewError, UsageError
from consult.panel import Panel
from consult.plan import Language
from consult.privacy import Gateway, load_detectors
from consult.review import Asked, Consultation

OnPiece = Callable[[Piece], None]
_LONGEST_NAME = 120


class Chat:
    """Questions about one stored consultation, answered with citations. Nothing that is asked changes the record.

    What is asked and answered is de-identified, kept with the consultation and written to its audit log by its hash;
    `restored` puts names back for the reviewer's eyes. One `Chat` is one person's; several may talk about one
    consultation at the same time.
    """

    def __init__(self, panel: Panel, consultation_id: str, *, who: str, language: Language | None = None) -> None:
        """Open a conversation.

        Args:
            panel: whose rules, literature and models answer.
            consultation_id: the consultation, or an unambiguous beginning of its id.
            who: who asks, for the audit log.
            language: of the answers; default: that of each question.

        Raises:
            NotFound: there is no such consultation.
            UsageError: `who` is no name, or the language is neither `en` nor `zh`.
        """
        if language not in {None, "en", "zh"}:
            raise UsageError(f"a chat is held in 'en' or 'zh', not {language!r}")
        self.panel = panel
        self.who = _name(who)
        self.language: Language | None = language
        self.id = panel.store.resolve(consultation_id)
        """Of the consultation."""
        self._stored = panel.store.get(self.id)
        self._tables: dict[Language, Table] = {}

    @property
    def consultation(self) -> Consultation:
        """The consultation as it is stored now."""
        return self.panel.store.get(self.id)

    @property
    def transcript(self) -> list[Exchange]:
        """All that was asked and answered about this consultation, by anybody, oldest first."""
        return [_exchange(one) for one in self.panel.store.exchanges(self.id) if one.body]

    def restored(self, text: str) -> str:
        """A text of this chat with names and numbers put back: for the reviewer's screen only."""
        return self._gateway.restore(text)

    # -- asking -----------------------------------------------------------------------------------------------------

    async def ask(self, text: str) -> AsyncIterator[Piece]:
        """Ask a question; sentences come as they are ready, each checked, the last piece is `Done`.

        Args:
            text: in English or Chinese; what it tells is proposed, what it supposes is computed on a copy.

        Raises:
            UsageError: it is empty, or longer than 2,000 characters.
        """
        asked = _asked(text)
        turn = await asyncio.to_thread(self._understood, asked)
        cited: set[str] = set()
        try:
            if not self._waits(turn):
                for piece in self._pieces(turn, turn.reply.sentences, cited):
                    yield piece
            if self._is_for_a_model(turn):
                await self._hear(turn)
                later = turn.heard.sentences or ([] if turn.said else turn.reply.sentences)
                for piece in self._pieces(turn, [*later, *gap(turn)], cited):
                    yield piece
            exchange = await asyncio.to_thread(self._keep, turn)
        finally:
            if not turn.kept and turn.said:  # whoever stopped listening has read what was said until then
                self._keep(turn)
        if exchange.proposal is not None:
            yield Text(exchange.answer[-1])
            yield Proposed(exchange.proposal)
        yield Done(exchange)

    def tell(self, text: str, *, on_piece: OnPiece | None = None) -> Exchange:
        """Like `ask`, to its end, from any thread; `on_piece` hears every piece as it comes."""
        return self.panel.call(self._told(text, on_piece))

    async def _told(self, text: str, on_piece: OnPiece | None) -> Exchange:
        async for piece in self.ask(text):
            if on_piece is not None:
                on_piece(piece)
            if isinstance(piece, Done):
                return piece.exchange
        raise AssertionError("a stream of pieces ends with Done")

    # -- proposals --------------------------------------------------------------------------------------------------

    async def accept(self, proposal: str, *, who: str | None = None) -> Revised:
        """Take a proposed fact over: the consultation is revised with it, and the new draft awaits review.

        Args:
            proposal: its id (`Q3`).
            who: the person who accepts; default: who asks here.

        Raises:
            NotFound: there is no such proposal.
            ReviewError: it was decided on, or the consultation cannot be revised (running, or revised already).
            ConsultationError: the run failed.
        """
        person = _name(who or self.who)
        number, exchange = self._proposed(proposal)
        assert exchange.proposal is not None
        old = self.consultation
        case = exchange.proposal.case.model_copy(
            update={"subject": old.case.subject, "identity": self.panel.store.identity(old.subject.key)}
        )
        new = await self.panel.aconsult(case, language=old.language, revises=old.id)
        self.panel.store.decide_proposal(self.id, number, by=person, revision=new.id)
        return Revised(consultation=new.id, revises=old.id, proposal=exchange.id, moves=tuple(_moved(old, new)))

    def decline(self, proposal: str, *, who: str | None = None) -> None:
        """Write down that a proposed fact is not taken over.

        Raises:
            NotFound: there is no such proposal.
            ReviewError: it was decided on before.
        """
        person = _name(who or self.who)
        number, _ = self._proposed(proposal)
        self.panel.store.decide_proposal(self.id, number, by=person, revision=None)

    def accepted(self, proposal: str, *, who: str | None = None) -> Revised:
        """Like `accept`, from any thread."""
        return self.panel.call(self.accept(proposal, who=who))

    def _proposed(self, proposal: str) -> tuple[int, Exchange]:
        for number, exchange in enumerate(self.transcript, start=1):
            if exchange.id == proposal.strip().upper() and exchange.proposal is not None:
                if exchange.decided is not None:
                    raise ReviewError(f"the fact proposed in {exchange.id} was {exchange.decided.decision} before")
                return number, exchange
        raise NotFound("there is no proposal with this id in the chat of this consultation")

    # -- one turn ---------------------------------------------------------------------------------------------------

    @cached_property
    def _gateway(self) -> Gateway:
        """Nothing that names the patient is kept or leaves: neither in a question nor in an answer."""
        store, key = self.panel.store, self._stored.subject.key
        return Gateway(
            store.identity(key),
            known=store.replacements(key, consultation=self.id),
            detectors=load_detectors(self.panel.settings.privacy.detectors),
        )

    def _understood(self, text: str) -> Turn:
        redacted = self._redacted(text)
        language = self.language or language_of(redacted)
        table = self._table(language)
        question = read_question(redacted, table, self.transcript[-1:])
        now = self.consultation
        answer = reply(question, table, now=self.panel.clock())
        return Turn(question, table, answer, stale=now.stale, superseded_by=now.superseded_by)

    def _redacted(self, text: str) -> str:
        """What was replaced stays in the local store, beside what was replaced in the case."""
        known = self._gateway.replacements
        redacted = self._gateway.redact(text)
        if self._gateway.replacements != known:
            key = self._stored.subject.key
            self.panel.store.remember(key, None, self._gateway.replacements, consultation=self.id)
        return redacted

    def _table(self, language: Language) -> Table:
        """A draft never changes, so that its table is laid once; before there is one, each time."""
        if self._stored.plan is None:
            self._stored = self.consultation
            self._tables.clear()
        if language not in self._tables:
            desk = self.panel.desk(self._stored, language=language)
            self._tables[language] = Table(self.panel, self._stored, desk)
        return self._tables[language]

    def _is_for_a_model(self, turn: Turn) -> bool:
        if turn.question.kind not in OPEN or turn.table.stored.plan is None:
            return False
        return self.panel.speaks(seat_of(turn.question, turn.table))

    def _waits(self, turn: Turn) -> bool:
        """Where the rules know nothing and a model may, nobody is told that nothing is known."""
        return turn.reply.kind == "unanswered" and self._is_for_a_model(turn)

    async def _hear(self, turn: Turn) -> None:
        seat = seat_of(turn.question, turn.table)
        turn.heard = await ask_model(
            turn.question,
            turn.table,
            seat,
            concept=concept_of(turn.question, turn.table),
            before=self.transcript,
            redact=self._gateway.redact,
        )
        told = {one.text for one in turn.said}
        turn.heard.sentences = [one for one in turn.heard.sentences if one.text not in told]
        if turn.reply.kind == "unanswered" and turn.heard.sentences:
            turn.reply = replace(turn.reply, kind="specialist")

    def _pieces(self, turn: Turn, said: list[Sentence], cited: set[str]) -> Iterator[Piece]:
        for sentence in said:
            turn.said.append(sentence)
            if turn.reply.kind == "refusal":
                yield Refused(sentence)
                continue
            yield Text(sentence)
            for one in (*sentence.facts, *sentence.passages):
                if one not in cited:
                    cited.add(one)
                    yield from citation(one, turn.table)

    def _keep(self, turn: Turn) -> Exchange:
        """Keep the exchange with the consultation; its text is hashed in the audit log."""
        made: list[Exchange] = []

        def write(number: int) -> str:
            made.append(written(turn, number, self.who))
            return made[-1].model_dump_json()

        kept = self.panel.store.keep_exchange(self.id, write, in_the_log(turn, self.who))
        turn.kept = True
        return made[-1].model_copy(update={"at": kept.at})


def _asked(text: str) -> str:
    asked = storable(text).strip()
    if not asked or not any(sign.isalnum() for sign in asked):
        raise UsageError("the question holds no words")
    if len(asked) > LONGEST:
        raise UsageError(f"the question is longer than {LONGEST} characters")
    return asked


def _name(who: str) -> str:
    name = " ".join(storable(who).split())
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise UsageError("who asks or accepts is named in one line of 1 to 120 characters")
    return name


def _exchange(asked: Asked) -> Exchange:
    decided = None if asked.decided is None else Decided.model_validate(dict(asked.decided))
    return Exchange.model_validate_json(asked.body).model_copy(update={"at": asked.at, "decided": decided})


def _moved(old: Consultation, new: Consultation) -> list[Move]:
    if old.plan is None or new.plan is None:
        return []
    return moves(Side(old.plan, old.findings), Side(new.plan, new.findings), old.language)
