"""Where what was left out is kept, and whether all of it is there; told without reading rules or literature."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from consult.replay._options import ROWS, RUN
from consult.review import digest

ABLATION = "ablation.json"
BELOW = "ablation"
"""The folder of rows with something left out: they are no rows of the cases themselves, so they stand by themselves."""
Ablate = Literal["specialties", "facts", "facts=normal"]
LIMIT = 20
"""Facts of a case that are left out, one at a time, unless it is said otherwise."""


def ablation_request(asked: str | None, what: Ablate, limit: int) -> str | None:
    """SHA-256 of what is asked for, hex; None where the replay itself has none."""
    return None if asked is None else digest({"replay": asked, "what": what, "limit": str(limit)})


def is_ablated(folder: Path, asked: str | None, whats: Sequence[Ablate], limit: int) -> bool:
    """Whether everything that is to be left out of the cases of a replay was, and was summed up."""
    there = (folder / ABLATION).is_file() and (folder / BELOW / ROWS).is_file()
    said = finished_in(folder)
    keys = [ablation_request(asked, what, limit) for what in whats]
    return there and all(key is not None and said.get(what) == key for what, key in zip(whats, keys, strict=True))


def finished_in(folder: Path) -> dict[str, Any]:
    """What was asked for and is there: what is left out to the hash of the request."""
    with suppress(OSError, ValueError):
        said = json.loads((folder / BELOW / RUN).read_text(encoding="utf-8"))
        return said if isinstance(said, dict) else {}
    return {}
