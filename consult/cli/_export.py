"""`consult export`: a consultation as a file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from consult.cli._common import Config, Home, Id, Json, open_store, print_json, say, write_private
from consult.errors import UsageError

if TYPE_CHECKING:
    from consult.review import Store

FORMATS = ("json", "md")


def export(
    id: Id,
    format: Annotated[str, typer.Option("--format", help="json (canonical bytes, verifiable) or md.")] = "json",
    out: Annotated[Path | None, typer.Option("--out", help="Where to write; default: standard output.")] = None,
    json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Export a consultation; an unsigned one is marked as a draft."""
    if format not in FORMATS:
        raise UsageError(f"this version exports {' and '.join(FORMATS)}, not {format!r}")
    with open_store(home, config) as store:
        identifier = store.resolve(id)
        data = _render(store, identifier, format)
        status = store.get(identifier).status
        if status != "signed":
            say(f"consult: {identifier} is {status}: this export is a draft, not a signed plan")
        if out is not None:
            write_private(out, data)
        store.record(identifier, "exported", format=format, status=status)
    if out is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
    elif json:
        print_json({"id": identifier, "status": status, "bytes": len(data)})


def _render(store: Store, identifier: str, format: str) -> bytes:
    from consult.review import export_json, export_markdown

    consultation = store.get(identifier)
    if format == "json":
        return export_json(consultation)
    return export_markdown(consultation).encode()
