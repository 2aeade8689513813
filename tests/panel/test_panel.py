"""The panel as a library: sync and async, alerts first, gaps shown, nothing global."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from consult.case import Case
from consult.clinic import Finding
from consult.errors import AgentError, ConsultationError, ReviewError
from consult.panel import Brief, Dispute, Event, Panel, RulesReasoner
from consult.plan import Opinion, OpinionProblem, Position, Statement
from consult.review import Keyring, SigningKey, export_json, verify_document
from consult.settings import Settings

CASES = Path(__file__).resolve().parents[2] / "evals" / "cases"
POTASSIUM = CASES / "lab-haemolysed-potassium" / "case.hl7"
PNEUMONIA = CASES / "resp-severe-pneumonia-legionella" / "case.json"


@pytest.fixture(scope="module")
def panel(new_home: Callable[[], Path]) -> Iterator[Panel]:
    with Panel.from_settings(Settings.load(home=new_home())) as opened:
        yield opened


class Failing(RulesReasoner):
    """A specialist that cannot answer."""

    name = "failing"

    async def reason(self, brief: Brief) -> Opinion:
        raise AgentError(brief.card.id, "timed out")


class Foreign(RulesReasoner):
    """A reasoner that says what nothing supports, as a model may."""

    name = "foreign"

    async def reason(self, brief: Brief) -> Opinion:
        opinion = await super().reason(brief)
        statement = Statement(text="Troponin 417 ng/L proves it.", facts=["F1"], author=brief.card.id)
        invented = OpinionProblem(concept="sepsis", likelihood="likely", severity="high", statements=[statement])
        return opinion.model_copy(update={"problems": [invented]})


class Yielding(RulesReasoner):
    """Gives way once it has seen the other's view."""

    name = "yielding"

    async def reconsider(self, brief: Brief, disputes: Sequence[Dispute]) -> list[Position]:
        return [self._follows(dispute) for dispute in disputes]

    def _follows(self, dispute: Dispute) -> Position:
        own = dispute.own
        other = next(p for p in dispute.conflict.positions if p.specialty != own.specialty)
        return own.model_copy(update={"stance": other.stance, "reason": f"Agrees: {other.reason}"})


def test_consult_review_sign_verify(panel: Panel, tmp_path: Path) -> None:
    draft = panel.consult(Case.read(POTASSIUM))
    assert draft.status == "awaiting-review"
    assert draft.plan is not None
    key = SigningKey.generate("Dr Example")
    panel.store.keyring.register(key.public_jwk(), "Dr Example")
    with pytest.raises(ReviewError):
        panel.sign(draft.id, key)
    decisions = [{"item": a.id, "decision": "acknowledge", "text": "ward told at 09:31"} for a in draft.plan.alerts]
    decisions += [{"item": i.id, "decision": "accept"} for i in (*draft.plan.problems, *draft.plan.recommendations)]
    assert panel.review(draft.id, decisions, "Dr Example").status == "reviewed"
    signed = panel.sign(draft.id, key)
    report = verify_document(export_json(signed), trusted=Keyring(panel.store.home / "trusted"))
    assert report.ok, report.checks


def test_works_inside_a_running_event_loop(panel: Panel) -> None:
    case = Case.read(POTASSIUM)

    async def both() -> tuple[str, str]:
        return panel.consult(case).status, (await panel.aconsult(case)).status

    assert asyncio.run(both()) == ("awaiting-review", "awaiting-review")


def test_many_at_once_from_threads_and_tasks(panel: Panel) -> None:
    case = Case.read(POTASSIUM)
    done: list[str] = []
    threads = [threading.Thread(target=lambda: done.append(panel.consult(case).id)) for _ in range(4)]
    for thread in threads:
        thread.start()

    async def several() -> list[str]:
        return [c.id for c in await asyncio.gather(*(panel.aconsult(case) for _ in range(4)))]

    found = asyncio.run(several())
    for thread in threads:
        thread.join()
    assert len({*done, *found}) == 8


def test_events_come_in_order_and_alerts_before_anybody_is_asked(new_home: Callable[[], Path]) -> None:
    seen: list[str] = []

    def on_alert(consultation: str, finding: Finding) -> None:
        seen.append(f"callback {finding.kind}")

    async def stream(panel: Panel) -> list[Event]:
        return [event async for event in panel.astream(Case.read(PNEUMONIA))]

    with Panel.from_settings(Settings.load(home=new_home()), on_alert=on_alert) as panel:
        events = asyncio.run(stream(panel))
    kinds = [event.kind for event in events]
    assert kinds[0] == "started"
    assert kinds[-1] == "finished"
    assert kinds.index("alert") < kinds.index("tasks") < kinds.index("opinion") < kinds.index("plan")
    assert kinds.count("alert") == len(seen) > 0
    assert kinds.count("opinion") == 3


def test_an_alert_handler_may_be_a_coroutine_function(new_home: Callable[[], Path]) -> None:
    seen: list[str] = []

    async def on_alert(consultation: str, finding: Finding) -> None:
        await asyncio.sleep(0)
        seen.append(finding.id)

    with Panel.from_settings(Settings.load(home=new_home()), on_alert=on_alert) as panel:
        panel.consult(Case.read(POTASSIUM))
    assert seen


def test_a_failed_specialist_is_a_gap_and_never_evidence(new_home: Callable[[], Path]) -> None:
    with Panel.from_settings(Settings.load(home=new_home()), reasoners={"respiratory": Failing()}) as panel:
        finished = panel.consult(Case.read(PNEUMONIA))
    assert finished.plan is not None
    assert [(gap.specialty, gap.reason) for gap in finished.plan.gaps] == [("respiratory", "timed out")]
    assert {o.specialty: o.status for o in finished.opinions}["respiratory"] == "unavailable"
    assert not any("timed out" in s.text for p in finished.plan.problems for s in p.statements)
    assert {"lactate", "RSP45"} <= {
        f.rule or f.analyte for f in finished.findings if f.id in {a.finding for a in finished.plan.alerts}
    }


class Broken(RulesReasoner):
    """A specialist with a bug, whose message holds what no log may."""

    name = "broken"

    async def reason(self, brief: Brief) -> Opinion:
        raise KeyError("Patricia Example")


def test_a_bug_in_a_reasoner_is_a_gap_too(new_home: Callable[[], Path]) -> None:
    with Panel.from_settings(Settings.load(home=new_home()), reasoners={"laboratory": Broken()}) as panel:
        finished = panel.consult(Case.read(POTASSIUM))
    assert finished.plan is not None
    assert [(gap.specialty, gap.reason) for gap in finished.plan.gaps] == [("laboratory", "KeyError")]
    assert len(finished.plan.alerts) == 2


def test_whatever_a_reasoner_says_alerts_survive_and_the_unsupported_is_marked(new_home: Callable[[], Path]) -> None:
    with Panel.from_settings(Settings.load(home=new_home()), reasoners={"laboratory": Foreign()}) as panel:
        finished = panel.consult(Case.read(POTASSIUM))
    assert finished.plan is not None
    statements = [s for problem in finished.plan.problems for s in problem.statements if "417" in s.text]
    assert [s.supported for s in statements] == [False]
    assert any("417" in line for line in finished.verification.unsupported)
    assert len(finished.plan.alerts) == len([f for f in finished.findings if f.severity == "red"]) > 0


def test_cross_review_can_resolve_a_dispute(new_home: Callable[[], Path]) -> None:
    case = Case.read(CASES / "lab-edta-clumps" / "case.json")
    with Panel.from_settings(Settings.load(home=new_home())) as panel:
        held = panel.consult(case).plan
    with Panel.from_settings(Settings.load(home=new_home()), reasoners={"laboratory": Yielding()}) as panel:
        resolved = panel.consult(case).plan
    assert held is not None
    assert resolved is not None
    assert {c.concept: c.outcome for c in held.conflicts}["thrombocytopenia"] == "no-consensus"
    assert {c.concept: c.outcome for c in resolved.conflicts}["thrombocytopenia"] == "resolved"


def test_an_error_in_a_handler_leaves_a_consultation_that_can_be_resumed(new_home: Callable[[], Path]) -> None:
    def refuse(consultation: str, finding: Finding) -> None:
        raise OSError("the pager is down")

    home = new_home()
    with (
        Panel.from_settings(Settings.load(home=home), on_alert=refuse) as panel,
        pytest.raises(ConsultationError) as failed,
    ):
        panel.consult(Case.read(POTASSIUM))
    assert failed.value.consultation is not None
    with Panel.from_settings(Settings.load(home=home)) as panel:
        assert panel.store.get(failed.value.consultation).status == "failed"
        assert panel.resume(failed.value.consultation).status == "awaiting-review"


def test_a_run_that_other_rules_began_is_begun_anew(new_home: Callable[[], Path]) -> None:
    """Opinions made with other rules must not be merged into one plan."""

    def refuse(consultation: str, finding: Finding) -> None:
        raise OSError("the pager is down")

    home = new_home()
    with (
        Panel.from_settings(Settings.load(home=home), on_alert=refuse) as panel,
        pytest.raises(ConsultationError) as failed,
    ):
        panel.consult(Case.read(POTASSIUM))
    with Panel.from_settings(Settings.load(home=home)) as panel:
        panel.library.__dict__["content_hash"] = "sha256:other"
        resumed = panel.resume(failed.value.consultation or "")
    assert resumed.provenance.content_hash == "sha256:other"
    assert "restarted" in [entry.event for entry in resumed.audit]


def test_two_panels_in_one_process_do_not_share_anything(new_home: Callable[[], Path]) -> None:
    with (
        Panel.from_settings(Settings.load(home=new_home())) as one,
        Panel.from_settings(Settings.load(home=new_home(), language="zh")) as two,
    ):
        first, second = one.consult(Case.read(POTASSIUM)), two.consult(Case.read(POTASSIUM))
        assert first.plan is not None
        assert second.plan is not None
        assert (first.plan.language, second.plan.language) == ("en", "zh")
        assert first.subject.identity != second.subject.identity
        assert len(one.store.list()) == len(two.store.list()) == 1


def test_names_of_the_message_are_in_no_stored_byte_and_no_log(
    new_home: Callable[[], Path], caplog: pytest.LogCaptureFixture
) -> None:
    home = new_home()
    caplog.set_level(0)
    with Panel.from_settings(Settings.load(home=home)) as panel:
        note = b"Patricia Example (900001): specimen moderately"
        message = POTASSIUM.read_bytes().replace(b"Specimen moderately", note)
        finished = panel.consult(Case.read(message))
        document = export_json(finished).decode()
        identity = panel.store.identity(finished.subject.key)
    assert identity is not None
    for secret in ("Patricia", "Example", "900001", "19581104", "0100001"):
        assert secret not in document
        assert secret not in caplog.text
    assert finished.id in caplog.text
    gc.collect()
    checkpoints = (home / "checkpoints.sqlite").read_bytes()
    assert b"Patricia" not in checkpoints


def test_a_closed_panel_holds_no_files(new_home: Callable[[], Path]) -> None:
    def held() -> int:
        gc.collect()
        return len(list(Path("/proc/self/fd").iterdir()))

    with Panel.from_settings(Settings.load(home=new_home())) as warm:
        warm.consult(Case.read(POTASSIUM))
    before = held()
    for _ in range(3):
        with Panel.from_settings(Settings.load(home=new_home())) as panel:
            panel.consult(Case.read(POTASSIUM))
    assert held() <= before
