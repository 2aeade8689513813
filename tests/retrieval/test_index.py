from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from consult.errors import RetrievalError
from consult.retrieval import Retriever, build_index, index_status
from consult.retrieval._index import discard, index_folder

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
TEXT = "Ferritin below 45 ug/L"


def on_day(day: int) -> Callable[[], datetime]:
    return lambda: START + timedelta(days=day)


def edit(root: Path, old: str, new: str, name: str = "corpora/hematology/iron-2021.md") -> None:
    path = root / "knowledge" / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def folders(home: Path) -> set[str]:
    return {folder.name for folder in index_folder(home).iterdir() if folder.is_dir()}


def test_absent_current_stale(root: Path, home: Path, bag: Any) -> None:
    assert index_status(root, home, bag).state == "absent"
    manifest = build_index(root, home, embedder=bag, clock=on_day(0))
    status = index_status(root, home, bag)
    assert (status.state, status.manifest) == ("current", manifest)
    edit(root, TEXT, "Ferritin below 46 ug/L")
    status = index_status(root, home, bag)
    assert (status.state, status.manifest) == ("stale", manifest)


def test_the_manifest_says_what_the_index_is_made_of(root: Path, home: Path, bag: Any) -> None:
    manifest = build_index(root, home, embedder=bag, clock=on_day(0))
    assert manifest.counts == {"hematology.en": 3, "hematology.zh": 2, "respiratory.en": 2, "respiratory.zh": 2}
    assert (manifest.embedder, manifest.created, len(manifest.content_hash)) == ("bag:1", START, 64)
    stored = json.loads((index_folder(home) / manifest.id / "manifest.json").read_text())
    assert stored["id"] == manifest.id
    assert set(stored["versions"]) == {"schema", "bm25s", "chromadb", "jieba"}


CHANGES = [
    ("corpora/hematology/iron-2021.md", TEXT, "Ferritin below 46 ug/L", True),
    ("corpora/hematology/iron-2021.md", 'grade="strong"', 'grade="weak"', True),
    ("reference/concepts.toml", "铁缺乏", "铁元素缺乏", True),
    ("reference/concepts.toml", "low iron stores", "empty iron stores", False),
    ("reference/guidelines.toml", "Society of Cough", "Society of Coughs", False),
]


@pytest.mark.parametrize(("name", "old", "new", "is_stale"), CHANGES)
def test_what_makes_an_index_stale(
    root: Path, home: Path, bag: Any, name: str, old: str, new: str, is_stale: bool
) -> None:
    build_index(root, home, embedder=bag)
    edit(root, old, new, name)
    assert index_status(root, home, bag).state == ("stale" if is_stale else "current")


def test_another_embedder_needs_another_index(root: Path, home: Path, bag: Any, other_bag: Any) -> None:
    first = build_index(root, home, embedder=bag)
    assert index_status(root, home, other_bag).state == "stale"
    second = build_index(root, home, embedder=other_bag)
    assert first.id != second.id
    assert index_status(root, home, bag).state == "current"


def test_a_current_index_is_not_built_again(root: Path, home: Path, bag: Any) -> None:
    first = build_index(root, home, embedder=bag, clock=on_day(0))
    asked = len(bag.asked)
    again = build_index(root, home, embedder=bag, clock=on_day(1))
    assert again == first
    assert len(bag.asked) == asked


def test_only_changed_passages_are_embedded_again(root: Path, home: Path, bag: Any) -> None:
    build_index(root, home, embedder=bag, clock=on_day(0))
    bag.asked.clear()
    for number in range(46, 49):  # through several generations, without shipped vectors
        edit(root, f"below {number - 1}", f"below {number}")
        build_index(root, home, embedder=bag, clock=on_day(number))
        assert len(bag.asked) == 1
        bag.asked.clear()


def test_the_newest_two_are_kept(root: Path, home: Path, bag: Any) -> None:
    ids = []
    for day in range(4):
        ids.append(build_index(root, home, embedder=bag, clock=on_day(day)).id)
        edit(root, f"below {45 + day}", f"below {46 + day}")
    assert folders(home) == {ids[2], ids[3]}


def test_what_a_dead_builder_left_is_cleared_away(root: Path, home: Path, bag: Any) -> None:
    (index_folder(home) / ".building-dead").mkdir(parents=True)
    manifest = build_index(root, home, embedder=bag)
    assert folders(home) == {manifest.id}


def test_a_failed_build_leaves_nothing_and_the_old_index_works(root: Path, home: Path, bag: Any) -> None:
    manifest = build_index(root, home, embedder=bag)
    with Retriever.open(root, home, embedder=bag) as reader:
        edit(root, TEXT, "Ferritin below 46 ug/L")

        def broken(texts: list[str]) -> Any:
            raise RetrievalError("the embedder is out of order")

        bag.embed_passages = broken
        with pytest.raises(RetrievalError, match="out of order"):
            build_index(root, home, embedder=bag)
        assert folders(home) == {manifest.id}
        bag.embed_passages = type(bag)().embed_passages
        assert reader.search("ferritin", corpora=["hematology"], language="en")


def test_a_reader_keeps_its_index_through_rebuilds(root: Path, home: Path, bag: Any) -> None:
    with Retriever.open(root, home, embedder=bag) as reader:
        before = reader.search("ferritin", corpora=["hematology"], language="en")
        for day in range(1, 4):
            edit(root, f"below {44 + day}", f"below {45 + day}")
            build_index(root, home, embedder=bag, clock=on_day(day))
        assert reader.search("ferritin", corpora=["hematology"], language="en") == before


def test_an_index_made_anew_is_not_discarded(root: Path, home: Path, bag: Any) -> None:
    damaged = build_index(root, home, embedder=bag, clock=on_day(0))
    discard(home, damaged)
    assert folders(home) == set()
    build_index(root, home, embedder=bag, clock=on_day(1))
    discard(home, damaged)
    assert folders(home) == {damaged.id}


def test_a_home_that_cannot_be_written(root: Path, tmp_path: Path, bag: Any) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file")
    with pytest.raises(RetrievalError, match="cannot be written"):
        build_index(root, blocked, embedder=bag)


BUILD = """
import sys
from pathlib import Path
import conftest
from consult.retrieval import Retriever
root, home = map(Path, sys.argv[1:])
retriever = Retriever.open(root, home, embedder=conftest.BagOfWords())
hits = retriever.search("ferritin", corpora=["hematology"], language="en")
print(hits[0].passage.id)
"""


def test_two_processes_that_build_at_once(root: Path, home: Path, bag: Any) -> None:
    here, checkout = Path(__file__).parent, Path(__file__).resolve().parents[2]
    command = [sys.executable, "-c", f"import sys; sys.path[:0] = [{str(here)!r}, {str(checkout)!r}]\n{BUILD}"]
    builders = [
        subprocess.Popen([*command, str(root), str(home)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    results = [(*builder.communicate(timeout=60), builder.returncode) for builder in builders]
    assert results == [("iron-2021#ferritin\n", "", 0)] * 2
    assert len(folders(home)) == 1
