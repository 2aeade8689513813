"""The segments of one patient, put under the order and specimen that they belong to."""

from __future__ import annotations

from dataclasses import dataclass, field

from consult.case._hl7.parts import Part
from consult.interop.hl7v2 import Segment


@dataclass(slots=True)
class Placed:
    """A segment with its notes and its place in the message."""

    segment: Segment
    source: str
    notes: list[Segment] = field(default_factory=list)


@dataclass(slots=True)
class Order:
    """One OBR with what belongs to it; without OBR when results stand before the first."""

    number: int
    """Position in the message, from 1; 0 without OBR."""
    source: str
    segment: Segment | None = None
    common: Segment | None = None
    """ORC."""
    specimens: list[Segment] = field(default_factory=list)
    results: list[Placed] = field(default_factory=list)
    notes: list[Segment] = field(default_factory=list)


@dataclass(slots=True)
class Walk:
    """One part of a message, sorted."""

    part: Part
    orders: list[Order] = field(default_factory=list)
    notes: list[Segment] = field(default_factory=list)
    """Of the patient or the visit."""
    others: list[Placed] = field(default_factory=list)
    """Diagnoses, allergies, procedures, immunizations, visits."""


_ENTRIES = frozenset({"DG1", "AL1", "IAM", "PR1", "RXA", "PV1"})
_SPECIMEN_FIRST = frozenset({"OUL"})
"""Message types in which the specimen comes before its orders."""


def walk(part: Part) -> Walk:
    """Sorts the segments of a part, in document order."""
    return _Walker(part).run()


class _Walker:
    def __init__(self, part: Part) -> None:
        self.part = part
        self.root = f"MSH[{part.message.number}]"
        self.result = Walk(part)
        self.order = Order(0, self.root)
        self.common: Segment | None = None
        self.waiting: list[Segment] = []
        self.notes = self.result.notes
        self.counts: dict[str, int] = {}
        self.specimen_first = part.message.header.text(9) in _SPECIMEN_FIRST
        # Orders are counted over the message, so a pointer means the same whoever the patient is.
        self.before = _orders_before(part)

    def run(self) -> Walk:
        for segment in self.part.segments:
            self._take(segment)
        self._close()
        return self.result

    def _take(self, segment: Segment) -> None:
        name = segment.name
        if name == "OBR":
            self._open(segment)
        elif name == "OBX":
            self._observe(segment)
        elif name == "NTE":
            self.notes.append(segment)
        elif name == "ORC":
            self.common, self.notes = segment, self.result.notes if not self.order.number else self.order.notes
        elif name == "SPM":
            self._specimen(segment)
        elif name in _ENTRIES:
            self._entry(segment)

    def _open(self, segment: Segment) -> None:
        self._close()
        self.before += 1
        self.order = Order(self.before, f"{self.root}/OBR[{self.before}]", segment, self.common, list(self.waiting))
        self.common = None
        self.notes = self.order.notes

    def _close(self) -> None:
        if self.order.number or self.order.results:
            self.result.orders.append(self.order)

    def _observe(self, segment: Segment) -> None:
        placed = Placed(segment, f"{self.order.source}/OBX[{len(self.order.results) + 1}]")
        self.order.results.append(placed)
        self.notes = placed.notes

    def _specimen(self, segment: Segment) -> None:
        if self.specimen_first or not self.order.number:
            if self.order.number:
                self._close()
                self.order = Order(0, self.root)
                self.waiting = []
            self.waiting.append(segment)
            self.order.specimens.append(segment)
        else:
            self.order.specimens.append(segment)
        self.notes = self.order.notes if self.order.number else self.result.notes

    def _entry(self, segment: Segment) -> None:
        name = segment.name
        self.counts[name] = self.counts.get(name, 0) + 1
        placed = Placed(segment, f"{self.root}/{name}[{self.counts[name]}]")
        self.result.others.append(placed)
        self.notes = placed.notes if name != "PV1" else self.result.notes


def _orders_before(part: Part) -> int:
    first = part.segments[0] if part.segments else None
    count = 0
    for segment in part.message.segments:
        if segment is first:
            break
        count += segment.name == "OBR"
    return count
