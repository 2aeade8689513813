"""`consult learn`: what doctors correct most, by rule, prompt and passage, and cases proposed from what they signed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from consult.cli._common import (
    Config,
    Home,
    Json,
    Lang,
    console,
    open_store,
    operator,
    print_json,
    say,
    settings,
    typed,
)
from consult.errors import NotFound, SettingsError, UsageError

if TYPE_CHECKING:
    from consult.panel import Library
    from consult.replay import Period
    from consult.settings import Settings


def learn(
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Where the report and proposals/ go; default: nowhere."),
    ] = None,
    since: Annotated[str | None, typer.Option("--since", metavar="DATE", help="Signed on this day or later.")] = None,
    until: Annotated[str | None, typer.Option("--until", metavar="DATE", help="Signed on this day or earlier.")] = None,
    by: Annotated[
        str | None, typer.Option("--by", help="Who asks, for the audit log; default: the user of this system.")
    ] = None,
    lang: Lang = None,
    json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Tell what doctors correct most, and propose cases from it; nothing changes.

    By rule, prompt, model, passage, calculator and condition, from signed plans.
    """
    chosen = settings(home, config, lang)
    period = _period(since, until, chosen)
    if out is not None:
        _refuse(out, chosen)
    who = typed(by, "--by") if by is not None else operator()
    document, library = _learned(chosen, home, config, period=period, out=out, by=who)
    if out is not None:
        _write(out, document, library, chosen)
    if json:
        print_json(document)
        return
    from consult.cli._learn_view import show_learned

    show_learned(console(), document, chosen.language)
    if out is not None:
        say(f"the whole of it: {out / 'learn.html'}")


def _learned(
    chosen: Settings, home: Path | None, config: Path | None, *, period: Period, out: Path | None, by: str
) -> tuple[dict[str, Any], Library]:
    from consult.panel import Library
    from consult.privacy import load_detectors
    from consult.replay import Lessons, learn_document
    from consult.replay import learn as read

    library = Library.load(chosen)
    with console(stderr=True).status("reading signed consultations") as status:
        try:
            with open_store(home, config) as store:
                lessons = read(
                    store,
                    library,
                    by=by,
                    period=period,
                    out=out,
                    detectors=load_detectors(chosen.privacy.detectors),
                    tell=lambda count: status.update(f"{count} signed consultations read"),
                )
                return learn_document(lessons, library, chosen.language), library
        except NotFound:  # no home yet: nothing is stored, which is an answer
            return learn_document(Lessons(period), library, chosen.language), library


def _period(since: str | None, until: str | None, chosen: Settings) -> Period:
    from consult.replay import Period

    first, last = _day(since, "--since"), _day(until, "--until")
    if first is not None and last is not None and first > last:
        raise UsageError("--since lies after --until")
    return Period(first, last, chosen.site.time_zone)


def _day(text: str | None, option: str) -> date | None:
    try:
        return None if text is None else date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} takes a date such as 2026-11-22") from None


def _refuse(out: Path, chosen: Settings) -> None:
    """Proposals never go by themselves where content and evaluations are read."""
    from consult.content import content_root

    root = content_root(chosen.content).resolve()
    if any(out.resolve().is_relative_to(root / used) for used in ("agents", "knowledge", "evals")):
        raise UsageError("--out lies among rules, literature or evaluations: name a folder that nothing reads")
    if out.exists() and not out.is_dir():
        raise UsageError("--out names a file, not a folder")


def _write(out: Path, document: dict[str, Any], library: Library, chosen: Settings) -> None:
    from consult.cli._common import json_text, write_private
    from consult.replay import learn_html
    from consult.storage import Vault, private_folder

    try:
        private_folder(out)
    except SettingsError:
        raise UsageError("the folder of the report cannot be made") from None
    write_private(out / "learn.json", f"{json_text(document, indent=2)}\n".encode())
    page = learn_html(document, library, chosen.language, at=datetime.now(UTC))
    write_private(out / "learn.html", page.encode())
    if Vault.from_settings(chosen.storage).sealer("store").seals:
        say("consult: this home is encrypted; what was written to DIR is not")
