"""Doubles for tests, ours and those of whoever embeds the library."""

from consult.testing._reasoner import ScriptedReasoner

__all__ = ["ScriptedReasoner"]
