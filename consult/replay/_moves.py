"""Which conclusions moved between two rows: what was lost, what is new, what is held in another grade or place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, NamedTuple

from consult.plan import UNEXPLAINED
from consult.replay._diff import moved
from consult.replay._row import Row, RowItem, RowProblem

Part = Literal["alert", "condition", "advice", "avoid", "missing", "conflict"]
"""advice: a test, referral, treatment or monitoring to consider; avoid: what is advised against."""
Change = Literal["lost", "new", "weaker", "stronger", "later", "sooner", "otherwise", "moved"]
"""weaker, stronger: in likelihood; later, sooner: in urgency; moved: in place; otherwise: in severity or kind."""
CONCLUSIONS: tuple[Part, ...] = ("alert", "condition", "advice", "avoid")
"""What a doctor acts on."""
_LIKELIHOODS = ("excluded", "unlikely", "possible", "likely", "confirmed")
_URGENCIES = ("routine", "same-day", "immediate")


class Conclusion(NamedTuple):
    """One thing that a plan holds."""

    part: Part
    concept: str
    """Rule or analyte of an alert, else a concept."""


class Move(NamedTuple):
    """What became of one conclusion."""

    part: Part
    concept: str
    change: Change

    @property
    def conclusion(self) -> Conclusion:
        """Of what it is said."""
        return Conclusion(self.part, self.concept)


def conclusions(row: Row) -> list[Conclusion]:
    """What a plan concludes, in its order, each once; the list of results that no rule explains is no conclusion."""
    held = [*(Conclusion("alert", name) for name in row.alerts)]
    held += [Conclusion("condition", concept) for concept in _conditions(row)]
    held += [Conclusion(_part(item), item.concept) for item in row.recommendations]
    return list(dict.fromkeys(held))


def moves(whole: Row, variant: Row) -> list[Move]:
    """What the second row has otherwise than the first, in the order of a plan; one change for each thing.

    Both are rows of plans.
    """
    return [
        *_named("alert", whole.alerts, variant.alerts),
        *_of_conditions(_conditions(whole), _conditions(variant)),
        *_of_advice(_advice(whole), _advice(variant)),
        *_named("conflict", whole.conflicts, variant.conflicts),
        *_named("missing", whole.missing, variant.missing),
    ]


def _named(part: Part, before: Sequence[str], after: Sequence[str]) -> Iterator[Move]:
    gone, come = Counter(before) - Counter(after), Counter(after) - Counter(before)
    yield from (Move(part, name, "lost") for name in gone)
    yield from (Move(part, name, "new") for name in come)


def _of_conditions(before: Mapping[str, RowProblem], after: Mapping[str, RowProblem]) -> Iterator[Move]:
    places = moved(list(before), list(after))
    for concept in (*before, *(new for new in after if new not in before)):
        a, b = before.get(concept), after.get(concept)
        if a is None or b is None:
            yield Move("condition", concept, "new" if a is None else "lost")
        elif a.likelihood != b.likelihood:
            falls = _LIKELIHOODS.index(b.likelihood) < _LIKELIHOODS.index(a.likelihood)
            yield Move("condition", concept, "weaker" if falls else "stronger")
        elif a.severity != b.severity:
            yield Move("condition", concept, "otherwise")
        elif concept in places:
            yield Move("condition", concept, "moved")


def _of_advice(before: Mapping[Conclusion, RowItem], after: Mapping[Conclusion, RowItem]) -> Iterator[Move]:
    for key in (*before, *(new for new in after if new not in before)):
        a, b = before.get(key), after.get(key)
        if a is None or b is None:
            yield Move(*key, "new" if a is None else "lost")
        elif a.urgency != b.urgency:
            yield Move(*key, "later" if _urgency(b) < _urgency(a) else "sooner")
        elif a.kind != b.kind:
            yield Move(*key, "otherwise")


def _conditions(row: Row) -> dict[str, RowProblem]:
    return {problem.concept: problem for problem in row.problems if problem.concept != UNEXPLAINED}


def _advice(row: Row) -> dict[Conclusion, RowItem]:
    """By what is advised; of several items on the same thing the most urgent one."""
    return _most_urgent((Conclusion(_part(item), item.concept), item) for item in row.recommendations)


def _most_urgent(items: Iterable[tuple[Conclusion, RowItem]]) -> dict[Conclusion, RowItem]:
    found: dict[Conclusion, RowItem] = {}
    for key, item in items:
        if key not in found or _urgency(item) > _urgency(found[key]):
            found[key] = item
    return found


def _urgency(item: RowItem) -> int:
    return _URGENCIES.index(item.urgency) if item.urgency in _URGENCIES else -1


def _part(item: RowItem) -> Part:
    return "avoid" if item.kind == "avoid" else "advice"
