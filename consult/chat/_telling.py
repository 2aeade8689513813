"""A fact that somebody tells in the chat: read as free text is, proposed, and no more before a person accepts it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from consult.case import Case, Entry, Observation, read_cases
from consult.chat._model import Proposal, ProposedFact
from consult.chat._table import Table
from consult.clinic import instant, name_of, value_of
from consult.errors import CaseError
from consult.plan import Language

_SPAN = re.compile(r"text\[(\d+):(\d+)\]")
_FILLING = re.compile(
    r"\b(?:has |have )?(?:just )?(?:came|come|is|was|are|were) (?:back|in|reported|now)(?: (?:at|as|with))?\b"
    r"|\breturned(?: (?:at|as))?\b"
    r"|\b(?:of|in|from) (?:a|the|this) (?:new|second|repeat(?:ed)?|fresh|other|redrawn|clean) (?:sample|specimen"
    r"|tube|draw)\b"
    r"|\bwas reported(?: (?:at|as))?\b|\bthe (?:new |latest |repeat )?result (?:of|for)\b|\bturned out(?: to be)?\b"
    r"|(?:结果)?(?:刚刚?|今天|今日|刚才)?(?:回报|回来了?|出来了?|报告)(?:结果)?(?:是|为|了)?|(?:复查"
    r"|复测)(?:结果)?(?:是|为)?|结果(?:是|为)",
    re.IGNORECASE,
)
"""Words between a test and its value that say only that it has come."""
_OTHER_DAY = re.compile(
    r"\byesterday\b|\bdays? ago\b|\bweeks? ago\b|\bmonths? ago\b|\blast (?:week|month|night|year)\b|\bon admission\b"
    r"|昨[天日晚]|前天|[天日周月年]前|上周|上个?月|去年|入院时",
    re.IGNORECASE,
)
_LISTS = {"conditions": "condition", "medications": "medication", "allergies": "allergy"}
_NOW = re.compile(
    r"\btoday\b|\bnow\b|\bjust\b|\bthis (?:morning|afternoon|evening)\b|今[天日早晚晨]|刚|现在|目前", re.IGNORECASE
)
_AFTER = timedelta(seconds=1)
LATE = timedelta(days=7)
"""After the newest result: a value of today is likely to be of another illness."""


def read_told(text: str, table: Table, *, now: datetime, number: int = 0) -> Proposal | None:
    """What a text tells of the patient, as a proposal; None where nothing can be read from it.

    A result that is told as of today stands as of now; one without any time right after the newest result of the
    record, so that nothing else grows old by it; one of another day that is not named by its date has no time.

    Args:
        text: de-identified.
        table: the record.
        now: the present.
        number: that of the question.
    """
    read = _read(text, table)
    if read is None:
        return None
    case = _told_case(read, text, table, now=now, number=number)
    facts = list(_facts(case, table))
    return Proposal(id=f"Q{number}", facts=facts, case=case) if facts else None


def numbered(proposal: Proposal, number: int) -> Proposal:
    """The proposal under the number of its question."""
    case = proposal.case
    lists = {name: [_told_in(one, number) for one in getattr(case, name)] for name in ("observations", *_LISTS)}
    return proposal.model_copy(update={"id": f"Q{number}", "case": case.model_copy(update=lists)})


def stands_late(proposal: Proposal, table: Table, now: datetime) -> str | None:
    """The day of the newest result, where a result without a day would stand long after it."""
    newest = instant(table.assessment.as_of)
    undated = any(one.effective == _stamp(now) for one in proposal.case.observations)
    if not undated or newest is None or now - newest <= LATE:
        return None
    return newest.date().isoformat()


def is_known(proposal: Proposal, table: Table) -> bool:
    """Whether the record holds every fact of it already: the same entry, or the same newest value."""
    for one in proposal.case.observations:
        seen = table.of_analyte(one.analyte) if one.analyte is not None else []
        if not seen or (seen[0].value, seen[0].unit, seen[0].comparator) != (one.value, one.unit, one.comparator):
            return False
    for name in _LISTS:
        held = {_named(entry, table) for entry in getattr(table.case, name)}
        if any(_named(entry, table) not in held for entry in getattr(proposal.case, name)):
            return False
    return True


def _named(entry: Entry, table: Table) -> tuple[str, ...]:
    return table.library.concepts.mentions(entry.name) or (entry.name.casefold(),)


def _read(text: str, table: Table) -> Case | None:
    """The text as it is, then without words that only say that a result has come; places stay the same."""
    blanked = _FILLING.sub(lambda match: " " * len(match.group()), text)
    for attempt in dict.fromkeys((text, blanked)):
        try:
            found = read_cases(
                attempt,
                format="text",
                catalog=table.catalog,
                concepts=table.library.concepts,
                time_zone=table.panel.settings.site.time_zone,
            ).cases
        except CaseError:
            return None
        if found and any(getattr(found[0], name) for name in ("observations", *_LISTS)):
            return found[0]
    return None


def _told_case(read: Case, text: str, table: Table, *, now: datetime, number: int) -> Case:
    """Only what was read as facts: the words themselves stay in the transcript."""
    at = _time(text, table, now)
    observations = [
        one.model_copy(update={"effective": at}) if one.effective is None and at is not None else one
        for one in read.observations
    ]
    dated = {one.fact for one in observations if one.effective is not None}
    quality = [one for one in read.quality if not (one.code == "time-missing" and dated.issuperset(one.facts))]
    lists = {name: [_told_in(one, number) for one in getattr(read, name)] for name in _LISTS}
    return Case(
        id=read.id,
        subject=table.case.subject,
        observations=[_told_in(one, number) for one in observations],
        quality=[one for one in quality if one.facts],
        **lists,
    )


def _time(text: str, table: Table, now: datetime) -> str | None:
    """When an undated result is taken to be from."""
    if _OTHER_DAY.search(text) is not None:
        return None
    newest = instant(table.assessment.as_of)
    return _stamp(now) if newest is None or _NOW.search(text) is not None else _stamp(newest + _AFTER)


def _told_in(one: Observation | Entry, number: int) -> Observation | Entry:
    """With the question that it was told in as its source."""
    place = one.source.rpartition("/")[2]
    return one.model_copy(update={"source": f"chat/Q{number}/{place}"})


def _facts(case: Case, table: Table) -> Iterator[ProposedFact]:
    doubts: dict[str, list[str]] = {}
    for entry in case.quality:
        for fact in entry.facts:
            doubts.setdefault(fact, []).append(entry.code)
    for one in case.observations:
        yield ProposedFact(
            kind="observation",
            text=_result(one, table),
            span=_span(one.source),
            analyte=one.analyte,
            doubts=doubts.get(one.fact, []),
        )
    for name, kind in _LISTS.items():
        for told in getattr(case, name):
            details = ", ".join(part for part in (told.status, told.note) if part)
            text = f"{table.says(name)}: {told.name}{f' ({details})' if details else ''}"
            yield ProposedFact(kind=kind, text=text, span=_span(told.source))


def _result(one: Observation, table: Table) -> str:
    language: Language = table.language
    shown = value_of(one)
    if one.unit and one.unit not in shown and not one.reported.unit_shown:
        shown = f"{one.comparator or ''}{one.value} {one.unit}"
    when = one.effective[:16].replace("T", " ") if one.effective else table.says("when.none")
    if one.effective == _time("", table, datetime.max.replace(tzinfo=UTC)):
        when = table.says("when.placed", when=when)
    return f"{name_of(one, table.catalog, language)} {shown} ({when})"


def _span(source: str) -> tuple[int, int]:
    found = _SPAN.search(source)
    return (int(found[1]), int(found[2])) if found is not None else (0, 0)


def _stamp(now: datetime) -> str:
    return now.isoformat(timespec="seconds")
