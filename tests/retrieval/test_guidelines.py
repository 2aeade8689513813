from __future__ import annotations

from pathlib import Path

import pytest

from consult.errors import ContentError, NotFound
from consult.retrieval import Guidelines

HEAD = 'organisation = "O"\ntitle = "T"\nyear = 2020\nkind = "guideline"\njurisdiction = "US"\nchecked = "doi"\n'


def load(tmp_path: Path, **tables: str) -> Guidelines:
    folder = tmp_path / "knowledge" / "reference"
    folder.mkdir(parents=True, exist_ok=True)
    text = "".join(f"[{key}]\n{HEAD}{table}\n" for key, table in tables.items())
    (folder / "guidelines.toml").write_text(text, encoding="utf-8")
    return Guidelines.load(tmp_path)


REFERENCES = [
    ('doi = "10.1/x"\npmid = "7"', "doi:10.1/x"),
    ('pmid = "7"\nurl = "https://example.org"', "pmid:7"),
    ('identifier = "WS/T 405-2012"\nurl = "https://example.org"', "WS/T 405-2012"),
    ('url = "https://example.org"', "https://example.org"),
]


@pytest.mark.parametrize(("table", "expected"), REFERENCES)
def test_the_strongest_reference(tmp_path: Path, table: str, expected: str) -> None:
    assert load(tmp_path, a=table)["a"].reference == expected


def test_supersession_is_followed_to_the_end(tmp_path: Path) -> None:
    guidelines = load(
        tmp_path,
        a='url = "u"',
        b='url = "u"\nsupersedes = ["a"]',
        c='url = "u"\nsupersedes = ["b"]',
        d='url = "u"\nsupersedes = ["a"]',
    )
    assert guidelines.superseded_by("a") == ("b", "d", "c")
    assert guidelines.superseded_by("c") == ()


@pytest.mark.parametrize("status", ["current", "partially-superseded", "superseded"])
def test_a_document_replaced_in_part_still_stands(tmp_path: Path, status: str) -> None:
    guidelines = load(tmp_path, a=f'url = "u"\nstatus = "{status}"', b='url = "u"\nsupersedes = ["a"]')
    assert guidelines.is_outdated("a") is (status == "superseded")


WRONG = [
    ({"a": ""}, "a", "needs a doi"),
    ({"a": 'url = "u"\ncolour = "red"'}, "a", "colour"),
    ({"a": 'url = "u"\nstatus = "old"'}, "a", "status"),
    ({"a": 'url = "u"\nsupersedes = ["b"]'}, "a", "'b', which is not in this file"),
    ({"a": 'url = "u"\nsupersedes = ["b"]', "b": 'url = "u"\nsupersedes = ["a"]'}, "a", "supersedes itself through"),
]


@pytest.mark.parametrize(("tables", "item", "says"), WRONG)
def test_what_is_wrong_is_named(tmp_path: Path, tables: dict[str, str], item: str, says: str) -> None:
    with pytest.raises(ContentError) as caught:
        load(tmp_path, **tables)
    assert says in caught.value.problem
    assert caught.value.item == item or "itself" in says


def test_an_unknown_id(tmp_path: Path) -> None:
    guidelines = load(tmp_path, a='url = "u"')
    with pytest.raises(NotFound, match="'b'"):
        guidelines["b"]
    assert guidelines.get("b") is None
    assert ("a" in guidelines, "b" in guidelines, list(guidelines), len(guidelines)) == (True, False, ["a"], 1)
