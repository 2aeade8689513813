"""Live laboratory results: messages in, consultations started once, signed plans back.

What is promised, and how a crash is survived: docs/decisions/0010-mllp.md. Names are imported when first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from consult.live._answer import answer
    from consult.live._delivery import Delivery
    from consult.live._door import Door
    from consult.live._forgetting import forget
    from consult.live._inbox import Arrival, Inbox, Stored
    from consult.live._listener import Listener
    from consult.live._outbox import Outbox, Outgoing
    from consult.live._receipts import Receipts
    from consult.live._runs import Runs
    from consult.live._worker import Worker

_HOME = {
    "Arrival": "_inbox",
    "Delivery": "_delivery",
    "Door": "_door",
    "Inbox": "_inbox",
    "Listener": "_listener",
    "Outbox": "_outbox",
    "Outgoing": "_outbox",
    "Receipts": "_receipts",
    "Runs": "_runs",
    "Stored": "_inbox",
    "Worker": "_worker",
    "answer": "_answer",
    "forget": "_forgetting",
}

__all__ = [
    "Arrival",
    "Delivery",
    "Door",
    "Inbox",
    "Listener",
    "Outbox",
    "Outgoing",
    "Receipts",
    "Runs",
    "Stored",
    "Worker",
    "answer",
    "forget",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'consult.live' has no attribute {name!r}")
    value = getattr(import_module(f"consult.live.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
