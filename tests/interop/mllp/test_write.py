"""What is written is read back: escapes, separators, repetitions, character sets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consult.interop.hl7v2 import (
    UTF8,
    Raw,
    Separators,
    charset_for,
    escape,
    parse,
    unescape,
    write_message,
    write_segment,
)

PLAIN = Separators()
ODD = Separators(field="!", component="@", repetition="%", escape="$", subcomponent="*", truncation="#")
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60)
lines = st.lists(texts, min_size=1, max_size=4).map("\n".join)


@given(lines, st.sampled_from([PLAIN, ODD]))
def test_an_escaped_text_is_read_back(text: str, separators: Separators) -> None:
    written = escape(text, separators)
    assert not set(written) & {separators.field, separators.component, separators.repetition, "\r", "\n"}
    assert unescape(written, separators) == text


@given(st.lists(texts, min_size=1, max_size=5), st.sampled_from([PLAIN, ODD]))
def test_components_and_fields_are_read_back(parts: list[str], separators: Separators) -> None:
    header = write_segment("MSH", {3: "A", 12: "2.5.1"}, separators)
    segment = write_segment("ZZZ", {2: tuple(parts), 4: "end"}, separators)
    (message,) = parse(write_message([header, segment], "utf-8").decode()).messages
    assert message.separators == separators
    read = message.segments[1]
    assert [read.text(2, number) for number in range(1, len(parts) + 1)] == [part.strip() for part in parts]
    assert read.text(4) == "end"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a|b", r"a\F\b"),
        ("a^b~c&d", r"a\S\b\R\c\T\d"),
        ("C:\\x", r"C:\E\x"),
        ("one\r\ntwo\rthree\nfour", r"one\.br\two\.br\three\.br\four"),
        ("tab\there\x0bno\x1cmarks\x00", "tab herenomarks"),
        ("血红蛋白 78 g/L", "血红蛋白 78 g/L"),
    ],
)
def test_escapes(text: str, written: str) -> None:
    assert escape(text, PLAIN) == written


def test_a_sender_without_escapes_gets_blanks() -> None:
    assert escape("a|b\nc\\d", Separators(escape="")) == "a b c\\d"


def test_a_segment_leaves_out_empty_fields_at_its_end() -> None:
    segment = write_segment("OBR", {1: "1", 3: Raw("A^B"), 4: [("x", "y"), "z"], 6: "", 7: ()}, PLAIN)
    assert segment == "OBR|1||A^B|x^y~z"
    assert write_segment("OBR", {32: (("", "Meier"),)}, PLAIN).endswith("|&Meier")


def test_a_character_that_was_declared_twice_is_not_declared_again() -> None:
    (message,) = parse("MSH|^~&|A||||||ACK|1|P|2.5\r").messages
    header = write_segment("MSH", {3: "A&B"}, message.separators)
    assert header == "MSH|^~&|A&E&B"
    assert parse(header + "\r").messages[0].header.text(3) == "A&B"


@pytest.mark.parametrize(
    ("texts", "codec", "declared", "expected"),
    [
        (["plain"], "utf-8", "", ("ascii", "")),
        (["plain"], "gb18030", "GB 18030-2000", ("ascii", "GB 18030-2000")),
        (["血"], "gb18030", "GB 18030-2000", ("gb18030", "GB 18030-2000")),
        (["血"], "gb18030", "", ("gb18030", "GB 18030-2000")),
        (["血"], "utf-8", "UNICODE UTF-8", ("utf-8", "UNICODE UTF-8")),
        (["血"], "utf-8", "8859/1", ("utf-8", UTF8)),
        (["é"], "iso8859-1", "8859/1", ("iso8859-1", "8859/1")),
        (["血"], "iso8859-1", "8859/1", ("utf-8", UTF8)),
        (["é"], "cp1252", "", ("utf-8", UTF8)),
        (["血"], "utf-16", "UNICODE UTF-16", ("utf-8", UTF8)),
    ],
)
def test_the_character_set_is_the_senders_where_it_suffices(
    texts: list[str], codec: str, declared: str, expected: tuple[str, str]
) -> None:
    assert charset_for(texts, codec=codec, declared=declared) == expected
