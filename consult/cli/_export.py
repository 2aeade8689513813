"""`consult export`: a consultation as a file."""

from __future__ import annotations

import base64
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from consult.cli._common import (
    Config,
    Home,
    Id,
    Json,
    open_store,
    plain,
    print_json,
    say,
    settings,
    write_private,
)
from consult.cli._password import PasswordFile, asking
from consult.errors import UsageError

if TYPE_CHECKING:
    from consult.plan import Language
    from consult.review import Consultation, PdfKey, Store
    from consult.settings import Settings

FORMATS = ("json", "fhir", "pdf", "html", "md")


def export(
    id: Id,
    format: Annotated[
        str, typer.Option("--format", help="json (canonical bytes, verifiable), fhir (R4), pdf, html or md.")
    ] = "json",
    out: Annotated[Path | None, typer.Option("--out", help="Where to write; default: standard output.")] = None,
    pdf_key: Annotated[
        Path | None, typer.Option("--pdf-key", metavar="FILE", help="PKCS#12 key: the PDF is signed too (PAdES).")
    ] = None,
    password_file: PasswordFile = None,
    lang: Annotated[
        str | None, typer.Option("--lang", help="en or zh, of headings in pdf and html; default: the plan's.")
    ] = None,
    json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Export a consultation; an unsigned one is marked as a draft. Only pdf and html name the patient."""
    if format not in FORMATS:
        raise UsageError(f"this version exports {', '.join(FORMATS[:-1])} and {FORMATS[-1]}, not {plain(format, 20)!r}")
    if pdf_key is not None and format != "pdf":
        raise UsageError("--pdf-key signs a PDF: it goes with --format pdf")
    chosen = settings(home, config, lang)
    key = _key(pdf_key, password_file)
    with open_store(home, config) as store:
        consultation = store.get(store.resolve(id))
        data = _written(store, consultation, format, key, chosen.language if lang is not None else None, chosen)
        if out is not None:
            write_private(out, data)
        seal = {} if key is None else {"certificate": key.fingerprint}
        store.record(consultation.id, "exported", format=format, status=consultation.status, **seal)
    _warn(consultation)
    _answer(consultation, format, data, out, json)


def _answer(consultation: Consultation, format: str, data: bytes, out: Path | None, json: bool) -> None:
    """The file itself, or what was written."""
    about = {"id": consultation.id, "status": consultation.status, "format": format, "bytes": len(data)}
    if out is not None:
        print_json(about) if json else say(f"consult: {consultation.id} is written")
    elif json and format == "pdf":
        print_json({**about, "base64": base64.b64encode(data).decode("ascii")})
    elif json and format != "json":
        print_json({**about, "text": data.decode()})
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)


def _key(file: Path | None, password_file: Path | None) -> PdfKey | None:
    if file is None:
        return None
    from consult.review import PdfKey

    return PdfKey.load(file, asking(password_file))


def _written(
    store: Store,
    consultation: Consultation,
    format: str,
    key: PdfKey | None,
    language: Language | None,
    chosen: Settings,
) -> bytes:
    """The export; on paper with the patient's name from the local store, for who may read it."""
    from consult.review import Letterhead, export_fhir, export_html, export_json, export_markdown, export_pdf
    from consult.review import export_signed_pdf as signed_pdf

    if format not in {"pdf", "html"}:
        made = {"fhir": export_fhir, "json": export_json}.get(format)
        return export_markdown(consultation).encode() if made is None else made(consultation)
    site, signing = chosen.site, chosen.signing
    head = Letterhead.of(store, consultation, hospital=site.name, time_zone=site.time_zone, language=language)
    if format == "html":
        return export_html(consultation, letterhead=head)
    if key is None:
        return export_pdf(consultation, letterhead=head)
    return signed_pdf(consultation, key, letterhead=head, tsa=signing.tsa, tsa_timeout=signing.tsa_timeout)


def _warn(consultation: Consultation) -> None:
    """What a reader of the file must know."""
    name = consultation.id
    if consultation.status != "signed":
        say(f"consult: {name} is {consultation.status}: this export is a draft, not a signed plan")
    if consultation.superseded_by is not None:
        say(f"consult: {name} was superseded by {consultation.superseded_by}")
    if consultation.stale:
        say(f"consult: results arrived that {name} has not seen")
