"""What every part of the record is written with: words, times, marks, decisions, and the numbers of references."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from consult.plan import UNLISTED, Citation, Language, Plan, Position, Statement, phrase
from consult.review._consultation import Consultation, Decision
from consult.review._jws import header_of
from consult.review._paper.blocks import Run, Runs
from consult.review._paper.letterhead import Letterhead
from consult.review._paper.words import word
from consult.review._signing import stale_reason
from consult.review._state import review_state

_MARKS_THE_RECORD = frozenset({"created", "drafted", "decided", "signed", "superseded", "later-results"})
"""Events that change what the record says; that it was shown or exported does not."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signed, as the protected header says."""

    name: str
    at: str
    kid: str
    digest: str
    stale: str | None


@dataclass(frozen=True, slots=True)
class Reference:
    """One edition of one source, with the passages of it that the plan cites."""

    number: int
    passages: tuple[Citation, ...]


class Desk:
    """One record while it is written."""

    def __init__(self, consultation: Consultation, plan: Plan, head: Letterhead) -> None:
        self.consultation = consultation
        self.plan = plan
        self.head = head
        self.language: Language = head.language or plan.language
        self.decided = review_state(consultation)
        self.signed = consultation.status == "signed"
        self._zone = ZoneInfo(head.time_zone)

    def say(self, key: str, **values: object) -> str:
        """Words of the record."""
        return word(key, self.language, **values)

    def phrase(self, key: str, **values: object) -> str:
        """Words of the plan, in the language of the record."""
        return phrase(key, self.language, **values)

    def when(self, at: str) -> str:
        """A time of the record, on the site's clock, to the minute."""
        try:
            return datetime.fromisoformat(at).astimezone(self._zone).strftime("%Y-%m-%d %H:%M")
        except ValueError:
            return at[:16]

    def names(self, specialties: Iterable[str]) -> str:
        """Specialties by their names in the plan."""
        return self.listed(self.plan.specialties.get(one, one) for one in specialties)

    def listed(self, words: Iterable[str]) -> str:
        """Words in a row."""
        return ("、" if self.language == "zh" else ", ").join(words)

    def labelled(self, label: str) -> Run:
        """A label with its colon."""
        return Run(f"{label}：" if self.language == "zh" else f"{label}: ", "strong")

    @cached_property
    def at(self) -> str:
        """When the record became what it is: the newest event that changed what it says."""
        told = [entry.at for entry in self.consultation.audit if entry.event in _MARKS_THE_RECORD]
        return max(told, default="1970-01-01T00:00:00Z")

    @cached_property
    def signers(self) -> tuple[Signer, ...]:
        """Everybody who signed, in order."""
        found = []
        for one in self.consultation.signatures:
            header = header_of(one.model_dump())
            name, at, kid, digest = (str(header[key]) for key in ("signer", "iat", "kid", "digest"))
            found.append(Signer(name, at, kid, digest, stale_reason(one)))
        return tuple(found)

    # -- what sentences rest on --------------------------------------------------------------------------------------

    @cached_property
    def references(self) -> tuple[Reference, ...]:
        """The sources in the order of the plan, an edition once."""
        sources: dict[tuple[object, ...], list[Citation]] = {}
        for one in self.plan.citations:
            sources.setdefault((one.guideline, one.year, one.reference), []).append(one)
        return tuple(Reference(number, tuple(found)) for number, found in enumerate(sources.values(), start=1))

    @cached_property
    def marks(self) -> dict[str, str]:
        """Passage to its mark: `3`, or `3b` where several passages of one source are cited."""
        found = {}
        for source in self.references:
            several = len(source.passages) > 1
            for place, one in enumerate(source.passages):
                found[one.passage] = f"{source.number}{letters(place) if several else ''}"
        return found

    def cited(self, facts: Iterable[str], passages: Iterable[str]) -> Runs:
        """`[F1, F2; 3b]`; nothing where nothing is cited."""
        parts = [", ".join(facts), ", ".join(self.marks.get(one, one) for one in passages)]
        shown = "; ".join(part for part in parts if part)
        return (Run(f" [{shown}]", "ref"),) if shown else ()

    def statement(self, one: Statement, *lead: Run) -> Runs:
        """A sentence, what it rests on, the model that wrote it, and why it is not supported."""
        return (*lead, Run(one.text), *self.cited(one.facts, one.passages), *self._doubts(one))

    def position(self, one: Position) -> Runs:
        """Who holds what, since when and why."""
        changed = f" ← {self.phrase(one.before)}" if one.before is not None else ""
        lead = f"{self.names([one.specialty])} · {self.phrase(one.stance)}{changed}"
        said = (self.labelled(lead), Run(one.reason))
        return (*said, *self.cited(one.facts, one.passages), *self._doubts(one))

    def _doubts(self, one: Statement | Position) -> Runs:
        found: list[Run] = []
        if one.by:
            found.append(Run(f" [{self.say('ai', model=one.by)}]", "ai"))
        if not one.supported:
            found.append(Run(f" [{self.phrase('label.unsupported')}: {one.problem or ''}]", "warn"))
        return tuple(found)

    # -- names and decisions -----------------------------------------------------------------------------------------

    def name_of(self, concept: str, names: Callable[[str], str]) -> str:
        """A concept as the plan calls it; else by `names`, which knows our list."""
        if concept.startswith(UNLISTED):
            return concept.removeprefix(UNLISTED)
        return self._called.get(concept) or names(concept)

    @cached_property
    def _called(self) -> dict[str, str]:
        advised = {one.concept: one.name for one in self.plan.recommendations}
        return advised | {one.concept: one.name for one in self.plan.problems}

    def rejected(self, item: str) -> bool:
        """Whether a doctor said no."""
        return self._is(item, "reject")

    def edited(self, item: str) -> str | None:
        """The doctor's own wording, where there is one."""
        decision = self.decided.get(item)
        return decision.text if decision is not None and decision.decision == "edit" else None

    def _is(self, item: str, kind: str) -> bool:
        decision = self.decided.get(item)
        return decision is not None and decision.decision == kind

    def verdict(self, item: str) -> Runs:
        """What was decided, by whom and when; that nothing was, where nothing was."""
        decision = self.decided.get(item)
        if decision is None:
            return (Run(self.say("undecided"), "dim"),)
        key = {"accept": "accepted", "edit": "edited", "reject": "rejected.by", "acknowledge": "told.by"}
        words = self.say(key[decision.decision], by=decision.by, at=self.when(decision.at))
        return (Run(words, "doctor"), *self._why(decision))

    def _why(self, decision: Decision) -> Runs:
        """The doctor's words beside a decision; the wording of an edited item stands in its place instead."""
        said = [decision.reason] if decision.decision != "accept" else [decision.text, decision.reason]
        words = " ".join(text.strip() for text in said if text and text.strip())
        if not words or decision.decision == "acknowledge":
            return ()
        return (Run(" — ", "dim"), self.labelled(self.say("reason")), Run(words))


def letters(place: int) -> str:
    """0: a, 25: z, 26: aa."""
    found = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        found = chr(ord("a") + rest) + found
    return found
