"""A review at the terminal: one item after the other, each answer stored at once."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from consult.cli._common import console, say
from consult.cli._later_view import Later, show_later
from consult.cli._plan_view import show_heading, show_item
from consult.cli._restore import for_reviewer, restorer
from consult.cli._why import explain, show_explanation
from consult.errors import ReviewError
from consult.review import Review, pending_items

if TYPE_CHECKING:
    from rich.console import Console

    from consult.review import Consultation, Store

ALERT = "Who was told, by whom, when ([w]hy, Enter: leave open, [q]uit): "
EMPTY = "The plan holds no item to decide; [y]es, I have read it: "
ITEM = "[a]ccept, [e]dit, [r]eject, [w]hy, Enter: leave open, [q]uit: "


def ask_all(store: Store, identifier: str, reviewer: str, *, content: Path | None) -> Consultation:
    """Ask `reviewer` for every undecided item of the consultation and return it as it stands then.

    An answer is stored before the next question, so stopping (`q`, end of input, a killed process) loses none.

    Raises:
        ReviewError: the consultation is not one to decide on (still running, rejected).
    """
    consultation = store.get(identifier)
    pending = pending_items(consultation)
    screen = console(stderr=True)
    shown = for_reviewer(store, consultation)
    if pending or consultation.status == "awaiting-review":
        show_heading(screen, shown, identity=store.identity(consultation.subject.key))
        later = Later.of(store, consultation)
        show_later(screen, consultation, later.restored(restorer(store, consultation)))
    if not pending:
        return consultation if _unread(consultation) else Review(store).decide(identifier, [], reviewer)
    for number, item in enumerate(pending, start=1):
        say("")
        say(f"{number} of {len(pending)}")
        show_item(screen, shown, item)
        if not _Question(store, shown, item, content, screen).settle(reviewer):
            break
    return store.get(identifier)


def _unread(consultation: Consultation) -> bool:
    """A plan without items still has to be read by somebody before it can be signed."""
    return consultation.status == "awaiting-review" and (_line(EMPTY) or "").lower() != "y"


class _Question:
    """One item, asked until it is decided or left open."""

    def __init__(self, store: Store, shown: Consultation, item: str, content: Path | None, screen: Console) -> None:
        self._store = store
        self._shown = shown
        self._item = item
        self._content = content
        self._screen = screen

    def settle(self, reviewer: str) -> bool:
        """Whether to go on with the next item."""
        while True:
            answer = _line(ALERT if self._item.startswith("A") else ITEM)
            if answer is None or answer.lower() == "q":
                return False
            if not answer:
                return True
            if answer.lower() == "w":
                self._why()
                continue
            decision = self._decision(answer)
            if decision is None:
                continue
            try:
                Review(self._store).decide(self._shown.id, [decision], reviewer)
            except ReviewError as error:
                say(str(error))
                continue
            return True

    def _decision(self, answer: str) -> dict[str, str] | None:
        """What was answered; None when it is no answer to this item."""
        if self._item.startswith("A"):
            if len(answer) > 1:  # a letter is a slip of the finger: nobody was told
                return {"item": self._item, "decision": "acknowledge", "text": answer}
            say("say who was told, by whom and when")
            return None
        match answer.lower():
            case "a":
                return {"item": self._item, "decision": "accept"}
            case "e":
                return {"item": self._item, "decision": "edit", "text": _line("New text: ") or ""}
            case "r":
                return {"item": self._item, "decision": "reject", "reason": _line("Reason: ") or ""}
        say("that is none of the letters")
        return None

    def _why(self) -> None:
        explanation = explain(self._shown, self._item, content=self._content)
        show_explanation(self._screen, explanation, self._shown.language)


def _line(prompt: str) -> str | None:
    """One line from the terminal, None at the end of input; the prompt stays off standard output."""
    while True:
        sys.stderr.write(prompt)
        sys.stderr.flush()
        line = sys.stdin.buffer.readline()
        if not line:
            say("")
            return None
        try:
            return line.decode("utf-8").strip()
        except UnicodeDecodeError:
            say("that was not UTF-8 text; type it again")
