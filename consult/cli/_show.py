"""`consult show`: what is stored about a consultation, and why it says what it says."""

from __future__ import annotations

from typing import Annotated

import typer

from consult.cli._common import Config, Home, Id, Json, console, open_store, print_json, settings


def show(
    id: Id,
    why: Annotated[
        str | None, typer.Option("--why", metavar="ITEM", help="Walk from an item (P1) to facts, rule and passage.")
    ] = None,
    json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Print a stored consultation, or what one of its items rests on."""
    with open_store(home, config) as store:
        consultation = store.get(store.resolve(id))
        if not json:
            from consult.cli._restore import for_reviewer

            identity = store.identity(consultation.subject.key)
            consultation = for_reviewer(store, consultation)
    if why is not None:
        from consult.cli._why import explain, show_explanation

        explanation = explain(consultation, why, content=settings(home, config).content)
        if json:
            print_json(explanation)
        else:
            show_explanation(console(), explanation, consultation.language)
    elif json:
        print_json(consultation.to_json())
    else:
        from consult.cli._plan_view import show_consultation

        show_consultation(console(), consultation, identity=identity)
