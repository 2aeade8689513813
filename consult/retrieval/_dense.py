"""The dense half of an index: one Chroma collection per corpus and language, always with our own vectors."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Mapping, Sequence
from contextlib import closing
from itertools import groupby
from pathlib import Path
from typing import cast

import chromadb
import numpy as np
from chromadb.api.client import Client
from chromadb.api.collection_configuration import CreateCollectionConfiguration
from chromadb.api.models.Collection import Collection
from chromadb.config import Settings
from chromadb.errors import ChromaError
from numpy.typing import NDArray

from consult.errors import RetrievalError
from consult.retrieval._manifest import collection_name
from consult.retrieval._passages import Language, Passage
from consult.retrieval._vectors import VectorFile, vector_key

_CONFIGURATION: CreateCollectionConfiguration = {
    "hnsw": {"space": "cosine", "ef_construction": 200, "ef_search": 200, "max_neighbors": 32, "num_threads": 1}
}
"""One thread, so that the same passages give the same graph; wide enough to be exact up to a few thousand passages."""
_BATCH = 1000
_OPENING = threading.Lock()
"""Chroma shares one store per folder and process, and fills its register of them without a lock."""


def _client(folder: Path) -> Client:
    # _env_file: Chroma would read a `.env` from the working directory. Telemetry is off whatever the environment says.
    settings = Settings(_env_file=None, anonymized_telemetry=False)
    with _OPENING:
        return cast(Client, chromadb.PersistentClient(path=str(folder), settings=settings))


def _refuse_broken_store(folder: Path) -> None:
    """Look before Chroma does: a store that it failed to open once stays broken for the life of the process."""
    file = folder / "chroma.sqlite3"
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as store:
            store.execute("SELECT count(*) FROM collections").fetchone()
    except sqlite3.Error as error:
        raise RetrievalError(f"the vector index {str(folder)!r} is damaged: {error}") from error


def write_dense(folder: Path, passages: Sequence[Passage], vectors: VectorFile) -> None:
    """Write all collections into a new folder; every passage has its vector in `vectors`."""
    client = _client(folder)
    try:
        ordered = sorted(passages, key=lambda passage: (_name(passage), passage.id))
        for name, group in groupby(ordered, key=_name):
            collection = client.create_collection(name, embedding_function=None, configuration=_CONFIGURATION)
            members = list(group)
            for start in range(0, len(members), _BATCH):
                _add(collection, members[start : start + _BATCH], vectors)
    finally:
        client.close()


def _name(passage: Passage) -> str:
    return collection_name(passage.corpus, passage.language)


def _add(collection: Collection, passages: Sequence[Passage], vectors: VectorFile) -> None:
    rows = [vectors.get(vector_key("passage", passage.searchable)) for passage in passages]
    collection.add(
        ids=[passage.id for passage in passages],
        embeddings=np.stack([row for row in rows if row is not None]),
        metadatas=[{"guideline": passage.guideline, "hash": passage.hash} for passage in passages],
    )


class Dense:
    """The collections of one index, open for reading."""

    def __init__(self, folder: Path, counts: Mapping[str, int]) -> None:
        """Open them, and check that each holds as many passages as the manifest says.

        Raises:
            RetrievalError: the store is damaged.
        """
        self._counts = dict(counts)
        _refuse_broken_store(folder)
        self._client = _client(folder)
        try:
            self._collections = {name: self._client.get_collection(name, embedding_function=None) for name in counts}
            held = {name: collection.count() for name, collection in self._collections.items()}
        except ChromaError as error:
            self.close()  # else this process would be given the same broken store again
            raise RetrievalError(f"the vector index {str(folder)!r} is damaged: {error}") from error
        if held != self._counts:
            self.close()
            raise RetrievalError(f"the vector index {str(folder)!r} does not hold what its manifest says")

    def ranked(
        self, queries: NDArray[np.float32], corpora: Sequence[str], language: Language, limit: int
    ) -> list[list[str]]:
        """For each row of `queries`, ids of the nearest passages over these corpora, ties by id."""
        found: list[list[tuple[float, str]]] = [[] for _ in queries]
        for corpus in corpora:
            name = collection_name(corpus, language)
            if name in self._collections:
                for row, nearest in zip(found, self._nearest(name, queries, limit), strict=True):
                    row.extend(nearest)
        return [[id for _, id in sorted(row)[:limit]] for row in found]

    def _nearest(self, name: str, queries: NDArray[np.float32], limit: int) -> list[list[tuple[float, str]]]:
        try:
            result = self._collections[name].query(
                query_embeddings=queries, n_results=min(limit, self._counts[name]), include=["distances"]
            )
        except ChromaError as error:
            raise RetrievalError(f"the collection {name!r} cannot be searched: {error}") from error
        distances = result["distances"] or []
        return [
            [(round(distance, 5), id) for id, distance in zip(ids, row, strict=True)]
            for ids, row in zip(result["ids"], distances, strict=True)
        ]

    def close(self) -> None:
        """Let go of the files; a second call does nothing."""
        self._client.close()
