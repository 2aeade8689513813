"""Acknowledgement messages: what is said to a sender of his message, in his own separators and character set."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from consult.interop.hl7v2 import Message, Raw, Separators, charset_for, write_message, write_segment

Verdict = Literal["accepted", "error", "rejected"]
"""accepted: it is stored; error: not now, send it again; rejected: sending it again will not help."""
Condition = Literal["100", "101", "104", "200", "202", "203", "207"]
"""HL7 table 0357."""

_CONDITIONS: dict[str, str] = {
    "100": "Segment sequence error",
    "101": "Required field missing",
    "104": "Value too long",
    "200": "Unsupported message type",
    "202": "Unsupported processing id",
    "203": "Unsupported version id",
    "207": "Application internal error",
}
_ORIGINAL: dict[Verdict, str] = {"accepted": "AA", "error": "AE", "rejected": "AR"}
_ENHANCED: dict[Verdict, str] = {"accepted": "CA", "error": "CE", "rejected": "CR"}
_WHEN: dict[str, frozenset[Verdict]] = {
    "AL": frozenset({"accepted", "error", "rejected"}),
    "NE": frozenset(),
    "ER": frozenset({"error", "rejected"}),
    "SU": frozenset({"accepted"}),
}
"""HL7 table 0155: in which cases a sender wants to hear."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_OWN_NAME = "CONSULT"
_DEFAULT_VERSION = "2.5.1"


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said to one message."""

    verdict: Verdict
    condition: Condition | None = None
    """Null when it is accepted."""
    says: str = ""
    """One plain sentence for ERR-8: without anything of the message's text."""
    location: tuple[str, ...] = ()
    """Segment, its sequence and the field in question, as in ERL."""


ACCEPTED = Answer("accepted")


def code_for(header: Message, verdict: Verdict) -> str | None:
    """MSA-1 for `verdict`, or null when the sender does not want to hear it.

    With MSH-15 and MSH-16 empty, or MSH-15 `NE`, the original mode: an application acknowledgement (`AA`, `AE`,
    `AR`), always or as MSH-16 says. Else the enhanced mode: an accept acknowledgement (`CA`, `CE`, `CR`) as MSH-15
    says. A value that the standard does not have counts as `AL`: a sender left without an answer waits for ever.
    """
    accept, application = (header.header.text(number).upper() for number in (15, 16))
    if accept not in {"", "NE"}:
        return _ENHANCED[verdict] if verdict in _WHEN.get(accept, _WHEN["AL"]) else None
    wanted = _WHEN.get(application, _WHEN["AL"]) if application else _WHEN["NE" if accept else "AL"]
    return _ORIGINAL[verdict] if verdict in wanted else None


def acknowledgement(
    header: Message | None, answer: Answer, *, id: str, now: datetime, always: bool = False
) -> bytes | None:
    """The acknowledgement message, or null when the sender wants none.

    Args:
        header: of the message that is answered; null when it has none that can be read.
        answer: what is said.
        id: MSH-10 of the acknowledgement, at most 20 characters.
        now: the present, aware.
        always: answer a sender too who asks for no answer.
    """
    code = code_for(header, answer.verdict) if header is not None else _ORIGINAL[answer.verdict]
    if code is None and always:
        code = _ORIGINAL[answer.verdict]
    if code is None:
        return None
    if header is None:
        return write_message(_segments(_Nobody(), answer, code, id, now), "ascii")
    version = header.header.text(12)
    written = _segments(lambda number: _sent(header, number), answer, code, id, now, header.separators, version)
    codec, charset = charset_for(written, codec=header.codec, declared=_sent(header, 18))
    if charset != _sent(header, 18):
        written = _segments(
            lambda number: charset if number == 18 else _sent(header, number),
            answer, code, id, now, header.separators, version,
        )  # fmt: skip
    return write_message(written, codec)


def _sent(message: Message, number: int) -> str:
    """A field of the header as it was sent, without characters that would end the frame of the answer."""
    return _CONTROL.sub("", message.header.raw(number))


class _Nobody:
    """The fields of a header that could not be read."""

    def __call__(self, number: int) -> str:
        return {11: "P", 12: _DEFAULT_VERSION}.get(number, "")


def _segments(
    field: Callable[[int], str],
    answer: Answer,
    code: str,
    id: str,
    now: datetime,
    separators: Separators | None = None,
    version: str = _DEFAULT_VERSION,
) -> list[str]:
    chosen = separators or Separators()
    older = _older(version)
    segments = [
        write_segment("MSH", _header(field, chosen, id, now), chosen),
        write_segment("MSA", {1: code, 2: Raw(field(10)), 3: answer.says if older else ""}, chosen),
    ]
    if answer.condition is not None:
        segments.append(write_segment("ERR", _error(answer, older), chosen))
    return segments


def _header(field: Callable[[int], str], separators: Separators, id: str, now: datetime) -> dict[int, Raw | str]:
    return {
        3: Raw(field(5) or _OWN_NAME),
        4: Raw(field(6)),
        5: Raw(field(3)),
        6: Raw(field(4)),
        7: now.strftime("%Y%m%d%H%M%S%z"),
        9: Raw(_type(field(9), field(12), separators)),
        10: id,
        11: Raw(field(11) or "P"),
        12: Raw(field(12) or _DEFAULT_VERSION),
        18: Raw(field(18)),
    }


def _type(sent: str, version: str, separators: Separators) -> str:
    """`ACK`, the event that is answered, and from version 2.3.1 on the structure."""
    parts = sent.split(separators.repetition)[0].split(separators.component)
    event = parts[1] if len(parts) > 1 else ""
    if version.split(separators.component)[0] in {"2.1", "2.2", "2.3"}:
        return separators.component.join(["ACK", event]) if event else "ACK"
    return separators.component.join(["ACK", event, "ACK"])


def _error(answer: Answer, older: bool) -> dict[int, str | tuple[str | tuple[str, ...], ...]]:
    """ERR as of 2.5, where ERR-1 gave way to ERR-2 and its followers; an older reader finds ERR-1 as well."""
    condition = str(answer.condition)
    named = (condition, _CONDITIONS[condition], "HL70357")
    fields: dict[int, str | tuple[str | tuple[str, ...], ...]] = {
        2: answer.location,
        3: named,
        4: "E",
        8: answer.says,
    }
    if older:
        where = (answer.location + ("", "", ""))[:3]
        fields[1] = (*where, named)
    return fields


def _older(version: str) -> bool:
    return version[:3] in {"2.1", "2.2", "2.3", "2.4"}
