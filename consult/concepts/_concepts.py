"""Concepts: what opinions speak in, and how a text names them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from consult._problems import first_problem
from consult.concepts._courses import Ended, ended
from consult.concepts._naming import Names
from consult.concepts._statements import Span, Standing, stands
from consult.content import read_toml
from consult.errors import ContentError

FILE = "knowledge/reference/concepts.toml"
ConceptKind = Literal["condition", "test", "treatment", "referral", "monitoring", "finding", "exposure"]

_LONG = 30
"""Days: what counts so long after its end is taken to count still where nobody said when it ended."""
Method = Literal["imaging", "angiography"]
_METHODS: dict[Method, re.Pattern[str]] = {
    "imaging": re.compile(
        r"\b(?:CT\w*|HRCT|MRI?|PET|CXR|X-?rays?|radiograph\w*|film|imaging|ultraso\w+|sonograph\w*|scan\w*|doppler|"
        r"echo\w*|angiogra\w+|V/?Q|report\w*)\b|胸片|平片|片示|影像|超声|彩超|造影|放射|扫描|报告",
        re.IGNORECASE | re.ASCII,
    ),
    "angiography": re.compile(
        r"\b(?:CTPA|CTA|angiogra\w+|V/?Q|ventilation[- /]perfusion|perfusion scan\w*)\b"
        r"|肺动脉造影|血管造影|通气[/ ]?灌注|CT肺动脉",
        re.IGNORECASE | re.ASCII,
    ),
}
"""ASCII: the characters beside a word are Chinese where `胸部CT` and `行CTPA` are written."""


def names_method(text: str, method: Method) -> bool:
    """Whether a sentence or a report says that it was seen by this method."""
    return _METHODS[method].search(text) is not None


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
    explained_by: tuple[str, ...] = ()
    """Ids of conditions of which it is a consequence: it stands after them, of equals; a likely one is as pressing."""
    patterns: tuple[re.Pattern[str], ...] = ()
    """Regular expressions beside the names, case ignored: for what is worded in too many orders to list."""
    seen_by: Method | None = None
    """How it is found. A history speaks of it only in a sentence that names imaging; what only angiography can tell is
    read from reports that name one."""

    outlasts: int = Field(default=0, ge=0)
    """Of what patients are given: so many days after its end it still counts (a reaction to heparin comes late)."""
    outlasts_why: str = ""
    """On what that rests: a guideline id and what it says, or that the limit is our own; needed where there is one."""

    @field_validator("patterns", mode="before")
    @classmethod
    def _compiled(cls, patterns: object) -> object:
        if not isinstance(patterns, list):
            return patterns
        try:
            return [re.compile(one, re.IGNORECASE) for one in patterns]
        except re.error as error:
            raise ValueError(f"a pattern is no regular expression: {error}") from None


class Concepts(Mapping[str, Concept]):
    """All concepts by id, and a reader of the texts that name them."""

    def __init__(self, concepts: Mapping[str, Concept]) -> None:
        self._concepts = dict(concepts)
        names: dict[str, list[str]] = {}
        for concept in self._concepts.values():
            for name in (concept.en, concept.zh, *concept.synonyms):
                names.setdefault(name, []).append(concept.id)
        self._names = Names(names)
        given = [id for id, one in self._concepts.items() if one.kind == "exposure"]
        self._given = frozenset(broader for id in given for broader in self.broader(id))
        self._patterns = [(pattern, one.id) for one in self._concepts.values() for pattern in one.patterns]
        self._mentioned = lru_cache(maxsize=2048)(self._all_mentioned)  # rules say the same of every case

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
            if bool(concept.outlasts) != bool(concept.outlasts_why):
                raise ContentError(FILE, concept.id, "outlasts and outlasts_why stand together")
            for cause in concept.explained_by:
                if cause not in concepts:
                    raise ContentError(FILE, concept.id, f"explained_by names no concept: `{cause}`")
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

    def stated(self, text: str, *, year: int | None = None) -> dict[str, bool]:
        """What a history says of each concept that it names: true when present, false when denied.

        A concept that is both denied and affirmed is true. Family history, suspicion and allergies say nothing. A
        narrower concept that is present makes its broader ones present. What is said of a year before `year`, that of
        the case, is `past-…` where there is such a concept. A drug that was stopped is false where it does
        not outlast its end.
        """
        said: dict[str, bool] = {}
        for id, standing, over in self._read(text, year):
            if over is not None:
                self._add_ended(id, over.days, said)
            elif standing == "past":
                said.update(self._of_the_past(id))
            elif standing == "present":
                said.update(dict.fromkeys(self.broader(id), True))
            elif standing == "denied":
                said.setdefault(id, False)
        return said

    def counts_after(self, id: str, days: int | None) -> bool | None:
        """Whether what ended so many days ago still counts; None: nobody said when, and it may or may not."""
        outlasts = self._concepts[id].outlasts
        if days is None and 0 < outlasts < _LONG:
            return None
        return outlasts > 0 and (days is None or days <= outlasts)

    def _add_ended(self, id: str, days: int | None, said: dict[str, bool]) -> None:
        counts = self.counts_after(id, days)
        if counts:
            said[id] = True
        elif counts is False:
            said.setdefault(id, False)

    def _of_the_past(self, id: str) -> dict[str, bool]:
        """`Embolism in 2019` is `past-…`; what has no such concept of its own (asthma) is taken to last."""
        past = f"past-{id.removesuffix('-on-imaging')}"
        if past in self._concepts:
            return dict.fromkeys(self.broader(past), True)
        return {} if self._concepts[id].seen_by is not None else dict.fromkeys(self.broader(id), True)

    def mentions(self, text: str) -> tuple[str, ...]:
        """Ids of the concepts that a text speaks of, in order; not those that it denies or says of a relative."""
        return self._mentioned(text)

    def _all_mentioned(self, text: str) -> tuple[str, ...]:
        spoken = (id for id, standing, _ in self._read(text) if standing in {"present", "past", "suspected"})
        return tuple(dict.fromkeys(spoken))

    def places(self, text: str, *, year: int | None = None) -> Iterator[tuple[Span, tuple[str, ...], Standing]]:
        """Every place where a text names concepts: where, which, and what it says of them; names, then patterns."""
        for start, end, ids in self._names.find(text):
            yield Span(start, end), ids, stands(text, Span(start, end), year)
        for pattern, id in self._patterns:
            for match in pattern.finditer(text):
                yield Span(*match.span()), (id,), stands(text, Span(*match.span()), year)

    def _read(self, text: str, year: int | None = None) -> Iterator[tuple[str, Standing, Ended | None]]:
        for span, ids, standing in self.places(text, year=year):
            spoken = standing in {"present", "past"} and any(id in self._given for id in ids)
            over = ended(text, *span) if spoken else None
            for id in ids:
                yield id, standing, over if id in self._given else None
