"""The ledger: one row for every call that left, whatever became of it."""

from __future__ import annotations

from typing import Literal, Protocol

from pydantic import Field

from consult.case import Model
from consult.models._request import Reply

Purpose = Literal["plan", "opinion", "check", "retrieval", "review", "synthesis", "repair", "chat", "probe", "judge"]
"""plan: the planner; opinion: a specialist; check: the second model of a specialist; retrieval: the opinion after one
more search; review: cross-review; synthesis: the chair; repair: of sentences that the verifier refused; judge: of a
plan by a rubric."""

CallStatus = Literal["ok", "invalid", "failed", "cancelled"]
"""ok: a usable answer; invalid: an answer that breaks the schema; failed: no answer; cancelled: not waited for."""

DECIMAL = r"^[0-9]+(\.[0-9]+)?$"


class Call(Model):
    """One call to a model or a remote specialist: retries, failures and fallbacks have rows of their own."""

    at: str
    """When it left; ISO 8601, UTC."""
    agent: str
    purpose: Purpose
    model: str
    """Its name in `consult.toml`; `remote:<agent>` for a specialist elsewhere."""
    served: str = ""
    """What the server called the model that answered."""
    mode: str = ""
    """How structure was asked for: `json_schema`, `tool`, `json_object`, `prompt`; empty for free text."""
    attempt: int = 1
    """1 for the first try of a question, 2 for its first retry …"""
    status: CallStatus
    error: str = ""
    """Kind of failure (`timeout`, `rate-limit`, …), empty when it did not fail. Never patient text."""
    input_tokens: int = 0
    cached_tokens: int = 0
    """Part of `input_tokens`."""
    output_tokens: int = 0
    reasoning_tokens: int = 0
    """Part of `output_tokens`."""
    estimated: bool = False
    """The server reported no tokens: they are estimated from the characters."""
    cost: str = Field(default="0", pattern=DECIMAL)
    """Decimal string, in the site's currency, by the price table and the hour."""
    milliseconds: int = 0
    prompt: str = ""
    """`sha256:` of the request."""
    answer: str = ""
    """`sha256:` of the answer; empty when there was none."""
    replayed: bool = False
    """Answered from a recording or the cache: nothing left the house and nothing was paid."""


class Journal(Protocol):
    """Where calls are written as they return, so that a resumed consultation repeats none."""

    def finished(self, key: str) -> Reply | None:
        """The reply to a question of this consultation that was answered before, else None."""

    def record(self, call: Call, *, key: str, reply: Reply | None) -> None:
        """Write one row, durable when this returns; `reply` is kept for `finished` when the call's status is `ok`."""

    def calls(self) -> list[Call]:
        """All rows of this consultation, oldest first; those of earlier processes included."""


class MemoryJournal:
    """A journal that ends with the process: for probes and for tests."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, Call, Reply | None]] = []

    def finished(self, key: str) -> Reply | None:
        """The last usable reply under `key`."""
        found = [reply for k, call, reply in self.rows if k == key and call.status == "ok"]
        return found[-1] if found else None

    def record(self, call: Call, *, key: str, reply: Reply | None) -> None:
        """Append a row."""
        self.rows.append((key, call, reply))

    def calls(self) -> list[Call]:
        """All rows."""
        return [call for _, call, _ in self.rows]
