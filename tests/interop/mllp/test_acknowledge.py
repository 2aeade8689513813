"""Acknowledgements: who hears what, in which mode, and in whose characters."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from consult.interop.hl7v2 import Message, parse
from consult.interop.mllp import ACCEPTED, Answer, Verdict, acknowledgement, code_for, headers, without_time

NOW = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)
REFUSED = Answer("rejected", "203", "This version of HL7 is not supported.", ("MSH", "1", "12"))
LATER = Answer("error", "207", "The message could not be stored now; send it again.")


def header(fields: str = "", *, version: str = "2.5.1", charset: str = "", separators: str = r"^~\&") -> Message:
    f = "|" if separators == r"^~\&" else "!"
    line = f"MSH|{separators}|LIS|LAB|HIS|WARD|20260504||ORU^R01^ORU_R01|M1|P|{version}|||{fields}".replace("|", f)
    fields15_18 = line.split(f)
    while len(fields15_18) < 17:
        fields15_18.append("")
    (message,) = headers(f.join([*fields15_18, charset]).encode("gb18030" if "18030" in charset else "utf-8"))
    return message


def answered(message: Message | None, answer: Answer) -> Message:
    written = acknowledgement(message, answer, id="A1", now=NOW)
    assert written is not None
    (read,) = parse(written).messages
    return read


@pytest.mark.parametrize(
    ("accept", "application", "accepted", "error", "rejected"),
    [
        ("", "", "AA", "AE", "AR"),
        ("NE", "AL", "AA", "AE", "AR"),
        ("NE", "ER", None, "AE", "AR"),
        ("NE", "SU", "AA", None, None),
        ("NE", "NE", None, None, None),
        ("", "NE", None, None, None),
        ("", "AL", "AA", "AE", "AR"),
        ("AL", "", "CA", "CE", "CR"),
        ("AL", "AL", "CA", "CE", "CR"),
        ("AL", "NE", "CA", "CE", "CR"),
        ("ER", "AL", None, "CE", "CR"),
        ("SU", "NE", "CA", None, None),
        ("??", "", "CA", "CE", "CR"),
    ],
)
def test_modes(accept: str, application: str, accepted: str | None, error: str | None, rejected: str | None) -> None:
    message = header(f"{accept}|{application}")
    verdicts: tuple[Verdict, ...] = ("accepted", "error", "rejected")
    assert [code_for(message, verdict) for verdict in verdicts] == [accepted, error, rejected]
    assert (acknowledgement(message, ACCEPTED, id="A1", now=NOW) is None) == (accepted is None)


def test_an_acknowledgement_goes_back_to_its_sender() -> None:
    read = answered(header(), ACCEPTED)
    assert [read.header.text(n) for n in (3, 4, 5, 6)] == ["HIS", "WARD", "LIS", "LAB"]
    assert [read.header.raw(n) for n in (7, 9, 10, 11, 12)] == [
        "20260504080000+0000",
        "ACK^R01^ACK",
        "A1",
        "P",
        "2.5.1",
    ]
    assert read.segments[1].wire() == "MSA|AA|M1"
    assert len(read.segments) == 2


def test_an_error_says_what_and_where() -> None:
    read = answered(header(version="2.5.1"), REFUSED)
    assert read.segments[1].wire() == "MSA|AR|M1"
    error = read.segments[2]
    assert (error.raw(1), error.raw(2), error.text(3), error.text(3, 3)) == ("", "MSH^1^12", "203", "HL70357")
    assert (error.text(4), error.text(8)) == ("E", "This version of HL7 is not supported.")


@pytest.mark.parametrize("version", ["2.3", "2.4"])
def test_an_older_reader_finds_the_error_where_it_looks(version: str) -> None:
    read = answered(header(version=version), REFUSED)
    assert read.segments[1].text(3) == REFUSED.says
    assert read.segments[2].raw(1) == "MSH^1^12^203&Unsupported version id&HL70357"
    assert read.header.raw(9) == ("ACK^R01" if version == "2.3" else "ACK^R01^ACK")


def test_the_senders_separators_and_character_set_are_repeated() -> None:
    assert answered(header(separators="@%$*"), LATER).header.wire().startswith("MSH!@%$*!HIS!WARD!LIS!LAB!")
    line = "MSH|^~\\&|检验系统|检验科|HIS|示例医院|20260504||ORU^R01^ORU_R01|M1|P|2.4||||||GB 18030-2000"
    (message,) = headers(line.encode("gb18030"))
    written = acknowledgement(message, ACCEPTED, id="A1", now=NOW)
    assert written is not None
    assert "示例医院|检验系统|检验科".encode("gb18030") in written
    assert b"|GB 18030-2000" in written


def test_a_message_without_header_is_answered_too() -> None:
    read = answered(None, Answer("rejected", "100", "The message has no MSH segment that can be read."))
    assert read.segments[1].wire() == "MSA|AR"
    assert read.segments[2].text(3) == "100"


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"PID|1\rMSH", b"MSHX|^~\\&|A", b"\x00" * 50, b"MSH|" + b"x" * 9000]
)
def test_no_header(content: bytes) -> None:
    assert headers(content) == []


def test_a_mark_in_a_header_does_not_end_the_frame_of_the_answer() -> None:
    (message,) = headers(b"MSH|^~\\&|LIS\x1cx|L\x0bAB|HIS|WARD|1||ORU^R01|M\x1c\x001|P|2.5\x0b||||||8859\x1c/1\r")
    for answer in (ACCEPTED, REFUSED):
        written = acknowledgement(message, answer, id="A1", now=NOW)
        assert written is not None
        assert not set(written) & (set(range(32)) - {13})
        assert b"MSA|A" in written


def test_all_headers_of_a_batch_are_found() -> None:
    content = (
        b"FHS|^~\\&|A\rBHS|^~\\&|A\rMSH|^~\\&|A||||||ORU^R01|1|P|2.3\rPID|1\rMSH|^~\\&|A||||||ORU^R01|2|T|2.3\rBTS|2\r"
    )
    assert [one.header.text(10) for one in headers(content)] == ["1", "2"]


def test_blanks_do_not_hold_up_the_search_for_headers() -> None:
    begun = time.perf_counter()
    assert len(headers(b"MSH|^~\\&|A\r" + b" " * 200_000 + b"\r \t\xef\xbb\xbf MSH|^~\\&|B\r" + b"\t" * 200_000)) == 2
    assert time.perf_counter() - begun < 1


def test_a_repetition_may_have_a_new_time_and_nothing_else() -> None:
    first = b"MSH|^~\\&|A|B|C|D|20260504||ORU^R01|1|P|2.3\rPID|1\r"
    assert without_time(first) == without_time(first.replace(b"20260504", b"20260505"))
    assert without_time(first) != without_time(first.replace(b"PID|1", b"PID|2"))
    assert without_time(first) != without_time(first.replace(b"|A|B", b"|A|X"))


def test_structure_is_what_the_standard_says() -> None:
    hl7apy = pytest.importorskip("hl7apy.parser")
    for version in ("2.3.1", "2.4", "2.5", "2.5.1", "2.6", "2.7"):
        for answer in (ACCEPTED, REFUSED, LATER):
            written = acknowledgement(header(version=version), answer, id="A1", now=NOW)
            assert written is not None
            message = hl7apy.parse_message(written.decode().strip("\r"), find_groups=False)
            if version >= "2.5" or answer is ACCEPTED:
                message.validate()
