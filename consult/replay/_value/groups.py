"""Figures by department and by month, and which of them are withheld because they would be about a few people."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from consult.replay._value.figures import Figure, Source, figures_of
from consult.replay._value.money import Prices
from consult.replay._value.told import Told

By = Literal["department", "month"]
FEW = 5
"""Of fewer cases than this no figure is shown but their number."""


@dataclass(frozen=True, slots=True)
class Group:
    """A department or a month."""

    name: str
    """Empty: not known."""
    cases: int
    withheld: bool
    """Its figures are not shown: see `withheld_groups`."""
    figures: Sequence[Figure] = field(default_factory=tuple)
    """None where they are withheld."""


def grouped(cases: Sequence[Told], by: By, prices: Prices, source: Source) -> list[Group]:
    """The groups: months in order, departments with most cases first and the unknown one last."""
    key: Callable[[Told], str] = (lambda one: one.department) if by == "department" else (lambda one: one.month)
    members: dict[str, list[Told]] = {}
    for one in cases:
        members.setdefault(key(one), []).append(one)
    withheld = withheld_groups({name: len(of) for name, of in members.items()})
    names = sorted(members) if by == "month" else sorted(members, key=lambda n: (not n, -len(members[n]), n))
    return [
        Group(name, len(members[name]), name in withheld, _figures(name in withheld, members[name], prices, source))
        for name in names
    ]


def withheld_groups(sizes: Mapping[str, int]) -> frozenset[str]:
    """Groups whose figures are withheld: those of fewer than five cases.

    Where all of these together have fewer than five, the next smallest is withheld with them: else what all cases have
    less what the shown groups have would be theirs.
    """
    order = sorted(sizes, key=lambda name: (sizes[name], name))
    withheld = [name for name in order if sizes[name] < FEW]
    rest = order[len(withheld) :]
    while withheld and rest and sum(sizes[name] for name in withheld) < FEW:
        withheld.append(rest.pop(0))
    return frozenset(withheld)


def _figures(withheld: bool, cases: Sequence[Told], prices: Prices, source: Source) -> Sequence[Figure]:
    return () if withheld else figures_of(cases, prices, source)
