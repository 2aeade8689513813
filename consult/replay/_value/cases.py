"""One case of a live store: its revisions together, from records that hold."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from consult.analytes import Catalog
from consult.clinic import Finding
from consult.plan import Alert as PlanAlert
from consult.replay._value.money import spent_on
from consult.replay._value.plans import asked_though_present, fates_of, repeats_in
from consult.replay._value.told import Alert, State, Told
from consult.review import Consultation

_MESSAGE = re.compile(r"MSH\[(\d+)\]")
_MINUTE = 60.0
_Key = tuple[str, str, int]
"""Kind of finding, rule or analyte, and the how-manieth of these: the same danger in another revision."""


def told_of(
    revisions: Sequence[Consultation],
    *,
    received: Mapping[str, Sequence[str]],
    catalog: Catalog,
    department: str,
    month: str,
    priced: Collection[str] = (),
) -> Told:
    """What is counted of a case.

    Args:
        revisions: oldest first, each with its whole record, checked; at least one.
        received: by consultation, when the messages that it was made of were received, in their order.
        catalog: of analytes.
        department: where the patient lies; empty: not known.
        month: in which the case was opened.
        priced: models that have a price.
    """
    drafted = [one for one in revisions if one.plan is not None]
    if not drafted:
        return Told(state="without-plan", department=department, month=month)
    counted = _counted(drafted)
    fates, kinds, agents = fates_of(counted)
    own = [one for one in drafted if not _copied(one)]
    first = drafted[0]
    return Told(
        state=_state(counted),
        department=department,
        month=month,
        alerts=_alerts(drafted, received),
        repeats=repeats_in(counted, catalog, fates),
        present=asked_though_present(counted),
        kinds=kinds,
        agents=agents,
        spent=spent_on([one.usage for one in own], priced),
        seconds=float(first.usage.seconds),
        to_plan=_minutes(max(received.get(first.id, ()), default=None), _at(first, "drafted")),
        to_signature=_to_signature(drafted),
        people=frozenset(decision.by for one in drafted for decision in one.decisions),
    )


def _counted(drafted: Sequence[Consultation]) -> Consultation:
    """The last revision that is signed, else the last one on which anybody decided, else the last."""
    signed = [one for one in drafted if one.status == "signed"]
    decided = [one for one in drafted if one.decisions]
    return (signed or decided or drafted)[-1]


def _state(counted: Consultation) -> State:
    states: dict[str, State] = {"signed": "signed", "reviewed": "decided", "rejected": "turned-down"}
    return states.get(counted.status, "open")


def _copied(revision: Consultation) -> bool:
    """A doctor opened it on a signed plan: the same draft, for which nothing was computed or paid again."""
    return any(entry.event == "drafted" and "by" in entry.data for entry in revision.audit)


def _alerts(drafted: Sequence[Consultation], received: Mapping[str, Sequence[str]]) -> tuple[Alert, ...]:
    raised: dict[_Key, tuple[PlanAlert, str, str | None]] = {}
    acted: dict[_Key, str] = {}
    for one in drafted:
        findings = {finding.id: finding for finding in one.findings}
        times = _raised(one)
        for key, alert in _keyed(one, findings):
            finding = findings[alert.finding]
            at = times.get(finding.id) or _at(one, "drafted")
            raised.setdefault(key, (alert, at or "", _receipt(one, finding, received.get(one.id, ()))))
            done = min((d.at for d in one.decisions if d.item == alert.id and d.decision == "acknowledge"), default="")
            if done and (key not in acted or done < acted[key]):
                acted[key] = done
    return tuple(
        Alert(
            kind=key[0],
            severity=alert.severity,
            waited=_minutes(at, acted.get(key)),
            since_result=_minutes(result, acted.get(key)),
            to_raise=_minutes(result, at),
        )
        for key, (alert, at, result) in raised.items()
    )


def _keyed(one: Consultation, findings: Mapping[str, Finding]) -> list[tuple[_Key, PlanAlert]]:
    assert one.plan is not None
    seen: dict[tuple[str, str], int] = {}
    keyed: list[tuple[_Key, PlanAlert]] = []
    for alert in one.plan.alerts:
        finding = findings[alert.finding]
        about = finding.kind, finding.rule or finding.analyte or finding.source
        seen[about] = seen.get(about, 0) + 1
        keyed.append(((*about, seen[about]), alert))
    return keyed


def _raised(one: Consultation) -> dict[str, str]:
    """When each finding was told as an alert, before any agent is asked; of a resumed run the first time."""
    told = [(str(entry.data.get("finding")), entry.at) for entry in one.audit if entry.event == "alert"]
    return dict(reversed(told))


def _receipt(one: Consultation, finding: Finding, received: Sequence[str]) -> str | None:
    """When the last message that the finding rests on came; where results do not say theirs, the newest of all."""
    if not received:
        return None
    cited = [seen for seen in one.case.observations if seen.fact in finding.facts]
    places = [int(found.group(1)) for seen in cited if (found := _MESSAGE.match(seen.source)) is not None]
    known = [received[place - 1] for place in places if 0 < place <= len(received)]
    return max(known) if known and len(known) == len(places) else max(received)


def _to_signature(drafted: Sequence[Consultation]) -> float | None:
    """Of the first revision that was signed, a signed one since superseded included."""
    for one in drafted:
        signed = _at(one, "signed")
        if signed is not None:
            return _minutes(_at(one, "drafted"), signed)
    return None


def _at(one: Consultation, event: str) -> str | None:
    """When it happened first."""
    return next((entry.at for entry in one.audit if entry.event == event), None)


def _minutes(begin: str | None, end: str | None) -> float | None:
    """None where either is not known, and where a clock was set back in between."""
    if not begin or not end:
        return None
    passed = (datetime.fromisoformat(end) - datetime.fromisoformat(begin)).total_seconds() / _MINUTE
    return passed if passed >= 0 else None
