"""Everything a panel reads and never changes: tables, rules, literature, cards. Loaded once, shared by all cases."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path

from consult.analytes import Catalog
from consult.clinic import CareBook, Cautions, RetestIntervals, RuleBook
from consult.concepts import Concepts
from consult.content import content_hash, content_root
from consult.panel._cards import Card, load_cards, specialists
from consult.panel._naming import Naming
from consult.panel._prompts import Prompts
from consult.plan import DigitNames, Lexicon
from consult.retrieval import Guidelines, Knowledge, Retriever
from consult.settings import Settings


@dataclass(frozen=True)
class Library:
    """The content of one content root, adapted to one site."""

    root: Path
    home: Path
    embedder: str
    content_hash: str
    """Which rules and passages a plan is made with."""
    catalog: Catalog
    concepts: Concepts
    guidelines: Guidelines
    knowledge: Knowledge
    book: RuleBook
    retest: RetestIntervals
    care: CareBook
    cautions: Cautions
    cards: Mapping[str, Card]
    switched_off: tuple[str, ...]
    """Rules and agents that this site does not use; said in every plan."""

    @classmethod
    def load(cls, settings: Settings) -> Library:
        """Read and cross-check all content; what this process has read already, and nobody changed since, is shared.

        Raises:
            ContentError: a file is wrong; names the file, the item and the problem.
        """
        root = content_root(settings.content)
        content = content_hash(root)
        with _no_collection():
            reference = _reference(root, content)
            cards = load_cards(root, catalog=reference.catalog, site=settings.agents)
            specialty = tuple(card.id for card in specialists(cards))
            book, care = _rules(root, content, tuple(cards), specialty, tuple(settings.rules.disabled))
        return cls(
            root=root,
            home=settings.home_path,
            embedder=settings.retrieval.embedder,
            content_hash=content,
            catalog=reference.catalog,
            concepts=reference.concepts,
            guidelines=reference.guidelines,
            knowledge=reference.knowledge,
            book=book,
            retest=reference.retest,
            care=care,
            cautions=reference.cautions,
            cards=cards,
            switched_off=(*settings.rules.disabled, *(id for id, one in settings.agents.items() if not one.enabled)),
        )

    @cached_property
    def retriever(self) -> Retriever:
        """The search over the literature, opened (and its index built when absent) at first use."""
        return Retriever.open(self.root, self.home, embedder=self.embedder)

    def close(self) -> None:
        """Close the search if it was opened; it opens anew at the next use."""
        opened = self.__dict__.pop("retriever", None)
        if opened is not None:
            opened.close()

    @cached_property
    def specialists(self) -> list[Card]:
        """The specialists in the order in which they are asked."""
        return specialists(self.cards)

    @cached_property
    def generalists(self) -> list[Card]:
        """Who answers alone in the single-agent arm."""
        return [card for card in self.cards.values() if card.kind == "generalist"]

    @cached_property
    def prompts(self) -> Prompts:
        """What models are told."""
        return Prompts(self.root)

    @cached_property
    def naming(self) -> Naming:
        """What the names mean that models write."""
        return Naming(self.concepts, self.catalog)

    @cached_property
    def lexicon(self) -> Lexicon:
        """What sentences name, for the verifier."""
        return Lexicon(self.catalog, self.concepts)

    @cached_property
    def digit_names(self) -> DigitNames:
        """Names of analytes and concepts whose digits are part of the name."""
        analytes = (self.catalog[key] for key in self.catalog)
        concepts = (self.concepts[identifier] for identifier in self.concepts)
        names = [name for a in analytes for name in (a.name_en, a.name_zh, *a.aliases)]
        return DigitNames([*names, *(name for c in concepts for name in (c.en, c.zh, *c.synonyms))])

    @cached_property
    def passage_texts(self) -> dict[str, str]:
        """Passage id to its section and text: held once, however many consultations are in flight."""
        return {passage.id: f"{passage.section}. {passage.text}" for passage in self.knowledge.passages.values()}

    @cached_property
    def card_hashes(self) -> dict[str, str]:
        """Agent id to the hash of its folder, like `content_hash` of what is loaded."""
        return {card: _folder_hash(self.root / "agents" / card) for card in sorted(self.cards)}


@dataclass(frozen=True, slots=True)
class _Reference:
    """What is the same for every site that has the same content."""

    catalog: Catalog
    concepts: Concepts
    guidelines: Guidelines
    knowledge: Knowledge
    retest: RetestIntervals
    cautions: Cautions


@lru_cache(maxsize=4)
def _reference(root: Path, content: str) -> _Reference:
    """The tables and the literature of a content root with this hash."""
    del content  # only what tells one content from the next
    catalog, concepts, guidelines = Catalog.load(root), Concepts.load(root), Guidelines.load(root)
    return _Reference(
        catalog=catalog,
        concepts=concepts,
        guidelines=guidelines,
        knowledge=Knowledge.load(root, guidelines),
        retest=RetestIntervals.load(root, catalog=catalog),
        cautions=Cautions.load(root, catalog=catalog, concepts=concepts, guidelines_ids=frozenset(guidelines)),
    )


@lru_cache(maxsize=8)
def _rules(
    root: Path, content: str, agents: tuple[str, ...], specialty: tuple[str, ...], disabled: tuple[str, ...]
) -> tuple[RuleBook, CareBook]:
    """The rules and the sentences on care of a content root with this hash."""
    known = _reference(root, content)
    guidelines = frozenset(known.guidelines)
    book = RuleBook.load(
        root,
        catalog=known.catalog,
        concepts=known.concepts,
        guidelines_ids=guidelines,
        specialties=agents,
        disabled=disabled,
    )
    return book, CareBook.load(root, concepts=known.concepts, guidelines_ids=guidelines, specialties=specialty)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Without the collector: all that is read stays, and searching it again and again takes a third of the time."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _folder_hash(folder: Path) -> str:
    digest = sha256()
    for path in sorted(folder.iterdir()):
        if path.is_file():
            digest.update(path.name.encode())
            digest.update(sha256(path.read_bytes()).digest())
    return f"sha256:{digest.hexdigest()}"
