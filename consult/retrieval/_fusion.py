"""Several rankings to one, by weighted reciprocal rank: scores of different searches do not compare, ranks do."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

RANK_CONSTANT = 60
"""The usual constant: how slowly the weight of a rank falls."""
WEIGHTS: Mapping[str, float] = {"dense": 1.0, "lexical": 0.7}
"""Measured on the questions of tests/retrieval/test_real_content.py: words help, but meaning decides."""
OUTDATED = 0.95
"""Factor on the score of a passage whose document was replaced: some three ranks near the top, so that of two editions
saying nearly the same the newer one comes first, and what only the older one says is still found."""


@dataclass(frozen=True, slots=True)
class Fused:
    """One passage with the rank that each search gave it, counted from 1; absent where a search did not find it."""

    id: str
    score: float
    ranks: Mapping[str, int]


def fuse(
    rankings: Mapping[str, Sequence[str]],
    *,
    is_outdated: Callable[[str], bool],
    weights: Mapping[str, float] = WEIGHTS,
) -> list[Fused]:
    """The passages of all rankings, best first; of equal ones the current before the outdated, then by id."""
    ranks: dict[str, dict[str, int]] = {}
    for search, ids in rankings.items():
        for rank, id in enumerate(ids, start=1):
            ranks.setdefault(id, {})[search] = rank
    outdated = {id: is_outdated(id) for id in ranks}
    fused = [Fused(id, _score(found, weights, outdated[id]), found) for id, found in ranks.items()]
    return sorted(fused, key=lambda hit: (-hit.score, outdated[hit.id], hit.id))


def _score(ranks: Mapping[str, int], weights: Mapping[str, float], outdated: bool) -> float:
    score = sum(weights[search] / (RANK_CONSTANT + rank) for search, rank in sorted(ranks.items()))
    return round(score * (OUTDATED if outdated else 1.0), 9)
