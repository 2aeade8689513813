"""Bytes that declare no character set, as text: which one they are in, and whether they are text at all."""

from __future__ import annotations

import re

from consult.errors import CaseError
from consult.interop.hl7v2 import decode, decode_wide

_SAMPLE = 64 * 1024
"""Bytes from which the character set is told; one is used for the whole input."""
_LOOKED_AT = 4000
_MOST_BROKEN = 10
"""One sign that is no part of any text in so many, and it is none."""
_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x9f\ufffd]")


def text_of(content: bytes | str) -> tuple[str, str | None]:
    """The characters of `content`, and the quality code of what had to be assumed: null for UTF-8 and for marked input.

    Chinese notes and spreadsheets come in GB18030 as often as in UTF-8, Western ones in Windows-1252. What cannot be
    read in the character set that was told is U+FFFD, and then the code says so.
    """
    if isinstance(content, str):
        return content.removeprefix("\ufeff"), None
    marked = decode_wide(content)
    if marked is not None:
        return marked.removeprefix("\ufeff"), None
    try:
        return content.decode("utf-8"), None
    except UnicodeDecodeError as error:
        broken = error.start
    text = content.decode("utf-8", errors="replace")
    if not _mostly_read(text):
        text = content.decode(decode(_sample(content, broken), "").codec, errors="replace")
    return text, "charset-mismatch" if "\ufffd" in text else "charset-assumed"


def refuse_binary(content: bytes | str) -> None:
    """Let text in any character set pass.

    Raises:
        CaseError: NUL bytes without a mark of UTF-16 or UTF-32, or hardly a letter.
    """
    if isinstance(content, str) or decode_wide(content[:_LOOKED_AT]) is not None:
        return
    start = content[:_LOOKED_AT]
    if b"\x00" in start or len(_NO_TEXT.findall(text_of(start)[0])) * _MOST_BROKEN > len(start):
        raise CaseError("the input is binary data, neither HL7 v2 nor JSON nor text")


def _mostly_read(text: str) -> bool:
    """Whether text read as UTF-8 is UTF-8 with a few broken characters: in no other encoding do many fit by chance."""
    broken = text.count("\ufffd")
    return sum(not sign.isascii() for sign in text) > 2 * broken


def _sample(content: bytes, broken: int) -> bytes:
    """The lines around the first byte that is not UTF-8: a line or a blank never ends inside a character."""
    start = max(content.rfind(b"\n", 0, broken), content.rfind(b" ", 0, broken)) + 1
    if len(content) - start <= _SAMPLE:
        return content[start:]
    end = max(content.rfind(b"\n", start, start + _SAMPLE), content.rfind(b" ", start, start + _SAMPLE))
    return content[start : end if end > broken else start + _SAMPLE]
