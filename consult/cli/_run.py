"""`consult run`: a consultation up to the review."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from consult.cli._case import choose, load_cases
from consult.cli._common import Config, Home, Json, Lang, console, open_panel, print_json, say, settings
from consult.errors import UsageError

if TYPE_CHECKING:
    from rich.status import Status

    from consult.panel import Event
    from consult.review import Consultation


def run(
    file: Annotated[Path | None, typer.Argument(metavar="FILE", help="A message or case file.")] = None,
    case: Annotated[str | None, typer.Option("--case", help="Which case, when the file holds several.")] = None,
    engine: Annotated[str, typer.Option("--engine", help="rules, or auto (models where configured).")] = "auto",
    resume: Annotated[
        str | None, typer.Option("--resume", metavar="ID", help="Go on with an interrupted consultation.")
    ] = None,
    format: Annotated[str, typer.Option("--format", help="auto, json or hl7.")] = "auto",
    lang: Lang = None,
    json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Consult on FILE up to the draft that awaits a doctor's review."""
    if engine not in {"auto", "rules"}:
        raise UsageError(f"--engine takes rules or auto, not {engine!r}")
    if (file is None) == (resume is None):
        raise UsageError("name a FILE to consult on, or --resume ID")
    chosen = settings(home, config, lang)
    one = None
    if file is not None:
        one = choose(load_cases(file, format, time_zone=chosen.site.time_zone, content=chosen.content), case)
    screen = console(stderr=True)
    with screen.status("reading rules and literature") as status, open_panel(chosen) as panel:
        report = _reporter(status, json)
        if one is not None:
            finished = panel.consult_with(one, on_event=report)
        else:
            finished = panel.resume(resume or "", on_event=report)
        status.stop()
        _print(finished, json)


def _print(finished: Consultation, json: bool) -> None:
    if json:
        print_json(finished.to_json())
        return
    from consult.cli._plan_view import show_consultation

    show_consultation(console(), finished)
    if finished.status == "awaiting-review":
        say("")
        say("Awaiting review. Next:")
        say(f"  consult show {finished.id} --why P1")
        say(f'  consult review {finished.id} --reviewer "Dr Name"')
        say('  consult keys new --name "Dr Name" --out dr-name.jwk')
        say(f"  consult sign {finished.id} --key dr-name.jwk")
        say(f"  consult export {finished.id} --format json --out plan.json && consult verify plan.json")


def _reporter(status: Status, json: bool) -> Callable[[Event], None]:
    """Alerts are told at once; the rest is progress."""

    def report(event: Event) -> None:
        if event.kind == "alert":
            say(f"ALERT: {event.data['says']} [{', '.join(event.data['facts'])}]")
        elif event.kind == "opinion":
            status.update(f"{event.data['specialty']} answered")
        else:
            status.update(event.kind)

    return report
