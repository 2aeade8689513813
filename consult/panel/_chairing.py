"""The chair with a language model: orders, joins and rewords what models said; adds nothing and drops nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from consult.panel._answers import ChairAnswer, Same, Wording
from consult.panel._case_block import CaseBlock, with_dates
from consult.panel._disputes import position_of, speaks_for
from consult.panel._fence import fence, plain_text
from consult.panel._material import SEVERITY, distinct, unique
from consult.panel._opining import is_unlisted
from consult.panel._prompts import Prompts
from consult.panel._seats import Voice
from consult.plan import UNEXPLAINED, Language, Plan, Problem, Recommendation, Statement

_SHOWN = 40
"""Items that the chair is shown; the others keep their place."""
_WRITTEN = 1200
"""Characters of models' sentences that the chair is shown; of further items it sees the names."""
_SENTENCE = 600
_URGENCY = ("immediate", "same-day", "routine")
Item = TypeVar("Item", Problem, Recommendation)


@dataclass(slots=True)
class Chaired:
    """The plan as the chair left it."""

    plan: Plan
    originals: dict[str, str] = field(default_factory=dict)
    """New wording to the sentence it replaces, should it not hold."""


async def chaired(
    plan: Plan,
    *,
    voice: Voice,
    prompts: Prompts,
    block: CaseBlock,
    refused: Callable[[str], bool],
    language: Language,
) -> Chaired:
    """The plan after one call to the chair's model.

    Args:
        plan: as the code merged it.
        voice: who chairs.
        prompts: the prompts of the content root.
        block: the case as the model reads it.
        refused: whether a wording may not stand anywhere, since it prescribes.
        language: of the consultation.

    Raises:
        Unanswered: no model gave a usable answer; the plan stands as the code merged it.
    """
    role = prompts.role("synthesizer", language, items="\n".join(_lines(plan)))
    messages = prompts.messages(block, role, language=language)
    answer = await voice.ask("synthesis", messages, ChairAnswer)
    wording = [one for one in answer.value.wording if not refused(one.text)]
    return applied(plan, answer.value.model_copy(update={"wording": wording}), block.days)


def worth_chairing(plan: Plan) -> bool:
    """Whether a model wrote anything that could be ordered or reworded."""
    return any(_written(item) is not None for item in _items(plan))


def _items(plan: Plan) -> list[Problem | Recommendation]:
    return [*plan.problems, *plan.recommendations]


def applied(plan: Plan, answer: ChairAnswer, days: Mapping[str, str]) -> Chaired:
    """The plan with what the chair may do done to it; what it may not do is ignored."""
    result = Chaired(plan.twin())
    _reword(result, answer.wording, days)
    for same in answer.same:
        _join(result.plan, same)
    rank = {identifier: place for place, identifier in enumerate(answer.order)}
    _order(result.plan, rank)
    return result


def _written(item: Problem | Recommendation) -> Statement | None:
    """The first sentence of an item that a model wrote."""
    return next((statement for statement in _statements(item) if statement.by), None)


def _statements(item: Problem | Recommendation) -> list[Statement]:
    return item.statements if isinstance(item, Problem) else [item.statement, *item.further]


def _lines(plan: Plan) -> Iterable[str]:
    room = _WRITTEN
    for item in _items(plan)[:_SHOWN]:
        grade = item.likelihood if isinstance(item, Problem) else f"{item.kind} {item.urgency}"
        written = _written(item)
        said = f" *{fence('', written.text)} [{' '.join(written.facts[:8])}]" if written is not None else ""
        room -= len(said)
        said = said if room >= 0 else ""
        yield f"{item.id} {grade} {fence('', item.name)}{said}"


def _reword(result: Chaired, wordings: Sequence[Wording], days: Mapping[str, str]) -> None:
    items = {item.id: item for item in _items(result.plan)}
    for wording in wordings:
        item = items.get(wording.item.strip("[] *"))
        written = _written(item) if item is not None else None
        text = with_dates(plain_text(wording.text, _SENTENCE), days)
        if written is None or not text or text == written.text or text in result.originals:
            continue
        result.originals[text] = written.text
        written.text = text


def _join(plan: Plan, same: Same) -> None:
    """Two items become one only when the one that goes is a model's, of no concept that we know."""
    _join_problems(plan, same)
    _join_recommendations(plan, same)


def _join_problems(plan: Plan, same: Same) -> None:
    by_id = {problem.id: problem for problem in plan.problems}
    keep, drop = by_id.get(same.keep), by_id.get(same.drop)
    if keep is None or drop is None or keep is drop or not _may_go(drop) or keep.concept == UNEXPLAINED:
        return
    if drop.likelihood != keep.likelihood:
        who = drop.said_by[0] if drop.said_by else drop.statements[0].author
        keep.dissent.append(position_of(who, drop.likelihood, drop.statements[0]))
    elif speaks_for(keep.likelihood):
        keep.said_by = distinct([*keep.said_by, *drop.said_by])
    keep.statements = unique([*keep.statements, *drop.statements])
    keep.dissent += drop.dissent
    keep.findings = distinct([*keep.findings, *drop.findings])
    plan.problems.remove(drop)
    for item in plan.recommendations:
        item.why = distinct(keep.id if why == drop.id else why for why in item.why)


def _join_recommendations(plan: Plan, same: Same) -> None:
    by_id = {item.id: item for item in plan.recommendations}
    keep, drop = by_id.get(same.keep), by_id.get(same.drop)
    if keep is None or drop is None or keep is drop or keep.kind != drop.kind or not _may_go(drop):
        return
    keep.further = unique([*keep.further, drop.statement, *drop.further])
    keep.said_by = distinct([*keep.said_by, *drop.said_by])
    keep.why = distinct([*keep.why, *drop.why])
    keep.cautions = distinct([*keep.cautions, *drop.cautions])
    keep.urgency = min(keep.urgency, drop.urgency, key=_URGENCY.index)
    plan.recommendations.remove(drop)


def _may_go(item: Problem | Recommendation) -> bool:
    return is_unlisted(item.concept) and all(statement.by for statement in _statements(item))


def _order(plan: Plan, rank: Mapping[str, int]) -> None:
    """The chair's order within what code holds to be equally pressing; ids follow the order."""
    last = len(rank)
    plan.problems.sort(
        key=lambda one: (one.concept == UNEXPLAINED, SEVERITY.index(one.severity), rank.get(one.id, last))
    )
    plan.recommendations.sort(
        key=lambda one: (one.kind == "avoid", _URGENCY.index(one.urgency), rank.get(one.id, last))
    )
    names = {problem.id: f"P{n}" for n, problem in enumerate(plan.problems, start=1)}
    for problem in plan.problems:
        problem.id = names[problem.id]
    for number, item in enumerate(plan.recommendations, start=1):
        item.id = f"R{number}"
        item.why = [names[why] for why in item.why if why in names]
