"""The end of the record: what is missing, the references, how it was made, and who signed."""

from __future__ import annotations

from consult.plan import Citation
from consult.review._labels import usage_line
from consult.review._paper.blocks import Block, Bullets, Column, Paragraph, Row, Run, Runs, Seal, Section, Table
from consult.review._paper.desk import Desk, Reference, letters


def missing(desk: Desk) -> Section:
    """What would settle open questions."""
    entries = tuple((Run(one.text), *desk.cited(one.facts, [])) for one in desk.plan.missing)
    return Section("missing", desk.say("missing"), (Bullets(entries),) if entries else ())


def references(desk: Desk) -> Section:
    """The sources with their editions, numbered as they are cited."""
    found = desk.references
    entries = tuple(_reference(desk, one) for one in found)
    markers = tuple(str(one.number) for one in found)
    return Section("references", desk.say("references"), (Bullets(entries, markers),) if found else ())


def _reference(desk: Desk, reference: Reference) -> Runs:
    first = reference.passages[0]
    source = f"{first.organisation}. {first.title}. {first.year}. {first.reference}. "
    several = len(reference.passages) > 1
    parts = [
        f"{letters(place)}) {one.section}" if several else one.section for place, one in enumerate(reference.passages)
    ]
    return (Run(source), Run("; ".join(parts), "dim"), *_superseded(desk, reference.passages))


def _superseded(desk: Desk, passages: tuple[Citation, ...]) -> Runs:
    newer = dict.fromkeys(new for one in passages for new in one.superseded_by)
    if not newer:
        return ()
    key = "label.partly_superseded" if all(one.partly for one in passages if one.superseded_by) else "label.superseded"
    return (Run(f" [{desk.phrase(key)} {desk.listed(newer)}]", "warn"),)


def made(desk: Desk) -> Section:
    """Enough to answer what produced it."""
    record = desk.consultation
    checked = record.verification
    counts = {"checked": checked.checked, "repaired": checked.repaired, "unsupported": len(checked.unsupported)}
    told = [
        ("engine", desk.say("answered.rules") if desk.plan.engine == "rules" else desk.plan.engine),
        ("usage", usage_line(record.usage, desk.language) or ""),
        ("checked", desk.say("made.checks", **counts)),
        ("program", f"consult {record.provenance.version}"),
        ("content", record.provenance.content_hash),
        ("time", desk.say("made.zone", zone=desk.head.time_zone)),
        ("refs", desk.say("made.marks")),
    ]
    lines = tuple((desk.labelled(desk.say(f"made.{key}")), Run(value)) for key, value in told if value)
    return Section("made", desk.say("made"), (Bullets(lines),))


def signature(desk: Desk, *, seal: bool) -> Section:
    """Who signed what, when and with which key; that nobody has."""
    if not desk.signers:
        blocks: tuple[Block, ...] = (Paragraph((Run(desk.say("sign.none"), "warn"),)),)
        return Section("signature", desk.say("signature"), blocks, whole=True)
    columns = (
        Column(desk.say("sign.who"), 20),
        Column(desk.say("sign.when"), 17),
        Column(desk.say("sign.key"), 27),
        Column(desk.say("sign.hash"), 36),
    )
    rows = tuple(
        Row(((Run(one.name, "strong"),), (Run(desk.when(one.at)),), (Run(one.kid, "dim"),), (Run(one.digest, "dim"),)))
        for one in desk.signers
    )
    stale = [Paragraph((desk.labelled(desk.say("sign.stale")), Run(one.stale))) for one in desk.signers if one.stale]
    meaning = Paragraph((Run(desk.say("sign.meaning"), "dim"),), small=True)
    room = (Seal(desk.say("seal")),) if seal else ()
    return Section("signature", desk.say("signature"), (Table(columns, rows), *stale, meaning, *room), whole=True)
