from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from consult.errors import NotFound, RetrievalError
from consult.retrieval import Hit, Retriever, index_status
from consult.retrieval._index import index_folder

BOTH = ["hematology", "respiratory"]


def ids(hits: list[Hit]) -> list[str]:
    return [hit.passage.id for hit in hits]


def test_the_best_passage_comes_first(retriever: Retriever) -> None:
    hits = retriever.search("ferritin in iron deficiency anemia", corpora=BOTH, language="en", k=2)
    assert len(hits) == 2
    assert hits[0].passage.id == "iron-2021#ferritin"
    assert hits[0].passage.text.startswith("Ferritin below 45")
    assert hits[0].score > hits[1].score


def test_superseded_guidance_is_marked_and_comes_later(retriever: Retriever) -> None:
    hits = retriever.search("ferritin below 15 ug/L iron deficiency", corpora=["hematology"], language="en")
    older = next(hit for hit in hits if hit.passage.guideline == "iron-2011")
    assert older.ranks == {"dense": 1, "lexical": 1}
    assert older.superseded_by == ("iron-2021",)
    assert hits[0].passage.id == "iron-2021#ferritin"
    assert hits[0].superseded_by == ()


def test_a_language_is_searched_alone(retriever: Retriever) -> None:
    hits = retriever.search("铁蛋白界值", corpora=BOTH, language="zh")
    assert hits[0].passage.id == "iron-2021#ferritin@zh"
    assert {hit.passage.language for hit in hits} == {"zh"}
    assert {hit.passage.language for hit in retriever.search("铁蛋白", corpora=BOTH, language="en")} == {"en"}


def test_only_the_corpora_asked_for(retriever: Retriever) -> None:
    for corpus in BOTH:
        hits = retriever.search("sputum eosinophils and ferritin", corpora=[corpus], language="en")
        assert {hit.passage.corpus for hit in hits} == {corpus}


def test_ranks_say_which_search_found_it(retriever: Retriever) -> None:
    hits = {hit.passage.id: hit for hit in retriever.search("radiograph", corpora=BOTH, language="en")}
    assert hits["cough-2022#radiograph"].ranks == {"dense": 1, "lexical": 1}
    assert set(hits["iron-2021#platelets"].ranks) == {"dense"}


def test_k(retriever: Retriever) -> None:
    assert [len(retriever.search("iron", corpora=BOTH, language="en", k=k)) for k in (0, 1, 3, 50)] == [0, 1, 3, 5]


def test_many_questions_answer_as_one_would(retriever: Retriever) -> None:
    queries = ["ferritin", "cough", "", "ferritin", "no word of this is known 12345"]
    together = retriever.search_many(queries, corpora=BOTH, language="en", k=3)
    assert together == [retriever.search(query, corpora=BOTH, language="en", k=3) for query in queries]
    assert together[2] == []
    assert together[0] == together[3]


def test_many_questions_are_one_call_to_chroma(retriever: Retriever, monkeypatch: pytest.MonkeyPatch) -> None:
    from chromadb.api.models.Collection import Collection

    calls: list[int] = []
    query = Collection.query

    def counted(self: Collection, **arguments: Any) -> Any:
        calls.append(len(arguments["query_embeddings"]))
        return query(self, **arguments)

    monkeypatch.setattr(Collection, "query", counted)
    retriever.search_many([f"question {n}" for n in range(12)], corpora=["hematology"], language="en")
    assert calls == [12]


def test_a_blank_question_finds_nothing(retriever: Retriever) -> None:
    assert retriever.search("  ", corpora=BOTH, language="en") == []
    assert retriever.search_many([], corpora=BOTH, language="en") == []
    assert retriever.search("iron", corpora=[], language="en") == []


def test_an_unknown_corpus(retriever: Retriever) -> None:
    with pytest.raises(NotFound, match="no corpus 'cardiology'; there are: hematology, respiratory"):
        retriever.search("iron", corpora=["cardiology"], language="en")


def test_a_corpus_without_this_language_finds_nothing(root: Path, home: Path, bag: Any) -> None:
    for file in (root / "knowledge" / "corpora" / "respiratory").glob("*.zh.md"):
        file.unlink()
    with Retriever.open(root, home, embedder=bag) as retriever:
        assert retriever.search("咳嗽", corpora=["respiratory"], language="zh") == []


def test_no_knowledge_at_all(root: Path, home: Path, bag: Any) -> None:
    shutil.rmtree(root / "knowledge" / "corpora")
    with Retriever.open(root, home, embedder=bag) as retriever:
        assert (retriever.corpora, retriever.manifest.counts) == ((), {})
        with pytest.raises(NotFound, match="there are: none"):
            retriever.search("iron", corpora=["hematology"], language="en")


def test_threads_search_at_once(retriever: Retriever) -> None:
    questions = [("ferritin", "en"), ("铁蛋白", "zh"), ("cough", "en"), ("咳嗽", "zh")] * 8

    def ask(question: tuple[str, Any]) -> list[str]:
        return ids(retriever.search(question[0], corpora=BOTH, language=question[1]))

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, questions)) == [ask(question) for question in questions]


def test_the_same_content_gives_the_same_order(root: Path, home: Path, tmp_path: Path, bag: Any) -> None:
    found = []
    for folder in (home, tmp_path / "other"):
        with Retriever.open(root, folder, embedder=bag) as retriever:
            hits = retriever.search("iron", corpora=BOTH, language="en")
            found.append((retriever.manifest.id, [(hit.passage.id, hit.score) for hit in hits]))
    assert found[0] == found[1]


def test_an_index_may_be_required_to_exist(root: Path, home: Path, bag: Any) -> None:
    with pytest.raises(RetrievalError, match="the index is absent"):
        Retriever.open(root, home, embedder=bag, build=False)
    assert index_status(root, home, bag).state == "absent"


def store(folder: Path) -> Any:
    import chromadb
    from chromadb.config import Settings

    return chromadb.PersistentClient(path=str(folder), settings=Settings(_env_file=None, anonymized_telemetry=False))


def lose_a_collection(folder: Path) -> None:
    with store(folder / "chroma") as client:
        client.delete_collection("hematology.en")


def lose_a_passage(folder: Path) -> None:
    with store(folder / "chroma") as client:
        client.get_collection("hematology.en", embedding_function=None).delete(ids=["iron-2021#ferritin"])


def overwrite_the_store(folder: Path) -> None:
    (folder / "chroma" / "chroma.sqlite3").write_bytes(b"junk")


def lose_the_words(folder: Path) -> None:
    shutil.rmtree(folder / "lexical" / "en")
    (folder / "lexical" / "en").mkdir()


@pytest.mark.parametrize("damage", [lose_a_collection, lose_a_passage, overwrite_the_store, lose_the_words])
def test_a_damaged_index_is_noticed_and_made_again(root: Path, home: Path, bag: Any, damage: Any) -> None:
    with Retriever.open(root, home, embedder=bag) as retriever:
        expected = ids(retriever.search("ferritin", corpora=BOTH, language="en"))
        folder = index_folder(home) / retriever.manifest.id
    damage(folder)
    with pytest.raises(RetrievalError, match=r"damaged|does not hold"):
        Retriever.open(root, home, embedder=bag, build=False)
    with Retriever.open(root, home, embedder=bag) as again:
        assert ids(again.search("ferritin", corpora=BOTH, language="en")) == expected


def test_a_dotenv_beside_the_program_is_not_read(
    root: Path, home: Path, bag: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("CHROMA_API_IMPL=no.such.thing\n")
    monkeypatch.chdir(tmp_path)
    with Retriever.open(root, home, embedder=bag) as retriever:
        assert retriever.search("iron", corpora=BOTH, language="en")
