"""The sending side: one message, its acknowledgement."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from consult.errors import ConsultationError
from consult.interop.hl7v2 import Message, Segment, parse
from consult.interop.mllp._framing import Framer, framed

_LARGEST = 1024 * 1024
_ACCEPTED = frozenset({"AA", "CA"})
_REFUSED = frozenset({"AR", "CR"})
_CODES = _ACCEPTED | _REFUSED | {"AE", "CE"}


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """What the receiver said."""

    code: str
    """MSA-1: `AA`, `AE`, `AR`, `CA`, `CE` or `CR`."""
    reason: str = ""
    """Code of ERR-3 (or of ERR-1, MSA-6), digits only: a text of theirs may hold anything."""

    @property
    def accepted(self) -> bool:
        """It has been taken."""
        return self.code in _ACCEPTED

    @property
    def refused(self) -> bool:
        """Sending it again will not help."""
        return self.code in _REFUSED


class Client:
    """A connection to a listener; messages go one after another."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float) -> None:
        self._reader, self._writer, self._seconds = reader, writer, seconds
        self._framer = Framer(_LARGEST)

    @classmethod
    async def connect(cls, host: str, port: int, *, seconds: float = 30, tls: ssl.SSLContext | None = None) -> Client:
        """A connection that waits at most `seconds` for anything.

        Raises:
            ConsultationError: nobody listens there, or not with TLS as it is set up here.
        """
        try:
            async with asyncio.timeout(seconds):
                reader, writer = await asyncio.open_connection(host, port, ssl=tls)
        except (OSError, TimeoutError) as error:
            raise ConsultationError(f"the receiver cannot be reached ({type(error).__name__})") from None
        return cls(reader, writer, seconds)

    async def send(self, message: bytes) -> Acknowledged:
        """Send `message` and wait for the acknowledgement that names its control id.

        Raises:
            ConsultationError: the connection broke, nothing came in time, or what came is no acknowledgement of it.
        """
        control = parse(message).messages[0].header.text(10)
        try:
            async with asyncio.timeout(self._seconds):
                self._writer.write(framed(message))
                await self._writer.drain()
                return await self._answer(control)
        except TimeoutError:
            raise ConsultationError("the receiver did not acknowledge in time") from None
        except OSError as error:
            raise ConsultationError(f"the connection to the receiver broke ({type(error).__name__})") from None

    async def _answer(self, control: str) -> Acknowledged:
        while True:
            data = await self._reader.read(65536)
            for frame in self._framer.feed(data) if data else self._framer.finish():
                found = _read(frame.content, control)
                if found is not None:
                    return found
            if not data:
                raise ConsultationError("the receiver closed the connection without an acknowledgement")

    async def close(self) -> None:
        """Close the connection."""
        self._writer.close()
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(2):
                await self._writer.wait_closed()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self.close()


def _read(content: bytes, control: str) -> Acknowledged | None:
    """The acknowledgement of the message `control`; null when it is of an earlier one, which came too late."""
    messages = parse(content).messages
    segment = _segment(messages[0], "MSA") if messages else None
    if segment is None or segment.text(1).upper() not in _CODES:
        raise ConsultationError("what the receiver answered is no acknowledgement")
    if segment.text(2) not in {"", control}:
        return None
    return Acknowledged(segment.text(1).upper(), _reason(messages[0], segment))


def _reason(message: Message, acknowledgement: Segment) -> str:
    error = _segment(message, "ERR")
    coded = [acknowledgement.text(6)] if error is None else [error.text(3), *error.subcomponents(_fourth(error))]
    return next((one for one in coded if one.isascii() and one.isdigit() and len(one) == 3), "")


def _fourth(error: Segment) -> str:
    parts = error.raw(1).split(error.separators.component)
    return parts[3] if len(parts) > 3 else ""


def _segment(message: Message, name: str) -> Segment | None:
    return next((one for one in message.segments if one.name == name), None)
