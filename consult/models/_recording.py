"""What models answered, and how they failed, in a file: to run the same consultation again without a network.

A recording holds one line for every attempt, in the order in which they ended. Replay gives each question its attempts
in that order, failures included, so that retries, repairs and fallbacks happen again, without waiting. A question is
known by who asks what of which model, whatever way structure is asked for: the way is recorded with the attempt.

The file holds answers about a patient, and no prompt; where the home is encrypted, each line is.
"""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from consult.errors import ConsultationError, ModelError, UsageError
from consult.models._ledger import Call
from consult.models._refused import ModeRefused
from consult.models._request import Reply, Tokens
from consult.storage import Sealer, Vault

LINE = "line"
"""What a sealed line is bound to: a recording may be copied and cut."""
_OPEN = Vault().sealer("recording")
"""Reads and writes in clear."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one attempt ended."""

    number: int
    """Of the attempt within one call of the client: its first try is 1, its first retry 2 …"""
    call: Call | None
    """Its row in the ledger; None where nothing left: the circuit was open, the time was over."""
    reply: Reply | None = None
    error: ModelError | None = None
    """Neither reply nor error: it was cancelled."""


class Recording:
    """A file of attempts, being written or being replayed; may be shared by consultations of one event loop."""

    def __init__(
        self,
        file: BinaryIO | None = None,
        outcomes: dict[str, deque[Outcome]] | None = None,
        *,
        strict: bool = True,
        sealer: Sealer | None = None,
    ) -> None:
        self._file = file
        self._sealer = sealer or _OPEN
        self._outcomes = outcomes
        self.strict = strict
        """A question that the recording does not hold is an error; otherwise it goes to the model."""

    @classmethod
    def record(cls, path: str | os.PathLike[str], *, sealer: Sealer | None = None) -> Recording:
        """Write to `path` (0600), after what it holds already; encrypted where `sealer` seals."""
        file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
        Path(path).chmod(0o600)
        file.truncate(_whole(file.read()))
        file.seek(0, os.SEEK_END)
        return cls(file, sealer=sealer)

    @classmethod
    def replay(cls, path: str | os.PathLike[str], *, strict: bool = True, sealer: Sealer | None = None) -> Recording:
        """Answer from `path`; a torn last line is passed over.

        Raises:
            UsageError: the file cannot be read, another line than the last is damaged, or it is encrypted with a key
                that `sealer` does not have.
        """
        try:
            content = Path(path).read_bytes()
        except OSError as error:
            raise UsageError(f"the recording cannot be read: {type(error).__name__}") from None
        outcomes: dict[str, deque[Outcome]] = {}
        for number, line in enumerate(content[: _whole(content)].splitlines(), start=1):
            try:
                row = json.loads(opened(line, sealer or _OPEN))
                outcomes.setdefault(row["key"], deque()).append(_outcome(row))
            except (ValueError, KeyError, TypeError, ConsultationError):
                raise UsageError(f"the recording is damaged in line {number}") from None
        return cls(outcomes=outcomes, strict=strict)

    @property
    def replaying(self) -> bool:
        """Answers come from the file."""
        return self._outcomes is not None

    def upcoming(self, key: str) -> Outcome | None:
        """What the next attempt at a question ended in; None: nothing more is recorded."""
        waiting = self._outcomes.get(key) if self._outcomes else None
        return waiting[0] if waiting else None

    def send(self, key: str) -> Iterator[Outcome]:
        """The outcomes of one call of the client: its first attempt and the retries of it. Each is used up."""
        outcome = self.upcoming(key)
        while outcome is not None:
            self._take(key)
            yield outcome
            following = self.upcoming(key)
            if outcome.reply is not None or following is None:
                return
            # a first attempt after a failure belongs to the next call; what was cancelled did not end its question
            retried = following.number > outcome.number or outcome.error is None
            outcome = following if retried else None

    def add(self, key: str, agent: str, purpose: str, model: str, outcome: Outcome) -> None:
        """Append one attempt; durable when this returns, but for a crash of the machine. Nothing in a replay."""
        if self._file is None:
            return
        row = {"key": key, "agent": agent, "purpose": purpose, "model": model, **_row(outcome)}
        line = json.dumps(row, ensure_ascii=True, separators=(",", ":"))
        self._file.write(self._sealer.seal_text(line, about=LINE).encode() + b"\n")
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()

    def _take(self, key: str) -> None:
        if self._outcomes:
            self._outcomes[key].popleft()


def opened(line: bytes, sealer: Sealer) -> str:
    """A line of a recording, in clear.

    Raises:
        ValueError: it is no ASCII.
        SettingsError, ConsultationError: as `Sealer.open`.
    """
    return sealer.open_text(line.decode("ascii"), about=LINE)


def _whole(content: bytes) -> int:
    """Length of the content up to and including its last whole line."""
    return content.rfind(b"\n") + 1


def _row(outcome: Outcome) -> dict[str, Any]:
    kind = "reply" if outcome.reply else "error" if outcome.error else "cancelled"
    row: dict[str, Any] = {"outcome": kind, "number": outcome.number}
    if outcome.reply is not None:
        row["reply"] = asdict(outcome.reply)
    if outcome.error is not None:
        error = outcome.error
        row["error"] = {
            "kind": error.kind,
            "status": error.status,
            "retry_after": error.retry_after,
            "detail": error.detail,
            "mode_refused": isinstance(error, ModeRefused),
        }
    row["call"] = None if outcome.call is None else outcome.call.model_dump(mode="json", exclude_defaults=True)
    return row


def _outcome(row: dict[str, Any]) -> Outcome:
    call = None if row["call"] is None else Call.model_validate(row["call"])
    reply = reply_from(row["reply"]) if row["outcome"] == "reply" else None
    error = _error(row["model"], row["error"]) if row["outcome"] == "error" else None
    return Outcome(row["number"], call, reply, error)


def reply_from(row: dict[str, Any]) -> Reply:
    """A reply as `dataclasses.asdict` wrote it."""
    return Reply(**{**row, "tokens": None if row["tokens"] is None else Tokens(**row["tokens"])})


def _error(model: str, row: dict[str, Any]) -> ModelError:
    refused = row.pop("mode_refused")
    return (ModeRefused if refused else ModelError)(model, **row)
