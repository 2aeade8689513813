"""A panel under bad reasoners, interruption and change."""

from __future__ import annotations

import asyncio
import stat
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from consult.case import Case
from consult.errors import ConsultError
from consult.panel import Brief, Dispute, Panel, RulesReasoner
from consult.plan import Opinion, OpinionProblem, OpinionRecommendation, Position, Statement
from consult.settings import Settings

CASES = Path(__file__).resolve().parents[2] / "evals" / "cases"
CLUMPS = CASES / "lab-edta-clumps" / "case.json"
PNEUMONIA = CASES / "resp-severe-pneumonia-legionella" / "case.json"
Change = Callable[[Opinion], Opinion]


def said(text: str, author: str, *facts: str) -> Statement:
    return Statement(text=text, facts=list(facts), author=author)


def view(likelihood: str, *statements: Statement) -> OpinionProblem:
    return OpinionProblem.model_validate(
        {"concept": "anaemia", "likelihood": likelihood, "severity": "standard", "statements": list(statements)}
    )


class Raising(RulesReasoner):
    """Fails as other people's code does."""

    name = "raising"

    async def reason(self, brief: Brief) -> Opinion:
        raise KeyError("choices")


class Changed(RulesReasoner):
    """The rules' opinion with something wrong in it."""

    name = "changed"

    def __init__(self, change: Change) -> None:
        self._change = change

    async def reason(self, brief: Brief) -> Opinion:
        return self._change(await super().reason(brief))


class Slow(RulesReasoner):
    """Notes how it ended."""

    name = "slow"

    def __init__(self) -> None:
        self.ended: list[str] = []
        self.begun = threading.Event()

    async def reason(self, brief: Brief) -> Opinion:
        self.begun.set()
        try:
            await asyncio.sleep(0.5)
        except asyncio.CancelledError:
            self.ended.append("cancelled")
            raise
        self.ended.append("answered")
        return await super().reason(brief)


class GivesWay(RulesReasoner):
    """Takes over the other's view."""

    name = "gives-way"

    async def reconsider(self, brief: Brief, disputes: Sequence[Dispute]) -> list[Position]:
        return [self._follows(dispute) for dispute in disputes]

    def _follows(self, dispute: Dispute) -> Position:
        own = dispute.own
        other = next(p for p in dispute.conflict.positions if p.specialty != own.specialty)
        return own.model_copy(update={"stance": other.stance, "reason": "agrees"})


BAD: dict[str, Change] = {
    "another specialty's name": lambda o: o.model_copy(update={"specialty": "hematology"}),
    "an unknown specialty": lambda o: o.model_copy(update={"specialty": "cardiology"}),
    "a problem without statements": lambda o: o.model_copy(update={"problems": [view("likely")]}),
    "half a character": lambda o: o.model_copy(
        update={"problems": [view("likely", said("x\ud800", o.specialty, "F1"))]}
    ),
}


@pytest.mark.parametrize("change", BAD.values(), ids=BAD.keys())
def test_a_malformed_opinion_is_a_gap(change: Change, home: Path) -> None:
    with Panel.from_settings(Settings.load(home=home), reasoners={"laboratory": Changed(change)}) as panel:
        plan = panel.consult(Case.read(CLUMPS)).plan
    assert plan is not None
    assert [gap.specialty for gap in plan.gaps] == ["laboratory"]


def test_whatever_a_reasoner_raises_is_a_gap(home: Path) -> None:
    with Panel.from_settings(Settings.load(home=home), reasoners={"laboratory": Raising()}) as panel:
        plan = panel.consult(Case.read(CLUMPS)).plan
    assert plan is not None
    assert [gap.specialty for gap in plan.gaps] == ["laboratory"]


def test_cancelling_stops_the_specialists(home: Path) -> None:
    slow = Slow()

    async def start_and_cancel(panel: Panel) -> None:
        task = asyncio.create_task(panel.aconsult(Case.read(CLUMPS)))
        await asyncio.to_thread(slow.begun.wait, 30)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.sleep(0.7)

    with Panel.from_settings(Settings.load(home=home), reasoners={"laboratory": slow}) as panel:
        asyncio.run(start_and_cancel(panel))
        assert slow.ended == ["cancelled"]
        (row,) = panel.store.list()
        assert panel.resume(row.id).status == "awaiting-review"


def test_closing_ends_what_runs_with_a_plain_error(home: Path) -> None:
    slow = Slow()
    seen: list[BaseException] = []
    panel = Panel.from_settings(Settings.load(home=home), reasoners={"laboratory": slow})

    def work() -> None:
        try:
            panel.consult(Case.read(CLUMPS))
        except Exception as error:
            seen.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    assert slow.begun.wait(30)
    started = time.perf_counter()
    panel.close()
    thread.join(10)
    assert time.perf_counter() - started < 0.4
    assert [isinstance(error, ConsultError) for error in seen] == [True]


def test_a_closed_panel_says_so_and_starts_no_thread(home: Path) -> None:
    panel = Panel.from_settings(Settings.load(home=home))
    panel.close()
    before = threading.active_count()
    try:
        with pytest.raises(ConsultError):
            panel.consult(Case.read(CLUMPS))
        assert threading.active_count() == before
    finally:
        panel.close()


def checkpointers() -> int:
    return sum("consult-checkpoints" in thread.name for thread in threading.enumerate())


def test_many_first_calls_open_one_connection(home: Path) -> None:
    before = checkpointers()  # panels that fixtures of other tests keep open
    with Panel.from_settings(Settings.load(home=home)) as panel:

        async def several() -> None:
            await asyncio.gather(*(panel.aconsult(Case.read(CLUMPS)) for _ in range(6)))

        asyncio.run(several())
        assert checkpointers() == before + 1


def test_checkpoints_are_for_their_owner_only(home: Path) -> None:
    with Panel.from_settings(Settings.load(home=home)) as panel:
        panel.consult(Case.read(CLUMPS))
        assert stat.S_IMODE((home / "checkpoints.sqlite").stat().st_mode) == 0o600


def test_who_gave_way_is_not_shown_as_holding_the_old_view(home: Path) -> None:
    with Panel.from_settings(Settings.load(home=home), reasoners={"hematology": GivesWay()}) as panel:
        plan = panel.consult(Case.read(CLUMPS)).plan
    assert plan is not None
    problem = next(p for p in plan.problems if p.concept == "thrombocytopenia")
    assert problem.likelihood == "unlikely"
    assert problem.dissent == []


def test_no_recommended_sentence_is_lost_when_they_are_merged(home: Path) -> None:
    with Panel.from_settings(Settings.load(home=home)) as panel:
        finished = panel.consult(Case.read(CLUMPS))
    assert finished.plan is not None
    shown = finished.plan.model_dump_json()
    for opinion in finished.opinions:
        for item in opinion.recommendations:
            assert item.statement.text in shown


def test_do_and_avoid_of_one_specialty_are_a_conflict(home: Path) -> None:
    def both(opinion: Opinion) -> Opinion:
        advice = [
            OpinionRecommendation.model_validate(
                {"kind": kind, "concept": "chest-drainage", "statement": said(kind, "hematology", "F1")}
            )
            for kind in ("treatment", "avoid")
        ]
        return opinion.model_copy(update={"recommendations": advice})

    with Panel.from_settings(Settings.load(home=home), reasoners={"hematology": Changed(both)}) as panel:
        plan = panel.consult(Case.read(CLUMPS)).plan
    assert plan is not None
    assert "chest-drainage" in {c.concept for c in plan.conflicts if c.kind == "recommendation"}


def test_a_penicillin_allergy_reaches_the_plan_of_a_pneumonia(home: Path) -> None:
    case = Case.read(PNEUMONIA).model_copy(deep=True)
    data = case.model_dump(mode="json", exclude={"quality"})
    data["allergies"] = [{"name": "青霉素"}]
    for items in data.values():
        for item in items if isinstance(items, list) else []:
            for key in ("fact", "flag", "source") if isinstance(item, dict) else ():
                item.pop(key, None)
    with Panel.from_settings(Settings.load(home=home)) as panel:
        plan = panel.consult(Case.read(data)).plan
    assert plan is not None
    assert "青霉素" in plan.model_dump_json()


def test_a_case_without_results_gives_an_empty_plan(home: Path) -> None:
    with Panel.from_settings(Settings.load(home=home)) as panel:
        plan = panel.consult(Case.read({"id": "empty"})).plan
    assert plan is not None
    assert (plan.alerts, plan.problems, plan.recommendations) == ([], [], [])


def test_an_abstention_is_said_in_the_plan(home: Path) -> None:
    child = {
        "id": "child",
        "patient": {"sex": "male", "age_years": 4},
        "observations": [
            {"name": "Hemoglobin", "value": "60", "value_type": "quantity", "unit": "g/L", "status": "final"}
        ],
    }
    with Panel.from_settings(Settings.load(home=home)) as panel:
        finished = panel.consult(Case.read(child))
    assert finished.plan is not None
    (applies,) = [f for f in finished.findings if f.source == "applies"]
    assert applies.says in finished.plan.warnings
