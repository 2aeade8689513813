from __future__ import annotations

import pytest

from consult.retrieval._fusion import fuse


def order(dense: str, lexical: str, outdated: str = "") -> str:
    weights = {"dense": 1.0, "lexical": 1.0}
    rankings = {"dense": list(dense), "lexical": list(lexical)}
    hits = fuse(rankings, is_outdated=lambda id: id in outdated, weights=weights)
    return "".join(hit.id for hit in hits)


CASES = [
    ("both agree", "abc", "abc", "", "abc"),
    ("found twice beats first once", "axb", "bya", "", "abxy"),
    ("a tie goes by id", "ba", "ab", "", "ab"),
    ("of a tie the current one first", "ba", "ab", "a", "ba"),
    ("the outdated one falls behind its neighbours", "abc", "abc", "a", "bca"),
    ("and stays before what is far away", "abcdefg", "abcdefg", "a", "bcdaefg"),
    ("one search finds nothing", "abc", "", "", "abc"),
]


@pytest.mark.parametrize(("dense", "lexical", "outdated", "expected"), [case[1:] for case in CASES])
def test_order(dense: str, lexical: str, outdated: str, expected: str) -> None:
    assert order(dense, lexical, outdated) == expected


def test_scores_and_ranks() -> None:
    first, second = fuse({"dense": ["a"], "lexical": ["b", "a"]}, is_outdated=lambda id: False)
    assert (first.id, dict(first.ranks)) == ("a", {"dense": 1, "lexical": 2})
    assert first.score == pytest.approx(1 / 61 + 0.7 / 62)
    assert (second.id, dict(second.ranks)) == ("b", {"lexical": 1})
    assert second.score == pytest.approx(0.7 / 61)
