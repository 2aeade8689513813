"""Signed plans go back: signed ones only, until the receiver has them, in a form that others and we can read."""

from __future__ import annotations

import asyncio
import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest

from consult.case import read_cases
from consult.errors import ConsultationError, ReviewError
from consult.interop.hl7v2 import parse
from consult.interop.mllp import ACCEPTED, Answer, Frame, Server, acknowledgement, headers
from consult.live import Arrival, Delivery, Inbox, Outbox, Worker
from consult.panel import Panel
from consult.review import Consultation, Purge, SigningKey, export_json, verify_document
from consult.settings import Listen, Reply, Settings

from .conftest import NAME, POTASSIUM, Clock, message, result

HIGH = result(POTASSIUM, "6.9")
BUSY = Answer("error", "207", "Busy.")
NEVER = Answer("rejected", "202", "Never.")


class Receiver:
    """A hospital system that answers as it is told; runs in a thread of its own."""

    def __init__(self) -> None:
        self.got: list[bytes] = []
        self.answer = ACCEPTED
        self.port = 0

    async def __call__(self, connection: int, frame: Frame) -> bytes | None:
        self.got.append(frame.content)
        return acknowledgement(headers(frame.content)[0], self.answer, id="R1", now=datetime.now(UTC))

    @contextmanager
    def listening(self) -> Iterator[None]:
        ready, loop, stop = threading.Event(), asyncio.new_event_loop(), asyncio.Event()

        async def serve() -> None:
            server = Server(self)
            await server.start("127.0.0.1", self.port)
            self.port = server.port
            ready.set()
            await stop.wait()
            await server.stop()

        thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
        thread.start()
        assert ready.wait(5)
        try:
            yield
        finally:
            loop.call_soon_threadsafe(stop.set)
            thread.join()
            loop.close()


class Post:
    """An inbox, a panel, a doctor, and somebody who carries plans to a receiver."""

    def __init__(self, inbox: Inbox, panel: Panel, clock: Clock, receiver: Receiver) -> None:
        self.inbox, self.panel, self.clock, self.receiver = inbox, panel, clock, receiver
        self.outbox = Outbox(inbox.database)
        self.key = SigningKey.generate("Dr Meier")
        panel.store.keyring.register(self.key.public_jwk(), "Dr Meier")

    def delivery(self, **reply: object) -> Delivery:
        chosen = Reply.model_validate({"host": "127.0.0.1", "port": self.receiver.port or 9, "seconds": 2, **reply})
        return Delivery(self.inbox, self.panel.store, Listen(), chosen, clock=self.clock)

    def drafted(self, *bodies: bytes) -> Consultation:
        before = {row.id for row in self.panel.store.list(limit=None)}
        arrivals = [Arrival("LIS\rLAB", str(n), body, "ORU^R01", body) for n, body in enumerate(bodies)]
        self.inbox.store(arrivals, self.clock())
        self.work()
        (row,) = (row for row in self.panel.store.list(limit=None) if row.id not in before)
        return self.panel.store.get(row.id)

    def work(self) -> None:
        settings = Settings(home=self.panel.settings.home, listen=Listen(settle_seconds=0))
        while Worker(self.inbox, self.panel, settings, clock=self.clock).step():
            pass

    def signed(self, *bodies: bytes) -> Consultation:
        return self.sign(self.drafted(*bodies))

    def sign(self, draft: Consultation, **changed: dict[str, str]) -> Consultation:
        assert draft.plan is not None
        items = [*draft.plan.problems, *draft.plan.recommendations]
        decisions = [
            *({"item": one.id, "decision": "acknowledge", "text": "Ward told"} for one in draft.plan.alerts),
            *({"item": one.id, "decision": "accept", **changed.get(one.id, {})} for one in items),
        ]
        self.panel.review(draft.id, decisions, "Dr Meier")
        return self.panel.sign(draft.id, self.key, stale_reason="Seen." if draft.stale else None)

    def state(self, consultation: Consultation) -> tuple[str, str]:
        found = self.outbox.get(consultation.id)
        return ("", "") if found is None else (found.state, found.reason)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    one = Receiver()
    with one.listening():
        yield one


@pytest.fixture
def post(inbox: Inbox, shared_panel: Panel, clock: Clock, receiver: Receiver) -> Post:
    return Post(inbox, shared_panel, clock, receiver)


def sent(patient: str, **more: str) -> bytes:
    return message("1", HIGH, patient=patient, **more)


def texts(content: bytes) -> dict[str, str]:
    """Item to text, as the message says it."""
    (read,) = parse(content).messages
    return {one.text(4): one.plain(one.raw(5)) for one in read.segments if one.name == "OBX"}


def test_a_plan_is_sent_once_it_is_signed_and_only_once(post: Post) -> None:
    draft = post.drafted(sent("D-1"))
    assert not post.delivery().step()
    post.sign(draft)
    assert post.delivery().step()
    assert not post.delivery().step()
    assert post.state(draft) == ("sent", "AA")
    assert len(post.receiver.got) == 1
    assert [entry.event for entry in post.panel.store.get(draft.id).audit][-1] == "sent"


def test_the_answer_belongs_to_the_patient_and_the_order(post: Post) -> None:
    signed = post.signed(sent("D-2"))
    post.delivery().step()
    (read,) = parse(post.receiver.got[0]).messages
    header, patient, request = read.segments[:3]
    assert header.text(9) == "ORU"
    assert [header.raw(n) for n in (3, 5, 6, 11, 12)] == ["CONSULT", "LIS", "LAB", "P", "2.5.1"]
    assert patient.wire() == f"PID|1||D-2^^^LAB^MR||{NAME}^Ottilie||19610203|F"
    assert (request.raw(2), request.raw(3)) == ("P1^HIS", f"{signed.id}^CONSULT")
    assert (request.raw(25), request.raw(29), request.raw(32)) == ("F", "P1&HIS^A1&LIS", "&Dr Meier")
    kinds = {segment.name for segment in read.segments}
    assert kinds == {"MSH", "PID", "OBR", "OBX"}
    assert {segment.text(11) for segment in read.segments if segment.name == "OBX"} == {"F"}


def test_two_persons_under_one_number_get_their_own_answers(post: Post) -> None:
    first = sent("D-17")
    second = message("2", result(POTASSIUM, "6.7"), patient="D-17", name="Amsel^Otto").replace(
        b"19610203|F", b"19800101|M"
    )
    bodies = (first, second)
    post.inbox.store(
        [Arrival("LIS\rLAB", str(n), body, "ORU^R01", body) for n, body in enumerate(bodies)], post.clock()
    )
    before = {row.id for row in post.panel.store.list(limit=None)}
    post.work()
    for row in post.panel.store.list(limit=None):
        if row.id not in before:
            post.sign(post.panel.store.get(row.id))
    post.delivery().step()
    assert len(post.receiver.got) == 2
    for content in post.receiver.got:
        name, value = (NAME, "6.9") if NAME.encode() in content else ("Amsel", "6.7")
        assert f"|{name}^".encode() in content
        assert f"Potassium {value}" in texts(content)["A1"]


def test_a_patient_segment_with_marks_and_wrapped_lines_stays_one_segment(post: Post) -> None:
    signed = post.signed(sent("D-18", name=f"{NAME}\x0b^Ottilie^\n \x1c more"))
    post.delivery().step()
    assert post.state(signed) == ("sent", "AA")
    (read,) = parse(post.receiver.got[0]).messages
    assert [segment.name for segment in read.segments[:4]] == ["MSH", "PID", "OBR", "OBX"]


def test_every_item_says_what_was_signed(post: Post) -> None:
    draft = post.drafted(sent("D-3"))
    assert draft.plan is not None
    first, second, *_ = draft.plan.recommendations
    words = "Doctor's | words ^ & \\ ~\nin two lines, 血钾"
    post.sign(
        draft,
        **{first.id: {"decision": "edit", "text": words}, second.id: {"decision": "reject", "reason": "No."}},
    )
    post.delivery().step()
    said = texts(post.receiver.got[0])
    assert words in said[first.id]
    assert second.id not in said
    assert said["A1"] == draft.plan.alerts[0].statement.text
    assert draft.plan.problems[0].statements[0].text in said["P1"]
    assert "signed by Dr Meier" in said["STATEMENT"]
    assert "nothing here is an order" in said["STATEMENT"]
    assert "left out: 1" in said["STATEMENT"]


@pytest.mark.parametrize(
    ("codec", "header", "replaced"),
    [
        ("utf-8", "ORU^R01^ORU_R01|{}|P|2.5.1|||||||UNICODE UTF-8", {}),
        ("gb18030", "ORU^R01|{}|P|2.4||||||GB 18030-2000", {}),
        ("iso8859-1", "ORU^R01|{}|P|2.3||||||8859/1", {}),
        ("utf-8", "ORU^R01^ORU_R01|{}|P|2.6", {"|": "!", "^": "@", "~": "%", "\\": "$", "&": "*"}),
    ],
)
@pytest.mark.parametrize("format", ["oru", "mdm"])
def test_our_own_reader_reads_it_back(
    post: Post, codec: str, header: str, replaced: dict[str, str], format: str
) -> None:
    body = sent("D-4" + codec + header[-3:] + format, codec=codec, header=header)
    body = body.decode(codec).translate(str.maketrans(replaced)).encode(codec)
    draft = post.drafted(body)
    assert draft.plan is not None
    item = draft.plan.recommendations[0].id
    post.sign(draft, **{item: {"decision": "edit", "text": "血钾 | 复查"}})
    post.delivery(format=format).step()
    content = post.receiver.got[0]
    found = read_cases(content, format="hl7", catalog=post.panel.library.catalog)
    (case,) = found.cases
    assert found.problems == []
    assert case.identity is not None
    assert case.identity.identifiers[0].startswith("D-4")
    read = {one.notes[0] if one.notes else (one.value or "") for one in case.observations}
    read |= {one.text for one in case.reports}
    for item, text in texts(content).items():
        if item != "DOCUMENT":
            assert any(" ".join(text.split()) in " ".join(one.split()) for one in read), item
    assert any("血钾 | 复查" in one for one in read)


def test_the_document_goes_along_where_it_is_wanted(post: Post) -> None:
    signed = post.signed(sent("D-5"))
    post.delivery(attach=True).step()
    (read,) = parse(post.receiver.got[0]).messages
    last = read.segments[-1]
    assert (last.text(2), last.text(5, 2), last.text(5, 4)) == ("ED", "AP", "Base64")
    document = base64.b64decode(last.text(5, 5))
    assert document == export_json(signed)
    assert verify_document(document, trusted=post.panel.store.keyring).ok


def test_a_busy_receiver_is_asked_again_later(post: Post) -> None:
    signed = post.signed(sent("D-6"))
    post.receiver.answer = BUSY
    post.delivery().step()
    assert post.state(signed) == ("waiting", "the receiver answered AE 207")
    assert not post.delivery().step()
    post.receiver.answer = ACCEPTED
    post.clock.forward(20)
    assert post.delivery().step()
    assert post.state(signed) == ("sent", "AA")
    controls = {content.split(b"|")[9] for content in post.receiver.got}
    assert len(post.receiver.got) == 2
    assert len(controls) == 1


def test_a_refusal_is_kept_with_its_reason(post: Post) -> None:
    signed = post.signed(sent("D-7"))
    post.receiver.answer = NEVER
    post.delivery().step()
    post.clock.forward(100_000)
    assert not post.delivery().step()
    assert post.state(signed) == ("refused", "AR 202")


def test_what_the_receiver_has_is_not_sent_again_when_that_cannot_be_noted(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_: object, **__: object) -> None:
        raise ConsultationError("the store refused: OperationalError")

    signed = post.signed(sent("D-17"))
    monkeypatch.setattr(post.panel.store, "record", refuses)
    post.delivery().step()
    post.clock.forward(100_000)
    assert not post.delivery().step()
    assert post.state(signed) == ("sent", "AA")
    assert len(post.receiver.got) == 1


def test_a_plan_that_was_purged_before_it_was_sent_is_given_up(post: Post) -> None:
    post.receiver.answer = BUSY
    signed = post.signed(sent("D-18"))
    post.delivery().step()
    work = Purge(post.panel.store)
    work.delete(work.named([signed.id]), by="Office", because="named")
    post.clock.forward(100_000)
    post.delivery().step()
    assert post.state(signed)[0] == "withdrawn"
    assert len(post.receiver.got) == 1


def test_a_receiver_that_is_down_gets_it_when_it_is_back(inbox: Inbox, shared_panel: Panel, clock: Clock) -> None:
    receiver = Receiver()
    with receiver.listening():
        pass
    post = Post(inbox, shared_panel, clock, receiver)
    signed = post.signed(sent("D-8"))
    for _ in range(3):
        post.delivery().step()
        clock.forward(1000)
    assert post.state(signed) == ("waiting", "the receiver cannot be reached (ConnectionRefusedError)")
    with receiver.listening():
        post.delivery().step()
    assert post.state(signed) == ("sent", "AA")


def test_only_what_is_signed_is_sent(post: Post) -> None:
    draft = post.drafted(sent("D-9"))
    with pytest.raises(ReviewError, match="only a signed plan is sent"):
        post.delivery().send(draft.id)
    assert post.receiver.got == []


def test_a_plan_that_was_changed_in_the_store_does_not_leave(post: Post) -> None:
    signed = post.signed(sent("D-10"))
    with post.panel.store.change(signed.id) as record:
        assert record.consultation.plan is not None
        plan = record.consultation.plan.model_copy(update={"warnings": ["Give 10 units."]})
        record.save(record.consultation.model_copy(update={"plan": plan}))
    post.delivery().step()
    assert post.receiver.got == []
    state, reason = post.state(signed)
    assert state == "withdrawn"
    assert "does not verify" in reason


def test_a_revision_replaces_what_was_sent(post: Post) -> None:
    first = post.signed(sent("D-11"))
    post.delivery(format="mdm").step()
    assert first.plan is not None
    item = first.plan.recommendations[0].id
    revised = post.panel.review(first.id, [{"item": item, "decision": "edit", "text": "Other words."}], "Dr Meier")
    assert not post.delivery(format="mdm").step()
    second = post.sign(revised, **{item: {"decision": "edit", "text": "Other words."}})
    post.delivery(format="mdm").step()
    old, new = (parse(content).messages[0] for content in post.receiver.got)
    assert (old.header.text(9, 2), new.header.text(9, 2)) == ("T02", "T10")
    document = next(one for one in new.segments if one.name == "TXA")
    assert (document.text(12), document.text(13)) == (second.id, first.id)
    assert post.state(second) == ("sent", "AA")


def test_a_plan_that_was_superseded_before_it_was_sent_stays(post: Post) -> None:
    first = post.signed(sent("D-12"))
    delivery = post.delivery()
    delivery.collect()
    assert first.plan is not None
    item = first.plan.recommendations[0].id
    post.panel.review(first.id, [{"item": item, "decision": "edit", "text": "Other words."}], "Dr Meier")
    delivery.step()
    assert post.receiver.got == []
    assert post.state(first)[0] == "withdrawn"


def test_results_that_came_after_it_was_signed_are_told(post: Post) -> None:
    signed = post.signed(sent("D-13"))
    later = message("2", result(POTASSIUM, "4.4", time="20260504120000+0200"), patient="D-13", number="2")
    post.inbox.store([Arrival("LIS\rLAB", "later", later, "ORU^R01", later)], post.clock())
    post.work()
    post.delivery().step()
    assert post.panel.store.get(signed.id).stale
    assert "Results arrived" in texts(post.receiver.got[0])["STATEMENT"]


def test_without_its_message_the_patient_is_named_as_this_home_knows_them(post: Post) -> None:
    signed = post.signed(sent("D-14"))
    post.inbox.purge(post.clock() + timedelta(days=1))
    post.delivery().step()
    (read,) = parse(post.receiver.got[0]).messages
    patient = read.segments[1]
    assert (patient.text(3), patient.text(7), patient.text(8)) == ("D-14", "19610203", "F")
    assert NAME in patient.text(5)
    assert read.header.text(18) == "UNICODE UTF-8"
    assert post.state(signed) == ("sent", "AA")


def test_a_consultation_from_a_file_is_sent_when_somebody_asks(post: Post) -> None:
    case = read_cases(sent("D-15"), catalog=post.panel.library.catalog).cases[0]
    signed = post.sign(post.panel.consult(case))
    assert not post.delivery().step()
    assert post.delivery().send(signed.id).state == "sent"
    assert len(post.receiver.got) == 1


@pytest.mark.parametrize("version", ["2.3.1", "2.4", "2.5", "2.5.1", "2.6"])
@pytest.mark.parametrize("format", ["oru", "mdm"])
def test_its_structure_is_what_the_standard_says(post: Post, format: str, version: str) -> None:
    hl7apy = pytest.importorskip("hl7apy.parser")
    header = f"ORU^R01^ORU_R01|{{}}|P|{version}|||||||UNICODE UTF-8"
    post.signed(sent(f"D-16{format}{version}", header=header))
    post.delivery(format=format, attach=True).step()
    read = hl7apy.parse_message(post.receiver.got[0].decode().strip("\r"))
    assert read.name == {"oru": "ORU_R01", "mdm": "MDM_T02"}[format]
    read.validate()
