"""The record as PDF/A-3a: A4, tagged, with bookmarks, fonts embedded in the part that is used."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from consult.errors import MissingExtra, ReviewError
from consult.review._consultation import Consultation
from consult.review._paper.blocks import Paper
from consult.review._paper.glyphs import drawable, fonts
from consult.review._paper.letterhead import Letterhead
from consult.review._paper.sheet import paper
from consult.review._paper.words import word
from consult.review._signing import export_json

if TYPE_CHECKING:
    import typst

ATTACHMENT = "consultation.json"
"""Name of the signed document inside the PDF."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the room for a signature is, in points from the upper left corner."""

    page: int
    """1, 2 …"""
    x: float
    y: float


def export_pdf(consultation: Consultation, *, letterhead: Letterhead | None = None) -> bytes:
    """The record as PDF/A-3a and PDF/UA-1; marked on every page as a draft unless it is signed and stands.

    The same consultation and letterhead give the same bytes. The signed document itself is attached to a signed one:
    `signed_document` finds it there, and `verify_document` checks it.

    Args:
        consultation: with a plan.
        letterhead: hospital, patient, language, clock; None: the record as it is stored, which names nobody.

    Raises:
        ReviewError: there is no plan yet.
        MissingExtra: the extra `pdf` is not installed.
    """
    record = paper(consultation, letterhead or Letterhead())
    return _Typeset(record, _attached(consultation, record)).pdf("a-3a", "ua-1")


def with_room(consultation: Consultation, letterhead: Letterhead) -> tuple[bytes, Place]:
    """The record as PDF/A-3a with room for a signature, and where that is."""
    record = paper(consultation, letterhead, seal=True)
    sheet = _Typeset(record, _attached(consultation, record))
    # A field that is put in afterwards is in no structure tree: PDF/UA cannot be promised of it.
    return sheet.pdf("a-3a"), sheet.seal()


def _attached(consultation: Consultation, record: Paper) -> dict[str, str]:
    """The signed document, byte for byte; a draft has none."""
    if not consultation.signatures:
        return {}
    document = export_json(consultation).decode("utf-8")
    return {"attachment": document, "attached": word("attachment", record.language, id=record.id)}


class _Typeset:
    """A record in the hands of the engine."""

    def __init__(self, record: Paper, attached: dict[str, str]) -> None:
        told = record.mapped(drawable).to_json()
        self._at = datetime.fromisoformat(record.at).astimezone(UTC)
        told["date"] = list(self._at.timetuple()[:6])
        self._engine = compiler("record.typ", {"record": json.dumps(told, ensure_ascii=False), **attached})

    def pdf(self, *standards: Any) -> bytes:
        return typeset(self._engine, *standards, at=self._at)

    def seal(self) -> Place:
        found = json.loads(self._engine.query("<seal>", field="value", one=True))
        return Place(int(found["page"]), float(found["x"].removesuffix("pt")), float(found["y"].removesuffix("pt")))


def compiler(template: str, inputs: dict[str, str]) -> typst.Compiler:
    """The engine on one of our templates; it reads nothing else, and none of the system's fonts.

    Raises:
        MissingExtra: the extra `pdf` is not installed.
    """
    found = _fonts()
    import typst

    with resources.as_file(resources.files("consult.review._paper")) as folder:
        return typst.Compiler(folder / template, folder, found, True, inputs)


def typeset(engine: typst.Compiler, *standards: Any, at: datetime, tags: bool = True) -> bytes:
    """The PDF, its time said to be `at`.

    Raises:
        ReviewError: the engine cannot set it.
    """
    try:
        made = engine.compile(format="pdf", pdf_standards=list(standards), timestamp=int(at.timestamp()), pdf_tags=tags)
    except RuntimeError as error:  # its message repeats text of the record
        raise ReviewError(f"the record cannot be typeset ({type(error).__name__})") from None
    assert isinstance(made, bytes)
    return made


@cache
def _fonts() -> typst.Fonts:
    try:
        import typst
    except ImportError:
        raise MissingExtra("pdf", "export as PDF") from None
    folders = {path.parent for path in fonts()}
    return typst.Fonts(include_system_fonts=False, font_paths=sorted(folders))
