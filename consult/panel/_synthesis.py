"""The synthesizer on the rules engine: opinions merged by concept into one plan. It adds no facts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from consult.case import USABLE, holds_instructions
from consult.clinic import name_of
from consult.panel._machine_made import model_gaps, model_warnings
from consult.panel._material import Material, distinct
from consult.panel._missing import missing
from consult.panel._problems import merge_problems
from consult.panel._recommendations import merge_recommendations
from consult.plan import (
    Alert,
    Citation,
    Conflict,
    Opinion,
    Plan,
    Unavailable,
    alert_for,
    needs_alert,
    phrase,
)
from consult.retrieval import Guidelines, Passage


def synthesize(
    opinions: Sequence[Opinion], conflicts: Sequence[Conflict], material: Material, *, spoke: Iterable[str] = ()
) -> Plan:
    """One plan out of all opinions; ids are given in a fixed order, so the same case gives the same plan.

    Args:
        opinions: of all specialists.
        conflicts: where they differ, after cross-review.
        material: what the synthesizer works from.
        spoke: models that took part without an opinion, such as the planner's.
    """
    engine = engine_of(opinions, spoke)
    plan = Plan(language=material.language, engine=engine, specialties=material.specialties)
    plan.alerts = _alerts(material)
    plan.problems = merge_problems(opinions, conflicts, material)
    plan.recommendations = merge_recommendations(opinions, conflicts, plan.problems, material)
    plan.missing = missing(opinions, material)
    plan.conflicts = list(conflicts)
    plan.gaps = [
        Unavailable(specialty=o.specialty, reason=o.reason, instead="rules" if o.status == "answered" else "")
        for o in opinions
        if o.reason
    ]
    if engine == "rules":
        plan.warnings.append(phrase("warning.rules", material.language))
    if material.switched_off:
        listed = ", ".join(material.switched_off)
        plan.warnings.append(phrase("warning.switched_off", material.language, listed=listed))
    plan.warnings += _about_the_data(material)
    plan.gaps += model_gaps(material.case)
    plan.warnings += model_warnings(material.case, material.language)
    plan.warnings += _not_known(material)
    plan.warnings += _about_the_literature(opinions, material)
    plan.citations = _citations(plan, material)
    plan.data = material.assessment.data
    return plan


_LISTED = 8


def tell_limits(plan: Plan) -> None:
    """Say of the plan as a whole when a ceiling of the case stopped it, or privacy: it is partial."""
    for kind in ("ceiling", "deadline", "withheld"):
        if any(re.search(rf": {kind}\b", gap.reason) for gap in plan.gaps):
            plan.warnings.append(phrase(f"warning.{kind}", plan.language))


def engine_of(opinions: Sequence[Opinion], spoke: Iterable[str]) -> str:
    """Who reasoned: the models that answered; `rules` when none did."""
    answered = [name for opinion in opinions if opinion.status == "answered" for name in opinion.reasoner.split(", ")]
    models = sorted({*answered, *spoke} - {"rules"})
    return ", ".join(models) if models else "rules"


def _alerts(material: Material) -> list[Alert]:
    dangers = [finding for finding in material.assessment.findings if needs_alert(finding)]
    cites = [material.cites(finding.rule) if finding.rule is not None else () for finding in dangers]
    return [alert_for(finding, f"A{n}", cites[n - 1]) for n, finding in enumerate(dangers, start=1)]


def _about_the_data(material: Material) -> list[str]:
    """What a reader must know before the first sentence: doubtful data, gates, rules that were not applied."""
    concluding = {item.finding for item in material.assessment.fired if item.rule.concludes is not None}
    findings = material.assessment.findings
    return [finding.says for finding in findings if finding.kind == "quality" and finding.id not in concluding]


def _not_known(material: Material) -> list[str]:
    """Measured values that are no test of ours: no rule and no critical limit sees them."""
    unknown = [
        seen
        for seen in material.case.observations
        if seen.analyte is None and seen.value_type == "quantity" and seen.flag != "N" and seen.status in USABLE
    ]
    if not unknown:
        return []
    listed = ", ".join(
        distinct(f"{name_of(seen, material.catalog, material.language)} [{seen.fact}]" for seen in unknown[:_LISTED])
    )
    more = f", +{len(unknown) - _LISTED}" if len(unknown) > _LISTED else ""
    return [phrase("warning.unknown", material.language, listed=listed + more)]


def _about_the_literature(opinions: Sequence[Opinion], material: Material) -> list[str]:
    """Passages that were read and that seem to be written to a machine."""
    known = material.knowledge.passages
    read = distinct(one for opinion in opinions for one in opinion.retrieved if one in known)
    hostile = [one for one in read if _hostile(known[one].text)]
    if not hostile:
        return []
    return [phrase("warning.passage", material.language, listed=", ".join(hostile))]


_hostile = lru_cache(maxsize=4096)(holds_instructions)
"""Passages are the same in every consultation."""


def _citations(plan: Plan, material: Material) -> list[Citation]:
    """Every passage that the plan cites, as it stands today, in the order of first use."""
    known = (material.knowledge.passages.get(identifier) for identifier in distinct(_cited(plan)))
    return [cite(passage, material.guidelines) for passage in known if passage is not None]


def _cited(plan: Plan) -> Iterator[str]:
    for alert in plan.alerts:
        yield from alert.statement.passages
    for problem in plan.problems:
        for statement in (*problem.statements, *(care.statement for care in problem.care)):
            yield from statement.passages
        for position in problem.dissent:
            yield from position.passages
    for item in plan.recommendations:
        for statement in (item.statement, *item.further):
            yield from statement.passages
    for conflict in plan.conflicts:
        for position in conflict.positions:
            yield from position.passages


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
