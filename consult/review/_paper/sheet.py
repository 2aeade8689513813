"""The record of one consultation, ready to be written as HTML or PDF."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from consult.concepts import Concepts
from consult.content import content_root
from consult.errors import ReviewError
from consult.plan import Language
from consult.privacy import PLACEHOLDER
from consult.review._consultation import Consultation
from consult.review._paper import case, ending, heading, items, opinions
from consult.review._paper.blocks import Paper
from consult.review._paper.desk import Desk
from consult.review._paper.legible import legible
from consult.review._paper.letterhead import Letterhead


def paper(consultation: Consultation, head: Letterhead, *, seal: bool = False) -> Paper:
    """The record; the same consultation and letterhead give the same.

    Args:
        consultation: with a plan.
        head: what stands on paper and not in the record.
        seal: leave room for the signature that a PDF reader checks.

    Raises:
        ReviewError: there is no plan yet.
    """
    if consultation.plan is None:
        raise ReviewError(f"consultation {consultation.id!r} is {consultation.status}: there is no plan to export")
    desk = Desk(consultation, consultation.plan, head)
    names = _names(consultation.plan.language)
    sections = (
        case.asked(desk), items.alerts(desk), case.notes(desk), case.brief(desk), opinions.opinions(desk, names),
        items.problems(desk), items.recommendations(desk), opinions.conflicts(desk), items.rejected(desk),
        ending.missing(desk), case.others(desk), ending.references(desk), ending.made(desk),
        ending.signature(desk, seal=seal),
    )  # fmt: skip
    status = heading.status(desk)
    machine = "keyword.machine" if desk.plan.engine == "rules" else "keyword.ai"
    made = Paper(
        language=desk.language,
        id=consultation.id,
        hospital=head.hospital,
        title=desk.say("title"),
        status=status,
        watermark=heading.watermark(desk),
        fields=heading.fields(desk),
        banners=heading.banners(desk),
        sections=tuple(one for one in sections if one.blocks),
        running=heading.running(desk),
        foot=desk.say("foot", id=consultation.id, revision=consultation.revision, status=status),
        page=desk.say("page"),
        at=desk.at,
        keywords=(consultation.id, status, desk.say(machine)),
    )
    return made.mapped(lambda text: legible(_restored(text, head)))


def _restored(text: str, head: Letterhead) -> str:
    """With what the placeholders stand for."""
    return PLACEHOLDER.sub(lambda match: head.replacements.get(match.group(), match.group()), text)


def _names(language: Language) -> Callable[[str], str]:
    return lambda concept: _concepts(content_root()).name(concept, language)


@lru_cache(maxsize=4)
def _concepts(root: Path) -> Concepts:
    return Concepts.load(root)
