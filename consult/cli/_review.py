"""`consult review`: a doctor decides item by item."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from consult.cli._common import Config, Home, Id, Json, open_store, print_json, say, settings, typed
from consult.errors import UsageError


def review(
    id: Id,
    reviewer: Annotated[str, typer.Option("--reviewer", help="Who decides.")],
    decisions: Annotated[
        Path | None, typer.Option("--decisions", help='A file: {"decisions": [{"item": "R1", "decision": "accept"}]}.')
    ] = None,
    json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Accept, edit or reject each item, and acknowledge each alert; what is undecided stays undecided."""
    from consult.review import Review, pending_items

    who = typed(reviewer, "--reviewer")
    if not who.strip():
        raise UsageError("--reviewer must name a person")
    if decisions is None and not sys.stdin.isatty():
        raise UsageError("there is no terminal to ask at; give the decisions with --decisions FILE")
    with open_store(home, config) as store:
        identifier = store.resolve(id)
        if decisions is not None:
            consultation = Review(store).decide(identifier, read_decisions(decisions), who)
        else:
            from consult.cli._asking import ask_all

            consultation = ask_all(store, identifier, who, content=settings(home, config).content)
    if consultation.supersedes == identifier:
        say(f"consult: {identifier} stays as it was signed; {consultation.id} is a new revision that supersedes it")
    if json:
        print_json(consultation.to_json())
        return
    undecided = pending_items(consultation)
    count = f"{len(undecided)} items open ({', '.join(undecided)})" if undecided else "every item is decided"
    print(f"{consultation.id} is {consultation.status}: {count}.")


def read_decisions(file: Path) -> list[dict[str, Any]]:
    """The decisions of a file.

    Raises:
        UsageError: the file is absent or has another shape.
    """
    from consult.review import read_json

    try:
        document = read_json(file.read_bytes())
    except OSError:
        raise UsageError("the file of decisions cannot be read") from None
    except ValueError as error:  # whoever writes accept and reject into one decision has not decided
        raise UsageError(f"the file of decisions cannot be used: {error}") from None
    found = document.get("decisions") if isinstance(document, dict) else None
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise UsageError('the file of decisions must hold {"decisions": [{"item": …, "decision": …}, …]}')
    return found
