"""Whom a rule was written for, and what to say where rules were not applied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from consult.case import Patient
from consult.clinic._drafts import Draft
from consult.clinic._phrases import Language, phrase
from consult.clinic._rule import Rule

Reason = Literal["child", "pregnant", "other"]


def abstains(rule: Rule, patient: Patient, pregnant: bool | None) -> Reason | None:
    """Why a rule is not applied to this patient; None when it is. An unknown age counts as adult."""
    applies = rule.applies
    if applies.any:
        return None
    age = patient.age_years
    if age is not None and applies.min_age is not None and age < applies.min_age:
        return "child" if age < 18 else "other"
    if age is not None and applies.max_age is not None and age > applies.max_age:
        return "other"
    if applies.sex is not None and patient.sex != applies.sex:
        return "other"
    if applies.pregnant is False and pregnant:
        return "pregnant"
    if applies.pregnant is True and not pregnant:
        return "other"
    return None


def abstention_findings(
    reasons: Iterable[Reason | None],
    *,
    rules: Iterable[Rule],
    patient: Patient,
    pregnancy_mentioned: bool,
    pregnancy_told: bool,
    facts: tuple[str, ...],
    lang: Language,
) -> Iterator[Draft]:
    """What a reader must know of rules that were not applied, or applied without knowing; each said once."""
    said = set(reasons)
    keys = []
    if "child" in said:
        keys.append("abstains.child")
    if "pregnant" in said:
        keys.append("abstains.pregnant")
    if patient.age_years is None and any(rule.needs_adult for rule in rules):
        keys.append("age.unknown")
    if pregnancy_mentioned:
        keys.append("pregnancy.mentioned")
    if pregnancy_told:
        keys.append("pregnancy.told")
    for key in keys:
        yield Draft("quality", "info", facts, "applies", phrase(key, lang))
