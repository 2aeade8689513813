"""`learn.json`: the counts and what is shown of them, without a time, so that the same records give the same file."""

from __future__ import annotations

from typing import Any

from consult._version import __version__
from consult.clinic.calculators import CALCULATORS
from consult.panel import Library
from consult.plan import Language
from consult.replay._learn.lessons import Example, Lessons
from consult.replay._learn.proposals import Proposals
from consult.replay._learn.sources import KINDS, Source, text_hash
from consult.replay._learn.tally import BySource, Decided, worst_first
from consult.replay._learn.words import words

SCHEMA = 1
JSON = "learn.json"


def learn_document(lessons: Lessons, library: Library, language: Language) -> dict[str, Any]:
    """The document. Identifiers, counts and de-identified wordings; nobody is named.

    Args:
        lessons: what was read.
        library: today's content, by which sources are named.
        language: of the names.
    """
    sources = worst_first(lessons.by)
    return {
        "schema": SCHEMA,
        "version": __version__,
        "content_hash": library.content_hash,
        "language": language,
        "period": _period(lessons),
        "consultations": _consultations(lessons),
        "items": {**_counts(lessons.overall), "reasons": dict(sorted(lessons.overall.reasons.items()))},
        "disputed": {"items": lessons.disputed, "consultations": lessons.disputed_in},
        "by": {
            kind: [_source(source, found, library, language) for source, found in sources if source.kind == kind]
            for kind in KINDS
        },
        "examples": [_example(one, library, language) for one in lessons.examples],
        "withheld": lessons.withheld,
        "added": _added(lessons, library, language),
        "proposals": None if lessons.proposals is None else _proposals(lessons.proposals),
    }


def name_of(source: Source, library: Library, language: Language) -> str | None:
    """What a source is called today; None where it is no longer there."""
    if source.kind == "rule":
        return library.book[source.id].title.text(language) if source.id in library.book else None
    if source.kind == "agent":
        card = library.cards.get(source.id)
        return None if card is None else card.name.text(language)
    if source.kind == "passage":
        passage = library.knowledge.passages.get(source.id)
        return None if passage is None else f"{passage.title}: {passage.section}"
    if source.kind == "calculator":
        found = CALCULATORS.get(source.id)
        return None if found is None else found.title.text(language)
    return library.concepts.name(source.id, language) if source.id in library.concepts else None


def named(id: str, library: Library, language: Language) -> str:
    """A concept, or a test that is none of ours and goes by its analyte."""
    if id in library.concepts:
        return library.concepts.name(id, language)
    if id not in library.catalog:
        return id
    analyte = library.catalog[id]
    return words("test-of", language, name=analyte.name_en if language == "en" else analyte.name_zh)


def _period(lessons: Lessons) -> dict[str, Any]:
    period = lessons.period
    days: list[str | None] = [day.isoformat() for day in lessons.days] or [None, None]
    return {
        "since": None if period.since is None else period.since.isoformat(),
        "until": None if period.until is None else period.until.isoformat(),
        "first": days[0],
        "last": days[1],
    }


def _consultations(lessons: Lessons) -> dict[str, Any]:
    return {
        "counted": lessons.counted,
        "doctors": len(lessons.doctors),
        "stale": lessons.stale,
        "alerts": lessons.alerts,
        "languages": dict(sorted(lessons.languages.items())),
        "engines": dict(sorted(lessons.engines.items())),
        "left_out": dict(sorted(lessons.left_out.items())),
        "refused": [{"id": id, "check": check} for id, check in lessons.refused],
    }


def _counts(decided: Decided) -> dict[str, Any]:
    interval = decided.interval
    return {
        "n": decided.n,
        "accepted": decided.accepted,
        "edited": decided.edited,
        "rejected": decided.rejected,
        "set_aside": decided.set_aside,
        "corrected": decided.corrected,
        "rate": None if interval is None else round(decided.corrected / decided.n, 4),
        "interval": None if interval is None else [round(end, 4) for end in interval],
    }


def _source(source: Source, found: BySource, library: Library, language: Language) -> dict[str, Any]:
    name = name_of(source, library, language)
    return {
        "id": source.id,
        "by": source.by,
        "name": name,
        "there": name is not None,
        **_counts(found.decided),
        "reasons": dict(sorted(found.decided.reasons.items())),
        "distance": found.distance,
        "consultations": found.consultations,
        "versions": [
            {"version": version, "today": version in _today(source, library), **_counts(decided)}
            for version, decided in found.versions.items()
            if version
        ],
    }


def _today(source: Source, library: Library) -> set[str]:
    """The versions of a source that are in use."""
    if source.kind == "calculator":
        return {__version__}
    if source.kind == "passage":
        known = library.knowledge.passages.get(source.id)
        return set() if known is None else {text_hash(known.text)}
    specialty = source.id
    if source.kind == "rule":
        specialty = library.book[source.id].specialty if source.id in library.book else ""
    return {library.card_hashes.get(specialty, "")}


def _example(one: Example, library: Library, language: Language) -> dict[str, Any]:
    return {
        "decision": "edit" if one.reason is None else "reject",
        "kind": one.kind,
        "concept": one.concept,
        "name": named(one.concept, library, language),
        "language": one.language,
        "reason": one.reason,
        "distance": None if one.distance is None else round(one.distance, 3),
        "words": [[piece.mark, piece.text] for piece in one.pieces],
    }


def _added(lessons: Lessons, library: Library, language: Language) -> list[dict[str, Any]]:
    order = sorted(lessons.added.items(), key=lambda entry: (-entry[1].total(), entry[0]))
    return [
        {"id": id, "name": named(id, library, language), "in_edits": found["edit"], "in_reasons": found["reason"]}
        for id, found in order
    ]


def _proposals(proposals: Proposals) -> dict[str, Any]:
    return {
        "written": proposals.written,
        "kept": proposals.kept,
        "left_out": dict(sorted(proposals.left_out.items())),
        "doubted": dict(sorted(proposals.doubted.items())),
    }
