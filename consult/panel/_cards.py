"""Agent cards: an agent is its folder under `agents/`. Adding a specialty needs no code."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, Field, ValidationError

from consult.analytes import Catalog
from consult.case import Model
from consult.clinic import Next
from consult.content import read_toml, specialty_ids
from consult.errors import ContentError, SettingsError
from consult.settings import AgentSettings, agent_settings


class Names(Model):
    """A text in both languages."""

    en: str
    zh: str

    def text(self, language: str) -> str:
        """The text in `language` (`en` or `zh`)."""
        return self.zh if language == "zh" else self.en


class Card(Model):
    """`agents/<id>/agent.toml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    kind: Literal["specialist", "planner", "synthesizer", "generalist"]
    name: Names
    asks: Names | None = None
    """The question that is always this specialist's."""
    index: tuple[str, ...] = ()
    """Corpora it searches, its own first."""
    k: int = Field(default=6, ge=1, le=50)
    """Passages per question."""
    analytes: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    """Analytes, and groups of analytes, whose abnormal findings are this specialist's."""
    default: bool = False
    """Takes every abnormal finding that nobody else takes."""
    critical: Next | None = None
    """What this specialist says of critical values that no fired rule has spoken of."""

    def takes(self, analyte: str, group: str) -> bool:
        """Whether a finding about `analyte` (of `group` in the table) is this specialist's."""
        return analyte in self.analytes or group in self.groups


def load_cards(root: Path, *, catalog: Catalog, site: Mapping[str, AgentSettings]) -> dict[str, Card]:
    """All enabled agents by id, checked against the table of analytes and against each other.

    Raises:
        ContentError: a card is malformed, names something unknown, or there is not exactly one default specialist.
    """
    unknown = set(site) - {"default", *specialty_ids(root)}
    if unknown:
        raise ContentError("agents", sorted(unknown)[0], "the settings name an agent that has no folder")
    cards, default_is_off = {}, False
    for identifier in specialty_ids(root):
        changes = agent_settings(site, identifier)
        if changes.enabled:
            cards[identifier] = _adapted(_card(root, identifier, catalog), changes, root)
        else:
            default_is_off = default_is_off or _card(root, identifier, catalog).default
    if default_is_off:
        cards = _stood_in_for(cards)
    defaults = [card.id for card in cards.values() if card.default]
    if len(defaults) != 1:
        raise ContentError("agents", "", f"exactly one specialist must be the default, found {len(defaults)}")
    return cards


def _stood_in_for(cards: Mapping[str, Card]) -> dict[str, Card]:
    """The cards with the first specialist that is left as the default one, whose own is switched off."""
    left = specialists(cards)
    return {**cards, **{card.id: card.model_copy(update={"default": True}) for card in left[:1]}}


def _card(root: Path, identifier: str, catalog: Catalog) -> Card:
    file = f"agents/{identifier}/agent.toml"
    try:
        card = Card.model_validate(read_toml(root, file))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ContentError(file, identifier, f"{where}: {first['msg']}") from None
    if card.id != identifier:
        raise ContentError(file, card.id, f"the id differs from the folder's name {identifier!r}")
    for analyte in card.analytes:
        if analyte not in catalog:
            raise ContentError(file, identifier, f"unknown analyte {analyte!r}")
    known = {catalog[key].group for key in catalog}
    for group in card.groups:
        if group not in known:
            raise ContentError(file, identifier, f"unknown group of analytes {group!r}")
    for corpus in card.index:
        if not (root / "knowledge" / "corpora" / corpus).is_dir():
            raise ContentError(file, identifier, f"unknown corpus {corpus!r}")
    if card.kind == "specialist" and card.asks is None:
        raise ContentError(file, identifier, "a specialist needs `asks`")
    return card


def _adapted(card: Card, changes: AgentSettings, root: Path) -> Card:
    update: dict[str, object] = {}
    if changes.index is not None:
        for corpus in changes.index:
            if not (root / "knowledge" / "corpora" / corpus).is_dir():
                raise SettingsError(f"settings: agents.{card.id}.index: there is no corpus {corpus!r}")
        update["index"] = changes.index
    if changes.k is not None:
        update["k"] = changes.k
    return card.model_copy(update=update)


def specialists(cards: Mapping[str, Card]) -> list[Card]:
    """The specialists, in a fixed order: the default one first, the others by id."""
    found = [card for card in cards.values() if card.kind == "specialist"]
    return sorted(found, key=lambda card: (not card.default, card.id))
