"""The statistics of a paired comparison. Everything is exact or seeded: the same rows give the same figures.

The order of the cases never matters: differences are sorted before anything is drawn.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from math import comb, isfinite, sqrt
from statistics import NormalDist, fmean
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Name = TypeVar("Name", bound=Hashable)

SEED = 20260101
RESAMPLES = 4000
"""Of a bootstrap: the ends of a 95 % interval then stand on about 100 resamples each."""
FLIPS = 20_000
"""Of a randomisation test that has too many cases to be exact."""
EXACT_UP_TO = 16
"""Differences whose signs are all tried: 65,536 ways."""
_CELLS = 4_000_000
"""Numbers drawn at once."""
_NORMAL = NormalDist()


def mcnemar(lost: int, gained: int) -> float:
    """Exact two-sided P value of McNemar's test (binomial, without continuity correction).

    Args:
        lost: pairs in which only the first is right.
        gained: pairs in which only the second is.
    """
    return min(1.0, 2 * sign_test(max(lost, gained), min(lost, gained)))


def sign_test(lost: int, gained: int) -> float:
    """One-sided P value: how often chance alone gives at least so many losses among as many discordant pairs."""
    discordant = lost + gained
    ways, total = comb(discordant, lost), 0
    for k in range(lost, discordant + 1):
        total += ways
        ways = ways * (discordant - k) // (k + 1)
    return total / (1 << discordant)


def randomisation(differences: Sequence[float], *, worse: int = 0, seed: int = SEED) -> float:
    """P value of Fisher's randomisation test for pairs: how often a sum so far from zero comes of random signs.

    All signs are tried where no more than 16 differences are not zero, else 20,000 seeded draws are made, to which the
    observed one is added. For differences of -1, 0 and 1 it is McNemar's test, which is then asked, exactly.

    Args:
        differences: of each pair, second minus first.
        worse: 0 for both sides; 1 or -1: only sums that lie as far on this side count.
        seed: of the draws.
    """
    found = np.sort(np.asarray([d for d in differences if d], dtype=np.float64))
    if not found.size:
        return 1.0
    if np.all(np.abs(found) == abs(found[0])):
        up, down = int((found > 0).sum()), int((found < 0).sum())
        return mcnemar(down, up) if worse == 0 else sign_test(*((up, down) if worse > 0 else (down, up)))
    sums = _all_sums(np.abs(found)) if found.size <= EXACT_UP_TO else _drawn_sums(np.abs(found), seed)
    observed, slack = float(found.sum()), 1e-9 * float(np.abs(found).sum())
    far = np.abs(sums) >= abs(observed) - slack if worse == 0 else worse * sums >= worse * observed - slack
    hits = int(far.sum())
    return hits / sums.size if found.size <= EXACT_UP_TO else (hits + 1) / (sums.size + 1)


def _all_sums(sizes: Floats) -> Floats:
    sums = np.zeros(1)
    for size in sizes:
        sums = np.concatenate([sums - size, sums + size])
    return sums


def _drawn_sums(sizes: Floats, seed: int) -> Floats:
    """Sums under random signs; of m equal differences, a binomial number are positive."""
    draw = np.random.default_rng(seed)
    sums = np.zeros(FLIPS)
    for size, count in zip(*np.unique(sizes, return_counts=True), strict=True):
        sums += size * (2.0 * draw.binomial(int(count), 0.5, FLIPS) - count)
    return sums


def mean_interval(differences: Sequence[float], *, level: float = 0.95, seed: int = SEED) -> tuple[float, float] | None:
    """Bootstrap interval of the mean of paired differences: whole pairs are drawn again, 4,000 times.

    The interval is the bias-corrected and accelerated one (BCa; Efron, J Am Stat Assoc 1987;82:171). Differences of a
    comparison are mostly zero with a few losses, so that their mean is skewed: where 4 % of 80 cases are lost and none
    gained, 95 % BCa intervals held the truth in 96 % of 600 trials, percentile intervals in 86 %; over six other
    mixtures of 40 to 200 cases BCa held it in 92 to 96 %.

    Args:
        differences: of each pair.
        level: coverage aimed at, between 0 and 1.
        seed: of the draws.

    Returns:
        Lower and upper end; None where all differences are equal, or there is one: drawing again then says nothing.
    """
    found = np.sort(np.asarray(differences, dtype=np.float64))
    if found.size < 2 or found[0] == found[-1]:
        return None
    means = _means_drawn_again(found, seed)
    low, high = (_adjusted(found, means, (1 + sign * level) / 2) for sign in (-1, 1))
    return float(np.quantile(means, low)), float(np.quantile(means, high))


def _means_drawn_again(found: Floats, seed: int) -> Floats:
    draw = np.random.default_rng(seed)
    at_once = max(1, _CELLS // found.size)
    parts = [
        found[draw.integers(0, found.size, (min(at_once, RESAMPLES - begun), found.size))].mean(axis=1)
        for begun in range(0, RESAMPLES, at_once)
    ]
    return np.concatenate(parts)


def _adjusted(found: Floats, means: Floats, share: float) -> float:
    """The share of resamples below an end of the interval, once bias and skewness are allowed for."""
    mean, slack = float(found.mean()), 1e-12 * float(np.abs(found).max())
    below = float((means < mean - slack).mean() + (means <= mean + slack).mean()) / 2
    bias = _NORMAL.inv_cdf(min(max(below, 1 / RESAMPLES), 1 - 1 / RESAMPLES))
    wanted = bias + _NORMAL.inv_cdf(share)
    adjusted = _NORMAL.cdf(bias + wanted / (1 - acceleration(found) * wanted))
    return adjusted if isfinite(adjusted) else share


def acceleration(values: Sequence[float] | Floats) -> float:
    """Of a mean: a sixth of the skewness of the values over the root of their number, from the jackknife.

    Args:
        values: not all equal.
    """
    away = np.asarray(values, dtype=np.float64) - fmean(values)
    return float((away**3).sum() / (6 * (away**2).sum() ** 1.5))


def holm(p_values: Mapping[Name, float]) -> dict[Name, float]:
    """P values adjusted for there being several, after Holm (Scand J Stat 1979;6:65), by the same names."""
    adjusted: dict[Name, float] = {}
    highest = 0.0
    for place, (name, p) in enumerate(sorted(p_values.items(), key=lambda item: item[1])):
        highest = max(highest, min(1.0, p * (len(p_values) - place)))
        adjusted[name] = highest
    return {name: adjusted[name] for name in p_values}


def share_interval(found: int, of: int) -> tuple[float, float]:
    """95 % interval of a share: Wilson's with continuity correction (Newcombe, Stat Med 1998;17:857), 0 to 1.

    Wider than without: 1 of 1 is 0.05 to 1, so that its lower end does not outdo that of 10 of 40 (0.13).

    Args:
        found: how many.
        of: of how many, above zero.
    """
    z = _NORMAL.inv_cdf(0.975)
    share, square = found / of, z * z
    reach = [z * sqrt(max(0.0, square + s * 2 - 1 / of + 4 * share * (of * (1 - share) - s))) for s in (-1, 1)]
    low, high = (2 * found + square - 1 - reach[0], 2 * found + square + 1 + reach[1])
    ends = (low / (2 * (of + square)), high / (2 * (of + square)))
    return (0.0 if found == 0 else max(0.0, ends[0]), 1.0 if found == of else min(1.0, ends[1]))


def quantile(values: Sequence[float], share: float) -> float | None:
    """The value below which `share` of the values lie, between two of them by interpolation; None of nothing."""
    return float(np.quantile(np.asarray(values, dtype=np.float64), share)) if values else None
