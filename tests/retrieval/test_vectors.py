from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from consult.retrieval import Knowledge
from consult.retrieval._queries import known_queries
from consult.retrieval._vectors import QueryVectors, VectorFile, collect, shipped_path, vector_key
from consult.retrieval.vectors import main, stale_keys, update


def test_only_what_is_new_is_embedded(root: Path, bag: Any) -> None:
    everything = len(Knowledge.load(root).passages) + len(known_queries(root))
    assert stale_keys(root, bag.id) == (everything, 0)
    path = update(root, bag)
    assert path == root / "knowledge" / "vectors" / "bag.npz"
    assert len(bag.asked) == everything
    assert stale_keys(root, bag.id) == (0, 0)
    update(root, bag)
    assert len(bag.asked) == everything


def test_the_same_knowledge_gives_the_same_bytes(root: Path, bag: Any) -> None:
    first = update(root, bag).read_bytes()
    shipped_path(root, bag.id).unlink()
    assert update(root, bag).read_bytes() == first


def test_what_nothing_uses_any_more_is_dropped(root: Path, bag: Any) -> None:
    update(root, bag)
    (root / "knowledge" / "corpora" / "hematology" / "iron-2011.md").unlink()
    assert stale_keys(root, bag.id) == (0, 1)
    update(root, bag)
    assert stale_keys(root, bag.id) == (0, 0)


def test_vectors_of_another_embedder_are_not_used(root: Path, bag: Any, other_bag: Any) -> None:
    path = update(root, bag)
    assert VectorFile.read(path, other_bag.id).keys == frozenset()
    assert len(VectorFile.read(path, bag.id).keys) > 0


@pytest.mark.parametrize("content", [b"", b"junk", b"PK\x03\x04junk"])
def test_a_damaged_file_is_an_empty_one(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bag.npz"
    path.write_bytes(content)
    assert VectorFile.read(path, "bag:1").keys == frozenset()


def test_a_query_and_a_passage_of_one_text_differ() -> None:
    assert vector_key("query", "iron") != vector_key("passage", "iron")


def test_a_question_is_embedded_once(bag: Any) -> None:
    shipped = collect("query", ["known"], bag, [])
    bag.asked.clear()
    vectors = QueryVectors(bag, shipped)
    rows = vectors.of(["known", "new", "known", "new", "other"])
    assert bag.asked == ["new", "other"]
    assert np.array_equal(rows[0], rows[2])
    assert np.array_equal(rows[1], rows[3])
    assert np.array_equal(vectors.of(["other", "new"]), rows[[4, 1]])
    assert bag.asked == ["new", "other"]


def test_the_memory_of_questions_is_bounded(bag: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consult.retrieval._vectors._CACHED_QUERIES", 2)
    vectors = QueryVectors(bag, VectorFile(bag.id, {}))
    for text in ["a", "b", "a", "c", "a"]:
        vectors.of([text])
    assert bag.asked == ["a", "b", "c"]
    vectors.of(["b"])
    assert bag.asked == ["a", "b", "c", "b"]


def test_more_new_questions_than_the_memory_holds(bag: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("consult.retrieval._vectors._CACHED_QUERIES", 2)
    assert QueryVectors(bag, VectorFile(bag.id, {})).of(["a", "b", "c", "d"]).shape == (4, bag.dim)


def test_progress_is_told(root: Path, bag: Any) -> None:
    told: list[tuple[int, int]] = []
    collect("passage", [f"text {n}" for n in range(20)], bag, [], lambda done, total: told.append((done, total)))
    assert told == [(16, 20), (20, 20)]


def test_check_says_so_and_changes_nothing(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--root", str(root), "--check"]) == 1
    assert "13 vectors are missing, 0 are left over" in capsys.readouterr().err
    assert not (root / "knowledge" / "vectors").exists()


def test_a_wrong_root_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--root", str(tmp_path)]) == 2
    assert "holds no agents/ and knowledge/" in capsys.readouterr().err
