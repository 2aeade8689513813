"""Texts: conclusions and presented forms of reports, documents, and sections that only have words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import tzinfo

from consult.case._fhir.parts import notes_of, status_of, when_of
from consult.case._fhir.results import Order, Setting, specimen_of
from consult.case._hl7.results import kind_of_text
from consult.case._model import ObservationStatus, Report
from consult.case._text import clean
from consult.case._times import When
from consult.interop.fhir import (
    Placed,
    Resource,
    all_words,
    attachment_text,
    code_set,
    items,
    obj,
    objs,
    plain_text,
    text,
    words,
)

_DOCUMENT_STATUS: dict[str, ObservationStatus] = {
    "current": "final",
    "superseded": "entered-in-error",
    "entered-in-error": "entered-in-error",
}
_DEEPEST = 6


@dataclass(slots=True)
class Texts:
    """What one resource says in words."""

    reports: list[Report] = field(default_factory=list)
    unread: bool = False
    """A form is an image, a PDF, or elsewhere."""


def order_of(report: Placed, setting: Setting) -> Order:
    """What the results of a DiagnosticReport share."""
    resource = report.resource
    name = clean(words(resource.get("code"))) or None
    return Order(
        name=name,
        when=when_of(resource, "effective", setting.home),
        specimen=specimen_of(next(iter(items(resource.get("specimen"))), None), report, setting),
        kind=kind_of_text(sorted(code_set(resource.get("category"))), name),
    )


def read_report(placed: Placed, order: Order, home: tzinfo) -> Texts:
    """The words of a DiagnosticReport: each form, else the conclusion; the conclusion's codes and the notes with it."""
    resource = placed.resource
    maker = _Maker(
        placed, order.kind or "narrative", order.name or "", _when(resource, order, home), status_of(resource)
    )
    coded = all_words([*items(resource.get("conclusionCode")), *items(resource.get("codedDiagnosis"))])
    said = [text(resource.get("conclusion")), f"Conclusion: {coded}" if coded else "", *notes_of(resource)]
    maker.add("\n".join(part for part in said if part), "conclusion")
    for position, form in enumerate(objs(resource.get("presentedForm"))):
        maker.attachment(form, f"presentedForm[{position}]")
    return maker.found


def _when(resource: Resource, order: Order, home: tzinfo) -> When | None:
    return order.when or when_of(resource, "issued", home)


def read_document(placed: Placed, home: tzinfo) -> Texts:
    """The text of a DocumentReference; its description where it has none."""
    resource = placed.resource
    kind = kind_of_text([], words(resource.get("type"))) or "document"
    title = words(resource.get("type")) or text(resource.get("description"))
    when = when_of(resource, "date", home) or when_of(resource, "created", home) or when_of(resource, "indexed", home)
    status = _DOCUMENT_STATUS.get(text(resource.get("status")), "unknown")
    if text(resource.get("docStatus")) in {"preliminary", "entered-in-error", "amended"}:
        status = status_of({"status": resource.get("docStatus")}) or status
    maker = _Maker(placed, kind, clean(title), when, status)
    for position, content in enumerate(objs(resource.get("content"))):
        maker.attachment(obj(content.get("attachment")), f"content[{position}]")
    if not maker.found.reports:
        maker.add(text(resource.get("description")), "description")
    return maker.found


def read_composition(placed: Placed, home: tzinfo) -> Texts:
    """The sections of a Composition that have words and no entries: what has entries is told by them."""
    resource = placed.resource
    maker = _Maker(placed, "note", "", when_of(resource, "date", home), status_of(resource))
    for source, section in _sections(resource, "", 0):
        if not section.get("entry"):
            maker.title = clean(text(section.get("title")) or words(section.get("code")) or text(resource.get("title")))
            maker.add(plain_text(text(obj(section.get("text")).get("div"))), source)
    return maker.found


def _sections(holder: Resource, place: str, depth: int) -> Iterator[tuple[str, Resource]]:
    for position, section in enumerate(objs(holder.get("section")) if depth < _DEEPEST else []):
        source = f"{place}/section[{position}]".lstrip("/")
        yield source, section
        yield from _sections(section, source, depth + 1)


class _Maker:
    """Makes the reports of one resource."""

    def __init__(
        self, placed: Placed, kind: str, title: str, when: When | None, status: ObservationStatus | None
    ) -> None:
        self.placed, self.kind, self.title = placed, kind, title
        self.effective = when.text if when is not None else None
        self.status: ObservationStatus = status or "unknown"
        self.found = Texts()
        self.said: set[str] = set()

    def add(self, said: str, part: str) -> None:
        """One report, unless there are no words or they were said before."""
        shown = clean(said)
        plain = " ".join(shown.split())
        if not shown or plain in self.said:
            return
        self.said.add(plain)
        self.found.reports.append(
            Report(
                kind=self.kind,
                title=self.title,
                text=shown,
                effective=self.effective,
                status=self.status,
                source=f"{self.placed.pointer}/{part}",
            )
        )

    def attachment(self, form: Resource, part: str) -> None:
        """The text of a form."""
        said = attachment_text(form)
        if said is not None:
            self.add(said, part)
        elif form.get("data") or form.get("url"):
            self.found.unread = True
