"""Frames: whatever the network does to the bytes, the same messages come out."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult.interop.mllp import Frame, Framer, framed

LIMIT = 10_000
ONE = b"MSH|^~\\&|A|B\rPID|1\r"
TWO = b"MSH|^~\\&|C|D\rOBX|1\r"

contents = st.binary(min_size=1, max_size=200).map(lambda data: data.translate(None, b"\x0b\x1c"))
strays = st.sampled_from([b"", b"\r\n", b"\n", b" ", b"GET / HTTP/1.1\r\n", b"\x00\x00", b"\x1c\r"])


def fed(data: bytes, cuts: list[int], limit: int = LIMIT) -> list[Frame]:
    framer = Framer(limit)
    places = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [frame for start, end in pairwise(places) for frame in framer.feed(data[start:end])]


@given(st.lists(st.tuples(strays, contents), max_size=6), st.lists(st.integers(0, 5000), max_size=20))
def test_messages_do_not_depend_on_how_the_bytes_arrive(parts: list[tuple[bytes, bytes]], cuts: list[int]) -> None:
    data = b"".join(stray + framed(content) for stray, content in parts)
    assert fed(data, cuts) == [Frame(content) for _, content in parts]


@given(st.binary(max_size=3000), st.lists(st.integers(0, 5000), max_size=20))
def test_any_bytes_give_frames_or_nothing(data: bytes, cuts: list[int]) -> None:
    assert [frame.content for frame in fed(data, cuts)] == [frame.content for frame in fed(data, [])]


@pytest.mark.parametrize("between", [b"", b"\r", b"\n", b"\r\n", b"\r\r"])
def test_an_end_mark_without_its_carriage_return_ends_the_message_too(between: bytes) -> None:
    data = b"\x0b" + ONE + b"\x1c" + between + framed(TWO)
    for cuts in ([], list(range(len(data)))):
        assert [frame.content for frame in fed(data, cuts)] == [ONE, TWO]


def test_a_last_message_without_carriage_return_is_whole_when_nothing_follows() -> None:
    framer = Framer(LIMIT)
    assert framer.feed(b"\x0b" + ONE + b"\x1c") == []
    assert framer.ending
    assert framer.finish() == [Frame(ONE)]
    assert framer.finish() == []


def test_a_message_without_end_mark_is_never_whole() -> None:
    framer = Framer(LIMIT)
    assert framer.feed(b"\x0b" + ONE) == []
    assert framer.inside
    assert framer.finish() == []


def test_marks_inside_a_text_are_text() -> None:
    content = b"MSH|^~\\&|A\rNTE|1||line\x0bline \x1c more\r"
    assert fed(b"\x0b" + content + b"\x1c\r", []) == [Frame(content)]


def test_a_message_that_was_broken_off_for_another_is_dropped_and_counted() -> None:
    data = b"\x0bMSH|^~\\&|A\rOBX|1|NM|half" + framed(TWO)
    assert fed(data, []) == [Frame(TWO, cut=len(b"MSH|^~\\&|A\rOBX|1|NM|half") + 1)]


def test_what_is_too_large_is_skipped_without_being_kept() -> None:
    framer = Framer(LIMIT)
    large = b"MSH|^~\\&|LARGE\r" + b"x" * 500_000
    found: list[Frame] = []
    for start in range(0, len(large) + 1, 1000):
        found += framer.feed((b"\x0b" if not start else b"") + large[start : start + 1000])
        assert len(framer._buffer) <= LIMIT + 1001
    found += framer.feed(b"\x1c")
    found += framer.feed(b"\r" + framed(ONE))
    assert [(frame.whole, frame.content[:14]) for frame in found] == [(False, large[:14]), (True, ONE[:14])]


def test_stray_bytes_are_counted_without_line_ends() -> None:
    framer = Framer(LIMIT)
    framer.feed(b"\r\n hello \r\n")
    assert framer.stray == 5
    framer.feed(framed(ONE))
    assert framer.stray == 0


def test_a_message_that_holds_an_end_mark_is_not_framed() -> None:
    with pytest.raises(ValueError, match="end mark"):
        framed(b"MSH|\x1c\r")
