"""The command line: one module per command, each a thin call to the library."""

from __future__ import annotations

import gc
import os
import re
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from consult.errors import ConsultError, UsageError

if TYPE_CHECKING:
    import typer

_OPTION = re.compile(r"No such option: --?[a-z-]{1,20}(\s|\Z|\.)")
"""A slip of the finger is repeated; anything longer may be a patient's file."""
DONE, NOT_SO, WRONG_USE, FAILED = 0, 1, 2, 3
"""The exit codes: done; the thing asked about is not so; usage or input error; the run failed."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run `consult`; always ends in `SystemExit` with 0, 1, 2 or 3 and never shows a traceback."""
    # Imports make many objects and no garbage: collecting rarely starts a consultation almost half a second sooner.
    gc.set_threshold(100_000, 50, 100)
    # Consultations and what writes them down run on threads of their own, which hand over to each other all the time.
    sys.setswitchinterval(0.0005)
    raise SystemExit(_exit_code(list(arguments) if arguments is not None else None))


def _exit_code(arguments: list[str] | None) -> int:
    import typer

    from consult.cli._app import app

    _speak_utf8()
    code: object = DONE
    try:
        code = app(args=arguments, prog_name="consult", standalone_mode=False)
        sys.stdout.flush()
    except typer.Abort:
        return _tell("stopped before the end; what was decided so far is stored", FAILED)
    except typer.TyperException as error:
        return _tell(_misuse(error), WRONG_USE)
    except UsageError as error:
        return _tell(str(error), WRONG_USE)
    except ConsultError as error:
        return _tell(str(error), FAILED)
    except PermissionError:
        return _tell("a file or folder of the home may not be read or written here", WRONG_USE)
    except (BrokenPipeError, SystemExit):  # the reader of a pipe has left; Typer and Rich tell so by leaving
        _drop_output()
    except KeyboardInterrupt:
        return _tell("interrupted", FAILED)
    except OSError as error:  # a read-only or full disk, above all
        return _tell(f"the system refused: {error.strerror or type(error).__name__}", FAILED)
    except Exception as error:  # the one boundary where no traceback may reach a user
        if os.environ.get("CONSULT_DEBUG"):
            raise
        return _tell(f"internal error ({type(error).__name__}); set CONSULT_DEBUG=1 to see where", FAILED)
    if not isinstance(code, int):
        return DONE
    return code if code in {DONE, NOT_SO, WRONG_USE, FAILED} else _tell("interrupted", FAILED)


def _speak_utf8() -> None:
    """UTF-8 in and out, whatever the locale says: names and plans are Chinese as often as not."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")


def _misuse(error: typer.TyperException) -> str:
    """What is wrong with the words of the command line, without repeating them: one may be a patient's file."""
    message = str(getattr(error, "format_message", error.__str__)())
    if message.startswith("Got unexpected extra"):
        return "too many arguments; a name with spaces in it needs quotes"
    if message.startswith("No such command"):
        return "there is no such command; consult --help lists them"
    if message.startswith("No such option") and not _OPTION.match(message):
        return "there is no such option; --help lists those of a command"
    if message.startswith("Missing command"):
        return "no command is named; consult --help lists them"
    return message


def _drop_output() -> None:
    """Let the interpreter flush what is left into nothing."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, sys.stdout.fileno())
    except (OSError, ValueError):  # a stream without a descriptor has nothing to flush
        return
    finally:
        os.close(nowhere)


def _tell(sentence: str, code: int) -> int:
    from consult.cli._common import say

    if sentence.strip():
        say(f"consult: {' '.join(sentence.split())}")
    return code
