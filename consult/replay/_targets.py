"""What can be left out of a case: the facts of one concept together, by a code that names no patient."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from consult.case import Case, Coding, Entry
from consult.concepts import Concepts
from consult.panel import Library
from consult.plan import UNEXPLAINED, Plan, Statement
from consult.privacy import Gateway
from consult.review import Consultation

HISTORY = "history."
"""What stands before a concept of the history, as in what a plan misses."""
_LISTS = ("conditions", "medications", "allergies", "procedures", "immunizations", "encounters")
_OF_THE_HISTORY = frozenset({"conditions", "medications", "procedures", "immunizations"})
"""Lists that rules read as history."""
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
_SYSTEM = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,79}")
_KIND = re.compile(r"[a-z][a-z-]{0,19}")
_HELD = frozenset({"present", "past"})


@dataclass(frozen=True, slots=True)
class Target:
    """What is left out together."""

    code: str
    """Key of an analyte, the sender's code of a test that is none of ours, `history.<concept>`, `report.<kind>` …"""
    facts: frozenset[str] = frozenset()
    """All values of the test, whatever their time; all entries that say the same."""
    concept: str = ""
    """What is cut from the text of the history wherever it is named; empty: nothing by name."""


def targets_of(case: Case, concepts: Concepts) -> list[Target]:
    """Everything that can be left out of a case, each fact in one target, in order of the facts.

    What the text of the history says comes last: it has no facts of its own.
    """
    found: dict[str, set[str]] = {}
    for fact, code in [*_tests(case), *_reports(case), *_entries(case, concepts)]:
        found.setdefault(code, set()).add(fact)
    told = {f"{HISTORY}{id}": id for id in _narrated(case, concepts)}
    named = [Target(code, frozenset(facts), _concept(code, concepts)) for code, facts in found.items()]
    return named + [Target(code, concept=id) for code, id in told.items() if code not in found]


def cited_by(consultation: Consultation) -> dict[str, int]:
    """Fact to how many conclusions of the plan rest on it.

    Abnormal results that no rule explains are listed by a plan, and nothing is concluded from them.
    """
    plan = consultation.plan
    if plan is None:
        return {}
    rests = {finding.id: finding.facts for finding in consultation.findings}
    counts: dict[str, int] = {}
    for facts in _conclusions(plan, rests):
        for fact in dict.fromkeys(facts):
            counts[fact] = counts.get(fact, 0) + 1
    return counts


def chosen(targets: Iterable[Target], cited: Mapping[str, int], library: Library) -> list[Target]:
    """The targets on which a plan rests: those that it cites, the most cited first, then what rules ask the history."""
    listed = list(targets)
    weight = {target.code: sum(cited.get(fact, 0) for fact in target.facts) for target in listed}
    by_weight = sorted((one for one in listed if weight[one.code]), key=lambda one: -weight[one.code])
    asked = frozenset(library.book.history.values())
    told = [one for one in listed if one.concept and not weight[one.code]]
    return by_weight + [one for one in told if asked.intersection(library.concepts.broader(one.concept))]


def places_of(concept: str, text: str, concepts: Concepts) -> Iterator[tuple[int, int]]:
    """Where a text says that the patient has or had this, from and to."""
    for span, ids, standing in concepts.places(text):
        if concept in ids and standing in _HELD:
            yield span.start, span.end


def _conclusions(plan: Plan, rests: Mapping[str, list[str]]) -> Iterator[list[str]]:
    """The facts of each conclusion."""
    for alert in plan.alerts:
        yield [*rests.get(alert.finding, []), *alert.statement.facts]
    for problem in plan.problems:
        if problem.concept != UNEXPLAINED:
            found = [fact for id in problem.findings for fact in rests.get(id, [])]
            yield [*found, *_facts(problem.statements), *(fact for one in problem.dissent for fact in one.facts)]
    for item in plan.recommendations:
        yield _facts([item.statement, *item.further])
    yield from (item.facts for item in plan.missing)


def _facts(statements: Iterable[Statement]) -> list[str]:
    return [fact for one in statements for fact in one.facts]


def _tests(case: Case) -> Iterator[tuple[str, str]]:
    unnamed: dict[str, str] = {}
    gateway = Gateway(case.identity, detect=False)
    for seen in case.observations:
        code = seen.analyte or _sent(seen.code)
        if not code or (seen.analyte is None and gateway.redact(code) != code):
            said = seen.name.casefold().strip()
            code = unnamed.setdefault(said, f"unlisted-test-{len(unnamed) + 1}")
        yield seen.fact, code


def _sent(code: Coding | None) -> str:
    """A code as it was sent, where it looks like one: senders write names into codes too."""
    if code is None or not _CODE.fullmatch(code.code) or not any(sign.isdigit() for sign in code.code):
        return ""
    return f"{code.system}:{code.code}" if _SYSTEM.fullmatch(code.system) else code.code


def _reports(case: Case) -> Iterator[tuple[str, str]]:
    for report in case.reports:
        yield report.fact, f"report.{report.kind if _KIND.fullmatch(report.kind) else 'other'}"


def _entries(case: Case, concepts: Concepts) -> Iterator[tuple[str, str]]:
    for name in _LISTS:
        entries: list[Entry] = getattr(case, name)
        for entry in entries:
            concept = next(iter(concepts.mentions(entry.name)), "")
            if concept and name in _OF_THE_HISTORY:
                yield entry.fact, f"{HISTORY}{concept}"
            else:
                yield entry.fact, f"{name}.{concept or 'unlisted'}"


def _narrated(case: Case, concepts: Concepts) -> list[str]:
    """What the text of the history says that the patient has or had."""
    said = [ids for _, ids, standing in concepts.places(case.history) if standing in _HELD]
    return list(dict.fromkeys(id for ids in said for id in ids))


def _concept(code: str, concepts: Concepts) -> str:
    concept = code.removeprefix(HISTORY)
    return concept if concept != code and concept in concepts else ""
