"""Frames of the Minimal Lower Layer Protocol: 0x0B, the message, 0x1C 0x0D."""

from __future__ import annotations

import re
from dataclasses import dataclass

START = b"\x0b"
END = b"\x1c"
TRAILER = b"\x0d"
_BEGINNING = 4096
"""Bytes that are kept of a message that is too large: enough for its header."""
_RESTART = re.compile(rb"\x0b[ \t]*(?=MSH|FHS|BHS)")
_BLANK = b"\r\n \t"
_FOLLOWING = frozenset({TRAILER, START, b"\n"})


def framed(message: bytes) -> bytes:
    """`message` between its marks.

    Raises:
        ValueError: it holds an end mark itself.
    """
    if END in message:
        raise ValueError("a message cannot hold the end mark of its own frame")
    return START + message + END + TRAILER


@dataclass(frozen=True, slots=True)
class Frame:
    """One message as it stood between the marks."""

    content: bytes
    """All of it, or its first bytes when it was too large."""
    whole: bool = True
    """False: it was larger than the limit, and what followed the beginning was not kept."""
    cut: int = 0
    """Bytes of an earlier message that its sender broke off to begin this one."""


class Framer:
    """Takes bytes as they arrive, in pieces of any size, and gives the messages in them.

    A message ends with 0x1C 0x0D. The carriage return may be missing where the next message follows, or a line feed,
    or nothing (`finish`); 0x1C before anything else is text. 0x0B inside a message is text too unless a header follows
    it: then the sender broke the first message off. Whatever stands between messages is skipped and counted.
    """

    def __init__(self, limit: int) -> None:
        """Messages larger than `limit` bytes are given without their rest."""
        self._limit = limit
        self._buffer = bytearray()
        self._inside = False
        self._size = 0
        self._searched = 0
        self.stray = 0
        """Bytes outside any message since the last one, line ends and blanks not counted."""

    @property
    def inside(self) -> bool:
        """A message has begun and not ended."""
        return self._inside

    def feed(self, data: bytes) -> list[Frame]:
        """The messages that end in `data`, in order."""
        self._buffer += data
        found: list[Frame] = []
        while self._step(found):
            pass
        return found

    @property
    def ending(self) -> bool:
        """An end mark has come, and not yet what follows it."""
        return self._inside and self._buffer.endswith(END)

    def finish(self) -> list[Frame]:
        """Nothing follows: a message whose end mark came without its carriage return is whole all the same."""
        return [self._take(len(self._buffer) - 1, len(self._buffer))] if self.ending else []

    def _step(self, found: list[Frame]) -> bool:
        """Whether there may be more to do with what has arrived."""
        if not self._inside:
            return self._begin()
        end = self._end()
        if end is None:
            self._shorten()
            return False
        position, after = end
        found.append(self._take(position, after))
        return True

    def _begin(self) -> bool:
        start = self._buffer.find(START)
        outside = bytes(self._buffer if start < 0 else self._buffer[:start])
        self.stray += len(outside) - sum(outside.count(one) for one in _BLANK)
        del self._buffer[: len(outside) + (start >= 0)]
        self._inside = start >= 0
        self._size = self._searched = 0
        return self._inside

    def _end(self) -> tuple[int, int] | None:
        """Where the end mark stands, and where what follows the message begins."""
        while (position := self._buffer.find(END, self._searched)) >= 0:
            following = bytes(self._buffer[position + 1 : position + 2])
            if not following:
                self._searched = position
                return None
            if following in _FOLLOWING:
                return position, position + 1 + (following == TRAILER)
            self._searched = position + 1
        self._searched = len(self._buffer)
        return None

    def _shorten(self) -> None:
        """Of a message that is too large only the beginning stays, and an end mark that has just arrived."""
        if len(self._buffer) + self._size <= self._limit or len(self._buffer) <= _BEGINNING:
            return
        pending = self._buffer[self._searched :]
        self._size += len(self._buffer) - _BEGINNING - len(pending)
        del self._buffer[_BEGINNING:]
        self._buffer += pending
        self._searched = _BEGINNING

    def _take(self, position: int, after: int) -> Frame:
        content = bytes(self._buffer[:position])
        size = self._size + len(content)
        del self._buffer[:after]
        self._inside = False
        self.stray = 0
        if size > self._limit:
            return Frame(content[:_BEGINNING], whole=False)
        restarts = [found.end() for found in _RESTART.finditer(content)]
        return Frame(content[restarts[-1] :], cut=restarts[-1]) if restarts else Frame(content)
