"""Character sets: MSH-18 says one thing, the bytes may say another."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

CharsetNote = Literal["mismatch", "assumed"]
"""mismatch: the bytes are not in the declared character set; assumed: none was declared and the bytes are not ASCII."""

_CODECS = {
    "ASCII": "ascii",
    "USASCII": "ascii",
    "8859": "iso8859-1",
    "UNICODE": "utf-8",
    "UNICODEUTF8": "utf-8",
    "UTF8": "utf-8",
    "UNICODEUTF16": "utf-16",
    "UTF16": "utf-16",
    "UNICODEUTF32": "utf-32",
    "UTF32": "utf-32",
    "GB180302000": "gb18030",
    "GB180302005": "gb18030",
    "GB18030": "gb18030",
    "GBK": "gb18030",
    "CP936": "gb18030",
    "GB2312": "gb18030",
    "BIG5": "big5hkscs",
    "ISOIR87": "iso2022_jp",
    "ISOIR13": "shift_jis",
    "ISOIR14": "shift_jis",
    "ISOIR159": "iso2022_jp_1",
    "SHIFTJIS": "shift_jis",
    "KSX1001": "euc_kr",
    "ISOIR149": "euc_kr",
    "EUCKR": "euc_kr",
    "WINDOWS1252": "cp1252",
    "CP1252": "cp1252",
    "WINDOWS1251": "cp1251",
    "WINDOWS1250": "cp1250",
}
_DOUBLE_BYTE = frozenset({"gb18030", "big5hkscs", "euc_kr", "shift_jis"})
_LATIN = re.compile(r"(?:ISO)?8859(1[0-5]|[1-9])")
_PAIR = re.compile(rb"[\x81-\xfe][\x40-\x7e\x80-\xfe]")
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text, and how it was read."""

    text: str
    codec: str
    """Name of the Python codec that read it."""
    note: CharsetNote | None = None
    cut: bool = False
    """The bytes end inside a character."""


def codec_of(declared: str) -> str | None:
    """The codec for a value of HL7 table 0211 (MSH-18), in any of its usual spellings; null when not known."""
    key = re.sub(r"[^A-Z0-9]", "", declared.upper())
    latin = _LATIN.fullmatch(key)
    if latin is not None:
        return None if latin.group(1) == "12" else f"iso8859-{latin.group(1)}"
    return _CODECS.get(key)


def decode_wide(data: bytes) -> str | None:
    """The text of input that says by its first bytes that it is UTF-8 with a mark, UTF-16 or UTF-32; else null.

    These must be read as a whole: in them a segment end is not a single byte.
    """
    for mark, codec in _BOMS:
        if data.startswith(mark):
            return data.decode(codec, errors="replace")
    if data[:6:2] in {b"MSH", b"FHS", b"BHS"} and data[1:6:2] == b"\x00\x00\x00":
        return data.decode("utf-16-le", errors="replace")
    if data[1:7:2] in {b"MSH", b"FHS", b"BHS"} and data[:6:2] == b"\x00\x00\x00":
        return data.decode("utf-16-be", errors="replace")
    return None


def decode(data: bytes, declared: str) -> Decoded:
    """The text of one message whose MSH-18 is `declared` (empty: not said).

    The declared character set is used when the bytes are valid in it. Bytes that are valid UTF-8 with multi-byte
    characters are UTF-8 whatever was declared, since other encodings hardly ever look so; against a declared
    two-byte encoding only three-byte characters count (`血` in GBK is also a Cyrillic letter in UTF-8).
    """
    codec = codec_of(declared)
    if data.isascii() and b"\x1b" not in data:
        return Decoded(data.decode("ascii"), codec if codec not in {None, "ascii"} else "utf-8")
    if codec in {"utf-16", "utf-32"}:
        codec = "utf-8"
    utf8, cut = _utf8(data)
    if utf8 is not None and b"\x1b$" not in data and not (codec in _DOUBLE_BYTE and _could_be_pairs(utf8)):
        return Decoded(utf8, "utf-8", None if codec == "utf-8" else _note(declared), cut)
    if codec is not None:
        text = _strict(data, codec)
        if text is not None:
            return Decoded(text, codec)
    return _guess(data, declared)


def _could_be_pairs(utf8: str) -> bool:
    return any("\x80" <= char < "\u0800" for char in utf8)


def _note(declared: str) -> CharsetNote:
    return "mismatch" if declared.strip() else "assumed"


def _utf8(data: bytes) -> tuple[str | None, bool]:
    try:
        return data.decode("utf-8"), False
    except UnicodeDecodeError as error:
        # A message cut inside its last character is still UTF-8.
        if error.reason == "unexpected end of data" and not data[: error.start].isascii():
            return data[: error.start].decode("utf-8") + "\ufffd", True
        return None, False


def _strict(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except UnicodeDecodeError:
        return None


def _guess(data: bytes, declared: str) -> Decoded:
    """GB18030 when the bytes read like Chinese, else Western European, which reads any byte."""
    pairs = _PAIR.findall(data)
    hanzi = sum(1 for pair in pairs if pair[0] >= 0xB0 and pair[1] >= 0xA1)
    text = _strict(data, "gb18030")
    if text is not None and hanzi * 2 >= len(pairs):
        return Decoded(text, "gb18030", _note(declared))
    fallback = codec_of(declared)
    if fallback not in {None, "ascii", "utf-8"}:
        return Decoded(data.decode(str(fallback), errors="replace"), str(fallback), "mismatch")
    text = _strict(data, "cp1252")
    if text is None:
        text = data.decode("iso8859-1")
    return Decoded(text, "cp1252", _note(declared))
