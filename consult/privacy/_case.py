"""Which parts of a case are free text."""

from __future__ import annotations

from collections.abc import Callable

from consult.case import Case, Entry, Observation, Report, Reported

Redact = Callable[[str], str]

WORDS = frozenset({"text", "code", "absent"})
"""Value types whose value is words; the others are measured and are never touched."""


def redact_case(case: Case, redact: Redact) -> Case:
    """A copy of the case with `redact` applied to its free text, without its identity."""
    seen: dict[str, str] = {}

    def once(text: str) -> str:
        """Names of tests and notes repeat: each text is searched once."""
        if text not in seen:
            seen[text] = redact(text)
        return seen[text]

    return case.model_copy(
        update={
            "id": once(case.id),
            "questions": [once(question) for question in case.questions],
            "history": once(case.history),
            "observations": [_observation(one, once) for one in case.observations],
            "reports": [_report(one, once) for one in case.reports],
            **{name: [_entry(one, once) for one in getattr(case, name)] for name in _ENTRIES},
            "identity": None,
        }
    )


_ENTRIES = ("conditions", "medications", "allergies", "procedures", "immunizations", "encounters")


def _observation(one: Observation, redact: Redact) -> Observation:
    changes: dict[str, object] = {
        "name": redact(one.name),
        "order": _maybe(one.order, redact),
        "specimen": _maybe(one.specimen, redact),
        "notes": [redact(note) for note in one.notes],
    }
    if one.value_type in WORDS:
        changes["value"] = _maybe(one.value, redact)
        changes["reported"] = _reported(one.reported, redact)
    return one.model_copy(update=changes)


def _reported(reported: Reported, redact: Redact) -> Reported:
    return reported.model_copy(
        update={"value": _maybe(reported.value, redact), "range": _maybe(reported.range, redact)}
    )


def _report(one: Report, redact: Redact) -> Report:
    changes = {"kind": redact(one.kind), "title": redact(one.title), "text": redact(one.text)}
    return one.model_copy(update=changes)


def _entry(one: Entry, redact: Redact) -> Entry:
    changes = {"name": redact(one.name), "status": _maybe(one.status, redact), "note": _maybe(one.note, redact)}
    return one.model_copy(update=changes)


def _maybe(text: str | None, redact: Redact) -> str | None:
    return None if text is None else redact(text)
