"""Options that every command takes, and how commands speak."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from consult.errors import CaseError, UsageError
from consult.settings import Settings

if TYPE_CHECKING:
    from rich.console import Console

    from consult.panel import Panel
    from consult.review import Store

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document on standard output.")]
Home = Annotated[Path | None, typer.Option("--home", help="Where consultations, keys and indexes live.")]
Config = Annotated[Path | None, typer.Option("--config", help="A consult.toml to use instead of ./consult.toml.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="A consultation's id, or its beginning.")]
Lang = Annotated[str | None, typer.Option("--lang", help="en or zh; default: the configured language.")]


def settings(home: Path | None, config: Path | None, lang: str | None = None) -> Settings:
    """The settings of this call."""
    if lang not in {None, "en", "zh"}:
        raise UsageError(f"--lang takes en or zh, not {lang!r}")
    return Settings.load(config, home=home, language=lang)


@contextmanager
def open_store(home: Path | None, config: Path | None) -> Iterator[Store]:
    """The store alone, without rules, literature or graph."""
    from consult.review import Store

    chosen = settings(home, config)
    store = Store.open(chosen.home_path, url=chosen.store)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def open_panel(chosen: Settings) -> Iterator[Panel]:
    """A panel, closed at the end."""
    from consult.panel import Panel

    with Panel.from_settings(chosen) as panel:
        yield panel


def print_json(document: Any) -> None:
    """One JSON document on standard output, UTF-8, keys in their order."""
    if isinstance(document, bytes):
        sys.stdout.flush()
        sys.stdout.buffer.write(document + b"\n")
        return
    print(json.dumps(document, ensure_ascii=False, indent=2))


def say(text: str) -> None:
    """A message to the person, on standard error."""
    print(text, file=sys.stderr, flush=True)


def console(*, stderr: bool = False) -> Console:
    """A terminal writer; plain text when the output is no terminal."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, soft_wrap=False)


def read_input(file: Path) -> Path:
    """`file` when it can be read at all; its name is never repeated in messages."""
    if not file.exists():
        raise CaseError("the input file does not exist")
    if file.is_dir():
        raise CaseError("the input is a folder, not a file")
    return file


def write_private(path: Path, data: bytes) -> None:
    """Write `data` to `path`, readable by the owner only."""
    import os

    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise UsageError(f"the output file cannot be written: {error.strerror}") from None
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)
