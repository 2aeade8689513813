"""Attachments whose content is text: decoded from base64, and HTML made plain."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from html import unescape

from consult.interop.fhir._shapes import Resource, text

_TEXTUAL = frozenset({"", "text/plain", "text/html", "application/xhtml+xml", "text/markdown"})
_BLOCKS = frozenset(
    {
        *("address", "article", "blockquote", "br", "dd", "div", "dt", "h1", "h2", "h3", "h4", "h5", "h6", "hr"),
        *("li", "ol", "p", "pre", "section", "table", "tr", "ul"),
    }
)
_CELLS = frozenset({"td", "th"})
_UNSHOWN = frozenset({"script", "style", "head", "title"})
_TAG = re.compile(
    r"(?P<comment><!--)|<[!?][^<>]*+>"
    r"|<(?P<end>/?)(?P<tag>[A-Za-z][A-Za-z0-9:]{0,30})(?:[^<>\"']|\"[^\"<]*+\"|'[^'<]*+')*+[\"']?[^<>]{0,200}>"
)
"""A tag never holds another `<`, so that no text is looked at twice."""
_LARGEST = 4 * 1024 * 1024


def attachment_text(attachment: Resource) -> str | None:
    """The text in an Attachment; null when it is of another kind, elsewhere (`url` only), or cannot be decoded."""
    media, charset = _content_type(text(attachment.get("contentType")))
    data = text(attachment.get("data"))
    if media not in _TEXTUAL or not data or len(data) > _LARGEST:
        return None
    try:
        content = base64.b64decode("".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    if not media and (b"\x00" in content[:1000] or content.startswith((b"%PDF", b"\x89PNG", b"\xff\xd8"))):
        return None
    decoded = _decoded(content, charset)
    shown = plain_text(decoded) if "html" in media or _looks_like_html(decoded) else decoded
    return shown.strip() or None


def _content_type(sent: str) -> tuple[str, str]:
    media, _, parameters = sent.partition(";")
    charset = next(
        (part.split("=", 1)[1].strip(" \"'") for part in parameters.split(";") if "charset=" in part.lower()), ""
    )
    return media.strip().lower(), charset


def _decoded(content: bytes, charset: str) -> str:
    for encoding in (charset, "utf-8", "gb18030"):
        try:
            return content.decode(encoding or "utf-8").removeprefix("\ufeff")
        except (LookupError, UnicodeError, ValueError):
            continue
    return content.decode("utf-8", errors="replace")


def _looks_like_html(decoded: str) -> bool:
    start = decoded[:200].lstrip().lower()
    return start.startswith(("<!doctype html", "<html", "<div", "<body"))


def plain_text(markup: str) -> str:
    """The words of HTML or of a narrative's `div`; cells of a row apart, rows and paragraphs on lines of their own.

    Reads each character once: the parser of the standard library takes minutes for some broken texts of 50 kB.
    """
    lines = (" ".join(line.split()) for line in "".join(_words(markup[:_LARGEST])).split("\n"))
    return "\n".join(line for line in lines if line)


def _words(markup: str) -> Iterator[str]:
    position, hidden, closed = 0, "", _Closed(markup)
    for found in _TAG.finditer(markup):
        if found.start() < position:
            continue  # inside a comment
        if not hidden:
            yield unescape(markup[position : found.start()])
        position = found.end()
        if found["comment"]:
            position = closed.after("-->", position)
            continue
        tag = (found["tag"] or "").lower()
        if tag in _UNSHOWN and not hidden and not found["end"] and closed.after(f"</{tag}", position) > position:
            hidden = tag
        elif tag == hidden and found["end"]:
            hidden = ""
        yield "\n" if tag in _BLOCKS else " " if tag in _CELLS else ""
    if not hidden:
        yield unescape(markup[position:])


class _Closed:
    """Where an end mark stands next; one that is not there is looked for once."""

    def __init__(self, markup: str) -> None:
        self.markup = markup.lower()
        self.absent: set[str] = set()

    def after(self, mark: str, position: int) -> int:
        """The place behind the mark; `position` when there is none."""
        found = -1 if mark in self.absent else self.markup.find(mark, position)
        if found < 0:
            self.absent.add(mark)
            return position
        return found + len(mark)
