"""The questions we know beforehand: one per concept, two per analyte.

Their vectors ship with the passages' own, so that the rules engine finds its passages without embedding anything:
it must search with exactly these strings.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from consult.content import read_toml
from consult.errors import ContentError
from consult.retrieval._passages import LANGUAGES, Language

CONCEPTS = "knowledge/reference/concepts.toml"
ANALYTES = "knowledge/reference/analytes.csv"
_SYNONYMS = 2
_HAN = re.compile(r"[\u3400-\u9fff]")


class Named(Protocol):
    """Anything with names in both languages; a concept of the clinic fits."""

    @property
    def en(self) -> str:
        """English name."""

    @property
    def zh(self) -> str:
        """Chinese name."""

    @property
    def synonyms(self) -> Sequence[str]:
        """Other names, both languages mixed."""


def concept_query(concept: Named, language: Language) -> str:
    """What to search for a concept: its name and its first two synonyms in that language."""
    name = concept.zh if language == "zh" else concept.en
    others = [word for word in concept.synonyms if bool(_HAN.search(word)) == (language == "zh") and word != name]
    return ", ".join([name, *others[:_SYNONYMS]]) if language == "en" else "，".join([name, *others[:_SYNONYMS]])


def analyte_query(name: str, direction: Literal["low", "high"], language: Language) -> str:
    """What to search for a result outside its range; `name` is the analyte's name in that language."""
    if language == "zh":
        return f"{name}{'降低' if direction == 'low' else '升高'}"
    return f"{direction} {name}"


@dataclass(frozen=True, slots=True)
class _Concept:
    en: str
    zh: str
    synonyms: tuple[str, ...]


def known_queries(root: Path) -> tuple[str, ...]:
    """Every query text whose vector ships, sorted, without repetition."""
    texts = {concept_query(concept, language) for concept in _concepts(root) for language in LANGUAGES}
    for en, zh in _analyte_names(root):
        for direction in ("low", "high"):
            texts.add(analyte_query(en, direction, "en"))
            texts.add(analyte_query(zh, direction, "zh"))
    return tuple(sorted(texts))


def dictionary_words(root: Path) -> tuple[str, ...]:
    """Chinese names of all concepts and analytes: the segmenter's user dictionary, sorted."""
    names = {name for concept in _concepts(root) for name in (concept.zh, *concept.synonyms)}
    names |= {zh for _, zh in _analyte_names(root)}
    return tuple(sorted(name for name in names if len(name) > 1 and len(_HAN.findall(name)) == len(name)))


def _concepts(root: Path) -> list[_Concept]:
    try:
        return [
            _Concept(table["en"], table["zh"], tuple(table.get("synonyms", ())))
            for table in read_toml(root, CONCEPTS).values()
        ]
    except (KeyError, TypeError, AttributeError) as error:
        raise ContentError(CONCEPTS, "", f"every concept is a table with en and zh: {error}") from None


def _analyte_names(root: Path) -> list[tuple[str, str]]:
    """English and Chinese names; a content root without an analyte table has none."""
    path = root / ANALYTES
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(line for line in lines if not line.startswith("#"))
        return [(row["name_en"], row["name_zh"]) for row in rows if row.get("name_en") and row.get("name_zh")]
