"""`consult chat`: questions about a consultation, answered with citations."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from consult.cli._common import Config, Home, Id, Json, Lang, open_panel, operator, print_json, settings, typed
from consult.errors import UsageError

if TYPE_CHECKING:
    from consult.chat import Chat


def chat(
    id: Id,
    ask: Annotated[
        str | None, typer.Option("--ask", metavar="TEXT", help="One question; without: at the terminal.")
    ] = None,
    accept: Annotated[
        str | None, typer.Option("--accept", metavar="Q3", help="Take over the fact told in Q3: a new revision.")
    ] = None,
    decline: Annotated[str | None, typer.Option("--decline", metavar="Q3", help="Do not take it over.")] = None,
    transcript: Annotated[bool, typer.Option("--transcript", help="What was asked and answered so far.")] = False,
    who: Annotated[str | None, typer.Option("--who", metavar="NAME", help="Who asks; needed to accept.")] = None,
    engine: Annotated[str, typer.Option("--engine", help="rules, or auto (models where configured).")] = "auto",
    lang: Lang = None,
    json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Ask about a consultation; nothing that is asked changes it."""
    if engine not in {"auto", "rules"}:
        raise UsageError("--engine takes rules or auto")
    if (ask is not None) + (accept is not None) + (decline is not None) + transcript > 1:
        raise UsageError("--ask, --accept, --decline and --transcript are given one at a time")
    if (accept is not None or decline is not None) and who is None:
        raise UsageError("a fact is accepted or declined by a person: name them with --who")
    alone = ask is None and accept is None and decline is None and not transcript
    if alone and (json or not sys.stdin.isatty()):
        raise UsageError("there is no terminal to talk at; ask with --ask")
    chosen = settings(home, config, None)
    _need_store(chosen)
    with open_panel(chosen, engine="rules" if engine == "rules" else "auto") as panel:
        from consult.chat import Chat

        talk = Chat(panel, id, who=typed(who, "--who") if who is not None else operator(), language=_language(lang))
        if ask is not None:
            _ask(talk, typed(ask, "--ask"), json)
        elif accept is not None:
            _accept(talk, accept, json)
        elif decline is not None:
            talk.decline(decline)
            _declined(talk, decline, json)
        elif transcript:
            _transcript(talk, json)
        else:
            from consult.cli._chat_room import talk_with

            talk_with(talk)


def _need_store(chosen: Any) -> None:
    """A question never makes a home."""
    from consult.errors import NotFound

    if chosen.store is None and not (chosen.home_path / "consult.sqlite").is_file():
        raise NotFound("this home holds no consultation yet; make one with: consult run FILE")


def _language(lang: str | None) -> Any:
    if lang not in {None, "en", "zh"}:
        raise UsageError("--lang takes en or zh")
    return lang


def _ask(talk: Chat, text: str, json: bool) -> None:
    if json:
        print_json(talk.tell(text).to_json())
        return
    from consult.cli._chat_room import Room

    Room(talk).ask(text)


def _accept(talk: Chat, proposal: str, json: bool) -> None:
    revised = talk.accepted(proposal)
    if json:
        moves = [move.model_dump(mode="json") for move in revised.moves]
        document = {"consultation": revised.consultation, "revises": revised.revises, "proposal": revised.proposal}
        print_json({**document, "moves": moves})
        return
    from consult.cli._chat_room import Room

    Room(talk).show_revised(revised)


def _declined(talk: Chat, proposal: str, json: bool) -> None:
    if json:
        print_json({"proposal": proposal.upper(), "decision": "declined", "by": talk.who})
    else:
        print(f"{proposal.upper()}: declined.")


def _transcript(talk: Chat, json: bool) -> None:
    if json:
        print_json([one.to_json() for one in talk.transcript])
        return
    from consult.cli._chat_room import Room

    Room(talk).show_transcript()
