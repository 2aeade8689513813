"""Guideline passages and how they are found: corpora → passages → Chroma and BM25 → one ranking.

`Knowledge` and `Guidelines` are plain files read into memory; a `Retriever` adds an index. numpy, Chroma, BM25 and the
embedder are imported when a retriever is opened or an index is built, never by importing this package.
"""

from consult.retrieval._check import check
from consult.retrieval._embedders import DEFAULT_EMBEDDER, Embedder, load_embedder
from consult.retrieval._guidelines import Guideline, Guidelines
from consult.retrieval._index import IndexStatus, build_index, index_status
from consult.retrieval._knowledge import Knowledge
from consult.retrieval._manifest import Manifest
from consult.retrieval._passages import Language, Passage
from consult.retrieval._queries import Named, analyte_query, concept_query
from consult.retrieval._retriever import Hit, Retriever

__all__ = [
    "DEFAULT_EMBEDDER",
    "Embedder",
    "Guideline",
    "Guidelines",
    "Hit",
    "IndexStatus",
    "Knowledge",
    "Language",
    "Manifest",
    "Named",
    "Passage",
    "Retriever",
    "analyte_query",
    "build_index",
    "check",
    "concept_query",
    "index_status",
    "load_embedder",
]
