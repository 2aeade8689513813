"""Whose results are whose: messages cut into one part per patient, and the parts of one patient put together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from consult.interop.hl7v2 import Message, Segment

_PLACEHOLDER = 50
"""An identifier that this many different patients carry (`UNKNOWN`) identifies none of them."""
_BLANK_DATES = frozenset({"0000", "00000000", '""'})


@dataclass(slots=True)
class Part:
    """The segments of one patient in one message."""

    message: Message
    segments: list[Segment] = field(default_factory=list)
    last: bool = True
    """It is the part that the message ends with."""

    @property
    def patient(self) -> Segment | None:
        """PID."""
        return next((segment for segment in self.segments if segment.name == "PID"), None)

    @property
    def has_results(self) -> bool:
        """There is an OBX."""
        return any(segment.name == "OBX" for segment in self.segments)


def parts_of(message: Message) -> list[Part]:
    """One part per PID; what stands before the first PID belongs to it. A second PID is another patient."""
    parts = [Part(message)]
    for segment in message.segments[1:]:
        if segment.name == "PID" and parts[-1].patient is not None:
            parts[-1].last = False
            parts.append(Part(message))
        parts[-1].segments.append(segment)
    return parts


@dataclass(slots=True)
class Grouped:
    """All parts of one patient, in document order."""

    parts: list[Part] = field(default_factory=list)
    told: dict[str, Part] = field(default_factory=dict)
    """One part per wording of PID: a day's file repeats the same one hundreds of times."""
    disputed: bool = False
    """Another group shares an identifier and contradicts this one."""

    def accepts(self, other: Part) -> bool:
        """Whether `other` is certainly of the same patient."""
        return _wording(other) in self.told or all(_same_patient(part, other) for part in self.told.values())

    def add(self, part: Part) -> None:
        """Takes a part that was accepted."""
        self.parts.append(part)
        self.told.setdefault(_wording(part), part)


def _wording(part: Part) -> str:
    patient = part.patient
    return patient.wire() if patient is not None else ""


def group_patients(parts: Iterable[Part]) -> tuple[list[Grouped], list[str]]:
    """Parts of one patient together: they share an identifier with its authority and contradict each other in nothing.

    Also returns a sentence for each patient that shares an identifier and was kept apart all the same.
    """
    groups: list[Grouped] = []
    problems: list[str] = []
    by_identifier: dict[tuple[str, str], list[Grouped]] = {}
    for part in parts:
        identifiers = _identifiers(part)
        candidates = [
            group
            for one in identifiers
            if len(by_identifier.get(one, [])) <= _PLACEHOLDER
            for group in by_identifier.get(one, [])
        ]
        home = next((group for group in candidates if group.accepts(part)), None)
        if home is None:
            if candidates:
                problems.append(
                    f"message {part.message.number}: shares a patient identifier with another message but differs in "
                    "birth date, sex or name, and was kept apart"
                )
            home = Grouped(disputed=bool(candidates))
            groups.append(home)
            for other in candidates:
                other.disputed = True
        home.add(part)
        for one in identifiers:
            known = by_identifier.setdefault(one, [])
            if not any(home is group for group in known):
                known.append(home)
    return groups, problems


def _identifiers(part: Part) -> list[tuple[str, str]]:
    """Identifier and authority of PID-3 (PID-2 in old versions); without one the sending facility stands in."""
    segment = part.patient
    if segment is None:
        return []
    found = []
    for number in (3, 2):
        for raw in segment.repetitions(number):
            pieces = segment.split(raw)
            authority = pieces[3] if len(pieces) > 3 else ""
            if pieces[0] and pieces[0] != '""':
                found.append((pieces[0], authority or f"MSH-4 {part.message.header.raw(4)}"))
        if found:
            return found
    return found


def _same_patient(one: Part, other: Part) -> bool:
    here, there = one.patient, other.patient
    if here is None or there is None:
        return False
    births = _date(here), _date(there)
    if births[0] and births[1] and not (births[0].startswith(births[1]) or births[1].startswith(births[0])):
        return False
    sexes = here.text(8)[:1].upper(), there.text(8)[:1].upper()
    if {*sexes} == {"M", "F"}:
        return False
    if births[0] and births[1]:
        return True
    # Without a birth date on both sides the name must not contradict.
    return all(_compatible(here.text(5, n).casefold(), there.text(5, n).casefold()) for n in (1, 2))


def _compatible(one: str, other: str) -> bool:
    return not one or not other or one.startswith(other) or other.startswith(one)


def _date(segment: Segment) -> str:
    date = segment.text(7)[:8]
    return "" if date in _BLANK_DATES else date
