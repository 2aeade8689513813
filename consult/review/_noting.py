"""Marking a consultation with the results that came after it, and closing what it asked for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import cast

from pydantic import JsonValue
from sqlalchemy import Connection

from consult.case import Case
from consult.plan import Recommendation
from consult.review import _tables
from consult.review._canonical import digest
from consult.review._consultation import LATER, AuditEntry, Consultation, later_results
from consult.review._later import compare
from consult.review._later_models import Answer, FollowUp, LaterResults, ResultChange
from consult.review._record import Record, bodies
from consult.review._state import review_state

ANSWERED = "follow-up-answered"
"""The audit event that says that a result came which the plan had asked for."""

Tests = Mapping[str, str]
"""Concept ids of tests to the analyte that answers them."""

_ASKING = frozenset({"test", "monitoring"})
_FRESH = frozenset({"new", "finalised"})
_REPEAT = "repeat-"
"""Begins the concept of a test that is to be done again; without an analyte of its own, that of what it cites."""


def note(record: Record, case: Case, at: str, *, tests: Tests, source: str | None) -> LaterResults | None:
    """Mark the consultation in `record` with what `case` brings; None when that is nothing that it has not seen.

    Args:
        record: the consultation, held.
        case: the newer input, de-identified.
        at: now; ISO 8601, UTC.
        tests: which analyte answers which concept.
        source: the consultation that was opened about `case`, if any.
    """
    touched = compare(record.consultation, case)
    if touched is None:
        return None
    body = [change.model_dump(mode="json") for change in touched.changes]
    data = {"facts": touched.facts, "items": touched.items, "changed": touched.changed, "new": touched.new}
    data["details"] = digest(body)
    if not any(entry.event == LATER and entry.data == data for entry in record.consultation.audit):
        entry = record.append(LATER, cast(dict[str, JsonValue], data), at)
        record.add_detail(entry, json.dumps(body, ensure_ascii=False))
        _close(record, touched.changes, case, at, tests=tests, source=source)
        record.save()
    noted = {key: value for key, value in data.items() if key != "details"}
    return LaterResults.model_validate(
        {"consultation": record.consultation.id, "at": at, **noted, "changes": touched.changes}
    )


def _close(
    record: Record, changes: Iterable[ResultChange], case: Case, at: str, *, tests: Tests, source: str | None
) -> None:
    """Close every open item whose result is among the changes, once."""
    closed = {entry.data.get("item") for entry in record.consultation.audit if entry.event == ANSWERED}
    fresh = {change.analyte: change for change in changes if change.kind in _FRESH and change.analyte is not None}
    for asked in follow_ups(record.consultation, tests):
        change = fresh.get(asked.analyte or "")
        if change is None or asked.item in closed:
            continue
        fact = next((one.fact for one in case.observations if _is(one.analyte, one.effective, change)), None)
        answer = Answer(
            consultation=source,
            fact=fact,
            name=change.name,
            value=change.after or "",
            effective=change.effective,
            at=at,
        )
        body = answer.model_dump(mode="json")
        data: dict[str, JsonValue] = {
            "item": asked.item, "analyte": asked.analyte, "by": source, "fact": fact, "details": digest(body)
        }  # fmt: skip
        record.add_detail(record.append(ANSWERED, data, at), json.dumps(body, ensure_ascii=False))


def _is(analyte: str | None, effective: str | None, change: ResultChange) -> bool:
    return (analyte, effective) == (change.analyte, change.effective)


def follow_ups(consultation: Consultation, tests: Tests) -> list[FollowUp]:
    """What the plan asks for and no doctor turned down, without answers."""
    plan = consultation.plan
    if plan is None:
        return []
    decided = review_state(consultation)
    refused = {item for item, decision in decided.items() if decision is not None and decision.decision == "reject"}
    asked = [one for one in plan.recommendations if one.kind in _ASKING and one.id not in refused]
    return [
        *(
            FollowUp(
                consultation=consultation.id,
                item=one.id,
                kind="recommendation",
                name=one.name,
                analyte=_analyte(one, consultation.case, tests),
            )
            for one in asked
        ),
        *(
            FollowUp(
                consultation=consultation.id,
                item=one.what,
                kind="missing",
                name=one.name,
                analyte=None if one.what.startswith("history.") else one.what,
            )
            for one in plan.missing
        ),
    ]


def _analyte(asked: Recommendation, case: Case, tests: Tests) -> str | None:
    known = tests.get(asked.concept)
    if known is not None or not asked.concept.startswith(_REPEAT):
        return known
    cited = {one.fact: one.analyte for one in case.observations}
    return next((cited[fact] for fact in asked.statement.facts if cited.get(fact) is not None), None)


# -- reading ----------------------------------------------------------------------------------------------------------


def noted(connection: Connection, consultation: Consultation) -> list[LaterResults]:
    """Later results with their values, oldest first."""
    return [
        later_results(consultation.id, entry, [ResultChange.model_validate(one) for one in json.loads(body or "[]")])
        for entry, body in _details(connection, consultation, LATER)
    ]


def answered(connection: Connection, consultation: Consultation) -> dict[str, Answer]:
    """The results that answered what the plan asked for, by item."""
    return {
        str(entry.data.get("item")): Answer.model_validate_json(body) if body else Answer(at=entry.at)
        for entry, body in _details(connection, consultation, ANSWERED)
    }


def take_over(successor: Record, old: Consultation, at: str) -> None:
    """Give a revision of the same case what was noted about the one before: its case has not seen it either."""
    for event in (LATER, ANSWERED):
        for entry, body in _details(successor.connection, old, event):
            kept = successor.append(event, entry.data, at)
            if body is not None:
                successor.add_detail(kept, body)


def _details(connection: Connection, consultation: Consultation, event: str) -> Iterator[tuple[AuditEntry, str | None]]:
    kept = bodies(connection, _tables.detail, consultation.id)
    for entry in consultation.audit:
        if entry.event == event:
            yield entry, kept.get(entry.seq)
