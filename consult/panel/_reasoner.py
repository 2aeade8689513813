"""The seam between the panel and whoever reasons: the rules engine, or a model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from consult.analytes import Catalog
from consult.case import Case
from consult.clinic import Assessment
from consult.concepts import Concepts
from consult.panel._cards import Card
from consult.plan import Conflict, Language, Opinion, Position, Task
from consult.retrieval import Hit

Search = Callable[[Sequence[str]], list[list[Hit]]]
"""Several queries to their passages, best first, in the specialist's own indexes and the case's language."""


@dataclass(frozen=True, slots=True)
class Brief:
    """All that one specialist gets to see."""

    task: Task
    card: Card
    case: Case
    assessment: Assessment
    catalog: Catalog
    concepts: Concepts
    language: Language
    search: Search
    localise: Callable[[str], str]
    """The id of a passage in the language of the consultation."""
    cites: Callable[[str], tuple[str, ...]]
    """Id of a rule or name of a calculator to the passages it cites, in the language of the consultation."""


@dataclass(frozen=True, slots=True)
class Dispute:
    """A point in dispute, and the position of the specialist who is asked about it again."""

    own: Position
    conflict: Conflict


class Reasoner(Protocol):
    """Answers a specialist's task; the same `Opinion` whoever answers."""

    @property
    def name(self) -> str:
        """`rules`, or the name of the model in `consult.toml`; written into the opinion."""

    async def reason(self, brief: Brief) -> Opinion:
        """The specialist's opinion.

        Raises:
            AgentError: no answer could be had; the plan shows a gap.
        """

    async def reconsider(self, brief: Brief, disputes: Sequence[Dispute]) -> list[Position]:
        """The specialist's positions after seeing the others', once: kept or changed, with a reason; in that order."""
