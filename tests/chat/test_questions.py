"""Every row of the table: understood, answered with what it must cite, refused where it must be."""

from __future__ import annotations

import re

import pytest

from consult.chat import Chat
from consult.panel import Panel

from .conftest import Drafted
from .questions import QUESTIONS, Row

_CHINESE = re.compile("[\u3400-\u9fff]")


@pytest.mark.parametrize("row", QUESTIONS, ids=lambda row: f"{row.case}: {row.text}")
def test_a_question(panel: Panel, drafted: Drafted, row: Row) -> None:
    stored = drafted(row.case)
    answer = Chat(panel, stored.id, who="Dr Test").tell(row.text)
    said = "\n".join(one.text for one in answer.answer)
    assert answer.kind == row.kind, said
    assert all(one.supported for one in answer.answer), [one.problem for one in answer.answer]
    analytes = {one.fact: one.analyte for one in stored.case.observations}
    cited = {analytes.get(fact) for one in answer.answer for fact in one.facts}
    passages = {passage for one in answer.answer for passage in one.passages}
    for wanted in row.cites:
        if "#" in wanted:
            assert any(passage.startswith(wanted) for passage in passages), (wanted, sorted(passages))
        else:
            assert wanted in cited, (wanted, said)
    for words in row.says:
        assert words in said, said
    for words in row.silent:
        assert words not in said, said
    assert bool(_CHINESE.search(said)) == bool(_CHINESE.search(row.text))


def test_the_table_is_large_enough() -> None:
    assert len(QUESTIONS) >= 60
    assert sum(bool(_CHINESE.search(row.text)) for row in QUESTIONS) >= 30
    assert len({(row.case, row.text) for row in QUESTIONS}) == len(QUESTIONS)


@pytest.mark.parametrize("row", [one for one in QUESTIONS if one.kind == "refusal"], ids=lambda row: row.text)
def test_a_refusal_is_one_sentence_and_says_what_there_is_instead(panel: Panel, drafted: Drafted, row: Row) -> None:
    (said,) = Chat(panel, drafted(row.case).id, who="Dr Test").tell(row.text).answer
    assert (said.facts, said.passages) == ([], [])
    assert "guideline" in said.text or "指南" in said.text


def test_every_sentence_on_the_patient_cites_something(panel: Panel, drafted: Drafted) -> None:
    for row in QUESTIONS:
        for one in Chat(panel, drafted(row.case).id, who="Dr Test").tell(row.text).answer:
            if row.kind != "what-if":  # what is supposed is in no record
                assert one.facts or one.passages or one.about == "record", (row.text, one.text)
