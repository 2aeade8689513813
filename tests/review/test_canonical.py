"""One value, one sequence of bytes."""

from __future__ import annotations

import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from consult.review._canonical import canonical, digest, read_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text() | st.floats(-1e15, 1e15),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_the_fast_way_writes_what_the_standard_says(value: object) -> None:
    assert canonical(value) == rfc8785.dumps(value)  # type: ignore[arg-type]
    assert canonical(json.loads(canonical(value))) == canonical(value)


@pytest.mark.parametrize(
    "value", [2**53, -(2**53), float("nan"), float("inf"), "\ud800", {"\ud800": 1}, {1: 2}, object()]
)
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(ValueError):
        canonical(value)


def test_order_is_that_of_utf16() -> None:
    assert canonical({"\U0001f600": 1, "\ufb33": 2, "a": 3}) == '{"a":3,"\U0001f600":1,"\ufb33":2}'.encode()


def test_digest_is_sha256_hex() -> None:
    assert digest({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b'{"a":1,"a":1}', "twice"),
        (b'[{"b":{"a":1,"a":2}}]', "twice"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        (b"\xff\xfe{\x00}\x00", "UTF-8"),
        (b"{", "JSON"),
        (b"", "JSON"),
        (b"NaN", "NaN"),
        (b"[-Infinity]", "Infinity"),
        (b"[" * 100_000, "deeply"),
    ],
)
def test_parsing_is_strict(data: bytes, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        read_json(data)
