"""Is there something new in a case that a consultation is wanted for?"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence

from consult.case import Case, Observation
from consult.clinic import Assessment
from consult.interop.hl7v2 import Message
from consult.settings import Trigger

_PLACE = re.compile(r"MSH\[(\d+)\]/OBR\[(\d+)\]")
_NORMAL = frozenset({None, "N"})
_WITHDRAWN = frozenset({"entered-in-error", "cancelled"})


def result_keys(case: Case, keyed: Callable[..., str]) -> dict[str, str]:
    """Fact to a hash of what was measured or told: test, time, order, value, and whether it was withdrawn.

    The same result sent again, or confirmed as final, has the same hash; one with another value has another, and so
    has one of another person who was sent under the same number.
    """
    born = (case.identity.birth_date if case.identity is not None else None) or ""
    told = {
        one.fact: keyed(
            "report", born, one.kind, one.title, one.text, one.effective or "", str(one.status in _WITHDRAWN)
        )
        for one in case.reports
        if one.kind != "note"
    }
    return {**{one.fact: keyed("result", born, *_essence(one)) for one in case.observations}, **told}


def _essence(one: Observation) -> tuple[str, ...]:
    test = one.analyte or (f"{one.code.system} {one.code.code}" if one.code is not None else one.name.casefold())
    value = (one.comparator or "", one.value or "", one.unit or "")
    return (test, one.specimen or "", one.effective or "", one.order or "", *value, str(one.status in _WITHDRAWN))


def triggered(
    trigger: Trigger,
    case: Case,
    *,
    new: Collection[str],
    assess: Callable[[Case], Assessment],
    messages: Sequence[Message],
) -> str | None:
    """Which trigger asks for a consultation: `all`, `orders`, `critical`, `abnormal`; null when none does.

    Args:
        trigger: what the site asks for.
        case: read from `messages`.
        new: facts that no consultation has seen.
        assess: what code finds in the case.
        messages: those the case was read from, as its pointers number them.
    """
    standing = [one for one in case.observations if one.fact in new and _stands(one)]
    if trigger.all and (standing or any(report.fact in new for report in case.reports)):
        return "all"
    if trigger.orders and _ordered(standing, frozenset(trigger.orders), messages):
        return "orders"
    if trigger.critical and _critical(assess(case), frozenset(new)):
        return "critical"
    if trigger.abnormal is not None and sum(one.flag not in _NORMAL for one in standing) >= trigger.abnormal:
        return "abnormal"
    return None


def _stands(one: Observation) -> bool:
    """Preliminary results too: a danger is told before it is confirmed."""
    return one.value is not None and one.status not in _WITHDRAWN


def _critical(assessment: Assessment, new: frozenset[str]) -> bool:
    return any(finding.kind == "critical" and new & set(finding.facts) for finding in assessment.findings)


def _ordered(results: Sequence[Observation], wanted: frozenset[str], messages: Sequence[Message]) -> bool:
    """Whether a result belongs to an order of one of these codes (OBR-4, either coding)."""
    codes = _codes(messages)
    places = [_PLACE.match(one.source) for one in results]
    return any(
        wanted & codes.get((int(place.group(1)), int(place.group(2))), frozenset())
        for place in places
        if place is not None
    )


def _codes(messages: Sequence[Message]) -> Mapping[tuple[int, int], frozenset[str]]:
    found: dict[tuple[int, int], frozenset[str]] = {}
    for message in messages:
        orders = [segment for segment in message.segments if segment.name == "OBR"]
        for number, order in enumerate(orders, start=1):
            found[message.number, number] = frozenset({order.text(4), order.text(4, 4)} - {""})
    return found
