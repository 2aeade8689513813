"""The head of the record: whose it is, which version, and what must be known before it is read."""

from __future__ import annotations

from consult.plan import gap_text
from consult.review._labels import generated_label
from consult.review._paper.blocks import Banner, Field, Run
from consult.review._paper.desk import Desk
from consult.review._paper.items import machine_note


def fields(desk: Desk) -> tuple[Field, ...]:
    """The box at the head: the patient, then the consultation."""
    patient, head, record = desk.consultation.case.patient, desk.head, desk.consultation
    age = "" if patient.age_years is None else desk.phrase("years", age=patient.age_years)
    if patient.pregnant:
        age = desk.listed([one for one in (age, desk.say("pregnant")) if one])
    told = [
        ("name", head.name),
        ("sex", desk.say(f"sex.{patient.sex}")),
        ("age", age),
        ("record", head.record),
        ("ward", head.ward),
        ("bed", head.bed),
        ("id", record.id),
        ("version", _version(desk)),
        ("opened", desk.when(record.created) if record.created else ""),
        ("closed", desk.when(desk.signers[0].at) if desk.signers else ""),
        ("panel", desk.names(one.specialty for one in record.opinions)),
    ]
    return tuple(Field(desk.say(f"field.{key}"), value or desk.say("none")) for key, value in told)


def _version(desk: Desk) -> str:
    record = desk.consultation
    if record.supersedes is None:
        return desk.say("version", revision=record.revision)
    return desk.say("version.replaces", revision=record.revision, old=record.supersedes)


def status(desk: Desk) -> str:
    """Signed, or a draft with how far it has come."""
    if desk.signed:
        return desk.say("signed")
    return desk.say("draft.so", status=desk.phrase(desk.consultation.status))


def watermark(desk: Desk) -> str:
    """Across every page: of what was superseded, and of what nobody has signed."""
    if desk.consultation.superseded_by is not None:
        return desk.say("watermark.superseded")
    return "" if desk.signed else desk.say("watermark.draft")


def running(desk: Desk) -> str:
    """Whose record a loose page belongs to."""
    parts = [desk.head.hospital, desk.head.name, desk.head.record]
    return " · ".join(part for part in parts if part)


def banners(desk: Desk) -> tuple[Banner, ...]:
    """That it is superseded, stale, machine-made, without an answer of somebody."""
    record, plan = desk.consultation, desk.plan
    found = []
    if record.superseded_by is not None:
        found.append(Banner((Run(desk.say("superseded", newer=record.superseded_by), "strong"),), "warn"))
    for later in record.later_results:
        touched = desk.listed([*later.items, *later.facts]) or "–"
        counts = {"new": later.new, "changed": later.changed, "touched": touched}
        found.append(Banner((Run(desk.say("later", at=desk.when(later.at), **counts)),), "warn"))
    if not desk.signed:
        found.append(Banner((Run(desk.phrase("warning.ai")),), "warn"))
    generated = generated_label(plan)
    if generated is not None:
        found.append(Banner((Run(machine_note(desk) if desk.signed else generated, "strong"),)))
    for gap in plan.gaps:
        found.append(Banner((Run(gap_text(gap, desk.language, desk.names([gap.specialty]))),), "warn"))
    return tuple(found)
