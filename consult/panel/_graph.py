"""The graph: assess → plan → specialists in parallel → cross-review when they differ → synthesize → verify.

Nodes are thin: they read state, call a plain function that knows nothing of LangGraph, and return what changed. State
holds plain JSON types (ids and opinions), never the case: that is on the `Desk`, loaded from the store.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypedDict

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from langgraph.types import Send

from consult.errors import AgentError
from consult.panel._desk import Desk
from consult.panel._disputes import find_conflicts, settle
from consult.panel._events import Event
from consult.panel._planning import plan_tasks
from consult.panel._synthesis import synthesize
from consult.plan import Conflict, Opinion, Plan, Position, Task, verify_plan

log = logging.getLogger(__name__)
Json = dict[str, Any]


def merge(left: dict[str, Json], right: dict[str, Json]) -> dict[str, Json]:
    """Reducer: opinions by specialty; the order is that of the tasks, whoever answers first."""
    return {**left, **right}


class State(TypedDict, total=False):
    """What is checkpointed after every step."""

    consultation: str
    tasks: list[Json]
    opinions: Annotated[dict[str, Json], merge]
    conflicts: list[Json]
    plan: Json
    verification: Json


@dataclass(frozen=True, slots=True)
class Result:
    """What the graph leaves behind."""

    tasks: list[Task]
    opinions: list[Opinion]
    plan: Plan
    verification: Json


Agenda = Runtime[Desk]


def _say(runtime: Agenda, kind: Any, **data: Any) -> None:
    runtime.stream_writer(Event(kind=kind, consultation=runtime.context.consultation, data=data))


async def assess_case(state: State, runtime: Agenda) -> State:
    """Alerts leave here, before any agent is asked."""
    desk = runtime.context
    for finding in desk.assessment.alerts:
        _say(runtime, "alert", finding=finding.id, facts=finding.facts, says=finding.says, source=finding.source)
    await desk.raise_alerts()
    return {"consultation": desk.consultation}


async def plan_consultation(state: State, runtime: Agenda) -> State:
    """Who is asked what."""
    desk = runtime.context
    tasks = plan_tasks(desk.case, desk.assessment, cards=desk.specialists, catalog=desk.catalog, language=desk.language)
    _say(runtime, "tasks", specialties=[task.specialty for task in tasks])
    return {"tasks": [task.model_dump(mode="json") for task in tasks]}


def to_specialists(state: State) -> list[Send]:
    """Fan-out in code, one branch a task."""
    return [Send("specialist", Assignment(task=task)) for task in state["tasks"]]


class Assignment(TypedDict):
    """What one branch of the fan-out carries: a task, which is ids and a question."""

    task: Json


async def ask_specialist(state: Assignment, runtime: Agenda) -> State:
    """One specialist answers; one that cannot stays failed, as a typed gap."""
    desk = runtime.context
    brief = desk.brief(Task.model_validate(state["task"]))
    reasoner = desk.reasoner(brief.card.id)
    try:
        opinion = _checked(await reasoner.reason(brief), brief.card.id)
    except Exception as error:  # the one boundary where whatever a reasoner raises becomes a gap that the plan shows
        reason = error.reason if isinstance(error, AgentError) else type(error).__name__
        opinion = Opinion(specialty=brief.card.id, status="unavailable", reasoner=reasoner.name, reason=reason)
    log.info("%s %s %s", desk.consultation, opinion.specialty, opinion.status)
    _say(runtime, "opinion", specialty=opinion.specialty, status=opinion.status, problems=len(opinion.problems))
    return {"opinions": {opinion.specialty: opinion.model_dump(mode="json")}}


def _checked(answer: Opinion, specialty: str) -> Opinion:
    """The opinion as it will be stored: of the right shape, of this specialty, empty when it is unavailable.

    Raises:
        AgentError: it answers for somebody else.
        ValueError: it cannot be written as JSON and read again.
    """
    opinion = Opinion.model_validate_json(answer.model_dump_json())
    if opinion.specialty != specialty:
        raise AgentError(specialty, "answered for another specialty")
    if opinion.status == "unavailable":
        return Opinion(specialty=specialty, status="unavailable", reasoner=opinion.reasoner, reason=opinion.reason)
    return opinion


async def note_disputes(state: State, runtime: Agenda) -> State:
    """Where the opinions differ."""
    conflicts = find_conflicts(_opinions(state), runtime.context.concept_name)
    for conflict in conflicts:
        who = [position.specialty for position in conflict.positions]
        _say(runtime, "dispute", concept=conflict.concept, specialties=who)
    return {"conflicts": [conflict.model_dump(mode="json") for conflict in conflicts]}


def after_disputes(state: State) -> Literal["cross_review", "synthesize"]:
    """Cross-review only when somebody differs."""
    return "cross_review" if state["conflicts"] else "synthesize"


async def cross_review(state: State, runtime: Agenda) -> State:
    """The specialists concerned see the point in dispute once: keep or change, with a reason."""
    tasks = {task["specialty"]: Task.model_validate(task) for task in state["tasks"]}
    settled = []
    for data in state["conflicts"]:
        conflict = Conflict.model_validate(data)
        positions = [await _reconsider(position, conflict, tasks, runtime) for position in conflict.positions]
        settled.append(settle(conflict, positions).model_dump(mode="json"))
    return {"conflicts": settled}


async def _reconsider(position: Position, conflict: Conflict, tasks: dict[str, Task], runtime: Agenda) -> Position:
    desk = runtime.context
    brief = desk.brief(tasks[position.specialty])
    try:
        answer = await desk.reasoner(position.specialty).reconsider(brief, position, conflict)
        changed = Position.model_validate_json(answer.model_dump_json())
    except Exception:  # who cannot answer twice keeps the first answer; both stay visible
        log.warning("%s %s could not reconsider", desk.consultation, position.specialty)
        return position
    before = position.stance if changed.stance != position.stance else None
    return changed.model_copy(update={"specialty": position.specialty, "before": before})


async def write_plan(state: State, runtime: Agenda) -> State:
    """Opinions merged by concept."""
    conflicts = [Conflict.model_validate(data) for data in state["conflicts"]]
    plan = synthesize(_opinions(state), conflicts, runtime.context.material)
    _say(runtime, "plan", problems=len(plan.problems), recommendations=len(plan.recommendations))
    return {"plan": plan.model_dump(mode="json")}


async def verify(state: State, runtime: Agenda) -> State:
    """Nothing unsupported stays unmarked, no alert is lost."""
    checked = verify_plan(Plan.model_validate(state["plan"]), runtime.context.evidence)
    _say(runtime, "verified", checked=checked.report.checked, unsupported=len(checked.report.unsupported))
    return {
        "plan": checked.plan.model_dump(mode="json"),
        "verification": checked.report.model_dump(mode="json"),
    }


def _opinions(state: State) -> list[Opinion]:
    answered = state["opinions"]
    return [Opinion.model_validate(answered[task["specialty"]]) for task in state["tasks"]]


def result_of(state: State) -> Result:
    """The finished state as models."""
    return Result(
        tasks=[Task.model_validate(task) for task in state["tasks"]],
        opinions=_opinions(state),
        plan=Plan.model_validate(state["plan"]),
        verification=state["verification"],
    )


def build_graph(checkpointer: BaseCheckpointSaver[str]) -> CompiledStateGraph[State, Desk, State, State]:
    """The compiled graph; it ends at the draft, since a review outlives any process."""
    graph = StateGraph(State, context_schema=Desk)
    graph.add_node("assess", assess_case)
    graph.add_node("plan", plan_consultation)
    graph.add_node("specialist", ask_specialist, input_schema=Assignment)
    graph.add_node("disputes", note_disputes)
    graph.add_node("cross_review", cross_review)
    graph.add_node("synthesize", write_plan)
    graph.add_node("verify", verify)
    graph.add_edge(START, "assess")
    graph.add_edge("assess", "plan")
    graph.add_conditional_edges("plan", to_specialists, ["specialist"])
    graph.add_edge("specialist", "disputes")
    graph.add_conditional_edges("disputes", after_disputes)
    graph.add_edge("cross_review", "synthesize")
    graph.add_edge("synthesize", "verify")
    graph.add_edge("verify", END)
    return graph.compile(checkpointer=checkpointer)
