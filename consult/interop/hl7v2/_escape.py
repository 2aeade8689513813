"""Escape sequences of HL7 v2 (chapter 2, section 7)."""

from __future__ import annotations

import re
from functools import lru_cache

from consult.interop.hl7v2._separators import Separators

_FORMAT = re.compile(r"\.(br|sp|ce|in|ti|fi|nf|sk)\s*([+-]?\d*)", re.IGNORECASE)
_MAX_BLANK_LINES = 20


def unescape(text: str, separators: Separators, codec: str = "utf-8") -> str:
    r"""`text` with its escape sequences resolved; one that is not known stays as it was sent.

    `\F\ \S\ \T\ \R\ \E\ \P\` become the separators, `\X0D0A\` the bytes in the message's character set, `\.br\` and
    its kin line ends or blanks; highlighting `\H\ \N\`, character set switches and local `\Z..\` leave no trace.
    """
    mark = separators.escape
    if not mark or mark not in text:
        return text
    return _pattern(mark).sub(lambda found: _resolve(found, separators, codec), text)


@lru_cache(maxsize=16)
def _pattern(mark: str) -> re.Pattern[str]:
    quoted = re.escape(mark)
    return re.compile(rf"{quoted}([^{quoted}\r\n]{{1,2000}}){quoted}")


def _resolve(found: re.Match[str], separators: Separators, codec: str) -> str:
    body = found.group(1)
    single = {
        "F": separators.field,
        "S": separators.component,
        "T": separators.subcomponent,
        "R": separators.repetition,
        "E": separators.escape,
        "P": separators.truncation or "#",
        "H": "",
        "N": "",
    }.get(body)
    if single is not None:
        return single
    if body[0] == "X":
        return _hexadecimal(body[1:], codec, found.group(0))
    if body[0] == "Z" or re.fullmatch(r"[CM][0-9A-Fa-f]{4,6}", body):
        return ""
    command = _FORMAT.fullmatch(body)
    return found.group(0) if command is None else _layout(command)


def _hexadecimal(digits: str, codec: str, sent: str) -> str:
    try:
        return bytes.fromhex(digits).decode(codec, errors="replace")
    except ValueError:
        return sent


def _layout(command: re.Match[str]) -> str:
    name = command.group(1).lower()
    if name == "sp":
        return "\n" * min(int(command.group(2) or 1) or 1, _MAX_BLANK_LINES) if "-" not in command.group(2) else "\n"
    if name in {"br", "ce"}:
        return "\n"
    return " " if name == "sk" else ""
