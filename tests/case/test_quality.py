"""The closed list of quality codes and its sentences."""

from __future__ import annotations

import re

import pytest

from consult.case import QUALITY_CODES, Quality, quality_text
from consult.case._quality import quality, unusable_codes


@pytest.mark.parametrize("code", QUALITY_CODES)
def test_every_code_has_a_sentence_in_both_languages(code: str) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code)
    bare, pointed = quality(code), quality(code, ["F1", "F2"])
    assert quality_text(bare, "en") == bare.message
    assert bare.message.endswith(".")
    assert pointed.message.endswith(" (F1, F2).")
    chinese = quality_text(pointed, "zh")
    assert chinese.endswith("（F1、F2）。")
    assert re.search(r"[\u4e00-\u9fff]", chinese)


def test_a_code_of_a_newer_version_keeps_its_message() -> None:
    newer = Quality(code="from-the-future", severity="info", message="Something new.")
    assert quality_text(newer, "zh") == "Something new."
    with pytest.raises(KeyError):
        quality("from-the-future")


def test_what_makes_a_fact_unusable() -> None:
    assert {
        "unit-missing",
        "unit-unknown",
        "unit-incompatible",
        "value-implausible",
        "truncated-message",
    } <= unusable_codes()
    assert unusable_codes() & {"flag-differs", "time-zone-assumed", "code-conflict"} == set()
