"""Scores and formulas that run by themselves: those whose every input the case has, near enough in time."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from consult.analytes import UnitError
from consult.case import Patient
from consult.clinic._drafts import Draft
from consult.clinic._history import History
from consult.clinic._measured import Bench
from consult.clinic._phrases import phrase
from consult.clinic._results import Result
from consult.clinic._shown import unit_of
from consult.clinic.calculators import (
    CALCULATORS,
    Calculator,
    Flag,
    Input,
    Outcome,
    Quantity,
    Value,
    in_unit,
    missing_of,
    plausible,
    run,
)
from consult.concepts import Concepts

CURRENT = timedelta(days=7)
"""Results older than this before the newest of the case say nothing of today's state."""
_STEADY = frozenset({"height", "weight"})
"""Of the body, not of the hour: their age does not matter."""


@dataclass(frozen=True, slots=True)
class _Found:
    """One input as the case has it."""

    value: Value
    facts: tuple[str, ...]
    at: datetime | None = None
    """Where the hour matters."""


def score_findings(
    bench: Bench,
    *,
    concepts: Concepts,
    history: History,
    concluded: Collection[str],
    doubted: Collection[str],
    as_of: datetime | None,
    pregnant: bool | None,
) -> Iterator[Draft]:
    """What the calculators find, in the order of their names; nothing where an input is missing, doubted or old.

    In pregnancy none runs: they were made with people who were not pregnant.
    """
    if pregnant:
        return
    sources = _Sources(bench, concepts, history, doubted, as_of)
    spoken = history.present.keys() | {broader for id in concluded for broader in concepts.broader(id)}
    for calculator in CALCULATORS.values():
        meant = calculator.automatic and (not calculator.only_in or not spoken.isdisjoint(calculator.only_in))
        draft = _draft(calculator, sources) if meant else None
        if draft is not None:
            yield draft


def _draft(calculator: Calculator, sources: _Sources) -> Draft | None:
    found = sources.inputs(calculator)
    values = {key: one.value for key, one in found.items()}
    facts = tuple(dict.fromkeys(fact for one in found.values() for fact in one.facts))
    if not facts or missing_of(calculator, values):
        return None
    outcome = run(calculator, values | sources.person)
    if outcome.value is None:
        return None
    return Draft("score", "info", facts, calculator.name, _says(outcome, sources.bench), value=outcome.value)


def _says(outcome: Outcome, bench: Bench) -> str:
    lang, calculator = bench.lang, outcome.calculator
    value = " ".join(part for part in (f"{outcome.value:f}", unit_of(calculator.unit)) if part)
    if outcome.band is None:
        return phrase("score", lang, title=calculator.title.text(lang), value=value)
    band = outcome.band.title.text(lang)
    return phrase("score.band", lang, title=calculator.title.text(lang), value=value, band=band)


class _Sources:
    """Where the inputs of calculators come from in one case."""

    def __init__(
        self,
        bench: Bench,
        concepts: Concepts,
        history: History,
        doubted: Collection[str],
        as_of: datetime | None,
    ) -> None:
        self.bench = bench
        self.person = _person(bench.case.patient)
        self._concepts = concepts
        self._history = history
        self._as_of = as_of
        self._doubted = doubted

    def inputs(self, calculator: Calculator) -> dict[str, _Found]:
        """The inputs that the case has, all of one time."""
        found = {one.key: value for one in calculator.inputs if (value := self._input(one)) is not None}
        times = [one.at for one in found.values() if one.at is not None]
        if not times:
            return found
        oldest = max(times) - timedelta(hours=calculator.hours)
        return {key: one for key, one in found.items() if one.at is None or one.at >= oldest}

    def _input(self, one: Input) -> _Found | None:
        if one.key in self.person:
            return _Found(self.person[one.key], ())
        if isinstance(one, Quantity):
            return self._quantity(one)
        return self._flag(one) if isinstance(one, Flag) else None

    def _quantity(self, one: Quantity) -> _Found | None:
        result = next(iter(self.bench.grouped.get(one.analyte or "", ())), None) if one.filled else None
        if result is None or result.value is None or self._is_old(result):
            return None
        if result.fact in self._doubted:  # the one before it would be told as if it were today's
            return None
        seen = result.observation
        try:
            value = in_unit(one, Decimal(seen.value or ""), seen.unit or "1", self.bench.catalog)
        except UnitError:
            return None
        if not plausible(one, value, self.bench.catalog):
            return None
        return _Found(value, (result.fact,), None if result.analyte in _STEADY else result.at)

    def _is_old(self, result: Result) -> bool:
        if result.analyte in _STEADY or result.at is None or self._as_of is None:
            return False
        return self._as_of - result.at > CURRENT

    def _flag(self, one: Flag) -> _Found | None:
        if one.concept is None or one.concept not in self._concepts:  # a site's own list may be without it
            return None
        holds = self._history.holds(self._concepts[one.concept])
        return None if holds is None else _Found(holds, self._history.present.get(one.concept, ()))


def _person(patient: Patient) -> dict[str, Value]:
    person: dict[str, Value] = {}
    if patient.age_years is not None:
        person["age"] = Decimal(patient.age_years)
    if patient.sex in {"male", "female"}:
        person["sex"] = patient.sex
    return person
