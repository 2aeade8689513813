"""Where `agents/` and `knowledge/` are found; nothing else in the library builds such paths."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import rtoml

from consult.errors import ContentError, SettingsError

ENVIRONMENT = "CONSULT_CONTENT"


def content_root(override: str | os.PathLike[str] | None = None) -> Path:
    """The folder that holds `agents/` and `knowledge/`.

    Tried in this order: the argument, the variable `CONSULT_CONTENT`, the copy shipped inside the package, the
    checkout that the package is imported from.

    Raises:
        SettingsError: the argument or the variable names a folder without `agents/` and `knowledge/`.
    """
    named = override or os.environ.get(ENVIRONMENT)
    if named:
        root = Path(named)
        if not _complete(root):
            raise SettingsError(f"the content root {str(root)!r} holds no agents/ and knowledge/ folders")
        return root
    package = Path(__file__).parent
    for root in (package / "content", package.parent):
        if _complete(root):
            return root
    raise SettingsError("the installed package holds no content; set CONSULT_CONTENT to a content root")


def _complete(root: Path) -> bool:
    return (root / "agents").is_dir() and (root / "knowledge").is_dir()


def read_toml(root: Path, relative: str) -> dict[str, Any]:
    """The TOML file at `root / relative`, read as UTF-8.

    Raises:
        ContentError: the file is absent or is not TOML; the message holds the line.
    """
    path = root / relative
    try:
        return rtoml.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ContentError(relative, "", "the file does not exist") from None
    except UnicodeDecodeError:
        raise ContentError(relative, "", "the file is not UTF-8 text") from None
    except rtoml.TomlParsingError as error:
        raise ContentError(relative, "", f"not valid TOML: {error}") from None


@lru_cache(maxsize=8)
def specialty_ids(root: Path) -> tuple[str, ...]:
    """Names of the folders under `agents/`, sorted: each is an agent."""
    return tuple(sorted(card.parent.name for card in (root / "agents").glob("*/agent.toml")))


def content_hash(root: Path) -> str:
    """Hash over every file of the content root: which rules and passages a plan was made with."""
    digest = sha256()
    for folder in ("agents", "knowledge"):
        for relative, path in sorted(_files(root / folder, folder)):
            digest.update(relative.encode())
            with open(path, "rb", buffering=0) as file:
                digest.update(sha256(file.read()).digest())
    return f"sha256:{digest.hexdigest()}"


def _files(folder: Path, relative: str) -> Iterator[tuple[str, str]]:
    """The content files below a folder; by `scandir`, since a thousand `Path` objects cost more than reading them."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                yield from _files(Path(entry.path), f"{relative}/{entry.name}")
            elif entry.name.endswith((".toml", ".csv", ".md")):
                yield f"{relative}/{entry.name}", entry.path
