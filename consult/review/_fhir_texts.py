"""The sentences of the FHIR document as markup: every item with what it rests on and what was decided on it."""

from __future__ import annotations

from consult.case import Observation
from consult.interop.fhir._write_narrative import listed, paragraph, shown, table
from consult.plan import UNEXPLAINED, Citation, Problem, Recommendation, Statement, phrase
from consult.review._fhir_items import position_text
from consult.review._fhir_sheet import Sheet


def _statement(sheet: Sheet, one: Statement) -> str:
    """A sentence, what it rests on, the model that wrote it, and why it is not supported."""
    cited = ", ".join([*one.facts, *one.passages])
    parts = [shown(one.text), f"[{shown(cited)}]" if cited else "", f"({shown(one.by)})" if one.by else ""]
    if not one.supported:
        said = f"{phrase('label.unsupported', sheet.language)}: {one.problem or ''}"
        parts.append(f"<b>[{shown(said)}]</b>")
    return " ".join(part for part in parts if part)


def _decided(sheet: Sheet, item: str) -> str:
    """Who decided what; the doctor's wording of an edited item."""
    decision = sheet.decision(item)
    if decision is None:
        return ""
    if decision.decision == "edit":
        return f"<b>{shown(sheet.say('edited', by=decision.by))}</b>: {shown(decision.text or '')}"
    if decision.decision == "acknowledge":
        words = " ".join(part for part in (decision.text, decision.reason) if part)
        return f"<b>{shown(sheet.say('told'))}</b>: {shown(words)} ({shown(f'{decision.by}, {decision.at}')})"
    return shown(sheet.say("accepted", by=decision.by))


def alerts(sheet: Sheet) -> str:
    """Every alert, why its number may be wrong, and who was told."""
    return listed(
        f"<b>{one.id}</b> {_statement(sheet, one.statement)}"
        + listed([*map(shown, one.cautions), _decided(sheet, one.id)])
        for one in sheet.plan.alerts
    )


def problems(sheet: Sheet) -> str:
    """The problems that were not rejected."""
    return listed(_problem(sheet, one) for one in sheet.plan.problems if not sheet.rejected(one.id))


def _problem(sheet: Sheet, one: Problem) -> str:
    language = sheet.language
    dissent = [shown(position_text(sheet, position)) for position in one.dissent]
    if sheet.edited(one.id) is not None:
        return f"<b>{one.id}</b> {_decided(sheet, one.id)}{listed(dissent)}"
    grade = [] if one.concept == UNEXPLAINED else [phrase(one.likelihood, language)]
    grade += [
        phrase(one.severity, language),
        *([phrase("label.draft_knowledge", language)] if one.draft_knowledge else []),
    ]
    who = ", ".join(sheet.plan.specialties.get(name, name) for name in one.said_by)
    care = [
        f"<b>{shown(phrase(f'care.{item.kind}', language))}</b>: {_statement(sheet, item.statement)}"
        for item in one.care
    ]
    below = f" <b>[{shown(phrase('label.below', language))}]</b>" if one.below_the_line else ""
    said = [_statement(sheet, statement) for statement in one.statements]
    head = f"<b>{one.id} {shown(one.name)}</b>{below} ({shown(', '.join(grade))}; {shown(who)})"
    return head + listed([*said, *map(shown, one.cautions), *care, *dissent, _decided(sheet, one.id)])


def recommendations(sheet: Sheet) -> str:
    """What may be considered; not what was rejected."""
    kept = [one for one in sheet.plan.recommendations if not sheet.rejected(one.id)]
    if not kept:
        return ""
    head = paragraph(shown(sheet.say("options")), bold=True)
    return head + listed(_recommendation(sheet, one) for one in kept)


def _recommendation(sheet: Sheet, one: Recommendation) -> str:
    language = sheet.language
    grade = f"{phrase(one.kind, language)}, {phrase(one.urgency, language)}"
    why = [item for item in one.why if not sheet.rejected(item)]
    served = f", {', '.join(why)}" if why else ""
    if sheet.edited(one.id) is not None:
        return f"<b>{one.id}</b> ({shown(grade + served)}) {_decided(sheet, one.id)}"
    below = f" <b>[{shown(phrase('label.below', language))}]</b>" if one.below_the_line else ""
    said = [_statement(sheet, statement) for statement in (one.statement, *one.further)]
    head = f"<b>{one.id} {shown(one.name)}</b>{below} ({shown(grade + served)})"
    return head + listed([*said, *map(shown, one.cautions), _decided(sheet, one.id)])


def dissent(sheet: Sheet) -> str:
    """Where specialists differ, with what each holds."""
    open_ = f" ({phrase('label.no_consensus', sheet.language)})"
    return listed(
        f"<b>{shown(one.name)}</b>{shown(open_ if one.outcome == 'no-consensus' else '')}"
        + listed(shown(position_text(sheet, position)) for position in one.positions)
        for one in sheet.plan.conflicts
    )


def rejected(sheet: Sheet) -> str:
    """What a doctor said no to, and why: told here, and in no other resource."""
    items: list[Problem | Recommendation] = [*sheet.plan.problems, *sheet.plan.recommendations]
    return listed(
        f"<del>{one.id} {shown(one.name)}</del> {shown(_why_not(sheet, one.id))}"
        for one in items
        if sheet.rejected(one.id)
    )


def _why_not(sheet: Sheet, item: str) -> str:
    decision = sheet.decision(item)
    return "" if decision is None else sheet.say("reason", reason=decision.reason or "", by=decision.by)


def results(sheet: Sheet) -> str:
    """The results as they were reported."""
    heads = ["", *(shown(sheet.say(f"head.{name}")) for name in ("result", "value", "range", "time"))]
    return table(heads, [_row(one) for one in sheet.consultation.case.observations])


def _row(seen: Observation) -> list[str]:
    value = " ".join(part for part in (seen.shown, seen.reported.unit_shown, seen.flag or "") if part)
    cells = [seen.fact, seen.name, value, seen.reported.range_shown, seen.effective or ""]
    return [shown(cell) for cell in cells]


def facts(sheet: Sheet) -> str:
    """Reports and entries of the record."""
    case = sheet.consultation.case
    lists = (case.conditions, case.medications, case.allergies, case.procedures, case.immunizations, case.encounters)
    told = [
        f"{one.fact} {shown(one.name)}" + (f" ({shown(one.status)})" if one.status else "")
        for entries in lists
        for one in entries
    ]
    return listed([*(f"{one.fact} <b>{shown(one.title)}</b>: {shown(one.text)}" for one in case.reports), *told])


def citation(sheet: Sheet, cited: Citation) -> str:
    """A passage, its source, and what has replaced it."""
    newer = ", ".join(cited.superseded_by)
    label = "label.partly_superseded" if cited.partly else "label.superseded"
    mark = f" <b>{shown(f'{phrase(label, sheet.language)} {newer}')}</b>" if newer else ""
    source = f"{cited.organisation}. {cited.title}. {cited.year}. {cited.reference}"
    return f"{shown(cited.passage)} {shown(cited.section)}: {shown(source)}{mark}<br/>{shown(cited.text)}"
