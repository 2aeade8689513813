"""Building an index: beside the old one, then renamed into place; a reader never sees half of one.

An index lives in `home/index/<manifest id>/`. The id follows from content, embedder and versions, so whether an index
is current is a question of one file's existence, and two processes that build the same one make the same folder.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from consult.errors import RetrievalError
from consult.retrieval._embedders import Embedder
from consult.retrieval._knowledge import Knowledge
from consult.retrieval._lock import exclusive
from consult.retrieval._manifest import Manifest, describe
from consult.retrieval._queries import dictionary_words
from consult.storage import close_tree

_KEPT = 2
_MANIFEST = "manifest.json"
_BUILDING = ".building-"


@dataclass(frozen=True, slots=True)
class IndexStatus:
    """Whether the index fits the knowledge and the embedder."""

    state: Literal["current", "stale", "absent"]
    """stale: there is one, of other content, embedder or versions."""
    manifest: Manifest | None
    """Of the current index, or of the newest stale one."""


def utc_now() -> datetime:
    """The clock when none is passed in."""
    return datetime.now(UTC)


def index_folder(home: Path) -> Path:
    """Where all indexes of a home directory are."""
    return home / "index"


def index_status(root: Path, home: Path, embedder: Embedder) -> IndexStatus:
    """Compare the knowledge below `root` with the indexes in `home`; reads no index.

    Raises:
        ContentError: the knowledge cannot be read.
    """
    wanted = wanted_manifest(Knowledge.load(root), root, embedder)
    return status_of(wanted, home)


def status_of(wanted: Manifest, home: Path) -> IndexStatus:
    """Whether `home` holds the index that is wanted."""
    current = read_manifest(index_folder(home) / wanted.id)
    if current is not None:
        return IndexStatus("current", current)
    others = _complete(home)
    return IndexStatus("stale", others[0]) if others else IndexStatus("absent", None)


def build_index(
    root: Path,
    home: Path,
    *,
    embedder: Embedder,
    progress: Callable[[int, int], None] | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> Manifest:
    """Make the index of the knowledge below `root`, unless `home` already has it; remove all but the newest two.

    Vectors that ship with the knowledge, or that an older index holds, are used; the rest is embedded, and `progress`
    is called with how many are done and how many there are.

    Raises:
        ContentError: the knowledge cannot be read.
        RetrievalError: the embedder or the index store failed.
    """
    return ensure_index(Knowledge.load(root), root, home, embedder, progress=progress, clock=clock)


def ensure_index(
    knowledge: Knowledge,
    root: Path,
    home: Path,
    embedder: Embedder,
    *,
    progress: Callable[[int, int], None] | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> Manifest:
    """`build_index` of knowledge that was read before, so that index and passages are of one moment."""
    wanted = wanted_manifest(knowledge, root, embedder, created=clock())
    folder = index_folder(home)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with exclusive(folder / ".lock"):
            present = read_manifest(folder / wanted.id)
            if present is None:
                _build(root, home, knowledge, wanted, embedder, progress)
            _prune(home, wanted.id)
            return present or wanted
    except OSError as error:
        raise RetrievalError(f"the index cannot be written in the home: {error.strerror}") from error


def wanted_manifest(
    knowledge: Knowledge, root: Path, embedder: Embedder, *, created: datetime | None = None
) -> Manifest:
    """The manifest that a current index has; only its id matters when no time is given."""
    return describe(knowledge.passages.values(), dictionary_words(root), embedder.id, created or utc_now())


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest in the folder of an index; none when there is no such index or it cannot be read."""
    try:
        return Manifest.model_validate_json((folder / _MANIFEST).read_bytes())
    except (OSError, ValidationError):
        return None


def discard(home: Path, damaged: Manifest) -> None:
    """Remove a damaged index, unless somebody has made it anew since."""
    folder = index_folder(home) / damaged.id
    with exclusive(index_folder(home) / ".lock"):
        if read_manifest(folder) == damaged:
            _remove(folder)


def _remove(folder: Path) -> None:
    """The manifest goes first: what is left when this is interrupted is no index."""
    (folder / _MANIFEST).unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)


def _build(
    root: Path,
    home: Path,
    knowledge: Knowledge,
    wanted: Manifest,
    embedder: Embedder,
    progress: Callable[[int, int], None] | None,
) -> None:
    from consult.retrieval._dense import write_dense
    from consult.retrieval._lexical import write_lexical
    from consult.retrieval._vectors import VectorFile, collect, shipped_path

    shipped = VectorFile.read(shipped_path(root, embedder.id), embedder.id)
    older = [VectorFile.read(index_folder(home) / one.id / "vectors.npz", embedder.id) for one in _complete(home)]
    passages = list(knowledge.passages.values())
    vectors = collect("passage", [passage.searchable for passage in passages], embedder, [shipped, *older], progress)
    beside = index_folder(home) / f"{_BUILDING}{secrets.token_hex(4)}"
    try:
        beside.mkdir(mode=0o700)
        write_dense(beside / "chroma", passages, vectors)
        write_lexical(beside / "lexical", passages, dictionary_words(root))
        vectors.without(shipped).write(beside / "vectors.npz")
        (beside / _MANIFEST).write_text(wanted.model_dump_json(indent=2), encoding="utf-8")
        close_tree(beside)
        target = index_folder(home) / wanted.id
        _remove(target)  # what is left of one without a manifest
        beside.rename(target)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _complete(home: Path) -> list[Manifest]:
    """Manifests of all finished indexes, the newest first."""
    folders = sorted(index_folder(home).glob("[0-9a-f]*"))
    found = [manifest for folder in folders if (manifest := read_manifest(folder)) is not None]
    return sorted(found, key=lambda manifest: (manifest.created, manifest.id), reverse=True)


def _prune(home: Path, current: str) -> None:
    """Called by the holder of the lock: an unfinished folder belongs to a builder that died."""
    complete = [manifest.id for manifest in _complete(home) if manifest.id != current]
    kept = {current, *complete[: _KEPT - 1]}
    for folder in index_folder(home).iterdir():
        if folder.is_dir() and folder.name not in kept:
            _remove(folder)
