"""A signed plan as an HL7 v2 message: a result (ORU^R01) or a document (MDM^T02). Never an order."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Literal

from consult.interop.hl7v2 import Raw, Value, charset_for, write_message, write_segment
from consult.live._lines import Kind, Line, Signed
from consult.live._origin import Origin

Format = Literal["oru", "mdm"]
_NAMES: dict[Kind, str] = {
    "STATEMENT": "Author and responsibility",
    "ALERT": "Alert",
    "PROBLEM": "Problem",
    "RECOMMENDATION": "To consider",
    "CONFLICT": "Specialists differ",
    "MISSING": "Missing to decide",
    "SOURCES": "Sources",
}
_CODING = "99CONSULT"
_LOINC = ("48767-8", "Annotation comment [Interpretation] Narrative", "LN")
_NOTE = ("11488-4", "Consult note", "LN")


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is said about an answer, beside what it says."""

    consultation: str
    control: str
    """MSH-10: the same for every attempt to send the same thing."""
    created: str
    """When it was queued; ISO 8601, UTC."""
    supersedes: str | None
    """The consultation that it replaces."""
    application: str
    """Our MSH-3."""
    facility: str
    """Our MSH-4."""
    attachment: bytes | None = None
    """The signed document."""


def answer(format: Format, lines: list[Line], signed: Signed, origin: Origin, envelope: Envelope) -> bytes:
    """The message, in the separators, the version and, where it can hold the text, the character set of `origin`."""
    texts = [line.text for line in lines]
    everything = [*texts, *signed.names, origin.patient, origin.visit, origin.application, origin.facility]
    codec, charset = charset_for(everything, codec=origin.codec, declared=origin.charset)
    writer = _Writer(signed, origin, envelope)
    segments = writer.oru(lines, charset) if format == "oru" else writer.mdm(lines, charset)
    return write_message([segment for segment in segments if segment], codec)


class _Writer:
    def __init__(self, signed: Signed, origin: Origin, envelope: Envelope) -> None:
        self.origin, self.envelope = origin, envelope
        self.signer = signed.names[0]
        self.sent, self.signed = _time(envelope.created), _time(signed.at)
        self.number = (envelope.consultation, envelope.application)
        self.status = "C" if envelope.supersedes else "F"

    def segment(self, name: str, fields: dict[int, Value]) -> str:
        return write_segment(name, fields, self.origin.separators)

    def oru(self, lines: list[Line], charset: str) -> list[str]:
        return [
            self.header("ORU", "R01", "ORU_R01", charset),
            self.origin.patient,
            self.origin.visit,
            self.request(),
            *self.results(lines),
        ]

    def mdm(self, lines: list[Line], charset: str) -> list[str]:
        event = "T10" if self.envelope.supersedes else "T02"
        return [
            self.header("MDM", event, "MDM_T02", charset),
            self.segment("EVN", {1: event, 2: self.sent}),
            self.origin.patient,
            # Required in this message; U: the class of the visit is not known.
            self.origin.visit or self.segment("PV1", {1: "1", 2: "U"}),
            self.document(),
            *self.results(lines),
        ]

    def header(self, kind: str, event: str, structure: str, charset: str) -> str:
        older = self.origin.version[:3] in {"2.1", "2.2"} or self.origin.version == "2.3"
        return self.segment(
            "MSH",
            {
                3: self.envelope.application,
                4: self.envelope.facility,
                5: self.origin.application,
                6: self.origin.facility,
                7: self.sent,
                9: (kind, event) if older else (kind, event, structure),
                10: self.envelope.control,
                11: self.origin.processing,
                12: Raw(self.origin.version),
                18: Raw(charset),
            },
        )

    def request(self) -> str:
        """Under a number of our own, so that it replaces no result of the laboratory; OBR-29 names the order."""
        order, separators = self.origin.order, self.origin.separators
        parent = separators.component.join(
            number.replace(separators.component, separators.subcomponent) for number in (order.placer, order.filler)
        ).rstrip(separators.component)
        return self.segment(
            "OBR",
            {
                1: "1",
                2: order.placer,
                3: self.number,
                4: _NOTE,
                7: self.signed,
                22: self.signed,
                25: self.status,
                29: Raw(parent),
                32: (("", self.signer),),
            },
        )

    def document(self) -> str:
        order = self.origin.order
        return self.segment(
            "TXA",
            {
                1: "1",
                2: "CN",  # consultation
                3: "FT",
                4: self.signed,
                6: self.sent,
                9: ("", self.signer),
                12: self.number,
                13: (self.envelope.supersedes, self.envelope.application) if self.envelope.supersedes else "",
                14: order.placer,
                15: order.filler,
                17: "LA",  # legally authenticated
                19: "AV",
                22: ("", self.signer, "", "", "", "", "", "", "", "", "", "", "", "", self.signed),
            },
        )

    def results(self, lines: list[Line]) -> list[str]:
        written = [self.result(number, line) for number, line in enumerate(lines, start=1)]
        attachment = self.envelope.attachment
        if attachment is not None:
            data = base64.b64encode(attachment).decode("ascii")
            # Only what stands between the marks of the frame may be long; Base64 needs no escapes.
            value = (self.envelope.application, "AP", "json", "Base64", data)
            written.append(self.observation(len(lines) + 1, "ED", "DOCUMENT", "Signed document", "DOCUMENT", value))
        return written

    def result(self, number: int, line: Line) -> str:
        return self.observation(number, "FT", line.kind, _NAMES[line.kind], line.id, line.text)

    def observation(self, number: int, type: str, code: str, name: str, sub: str, value: Value) -> str:
        fields: dict[int, Value] = {
            1: str(number),
            2: type,
            3: (code, name, _CODING, *_LOINC),
            4: sub,
            5: value,
            11: self.status,
            14: self.signed,
            16: ("", self.signer),
        }
        return self.segment("OBX", fields)


def _time(iso: str) -> str:
    """`2026-05-04T07:08:09.123Z` as HL7 writes it."""
    digits = "".join(char for char in iso[:19] if char.isdigit())
    return f"{digits}+0000"
