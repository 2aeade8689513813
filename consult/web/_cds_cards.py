"""Cards: what was found, short enough to be read in passing, with its numbers, its source and its doubts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID, uuid5

from consult.plan import Language
from consult.plan._markdown import escape
from consult.settings import CdsSettings
from consult.web._cds_phrases import phrase
from consult.web._cds_shapes import SHORT, Action, Card, CodingOut, Link, Source, Suggestion

Indicator = Literal["critical", "warning", "info"]
Topic = Literal["critical", "pattern", "validity", "allergy", "caution", "retest", "data"]
TOPICS = "urn:consult:cds:topic"
"""Code system of `source.topic`."""
REASONS = "urn:consult:cds:override-reason"
"""Code system of `overrideReasons`."""
_ORDER: tuple[Indicator, ...] = ("critical", "warning", "info")
_OVERRIDES: dict[Topic, tuple[str, ...]] = {
    "critical": ("acted", "known", "data-wrong"),
    "pattern": ("acted", "known", "not-applicable", "data-wrong"),
    "validity": ("acted", "not-applicable"),
    "allergy": ("benefit", "not-applicable", "data-wrong"),
    "caution": ("benefit", "known", "not-applicable", "data-wrong"),
    "retest": ("repeat-needed", "not-applicable", "data-wrong"),
    "data": (),
}
_MOST_SUGGESTIONS = 5


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change that the user may choose; nothing is applied by itself."""

    label: str
    action: Action


@dataclass(frozen=True, slots=True)
class Told:
    """What a card will say, before it is dressed as one."""

    indicator: Indicator
    topic: Topic
    about: str
    """Rule, analyte or caution: what statistics of overridden cards are counted by. Nothing of the patient."""
    summary: str
    """One sentence, of any length."""
    lines: tuple[str, ...] = ()
    """Markdown: text from outside is escaped already."""
    label: str = ""
    """Whose guidance; empty: the site's label."""
    url: str | None = None
    proposals: tuple[Proposal, ...] = field(default=())


def literal(text: str) -> str:
    """Text from outside as Markdown that shows it as it stands: no markup, no HTML, and no link that was not ours."""
    return escape(text).replace("://", "\\://").replace("www.", "www\\.").replace("~", "\\~").replace("@", "\\@")


def plain(text: str, longest: int = SHORT - 1) -> str:
    """One line of at most `longest` characters, cut at a word where there is one."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    if len(line) <= longest:
        return line
    head = line[: longest - 1]
    cut = head.rpartition(" ")[0]
    return (cut if len(cut) > longest // 2 else head).rstrip(" ,;:，；：、") + "…"


def cards(
    told: Iterable[Told], *, instance: UUID, service: str, settings: CdsSettings, language: Language
) -> list[tuple[Told, Card]]:
    """The cards of an answer, the most urgent first. Critical ones are never left out; what is, is said.

    The same request gives the same cards with the same ids.
    """
    ordered = sorted(told, key=lambda one: _ORDER.index(one.indicator))
    critical = [one for one in ordered if one.indicator == "critical"]
    rest = [one for one in ordered if one.indicator != "critical"]
    shown = [*critical, *rest[: settings.cards]]
    if len(rest) > settings.cards:
        shown.append(_more(len(rest) - settings.cards, language))
    return [(one, _card(one, place, instance, service, settings, language)) for place, one in enumerate(shown)]


def _more(count: int, language: Language) -> Told:
    return Told("info", "data", "more", phrase("more", language, n=count))


def _card(told: Told, place: int, instance: UUID, service: str, settings: CdsSettings, language: Language) -> Card:
    uuid = uuid5(instance, f"{service}|{place}|{told.topic}|{told.about}")
    suggestions = [
        Suggestion(label=plain(one.label, 100), uuid=str(uuid5(uuid, f"suggestion {n}")), actions=[one.action])
        for n, one in enumerate(told.proposals[:_MOST_SUGGESTIONS], start=1)
    ]
    summary = plain(told.summary)
    return Card(
        uuid=str(uuid),
        summary=summary,
        detail="\n\n".join(_detail(told, summary)) or None,
        indicator=told.indicator,
        source=Source(
            label=plain(told.label or settings.label, 120),
            url=told.url,
            topic=CodingOut(system=TOPICS, code=told.topic),
        ),
        suggestions=suggestions or None,
        selectionBehavior="any" if suggestions else None,
        overrideReasons=_reasons(told.topic, language) or None,
        links=_links(settings, language) or None,
    )


def _detail(told: Told, summary: str) -> Sequence[str]:
    """The whole sentence where the summary had to be cut, and what stands behind it."""
    whole = " ".join(told.summary.split())
    return [*([literal(whole)] if whole != summary else []), *told.lines]


def _reasons(topic: Topic, language: Language) -> list[CodingOut]:
    return [
        CodingOut(system=REASONS, code=code, display=phrase(f"override.{code}", language)) for code in _OVERRIDES[topic]
    ]


def _links(settings: CdsSettings, language: Language) -> list[Link]:
    if settings.workspace is None:
        return []
    return [Link(label=phrase("workspace", language), url=settings.workspace, type="absolute")]


def proposal(name: str, *, patient: str, codings: Sequence[dict[str, str]], language: Language) -> Proposal:
    """A test to consider, as a ServiceRequest that is a draft and a proposal: never an order."""
    code: dict[str, Any] = {"text": name, **({"coding": list(codings)} if codings else {})}
    resource = {
        "resourceType": "ServiceRequest",
        "status": "draft",
        "intent": "proposal",
        "code": code,
        "subject": {"reference": f"Patient/{patient}"},
    }
    label = phrase("propose", language, name=name)
    return Proposal(label, Action(type="create", description=label, resource=resource))


def removal(name: str, *, key: str, language: Language) -> Proposal:
    """Taking a draft order out again."""
    label = phrase("retest.remove", language, order=name)
    return Proposal(label, Action(type="delete", description=label, resourceId=key))
