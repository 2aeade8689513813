"""The audit log shows every entry that was changed, moved or cut out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from consult.errors import NotFound, ReviewError
from consult.review import AuditChain, AuditEntry
from consult.review._audit import GENESIS

from .conftest import Desk


def chain(length: int = 5) -> AuditChain:
    made = AuditChain()
    for number in range(length):
        made.append("viewed", {"by": f"Dr {number}", "items": ["A1", number]}, f"2026-05-04T07:00:0{number}.000Z")
    return made


def test_each_entry_follows_from_the_one_before() -> None:
    made = chain()
    assert made.problem() is None
    assert made.entries[0].prev == GENESIS
    for before, after in zip(made.entries, made.entries[1:], strict=False):
        assert after.prev == before.hash
    assert made.head == made.entries[-1].hash


def test_the_hash_is_sha256_over_the_canonical_entry_without_it() -> None:
    body = {key: value for key, value in chain().entries[2].model_dump().items() if key != "hash"}
    assert hashlib.sha256(rfc8785.dumps(body)).hexdigest() == chain().entries[2].hash


def test_an_empty_chain_is_none() -> None:
    assert AuditChain().head == GENESIS
    assert AuditChain().problem() == "there are no entries"


@pytest.mark.parametrize(
    "change",
    [
        lambda entries: entries[::-1],
        lambda entries: [entries[0], entries[2], entries[1], *entries[3:]],
        lambda entries: entries[1:],
        lambda entries: [*entries[:2], *entries[3:]],
        lambda entries: [*entries, entries[-1]],
        lambda entries: [],
    ],
    ids=["reversed", "swapped", "head cut", "middle cut", "repeated", "all cut"],
)
def test_moving_and_cutting_is_seen(change: Callable[[list[AuditEntry]], list[AuditEntry]]) -> None:
    assert AuditChain(change(chain().entries)).problem() is not None


@given(
    st.integers(0, 4),
    st.sampled_from(["seq", "at", "event", "data", "prev", "hash"]),
    st.text(alphabet="0123456789abcdefABCDEF -:Z", min_size=1),
)
def test_changing_any_field_is_seen(place: int, field: str, text: str) -> None:
    made = chain()
    before = made.entries[place]
    value: object = {"seq": before.seq + len(text), "data": {**before.data, "by": text}}.get(field, text)
    after = AuditEntry.model_validate({**before.model_dump(), field: value})
    made.entries[place] = after
    assert (made.problem() is None) == (after == before)


def test_events_from_outside_are_kept(desk: Desk) -> None:
    made = desk.create()
    desk.store.record(made.id, "model-called", model="hema-7b", prompt="0" * 64, tokens=12, facts=["F1"])
    entry = desk.store.get(made.id).audit[-1]
    assert (entry.seq, entry.event) == (2, "model-called")
    assert entry.data == {"model": "hema-7b", "prompt": "0" * 64, "tokens": 12, "facts": ["F1"]}
    assert AuditChain(desk.store.get(made.id).audit).problem() is None


@pytest.mark.parametrize(
    ("event", "data"),
    [
        ("signed", {}),
        ("decided", {}),
        ("Model called", {}),
        ("", {}),
        ("x\n", {}),
        ("note", {"text": "a" * 257}),
        ("note", {"deep": [{"text": "a" * 257}]}),
        ("note", {"deep": {"a" * 257: 1}}),
        ("note", {"cost": 0.5}),
        ("note", {"what": object()}),
    ],
)
def test_what_does_not_belong_in_the_log_is_refused(desk: Desk, event: str, data: dict[str, object]) -> None:
    made = desk.create()
    with pytest.raises(ReviewError):
        desk.store.record(made.id, event, **data)
    assert len(desk.store.get(made.id).audit) == 1


def test_recording_needs_a_consultation(desk: Desk) -> None:
    with pytest.raises(NotFound, match="C-none"):
        desk.store.record("C-none", "viewed")


def test_the_log_never_holds_the_doctor_s_words_or_the_patient_s(desk: Desk) -> None:
    signed = desk.signed()
    text = str([entry.model_dump() for entry in signed.audit])
    for words in ("Weakness", "乏力", "venous", "phone", "last week", "Potassium 7.1"):
        assert words not in text
