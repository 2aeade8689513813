"""The lexical half of an index: one BM25 index per language over all corpora, so that scores compare across them."""

from __future__ import annotations

import json
import threading
from collections.abc import Collection, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import bm25s
import numpy as np

from consult.errors import RetrievalError
from consult.retrieval._passages import LANGUAGES, Language, Passage
from consult.retrieval._tokens import Dictionary, Segmenter, english_words

_DOCUMENTS = "documents.json"
_DICTIONARY = "dictionary.json"


def write_lexical(folder: Path, passages: Sequence[Passage], words: Sequence[str]) -> None:
    """Write `folder/en` and `folder/zh`; `words` are Chinese names that the segmenter must know."""
    for language in LANGUAGES:
        chosen = [passage for passage in passages if passage.language == language]
        if chosen:
            _write_language(folder / language, chosen, language, words)


def _write_language(folder: Path, passages: Sequence[Passage], language: Language, words: Sequence[str]) -> None:
    folder.mkdir(parents=True)
    texts = [passage.searchable for passage in passages]
    if language == "zh":
        segmenter = Segmenter.covering(texts, words)
        dictionary = segmenter.needed_for(texts)
        _write_json(folder / _DICTIONARY, {"total": dictionary.total, "frequencies": dictionary.frequencies})
        tokens = [segmenter.words(text) for text in texts]
    else:
        tokens = [english_words(text) for text in texts]
    index = bm25s.BM25()
    index.index(tokens, show_progress=False)
    index.save(folder, show_progress=False)
    _write_json(folder / _DOCUMENTS, [[passage.id, passage.corpus] for passage in passages])


def _write_json(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


class Lexical:
    """BM25 over the passages of one language."""

    def __init__(self, folder: Path, language: Language) -> None:
        self._folder = folder
        self._language = language
        self._lock = threading.Lock()
        try:
            documents: list[tuple[str, str]] = json.loads((folder / _DOCUMENTS).read_text(encoding="utf-8"))
            self._bm25: Any = bm25s.BM25.load(folder, show_progress=False)
        except (OSError, ValueError, KeyError) as error:
            raise RetrievalError(f"the lexical index {str(folder)!r} is damaged: {error}") from error
        self._ids = [document[0] for document in documents]
        self._corpora = np.array([document[1] for document in documents])

    def ranked(self, query: str, corpora: Collection[str], limit: int) -> list[str]:
        """Ids of the passages that share a word with the query, best first, ties by id."""
        known = [word for word in self._words(query) if word in self._bm25.vocab_dict]
        if not known:
            return []
        scores = np.where(np.isin(self._corpora, list(corpora)), self._bm25.get_scores(known), 0.0)
        hits = np.flatnonzero(scores > 0)
        # Rounded, because BM25 adds single-precision numbers in an order that depends on the words' numbers.
        best = sorted((-round(float(scores[hit]), 4), self._ids[hit]) for hit in hits)
        return [id for _, id in best[:limit]]

    def _words(self, query: str) -> list[str]:
        if self._language == "en":
            return english_words(query)
        with self._lock:
            return self._segmenter.words(query)

    @cached_property
    def _segmenter(self) -> Segmenter:
        """Made at the first Chinese question: importing jieba is not free."""
        try:
            stored = json.loads((self._folder / _DICTIONARY).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise RetrievalError(f"the lexical index {str(self._folder)!r} is damaged: {error}") from error
        return Segmenter(Dictionary(stored["frequencies"], stored["total"]))


def open_lexical(folder: Path) -> dict[Language, Lexical]:
    """The languages that have passages.

    Raises:
        RetrievalError: a file of the index is missing or unreadable.
    """
    return {language: Lexical(folder / language, language) for language in LANGUAGES if (folder / language).is_dir()}
