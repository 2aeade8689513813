"""What carries a conclusion: which ones move when one fact or one specialty is left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from consult.replay._ablation import Ablation, Block, Effect, LeftOut, Saved, Support, falls
from consult.replay._html import Child, Html, details, table, tag
from consult.replay._moves import CONCLUSIONS, Part
from consult.replay._report.ablation_words import left_out_says as say
from consult.replay._report.amounts import count, not_judged, ratio
from consult.replay._report.names import Names
from consult.replay._report.sections import paragraph, section
from consult.replay._targets import HISTORY

_LINES = 60
"""Lines of a table; `ablation.json` has all."""
_REPORT = "report."
_EFFECTS = 6
"""Conclusions that are named in one line."""


def ablations(found: Ablation, hashes: dict[str, str], names: Names) -> Html | None:
    """The section; None where nothing was left out of the arms as they are now.

    Args:
        found: what was summed up.
        hashes: arm to its fingerprint.
        names: what things are called.
    """
    shown = [block for block in found.blocks if hashes.get(block.arm) == block.arm_hash]
    if not shown:
        return None
    return section(
        "ablation", names, paragraph(say("note", names.language), "note"), *(_block(b, names) for b in shown)
    )


def _block(block: Block, names: Names) -> Html:
    told = say("counted", names.language, variants=block.variants, cases=block.cases, failed=block.failed)
    parts: list[Child] = [tag("h3", f"{block.arm}: {say(block.kind, names.language)}"), paragraph(told, "note")]
    if block.cut:
        parts.append(paragraph(say("cut", names.language, n=block.cut, of=block.cases), "warning"))
    if block.control is not None:
        said = {"moved": block.control.moved, "pairs": block.control.pairs}
        parts.append(paragraph(say("control", names.language, **said), "warning"))
    if block.kind == "without-specialty":
        return tag("div", *parts, _specialties(block.left_out, names))
    return tag("div", *parts, _facts(block, names), _supports(block.conclusions, names))


def _facts(block: Block, names: Names) -> Html:
    columns = ["fact", "cases", "moved", "idle", "asked", "falls"]
    rows = [
        [
            called(one.what, names),
            count(one.variants),
            ratio(one.moved, one.variants, names),
            ratio(one.idle, one.cited, names),
            ratio(one.asked_again, one.variants, names),
            _falls(one, names),
        ]
        for one in block.left_out
    ]
    idle, cited = sum(one.idle for one in block.left_out), sum(one.cited for one in block.left_out)
    said = paragraph(say("idle-note", names.language, idle=idle, cited=cited), "note")
    return tag("div", said, _listed(columns, rows, names))


def _supports(listed: Sequence[Support], names: Names) -> Html:
    columns = ["conclusion", "judged", "stands", "one", "several", "alone"]
    rows = [
        [
            conclusion(one.part, one.concept, names),
            count(one.judged, f"n = {one.plans}"),
            *(ratio(value, one.judged, names) for value in (one.stands, one.one, one.several)),
            ", ".join(f"{_text(fact, names)} {n}" for fact, n in list(one.alone.items())[:_EFFECTS]) or "–",
        ]
        for one in listed
    ]
    said = paragraph(say("fragile-note", names.language), "note")
    return tag("div", said, _listed(columns, rows, names))


def _specialties(listed: Sequence[LeftOut], names: Names) -> Html:
    columns = ["specialty", "cases", "moved", *(f"lost.{part}" for part in CONCLUSIONS), "new"]
    columns += ["forbidden", "expected", "calls", "cost"]
    rows = [
        [
            names.agent(one.what),
            count(one.variants, say("failed", names.language, n=one.failed) if one.failed else ""),
            ratio(one.moved, one.variants, names),
            *(count(changed(one.effects, "lost", part)) for part in CONCLUSIONS),
            count(changed(one.effects, "new")),
            *_saved(one.saved or Saved(), names),
        ]
        for one in listed
    ]
    parts = [
        details(names.agent(one.what), _effects(one.effects, names), open=len(one.effects) <= 20)
        for one in listed
        if one.effects
    ]
    return tag("div", _listed(columns, rows, names, class_="figures"), *parts)


def _saved(saved: Saved, names: Names) -> list[Html]:
    spent = [count(saved.calls), count(f"{saved.cost} {saved.currency}".strip())]
    if not saved.scored:
        return [not_judged(names), not_judged(names), *spent]
    of = f"n = {saved.scored}"
    forbidden = count(f"\u2212{saved.forbidden_gone} +{saved.forbidden_new}", of)
    return [forbidden, count(f"\u2212{saved.misses_more} +{saved.misses_fewer}", of), *spent]


def _effects(effects: Sequence[Effect], names: Names) -> Html:
    rows = [
        [
            conclusion(one.part, one.concept, names),
            count(one.of),
            ", ".join(f"{say(change, names.language)} {n}" for change, n in one.changes.items()),
            ", ".join(one.cases),
        ]
        for one in effects
    ]
    return _listed(["conclusion", "held", "became", "examples"], rows, names)


def _listed(
    columns: Sequence[str], rows: Sequence[Sequence[Child]], names: Names, *, class_: str = "figures told"
) -> Html:
    """The first rows; the last column is text unless the class says otherwise."""
    more = len(rows) - _LINES
    rest = paragraph(say("more", names.language, n=more), "note") if more > 0 else None
    head = [say(f"c.{one}", names.language) for one in columns]
    return tag("div", table(head, rows[:_LINES], class_=class_), rest)


def _falls(left: LeftOut, names: Names) -> str:
    """The conclusions that are lost in most plans: alerts and conditions before what to do about them."""
    lost = falls(left)
    said = [f"{conclusion(one.part, one.concept, names)} {one.changes['lost']}/{one.of}" for one in lost[:_EFFECTS]]
    return "; ".join([*said, *(["…"] if len(lost) > _EFFECTS else [])]) or "–"


def changed(effects: Iterable[Effect], change: str, part: Part | None = None) -> int:
    """How often conclusions (of one part) became this."""
    return sum(n for one in effects if part in {None, one.part} for what, n in one.changes.items() if what == change)


def conclusion(part: Part, concept: str, names: Names) -> str:
    """A conclusion by its name; of an alert the analyte, or the rule that raises it."""
    said = _text(concept, names)
    return said if part == "condition" else f"{say(part, names.language)}: {said}"


def called(code: str, names: Names) -> Html:
    """What is left out, by its name."""
    said = _text(code, names)
    return tag("span", said, title=code if code != said else None)


def _text(code: str, names: Names) -> str:
    library = names.library
    if library is None:
        return code
    if code in library.book:
        return library.book[code].title.text(names.language)
    if code in library.catalog:
        analyte = library.catalog[code]
        return analyte.name_zh if names.language == "zh" else analyte.name_en
    if code.startswith(_REPORT):
        return f"{say('report', names.language)}: {code.removeprefix(_REPORT)}"
    concept = code.removeprefix(HISTORY)
    named = library.concepts.name(concept, names.language)
    return named if concept == code else f"{say('history', names.language)}: {named}"
