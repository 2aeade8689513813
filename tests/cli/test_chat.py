"""`consult chat`: one question, a fact that is accepted, the transcript, a conversation at a terminal."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import NAME, NUMBER, Call, Stored, document

KEYS = {"id", "at", "by", "language", "question", "kind", "answer", "subjects", "engine"}


def test_one_question_as_json(consult: Call, draft: Stored) -> None:
    result = consult("chat", draft.id, "--ask", "can I trust the potassium?", "--json", *draft.at)
    assert (result.code, result.err) == (0, "")
    assert set(result.json) == KEYS
    assert result.json["kind"] == "trust"
    assert set(result.json["answer"][0]) >= {"text", "facts", "passages", "specialty", "supported"}


def test_one_question_in_words(consult: Call, draft: Stored) -> None:
    result = consult("chat", draft.id, "--ask", "钾可信吗", *draft.at)
    assert result.code == 0
    assert "溶血" in result.out
    assert "[F1" in result.out


def test_a_refusal_and_an_unknown_question_are_answers(consult: Call, draft: Stored) -> None:
    for text, kind in (("what dose of insulin?", "refusal"), ("who won the world cup?", "unanswered")):
        result = consult("chat", draft.id, "--ask", text, "--json", *draft.at)
        assert (result.code, result.json["kind"]) == (0, kind)


def test_the_language_can_be_set(consult: Call, draft: Stored) -> None:
    result = consult("chat", draft.id, "--ask", "what is the potassium?", "--lang", "zh", "--json", *draft.at)
    assert "钾" in result.json["answer"][0]["text"]


def test_a_fact_is_proposed_accepted_and_revises(consult: Call, draft: Stored) -> None:
    before = document(draft)
    told = consult("chat", draft.id, "--ask", "the new potassium is 4.1 mmol/L", "--json", *draft.at).json
    assert told["proposal"]["id"] == told["id"]
    assert document(draft)["plan"] == before["plan"]
    refused = consult("chat", draft.id, "--accept", told["id"], *draft.at)
    assert (refused.code, "--who" in refused.sentence) == (2, True)
    accepted = consult("chat", draft.id, "--accept", told["id"], "--who", "Dr Adler", "--json", *draft.at)
    assert accepted.code == 0
    assert accepted.json["revises"] == draft.id
    assert {"part", "name", "change"} <= set(accepted.json["moves"][0])
    shown = consult("show", accepted.json["consultation"], "--json", *draft.at).json
    assert shown["supersedes"] == draft.id
    again = consult("chat", draft.id, "--accept", told["id"], "--who", "Dr Adler", *draft.at)
    assert (again.code, "before" in again.sentence) == (2, True)
    transcript = consult("chat", draft.id, "--transcript", "--json", *draft.at).json
    assert transcript[-1]["decided"]["by"] == "Dr Adler"


def test_a_fact_is_declined(consult: Call, draft: Stored) -> None:
    told = consult("chat", draft.id, "--ask", "She is allergic to penicillin.", "--json", *draft.at).json
    declined = consult("chat", draft.id, "--decline", told["id"], "--who", "Dr Adler", "--json", *draft.at)
    assert declined.json == {"proposal": told["id"], "decision": "declined", "by": "Dr Adler"}
    assert "declined: Dr Adler" in consult("chat", draft.id, "--transcript", *draft.at).out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "terminal"),
        (("--json",), "terminal"),
        (("--ask", ""), "no words"),
        (("--ask", "why " * 600), "longer"),
        (("--ask", "why?", "--transcript"), "one at a time"),
        (("--ask", "why?", "--lang", "de"), "--lang"),
        (("--ask", "why?", "--engine", "magic"), "--engine"),
        (("--accept", "Q9", "--who", "Dr Adler"), "no proposal"),
        (("--ask", "why?", "--who", " "), "named"),
    ],
)
def test_wrong_use_in_one_sentence(consult: Call, draft: Stored, arguments: tuple[str, ...], says: str) -> None:
    result = consult("chat", draft.id, *arguments, *draft.at)
    assert result.code == 2
    assert says in result.sentence


def test_no_such_consultation_and_no_home_is_made(consult: Call, draft: Stored, tmp_path: Path) -> None:
    assert consult("chat", "C-ffffffffffff", "--ask", "why?", *draft.at).code == 2
    assert consult("chat", draft.id, "--ask", "why?", "--home", tmp_path / "none").code == 2
    assert not (tmp_path / "none").exists()


def test_names_are_put_back_on_the_screen_only(consult: Call, draft: Stored) -> None:
    question = f"why is the potassium of {NAME} {NUMBER} high?"
    kept = consult("chat", draft.id, "--ask", question, "--json", *draft.at)
    assert NUMBER not in kept.out
    shown = consult("chat", draft.id, "--transcript", *draft.at)
    assert NUMBER in shown.out


def test_a_conversation_at_a_terminal(draft: Stored) -> None:
    """A real terminal: a question, a fact that is accepted, the transcript, and the end."""
    lines = ["can I trust the potassium?", "/help", "??", "potassium is 4.1 mmol/L", "a", "/transcript", "/quit"]
    controller, terminal = pty.openpty()
    command = [
        sys.executable,
        "-c",
        "from consult.cli import main; main()",
        "chat",
        draft.id,
        "--who",
        "Dr Adler",
        "--lang",
        "en",
        *draft.at,
    ]
    environment = {**os.environ, "TERM": "dumb", "COLUMNS": "200"}
    with subprocess.Popen(
        command, stdin=terminal, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    ) as process:
        os.close(terminal)
        os.write(controller, "".join(f"{line}\n" for line in lines).encode())
        out, err = process.communicate(timeout=60)
        os.close(controller)
    assert process.returncode == 0, err.decode()
    assert "haemolysed" in out.decode()
    assert "revises" in out.decode()
    assert "accepted: Dr Adler" in out.decode()
    assert "holds no words" in err.decode()
    assert json.dumps(document(draft)["status"]) == '"awaiting-review"'
