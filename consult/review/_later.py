"""Does a newer input hold results that an earlier consultation of the same patient has not seen?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from hashlib import sha256

from consult.case import USABLE, Case, Observation, Report
from consult.clinic import Finding, instant
from consult.plan import Plan, Statement
from consult.review._consultation import Consultation
from consult.review._later_models import ChangeKind, ResultChange

LONGEST = 200
"""Characters of a text that are shown of a changed report."""

_Key = tuple[str, str, str]
_Value = tuple[str | None, str | None, str | None] | None
_Pairs = list[tuple[Observation | None, Observation]]

_CRITICAL = frozenset({"LL", "HH"})
_WITHDRAWN = frozenset({"entered-in-error", "cancelled"})
_PLACEHOLDER = re.compile(r"\[[^\[\]\n]{1,40}\]")
"""What a name or a date was replaced by: its number differs from input to input."""


@dataclass(frozen=True, slots=True)
class Touched:
    """What a newer case touches in an earlier consultation."""

    facts: list[str]
    items: list[str]
    changed: int
    new: int
    changes: list[ResultChange]


def compare(consultation: Consultation, case: Case) -> Touched | None:
    """What `case` adds to or changes in the results of `consultation`; None when it holds nothing that matters.

    Results are the same result when test, specimen, time and order are the same (or test, specimen and time, where only
    one of each is there); a result that is repeated without a change is nothing new. An older number beside a newer
    one of the same test that was known is background, unless it is critical.
    """
    changes = [*_observation_changes(consultation, case), *_report_changes(consultation, case)]
    news = [change for change in changes if change.kind != "earlier"]
    if not news:
        return None
    added = sum(change.kind in {"new", "other-specimen"} for change in news)
    touched = {fact for change in news for fact in _facts(consultation.case, change)}
    known = [one.fact for one in consultation.case.observations] + [one.fact for one in consultation.case.reports]
    facts = [fact for fact in known if fact in touched]
    items = _items(consultation.plan, consultation.findings, touched)
    return Touched(facts=facts, items=items, changed=len(news) - added, new=added, changes=changes)


def results_digest(case: Case) -> str:
    """Hash of everything that `compare` looks at: two cases with the same hash have nothing to tell each other."""
    seen = sorted([*key, repr(_value(observation))] for key, observation in _results(case).items())
    texts = sorted([*key, _words(report)] for key, report in _reports(case).items())
    return sha256(repr([seen, texts] if texts else seen).encode()).hexdigest()


def pairs(old: Case, new: Case) -> _Pairs:
    """Every result of `new` with the result of `old` that it is, if any."""
    before, after = _results(old), _results(new)
    loose_before, loose_after = _loosely(before), _loosely(after)
    found: _Pairs = []
    for key, seen in after.items():
        if key in before:
            found.append((before[key], seen))
            continue
        same = loose_before.get(key[:2], []) if key[1] else []
        one_each = len(same) == 1 and same[0] not in after and len(loose_after[key[:2]]) == 1
        found.append((before[same[0]] if one_each else None, seen))
    return found


def changed(old: Observation | None, new: Observation) -> bool:
    """Whether a result says something else than it did, or something for the first time."""
    return _value(new) != (None if old is None else _value(old))


# -- results ----------------------------------------------------------------------------------------------------------


def _observation_changes(consultation: Consultation, case: Case) -> Iterable[ResultChange]:
    known = consultation.case
    for old, new in pairs(known, case):
        if not changed(old, new):
            continue
        kind = _added(new, known) if old is None else _kind(old, new)
        change = ResultChange(
            kind=kind,
            name=new.name,
            analyte=new.analyte,
            specimen=new.specimen,
            effective=new.effective,
            fact=None if old is None else old.fact,
            before=_shown(old),
            after=_shown(new),
        )
        facts = set(_facts(known, change))
        yield change.model_copy(update={"items": _items(consultation.plan, consultation.findings, facts)})


def _kind(old: Observation, new: Observation) -> ChangeKind:
    if new.status not in USABLE:
        return "withdrawn"
    if old.status not in USABLE:
        return "corrected" if old.status in _WITHDRAWN else "finalised"
    return "corrected" if _unit(old) == _unit(new) else "unit"


def _added(new: Observation, known: Case) -> ChangeKind:
    """What a result is that the consultation did not have."""
    same_test = [one for one in known.observations if _test(one) == _test(new) and one.status in USABLE]
    if not same_test:
        analytes = {one.analyte for one in known.observations if one.analyte is not None}
        return "other-specimen" if new.analyte in analytes else "new"
    at, newest = instant(new.effective), [instant(one.effective) for one in same_test]
    older = at is not None and any(one is not None and one > at for one in newest)
    # A culture that was taken earlier and turned positive since is news; so is a number that was dangerous.
    return "earlier" if older and new.value_type == "quantity" and new.flag not in _CRITICAL else "new"


def _facts(known: Case, change: ResultChange) -> list[str]:
    """Facts of the consultation that a change touches: the result itself, or all of the test that has a newer one."""
    if change.fact is not None:
        return [change.fact]
    if change.kind != "new":
        return []
    return [
        one.fact
        for one in known.observations
        if one.status in USABLE
        and (one.analyte, one.specimen) == (change.analyte, change.specimen)
        and (one.analyte is not None or one.name.casefold() == change.name.casefold())
    ]


def _results(case: Case) -> dict[_Key, Observation]:
    """The result that counts under each key: the last usable one, else the last one (withdrawn)."""
    found: dict[_Key, Observation] = {}
    for observation in case.observations:
        key = _key(observation)
        if key not in found or observation.status in USABLE or found[key].status not in USABLE:
            found[key] = observation
    return found


def _loosely(results: Mapping[_Key, Observation]) -> dict[tuple[str, str], list[_Key]]:
    found: dict[tuple[str, str], list[_Key]] = {}
    for key in results:
        found.setdefault(key[:2], []).append(key)
    return found


def _key(observation: Observation) -> _Key:
    return (_test(observation), _time(observation.effective), observation.order or "")


def _time(effective: str | None) -> str:
    """One spelling for one moment, whatever its offset; a date stays a date."""
    at = instant(effective) if effective is not None and len(effective) > len("2026-05-04") else None
    return at.isoformat() if at is not None else effective or ""


def _test(observation: Observation) -> str:
    if observation.analyte is not None:
        return f"analyte {observation.analyte} {observation.specimen or ''}"
    if observation.code is not None:
        return f"code {observation.code.system} {observation.code.code}"
    return f"name {observation.name.casefold()}"


def _value(observation: Observation) -> _Value:
    if observation.status not in USABLE:
        return None
    return (observation.comparator, _plain(observation), observation.unit)


def _plain(observation: Observation) -> str | None:
    """The value in one spelling: `7.10` and `7.1` are the same number."""
    value = observation.value
    if value is None or observation.value_type != "quantity":
        return value if value is None else _unnamed(value)
    try:
        return format(Decimal(value).normalize(), "f")
    except (InvalidOperation, ValueError):
        return value


def _unit(observation: Observation) -> str | None:
    return observation.reported.unit or observation.unit


def _shown(observation: Observation | None) -> str | None:
    if observation is None or observation.status not in USABLE:
        return None
    comparator = observation.comparator or ""
    shown = observation.shown
    text = shown if shown.startswith(comparator) else f"{comparator}{shown}"
    return f"{text} {_unit(observation) or ''}".strip()[:LONGEST]


# -- reports ----------------------------------------------------------------------------------------------------------


def _report_changes(consultation: Consultation, case: Case) -> Iterable[ResultChange]:
    before, after = _reports(consultation.case), _reports(case)
    for key, new in after.items():
        old = before.get(key)
        was, now = "" if old is None else _words(old), _words(new)
        if was == now:
            continue
        fact = None if old is None else old.fact
        yield ResultChange(
            kind="new" if old is None else "withdrawn" if not now else "corrected",
            name=new.title or new.kind,
            effective=new.effective,
            fact=fact,
            before=None if old is None or not was else old.text[:LONGEST],
            after=new.text[:LONGEST] if now else None,
            items=_items(consultation.plan, consultation.findings, {fact} if fact is not None else set()),
        )


def _reports(case: Case) -> dict[_Key, Report]:
    """The text that counts under each key; several of one key, time and title are one text in parts."""
    found: dict[_Key, Report] = {}
    for report in case.reports:
        key = report_key(report)
        if key in found and found[key].status in USABLE and report.status in USABLE:
            report = report.model_copy(update={"fact": found[key].fact, "text": f"{found[key].text}\n{report.text}"})
        if key not in found or report.status in USABLE or found[key].status not in USABLE:
            found[key] = report
    return found


def report_key(report: Report) -> _Key:
    """What makes two texts versions of one: kind, title and time."""
    return (f"report {report.kind} {_unnamed(report.title)}", _time(report.effective), "")


def _words(report: Report) -> str:
    """What it says, as far as two inputs can be compared; nothing when it was withdrawn."""
    return _unnamed(report.text) if report.status in USABLE else ""


def _unnamed(text: str) -> str:
    return " ".join(_PLACEHOLDER.sub("[]", text).casefold().split())


# -- the plan ---------------------------------------------------------------------------------------------------------


def _items(plan: Plan | None, findings: Iterable[Finding], facts: set[str]) -> list[str]:
    if plan is None or not facts:
        return []
    touched = {finding.id for finding in findings if facts & set(finding.facts)}
    return [
        *(a.id for a in plan.alerts if a.finding in touched or _cites([a.statement], facts)),
        *(p.id for p in plan.problems if touched & set(p.findings) or _cites(p.statements, facts)),
        *(r.id for r in plan.recommendations if _cites([r.statement], facts)),
    ]


def _cites(statements: Iterable[Statement], facts: set[str]) -> bool:
    return any(facts & set(statement.facts) for statement in statements)
