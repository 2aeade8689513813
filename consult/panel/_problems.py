"""Opinions merged by condition: everyone's view of it stays visible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from consult.clinic import Likelihood, Severity
from consult.panel._disputes import RANK, position_of, speaks_for
from consult.panel._material import SEVERITY, Material, distinct, unique
from consult.plan import UNEXPLAINED, CareItem, Conflict, Opinion, OpinionProblem, Position, Problem, Statement


@dataclass(frozen=True, slots=True)
class _View:
    """What one specialist holds of a condition, after cross-review."""

    specialty: str
    problem: OpinionProblem
    likelihood: Likelihood
    position: Position


@dataclass(slots=True)
class _Merged:
    """One condition while the opinions are read."""

    views: list[_View] = field(default_factory=list)

    @property
    def likelihood(self) -> Likelihood:
        """The highest grade that is held; where code holds one, models do not change it, and stand in the dissent."""
        return max((view.likelihood for view in self.weighty), key=RANK.__getitem__)

    @property
    def severity(self) -> Severity:
        backing = [view.problem.severity for view in self.weighty if speaks_for(view.likelihood)]
        return min(backing or [view.problem.severity for view in self.weighty], key=SEVERITY.index)

    @property
    def facts(self) -> frozenset[str]:
        """What the views that decide rest on."""
        return frozenset(fact for view in self.weighty for said in view.problem.statements for fact in said.facts)

    @property
    def weighty(self) -> list[_View]:
        """The views that decide: code's where it has one."""
        return [view for view in self.views if not view.position.by] or self.views


def merge_problems(opinions: Sequence[Opinion], conflicts: Sequence[Conflict], material: Material) -> list[Problem]:
    """One problem a condition: the most pressing first, what no rule explains last."""
    disputed = {conflict.concept: conflict for conflict in conflicts if conflict.kind == "likelihood"}
    merged: dict[str, _Merged] = {}
    for opinion in opinions:
        for problem in opinion.problems:
            view = _view(opinion.specialty, problem, disputed)
            merged.setdefault(problem.concept, _Merged()).views.append(view)
    normal = frozenset(seen.fact for seen in material.case.observations if seen.flag == "N")
    order = sorted(merged, key=lambda concept: _order(concept, merged, normal, material))
    return [_problem(f"P{n}", concept, merged[concept], material) for n, concept in enumerate(order, start=1)]


def _view(specialty: str, problem: OpinionProblem, disputed: Mapping[str, Conflict]) -> _View:
    """The view as it stands now: changed where cross-review changed it; a model alone confirms nothing."""
    view = _changed(specialty, problem, disputed)
    if view.position.by and view.likelihood == "confirmed":
        return replace(view, likelihood="likely", position=view.position.model_copy(update={"stance": "likely"}))
    return view


def _changed(specialty: str, problem: OpinionProblem, disputed: Mapping[str, Conflict]) -> _View:
    held = _View(
        specialty, problem, problem.likelihood, position_of(specialty, problem.likelihood, problem.statements[0])
    )
    conflict = disputed.get(problem.concept)
    for position in conflict.positions if conflict is not None else ():
        changed = (
            position.specialty == specialty
            and position.before is not None
            and bool(position.by) == bool(held.position.by)
        )
        if changed and speaks_for(position.before or "") == speaks_for(problem.likelihood):
            return replace(held, likelihood=_likelihood(position.stance, problem.likelihood), position=position)
    return held


def _likelihood(stance: str, otherwise: Likelihood) -> Likelihood:
    known: dict[str, Likelihood] = {
        "confirmed": "confirmed", "likely": "likely", "possible": "possible", "unlikely": "unlikely",
        "excluded": "excluded",
    }  # fmt: skip
    return known.get(stance, otherwise)


def _order(
    concept: str, merged: Mapping[str, _Merged], normal: frozenset[str], material: Material
) -> tuple[bool, int, bool, int, int, str]:
    """The most pressing first; of equals, what explains a sign before the sign, and what rests on more before less."""
    own = merged[concept]
    causes = _causes(concept, material)
    pressing = _pressing(concept, merged, material)
    part = any(
        _pressing(name, merged, material) <= pressing and _explains(other, own, normal, named=name in causes)
        for name, other in merged.items()
        if name not in {concept, UNEXPLAINED}
    )
    return (
        concept == UNEXPLAINED,
        pressing,
        part,
        -RANK[own.likelihood],
        -len(own.facts),
        concept,
    )


def _causes(concept: str, material: Material) -> tuple[str, ...]:
    known = material.concepts.get(concept)
    return known.explained_by if known is not None else ()


def _pressing(concept: str, merged: Mapping[str, _Merged], material: Material) -> int:
    """How pressing a condition is: a likely cause is as pressing as the sign that names it as its cause."""
    own = SEVERITY.index(merged[concept].severity)
    if RANK[merged[concept].likelihood] < RANK["likely"]:
        return own
    signs = (
        SEVERITY.index(sign.severity)
        for name, sign in merged.items()
        if concept in _causes(name, material) and speaks_for(sign.likelihood)
    )
    return min([own, *signs])


def _explains(one: _Merged, sign: _Merged, normal: frozenset[str], *, named: bool) -> bool:
    """Whether a condition that is at least possible rests on everything abnormal that another rests on, and on more.

    A cause that the concept names (`named`) need not.
    """
    if not speaks_for(one.likelihood):
        return False
    if named:
        return True
    abnormal = sign.facts - normal
    return bool(abnormal) and one.facts - normal > abnormal


def _problem(identifier: str, concept: str, merged: _Merged, material: Material) -> Problem:
    likelihood = merged.likelihood
    findings = distinct(finding for view in merged.views for finding in view.problem.findings)
    sure = speaks_for(likelihood) and not _doubted(findings, material)
    return Problem(
        id=identifier,
        concept=concept,
        name=material.name(concept),
        likelihood=likelihood,
        severity=merged.severity,
        statements=unique(statement for view in merged.views for statement in view.problem.statements),
        said_by=distinct(view.specialty for view in merged.views if view.likelihood == likelihood),
        dissent=_dissent(merged),
        findings=findings,
        draft_knowledge=any(view.problem.draft_knowledge for view in merged.views),
        care=_care(concept, material) if sure else [],
    )


def _doubted(findings: Sequence[str], material: Material) -> bool:
    """A result that may be wrong is confirmed before anybody plans the care of what it would mean."""
    return any(one.doubted_by for one in material.assessment.findings if one.id in findings)


def _care(concept: str, material: Material) -> list[CareItem]:
    """What our content says a ward should know; nothing beside what is unlikely or excluded."""
    return [
        CareItem(
            kind=care.kind,
            statement=Statement(
                text=care.text(material.language),
                passages=[material.localise(passage) for passage in care.cites],
                author=specialty,
            ),
        )
        for specialty, care in material.care.of(concept)
    ]


def _dissent(merged: _Merged) -> list[Position]:
    """Everyone who holds another grade, lower ones included; the rules of a specialty and its model are two voices.

    A voice that also holds the grade shown differs only with itself, and is shown when it speaks against it.
    """
    agreeing = {_voice(view) for view in merged.views if view.likelihood == merged.likelihood}
    found: dict[tuple[str, str, str], Position] = {}
    for view in merged.views:
        against = speaks_for(view.likelihood) != speaks_for(merged.likelihood)
        if view.likelihood != merged.likelihood and (against or _voice(view) not in agreeing):
            found.setdefault((*_voice(view), view.likelihood), view.position)
    return list(found.values())


def _voice(view: _View) -> tuple[str, str]:
    return view.specialty, view.position.by
