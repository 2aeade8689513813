"""Findings before they have their ids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from consult.clinic._critical import Side
from consult.clinic._finding import Finding, FindingKind, Severity


@dataclass(frozen=True, slots=True)
class Draft:
    """A finding without id and doubts."""

    kind: FindingKind
    severity: Severity
    facts: tuple[str, ...]
    source: str
    says: str
    analyte: str | None = None
    direction: Side | None = None
    rule: str | None = None
    value: Decimal | None = None
    """Of a score, in the unit of its calculator."""


def number(drafts: Sequence[Draft], doubted: Mapping[str, Sequence[str]]) -> list[Finding]:
    """The findings with ids `N1`, `N2` … in the order given, each with the gate findings that doubt its facts.

    Args:
        drafts: in their fixed order.
        doubted: fact to the ids of the gate rules that doubt it.
    """
    named = [(f"N{place}", draft) for place, draft in enumerate(drafts, start=1)]
    gates = {draft.rule: id for id, draft in named if draft.severity == "gate" and draft.rule}
    verify = [(id, draft.facts) for id, draft in named if draft.severity == "gate" and draft.rule is None]

    def doubts(draft: Draft) -> Iterator[str]:
        for fact in draft.facts if draft.kind != "quality" else ():
            yield from (id for id, facts in verify if fact in facts)
            yield from (gates[rule] for rule in doubted.get(fact, ()))

    return [
        Finding(
            id=id,
            kind=draft.kind,
            severity=draft.severity,
            facts=list(draft.facts),
            source=draft.source,
            says=draft.says,
            analyte=draft.analyte,
            direction=draft.direction,
            doubted_by=list(dict.fromkeys(doubts(draft))),
            rule=draft.rule,
        )
        for id, draft in named
    ]
