"""What a ward needs beside a diagnosis: risks, complications, monitoring, follow-up, by condition."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from consult._problems import did_you_mean, first_problem
from consult.concepts import Concepts
from consult.content import read_toml
from consult.errors import ContentError

CareKind = Literal["risk", "complication", "medication", "monitoring", "changes-plan", "follow-up"]
"""risk: before a procedure or a treatment; complication: to watch for; medication: for the prescriber to consider;
monitoring: what, how often, until when; changes-plan: the result that would change the plan; follow-up: who, when."""
KINDS: tuple[CareKind, ...] = get_args(CareKind)
_Words = Annotated[str, Field(min_length=1)]


class Care(BaseModel):
    """One sentence of care for one condition; a `[[care]]` table of `agents/<specialty>/care.toml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    concept: str
    """The condition; narrower ones that say nothing themselves take it over."""
    kind: CareKind
    en: _Words
    zh: _Words
    cites: Annotated[tuple[str, ...], Field(min_length=1)]
    """Passages that state it."""
    review: Literal["draft", "reviewed"] = "draft"
    reviewed_by: str = ""

    def text(self, lang: Literal["en", "zh"]) -> str:
        """The sentence in one language."""
        return self.en if lang == "en" else self.zh


class CareBook:
    """The care of all specialties, by condition."""

    def __init__(self, care: Mapping[str, Sequence[tuple[str, Care]]], *, concepts: Concepts) -> None:
        self._care = {
            concept: sorted(items, key=lambda item: KINDS.index(item[1].kind)) for concept, items in care.items()
        }
        self._concepts = concepts

    @classmethod
    def load(
        cls, root: Path, *, concepts: Concepts, guidelines_ids: Collection[str], specialties: Sequence[str]
    ) -> CareBook:
        """The care of the specialties under `root / "agents"`; a specialty may have none.

        Raises:
            ContentError: a file or an entry is wrong; names the file, the condition and the problem.
        """
        care: dict[str, list[tuple[str, Care]]] = {}
        for specialty in specialties:
            file = f"agents/{specialty}/care.toml"
            for entry in _entries(root, file):
                problem = next(_problems(entry, concepts, guidelines_ids), None)
                if problem is not None:
                    raise ContentError(file, entry.concept, problem)
                care.setdefault(entry.concept, []).append((specialty, entry))
        return cls(care, concepts=concepts)

    def of(self, concept: str) -> list[tuple[str, Care]]:
        """Specialty and sentence for a condition: its own, else those of the narrowest broader one that has any."""
        return next((self._care[one] for one in self._concepts.broader(concept) if one in self._care), [])

    def __iter__(self) -> Iterator[tuple[str, Care]]:
        """Every sentence with its specialty."""
        return (item for items in self._care.values() for item in items)


def _entries(root: Path, file: str) -> list[Care]:
    if not (root / file).is_file():
        return []
    tables = read_toml(root, file)
    if set(tables) - {"care"} or not isinstance(tables.get("care", []), list):
        raise ContentError(file, "", "holds `[[care]]` tables only")
    entries = []
    for table in tables.get("care", []):
        try:
            entries.append(Care.model_validate(table))
        except ValidationError as error:
            raise ContentError(file, str(table.get("concept", "")), first_problem(error, Care.model_fields)) from None
    return entries


def _problems(entry: Care, concepts: Concepts, guidelines: Collection[str]) -> Iterator[str]:
    if entry.concept not in concepts:
        yield f"unknown concept{did_you_mean(entry.concept, concepts)}"
    elif concepts[entry.concept].kind != "condition":
        yield f"is a {concepts[entry.concept].kind}, not a condition"
    for cite in entry.cites:
        guideline, _, anchor = cite.partition("#")
        if not anchor or guideline not in guidelines:
            yield f"`{cite}` in `cites` is no passage: write the id of a guideline, `#` and an anchor"
