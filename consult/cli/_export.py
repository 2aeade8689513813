"""`consult export`: a consultation as a file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from consult.cli._common import Config, Home, Id, Json, open_store, plain, print_json, say, write_private
from consult.errors import UsageError

if TYPE_CHECKING:
    from consult.review import Consultation

FORMATS = ("json", "fhir", "md")


def export(
    id: Id,
    format: Annotated[
        str, typer.Option("--format", help="json (canonical bytes, verifiable), fhir (R4 document Bundle) or md.")
    ] = "json",
    out: Annotated[Path | None, typer.Option("--out", help="Where to write; default: standard output.")] = None,
    json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Export a consultation; an unsigned one is marked as a draft."""
    if format not in FORMATS:
        raise UsageError(f"this version exports {', '.join(FORMATS[:-1])} and {FORMATS[-1]}, not {plain(format, 20)!r}")
    with open_store(home, config) as store:
        consultation = store.get(store.resolve(id))
        data = _render(consultation, format)
        if out is not None:
            write_private(out, data)
        store.record(consultation.id, "exported", format=format, status=consultation.status)
    _warn(consultation)
    about = {"id": consultation.id, "status": consultation.status, "format": format, "bytes": len(data)}
    if out is not None:
        print_json(about) if json else say(f"consult: {consultation.id} is written")
    elif json and format != "json":
        print_json({**about, "text": data.decode()})
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)


def _render(consultation: Consultation, format: str) -> bytes:
    from consult.review import export_fhir, export_json, export_markdown

    if format == "fhir":
        return export_fhir(consultation)
    return export_json(consultation) if format == "json" else export_markdown(consultation).encode()


def _warn(consultation: Consultation) -> None:
    """What a reader of the file must know."""
    name = consultation.id
    if consultation.status != "signed":
        say(f"consult: {name} is {consultation.status}: this export is a draft, not a signed plan")
    if consultation.superseded_by is not None:
        say(f"consult: {name} was superseded by {consultation.superseded_by}")
    if consultation.stale:
        say(f"consult: results arrived that {name} has not seen")
