"""Which documents exist, and which replaces which (`knowledge/reference/guidelines.toml`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from consult.content import read_toml
from consult.errors import ContentError, NotFound

FILE = "knowledge/reference/guidelines.toml"


class Guideline(BaseModel):
    """One document that passages and rules may cite."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    organisation: str = Field(min_length=1)
    """Who published it."""
    title: str = Field(min_length=1)
    authors: str | None = None
    year: int = Field(ge=1900, le=2100)
    doi: str | None = None
    pmid: str | None = None
    identifier: str | None = None
    """A standard's number, such as `WS/T 405-2012`."""
    url: str | None = None
    kind: Literal["guideline", "consensus", "standard", "paper", "laboratory-list", "textbook"]
    jurisdiction: str
    """Where it is meant to hold: a country code or `international`."""
    supersedes: tuple[str, ...] = ()
    """Ids of the documents that this one replaces, wholly or in part."""
    status: Literal["current", "superseded", "partially-superseded"] = "current"
    review_due: date | None = None
    """When a newer edition is expected; annual documents have one."""
    checked: Literal["text", "doi", "secondary", "memory"]
    """How we know it: its text read, its DOI resolved, another source, or memory alone."""

    @property
    def reference(self) -> str:
        """The strongest pointer to the document: `doi:…`, `pmid:…`, the standard's number, or the address."""
        if self.doi is not None:
            return f"doi:{self.doi}"
        if self.pmid is not None:
            return f"pmid:{self.pmid}"
        return self.identifier or self.url or ""

    @model_validator(mode="after")
    def _can_be_found(self) -> Guideline:
        if not self.reference:
            raise ValueError("needs a doi, a pmid, an identifier or a url")
        return self


class Guidelines:
    """All documents by id, with the edges of supersession checked: every id known, no cycle."""

    def __init__(self, guidelines: Mapping[str, Guideline]) -> None:
        self._by_id = dict(sorted(guidelines.items()))
        self._successors: dict[str, list[str]] = {}
        for newer in self._by_id.values():
            for older in newer.supersedes:
                self._successors.setdefault(older, []).append(newer.id)
        self._refuse_unknown_and_cycles()

    @classmethod
    def load(cls, root: Path) -> Guidelines:
        """Everything in `knowledge/reference/guidelines.toml` below `root`.

        Raises:
            ContentError: naming the guideline and what is wrong with it.
        """
        return cls({key: _guideline(key, table) for key, table in read_toml(root, FILE).items()})

    def __getitem__(self, key: str) -> Guideline:
        try:
            return self._by_id[key]
        except KeyError:
            raise NotFound(f"no guideline {key!r} in {FILE}") from None

    def get(self, key: str) -> Guideline | None:
        """The guideline with this id, or none."""
        return self._by_id.get(key)

    def __contains__(self, key: object) -> bool:
        return key in self._by_id

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_id)

    def __len__(self) -> int:
        return len(self._by_id)

    def superseded_by(self, key: str) -> tuple[str, ...]:
        """Ids of all documents that replace this one, directly or through another, the nearest first."""
        found: dict[str, None] = {}
        level = [key]
        while level:
            level = sorted({newer for older in level for newer in self._successors.get(older, [])} - found.keys())
            found.update(dict.fromkeys(level))
        return tuple(found)

    def is_outdated(self, key: str) -> bool:
        """Whether the document as a whole has been replaced; one replaced in part still stands."""
        return self[key].status == "superseded"

    def _refuse_unknown_and_cycles(self) -> None:
        for older, newer in self._successors.items():
            if older not in self._by_id:
                raise ContentError(FILE, newer[0], f"supersedes {older!r}, which is not in this file")
        try:
            TopologicalSorter(self._successors).prepare()
        except CycleError as error:
            circle = [str(key) for key in error.args[1]]
            raise ContentError(FILE, circle[0], f"supersedes itself through {' → '.join(circle)}") from None


def _guideline(key: str, table: Any) -> Guideline:
    if not isinstance(table, dict):
        raise ContentError(FILE, key, "is not a table")
    try:
        return Guideline.model_validate({**table, "id": key})
    except ValidationError as error:
        raise ContentError(FILE, key, _first_problem(error)) from None


def _first_problem(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}" if where else str(first["msg"])
