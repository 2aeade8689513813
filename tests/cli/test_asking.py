"""`consult review` at a terminal, played through a pseudo-terminal."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .conftest import Stored, all_decisions, document

pty = pytest.importorskip("pty", reason="needs a pseudo-terminal")
SECONDS = 40


class Terminal:
    """Somebody at the keyboard: waits for a prompt, types a line. Standard output goes elsewhere, as with `> FILE`."""

    def __init__(self, *arguments: str, cwd: Path) -> None:
        self._near, far = pty.openpty()
        self._out = cwd / "stdout"
        with self._out.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-c", "from consult.cli import main; main()", *arguments],
                stdin=far, stderr=far, stdout=out, cwd=cwd,
                env={**os.environ, "COLUMNS": "100", "TERM": "dumb", "LC_ALL": "C", "PYTHONUTF8": "0"},
            )  # fmt: skip
        os.close(far)
        self.seen = ""
        self._unread = b""

    def wait_for(self, text: str) -> None:
        """Read the screen up to `text`; the next wait begins after it."""
        until = time.monotonic() + SECONDS
        while text not in self._unread.decode(errors="replace"):
            ready, _, _ = select.select([self._near], [], [], max(0.0, until - time.monotonic()))
            assert ready, f"no {text!r} after {self._unread.decode(errors='replace')!r}"
            try:
                self._unread += os.read(self._near, 4096)
            except OSError:  # the other end is closed
                pytest.fail(f"ended without {text!r}: {self._unread.decode(errors='replace')!r}")
        before, found, self._unread = self._unread.partition(text.encode())
        self.seen += (before + found).decode(errors="replace")

    def type(self, line: str, *, after: str) -> None:
        self.wait_for(after)
        os.write(self._near, f"{line}\n".encode())

    def press(self, key: bytes, *, after: str) -> None:
        self.wait_for(after)
        os.write(self._near, key)

    def end(self) -> tuple[int, str]:
        """Exit code and standard output."""
        self.seen += self._unread.decode(errors="replace")
        with contextlib.suppress(OSError):
            while select.select([self._near], [], [], SECONDS)[0] and (more := os.read(self._near, 4096)):
                self.seen += more.decode(errors="replace")
        return self.process.wait(SECONDS), self._out.read_text(encoding="utf-8")

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._near)


@pytest.fixture
def review(draft: Stored, tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    """Starts `consult review` on the draft."""
    opened: list[Terminal] = []

    def start(*options: str) -> Terminal:
        terminal = Terminal("review", draft.id, "--reviewer", "Dr Meier", *draft.at, *options, cwd=tmp_path)
        opened.append(terminal)
        return terminal

    yield start
    for terminal in opened:
        terminal.close()


def decided(stored: Stored) -> list[tuple[str, str, str | None]]:
    return [(one["item"], one["decision"], one["text"] or one["reason"]) for one in document(stored)["decisions"]]


ALERT, ITEM = "when (", "[a]ccept"


def test_every_kind_of_answer(review: Callable[..., Terminal], draft: Stored) -> None:
    items = [one["item"] for one in all_decisions(draft)]
    assert items[:3] == ["A1", "A2", "P1"]
    assert len(items) > 5
    terminal = review("--json")
    terminal.type("x", after=ALERT)  # a slip of the finger tells nobody
    terminal.wait_for("say who was told")
    terminal.type("病区护士已电话告知", after=ALERT)
    terminal.type("", after=ALERT)  # A2 is left open
    terminal.type("z", after=ITEM)
    terminal.wait_for("none of the letters")
    terminal.type("A", after=ITEM)
    terminal.type("r", after=ITEM)
    terminal.type("", after="Reason: ")  # a reason is required: asked again
    terminal.wait_for("needs a reason")
    terminal.type("r", after=ITEM)
    terminal.type("not on this ward", after="Reason: ")
    terminal.type("e", after=ITEM)
    terminal.type("Call Dr Else instead", after="New text: ")
    terminal.type("q", after=ITEM)
    code, out = terminal.end()
    assert code == 0
    assert out.startswith("{")
    assert decided(draft) == [
        ("A1", "acknowledge", "病区护士已电话告知"),
        ("P1", "accept", None),
        (items[3], "reject", "not on this ward"),
        (items[4], "edit", "Call Dr Else instead"),
    ]
    assert document(draft)["status"] == "awaiting-review"


def test_the_reviewer_sees_whom_and_why(review: Callable[..., Terminal]) -> None:
    terminal = review()
    terminal.wait_for("Patricia")
    terminal.type("w", after=ALERT)
    terminal.type("q", after=ALERT)
    code, out = terminal.end()
    assert code == 0
    assert "items open (A1, A2, P1" in out
    assert "Potassium  6.9 mmol/L  HH" in terminal.seen
    assert "Patricia" not in out


def test_the_end_of_input_stops(review: Callable[..., Terminal], draft: Stored) -> None:
    terminal = review()
    terminal.type("Sister Ode told by phone", after=ALERT)
    terminal.press(b"\x04", after=ALERT)
    code, out = terminal.end()
    assert code == 0
    assert "items open (A2" in out
    assert [item for item, *_ in decided(draft)] == ["A1"]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_decisions_given_before_the_end_are_stored(
    review: Callable[..., Terminal], draft: Stored, number: signal.Signals
) -> None:
    terminal = review()
    terminal.type("Sister Ode told by phone", after=ALERT)
    terminal.wait_for(ALERT)
    terminal.process.send_signal(number)
    code, out = terminal.end()
    assert out == ""
    assert "Traceback" not in terminal.seen
    assert code == (-signal.SIGKILL if number == signal.SIGKILL else 3)
    assert [item for item, *_ in decided(draft)] == ["A1"]
    again = review()
    again.wait_for(f"1 of {len(all_decisions(draft)) - 1}")
    again.type("q", after=ALERT)
    assert again.end()[0] == 0
