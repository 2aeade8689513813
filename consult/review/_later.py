"""Does a newer input hold results that an earlier consultation of the same patient has not seen?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from consult.case import USABLE, Case, Observation
from consult.clinic import Finding
from consult.plan import Plan, Statement
from consult.review._consultation import Consultation

_Key = tuple[str, str, str]
_Value = tuple[str | None, str | None, str | None] | None


@dataclass(frozen=True, slots=True)
class Touched:
    """What a newer case touches in an earlier consultation."""

    facts: list[str]
    items: list[str]
    changed: int
    new: int


def compare(consultation: Consultation, case: Case) -> Touched | None:
    """What `case` adds to or changes in the results of `consultation`; None when it holds nothing new.

    Results are the same result when code, time and order are the same. A result that was withdrawn counts as changed.
    """
    old, new = _results(consultation.case), _results(case)
    changed = {key for key in old.keys() & new.keys() if _value(old[key]) != _value(new[key])}
    added = {key for key in new.keys() - old.keys() if _value(new[key]) is not None}
    if not changed and not added:
        return None
    tests = {key[0] for key in added}
    facts = [
        observation.fact
        for observation in consultation.case.observations
        if _key(observation) in changed or _test(observation) in tests
    ]
    items = _items(consultation.plan, consultation.findings, set(facts))
    return Touched(facts=facts, items=items, changed=len(changed), new=len(added))


def results_digest(case: Case) -> str:
    """Hash of everything that `compare` looks at: two cases with the same hash have nothing to tell each other."""
    seen = sorted([*key, repr(_value(observation))] for key, observation in _results(case).items())
    return sha256(repr(seen).encode()).hexdigest()


def _results(case: Case) -> dict[_Key, Observation]:
    """The result that counts under each key: the last usable one, else the last one (withdrawn)."""
    found: dict[_Key, Observation] = {}
    for observation in case.observations:
        key = _key(observation)
        if key not in found or observation.status in USABLE or found[key].status not in USABLE:
            found[key] = observation
    return found


def _key(observation: Observation) -> _Key:
    return (_test(observation), observation.effective or "", observation.order or "")


def _test(observation: Observation) -> str:
    if observation.analyte is not None:
        return f"analyte {observation.analyte} {observation.specimen or ''}"
    if observation.code is not None:
        return f"code {observation.code.system} {observation.code.code}"
    return f"name {observation.name.casefold()}"


def _value(observation: Observation) -> _Value:
    if observation.status not in USABLE:
        return None
    return (observation.comparator, observation.value, observation.unit)


def _items(plan: Plan | None, findings: Iterable[Finding], facts: set[str]) -> list[str]:
    if plan is None:
        return []
    touched = {finding.id for finding in findings if facts & set(finding.facts)}
    return [
        *(a.id for a in plan.alerts if a.finding in touched or _cites([a.statement], facts)),
        *(p.id for p in plan.problems if touched & set(p.findings) or _cites(p.statements, facts)),
        *(r.id for r in plan.recommendations if _cites([r.statement], facts)),
    ]


def _cites(statements: Iterable[Statement], facts: set[str]) -> bool:
    return any(facts & set(statement.facts) for statement in statements)
