"""`consult show`: what is stored about a consultation, why it says what it says, and what was asked of models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from consult.cli._common import Config, Home, Id, Json, console, open_store, print_json, settings
from consult.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from consult.review import Consultation, Store


def show(
    id: Id,
    agent: Annotated[str | None, typer.Argument(metavar="[AGENT]", help="With --reasoning: this agent only.")] = None,
    why: Annotated[
        str | None, typer.Option("--why", metavar="ITEM", help="Walk from an item (P1) to facts, rule and passage.")
    ] = None,
    usage: Annotated[bool, typer.Option("--usage", help="The ledger of model calls, with its sums.")] = False,
    replaced: Annotated[
        bool, typer.Option("--replaced", help="What stands for names and numbers, how often, and what it stood for.")
    ] = False,
    reasoning: Annotated[
        bool, typer.Option("--reasoning", help="How the models reasoned, apart from the plan.")
    ] = False,
    json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Print a stored consultation, what one of its items rests on, or what was asked of models."""
    if (why is not None) + usage + reasoning + replaced > 1:
        raise UsageError("--why, --usage, --reasoning and --replaced are asked one at a time")
    if agent is not None and not reasoning:
        raise UsageError("an agent is named only with --reasoning")
    with open_store(home, config) as store:
        consultation = store.get(store.resolve(id))
        if usage:
            _usage(store, consultation, json, settings(home, config).currency)
        elif replaced:
            _replaced(store, consultation, json)
        elif reasoning:
            _reasoning(store, consultation, agent, json)
        elif why is not None:
            _why(store, consultation, why, json, settings(home, config).content)
        elif json:
            from consult.cli._later_view import Later

            print_json({**consultation.to_json(), **Later.of(store, consultation).to_json()})
        else:
            show_all(store, consultation)


def show_all(store: Store, consultation: Consultation) -> None:
    """The consultation on the terminal, with what came since; names come from the local store."""
    from consult.cli._later_view import Later, show_later
    from consult.cli._plan_view import show_consultation
    from consult.cli._replaced import show_replaced
    from consult.cli._restore import for_reviewer, restorer

    screen = console()
    identity = store.identity(consultation.subject.key)
    show_consultation(screen, for_reviewer(store, consultation), identity=identity)
    show_replaced(screen, store, consultation)
    later = Later.of(store, consultation).restored(restorer(store, consultation))
    show_later(screen, consultation, later)


def _usage(store: Store, consultation: Consultation, json: bool, currency: str | None) -> None:
    from consult.cli._usage import show_usage, usage_json
    from consult.review import usage_of

    known = consultation.usage  # its time and currency; nothing before there is a draft
    calls = store.journal(consultation.id).calls()
    usage = usage_of(calls, seconds=known.seconds, currency=known.currency or currency or "" if calls else "")
    if json:
        print_json(usage_json(consultation, usage))
    else:
        show_usage(console(), consultation, usage)


def _replaced(store: Store, consultation: Consultation, json: bool) -> None:
    from consult.cli._replaced import replaced_json, show_replacements

    if json:
        print_json(replaced_json(store, consultation))
    else:
        show_replacements(console(), store, consultation)


def _reasoning(store: Store, consultation: Consultation, agent: str | None, json: bool) -> None:
    from consult.cli._usage import reasoning_json, show_reasoning

    answers = [one for one in store.journal(consultation.id).answers() if agent in {None, one.call.agent}]
    if json:
        print_json(reasoning_json(consultation, answers))
    else:
        from consult.privacy import Gateway

        known = store.replacements(consultation.subject.key, consultation=consultation.id)
        show_reasoning(console(), consultation, answers, Gateway(None, known=known).restore)


def _why(store: Store, consultation: Consultation, item: str, json: bool, content: Path | None) -> None:
    from consult.cli._restore import for_reviewer
    from consult.cli._why import explain, show_explanation

    if json:
        print_json(explain(consultation, item, content=content))
    else:
        explanation = explain(for_reviewer(store, consultation), item, content=content)
        show_explanation(console(), explanation, consultation.language)
