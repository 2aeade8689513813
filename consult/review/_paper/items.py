"""The items of the plan as they were decided: alerts, problems, recommendations, and what was rejected."""

from __future__ import annotations

from collections.abc import Sequence

from consult.plan import UNEXPLAINED, Alert, Problem, Recommendation
from consult.review._paper.blocks import Block, Bullets, Item, Paragraph, Run, Runs, Section, Tone
from consult.review._paper.desk import Desk

_TONES: dict[str, Tone] = {"red": "danger", "gate": "verify"}


def alerts(desk: Desk) -> Section:
    """Every danger, and who was told of it when."""
    items = tuple(_alert(desk, one) for one in desk.plan.alerts)
    return _section(desk, "alerts", items)


def _alert(desk: Desk, alert: Alert) -> Item:
    head = (Run(f"{alert.id} ", "strong"), *desk.statement(alert.statement))
    decision = desk.decided.get(alert.id)
    if decision is None:
        told: Runs = (Run(desk.say("untold"), "warn"),)
    else:
        words = " ".join(text.strip() for text in (decision.text, decision.reason) if text and text.strip())
        told = (
            desk.labelled(desk.say("told")),
            Run(f"{words} "),
            Run("(", "dim"),
            *desk.verdict(alert.id),
            Run(")", "dim"),
        )
    return Item(head, (*_cautions(alert.cautions), Paragraph(told)), "danger")


def problems(desk: Desk) -> Section:
    """The problems that were not rejected."""
    return _section(desk, "problems", [_problem(desk, one) for one in desk.plan.problems if not desk.rejected(one.id)])


def _problem(desk: Desk, one: Problem) -> Item:
    care = [desk.statement(item.statement, desk.labelled(desk.phrase(f"care.{item.kind}"))) for item in one.care]
    dissent = [(desk.labelled(desk.phrase("label.dissent")), *desk.position(held)) for held in one.dissent]
    said = [desk.statement(statement) for statement in one.statements]
    tail = (*_cautions(one.cautions), *_bullets([*care, *dissent]))
    return _decided(desk, one, _grade(desk, one), [*_bullets(said), *tail])


def recommendations(desk: Desk) -> Section:
    """What may be considered; not what was rejected."""
    kept = [one for one in desk.plan.recommendations if not desk.rejected(one.id)]
    return _section(desk, "recommendations", [_recommendation(desk, one) for one in kept])


def _recommendation(desk: Desk, one: Recommendation) -> Item:
    first, *more = [desk.statement(statement) for statement in (one.statement, *one.further)]
    return _decided(desk, one, _grade(desk, one), [Paragraph(first), *_bullets(more), *_cautions(one.cautions)])


def rejected(desk: Desk) -> Section:
    """What a doctor said no to, and why."""
    found: list[Problem | Recommendation] = [*desk.plan.problems, *desk.plan.recommendations]
    items = [_rejected(desk, one) for one in found if desk.rejected(one.id)]
    return Section("rejected", desk.say("rejected"), tuple(items))


def _rejected(desk: Desk, one: Problem | Recommendation) -> Item:
    said = one.statements if isinstance(one, Problem) else [one.statement, *one.further]
    behind = tuple(_behind(block) for block in _bullets([desk.statement(statement) for statement in said]))
    head = (Run(f"{one.id} ", "strong"), Run(one.name, "del"))
    return Item(head, (Paragraph(desk.verdict(one.id)), *behind), "rejected")


# -- what problems and recommendations have in common ------------------------------------------------------------------


def _decided(desk: Desk, one: Problem | Recommendation, grade: str, blocks: Sequence[Paragraph | Bullets]) -> Item:
    """As the machine wrote it with the decision below; or the doctor's wording, what it replaces behind it."""
    verdict = Paragraph(desk.verdict(one.id))
    tone: Tone = "below" if one.below_the_line else _TONES.get(one.severity, "") if isinstance(one, Problem) else ""
    edited = desk.edited(one.id)
    if edited is None:
        below = (Run(f" [{desk.phrase('label.below')}]", "warn"),) if one.below_the_line else ()
        head: Runs = (Run(f"{one.id} {one.name}", "strong"), *below, Run(f"  {grade}", "tag"))
        return Item(head, (*blocks, verdict), tone)
    # A doctor's wording may say the opposite of the draft's: no word of the machine's stands before it.
    before = Paragraph((desk.labelled(desk.say("before")), Run(one.name, "del"), Run(f"  {grade}", "tag")))
    kept = tuple(_behind(block) for block in blocks)
    return Item((Run(f"{one.id} ", "strong"), Run(edited, "strong")), (verdict, before, *kept), tone)


def _behind(block: Paragraph | Bullets) -> Paragraph | Bullets:
    """As an aside."""
    if isinstance(block, Paragraph):
        return Paragraph(_aside(block.runs))
    return Bullets(tuple(_aside(entry) for entry in block.entries), block.markers)


def _aside(runs: Runs) -> Runs:
    return tuple(Run(run.text, run.style or "dim") for run in runs)


def _grade(desk: Desk, one: Problem | Recommendation) -> str:
    if isinstance(one, Problem):
        words = [] if one.concept == UNEXPLAINED else [desk.phrase(one.likelihood)]
        words += [desk.phrase(one.severity)]
    else:
        words = [desk.phrase(one.kind), desk.phrase(one.urgency)]
        why = [item for item in one.why if not desk.rejected(item)]
        words += [desk.say("serves", items=", ".join(why))] * bool(why)
    words += [desk.phrase("label.draft_knowledge")] * one.draft_knowledge
    return " · ".join([*words, desk.names(one.said_by)])


def _section(desk: Desk, key: str, items: Sequence[Block]) -> Section:
    return Section(key, desk.say(key), tuple(items), machine_note(desk) if key != "alerts" else "")


def machine_note(desk: Desk) -> str:
    """Who wrote what follows, and who decided on it."""
    if desk.plan.engine == "rules":
        said = [desk.say("machine.rules")]
    else:
        said = [desk.say("machine.models", models=desk.plan.engine)]
    names = dict.fromkeys(one.by for one in desk.decided.values() if one is not None and one.by)
    said += [desk.say("decided", names=desk.listed(names))] * bool(names)
    return ("" if desk.language == "zh" else " ").join(said)


def _bullets(entries: Sequence[Runs]) -> tuple[Bullets, ...]:
    return (Bullets(tuple(entries)),) if entries else ()


def _cautions(cautions: Sequence[str]) -> tuple[Bullets, ...]:
    if not cautions:
        return ()
    return (Bullets(tuple((Run(one, "warn"),) for one in cautions), ("!",) * len(cautions)),)
