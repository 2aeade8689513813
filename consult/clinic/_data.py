"""How far the data of a case can be relied on: one number, and what it is made of."""

from __future__ import annotations

from collections.abc import Collection

from consult.case import Case, Model, unconfirmed, unusable_facts

_WITHDRAWN = frozenset({"entered-in-error", "cancelled"})
_HALF = 0.5
"""What a result counts that a warning speaks of: it is used, and read with care."""
_WARNING = 5
"""Points for a warning about the case as a whole."""
_MISSING = 10
"""Points when what the question needs was not sent."""


class DataQuality(Model):
    """A score from 100 (nothing to object to) to 0 (nothing usable), ours, without a clinical meaning.

    The share of results that can be used, results of which a warning speaks counting half; five points less for every
    warning about the case as a whole or about all its results, ten when results are missing that the question needs.
    """

    score: int
    results: int
    """Measured and not withdrawn."""
    unusable: int = 0
    """No rule takes them: a unit, value or completeness in doubt, preliminary, or doubted by a gate."""
    warned: int = 0
    """Usable, with a warning."""
    missing: int = 0
    """Tests that the question needs and that were not sent."""


def data_quality(case: Case, *, doubted: Collection[str], missing: int) -> DataQuality:
    """The score of a case.

    Args:
        case: the case.
        doubted: facts that a gate doubts.
        missing: how many tests were not sent that the question needs.
    """
    sent = [seen for seen in case.observations if not unconfirmed(seen)]  # what a model adds makes no record worse
    results = {seen.fact for seen in sent if seen.status not in _WITHDRAWN and seen.value is not None}
    unusable = results & (unusable_facts(case) | set(doubted))
    warnings = [entry for entry in case.quality if entry.severity != "info"]
    of_all = [entry for entry in warnings if entry.severity == "warning" and results <= set(entry.facts)]
    warned = results & {fact for entry in warnings if entry not in of_all for fact in entry.facts} - unusable
    whole = len(of_all) + sum(not entry.facts for entry in warnings if entry not in of_all)
    share = 1 - (len(unusable) + _HALF * len(warned)) / len(results) if results else float(bool(case.reports))
    score = round(100 * share) - _WARNING * whole - (_MISSING if missing else 0)
    return DataQuality(
        score=max(score, 0), results=len(results), unusable=len(unusable), warned=len(warned), missing=missing
    )
