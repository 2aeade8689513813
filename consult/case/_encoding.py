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
_BETWEEN = re.compile(rb"[\t-/]")
"""Bytes that are a character of their own in every encoding that is told apart here."""
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
    return len(text) - len(text.encode("ascii", errors="ignore")) > 2 * broken


def _sample(content: bytes, broken: int) -> bytes:
    """What surrounds the first byte that is not UTF-8, cut where no character of two or four bytes can be cut."""
    before = [found.end() for found in _BETWEEN.finditer(content[max(broken - _SAMPLE // 2, 0) : broken])]
    start = max(broken - _SAMPLE // 2, 0) + before[0] if broken > _SAMPLE // 2 and before else 0
    start = broken if broken - start > _SAMPLE else start
    sample = content[start : start + _SAMPLE]
    if len(content) - start <= _SAMPLE:
        return sample
    after = [found.end() for found in _BETWEEN.finditer(sample) if found.end() > broken - start]
    return sample[: after[-1]] if after else sample
