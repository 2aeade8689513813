"""Asking one model until it answers: within its limits, again after what may pass, never past the deadline."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from secrets import SystemRandom

from consult.errors import ModelError, ModelErrorKind
from consult.models._breaker import Breaker
from consult.models._budget import estimated
from consult.models._limits import Gate, Limiter, NoRoom, Sleep
from consult.models._refused import ParameterRefused
from consult.models._request import Endpoint, OnPiece, Reply, Request
from consult.settings import ModelSettings

_PASSING: frozenset[ModelErrorKind] = frozenset({"timeout", "connection", "rate-limit", "server", "truncated"})
"""Failures that may be gone at the next attempt."""
_NOT_ASKED: frozenset[ModelErrorKind] = frozenset({"deadline", "circuit-open"})
_ADAPTATIONS = 4
"""Parameters that a server may refuse, one after another, before the call fails."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 20.0
_RANDOM = SystemRandom()


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call that left, whatever became of it."""

    number: int
    """1 for the first of a question, 2 for its first retry …"""
    started: datetime
    """UTC."""
    milliseconds: int
    reply: Reply | None = None
    error: ModelError | None = None
    cancelled: bool = False
    """It was not waited for."""


class ModelClient:
    """One model: its endpoint, its limits, and the breaker of its server. Used on one event loop."""

    def __init__(
        self,
        name: str,
        settings: ModelSettings,
        endpoint: Endpoint,
        *,
        breaker: Breaker | None = None,
        gate: Limiter | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        timer: Callable[[], float] = time.monotonic,
        sleep: Sleep = asyncio.sleep,
        random: Callable[[], float] = _RANDOM.random,
    ) -> None:
        """Prepare; nothing is asked yet.

        Args:
            name: the model's name in `consult.toml`.
            settings: its limits, timeout and retries.
            endpoint: asks once.
            breaker: that of the server; None: one of its own.
            gate: keeps the limits, by the same seconds as `timer`; None: one of its own.
            now: tells the time of day.
            timer: tells seconds, as deadlines do: those of the running loop's `time()`.
            sleep: spends seconds.
            random: a number from 0 up to 1, for the jitter.
        """
        self.name = name
        self._settings = settings
        self.endpoint = endpoint
        self._breaker = breaker or Breaker(timer=timer)
        self._now = now
        self._timer = timer
        self._sleep = sleep
        self._random = random
        self._gate = gate or Gate(settings.limits, timer=timer, sleep=sleep)

    async def send(
        self,
        request: Request,
        *,
        deadline: float,
        on_attempt: Callable[[Attempt], None],
        on_piece: OnPiece | None = None,
    ) -> Reply:
        """The reply to `request`, after as many attempts as the settings allow.

        Args:
            request: what to ask.
            deadline: when to give up, by `timer`.
            on_attempt: told of every attempt, before this returns or raises.
            on_piece: called with every piece as it arrives; a retry begins again.

        Raises:
            ModelError: the last attempt's, or why there was none.
        """
        retries = adaptations = 0
        failed: ModelError | None = None
        for number in count(1):
            try:
                return await self._attempt(number, request, deadline, on_attempt, on_piece)
            except NoRoom as full:
                raise failed or ModelError(self.name, "deadline", detail=str(full)) from None
            except ModelError as error:
                if error.kind in _NOT_ASKED:
                    raise failed or error from None
                failed = error
            if isinstance(failed, ParameterRefused) and adaptations < _ADAPTATIONS:
                adaptations += 1
                continue
            pause = self._pause(retries, failed)
            if failed.kind not in _PASSING or retries >= self._settings.retries or self._timer() + pause >= deadline:
                raise failed
            retries += 1
            await self._sleep(pause)
        raise AssertionError("unreachable")

    async def close(self) -> None:
        """Close the connections."""
        await self.endpoint.close()

    async def _attempt(
        self,
        number: int,
        request: Request,
        deadline: float,
        on_attempt: Callable[[Attempt], None],
        on_piece: OnPiece | None,
    ) -> Reply:
        """Ask once, when the limits allow it; `deadline` and `circuit-open` mean that nothing was asked."""
        asked = estimated(request.messages).input
        announced = asked + (request.max_tokens or self._settings.max_output_tokens)
        async with self._gate.slot(deadline):
            hurried = deadline - self._timer() < self._settings.timeout / 2
            with self._breaker.guarding(self.name, hurried=hurried):
                await self._gate.admit(announced, deadline)
                rest = deadline - self._timer()
                if rest <= 0:
                    raise ModelError(self.name, "deadline", detail="no time is left")
                used = asked
                try:
                    reply = await self._asked(number, request, min(rest, self._settings.timeout), on_attempt, on_piece)
                    used = _used(request, reply)
                finally:
                    self._gate.use(used - announced)
        return reply

    async def _asked(
        self,
        number: int,
        request: Request,
        seconds: float,
        on_attempt: Callable[[Attempt], None],
        on_piece: OnPiece | None,
    ) -> Reply:
        """Ask, and tell what became of it."""
        started, at = self._now(), self._timer()

        def tell(reply: Reply | None = None, error: ModelError | None = None, cancelled: bool = False) -> None:
            milliseconds = round((self._timer() - at) * 1000)
            on_attempt(Attempt(number, started, milliseconds, reply, error, cancelled))

        try:
            reply = await self.endpoint.send(request, timeout=seconds, on_piece=on_piece)
        except asyncio.CancelledError:
            tell(cancelled=True)
            raise
        except ModelError as error:
            tell(error=error)
            raise
        except (
            Exception
        ) as error:  # an endpoint that was handed in may raise anything: it becomes a failure like others
            failure = ModelError(self.name, "server", detail=type(error).__name__)
            tell(error=failure)
            raise failure from None
        tell(reply)
        return reply

    def _pause(self, retries: int, error: ModelError) -> float:
        """Seconds until the next attempt: what the server asks for, and jitter, lest all come back at once."""
        return (error.retry_after or 0.0) + self._random() * min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0**retries)


def _used(request: Request, reply: Reply) -> int:
    tokens = reply.tokens or estimated(request.messages, reply.text + reply.reasoning)
    return tokens.input + tokens.output
