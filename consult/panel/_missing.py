"""What would settle the questions that the opinions left open."""

from __future__ import annotations

from collections.abc import Sequence

from consult.clinic import Assessment
from consult.panel._material import SEVERITY, Material, distinct
from consult.plan import Missing, Opinion, phrase


def missing(opinions: Sequence[Opinion], material: Material) -> list[Missing]:
    """What would settle the questions left open, the most dangerous question first, then the most questions."""
    asked: dict[str, list[tuple[str, str, list[str], int]]] = {}
    for opinion in opinions:
        for gap in opinion.gaps:
            for what in gap.analytes:
                entry = (opinion.specialty, gap.concept or "", gap.facts, SEVERITY.index(gap.severity))
                asked.setdefault(what, []).append(entry)
    order = sorted(asked, key=lambda what: (min(e[3] for e in asked[what]), -len(asked[what]), what))
    return [_missing_item(what, asked[what], material) for what in order]


def _missing_item(what: str, entries: Sequence[tuple[str, str, list[str], int]], material: Material) -> Missing:
    concepts = distinct(concept for _, concept, _, _ in entries if concept)
    name = _missing_name(what, material)
    key = _missing_phrase(what, material.assessment) if concepts else "missing.plain"
    separator = "、" if material.language == "zh" else ", "
    listed = separator.join(material.name(concept) for concept in concepts)
    return Missing(
        what=what,
        name=name,
        text=phrase(key, material.language, name=name, concepts=listed),
        decides=concepts,
        facts=distinct(fact for _, _, facts, _ in entries for fact in facts),
        asked_by=distinct(who for who, _, _, _ in entries),
    )


def _missing_phrase(what: str, assessment: Assessment) -> str:
    if what.startswith("history."):
        return "missing.history"
    result = assessment.results.get(what)
    return "missing.doubted" if result is not None and result.fact in assessment.doubted else "missing.text"


def _missing_name(what: str, material: Material) -> str:
    if what.startswith("history."):
        return material.name(what.removeprefix("history.").replace("_", "-"))
    if what not in material.catalog:
        return what
    analyte = material.catalog[what]
    return analyte.name_zh if material.language == "zh" else analyte.name_en
