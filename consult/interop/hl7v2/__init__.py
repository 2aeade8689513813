"""The wire syntax of HL7 v2 (2.3 to 2.8): bytes to segments, fields and components. Knows nothing of medicine.

Tolerant on purpose: what a sender got wrong is repaired where the repair is certain, reported where it is not,
and never dropped in silence. Why this is our own: docs/decisions/0003-hl7-parser.md.
"""

from __future__ import annotations

from consult.interop.hl7v2._charset import Decoded, decode, decode_wide
from consult.interop.hl7v2._escape import unescape
from consult.interop.hl7v2._message import Message, Segment
from consult.interop.hl7v2._parse import Parsed, looks_like_hl7, parse
from consult.interop.hl7v2._separators import Separators
from consult.interop.hl7v2._write import Raw, Value, escape, write_message, write_segment
from consult.interop.hl7v2._write_charset import UTF8, charset_for

__all__ = [
    "UTF8",
    "Decoded",
    "Message",
    "Parsed",
    "Raw",
    "Segment",
    "Separators",
    "Value",
    "charset_for",
    "decode",
    "decode_wide",
    "escape",
    "looks_like_hl7",
    "parse",
    "unescape",
    "write_message",
    "write_segment",
]
