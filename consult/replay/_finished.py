"""Whether a replay is finished: told from what was asked for, before any rule or passage is read."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from consult._version import __version__
from consult.content import content_hash, content_root
from consult.replay._arms import Arm
from consult.replay._options import REPORT, ROWS, RUN, SUMMARY, Options
from consult.review import digest


def request(source: Path, arms: Sequence[Arm], options: Options, *, models: Iterable[str] = ()) -> str | None:
    """SHA-256 of what a replay is asked for, hex; None where the cases can be read only once.

    Whatever may change a row is part of it, and more: a changed address of a model costs a look at each pair, no run.

    Args:
        source: the cases.
        arms: with their settings.
        options: which of the cases.
        models: names of models that are handed over as Python objects.
    """
    cases = _content(source)
    if cases is None:
        return None
    told = {
        "version": __version__,
        "cases": cases,
        "arms": [[arm.name, arm.engine, arm.blind, arm.settings.model_dump_json(), _rules(arm)] for arm in arms],
        "models": sorted(models),
        "options": [str(said) for said in (options.limit, options.sample, options.format)],
    }
    return digest(told)


def is_finished(folder: Path, asked: str | None, *, retry_failed: bool = False) -> bool:
    """Whether the folder holds all rows, the summary and the report of what is asked for.

    Args:
        folder: of results.
        asked: see `request`.
        retry_failed: failed pairs are to be tried again; where there are any, it is not finished.
    """
    with suppress(OSError, ValueError, AttributeError, KeyError, TypeError):
        said = json.loads((folder / RUN).read_text(encoding="utf-8"))
        there = (folder / REPORT).is_file() and said["finished"] == asked is not None
        arms = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))["arms"].values()
        failed = retry_failed and any(arm["failed"] for arm in arms)
        return there and not failed and bool(said["rows"] == rows_size(folder))
    return False


def rows_size(folder: Path) -> int:
    """Bytes of the rows: they are only ever appended to."""
    return (folder / ROWS).stat().st_size


def _rules(arm: Arm) -> str:
    return content_hash(content_root(arm.settings.content))


def _content(source: Path) -> str | None:
    """SHA-256 of all files below a source, and of those that a suite names."""
    sources = [source]
    if source.suffix == ".toml" and source.is_file():
        from consult.replay._cases import read_suite

        sources += [source.parent / entry for entry in read_suite(source).cases]
    told = [_files(one) for one in sources]
    return None if None in told else digest(told)


def _files(source: Path) -> list[list[str]] | None:
    """Name and SHA-256 of every file below a source, as replay finds them; None where one can be read only once."""
    files = list(_below(source)) if source.is_dir() else [source]
    found = []
    for path in files:
        if not path.is_file():
            return None
        try:
            with path.open("rb") as file:
                found.append([ascii(str(path.relative_to(source))), hashlib.file_digest(file, "sha256").hexdigest()])
        except OSError:
            return None
    return sorted(found)


def _below(source: Path) -> Iterator[Path]:
    """Files below a folder; one that links lead to again is walked once, or a link upwards would have no end."""
    seen = {os.path.realpath(source)}
    for folder, folders, names in os.walk(source, followlinks=True):
        places = {name: os.path.realpath(os.path.join(folder, name)) for name in sorted(folders)}
        folders[:] = [name for name, place in places.items() if place not in seen]
        seen.update(places.values())
        yield from (Path(folder, name) for name in names)
