"""All passages of the corpora, read from files; no index is needed to look one up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from consult.errors import ContentError, NotFound
from consult.retrieval._guidelines import Guidelines
from consult.retrieval._passages import LANGUAGES, Language, Passage, passage_id, read_digest

FOLDER = "knowledge/corpora"
_CORPUS = re.compile(r"[a-z0-9][a-z0-9-]{0,60}")


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Every passage by id, in both languages, and the documents they digest."""

    passages: Mapping[str, Passage]
    guidelines: Guidelines

    @classmethod
    def load(cls, root: Path, guidelines: Guidelines | None = None) -> Knowledge:
        """Read `knowledge/corpora/*/*.md` and, unless they are given, `guidelines.toml` below the content root.

        Raises:
            ContentError: a file breaks the format, an id is used twice, or a guideline is not registered.
        """
        guidelines = guidelines or Guidelines.load(root)
        passages: dict[str, Passage] = {}
        for relative in _digest_files(root):
            for passage in read_digest(root, relative):
                _refuse(relative, passage, passages, guidelines)
                passages[passage.id] = passage
        return cls(MappingProxyType(passages), guidelines)

    @property
    def corpora(self) -> tuple[str, ...]:
        """Names of the corpora that hold at least one passage, sorted."""
        return tuple(sorted({passage.corpus for passage in self.passages.values()}))

    def __contains__(self, id: object) -> bool:
        """Whether there is a passage under this id, in any language."""
        return isinstance(id, str) and any(
            passage_id(*id.partition("#")[::2], lang) in self.passages for lang in LANGUAGES
        )

    def passage(self, id: str, *, language: Language | None = None) -> Passage:
        """The passage under this id; with `language`, in that language, or in the other one where it has only that.

        Raises:
            NotFound: there is no such passage in any language.
        """
        base, _, suffix = id.partition("@")
        guideline, _, anchor = base.partition("#")
        first = language or ("zh" if suffix == "zh" else "en")
        for choice in (first, *LANGUAGES):
            found = self.passages.get(passage_id(guideline, anchor, choice))
            if found is not None:
                return found
        raise NotFound(f"no passage {id!r}")

    def of(self, corpora: Iterable[str], language: Language) -> tuple[Passage, ...]:
        """The passages of these corpora in one language, by id."""
        wanted = set(corpora)
        found = (p for p in self.passages.values() if p.corpus in wanted and p.language == language)
        return tuple(sorted(found, key=lambda passage: passage.id))


def _digest_files(root: Path) -> list[str]:
    files = sorted((root / FOLDER).glob("*/*.md"))
    for file in files:
        if not _CORPUS.fullmatch(file.parent.name):
            raise ContentError(f"{FOLDER}/{file.parent.name}", "", "a corpus is named in a-z, 0-9 and -")
    return [f"{FOLDER}/{file.parent.name}/{file.name}" for file in files]


def _refuse(relative: str, passage: Passage, known: Mapping[str, Passage], guidelines: Guidelines) -> None:
    if passage.guideline not in guidelines:
        raise ContentError(relative, passage.guideline, "this guideline is not in knowledge/reference/guidelines.toml")
    if passage.id in known:
        other = known[passage.id].corpus
        raise ContentError(relative, passage.anchor, f"the corpus {other!r} already has a passage {passage.id!r}")
