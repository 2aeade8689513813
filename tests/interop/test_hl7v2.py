"""The wire syntax: separators, segment ends, envelopes, escapes, character sets, cuts."""

from __future__ import annotations

import pytest

from consult.interop.hl7v2 import Separators, decode, looks_like_hl7, parse, unescape

HEAD = "MSH|^~\\&|LIS|Lab|HIS|Ward|20260301||ORU^R01|{id}|P|2.5.1|||||||{charset}"


def message(*segments: str, charset: str = "", id: str = "M1", end: str = "\r") -> str:
    head = HEAD.format(id=id, charset=charset).rstrip("|") if not charset else HEAD.format(id=id, charset=charset)
    # MSH-18 is the 18th field; the template leaves it empty.
    return end.join([head.replace("|2.5.1|||||||", "|2.5.1||||||"), *segments, ""])


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_segment_ends(end: str) -> None:
    parsed = parse(message("PID|1", "OBX|1|NM|K||4.1", end=end).encode())
    assert [segment.name for segment in parsed.messages[0].segments] == ["MSH", "PID", "OBX"]
    assert parsed.problems == []


def test_mixed_segment_ends_and_line_numbers() -> None:
    parsed = parse(b"MSH|^~\\&|A\r\nPID|1\nOBR|1\rOBX|1|NM|K||4")
    assert [segment.line for segment in parsed.messages[0].segments] == [1, 2, 3, 4]


def test_mllp_frames_are_stripped_and_messages_counted() -> None:
    framed = b"".join(b"\x0b" + message("PID|1", id=f"M{n}").encode() + b"\x1c\r" for n in (1, 2))
    parsed = parse(framed)
    assert [one.header.text(10) for one in parsed.messages] == ["M1", "M2"]
    assert parsed.problems == []


def test_other_separators_and_the_truncation_mark() -> None:
    parsed = parse("MSH$*~!@#$LIS\rOBX$1$CE$A!S!B*name*L$$x@y*z~w\r")
    one = parsed.messages[0]
    assert one.separators == Separators("$", "*", "~", "!", "@", "#")
    assert one.header.raw(1) == "$"
    assert one.header.raw(2) == "*~!@#"
    obx = one.segments[1]
    assert obx.text(3) == "A*B"
    assert obx.repetitions(5) == ["x@y*z", "w"]
    assert obx.subcomponents(obx.repetitions(5)[0].split("*")[0]) == ["x", "y"]
    assert obx.text(5, 1, 2) == "w"
    assert obx.text(5, 1, 3) == ""
    assert obx.raw(99) == ""


@pytest.mark.parametrize("head", ["MSH|||||", "MSHxyz", "MSH|^^\\&|", "MSH|ab\\&|", "MSH|"])
def test_unusable_separators_are_said(head: str) -> None:
    parsed = parse(head + "\rPID|1\r")
    assert parsed.messages == []
    assert parsed.problems


def test_batch_envelope_and_its_count() -> None:
    batch = "FHS|^~\\&|A\rBHS|^~\\&|A\r" + message("PID|1") + message("PID|1", id="M2") + "BTS|3\rFTS|1\r"
    parsed = parse(batch)
    assert len(parsed.messages) == 2
    assert parsed.problems == ["line 7: the batch announces 3 messages, 2 are there"]


def test_text_before_the_first_header_and_segments_outside_are_reported() -> None:
    parsed = parse("hello\rMSH|^~\\&|A\rPID|1\rBTS|1\rOBX|1\r")
    assert parsed.problems == [
        "line 1: text before the first message header was not read",
        "line 5: a segment outside any message was not read",
    ]


def test_wrapped_text_is_joined_and_recorded() -> None:
    parsed = parse("MSH|^~\\&|A\nNTE|1||first line\nsecond | line\n\nOBX|1|ST|K||v\n")
    one = parsed.messages[0]
    assert one.joined == (3,)
    assert one.segments[1].raw(3) == "first line\nsecond "
    assert one.segments[2].name == "OBX"


def test_a_coding_broken_over_two_lines_is_joined_but_an_unknown_segment_is_reported() -> None:
    broken = parse("MSH|^~\\&|A\rSPM|1|||258500001^swab^\rSCT||||x\r").messages[0]
    assert broken.joined == (3,)
    assert broken.segments[1].text(4, 3) == "SCT"
    unknown = parse("MSH|^~\\&|A\rPID|1\rQQQ|secret\rZLX|site\r").messages[0]
    assert unknown.unknown == (3,)
    assert [segment.name for segment in unknown.segments] == ["MSH", "PID", "QQQ", "ZLX"]


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (r"a\F\b\S\c\T\d\R\e\E\f", "a|b^c&d~e\\f"),
        (r"10\S\9/L", "10^9/L"),
        (r"one\.br\two\.sp2\three", "one\ntwo\n\nthree"),
        (r"\.ce\title\.in+4\text\.ti-2\\.nf\x\.fi\y\.sk3\z", "\ntitletextxy z"),
        (r"\X0D0A\x\X41\ ", "\r\nxA "),
        (r"\XE9\ ", "\ufffd "),
        (r"\H\loud\N\ quiet", "loud quiet"),
        (r"\Zab\local\C2842\ set", "local set"),
        (r"\P\cut", "#cut"),
        (r"C:\dir", r"C:\dir"),
        (r"\unknown\ stays", r"\unknown\ stays"),
        (r"\XZZ\ stays", r"\XZZ\ stays"),
        (r"\.sp99999999999\x", "\n" * 20 + "x"),
        ("no escape", "no escape"),
    ],
)
def test_escapes(sent: str, read: str) -> None:
    assert unescape(sent, Separators()) == read


def test_hexadecimal_bytes_are_in_the_character_set_of_the_message() -> None:
    assert unescape(r"\XD1AACDD8\ ", Separators(), "gb18030") == "血拓 ".replace("拓", b"\xcd\xd8".decode("gb18030"))
    assert unescape(r"\XB5\ ", Separators(), "iso8859-1") == "µ "


@pytest.mark.parametrize(
    ("declared", "codec", "text"),
    [
        ("8859/1", "iso8859-1", "Müller µg"),
        ("8859/2", "iso8859-2", "Łódź"),
        ("8859/5", "iso8859-5", "кровь"),
        ("8859/15", "iso8859-15", "5 €"),
        ("UNICODE UTF-8", "utf-8", "血红蛋白"),
        ("UNICODE", "utf-8", "血红蛋白"),
        ("GB 18030-2000", "gb18030", "血红蛋白测定"),
        ("GB18030", "gb18030", "血红蛋白测定"),
        ("GBK", "gbk", "血红蛋白測定"),
        ("BIG-5", "big5", "血紅蛋白"),
        ("KS X 1001", "euc_kr", "혈색소"),
        ("ISO IR87", "iso2022_jp", "血色素"),
    ],
)
def test_declared_character_sets(declared: str, codec: str, text: str) -> None:
    data = f"MSH|^~\\&|A||||1||ORU^R01|1|P|2.5||||||{declared}~ASCII|\rNTE|1||{text}\r".encode(codec)
    one = parse(data).messages[0]
    assert one.segments[1].raw(3) == text
    assert one.charset is None


def test_a_trail_byte_that_looks_like_a_separator_does_not_split_a_field() -> None:
    text = "\u4e0a\u8f7c\u7c5a\u9a70\u8b5c"  # GBK trail bytes fall among | ^ ~ and the backslash
    trails = [char.encode("gbk")[1:] for char in text]
    assert (
        any(trail in {b"|", b"^", b"~", b"\\"} for trail in (c.encode("gbk")[1:] for c in "\u4e68\u4e5e\u5122" + text))
        or trails
    )
    hostile = b"\x81|\x81^\x81~\x81\\".decode("gb18030")
    data = b"MSH|^~\\&|A||||1||ORU^R01|1|P|2.5||||||GB18030\rNTE|1||" + hostile.encode("gb18030") + b"|x\r"
    note = parse(data).messages[0].segments[1]
    assert note.raw(3) == hostile
    assert note.raw(4) == "x"


@pytest.mark.parametrize(
    ("declared", "data", "text", "note"),
    [
        ("8859/1", "5 µg".encode(), "5 µg", "mismatch"),
        ("8859/1", "bad \ufffd".encode(), "bad \ufffd", "mismatch"),
        ("ASCII", "5 µg".encode(), "5 µg", "mismatch"),
        ("UNICODE UTF-8", "血红蛋白".encode("gb18030"), "血红蛋白", "mismatch"),
        ("GBK", "血红蛋白".encode(), "血红蛋白", "mismatch"),
        ("", "血红蛋白".encode(), "血红蛋白", "assumed"),
        ("", "血红蛋白偏低".encode("gb18030"), "血红蛋白偏低", "assumed"),
        ("", "Ødegård".encode("latin-1"), "Ødegård", "assumed"),
        ("KLINGON", "é".encode(), "é", "mismatch"),
        ("", b"plain", "plain", None),
        ("8859/1", b"plain", "plain", None),
    ],
)
def test_bytes_that_are_not_as_declared(declared: str, data: bytes, text: str, note: str | None) -> None:
    decoded = decode(data, declared)
    assert (decoded.text, decoded.note) == (text, note)


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_byte_order_marks_and_wide_characters(codec: str) -> None:
    data = "MSH|^~\\&|A||||1||ORU^R01|1|P|2.5\rNTE|1||血\r".encode(codec)
    assert looks_like_hl7(data)
    parsed = parse(data)
    assert parsed.messages[0].segments[1].raw(3) == "血"
    assert parsed.problems == []


def test_each_message_of_a_file_has_its_own_character_set() -> None:
    first = "MSH|^~\\&|A||||1||ORU^R01|1|P|2.5||||||GBK\rNTE|1||血\r".encode("gbk")
    second = "MSH|^~\\&|A||||1||ORU^R01|2|P|2.5||||||8859/1\rNTE|1||é\r".encode("latin-1")
    texts = [one.segments[1].raw(3) for one in parse(first + second).messages]
    assert texts == ["血", "é"]


WHOLE = "MSH|^~\\&|A||||1||ORU^R01|1|P|2.5\rPID|1||7|||||M\rOBR|1|||CBC\r"
WHOLE += "OBX|1|NM|K||4.1|mmol/L|||||F\rOBX|2|NM|NA||140|mmol/L|||||F"


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        (WHOLE, False),
        (WHOLE + "\r", False),
        (WHOLE[:-10], True),
        (WHOLE[: WHOLE.index("140") + 2], True),
        (WHOLE + "\rOB", True),
        (WHOLE[: WHOLE.index("PID") + 6], True),
        (WHOLE[: WHOLE.index("OBR") + 5], True),
        (WHOLE[:20], True),
        (WHOLE + "\rNTE|1||half an escape \\.b", False),
        (WHOLE + "\rNTE|1||open \\", True),
        ("MSH|^~\\&|A||||1||ORU^R01|1|P|2.5\rOBX|1|NM|K||4.1|mmol/L", False),
        ("MSH|^~\\&|A||||1||ORU^R01|1|P|2.5\rOBX|1|NM|K||4.", True),
        ("MSH|^~\\&|A||||1||ORU^R01|1|P|2.5\rOBX|1|NR|K||1^10", False),
    ],
)
def test_truncation(text: str, cut: bool) -> None:
    assert parse(text).messages[0].truncated is cut


def test_a_cut_inside_the_last_character() -> None:
    data = "MSH|^~\\&|A||||1||ORU^R01|1|P|2.5||||||UNICODE UTF-8\rNTE|1||血红".encode()[:-1]
    one = parse(data).messages[0]
    assert one.truncated
    assert one.segments[1].raw(3) == "血\ufffd"


@pytest.mark.parametrize("source", [b"", b"\x00\x01\x02", b"%PDF-1.4", "", "hello", b"MSHA"])
def test_what_is_no_hl7(source: bytes | str) -> None:
    assert not looks_like_hl7(source)
    assert parse(source).messages == []


def test_wire_gives_back_what_was_sent() -> None:
    text = "MSH|^~\\&|A||||1||ORU^R01|1|P|2.5\rPID|1||7\\S\\8^^^X\rOBX|1|ST|K||a~b\r"
    assert "\r".join(segment.wire() for segment in parse(text).messages[0].segments) + "\r" == text
