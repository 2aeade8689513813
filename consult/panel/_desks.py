"""Laying the desk of a consultation: its assessment, the case as models read it, and who takes part."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from consult.case import Identity
from consult.clinic import assess
from consult.models import Caller, Journal, Piece
from consult.panel._alarm import Alarm, Log
from consult.panel._case_block import case_block
from consult.panel._desk import Desk
from consult.panel._events import Emit, Event, unheard
from consult.panel._library import Library
from consult.panel._reasoner import Reasoner
from consult.panel._rules_reasoner import RulesReasoner
from consult.panel._seats import OnPiece
from consult.panel._staff import Staff
from consult.privacy import Gateway, doubts, load_detectors
from consult.review import Consultation
from consult.review._clock import Clock
from consult.settings import Settings


class Records(Log, Protocol):
    """What a desk asks a store for."""

    def identity(self, subject_key: str) -> Identity | None:
        """Who the patient is."""

    def replacements(self, subject_key: str, *, consultation: str | None = None) -> Mapping[str, str]:
        """What the placeholders of a consultation stand for."""

    def journal(self, id: str) -> Journal:
        """Where the calls of a consultation are written."""


@dataclass(frozen=True)
class Desks:
    """Where the desks of one panel are laid."""

    library: Library
    store: Records
    settings: Settings
    staff: Staff
    alarm: Alarm
    reasoners: Mapping[str, Reasoner]
    """Specialty to who reasons for it whatever the settings say."""
    clock: Clock

    def lay(self, opened: Consultation, emit: Emit) -> Desk:
        """The desk of a consultation that was opened; whoever hears `emit` hears every piece of an answer too."""
        assessment = assess(opened.case, catalog=self.library.catalog, book=self.library.book, lang=opened.language)
        block = case_block(
            opened.case,
            assessment,
            catalog=self.library.catalog,
            language=opened.language,
            budget=self.settings.panel.prompt_tokens,
        )
        team = self.staff.team(block, self._caller(opened), _listener(opened.id, emit))
        return Desk(
            consultation=opened.id,
            case=opened.case,
            assessment=assessment,
            language=opened.language,
            library=self.library,
            reasoners={**team.reasoners, **self.reasoners},
            default_reasoner=RulesReasoner(),
            on_alert=self.alarm.raise_alert,
            block=block,
            voices=team.voices,
            floored=frozenset(team.reasoners) - frozenset(self.reasoners),
            alone=self.staff.alone,
        )

    def _caller(self, opened: Consultation) -> Caller | None:
        """Who makes this consultation's calls: nothing that names the patient gets past it."""
        gateway = Gateway(
            self.store.identity(opened.subject.key),
            known=self.store.replacements(opened.subject.key, consultation=opened.id),
            detect=False,  # the case went through the detectors when it was stored; passages cite people
        )
        return self.caller(opened, self.store.journal(opened.id), gateway.redact)

    def caller(self, opened: Consultation, journal: Journal, redact: Callable[[str], str]) -> Caller | None:
        """Who makes calls about a consultation, written to `journal`; None where no model is asked."""
        return self.staff.caller(journal, redact=redact, clock=self.clock, withheld=self._withheld(opened))

    def _withheld(self, opened: Consultation) -> str:
        """Why the models of a consultation may not be asked, where the site is strict; empty: they may."""
        if not self.settings.privacy.strict:
            return ""
        found = doubts(opened.case, load_detectors(self.settings.privacy.detectors))
        if not found:
            return ""
        self.store.record(opened.id, "withheld", doubts={one.kind: one.count for one in found})
        return f"the case may still name somebody ({', '.join(one.kind for one in found)})"


def _listener(consultation: str, emit: Emit) -> OnPiece | None:
    """Tells whoever waits of every piece of an answer; None when nobody does."""
    if emit is unheard:
        return None

    def on_piece(agent: str, piece: Piece) -> None:
        data = {"agent": agent, "of": piece.kind, "text": piece.text}
        emit(Event(kind="piece", consultation=consultation, data=data))

    return on_piece
