"""Which character set an answer is written in, and how MSH-18 names it."""

from __future__ import annotations

from collections.abc import Sequence

from consult.interop.hl7v2._charset import codec_of

UTF8 = "UNICODE UTF-8"
_WIDE = frozenset({"utf-16", "utf-32"})
_NAMES = {
    "utf-8": UTF8,
    "gb18030": "GB 18030-2000",
    "big5hkscs": "BIG-5",
    "shift_jis": "SHIFT_JIS",
    "euc_kr": "KS X 1001",
}
"""Python codec to HL7 table 0211 (a few senders say SHIFT_JIS, which is not in it)."""


def charset_for(texts: Sequence[str], *, codec: str, declared: str) -> tuple[str, str]:
    """Codec and MSH-18 of an answer: the sender's where it can hold all of `texts`, else UTF-8.

    Args:
        texts: everything that will be written.
        codec: that read the sender's message.
        declared: the sender's MSH-18 as sent, or empty: then the answer names its character set unless it is ASCII.
    """
    whole = "".join(texts)
    if whole.isascii():  # the same bytes in all of them
        return "ascii", declared
    try:
        whole.encode(codec)
    except (UnicodeEncodeError, LookupError):
        return "utf-8", UTF8
    if codec in _WIDE:  # any of their bytes could end the frame of the message
        return "utf-8", UTF8
    if codec_of(declared) == codec:
        return codec, declared
    return (codec, _NAMES[codec]) if codec in _NAMES else ("utf-8", UTF8)
