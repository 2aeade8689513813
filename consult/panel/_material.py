"""What the synthesizer works from, besides the opinions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from consult.analytes import Catalog
from consult.case import Case
from consult.clinic import Assessment, CareBook, RetestIntervals
from consult.concepts import Concepts
from consult.plan import UNEXPLAINED, UNLISTED, Language, Statement, phrase
from consult.retrieval import Guidelines, Knowledge

SEVERITY = ("red", "high", "standard", "gate", "info")
"""From the most to the least pressing."""


@dataclass(frozen=True, slots=True)
class Material:
    """What the synthesizer works from, besides the opinions."""

    case: Case
    assessment: Assessment
    catalog: Catalog
    concepts: Concepts
    knowledge: Knowledge
    guidelines: Guidelines
    retest: RetestIntervals
    language: Language
    switched_off: tuple[str, ...]
    """Rules and agents that this site does not use."""
    specialties: dict[str, str]
    """Specialist ids to their names in the language of the plan."""
    care: CareBook
    cautions: Callable[[str, str], list[Statement]]
    """A concept and the sentence that recommends it, to what speaks against it in this patient."""
    cites: Callable[[str], tuple[str, ...]]
    """Rule id or calculator to the passages it cites, in the language of the plan."""
    localise: Callable[[str], str]
    """The id of a passage in the language of the plan."""

    def name(self, concept: str) -> str:
        """A concept's name in the language of the plan; one that we do not know is marked."""
        if concept == UNEXPLAINED:
            return phrase("unexplained", self.language)
        if concept not in self.concepts:
            return phrase("concept.unknown", self.language, concept=concept.removeprefix(UNLISTED))
        return self.concepts.name(concept, self.language)


def distinct(items: Iterable[str]) -> list[str]:
    """The items once each, in order."""
    return list(dict.fromkeys(items))


def unique(statements: Iterable[Statement]) -> list[Statement]:
    """The statements once each by their text, code's before models'; copies. Nobody speaks in a rule's place."""
    said = list(statements)
    seen: dict[str, Statement] = {}
    for statement in [*(one for one in said if not one.by), *(one for one in said if one.by)]:
        seen.setdefault(statement.text, statement.model_copy())
    return list(seen.values())
