"""Language models: asked in a structured way, never trusted blindly, every call on the record.

Names are imported when first used: reading a consultation needs no model.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from consult.models._cache import Cache
    from consult.models._caller import Answer, Caller
    from consult.models._ledger import Call, Journal, MemoryJournal, Purpose
    from consult.models._limits import Gate, Gates, Limiter, NoRoom
    from consult.models._price import Prices
    from consult.models._recording import Recording
    from consult.models._registry import Models
    from consult.models._remote import RemoteEndpoint, remote_name, remote_settings
    from consult.models._request import Endpoint, Message, Piece, Reply, Request, Tokens
    from consult.models._spans import Spans

_HOME = {
    "Answer": "_caller",
    "Cache": "_cache",
    "Call": "_ledger",
    "Caller": "_caller",
    "Endpoint": "_request",
    "Gate": "_limits",
    "Gates": "_limits",
    "Journal": "_ledger",
    "Limiter": "_limits",
    "MemoryJournal": "_ledger",
    "Message": "_request",
    "Models": "_registry",
    "NoRoom": "_limits",
    "Piece": "_request",
    "Prices": "_price",
    "Purpose": "_ledger",
    "Recording": "_recording",
    "RemoteEndpoint": "_remote",
    "Reply": "_request",
    "Request": "_request",
    "Spans": "_spans",
    "Tokens": "_request",
    "remote_name": "_remote",
    "remote_settings": "_remote",
}

__all__ = [
    "Answer",
    "Cache",
    "Call",
    "Caller",
    "Endpoint",
    "Gate",
    "Gates",
    "Journal",
    "Limiter",
    "MemoryJournal",
    "Message",
    "Models",
    "NoRoom",
    "Piece",
    "Prices",
    "Purpose",
    "Recording",
    "RemoteEndpoint",
    "Reply",
    "Request",
    "Spans",
    "Tokens",
    "remote_name",
    "remote_settings",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'consult.models' has no attribute {name!r}")
    value = getattr(import_module(f"consult.models.{_HOME[name]}"), name)
    globals()[name] = value
    return value
