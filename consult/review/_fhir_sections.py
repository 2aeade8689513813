"""The Composition: what a person reads, section by section, and which resources stand behind each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import consult.review._fhir_texts as texts
from consult.interop.fhir._systems import LOINC
from consult.interop.fhir._write import OURS, Resource, coding, concept, identifier, pruned, reference, references
from consult.interop.fhir._write_narrative import listed, narrative, paragraph, shown
from consult.plan import data_text, gap_text, phrase
from consult.review._fhir_sheet import MACHINE_MADE, Sheet
from consult.review._labels import generated_label, usage_line

_SECTION = f"{OURS}section"
_LOINC = {"asked": "42349-1", "problems": "51848-0", "recommendations": "18776-5", "results": "30954-2"}
"""Reason for referral, evaluation note, plan of care note, relevant tests."""


def composition(sheet: Sheet, sections: list[Resource]) -> Resource:
    """The first entry of the document: who attests what."""
    consultation = sheet.consultation
    replaced = consultation.supersedes
    return {
        "resourceType": "Composition",
        "meta": MACHINE_MADE,
        "language": sheet.tag,
        "text": _heading(sheet),
        "identifier": identifier("consultation", consultation.id),
        "status": "final" if sheet.signed else "preliminary",
        "type": concept(None, coding(LOINC, "11488-4", "Consult note")),
        "subject": sheet.subject,
        "date": sheet.at,
        "author": [reference(sheet.machine())],
        "title": _title(sheet),
        "attester": [
            {"mode": "professional", "time": one.at, "party": reference(sheet.person(one.name))}
            for one in sheet.signers
        ],
        "relatesTo": [{"code": "replaces", "targetIdentifier": identifier("consultation", replaced)}]
        if replaced is not None
        else None,
        "section": sections,
    }


@dataclass(frozen=True, slots=True)
class Behind:
    """URLs of the resources that stand behind the sections."""

    alerts: list[str]
    problems: list[str]
    options: str | None
    record: list[str]


def sections(sheet: Sheet, behind: Behind) -> list[Resource]:
    """Every section that says something, in the order of reading."""
    missing = listed(shown(one.text) for one in sheet.plan.missing)
    literature = listed(texts.citation(sheet, one) for one in sheet.plan.citations)
    record = paragraph(shown(sheet.say("record.text")))
    options = [behind.options] if behind.options is not None else []
    made = [
        ("alerts", "label.alerts", texts.alerts(sheet), behind.alerts),
        ("problems", "label.problems", texts.problems(sheet), behind.problems),
        ("recommendations", "label.recommendations", texts.recommendations(sheet), options),
        ("missing", "label.missing", missing, []),
        ("dissent", "label.conflicts", texts.dissent(sheet), []),
    ]
    found = [_section(sheet, "asked", sheet.say("asked"), _asked(sheet), _asked_urls(sheet))]
    found += [
        _section(sheet, key, phrase(title, sheet.language), _labelled(sheet, body), urls)
        for key, title, body, urls in made
    ]
    found += [
        _section(sheet, "rejected", sheet.say("rejected"), texts.rejected(sheet)),
        _section(sheet, "results", phrase("label.results", sheet.language), texts.results(sheet), _result_urls(sheet)),
        _section(sheet, "facts", sheet.say("facts"), texts.facts(sheet), _fact_urls(sheet)),
        _section(sheet, "literature", phrase("label.citations", sheet.language), literature),
        _section(sheet, "record", sheet.say("record"), record, behind.record),
    ]
    return [one for one in found if one]


def _section(sheet: Sheet, key: str, title: str, body: str, urls: Iterable[str] = ()) -> Resource:
    entries = references(urls)
    if not body and not entries:
        return {}
    codes = [coding(LOINC, _LOINC[key])] if key in _LOINC else []
    return pruned(
        {
            "title": title,
            "code": concept(title, *codes, coding(_SECTION, key)),
            "text": narrative(body, language=sheet.tag) if body else None,
            "entry": entries,
        }
    )


def _labelled(sheet: Sheet, body: str) -> str:
    """What a machine wrote, under a line that says so."""
    return f"<p><i>{_made(sheet)}</i></p>{body}" if body else ""


def _made(sheet: Sheet) -> str:
    said = [sheet.made]
    if sheet.signed:
        said.append(sheet.say("decided", names=", ".join(dict.fromkeys(one.name for one in sheet.signers))))
    else:
        said.append(phrase("warning.ai", sheet.language))
    return shown(" ".join(said))


def _title(sheet: Sheet) -> str:
    mark = sheet.say("signed") if sheet.signed else sheet.say("draft")
    return f"{sheet.say('title', id=sheet.consultation.id)} ({mark})"


def _heading(sheet: Sheet) -> Resource:
    plan, language = sheet.plan, sheet.language
    generated = generated_label(plan)
    gaps = [gap_text(one, language, plan.specialties.get(one.specialty, one.specialty)) for one in plan.gaps]
    data = data_text(plan)
    usage = usage_line(sheet.consultation.usage, language)
    replaced = sheet.consultation.supersedes
    lines = [
        *([] if sheet.signed else [phrase("warning.ai", language)]),
        *([generated] if generated is not None else []),
        *(sheet.say("signer", name=one.name, at=one.at) for one in sheet.signers),
        *(sheet.say("stale", reason=one.stale) for one in sheet.signers if one.stale is not None),
        # Of a signed plan the file stays as it was signed; the command line says what came since.
        *([sheet.say("unseen")] if sheet.consultation.stale and not sheet.signed else []),
        *([sheet.say("replaces", id=replaced)] if replaced is not None else []),
        *([data] if data is not None else []),
        *plan.warnings,
        *gaps,
        *([usage] if usage is not None else []),
    ]
    return narrative(paragraph(shown(_title(sheet)), bold=True), listed(map(shown, lines)), language=sheet.tag)


def _asked(sheet: Sheet) -> str:
    case = sheet.consultation.case
    parts = [listed(map(shown, case.questions))]
    if case.history:
        parts.append(paragraph(f"<b>{shown(sheet.say('history'))}</b>"))
        parts += [paragraph(shown(line)) for line in case.history.splitlines()]
    return "".join(parts)


def _asked_urls(sheet: Sheet) -> list[str]:
    return [*sheet.case.questions, *([sheet.case.history] if sheet.case.history is not None else [])]


def _result_urls(sheet: Sheet) -> list[str]:
    facts = sheet.facts([one.fact for one in sheet.consultation.case.observations])
    return [*facts, *sheet.case.panels]


def _fact_urls(sheet: Sheet) -> list[str]:
    results = {one.fact for one in sheet.consultation.case.observations}
    return [url for fact, url in sheet.case.facts.items() if fact not in results]
