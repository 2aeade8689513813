"""Which characters the embedded fonts can draw; what they cannot is written as its number, never as an empty box."""

from __future__ import annotations

import re
import struct
import unicodedata
from functools import cache
from pathlib import Path

from consult.errors import MissingExtra

_NEEDED_FOR = "export as PDF"
_LATIN = (
    "20-7e a0-ac ae-2e4 2ea-2ff 384-38a 38c 38e-3a1 3a3-3ce 3d0-3e1 3f0-3f6 400-477 48c-4c4 4c7-4cc 4d0-4f9 "
    "1e00-1f15 2010-2027 2030-2037 2039-203e 2044 2070-2071 2074-208e 2090-209c 20ac 2113 2116 2122 2126-2127 "
    "212a-212b 2153-217f 2190-219b 2200-220d 220f-222e 2236 223c 2245 2248-2249 2260-2262 2264-2265 226a-226b "
    "2282-2285 2295-2298 22c5 2300 25a0-25a1 2714 2718 27e6-27e9"
)
"""What Libertinus Serif can draw, which is part of the engine and cannot be asked; hexadecimal, both ends included.
A test draws all of it."""
_SIGNS = "2500-25ff 2610-2612 2660-2667 2690-2699"
"""What DejaVu Sans Mono, which is part of the engine too, can draw besides."""


def fonts() -> tuple[Path, Path]:
    """Noto Serif SC and Noto Sans SC.

    Raises:
        MissingExtra: the package that brings them is not installed.
    """
    try:
        import pylopdf_fonts_zh_cn as package
    except ImportError:
        raise MissingExtra("pdf", _NEEDED_FOR) from None
    return package.serif_path(), package.sans_path()


def drawable(text: str) -> str:
    """`text` in characters that the embedded fonts can draw: `[U+20BB7]` stands for one that they cannot."""
    known = drawn()
    composed = unicodedata.normalize("NFC", text)
    if known.issuperset(composed):
        return composed
    return "".join(one if one in known else _spelled(one, known) for one in composed)


def _spelled(one: str, known: frozenset[str]) -> str:
    """Its compatible form where that can be drawn, else its number."""
    plain = unicodedata.normalize("NFKC", one)
    return plain if known.issuperset(plain) else f"[U+{ord(one):04X}]"


@cache
def drawn() -> frozenset[str]:
    """Every character that can be drawn."""
    serif, sans = (_characters(path.read_bytes()) for path in fonts())
    codes = {code for code in serif | sans if not unicodedata.category(chr(code)).startswith("C")}
    return frozenset(map(chr, codes | _ranges(_LATIN) | _ranges(_SIGNS)))


def _ranges(text: str) -> set[int]:
    found: set[int] = set()
    for first, last in re.findall(r"([0-9a-f]+)(?:-([0-9a-f]+))?", text):
        found.update(range(int(first, 16), int(last or first, 16) + 1))
    return found


def _characters(font: bytes) -> set[int]:
    """Code points of the `cmap` table's format 12 (OpenType 1.9, 5.1), which covers all planes."""
    count = struct.unpack_from(">H", font, 4)[0]
    tables = {font[at : at + 4]: struct.unpack_from(">I", font, at + 8)[0] for at in range(12, 12 + 16 * count, 16)}
    start = tables[b"cmap"]
    found: set[int] = set()
    for place in range(struct.unpack_from(">H", font, start + 2)[0]):
        at = start + struct.unpack_from(">I", font, start + 8 + 8 * place)[0]
        if struct.unpack_from(">H", font, at)[0] == 12:
            groups = struct.unpack_from(">I", font, at + 12)[0]
            for first, last, _ in struct.iter_unpack(">III", font[at + 16 : at + 16 + 12 * groups]):
                found.update(range(first, last + 1))
    return found
