"""What an index was made of: recorded beside it and in the provenance of every run that used it."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from importlib.metadata import version

from pydantic import BaseModel, ConfigDict

from consult.retrieval._passages import Language, Passage

SCHEMA = 1
"""1: one Chroma collection per corpus and language, one BM25 index per language, vectors.npz."""
_LIBRARIES = ("bm25s", "chromadb", "jieba")


class Manifest(BaseModel):
    """Two indexes with the same `id` answer alike."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    """First 16 hexadecimal digits of a SHA-256 over content, dictionary, embedder and library versions."""
    content_hash: str
    """SHA-256 over the hashes of all passages."""
    embedder: str
    """The embedder's id: its name and a hash of its weights."""
    counts: dict[str, int]
    """Passages per collection, `hematology.zh` for example."""
    versions: dict[str, str]
    """Versions of the libraries that wrote the index, and of its layout (`schema`)."""
    created: datetime
    """When it was built, UTC."""


def collection_name(corpus: str, language: Language) -> str:
    """Name of the Chroma collection for one corpus in one language."""
    return f"{corpus}.{language}"


def describe(passages: Iterable[Passage], words: Sequence[str], embedder_id: str, created: datetime) -> Manifest:
    """The manifest that an index of these passages has; `words` is the user dictionary for Chinese."""
    ordered = sorted(passages, key=lambda passage: passage.id)
    versions = {"schema": str(SCHEMA)} | {name: version(name) for name in _LIBRARIES}
    content = _digest([passage.hash for passage in ordered])
    return Manifest(
        id=_digest([content, _digest(words), embedder_id, json.dumps(versions, sort_keys=True)])[:16],
        content_hash=content,
        embedder=embedder_id,
        counts=dict(sorted(Counter(collection_name(p.corpus, p.language) for p in ordered).items())),
        versions=versions,
        created=created,
    )


def _digest(parts: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
