"""Text that is shown: without what a terminal or a browser would obey."""

from __future__ import annotations

import re

_TERMINAL = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_LINE_END = re.compile(r"\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
"""Whatever ends a line: taken away, it would join two numbers into one."""
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_ESCAPED = {"F": "|", "S": "^", "T": "&", "R": "~", "E": "\\"}
_ESCAPE = re.compile(r"\\([FSTRE])\\")
_PLAIN = re.compile(r"[\t\n\x20-\x7e]*")


def clean(text: str) -> str:
    """`text` without terminal escapes, control characters, direction marks and blanks at its ends.

    Line ends become LF. Words are never touched: a text that tries to give orders is kept as the data it is.
    """
    if _PLAIN.fullmatch(text):
        return text.strip()
    text = _LINE_END.sub("\n", text)
    return _CONTROL.sub("", _TERMINAL.sub("", text)).strip()


def storable(text: str) -> str:
    """`text` with lone surrogates replaced: they are no characters, and no JSON file can hold them."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def unescaped(text: str) -> str:
    r"""What was sent, without the escapes by which HL7 v2 writes its own separators (`10\S\9/L` is `10^9/L`)."""
    return _ESCAPE.sub(lambda found: _ESCAPED[found[1]], text) if "\\" in text else text
