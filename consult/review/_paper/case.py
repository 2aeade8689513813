"""What was asked and what was known: the question, the case in brief, and the results that matter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from consult.case import USABLE, Entry, Observation, Report
from consult.plan import Position, Statement, data_text
from consult.review._paper.blocks import Block, Bullets, Column, Paragraph, Row, RowTone, Run, Runs, Section, Table
from consult.review._paper.desk import Desk

_KINDS = ("conditions", "medications", "allergies", "procedures", "immunizations", "encounters")
_ARROWS = {"HH": "↑↑", "H": "↑", "L": "↓", "LL": "↓↓", "A": "*", "N": ""}
_TONES: dict[str, RowTone] = {
    "HH": "critical", "LL": "critical", "H": "abnormal", "L": "abnormal", "A": "abnormal"
}  # fmt: skip
_FEW = 16
"""So many results are shown whole: an annex for the rest would be longer."""


def asked(desk: Desk) -> Section:
    """The questions."""
    questions = desk.consultation.case.questions
    blocks: tuple[Block, ...] = tuple(Paragraph((Run(one),)) for one in questions)
    return Section("asked", desk.say("asked"), blocks or (Paragraph((Run(desk.say("asked.none"), "dim"),)),))


def notes(desk: Desk) -> Section:
    """What the plan says of its input and of itself."""
    data = data_text(desk.plan)
    said = [*([data] if data is not None else []), *desk.plan.warnings]
    return Section("notes", desk.say("notes"), (Bullets(tuple((Run(one),) for one in said)),) if said else ())


def brief(desk: Desk) -> Section:
    """History, what else is known, texts, and the results that somebody rests on or that are out of range."""
    case = desk.consultation.case
    blocks: list[Block] = []
    lines = [line.strip() for line in case.history.splitlines() if line.strip()]
    blocks += [
        Paragraph((desk.labelled(desk.say("history")),) * (n == 0) + (Run(line),)) for n, line in enumerate(lines)
    ]
    blocks += [_entries(desk, kind, entries) for kind in _KINDS if (entries := getattr(case, kind))]
    blocks += [block for report in case.reports for block in _report(desk, report)]
    shown, _ = _divided(desk)
    if shown:
        blocks += [Paragraph((Run(desk.say("relevant"), "strong"),)), table(desk, shown)]
    return Section("brief", desk.say("brief"), tuple(blocks))


def others(desk: Desk) -> Section:
    """The results that nobody rests on."""
    _, rest = _divided(desk)
    return Section("others", desk.say("others"), (table(desk, rest),) if rest else ())


def _entries(desk: Desk, kind: str, entries: Sequence[Entry]) -> Paragraph:
    runs: list[Run] = [desk.labelled(desk.say(kind))]
    for place, one in enumerate(entries):
        aside = desk.listed(part for part in (one.status, (one.effective or "")[:10], one.note) if part)
        runs.append(Run(f"{'; ' if place else ''}{one.name}"))
        runs += [Run(f" ({aside})", "dim")] * bool(aside)
        runs += desk.cited([one.fact], [])
    return Paragraph(tuple(runs))


def _report(desk: Desk, report: Report) -> list[Paragraph]:
    time = f" ({_time(report.effective)})" if report.effective else ""
    void = (Run(f" {desk.say('void')}", "warn"),) if report.status == "entered-in-error" else ()
    title = report.title or report.kind
    lines = [line.strip() for line in report.text.splitlines() if line.strip()] or [""]
    head: Runs = (desk.labelled(f"{title}{time}"), Run(lines[0]), *desk.cited([report.fact], []), *void)
    return [Paragraph(head), *(Paragraph((Run(line),)) for line in lines[1:])]


def _divided(desk: Desk) -> tuple[list[Observation], list[Observation]]:
    """Results that matter here, and the others; all of them matter where they are few."""
    seen = desk.consultation.case.observations
    if len(seen) <= _FEW:
        return list(seen), []
    named = _named(desk)
    shown = [one for one in seen if one.fact in named or one.flag not in {None, "N"}]
    facts = {one.fact for one in shown}
    return shown, [one for one in seen if one.fact not in facts]


def _named(desk: Desk) -> set[str]:
    """Facts on which an item of the plan rests."""
    plan = desk.plan
    said: list[Statement] = [one.statement for one in plan.alerts]
    for problem in plan.problems:
        said += [*problem.statements, *(care.statement for care in problem.care)]
    for advice in plan.recommendations:
        said += [advice.statement, *advice.further]
    held: list[Position] = [one for item in plan.problems for one in item.dissent]
    held += [one for conflict in plan.conflicts for one in conflict.positions]
    return {fact for one in said for fact in one.facts} | {fact for one in held for fact in one.facts}


# -- the table of results ----------------------------------------------------------------------------------------------


def table(desk: Desk, results: Iterable[Observation]) -> Table:
    """Results as they were reported, under the names of their orders; columns without a value are left out."""
    seen = list(results)
    made: list[tuple[Column, Callable[[Observation], Runs]]] = [
        (Column(desk.say("head.fact"), 5), lambda one: (Run(one.fact, "ref"),)),
        (Column(desk.say("head.result"), 26), lambda one: (Run(one.name),)),
        (Column(desk.say("head.value"), 15), _value),
        (Column(desk.say("head.unit"), 14), lambda one: (Run(one.reported.unit_shown),)),
        (Column(desk.say("head.flag"), 6, centred=True), lambda one: (Run(_flag(desk, one), "strong"),)),
        (Column(desk.say("head.range"), 15), lambda one: (Run(one.reported.range_shown),)),
        (Column(desk.say("head.time"), 15), lambda one: (Run(_time(one.effective), "dim"), *_state(desk, one))),
    ]
    kept = [(column, cell) for column, cell in made if any(run.text for one in seen for run in cell(one))]
    rows: list[Row] = []
    order = None
    for one in seen:
        if one.order and one.order != order:
            rows.append(Row(((Run(one.order, "strong"),),), "group"))
        order = one.order or order
        rows.append(Row(tuple(cell(one) for _, cell in kept), _tone(one)))
    return Table(tuple(column for column, _ in kept), tuple(rows))


def _value(one: Observation) -> Runs:
    ours = ""
    if one.value_type == "quantity" and one.unit is not None and one.unit != one.reported.unit:
        ours = f" (= {one.comparator or ''}{one.value} {one.unit})" if one.value != one.reported.value else ""
    return (
        Run(one.shown, "strong" if _tone(one) in {"abnormal", "critical"} else ""),
        *((Run(ours, "dim"),) * bool(ours)),
    )


def _flag(desk: Desk, one: Observation) -> str:
    flag = one.flag or ""
    return _ARROWS.get(flag, flag) if desk.language == "zh" else flag.replace("N", "")


def _tone(one: Observation) -> RowTone:
    return "void" if one.status not in USABLE else _TONES.get(one.flag or "", "")


def _state(desk: Desk, one: Observation) -> Runs:
    if one.status in USABLE:
        return ()
    withdrawn = one.status in {"entered-in-error", "cancelled"}
    return (Run(f" {desk.say('void' if withdrawn else 'unfinal')}", "warn"),)


def _time(effective: str | None) -> str:
    """As it was sent, to the minute."""
    return (effective or "")[:16].replace("T", " ")
