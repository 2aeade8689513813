"""`consult review --decisions FILE`: all of a file or nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from .conftest import Call, Stored, all_decisions, document


def test_deciding_everything_from_a_file(consult: Call, draft: Stored, tmp_path: Path) -> None:
    file = draft.decisions(tmp_path, *all_decisions(draft))
    result = consult("review", draft.id, "--decisions", file, "--reviewer", "Dr Meier", *draft.at)
    assert (result.code, result.err) == (0, "")
    assert result.out == f"{draft.id} is reviewed: every item is decided.\n"
    made = document(draft)["decisions"]
    assert {one["by"] for one in made} == {"Dr Meier"}
    assert [one["item"] for one in made] == [one["item"] for one in all_decisions(draft)]


def test_what_is_undecided_is_named(consult: Call, draft: Stored, tmp_path: Path) -> None:
    first, *rest = all_decisions(draft)
    file = draft.decisions(tmp_path, first)
    result = consult("review", draft.id[:6], "--decisions", file, "--reviewer", "Dr Meier", *draft.at)
    assert result.code == 0
    assert f"is awaiting-review: {len(rest)} items open (A2, P1" in result.out


def test_one_document(consult: Call, draft: Stored, tmp_path: Path) -> None:
    edit = {"item": "R1", "decision": "edit", "text": "电话通知主管医师"}
    file = draft.decisions(tmp_path, edit)
    result = consult("review", draft.id, "--decisions", file, "--reviewer", "王医生", "--json", *draft.at)
    assert (result.code, result.err) == (0, "")
    (decision,) = result.json["decisions"]
    assert (decision["item"], decision["text"], decision["by"]) == ("R1", "电话通知主管医师", "王医生")


GOOD = {"item": "P1", "decision": "accept"}


@pytest.mark.parametrize(
    ("decisions", "says"),
    [
        ([GOOD, {"item": "P99", "decision": "accept"}], "P99"),
        ([GOOD, {"item": "R1", "decision": "maybe"}], "R1"),
        ([GOOD, {"item": "R1"}], "R1"),
        ([GOOD, {"decision": "accept"}], "item"),
        ([GOOD, {"item": 1, "decision": "accept"}], "item"),
        ([GOOD, {"item": "R1", "decision": "reject"}], "reason"),
        ([GOOD, {"item": "R1", "decision": "reject", "reason": "  "}], "reason"),
        ([GOOD, {"item": "R1", "decision": "edit"}], "new text"),
        ([GOOD, {"item": "R1", "decision": "edit", "text": 5}], "R1"),
        ([GOOD, {"item": "P2", "decision": "acknowledge", "text": "Ward 3"}], "P2"),
        ([GOOD, {"item": "A1", "decision": "accept"}], "A1"),
        ([GOOD, {"item": "A1", "decision": "reject", "reason": "no"}], "A1"),
        ([GOOD, {"item": "A1", "decision": "acknowledge"}], "who was told"),
        ([GOOD, {"item": "R1", "decision": "accept", "by": "Dr Else"}], "R1"),
        ([GOOD, {"item": "R1", "decision": "accept", "mood": "good"}], "R1"),
        ([GOOD, GOOD], "twice"),
    ],
    ids=lambda value: json.dumps(value[-1]) if isinstance(value, list) else None,
)
def test_one_wrong_decision_and_nothing_is_written(
    consult: Call, draft: Stored, tmp_path: Path, decisions: list[dict[str, Any]], says: str
) -> None:
    before = document(draft)
    file = draft.decisions(tmp_path, *decisions)
    result = consult("review", draft.id, "--decisions", file, "--reviewer", "Dr Meier", *draft.at)
    assert result.code == 2
    assert says in result.sentence
    assert document(draft) == before


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"accept everything",
        b"\xff\xfe",
        b"[]",
        b"{}",
        b'{"decisions": {}}',
        b'{"decisions": null}',
        b'{"decisions": ["P1"]}',
        b'{"decisions": [{"item": "P1", "decision": "accept", "decision": "reject", "reason": "no"}]}',
        b"[" * 50_000,
    ],
    ids=lambda value: repr(value[:24]),
)
def test_a_file_of_another_shape(consult: Call, draft: Stored, tmp_path: Path, content: bytes) -> None:
    before = document(draft)
    file = tmp_path / "secret-name.json"
    file.write_bytes(content)
    result = consult("review", draft.id, "--decisions", file, "--reviewer", "Dr Meier", *draft.at)
    assert result.code == 2
    assert "decisions" in result.sentence
    assert "secret-name" not in result.err
    assert document(draft) == before


@pytest.mark.parametrize("file", ["absent.json", "."])
def test_no_file(consult: Call, draft: Stored, file: str) -> None:
    result = consult("review", draft.id, "--decisions", file, "--reviewer", "Dr Meier", *draft.at)
    assert result.code == 2
    assert "cannot be read" in result.sentence


@pytest.mark.parametrize("reviewer", ["", "  ", "two\nlines", "\x1b[31mred", "x" * 500])
def test_who_decides_must_be_named(consult: Call, draft: Stored, tmp_path: Path, reviewer: str) -> None:
    file = draft.decisions(tmp_path, GOOD)
    result = consult("review", draft.id, "--decisions", file, "--reviewer", reviewer, *draft.at)
    assert result.code == 2
    assert result.sentence
    assert document(draft)["decisions"] == []


def test_without_a_terminal_a_file_is_needed(consult: Call, draft: Stored) -> None:
    result = consult("review", draft.id, "--reviewer", "Dr Meier", *draft.at)
    assert result.code == 2
    assert "--decisions FILE" in result.sentence


def test_an_unknown_consultation(consult: Call, draft: Stored, tmp_path: Path) -> None:
    file = draft.decisions(tmp_path, GOOD)
    result = consult("review", "C-nobody", "--decisions", file, "--reviewer", "Dr Meier", *draft.at)
    assert result.code == 2
    assert "C-nobody" in result.sentence


def test_deciding_after_the_signature_opens_a_revision(consult: Call, signed: Stored, tmp_path: Path) -> None:
    file = signed.decisions(tmp_path, {"item": "R1", "decision": "reject", "reason": "done by phone"})
    result = consult("review", signed.id, "--decisions", file, "--reviewer", "Dr Meier", "--json", *signed.at)
    assert result.code == 0
    assert (result.json["supersedes"], result.json["revision"]) == (signed.id, 2)
    assert result.json["status"] == "awaiting-review"
    shown = consult("show", signed.id, *signed.at)
    assert f"superseded by {result.json['id']}" in shown.out
    exported = consult("export", signed.id, *signed.at)
    assert f"superseded by {result.json['id']}" in exported.err
