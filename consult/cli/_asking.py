"""A review at the terminal: one item after the other, each answer stored at once."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from consult.cli._common import console, say
from consult.cli._plan_view import show_heading, show_item
from consult.cli._restore import for_reviewer
from consult.cli._why import explain, show_explanation
from consult.errors import ReviewError
from consult.review import Review, pending_items

if TYPE_CHECKING:
    from rich.console import Console

    from consult.review import Consultation, Store

ALERT = "Who was told, by whom, when ([w]hy, Enter: leave open, [q]uit): "
ITEM = "[a]ccept, [e]dit, [r]eject, [w]hy, Enter: leave open, [q]uit: "


def ask_all(store: Store, identifier: str, reviewer: str, *, content: Path | None) -> Consultation:
    """Ask `reviewer` for every undecided item of the consultation and return it as it stands then.

    An answer is stored before the next question, so stopping (`q`, end of input, a killed process) loses none.

    Raises:
        ReviewError: the consultation is not one to decide on (still running, rejected).
    """
    consultation = store.get(identifier)
    pending = pending_items(consultation)
    if not pending:
        return Review(store).decide(identifier, [], reviewer)
    screen = console(stderr=True)
    shown = for_reviewer(store, consultation)
    show_heading(screen, shown, identity=store.identity(consultation.subject.key))
    for number, item in enumerate(pending, start=1):
        say("")
        say(f"{number} of {len(pending)}")
        show_item(screen, shown, item)
        if not _Question(store, shown, item, content, screen).settle(reviewer):
            break
    return store.get(identifier)


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
                say(f"{answer[:20]!r} is not one of the letters")
                continue
            try:
                Review(self._store).decide(self._shown.id, [decision], reviewer)
            except ReviewError as error:
                say(str(error))
                continue
            return True

    def _decision(self, answer: str) -> dict[str, str] | None:
        if self._item.startswith("A"):
            return {"item": self._item, "decision": "acknowledge", "text": answer}
        match answer.lower():
            case "a":
                return {"item": self._item, "decision": "accept"}
            case "e":
                return {"item": self._item, "decision": "edit", "text": _line("New text: ") or ""}
            case "r":
                return {"item": self._item, "decision": "reject", "reason": _line("Reason: ") or ""}
        return None

    def _why(self) -> None:
        explanation = explain(self._shown, self._item, content=self._content)
        show_explanation(self._screen, explanation, self._shown.language)


def _line(prompt: str) -> str | None:
    """One line from the terminal, None at the end of input; the prompt stays off standard output."""
    sys.stderr.write(prompt)
    sys.stderr.flush()
    line = sys.stdin.readline()
    if not line:
        say("")
        return None
    return line.strip()
