"""What review teaches: read from the signed consultations of a store, one after another. Nothing is changed by it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from consult.panel import Library
from consult.plan import Language, Plan
from consult.privacy import Detector
from consult.replay._edits import edit_distance
from consult.replay._learn.added import Where, added
from consult.replay._learn.proposals import Proposals
from consult.replay._learn.reasons import Reason, reason_of
from consult.replay._learn.records import LeftOut, Records, Signed
from consult.replay._learn.sources import Item, Source, concept_of, decidable, sources_of, statements_of
from consult.replay._learn.tally import BySource, Decided
from consult.replay._learn.wordings import Deidentified
from consult.replay._value import Period
from consult.replay._words import Piece, word_diff
from consult.review import Consultation, Decision, Store, review_state

EXAMPLES = 5
"""Wordings that are shown of each concept and kind of item, the latest; all are counted."""
_ALIKE = 0.6
"""Up to this edit distance two wordings are shown as one with what differs marked; beyond, one after the other."""
LEARNED = "learned"
"""The event in the audit log of the home."""


@dataclass(frozen=True, slots=True)
class Example:
    """One correction in words, de-identified: a wording that was edited, or the reason of a rejection."""

    kind: str
    concept: str
    language: Language
    reason: Reason | None
    """Of a rejection."""
    pieces: tuple[Piece, ...]
    """What differs between draft and doctor; of a rejection the reason alone, as it is."""
    distance: float | None = None


@dataclass(slots=True)
class Lessons:
    """The counts, and what is shown of them."""

    period: Period = Period()
    left_out: Counter[LeftOut] = field(default_factory=Counter)
    refused: list[tuple[str, str]] = field(default_factory=list)
    """Id and failed check of every record that does not verify or cannot be read."""
    counted: int = 0
    languages: Counter[str] = field(default_factory=Counter)
    engines: Counter[str] = field(default_factory=Counter)
    days: list[date] = field(default_factory=list)
    """First and last day of signature; empty where there is none."""
    stale: int = 0
    """Consultations that were signed although results had come that they have not seen."""
    alerts: int = 0
    """Acknowledged; they are neither accepted nor rejected."""
    doctors: set[str] = field(default_factory=set)
    """Who decided. Counted, and named nowhere."""
    overall: Decided = field(default_factory=Decided)
    by: dict[Source, BySource] = field(default_factory=dict)
    disputed: int = 0
    """Items that another doctor had decided otherwise before, in the record or in a version that was signed earlier."""
    disputed_in: int = 0
    examples: list[Example] = field(default_factory=list)
    withheld: int = 0
    """Wordings that are not shown: the gateway is not sure that they name nobody."""
    added: dict[str, Counter[Where]] = field(default_factory=dict)
    proposals: Proposals | None = None
    """None: none were asked for."""


def learn(
    store: Store,
    library: Library,
    *,
    by: str,
    period: Period | None = None,
    out: Path | None = None,
    detectors: Sequence[Detector] = (),
    tell: Callable[[int], None] = lambda _: None,
) -> Lessons:
    """Read what doctors decided on signed plans, and propose cases.

    Args:
        store: of the site. Its audit logs say afterwards that it was read, and which cases were written.
        library: whose rules, passages and concepts are named.
        by: who asks, for the audit log.
        period: days of the last signature; None: all.
        out: the folder below which proposals are written; None: none are made.
        detectors: further detectors, after our own.
        tell: told how many consultations were read.

    Raises:
        UsageError: the proposals cannot be written.
    """
    lessons = Lessons(period or Period(), proposals=None if out is None else Proposals(out, library))
    shown: Counter[tuple[str, str]] = Counter()
    for signed in Records(store, lessons.period, lessons.left_out, lessons.refused):
        clean = Deidentified(store, signed.consultation, signers=signed.signers, detectors=detectors)
        _count(lessons, signed, library)
        _show(lessons, signed.consultation, clean, shown)
        if lessons.proposals is not None and lessons.proposals.add(signed, clean):
            store.record(signed.consultation.id, "exported", format="proposal", status="signed")
        tell(lessons.counted)
    _log(store, lessons, by)
    return lessons


def _log(store: Store, lessons: Lessons, by: str) -> None:
    """The home tells who read how many consultations; where there were none, nothing was read."""
    if lessons.counted or lessons.refused:
        written = 0 if lessons.proposals is None else lessons.proposals.written
        store.record_home(LEARNED, by=by, consultations=lessons.counted, proposals=written)


def _count(lessons: Lessons, signed: Signed, library: Library) -> None:
    consultation = signed.consultation
    plan, decisions = consultation.plan, review_state(consultation)
    assert plan is not None  # what verifies has one
    lessons.counted += 1
    lessons.stale += signed.stale
    lessons.languages[plan.language] += 1
    lessons.engines[plan.engine] += 1
    lessons.alerts += len(plan.alerts)
    lessons.doctors |= {one.by for one in consultation.decisions}
    lessons.days = [min([signed.day, *lessons.days]), max([signed.day, *lessons.days])]
    _sources(lessons, consultation, plan, decisions)
    disputed = _disputed(signed, plan)
    lessons.disputed += disputed
    lessons.disputed_in += bool(disputed)
    for where, id in set(added(consultation, library)):
        lessons.added.setdefault(id, Counter())[where] += 1


def _sources(lessons: Lessons, consultation: Consultation, plan: Plan, decisions: dict[str, Decision | None]) -> None:
    seen: set[Source] = set()
    for kind, item in decidable(plan):
        made = decisions.get(item.id)
        if made is None:
            continue
        reason = reason_of(made.reason) if made.decision == "reject" else None
        distance = _distance(item, made)
        lessons.overall.add(made.decision, reason)
        for source, version in sources_of(item, kind, consultation).items():
            found = lessons.by.setdefault(source, BySource())
            found.add(version, made.decision, reason, distance)
            found.consultations += source not in seen
            seen.add(source)


def _distance(item: Item, made: Decision) -> float | None:
    return edit_distance(_drafted(item), made.text) if made.decision == "edit" and made.text else None


def _drafted(item: Item) -> str:
    """What the doctor's wording replaces: all sentences of a problem, the first of a recommendation."""
    said = statements_of(item)
    return " ".join(one.text for one in (said if hasattr(item, "statements") else said[:1]))


def _disputed(signed: Signed, plan: Plan) -> int:
    """Items whose last decision is another than one that a different doctor made before."""
    last = review_state(signed.consultation)
    found = {
        one.item
        for one in signed.consultation.decisions
        if (made := last.get(one.item)) is not None and (made.decision != one.decision and made.by != one.by)
    }
    before = {
        (kind, item.concept): made
        for version in reversed(signed.earlier)
        if version.plan is not None
        for kind, item in decidable(version.plan)
        if (made := review_state(version).get(item.id)) is not None
    }
    for kind, item in decidable(plan):
        old, new = before.get((kind, item.concept)), last.get(item.id)
        if old is not None and new is not None and old.decision != new.decision and old.by != new.by:
            found.add(item.id)
    return len(found)


def _show(lessons: Lessons, consultation: Consultation, clean: Deidentified, shown: Counter[tuple[str, str]]) -> None:
    """Take the corrections of one consultation into the examples, as long as there is room for their concept."""
    for kind, item, made in _corrections(consultation):
        if shown[kind, concept_of(item)] >= EXAMPLES:
            continue
        example = _example(kind, item, made, consultation.language, clean)
        if example is None:
            lessons.withheld += 1
        else:
            lessons.examples.append(example)
            shown[kind, concept_of(item)] += 1


def _corrections(consultation: Consultation) -> Iterator[tuple[str, Item, Decision]]:
    decisions = review_state(consultation)
    for kind, item in decidable(consultation.plan) if consultation.plan is not None else ():
        made = decisions.get(item.id)
        if made is not None and made.decision in {"edit", "reject"}:
            yield kind, item, made


def _example(kind: str, item: Item, made: Decision, language: Language, clean: Deidentified) -> Example | None:
    if made.decision == "reject":
        said = clean.said(made.reason or "")
        reason = Piece(said or "", "same")
        return None if said is None else Example(kind, concept_of(item), language, reason_of(made.reason), (reason,))
    before, after = clean.said(_drafted(item)), clean.said(made.text or "")
    if before is None or after is None:
        return None
    distance = edit_distance(before, after)
    pieces = word_diff(before, after) if distance <= _ALIKE else _whole(before, after)
    return Example(kind, concept_of(item), language, None, tuple(pieces), distance)


def _whole(before: str, after: str) -> list[Piece]:
    return [Piece(before, "gone"), Piece(" ", "same"), Piece(after, "new")]
