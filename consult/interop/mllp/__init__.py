"""HL7 v2 over a network: frames, a listener and a sender, acknowledgements. Knows nothing of cases.

What was decided, and why: docs/decisions/0010-mllp.md.
"""

from __future__ import annotations

from consult.interop.mllp._acknowledge import ACCEPTED, Answer, Condition, Verdict, acknowledgement, code_for
from consult.interop.mllp._client import Acknowledged, Client
from consult.interop.mllp._framing import Frame, Framer, framed
from consult.interop.mllp._header import headers, without_time
from consult.interop.mllp._server import Handler, Limits, Server

__all__ = [
    "ACCEPTED",
    "Acknowledged",
    "Answer",
    "Client",
    "Condition",
    "Frame",
    "Framer",
    "Handler",
    "Limits",
    "Server",
    "Verdict",
    "acknowledgement",
    "code_for",
    "framed",
    "headers",
    "without_time",
]
