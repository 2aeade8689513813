"""`consult list`: the stored consultations."""

from __future__ import annotations

from typing import Annotated

import typer

from consult.cli._common import Config, Home, Json, console, open_store, print_json
from consult.errors import NotFound, UsageError

STATUSES = ("running", "awaiting-review", "reviewed", "signed", "rejected", "expired", "failed")


def list_(
    status: Annotated[str | None, typer.Option("--status", help="Only those in this status.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most this many, newest first.")] = 50,
    json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Print the stored consultations, newest first."""
    if status is not None and status not in STATUSES:
        raise UsageError(f"--status takes one of {', '.join(STATUSES)}")
    try:
        with open_store(home, config) as store:
            rows = store.list(status=status, limit=limit)
    except NotFound:  # no home yet: nothing is stored, which is an answer
        rows = []
    if json:
        print_json([row.to_json() for row in rows])
        return
    from consult.cli._tables import consultation_table

    consultation_table(console(), rows)
