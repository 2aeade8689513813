"""The wire syntax of HL7 v2 (2.3 to 2.8): bytes to segments, fields and components. Knows nothing of medicine.

Tolerant on purpose: what a sender got wrong is repaired where the repair is certain, reported where it is not,
and never dropped in silence. Why this is our own: docs/decisions/0003-hl7-parser.md.
"""

from __future__ import annotations

from consult.interop.hl7v2._charset import Decoded, decode
from consult.interop.hl7v2._escape import unescape
from consult.interop.hl7v2._message import Message, Segment
from consult.interop.hl7v2._parse import Parsed, looks_like_hl7, parse
from consult.interop.hl7v2._separators import Separators

__all__ = [
    "Decoded",
    "Message",
    "Parsed",
    "Segment",
    "Separators",
    "decode",
    "looks_like_hl7",
    "parse",
    "unescape",
]
