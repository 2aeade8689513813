"""`consult review`: a doctor decides item by item."""

from __future__ import annotations

import json as json_
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from consult.cli._common import Config, Home, Id, Json, console, open_store, print_json, say
from consult.errors import ReviewError, UsageError

if TYPE_CHECKING:
    from consult.review import Consultation, Store


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

    if not reviewer.strip():
        raise UsageError("--reviewer must name a person")
    with open_store(home, config) as store:
        identifier = store.resolve(id)
        if decisions is not None:
            consultation = Review(store).decide(identifier, read_decisions(decisions), reviewer)
        elif sys.stdin.isatty():
            consultation = _interactive(store, identifier, reviewer)
        else:
            raise UsageError("there is no terminal to ask at; give the decisions with --decisions FILE")
    open_items = pending_items(consultation)
    if json:
        print_json(consultation.to_json())
        return
    print(f"{consultation.id}: {consultation.status}, {len(open_items)} item(s) open {', '.join(open_items)}".rstrip())


def read_decisions(file: Path) -> list[dict[str, Any]]:
    """The decisions of a file.

    Raises:
        UsageError: the file is absent or has another shape.
    """
    try:
        document = json_.loads(file.read_bytes())
    except OSError:
        raise UsageError("the file of decisions cannot be read") from None
    except (ValueError, RecursionError):
        raise UsageError("the file of decisions is not JSON") from None
    found = document.get("decisions") if isinstance(document, dict) else None
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise UsageError('the file of decisions must hold {"decisions": [{"item": …, "decision": …}, …]}')
    return found


def _interactive(store: Store, identifier: str, reviewer: str) -> Consultation:
    """Ask for one item after the other; every answer is stored at once, `q` stops."""
    from consult.cli._plan_view import show_item
    from consult.review import Review, pending_items

    consultation = store.get(identifier)
    screen = console(stderr=True)
    for item in pending_items(consultation):
        show_item(screen, consultation, item)
        while True:
            answer = _ask(item)
            if answer is None:
                return store.get(identifier)
            try:
                consultation = Review(store).decide(identifier, [answer], reviewer)
                break
            except ReviewError as error:
                say(str(error))
    return consultation


def _ask(item: str) -> dict[str, str] | None:
    """One decision from the terminal; None to stop. An empty answer decides nothing."""
    if item.startswith("A"):
        told = typer.prompt("Who was told, by whom, when (q to stop)", err=True)
        return None if told.strip() == "q" else {"item": item, "decision": "acknowledge", "text": told}
    letter = typer.prompt("[a]ccept, [e]dit, [r]eject, [q]uit", err=True).strip().lower()
    if letter == "e":
        return {"item": item, "decision": "edit", "text": typer.prompt("New text", err=True)}
    if letter == "r":
        return {"item": item, "decision": "reject", "reason": typer.prompt("Reason", err=True)}
    if letter == "q":
        return None
    return {"item": item, "decision": "accept" if letter == "a" else letter or "none"}
