"""The specialties side by side, and where they differ."""

from __future__ import annotations

from collections.abc import Callable

from consult.clinic import Likelihood
from consult.plan import UNEXPLAINED, Opinion
from consult.review._paper.blocks import Bullets, Item, Paragraph, Part, Run, Runs, Section, SideBySide
from consult.review._paper.desk import Desk

_SURE: tuple[Likelihood, ...] = ("confirmed", "likely", "possible", "unlikely", "excluded")
Names = Callable[[str], str]
"""Concept to its name in the language of the plan."""


def opinions(desk: Desk, names: Names) -> Section:
    """What each specialty holds, beside the others; the sentences themselves stand with the items."""
    parts = tuple(_part(desk, one, names) for one in desk.consultation.opinions)
    return Section("panel", desk.say("panel"), (SideBySide(parts),) if parts else ())


def _part(desk: Desk, opinion: Opinion, names: Names) -> Part:
    blocks: list[Paragraph | Bullets] = [_who(desk, opinion)]
    if opinion.status == "unavailable":
        blocks.append(Paragraph((Run(desk.say("unavailable", reason=opinion.reason), "warn"),)))
    if opinion.statements:
        blocks.append(Bullets(tuple(desk.statement(one) for one in opinion.statements)))
    for key, found in (("says", _held(desk, opinion, names)), ("advises", _advised(desk, opinion, names))):
        if found:
            blocks += [Paragraph((Run(desk.say(key), "strong"),)), Bullets(found)]
    if opinion.gaps:
        blocks.append(Paragraph((Run(desk.say("open", count=len(opinion.gaps)), "dim"),)))
    if len(blocks) == 1 and opinion.status == "answered":
        blocks.append(Paragraph((Run(desk.say("nothing"), "dim"),)))
    return Part(desk.names([opinion.specialty]), tuple(blocks))


def _who(desk: Desk, opinion: Opinion) -> Paragraph:
    """Who answered for the specialty."""
    who = desk.say("answered.rules") if opinion.reasoner == "rules" else desk.say("ai", model=opinion.reasoner)
    return Paragraph((Run(who, "tag"),), small=True)


def _held(desk: Desk, opinion: Opinion, names: Names) -> tuple[Runs, ...]:
    """Conditions with the likelihood that this specialty gives them; the surest where several rules speak."""
    surest: dict[str, Likelihood] = {}
    for one in opinion.problems:
        known = surest.get(one.concept)
        if known is None or _SURE.index(one.likelihood) < _SURE.index(known):
            surest[one.concept] = one.likelihood
    return tuple(
        (
            Run(desk.name_of(concept, names)),
            Run("" if concept == UNEXPLAINED else f" ({desk.phrase(likelihood)})", "tag"),
        )
        for concept, likelihood in surest.items()
    )


def _advised(desk: Desk, opinion: Opinion, names: Names) -> tuple[Runs, ...]:
    """Advice by kind and urgency, a thing once."""
    rows: dict[tuple[str, str], list[str]] = {}
    for one in opinion.recommendations:
        said = rows.setdefault((one.urgency, one.kind), [])
        name = desk.name_of(one.concept, names)
        if name not in said:
            said.append(name)
    return tuple(
        (desk.labelled(f"{desk.phrase(kind)} · {desk.phrase(urgency)}"), Run(desk.listed(said)))
        for (urgency, kind), said in rows.items()
    )


def conflicts(desk: Desk) -> Section:
    """Every point in dispute with what each holds."""
    items = []
    for one in desk.plan.conflicts:
        head: Runs = (Run(one.name, "strong"),)
        if one.outcome == "no-consensus":
            head = (*head, Run(f" ({desk.phrase('label.no_consensus')})", "tag"))
        items.append(Item(head, (Bullets(tuple(desk.position(held) for held in one.positions)),)))
    return Section("conflicts", desk.say("conflicts"), tuple(items))
