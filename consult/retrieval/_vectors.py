"""Vectors kept by the hash of their text: those that ship with the knowledge, and those of one index."""

from __future__ import annotations

import hashlib
import threading
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from consult.retrieval._embedders import Embedder

FOLDER = "knowledge/vectors"
Kind = Literal["passage", "query"]
Progress = Callable[[int, int], None]
"""Called with how many texts are embedded and how many there are to embed."""
_BATCH = 16
_CACHED_QUERIES = 1024


def vector_key(kind: Kind, text: str) -> bytes:
    """SHA-256 under which the vector of a text is kept; a query and a passage of one text differ."""
    return hashlib.sha256(f"{kind}\n{text}".encode()).digest()


def as_stored(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """The same vectors at the precision of the files, so that shipped and fresh ones rank alike."""
    return rows.astype(np.float16).astype(np.float32)


class VectorFile:
    """An `.npz` of half-precision rows, one per key; belongs to one embedder."""

    def __init__(self, embedder_id: str, rows: dict[bytes, NDArray[np.float32]]) -> None:
        self.embedder_id = embedder_id
        self._rows = rows

    @classmethod
    def read(cls, path: Path, embedder_id: str) -> VectorFile:
        """The file's vectors; none when it is absent, unreadable, or another embedder's: they can be made again."""
        try:
            with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
                if str(file["embedder"]) != embedder_id:
                    return cls(embedder_id, {})
                keys, rows = file["keys"], file["rows"].astype(np.float32)
        except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile):
            return cls(embedder_id, {})
        return cls(embedder_id, {key.tobytes(): row for key, row in zip(keys, rows, strict=True)})

    def write(self, path: Path) -> None:
        """Replace the file at `path` in one step; the same vectors give the same bytes."""
        path.parent.mkdir(parents=True, exist_ok=True)
        keys = sorted(self._rows)
        beside = path.with_name(f".{path.name}.new")
        with beside.open("wb") as file:
            np.savez(
                file,
                embedder=np.array(self.embedder_id),
                keys=np.frombuffer(b"".join(keys), dtype=np.uint8).reshape(len(keys), 32),
                rows=np.array([self._rows[key] for key in keys], dtype=np.float16),
            )
        beside.replace(path)

    def get(self, key: bytes) -> NDArray[np.float32] | None:
        """The vector under this key, or none."""
        return self._rows.get(key)

    def joined(self, other: VectorFile) -> VectorFile:
        """The vectors of both files, which belong to one embedder."""
        return VectorFile(self.embedder_id, self._rows | other._rows)

    def without(self, other: VectorFile) -> VectorFile:
        """The vectors that the other file does not hold."""
        return VectorFile(self.embedder_id, {key: row for key, row in self._rows.items() if key not in other._rows})

    @property
    def keys(self) -> frozenset[bytes]:
        """Everything the file holds."""
        return frozenset(self._rows)


def shipped_path(root: Path, embedder_id: str) -> Path:
    """Where the vectors of our own knowledge are for this embedder; the file need not exist."""
    return root / FOLDER / f"{embedder_id.partition(':')[0]}.npz"


def collect(
    kind: Kind,
    texts: Sequence[str],
    embedder: Embedder,
    known: Iterable[VectorFile],
    progress: Progress | None = None,
) -> VectorFile:
    """A vector for every text, embedding only what no known file holds."""
    files = list(known)
    rows: dict[bytes, NDArray[np.float32]] = {}
    missing: dict[bytes, str] = {}
    for text in texts:
        key = vector_key(kind, text)
        found = next((row for file in files if (row := file.get(key)) is not None), None)
        if found is None:
            missing[key] = text
        else:
            rows[key] = found
    rows.update(_embed_all(kind, missing, embedder, progress))
    return VectorFile(embedder.id, rows)


def _embed_all(
    kind: Kind, texts: dict[bytes, str], embedder: Embedder, progress: Progress | None
) -> dict[bytes, NDArray[np.float32]]:
    embed = embedder.embed_passages if kind == "passage" else embedder.embed_queries
    keys = list(texts)
    rows: dict[bytes, NDArray[np.float32]] = {}
    for start in range(0, len(keys), _BATCH):
        batch = keys[start : start + _BATCH]
        rows.update(zip(batch, as_stored(embed([texts[key] for key in batch])), strict=True))
        if progress is not None:
            progress(len(rows), len(keys))
    return rows


class QueryVectors:
    """Vectors for queries: shipped ones first, then those of the last thousand questions, then the embedder."""

    def __init__(self, embedder: Embedder, shipped: VectorFile) -> None:
        self._embedder = embedder
        self._shipped = shipped
        self._recent: OrderedDict[bytes, NDArray[np.float32]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row per text, in order; all that are unknown are embedded together."""
        keys = [vector_key("query", text) for text in texts]
        found = {key: row for key in keys if (row := self._known(key)) is not None}
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in found}
        if missing:
            fresh = dict(zip(missing, as_stored(self._embedder.embed_queries(list(missing.values()))), strict=True))
            self._remember(fresh)
            found |= fresh
        return np.stack([found[key] for key in keys])

    def _known(self, key: bytes) -> NDArray[np.float32] | None:
        shipped = self._shipped.get(key)
        if shipped is not None:
            return shipped
        with self._lock:
            if key in self._recent:
                self._recent.move_to_end(key)
            return self._recent.get(key)

    def _remember(self, fresh: dict[bytes, NDArray[np.float32]]) -> None:
        with self._lock:
            self._recent.update(fresh)
            while len(self._recent) > _CACHED_QUERIES:
                self._recent.popitem(last=False)
