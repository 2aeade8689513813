"""Concepts: what opinions speak in, and how a text names them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from consult.clinic._naming import Names
from consult.clinic._problems import first_problem
from consult.clinic._statements import Span, Standing, stands
from consult.content import read_toml
from consult.errors import ContentError

FILE = "knowledge/reference/concepts.toml"
ConceptKind = Literal["condition", "test", "treatment", "referral", "monitoring", "finding", "exposure"]


class Concept(BaseModel):
    """A condition, test, treatment … with a stable id."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    """Kebab-case."""
    kind: ConceptKind
    en: str
    zh: str
    synonyms: tuple[str, ...] = ()
    """Other names, in either language."""
    icd10: str | None = None
    loinc: str | None = None
    analyte: str | None = None
    """Key of the analyte that is meant, for a test."""
    part_of: str | None = None
    """Id of a broader concept."""


class Concepts(Mapping[str, Concept]):
    """All concepts by id, and a reader of the texts that name them."""

    def __init__(self, concepts: Mapping[str, Concept]) -> None:
        self._concepts = dict(concepts)
        names: dict[str, list[str]] = {}
        for concept in self._concepts.values():
            for name in (concept.en, concept.zh, *concept.synonyms):
                names.setdefault(name, []).append(concept.id)
        self._names = Names(names)

    @classmethod
    def load(cls, root: Path) -> Concepts:
        """The concepts of a content root.

        Raises:
            ContentError: a concept is incomplete, or names a broader one that does not exist.
        """
        concepts: dict[str, Concept] = {}
        for id, table in read_toml(root, FILE).items():
            try:
                concepts[id] = Concept.model_validate({**table, "id": id} if isinstance(table, dict) else table)
            except ValidationError as error:
                raise ContentError(FILE, id, first_problem(error)) from None
        for concept in concepts.values():
            if concept.part_of is not None and concept.part_of not in concepts:
                raise ContentError(FILE, concept.id, f"part_of names no concept: `{concept.part_of}`")
        return cls(concepts)

    def __getitem__(self, id: str) -> Concept:
        return self._concepts[id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._concepts)

    def __len__(self) -> int:
        return len(self._concepts)

    def name(self, id: str, lang: Literal["en", "zh"]) -> str:
        """The concept's name in a language; an id that is no concept is returned as it is."""
        concept = self._concepts.get(id)
        return id if concept is None else getattr(concept, lang)

    def broader(self, id: str) -> tuple[str, ...]:
        """The concept and every concept that it is a part of, narrowest first."""
        line: dict[str, None] = {}
        current: str | None = id
        while current is not None and current in self._concepts and current not in line:
            line[current] = None
            current = self._concepts[current].part_of
        return tuple(line)

    def stated(self, text: str) -> dict[str, bool]:
        """What a history says of each concept that it names: true when present, false when denied.

        A concept that is both denied and affirmed is true. Family history, suspicion and allergies say nothing. A
        narrower concept that is present makes its broader ones present.
        """
        said: dict[str, bool] = {}
        for id, standing in self._read(text):
            if standing == "present":
                said.update(dict.fromkeys(self.broader(id), True))
            elif standing == "denied":
                said.setdefault(id, False)
        return said

    def mentions(self, text: str) -> tuple[str, ...]:
        """Ids of the concepts that a text speaks of, in order; not those that it denies or says of a relative."""
        return tuple(dict.fromkeys(id for id, standing in self._read(text) if standing in {"present", "suspected"}))

    def _read(self, text: str) -> Iterator[tuple[str, Standing]]:
        for start, end, ids in self._names.find(text):
            standing = stands(text, Span(start, end))
            for id in ids:
                yield id, standing
