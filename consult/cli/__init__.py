"""The command line: one module per command, each a thin call to the library."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from consult.errors import ConsultError, UsageError


def main(arguments: Sequence[str] | None = None) -> None:
    """Run `consult`; always ends in `SystemExit` with 0, 1, 2 or 3 and never shows a traceback."""
    raise SystemExit(_exit_code(list(arguments) if arguments is not None else None))


def _exit_code(arguments: list[str] | None) -> int:
    import typer

    from consult.cli._app import app

    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        code = app(args=arguments, standalone_mode=False)
        sys.stdout.flush()
    except typer.Exit as leave:
        return leave.exit_code
    except typer.Abort:
        return _tell("stopped before the end; what was decided so far is stored", 2)
    except typer.TyperException as error:
        return _tell(str(getattr(error, "format_message", error.__str__)()), 2)
    except UsageError as error:
        return _tell(str(error), 2)
    except ConsultError as error:
        return _tell(str(error), 3)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return _tell("interrupted; an unfinished consultation can be resumed with: consult run --resume ID", 3)
    except Exception as error:  # the one boundary where no traceback may reach a user
        if os.environ.get("CONSULT_DEBUG"):
            raise
        return _tell(f"internal error ({type(error).__name__}); set CONSULT_DEBUG=1 to see where", 3)
    return code if isinstance(code, int) else 0


def _tell(sentence: str, code: int) -> int:
    text = " ".join(sentence.split())
    if text:
        print(f"consult: {text}", file=sys.stderr)
    return code
