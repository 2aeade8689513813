"""Passwords of key files: from a file, a variable or the keyboard; never on the command line, which others can read."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from consult.errors import UsageError

VARIABLE = "CONSULT_KEY_PASSWORD"
LONGEST = 4096
"""Bytes of a password file."""

PasswordFile = Annotated[
    Path | None, typer.Option("--password-file", help=f"Holds the key's password; else {VARIABLE}, else it is asked.")
]


def password(file: Path | None, *, variable: str = VARIABLE, new: bool = False) -> str:
    """The password of a key: of `file`, else of the variable, else typed at a terminal.

    Args:
        file: given with an option.
        variable: name of the environment variable.
        new: it is typed twice.

    Raises:
        UsageError: the file cannot be read, or there is neither a file, nor a variable, nor a terminal.
    """
    if file is not None:
        return _of_file(file)
    text = os.environ.get(variable, "")
    return text or _typed(variable, new)


def asking(file: Path | None) -> Callable[[], str]:
    """The password, found out only when the key file turns out to have one."""
    return lambda: password(file)


def _of_file(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            text = stream.read(LONGEST + 1).decode("utf-8")
    except (OSError, ValueError):
        raise UsageError("the password file cannot be read as UTF-8 text") from None
    plain = text.removesuffix("\n").removesuffix("\r")
    if not plain or len(text) > LONGEST or "\n" in plain:
        raise UsageError("a password file holds one line, which is the password")
    return plain


def _typed(variable: str, new: bool) -> str:
    if not sys.stdin.isatty():
        raise UsageError(f"the key needs a password: --password-file, {variable}, or a terminal to type it at")
    from getpass import getpass

    text = getpass("Password of the key: ")
    if new and getpass("The same again: ") != text:
        raise UsageError("the two passwords are not the same")
    if not text:
        raise UsageError("no password was typed")
    return text
