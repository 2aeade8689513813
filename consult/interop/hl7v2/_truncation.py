"""Was the message cut off? HL7 v2 has no end mark, so only what is certain counts."""

from __future__ import annotations

from consult.interop.hl7v2._message import Segment

_RESULT_STATUS = 11
_UNIT = 6
_ONE_PIECE = frozenset({"NM", "SN", "ST"})
_LEAST = {"MSH": 12, "PID": 8, "OBR": 5}
"""Field counts, the name included, below which a last segment without an end is cut."""


def is_cut(segments: tuple[Segment, ...], *, framed: bool) -> bool:
    """Whether the last segment has no end and is shorter than a whole one.

    Many files leave out the end of the last segment, so that alone says nothing. A number that ends the input in
    OBX-5 may have lost digits: then the other results of the message, or the missing unit field, decide.
    """
    last = segments[-1]
    if last.terminated or framed:
        return False
    if len(last.name) < 3 or _open_escape(last):
        return True
    if last.name == "OBX":
        return _cut_result(last, segments)
    return len(last.fields) < _LEAST.get(last.name, 0) and _only_announced(segments)


def _open_escape(last: Segment) -> bool:
    mark = last.separators.escape
    return bool(mark) and last.fields[-1].endswith(mark) and last.fields[-1].count(mark) % 2 == 1


def _cut_result(last: Segment, segments: tuple[Segment, ...]) -> bool:
    others = [segment for segment in segments if segment.name == "OBX" and segment is not last]
    if others:
        return len(last.fields) < min(len(segment.fields) for segment in others)
    return len(last.fields) <= _UNIT and last.raw(2) in _ONE_PIECE


def _only_announced(segments: tuple[Segment, ...]) -> bool:
    """The message announces results (ORU) and ends before the first."""
    return not any(segment.name == "OBX" for segment in segments)
