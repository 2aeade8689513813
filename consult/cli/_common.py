"""Options that every command takes, and how commands speak."""

from __future__ import annotations

import json
import os
import re
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from consult.errors import NotFound, SettingsError, UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from consult.panel import Panel
    from consult.review import Store
    from consult.settings import Settings

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output.")]
Home = Annotated[Path | None, typer.Option("--home", help="Where consultations, keys and indexes live.")]
Config = Annotated[Path | None, typer.Option("--config", help="A consult.toml to use instead of ./consult.toml.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="A consultation's id, or its beginning.")]
Lang = Annotated[str | None, typer.Option("--lang", help="en or zh; default: the configured language.")]

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+")
"""Characters that move a cursor, colour, ring or turn the writing direction, and say nothing themselves."""


def settings(home: Path | None, config: Path | None, lang: str | None = None) -> Settings:
    """The settings of this call."""
    from consult.settings import Settings

    if lang not in {None, "en", "zh"}:
        raise UsageError("--lang takes en or zh")
    if config is not None and not config.is_file():
        raise SettingsError("the configuration file named with --config does not exist")
    return Settings.load(config, home=home, language=lang)


@contextmanager
def open_store(home: Path | None, config: Path | None) -> Iterator[Store]:
    """The store alone, without rules, literature or graph."""
    from consult.review import Store

    chosen = settings(home, config)
    home_path = chosen.home_path
    absent = not home_path.exists() or (home_path.is_dir() and not (home_path / "consult.sqlite").exists())
    if chosen.store is None and absent:
        raise NotFound("this home holds no consultation yet; make one with: consult run FILE")
    with Store.from_settings(chosen) as store:
        yield store


@contextmanager
def open_panel(chosen: Settings, *, engine: Literal["auto", "rules"] = "auto") -> Iterator[Panel]:
    """A panel, closed at the end."""
    from consult.panel import Panel

    with Panel.from_settings(chosen, engine=engine) as panel:
        yield panel


def operator() -> str:
    """Who works at this system, for the audit log."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # a container without a table of users
        return f"user {os.getuid()}"


def print_json(document: Any) -> None:
    """One JSON document on standard output, UTF-8, keys in their order."""
    print(json_text(document, indent=2))


def print_json_list(documents: Iterable[Any]) -> None:
    """One JSON array on standard output, written as its elements come: it may be longer than memory."""
    separator = "["
    for document in documents:
        print(f"{separator}\n{indent(json_text(document, indent=2), '  ')}", end="")
        separator = ","
    print("[]" if separator == "[" else "\n]")


def json_text(document: Any, *, indent: int | None = None) -> str:
    """JSON as text; characters that a terminal would obey are escaped, the others stay readable."""
    text = json.dumps(document, ensure_ascii=False, indent=indent)
    return CONTROL.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    return "".join(one if one == "\n" else f"\\u{ord(one):04x}" for one in match.group())


def plain(text: str | None, limit: int = 300) -> str:
    """Text from outside on one line, without terminal escapes, at most `limit` characters."""
    cleaned = " ".join(CONTROL.sub(" ", text or "").split())
    return cleaned if len(cleaned) <= limit else f"{cleaned[: limit - 1]}…"


def say(text: str) -> None:
    """A message to the person, on standard error, one line."""
    print(CONTROL.sub(" ", text), file=sys.stderr, flush=True)


def console(*, stderr: bool = False) -> Console:
    """A terminal writer; plain text when the output is no terminal."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, soft_wrap=False)


def typed(text: str, option: str) -> str:
    """What was typed for `option`, read as UTF-8 even where the locale is not.

    Raises:
        UsageError: it is not UTF-8.
    """
    try:
        return text.encode("utf-8", "surrogateescape").decode("utf-8")
    except UnicodeError:
        raise UsageError(f"{option} is not UTF-8 text") from None


def write_private(path: Path, data: bytes) -> None:
    """Write `data` to `path`, readable by the owner only.

    Raises:
        UsageError: the file cannot be written.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            if stat.S_ISREG(os.fstat(descriptor).st_mode):  # an older file may have been open to others
                os.fchmod(descriptor, 0o600)
            stream.write(data)
    except OSError as error:
        raise UsageError(f"the output file cannot be written: {error.strerror}") from None
