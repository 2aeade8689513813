"""A text made comparable without moving a character: what is found in it stands at the same place in the original."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

HIDDEN = "\x7f"
"""Stands for control characters, zero width and direction marks: no pattern crosses one."""

_TABLE: dict[int, str] = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_TABLE |= {ord("，"): "，"}  # between two numbers an ASCII comma would join them
_TABLE |= dict.fromkeys((0x3000, 0xA0, 0x202F, *range(0x2000, 0x200B), ord("_")), " ")
_TABLE |= dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d"), "-")
_TABLE |= dict.fromkeys(map(ord, "～〜∼"), "~")
_TABLE |= dict.fromkeys(map(ord, "“”„‟＂"), '"') | dict.fromkeys(map(ord, "‘’‚‛"), "'")
_TABLE |= dict.fromkeys(map(ord, "⁄∕"), "/") | {ord("【"): "[", ord("】"): "]", ord("〔"): "[", ord("〕"): "]"}
_TABLE |= dict.fromkeys((*range(9), 0x0E, 0x0F, *range(0x10, 0x20), *range(0x7F, 0x85), *range(0x86, 0xA0)), HIDDEN)
_TABLE |= dict.fromkeys((*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF, 0xAD), HIDDEN)
_TABLE |= dict.fromkeys((0x0B, 0x0C, 0x0D, 0x85, 0x2028, 0x2029), "\n")

_LIKE_JSON = re.compile(r"[\"']\s{0,3}:\s{0,3}[\"'{\[\d]")
_STRUCTURE = re.compile(r"[{}\[\]]|,(?=\s{0,9}[\"'])")
_BREAK = re.compile(r"[{}\[\]\n]|,(?=\s{0,9}[\"'])|\\n")
_QUOTES = re.compile(r"\"|(?<=[{\[,:\s\n])'|'(?=[}\],:\n])")
_ENDS = re.compile(r"(?<!\b[Tt]emp)(?<!\b[WwHh]t)\.(?=\s|$)|[!?](?=\s|$)|[。!?\n]")
_HEADING = re.compile(
    r"[\s#*•-]*(?:\[(?P<boxed>[^\[\]]{1,40})\]|(?P<named>[^:=\d]{1,60}?)\s*[:=]|(?<=#)\s*(?P<marked>[^:]{1,60})|"
    r"(?P<dated>[^:=\d]{0,20}(?:19|20)\d\d[-/.年]\d{1,2}[-/.月]\d{1,2}日?[^:=\d]{0,30}?):?)\s*"
)
_LINE = re.compile(r"[^\n]+")
_LONGEST_HEADING = 80
_SHORTEST = 2
"""So many keys with values make a text one that is written like JSON."""


@dataclass(slots=True)
class _Heading:
    text: str
    depth: int
    child: int | None = None
    """How deep the first line below it is; equal to its own in a flat list."""


@dataclass(slots=True)
class Folded:
    """A text, folded, with its sentences and headings."""

    text: str
    sentences: list[tuple[int, int]] = field(default_factory=list)
    """Start and end of each, in order; a line ends one."""
    _lines: list[int] = field(default_factory=list)
    _headings: list[tuple[str, ...]] = field(default_factory=list)

    def headings(self, position: int) -> tuple[str, ...]:
        """The headings above the line of a position, the nearest first."""
        at = bisect_right(self._lines, position) - 1
        return self._headings[at] if at >= 0 else ()

    def under(self, heading: re.Pattern[str]) -> Iterator[tuple[int, int]]:
        """Start and end of every line whose nearest heading is this one."""
        for start, above in zip(self._lines, self._headings, strict=True):
            if above and heading.fullmatch(above[0]):
                end = self.text.find("\n", start)
                yield start, end if end >= 0 else len(self.text)

    def ends(self, least: int) -> Iterator[int]:
        """Ends of sentences, at least so many characters apart."""
        last = 0
        for _, end in self.sentences:
            if end - last >= least:
                yield end + 1
                last = end + 1

    def line(self, position: int) -> int:
        """Where the line of a position starts."""
        at = bisect_right(self._lines, position) - 1
        return self._lines[at] if at >= 0 else 0


def fold(text: str) -> Folded:
    """The text with full-width forms, dashes, quotes and blanks made one; of the same length."""
    plain = text.translate(_TABLE)
    depths: list[tuple[int, int]] = []
    if len(_LIKE_JSON.findall(plain, 0, 5000)) >= _SHORTEST:
        plain, depths = _unbraced(plain)
    folded = Folded(plain)
    _cut(folded)
    _head(folded, depths)
    return folded


def _unbraced(plain: str) -> tuple[str, list[tuple[int, int]]]:
    """Braces, brackets and the commas between members become line ends; and how deep it is nested, from where on."""
    depth, depths = 0, [(-1, 0)]
    for sign in _BREAK.finditer(plain):
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(sign.group(), 0)
        depths.append((sign.start(), depth))
    lines = _STRUCTURE.sub("\n", plain.replace("\\n", " \n"))
    return _QUOTES.sub(" ", lines), depths


def _cut(folded: Folded) -> None:
    start = 0
    for end in _ENDS.finditer(folded.text):
        if end.start() > start:
            folded.sentences.append((start, end.start()))
        start = end.end()
    if start < len(folded.text):
        folded.sentences.append((start, len(folded.text)))


def _head(folded: Folded, depths: list[tuple[int, int]]) -> None:
    stack: list[_Heading] = []
    before = 0
    for found in _LINE.finditer(folded.text):
        position, line = found.start(), found.group()
        if line.isspace():
            continue
        depth = _depth(depths, position) if depths else len(line) - len(line.lstrip(" \t"))
        if not depths and position - before > 1:
            while stack and stack[-1].child == stack[-1].depth:
                stack.pop()
        before = found.end()
        _leave(stack, depth)
        folded._lines.append(position)
        folded._headings.append(tuple(one.text for one in reversed(stack)))
        named = _HEADING.fullmatch(line) if len(line) < _LONGEST_HEADING else None
        if named is not None:
            while stack and stack[-1].depth >= depth:
                stack.pop()
            stack.append(_Heading((next(filter(None, named.groups()), "")).strip(), depth))


def _depth(depths: list[tuple[int, int]], position: int) -> int:
    return depths[bisect_right(depths, (position, 1 << 30)) - 1][1]


def _leave(stack: list[_Heading], depth: int) -> None:
    """Headings that a line of this depth is no longer under."""
    while stack:
        last = stack[-1]
        if last.child is None:
            last.child = max(depth, last.depth) if depth >= last.depth else None
        if last.child is not None and depth >= last.child:
            return
        stack.pop()
