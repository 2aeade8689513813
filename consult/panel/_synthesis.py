"""The synthesizer on the rules engine: opinions merged by concept into one plan. It adds no facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from consult.analytes import Catalog
from consult.case import Case
from consult.clinic import Assessment, Concepts, RetestIntervals
from consult.panel._disputes import RANK, speaks_for
from consult.plan import (
    UNEXPLAINED,
    Alert,
    Citation,
    Conflict,
    Language,
    Missing,
    Opinion,
    OpinionProblem,
    OpinionRecommendation,
    Plan,
    Position,
    Problem,
    Recommendation,
    Statement,
    Unavailable,
    alert_for,
    needs_alert,
    phrase,
)
from consult.retrieval import Guidelines, Knowledge, Passage

_SEVERITY = ("red", "high", "standard", "gate", "info")
_URGENCY = ("immediate", "same-day", "routine")
_KIND = ("referral", "test", "monitoring", "treatment", "avoid")


@dataclass(frozen=True, slots=True)
class Material:
    """What the synthesizer works from, besides the opinions."""

    case: Case
    assessment: Assessment
    catalog: Catalog
    concepts: Concepts
    knowledge: Knowledge
    guidelines: Guidelines
    retest: RetestIntervals
    language: Language
    engine: str
    specialties: dict[str, str]
    """Specialist ids to their names in the language of the plan."""
    cites: Callable[[str], tuple[str, ...]]
    """Rule id to the passages it cites, in the language of the plan."""


def synthesize(opinions: Sequence[Opinion], conflicts: Sequence[Conflict], material: Material) -> Plan:
    """One plan out of all opinions; ids are given in a fixed order, so the same case gives the same plan."""
    problems = _problems(opinions, conflicts, material)
    plan = Plan(language=material.language, engine=material.engine, specialties=material.specialties)
    plan.alerts = _alerts(material)
    plan.problems = problems
    plan.recommendations = _recommendations(opinions, problems, material)
    plan.missing = _missing(opinions, material)
    plan.conflicts = list(conflicts)
    plan.gaps = [Unavailable(specialty=o.specialty, reason=o.reason) for o in opinions if o.status == "unavailable"]
    if material.engine == "rules":
        plan.warnings.append(phrase("warning.rules", material.language))
    plan.warnings += _about_the_data(material.assessment)
    plan.citations = _citations(plan, material)
    return plan


def _alerts(material: Material) -> list[Alert]:
    dangers = [finding for finding in material.assessment.findings if needs_alert(finding)]
    cites = [material.cites(finding.rule) if finding.rule is not None else () for finding in dangers]
    return [alert_for(finding, f"A{n}", cites[n - 1]) for n, finding in enumerate(dangers, start=1)]


def _about_the_data(assessment: Assessment) -> list[str]:
    """What a reader must know before the first sentence: doubtful data, rules that were not applied."""
    return [finding.says for finding in assessment.findings if finding.kind == "quality" and finding.rule is None]


@dataclass(slots=True)
class _Merged:
    """One concept while the opinions are read."""

    views: list[tuple[str, OpinionProblem]] = field(default_factory=list)

    @property
    def strongest(self) -> OpinionProblem:
        return max((problem for _, problem in self.views), key=lambda problem: RANK[problem.likelihood])

    @property
    def severity(self) -> str:
        backing = [problem.severity for _, problem in self.views if speaks_for(problem.likelihood)]
        return min(backing or [problem.severity for _, problem in self.views], key=_SEVERITY.index)


def _problems(opinions: Sequence[Opinion], conflicts: Sequence[Conflict], material: Material) -> list[Problem]:
    merged: dict[str, _Merged] = {}
    for opinion in opinions:
        for problem in opinion.problems:
            merged.setdefault(problem.concept, _Merged()).views.append((opinion.specialty, problem))
    order = sorted(merged, key=lambda concept: _problem_order(concept, merged[concept]))
    disputed = {conflict.concept: conflict for conflict in conflicts if conflict.kind == "likelihood"}
    return [
        _problem(f"P{number}", concept, merged[concept], disputed.get(concept), material)
        for number, concept in enumerate(order, start=1)
    ]


def _problem_order(concept: str, merged: _Merged) -> tuple[bool, int, int, str]:
    return (
        concept == UNEXPLAINED,
        _SEVERITY.index(merged.severity),
        -RANK[merged.strongest.likelihood],
        concept,
    )


def _problem(identifier: str, concept: str, merged: _Merged, conflict: Conflict | None, material: Material) -> Problem:
    likelihood = merged.strongest.likelihood
    return Problem(
        id=identifier,
        concept=concept,
        name=_name(concept, material),
        likelihood=likelihood,
        severity=merged.severity,
        statements=_unique(statement for _, problem in merged.views for statement in problem.statements),
        said_by=_distinct(who for who, problem in merged.views if _agrees(problem.likelihood, likelihood)),
        dissent=_dissent(conflict, likelihood),
        findings=_distinct(finding for _, problem in merged.views for finding in problem.findings),
        draft_knowledge=any(problem.draft_knowledge for _, problem in merged.views),
    )


def _agrees(one: str, other: str) -> bool:
    return speaks_for(one) == speaks_for(other)


def _dissent(conflict: Conflict | None, likelihood: str) -> list[Position]:
    if conflict is None:
        return []
    return [position for position in conflict.positions if not _agrees(position.stance, likelihood)]


def _recommendations(
    opinions: Sequence[Opinion], problems: Sequence[Problem], material: Material
) -> list[Recommendation]:
    said: dict[tuple[str, str], list[tuple[str, OpinionRecommendation]]] = {}
    for opinion in opinions:
        for item in opinion.recommendations:
            filtered = _retest_filter(item, opinion.specialty, material)
            said.setdefault((filtered.kind, filtered.concept), []).append((opinion.specialty, filtered))
    severity = {problem.concept: _SEVERITY.index(problem.severity) for problem in problems}
    ids = {problem.concept: problem.id for problem in problems}
    order = sorted(said, key=lambda key: _recommendation_order(key, said[key], severity))
    return [_recommendation(f"R{n}", said[key], ids, material) for n, key in enumerate(order, start=1)]


def _recommendation_order(
    key: tuple[str, str], said: Sequence[tuple[str, OpinionRecommendation]], severity: dict[str, int]
) -> tuple[int, int, int, str]:
    urgency = min(_URGENCY.index(item.urgency) for _, item in said)
    serves = min(severity.get(item.for_problem or "", len(_SEVERITY)) for _, item in said)
    return (key[0] == "avoid", urgency * 10 + serves, _KIND.index(key[0]), key[1])


def _recommendation(
    identifier: str, said: Sequence[tuple[str, OpinionRecommendation]], ids: dict[str, str], material: Material
) -> Recommendation:
    _, first = min(said, key=lambda pair: _URGENCY.index(pair[1].urgency))
    serves = _distinct(item.for_problem for _, item in said if item.for_problem)
    return Recommendation(
        id=identifier,
        kind=first.kind,
        concept=first.concept,
        name=_name(first.concept, material),
        urgency=first.urgency,
        statement=first.statement.model_copy(deep=True),
        why=[ids[concept] for concept in serves if concept in ids],
        cautions=_available(first, material),
        said_by=_distinct(who for who, _ in said),
        draft_knowledge=any(item.draft_knowledge for _, item in said),
    )


def _retest_filter(item: OpinionRecommendation, specialty: str, material: Material) -> OpinionRecommendation:
    """A test whose result is already there, valid and within its retest interval, is advised against instead.

    Never for anything urgent: a red rule or a gate asks for its test whatever the interval says.
    """
    analyte = material.concepts[item.concept].analyte if item.concept in material.concepts else None
    if item.kind != "test" or item.urgency != "routine" or analyte is None:
        return item
    available = material.retest.already_available(analyte, material.assessment)
    if available is None:
        return item
    name = _name(item.concept, material)
    text = phrase("retest.avoid", material.language, name=name, value=available.text)
    statement = Statement(text=text, facts=[available.fact], author=specialty)
    return item.model_copy(update={"kind": "avoid", "statement": statement})


def _available(item: OpinionRecommendation, material: Material) -> list[str]:
    """A test that this case already holds is said to be there; whether to repeat it is the doctor's to decide."""
    concept = material.concepts.get(item.concept)
    result = material.assessment.results.get(concept.analyte or "") if concept is not None else None
    if item.kind != "test" or result is None or result.fact in material.assessment.doubted:
        return []
    if result.fact in item.statement.facts:
        return []  # the test is asked for because of this very result: to confirm or to follow it
    seen = result.observation
    value = f"{seen.name} {seen.reported.value or seen.value} {seen.reported.unit or ''}".strip()
    return [phrase("caution.available", material.language, value=f"{value} [{seen.fact}]")]


def _missing(opinions: Sequence[Opinion], material: Material) -> list[Missing]:
    """What would settle the questions left open, the most dangerous question first, then the most questions."""
    asked: dict[str, list[tuple[str, str, list[str], int]]] = {}
    for opinion in opinions:
        for gap in opinion.gaps:
            for what in gap.analytes:
                entry = (opinion.specialty, gap.concept or "", gap.facts, _SEVERITY.index(gap.severity))
                asked.setdefault(what, []).append(entry)
    order = sorted(asked, key=lambda what: (min(e[3] for e in asked[what]), -len(asked[what]), what))
    return [_missing_item(what, asked[what], material) for what in order]


def _missing_item(what: str, entries: Sequence[tuple[str, str, list[str], int]], material: Material) -> Missing:
    concepts = _distinct(concept for _, concept, _, _ in entries if concept)
    name = _missing_name(what, material)
    key = _missing_phrase(what, material.assessment)
    separator = "、" if material.language == "zh" else ", "
    listed = separator.join(_name(concept, material) for concept in concepts)
    return Missing(
        what=what,
        name=name,
        text=phrase(key, material.language, name=name, concepts=listed),
        decides=concepts,
        facts=_distinct(fact for _, _, facts, _ in entries for fact in facts),
        asked_by=_distinct(who for who, _, _, _ in entries),
    )


def _missing_phrase(what: str, assessment: Assessment) -> str:
    if what.startswith("history."):
        return "missing.history"
    result = assessment.results.get(what)
    return "missing.doubted" if result is not None and result.fact in assessment.doubted else "missing.text"


def _missing_name(what: str, material: Material) -> str:
    if what.startswith("history."):
        return _name(what.removeprefix("history.").replace("_", "-"), material)
    if what not in material.catalog:
        return what
    analyte = material.catalog[what]
    return analyte.name_zh if material.language == "zh" else analyte.name_en


def _citations(plan: Plan, material: Material) -> list[Citation]:
    """Every passage that the plan cites, as it stands today, in the order of first use."""
    used = _distinct(
        passage
        for statement in [
            *(alert.statement for alert in plan.alerts),
            *(s for problem in plan.problems for s in problem.statements),
            *(item.statement for item in plan.recommendations),
        ]
        for passage in statement.passages
    )
    used = _distinct([*used, *(p for conflict in plan.conflicts for pos in conflict.positions for p in pos.passages)])
    known = (material.knowledge.passages.get(identifier) for identifier in used)
    return [cite(passage, material.guidelines) for passage in known if passage is not None]


def cite(passage: Passage, guidelines: Guidelines) -> Citation:
    """A passage with its document, ready to stand in a plan for years."""
    guideline = guidelines[passage.guideline]
    newer = [guidelines[identifier] for identifier in guidelines.superseded_by(passage.guideline)]
    return Citation(
        passage=passage.id,
        guideline=guideline.id,
        organisation=guideline.organisation,
        title=guideline.title,
        year=guideline.year,
        reference=guideline.reference,
        section=passage.section,
        text=passage.text,
        corpus=passage.corpus,
        superseded_by=[f"{document.organisation} {document.year}" for document in newer],
        partly=bool(newer) and guideline.status != "superseded",
    )


def _name(concept: str, material: Material) -> str:
    if concept == UNEXPLAINED:
        return phrase("unexplained", material.language)
    return material.concepts.name(concept, material.language)


def _distinct(items: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(items))


def _unique(statements: Iterable[Statement]) -> list[Statement]:
    seen: dict[str, Statement] = {}
    for statement in statements:
        seen.setdefault(statement.text, statement.model_copy(deep=True))
    return list(seen.values())
