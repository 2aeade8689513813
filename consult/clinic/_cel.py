"""The CEL engine without its command line.

`import cel` also imports the package's own console with prompt_toolkit and pygments: a quarter of a second that every
start of ours would pay for something it never uses.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING

__all__ = ["cel"]

_CONSOLE = "cel.cli"


def _import_engine() -> ModuleType:
    """`cel` itself; whoever wants its console later can still import it."""
    absent = _CONSOLE not in sys.modules
    if absent:
        sys.modules[_CONSOLE] = ModuleType(_CONSOLE)
    try:
        import cel as engine
    finally:
        if absent:
            del sys.modules[_CONSOLE]
    return engine


if TYPE_CHECKING:
    import cel
else:
    cel = _import_engine()
