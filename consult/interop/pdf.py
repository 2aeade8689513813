"""The text layer of a PDF as lines of cells, with where each cell stands; no picture is read.

PDFium does the parsing (extra `pdf`): it is made for files that nobody vouches for. It is not safe in several threads.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from ctypes import byref, c_float, create_string_buffer
from threading import Lock
from types import ModuleType
from typing import Any, NamedTuple

from consult.errors import CaseError, MissingExtra

MAX_PAGES = 200
MAX_CHARACTERS = 250_000
"""In all: a page of 8 pt type has 8,000. A file of a few kilobytes can show the same page hundreds of times."""
_ONE_LINE = 0.5
"""Of the height of a letter: characters whose middles differ by less stand on one line."""
_WORD, _CELL = 0.12, 0.75
"""Of the height of a letter: a gap from which a blank, and from which another cell begins."""
_SMALLEST = 1.0
_LONGEST_NAME = 128
_LATIN = re.compile(
    r"^(?:[A-Z]{6}\+)?(?:Helvetica|Arial|Times|Courier|Symbol|Zapf|Calibri|Verdana|Tahoma|Georgia)", re.IGNORECASE
)
"""Fonts for which PDFium has glyphs of its own: a piece without width is a blank."""
_REASONS = {4: "is locked with a password", 3: "is damaged or no PDF", 5: "is locked with a password"}
_LOCK = Lock()


class Cell(NamedTuple):
    """Words that stand together on a line."""

    text: str
    left: float
    right: float


class Line(NamedTuple):
    """The cells of a line from left to right; lengths are in points."""

    page: int
    """From 1."""
    cells: tuple[Cell, ...]

    @property
    def text(self) -> str:
        """The whole line, cells two blanks apart."""
        return "  ".join(cell.text for cell in self.cells)


class _Sign(NamedTuple):
    text: str
    left: float
    right: float
    middle: float
    height: float


def looks_like_pdf(content: bytes) -> bool:
    """Whether `%PDF-` stands where readers of PDF look for it."""
    return b"%PDF-" in content[:1024]


class Page(NamedTuple):
    """What a page holds."""

    lines: list[Line]
    """From top to bottom."""
    incomplete: bool = False
    """Characters may be missing: they are set in a font that is neither in the file nor on this machine."""


def pdf_pages(content: bytes) -> list[Page]:
    """Every page with its lines.

    Raises:
        CaseError: it cannot be opened, is locked, has too many pages or characters, or no text layer.
        MissingExtra: PDFium is not installed.
    """
    pdfium, raw = _pdfium()
    with _LOCK:
        try:
            document = pdfium.PdfDocument(content)
        except pdfium.PdfiumError as error:
            reason = _REASONS.get(getattr(error, "err_code", None) or 0, "cannot be opened")
            raise CaseError(f"the PDF {reason}") from None
        try:
            if len(document) > MAX_PAGES:
                raise CaseError(f"the PDF has more than {MAX_PAGES} pages")
            pages, left = [], MAX_CHARACTERS
            for number in range(len(document)):
                page, used = _page(document, number, pdfium, raw, left)
                pages.append(page)
                left -= used
        finally:
            document.close()
    if not any(page.lines for page in pages):
        raise CaseError("the PDF has no text layer: a scanned report must be sent as data or read by a person")
    return pages


def _pdfium() -> tuple[ModuleType, ModuleType]:
    try:
        import pypdfium2
        import pypdfium2.raw
    except ModuleNotFoundError:
        raise MissingExtra("pdf", "reading PDF reports") from None
    return pypdfium2, pypdfium2.raw


def _page(document: Any, number: int, pdfium: ModuleType, raw: ModuleType, left: int) -> tuple[Page, int]:
    """A page, and how many of the characters that are `left` it had."""
    try:
        page = document[number]
        text = page.get_textpage()
    except pdfium.PdfiumError:
        return Page([]), 0
    try:
        count = text.count_chars()
        if count > left:
            raise CaseError(f"the PDF has more than {MAX_CHARACTERS} characters")
        lines = [Line(number + 1, tuple(_cells(line))) for line in _lines(_signs(text, raw))]
        return Page(lines, incomplete=_lost(page, raw)), count
    finally:
        text.close()
        page.close()


def _lost(page: Any, raw: ModuleType) -> bool:
    """Whether a piece of text has no width: PDFium drops one of which it has no glyph, and does not say so."""
    return any(
        _has_no_width(raw.FPDFPage_GetObject(page, place), raw) for place in range(raw.FPDFPage_CountObjects(page))
    )


def _has_no_width(piece: Any, raw: ModuleType) -> bool:
    if raw.FPDFPageObj_GetType(piece) != raw.FPDF_PAGEOBJ_TEXT:
        return False
    left, bottom, right, top = (c_float() for _ in range(4))
    font = raw.FPDFTextObj_GetFont(piece)
    if not raw.FPDFPageObj_GetBounds(piece, left, bottom, right, top) or left.value != right.value:
        return False
    return not raw.FPDFFont_GetIsEmbedded(font) and not _LATIN.search(_font_name(font, raw))


def _font_name(font: Any, raw: ModuleType) -> str:
    name = create_string_buffer(_LONGEST_NAME)
    raw.FPDFFont_GetBaseFontName(font, name, _LONGEST_NAME)
    return name.value.decode("utf-8", errors="replace")


def _signs(text: Any, raw: ModuleType) -> Iterator[_Sign]:
    box = raw.FS_RECTF()
    for place in range(text.count_chars()):
        code = raw.FPDFText_GetUnicode(text, place)
        if not _is_text(code) or not raw.FPDFText_GetLooseCharBox(text, place, byref(box)):
            continue
        height = box.top - box.bottom
        if height >= _SMALLEST:
            yield _Sign(chr(code), box.left, box.right, (box.top + box.bottom) / 2, height)


def _is_text(code: int) -> bool:
    return 0x20 <= code < 0xD800 or 0xE000 <= code <= 0x10FFFF


def _lines(signs: Iterable[_Sign]) -> Iterator[list[_Sign]]:
    """Characters by line, from the top of the page."""
    line: list[_Sign] = []
    for sign in sorted(signs, key=lambda one: -one.middle):
        if line and line[0].middle - sign.middle > _ONE_LINE * min(line[0].height, sign.height):
            yield line
            line = []
        line.append(sign)
    if line:
        yield line


def _cells(line: Sequence[_Sign]) -> Iterator[Cell]:
    text, left, right, blank = "", 0.0, 0.0, False
    for sign in sorted(line, key=lambda one: one.left):
        if sign.text.isspace():
            blank = True
            continue
        gap = (sign.left - right) / sign.height
        if text and gap > _CELL:
            yield Cell(text, left, right)
            text = ""
        if not text:
            left, right = sign.left, sign.left
        elif blank or gap > _WORD:
            text += " "
        text += sign.text
        right, blank = max(right, sign.right), False
    if text:
        yield Cell(text, left, right)
