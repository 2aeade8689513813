"""The commands and their options."""

from __future__ import annotations

from typing import Annotated

import typer

from consult._version import __version__
from consult.cli import (
    _calc,
    _case,
    _chat,
    _compare,
    _export,
    _judge,
    _keys,
    _knowledge,
    _learn,
    _list,
    _listen,
    _models,
    _purge,
    _replay,
    _report,
    _review,
    _run,
    _show,
    _sign,
    _storage,
    _value,
    _verify,
)

app = typer.Typer(
    name="consult",
    help="A multidisciplinary consultation: facts computed, opinions cited, the doctor decides and signs.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"consult {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """What stands before any command."""


app.command("calc")(_calc.calc)
app.command("case")(_case.case)
app.command("run")(_run.run)
app.command("show")(_show.show)
app.command("list")(_list.list_)
app.command("listen")(_listen.listen)
app.command("inbox")(_listen.inbox)
app.command("send")(_listen.send)
app.command("replay")(_replay.replay)
app.command("compare")(_compare.compare)
app.command("judge")(_judge.judge)
app.command("value")(_value.value)
app.command("learn")(_learn.learn)
app.command("report")(_report.report)
app.command("review")(_review.review)
app.command("chat")(_chat.chat)
app.add_typer(_keys.app, name="keys")
app.command("sign")(_sign.sign)
app.command("timestamp")(_sign.timestamp)
app.command("verify")(_verify.verify)
app.command("export")(_export.export)
app.add_typer(_knowledge.app, name="knowledge")
app.add_typer(_models.app, name="models")
app.command("purge")(_purge.purge)
app.add_typer(_storage.app, name="storage")
