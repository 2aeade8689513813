"""What the protocol needs of a message: its headers, without reading anything else of it."""

from __future__ import annotations

import re

from consult.interop.hl7v2 import Message, parse

_LONGEST = 8192
_HEADER = re.compile(rb"(?:^|[\r\n])[ \t]*+(?:\xef\xbb\xbf)?+[ \t]*+(MSH[^A-Za-z0-9\s][^\r\n]*)")


def headers(content: bytes) -> list[Message]:
    """The header of every message in `content`, each as a message of one segment; none when it is not HL7 v2.

    A header longer than 8192 bytes is none: every field that counts is short.
    """
    found = []
    for one in _HEADER.finditer(content):
        line = one.group(1)
        if len(line) <= _LONGEST:
            found.extend(parse(line + b"\r").messages)
    return found


def without_time(content: bytes) -> bytes:
    """`content` without MSH-7 of its first header: a sender who repeats a message often gives it a new time."""
    found = _HEADER.search(content)
    messages = parse(found.group(1) + b"\r").messages if found is not None else []
    if found is None or not messages:
        return content
    header = messages[0].header
    fields = [*header.fields[2:7], *header.fields[8:]]
    kept = header.separators.field.join(fields).encode("utf-8", errors="surrogatepass")
    return kept + b"\r" + content[: found.start(1)] + content[found.end(1) :].strip(b"\r\n")
