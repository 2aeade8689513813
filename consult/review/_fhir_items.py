"""The items of the plan as FHIR resources. Nothing here is an order, and nothing can be read as one.

An alert is a DetectedIssue; a problem a ClinicalImpression; a test, referral or check a ServiceRequest with the intent
`proposal`; a treatment option and what is to be avoided a CommunicationRequest, which has words and nothing to carry
out. One RequestGroup holds the options together. A rejected item has no resource: it is told in the document's text
alone.
"""

from __future__ import annotations

from collections.abc import Iterable

from consult.interop.fhir._write import (
    REQUEST,
    Resource,
    coding,
    concept,
    identifier,
    pruned,
    reference,
    references,
    text,
)
from consult.plan import UNEXPLAINED, Alert, Citation, Plan, Position, Problem, Recommendation, Statement, phrase
from consult.review._fhir_sheet import LIKELIHOOD, MACHINE_MADE, SOURCE, Sheet

_PRIORITY = {"immediate": "stat", "same-day": "urgent", "routine": "routine"}
_NAMED = frozenset({"confirmed", "likely", "possible"})
"""Likelihoods of a problem whose code may stand in the record; of the others a code would claim the opposite."""
_REQUESTED = frozenset({"test", "referral", "monitoring"})
_LINKS = {"doi:": "https://doi.org/", "pmid:": "https://pubmed.ncbi.nlm.nih.gov/"}


def alert_issue(sheet: Sheet, alert: Alert) -> str:
    """The DetectedIssue of an alert; who was told is its mitigation."""
    decision = sheet.decision(alert.id)
    told = None
    if decision is not None:
        words = text(decision.text) or text(decision.reason) or sheet.say("told")
        told = [{"action": {"text": words}, "date": decision.at, "author": reference(sheet.person(decision.by))}]
    resource = {
        "resourceType": "DetectedIssue",
        "meta": MACHINE_MADE,
        "identifier": [identifier("item", f"{sheet.consultation.id}/{alert.id}")],
        "status": "final" if sheet.signed else "preliminary",
        "code": concept(sheet.say("alert"), coding(SOURCE, alert.source)),
        "severity": "high",
        "patient": sheet.subject,
        "identifiedDateTime": _alerted(sheet, alert),
        "author": reference(sheet.machine()),
        "implicated": references(sheet.facts(alert.statement.facts)),
        "detail": text("\n".join([alert.statement.text, *alert.cautions])),
        "mitigation": told,
    }
    return sheet.add(resource, alert.id)


def _alerted(sheet: Sheet, alert: Alert) -> str:
    """When the alert left, before the plan was made."""
    sent = (entry.at for entry in sheet.consultation.audit if entry.data.get("finding") == alert.finding)
    return next(sent, sheet.consultation.created or sheet.at)


def problem_impression(sheet: Sheet, problem: Problem) -> str:
    """The ClinicalImpression of a problem; the doctor's wording stands alone where there is one."""
    decision = sheet.decision(problem.id)
    edited = sheet.edited(problem.id)
    doctor = reference(sheet.person(decision.by)) if decision is not None else None
    resource = {
        "resourceType": "ClinicalImpression",
        "meta": MACHINE_MADE if edited is None else None,
        "identifier": [identifier("item", f"{sheet.consultation.id}/{problem.id}")],
        "status": "completed" if sheet.signed else "in-progress",
        "description": text(edited) or text(problem.name),
        "subject": sheet.subject,
        "date": decision.at if decision is not None else sheet.at,
        "assessor": doctor,
        "summary": text(edited) or text(" ".join(one.text for one in problem.statements)),
        "finding": [_finding(sheet, problem, edited)],
        "supportingInfo": references(sheet.facts(_facts(problem))),
        "note": _notes(sheet, problem, edited),
    }
    return sheet.add(resource, problem.id)


def _finding(sheet: Sheet, problem: Problem, edited: str | None) -> Resource:
    if edited is not None:
        # What the doctor means is in the words: the draft's code may be what was corrected.
        return {"itemCodeableConcept": concept(edited)}
    if problem.concept == UNEXPLAINED:
        return {"itemCodeableConcept": concept(problem.name)}
    words = _held(sheet, problem)
    named = problem.likelihood in _NAMED
    return {
        "extension": [{"url": LIKELIHOOD, "valueCode": problem.likelihood}],
        "itemCodeableConcept": sheet.concept(problem.concept, words) if named else concept(words),
        "basis": text(" ".join(one.text for one in problem.statements)),
    }


def _held(sheet: Sheet, problem: Problem) -> str:
    """A problem and how sure it is: the name alone would say that the patient has it."""
    if problem.concept == UNEXPLAINED:
        return problem.name
    return f"{problem.name} ({phrase(problem.likelihood, sheet.language)})"


def _facts(problem: Problem) -> list[str]:
    said = [*problem.statements, *(one.statement for one in problem.care)]
    return [fact for one in said for fact in one.facts] + [fact for one in problem.dissent for fact in one.facts]


def _notes(sheet: Sheet, problem: Problem, edited: str | None) -> list[Resource]:
    """Dissent and doubts always; what else the machine says, unless a doctor's wording stands in its place."""
    lines = [position_text(sheet, one) for one in problem.dissent] + problem.cautions
    if edited is None:
        lines += [one.statement.text for one in problem.care]
        lines += [phrase("label.below", sheet.language)] if problem.below_the_line else []
        lines += [phrase("label.draft_knowledge", sheet.language)] if problem.draft_knowledge else []
    return _annotations(sheet, lines)


def position_text(sheet: Sheet, position: Position) -> str:
    """What a specialist holds, in one line."""
    who = sheet.plan.specialties.get(position.specialty, position.specialty)
    differs = phrase("label.dissent", sheet.language)
    return f"{differs}: {who}, {phrase(position.stance, sheet.language)}: {position.reason}"


def _annotations(sheet: Sheet, lines: Iterable[str]) -> list[Resource]:
    """Notes by the machine, which can only be named in words: the author of a FHIR note is a person."""
    return [{"authorString": sheet.made, "text": words} for one in lines if (words := text(one))]


def options_group(sheet: Sheet, recommendations: list[Recommendation]) -> str | None:
    """The RequestGroup of everything to consider; none of its actions is required or checked beforehand."""
    actions = [_action(sheet, one) for one in recommendations]
    if not actions:
        return None
    whole = {
        "title": sheet.say("options"),
        "groupingBehavior": "visual-group",
        "selectionBehavior": "any",
        "requiredBehavior": "could",
        "precheckBehavior": "no",
        "action": actions,
    }
    resource = {
        "resourceType": "RequestGroup",
        "meta": MACHINE_MADE,
        "identifier": [identifier("item", f"{sheet.consultation.id}/recommendations")],
        "status": _status(sheet),
        "intent": "proposal",
        "subject": sheet.subject,
        "authoredOn": sheet.at,
        "author": reference(sheet.machine()),
        "note": [{"text": sheet.say("options")}],
        "action": [whole],
    }
    return sheet.add(resource, "recommendations")


def _status(sheet: Sheet) -> str:
    return "active" if sheet.signed else "draft"


def _action(sheet: Sheet, item: Recommendation) -> Resource:
    url = _service(sheet, item) if item.kind in _REQUESTED else _communication(sheet, item)
    cited = {passage for one in (item.statement, *item.further) for passage in one.passages}
    return pruned(
        {
            "prefix": item.id,
            "title": text(sheet.edited(item.id)) or text(item.name),
            "textEquivalent": text(sheet.edited(item.id)) or text(item.statement.text),
            "priority": _PRIORITY[item.urgency],
            "documentation": [_artifact(one) for one in sheet.plan.citations if one.passage in cited],
            "requiredBehavior": "could",
            "precheckBehavior": "no",
            "resource": reference(url),
        }
    )


def _service(sheet: Sheet, item: Recommendation) -> str:
    """A test, referral or check as a proposal."""
    edited = sheet.edited(item.id)
    resource = {
        "resourceType": "ServiceRequest",
        **_head(sheet, item),
        "intent": "proposal",
        "category": _category(sheet, item),
        "priority": _PRIORITY[item.urgency],
        "code": concept(edited) if edited is not None else sheet.concept(item.concept, item.name),
        "subject": sheet.subject,
        "authoredOn": _authored(sheet, item),
        "requester": reference(sheet.author(item.id)),
        "reasonCode": _reasons(sheet, item),
        "supportingInfo": references(_supports(sheet, item)),
        "note": _item_notes(sheet, item),
    }
    return sheet.add(resource, item.id)


def _communication(sheet: Sheet, item: Recommendation) -> str:
    """A treatment option, or what is to be avoided: something to be told to the prescriber."""
    # A doctor's wording may say the opposite of the draft's: no word of ours stands before it.
    words = sheet.edited(item.id) or f"{phrase(item.kind, sheet.language)}: {item.statement.text}"
    resource = {
        "resourceType": "CommunicationRequest",
        **_head(sheet, item),
        "category": _category(sheet, item),
        "priority": _PRIORITY[item.urgency],
        "subject": sheet.subject,
        "about": references(_supports(sheet, item)),
        "payload": [{"contentString": text(words)}],
        "authoredOn": _authored(sheet, item),
        "requester": reference(sheet.author(item.id)),
        "reasonCode": _reasons(sheet, item),
        "note": _item_notes(sheet, item),
    }
    return sheet.add(resource, item.id)


def _head(sheet: Sheet, item: Recommendation) -> Resource:
    return {
        "meta": MACHINE_MADE if sheet.edited(item.id) is None else None,
        "identifier": [identifier("item", f"{sheet.consultation.id}/{item.id}")],
        "status": _status(sheet),
    }


def _category(sheet: Sheet, item: Recommendation) -> list[Resource]:
    words = f"{sheet.say('proposal')} ({phrase(item.kind, sheet.language)})"
    return [concept(words, coding(REQUEST, "recommendation", "Recommendation of a consultation"))]


def _authored(sheet: Sheet, item: Recommendation) -> str:
    decision = sheet.decision(item.id)
    return decision.at if decision is not None and decision.at else sheet.at


def _reasons(sheet: Sheet, item: Recommendation) -> list[Resource]:
    """The problems it serves that stand, in the words that stand."""
    served = [one for one in sheet.plan.problems if one.id in item.why and not sheet.rejected(one.id)]
    return [concept(sheet.edited(one.id) or _held(sheet, one)) for one in served]


def _supports(sheet: Sheet, item: Recommendation) -> list[str]:
    served = [sheet.url(one) for one in item.why if not sheet.rejected(one) and _is_problem(sheet.plan, one)]
    return [*served, *sheet.facts([fact for one in (item.statement, *item.further) for fact in one.facts])]


def _is_problem(plan: Plan, id: str) -> bool:
    return any(one.id == id for one in plan.problems)


def _item_notes(sheet: Sheet, item: Recommendation) -> list[Resource]:
    if sheet.edited(item.id) is not None:
        return _annotations(sheet, item.cautions)
    said: list[Statement] = [item.statement, *item.further]
    marks = [phrase("label.below", sheet.language)] if item.below_the_line else []
    marks += [phrase("label.draft_knowledge", sheet.language)] if item.draft_knowledge else []
    return _annotations(sheet, [*(one.text for one in said), *item.cautions, *marks])


def _artifact(cited: Citation) -> Resource:
    source = f"{cited.organisation}. {cited.title}. {cited.year}. {cited.reference}"
    return pruned({"type": "citation", "label": cited.passage, "display": text(source), "url": _link(cited.reference)})


def _link(named: str) -> str | None:
    """The web address of a DOI, a PMID or an address; other references are words."""
    for prefix, base in _LINKS.items():
        if named.lower().startswith(prefix) and " " not in named:
            return base + named[len(prefix) :]
    return named if named.startswith(("https://", "http://")) and " " not in named else None
