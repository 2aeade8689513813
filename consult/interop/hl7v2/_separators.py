"""The characters that hold a message together."""

from __future__ import annotations

from typing import NamedTuple


class Separators(NamedTuple):
    """MSH-1 and MSH-2."""

    field: str = "|"
    component: str = "^"
    repetition: str = "~"
    escape: str = "\\"
    """Empty when the sender has none."""
    subcomponent: str = "&"
    truncation: str = ""
