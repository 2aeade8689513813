"""Every name that a sentence may use for a condition, a measure or a result, and what each of them stands for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Literal, NamedTuple

from consult.analytes import Catalog, UnitError
from consult.concepts import Concepts, Names

Direction = Literal["low", "high"]

_CONCEPT, _ANALYTE = "concept:", "analyte:"
_SHORT = 2
"""Names up to this length (`K`, `Na`) are meant only as they are written."""
_PIECE = 2000
_PIECES = re.compile(rf"(?s:.{{1,{_PIECE}}}(?<=[。；;.\n])|.{{1,{_PIECE}}})")
_LOW_OR_HIGH = re.compile(r"(?P<word>low|high|raised|elevated) (?P<name>.+)")
_HAN_LOW_OR_HIGH = (
    re.compile(r"(?P<name>.{2,}?)(?P<word>减少|降低|增多|升高|增高)症?"),
    re.compile(r"(?P<word>[低高])(?P<name>血?.{1,3}?)(?:血症|症)?"),
)
_LOW = frozenset({"low", "减少", "降低", "低"})


class Mention(NamedTuple):
    """A place in a text, and what it names."""

    start: int
    end: int
    concepts: tuple[str, ...]
    """Ids."""
    analytes: tuple[str, ...]
    """Keys; several where the specimen is not said."""


class Lexicon:
    """Concepts and analytes by their names. Immutable, shared by all consultations; without content it is empty."""

    def __init__(self, catalog: Catalog | None = None, concepts: Concepts | None = None) -> None:
        self._catalog = catalog
        self._concepts = concepts
        names: dict[str, list[str]] = {}
        self._analytes: dict[str, list[str]] = {}
        for key in catalog if catalog is not None else ():
            analyte = catalog[key] if catalog is not None else None
            assert analyte is not None
            for name in dict.fromkeys((analyte.name_en, analyte.name_zh, *analyte.aliases)):
                names.setdefault(name, []).append(_ANALYTE + key)
                self._analytes.setdefault(name.casefold(), []).append(key)
        for concept in concepts.values() if concepts is not None else ():
            for name in dict.fromkeys((concept.en, concept.zh, *concept.synonyms)):
                names.setdefault(name, []).append(_CONCEPT + concept.id)
        self._short = frozenset(name for name in names if len(name) <= _SHORT)
        self._names = Names(names)

    def find(self, text: str) -> tuple[Mention, ...]:
        """Everything that a text names, from left to right; the longest name counts."""
        return tuple(self._find(text))

    def _find(self, text: str) -> Iterator[Mention]:
        for piece in _PIECES.finditer(text):  # a long text at once would take time by the square of its length
            for start, end, ids in self._names.find(piece.group()):
                written = piece.group()[start:end]
                if len(written) > _SHORT or written in self._short:
                    yield Mention(start + piece.start(), end + piece.start(), _of(_CONCEPT, ids), _of(_ANALYTE, ids))

    def kind(self, concept: str) -> str | None:
        """What sort of thing a concept is; None when it is none."""
        found = self._concepts.get(concept) if self._concepts is not None else None
        return None if found is None else found.kind

    def broader(self, concept: str) -> tuple[str, ...]:
        """The concept and what it is part of."""
        return self._concepts.broader(concept) if self._concepts is not None else ()

    def names(self, concept: str) -> tuple[str, ...]:
        """All names of a concept."""
        found = self._concepts.get(concept) if self._concepts is not None else None
        return () if found is None else (found.en, found.zh, *found.synonyms)

    def name_of(self, analyte: str) -> tuple[str, ...]:
        """All names of an analyte."""
        if self._catalog is None or analyte not in self._catalog:
            return ()
        found = self._catalog[analyte]
        return (found.name_en, found.name_zh, *found.aliases)

    def analyte(self, concept: str) -> str | None:
        """The analyte that a test measures."""
        found = self._concepts.get(concept) if self._concepts is not None else None
        return None if found is None else found.analyte

    @lru_cache(maxsize=512)  # noqa: B019 - one lexicon a process
    def abnormal(self, concept: str) -> frozenset[tuple[str, Direction]]:
        """Results that a concept is another name of: `thrombocytopenia` is also called `low platelets`."""
        found: set[tuple[str, Direction]] = set()
        for name in self.names(concept):
            for pattern in (_LOW_OR_HIGH, *_HAN_LOW_OR_HIGH):
                match = pattern.fullmatch(name)
                if match is not None:
                    keys = {key for form in _forms(match["name"]) for key in self._analytes.get(form.casefold(), ())}
                    found |= {(key, "low" if match["word"] in _LOW else "high") for key in keys}
        return frozenset(found)

    def convert(self, analyte: str | None, value: Decimal, unit: str | None) -> Decimal | None:
        """A value in the canonical unit of an analyte; None where that cannot be said without guessing."""
        if self._catalog is None or analyte is None or analyte not in self._catalog:
            return None
        try:
            return self._catalog.convert(analyte, value + _EXACTLY, unit).value
        except UnitError:
            return None


_EXACTLY = Decimal("0E-7")
"""Added to a value, its digits are no longer those of a rounded one, and its conversion is not rounded to them."""


def _of(prefix: str, ids: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(id.removeprefix(prefix) for id in ids if id.startswith(prefix))


def _forms(name: str) -> tuple[str, ...]:
    return (name, f"血{name}", f"{name}s", name.removesuffix("s"))
