"""Opinions merged by what to consider: nobody's sentence is lost, and nothing urgent is filtered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from consult.panel._disputes import speaks_for
from consult.panel._material import SEVERITY, Material, distinct, unique
from consult.plan import (
    Conflict,
    Opinion,
    OpinionRecommendation,
    Problem,
    Recommendation,
    RecommendationKind,
    Statement,
    Urgency,
    phrase,
)

_URGENCY: tuple[Urgency, ...] = ("immediate", "same-day", "routine")
_KIND: tuple[RecommendationKind, ...] = ("referral", "test", "monitoring", "treatment", "avoid")
_NEVER_FILTERED = frozenset({"red", "high", "gate"})


@dataclass(frozen=True, slots=True)
class _Said:
    """One recommendation of one specialist."""

    specialty: str
    item: OpinionRecommendation


@dataclass(frozen=True, slots=True)
class _Context:
    """The problems of the plan, by concept, and what the synthesizer works from."""

    ids: Mapping[str, str]
    severity: Mapping[str, int]
    material: Material


def merge_recommendations(
    opinions: Sequence[Opinion], conflicts: Sequence[Conflict], problems: Sequence[Problem], material: Material
) -> list[Recommendation]:
    """One recommendation for each kind and concept: the most urgent first, what to avoid last."""
    context = _Context(
        ids={problem.concept: problem.id for problem in problems},
        severity={problem.concept: SEVERITY.index(problem.severity) for problem in problems},
        material=material,
    )
    groups: dict[tuple[RecommendationKind, str], list[_Said]] = {}
    for opinion in opinions:
        for item in opinion.recommendations:
            if not _given_up(opinion.specialty, item, conflicts):
                groups.setdefault((item.kind, item.concept), []).append(_Said(opinion.specialty, item))
    _filter_retests(groups, material)
    order = sorted(groups, key=lambda key: _order(key, groups[key], context))
    return [_recommendation(f"R{n}", groups[key], context) for n, key in enumerate(order, start=1)]


def _given_up(specialty: str, item: OpinionRecommendation, conflicts: Sequence[Conflict]) -> bool:
    """The specialist gave way on this in cross-review; the opinion still holds the first answer."""
    return any(
        position.specialty == specialty
        and position.before is not None
        and speaks_for(position.before) == (item.kind != "avoid")
        for conflict in conflicts
        if conflict.kind == "recommendation" and conflict.concept == item.concept
        for position in conflict.positions
    )


def _filter_retests(groups: dict[tuple[RecommendationKind, str], list[_Said]], material: Material) -> None:
    """A routine test whose result is there, valid and within its retest interval, is advised against instead.

    Never when anybody asks urgently for it, or when a red, high or gate rule does: danger and doubt need their test
    whatever the interval says.
    """
    for key in [key for key in groups if key[0] == "test"]:
        said = groups[key]
        if any(one.item.urgency != "routine" or one.item.severity in _NEVER_FILTERED for one in said):
            continue
        statement = _already_there(key[1], said[0].specialty, material)
        if statement is not None:
            del groups[key]
            instead = said[0].item.model_copy(update={"kind": "avoid", "statement": statement})
            groups.setdefault(("avoid", key[1]), []).append(_Said(said[0].specialty, instead))


def _already_there(concept: str, specialty: str, material: Material) -> Statement | None:
    known = material.concepts.get(concept)
    if known is None or known.analyte is None:
        return None
    available = material.retest.already_available(known.analyte, material.assessment)
    if available is None:
        return None
    text = phrase("retest.avoid", material.language, name=material.name(concept), value=available.text)
    return Statement(text=text, facts=[available.fact], author=specialty)


def _weighty(said: Sequence[_Said]) -> Sequence[_Said]:
    """Who decides how urgent something is: code where it asks for it, else the models that do."""
    return [one for one in said if not one.item.statement.by] or said


def _order(
    key: tuple[RecommendationKind, str], said: Sequence[_Said], context: _Context
) -> tuple[bool, int, int, int, str]:
    urgency = min(_URGENCY.index(one.item.urgency) for one in _weighty(said))
    serves = min(context.severity.get(one.item.for_problem or "", len(SEVERITY)) for one in said)
    return (key[0] == "avoid", urgency, serves, _KIND.index(key[0]), key[1])


def _recommendation(identifier: str, said: Sequence[_Said], context: _Context) -> Recommendation:
    first = min(_weighty(said), key=lambda one: _URGENCY.index(one.item.urgency)).item
    statements = unique(one.item.statement for one in (_Said("", first), *said))
    serves = distinct(one.item.for_problem for one in said if one.item.for_problem)
    return Recommendation(
        id=identifier,
        kind=first.kind,
        concept=first.concept,
        name=context.material.name(first.concept),
        urgency=first.urgency,
        statement=statements[0],
        further=[*statements[1:], *_speaking_against(first, context.material)],
        why=[context.ids[concept] for concept in serves if concept in context.ids],
        cautions=_in_this_case(first, context.material),
        said_by=distinct(one.specialty for one in said),
        draft_knowledge=any(one.item.draft_knowledge for one in said),
    )


def _speaking_against(item: OpinionRecommendation, material: Material) -> list[Statement]:
    """Contraindications, interactions and the like; nothing speaks against leaving something out."""
    return [] if item.kind == "avoid" else material.cautions(item.concept, item.statement.text)


def _in_this_case(item: OpinionRecommendation, material: Material) -> list[str]:
    """A test that this case already holds is said to be there; whether to repeat it is the doctor's to decide."""
    concept = material.concepts.get(item.concept)
    result = material.assessment.results.get(concept.analyte or "") if concept is not None else None
    if item.kind != "test" or result is None or result.fact in material.assessment.doubted:
        return []
    if result.fact in item.statement.facts:
        return []  # the test is asked for because of this very result: to confirm or to follow it
    seen = result.observation
    value = f"{seen.name} {seen.reported.value or seen.value} {seen.reported.unit_shown}".strip()
    return [phrase("caution.available", material.language, value=f"{value} [{seen.fact}]")]
