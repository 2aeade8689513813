"""What a plan may rest on, and which numbers each of it holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from consult.case import Case, Entry, Observation, Report
from consult.clinic import Finding
from consult.plan._lexicon import Lexicon
from consult.plan._numbers import DigitNames, Stated, stated_in, unit_code
from consult.plan._quantities import Measured, measured
from consult.plan._reading import Reading

Held = frozenset[tuple[Decimal, str | None]]
"""Numbers with their units: `""` for one that has none, None where a text leaves the unit open."""
_REFUTED = frozenset({"refuted", "family-history"})
WITHDRAWN = frozenset({"entered-in-error", "cancelled"})
_DATE = re.compile(
    r"(?<!\d)(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)(?:[T ](\d{2}:\d{2})(?::\d{2})?(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})?)?"
)
_LONGEST_NAME = 59
_AGE_AFTER = re.compile(r"\s*-?\s*(?:y\b|yo\b|y/o\b|yrs?\b|years?\b|周?岁)", flags=re.IGNORECASE)
_AGE_BEFORE = re.compile(
    r"(?:\bage[d]?|\bage of|\bage is|\b(?:man|woman|boy|girl|male|female|patient) of|年龄为?|现年)\s*[:：]?\s*$",
    flags=re.IGNORECASE,
)


def _names_nothing(text: str) -> tuple[str, ...]:
    del text
    return ()


def _same(concept: str) -> str:
    return concept


def _always(concept: str) -> bool:
    return bool(concept)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the verifier may check against."""

    case: Case
    findings: Mapping[str, Finding]
    passages: Mapping[str, str]
    """Passage id to its text."""
    superseded: Callable[[str], tuple[str, ...]]
    """Passage id to the names of what replaced its guideline."""
    concept_of: Callable[[str], frozenset[str]]
    """Concepts that a text names, broader ones included."""
    families: Callable[[str], frozenset[str]]
    """A concept and the broader concepts it is part of."""
    limits: Callable[[str], tuple[Decimal, ...]]
    """Numbers of our own reference tables for an analyte, in its canonical unit."""
    cites: Callable[[str], tuple[str, ...]]
    """Rule id to the passages it cites, in the language of the plan."""
    names: DigitNames | None = None
    """Names of analytes and concepts, whose digits state nothing."""
    called: Callable[[str], tuple[str, ...]] = _names_nothing
    """Keys of the analytes that a text names, in the order in which it names them."""
    title: Callable[[str], str] = _same
    """A concept's name in the language of the plan."""
    given: Callable[[str], bool] = _always
    """Whether a concept is something that patients are given or exposed to: a drug, a contrast medium."""
    lexicon: Lexicon = field(default_factory=Lexicon)
    """Names of concepts and analytes, for what models write; empty, their sentences are checked by numbers alone."""
    concludes: Callable[[str], tuple[str, ...]] = _names_nothing
    """Rule id to the concepts that it concludes."""


class Grounds:
    """The facts and passages of one consultation: what they hold, computed when first asked for."""

    def __init__(self, evidence: Evidence) -> None:
        case = evidence.case
        self.evidence = evidence
        self._held: dict[str, Held] = {}
        self._measured: dict[str, Measured] = {}
        self._readings: dict[str, Reading] = {}
        self.observations = {seen.fact: seen for seen in case.observations}
        self._texts = {report.fact: f"{report.title} {report.text}" for report in case.reports}
        lists = (
            case.conditions,
            case.medications,
            case.allergies,
            case.procedures,
            case.immunizations,
            case.encounters,
        )
        entries: list[Entry] = [entry for listed in lists for entry in listed]
        self._texts |= {entry.fact: f"{entry.name} {entry.note or ''}" for entry in entries}
        dated: list[Observation | Report | Entry] = [*case.observations, *case.reports, *entries]
        self._dates = {item.fact: item.effective for item in dated if item.effective}
        self.withdrawn = frozenset(item.fact for item in dated if item.status in WITHDRAWN)
        self.usable = tuple(seen for seen in case.observations if seen.fact not in self.withdrawn)
        """The results that were not withdrawn."""
        self._refuted = frozenset(entry.fact for entry in entries if (entry.status or "").casefold() in _REFUTED)

    def __contains__(self, fact: object) -> bool:
        return fact in self.observations or fact in self._texts

    def fact(self, fact: str) -> Held:
        """The numbers of a fact: as reported, as converted, its range, our limits for it."""
        if fact not in self._held:
            seen = self.observations.get(fact)
            self._held[fact] = _text(self._texts[fact]) if seen is None else self._observation(seen)
        return self._held[fact]

    def measured(self, fact: str) -> Measured:
        """What a result measured, and what it is compared with."""
        if fact not in self._measured:
            seen = self.observations[fact]
            limits = self.evidence.limits(seen.analyte) if seen.analyte else ()
            self._measured[fact] = measured(seen, limits)
        return self._measured[fact]

    def words(self, fact: str) -> str:
        """What a fact says in words: a report, an entry (denied where it is refuted), a result in words, its notes."""
        seen = self.observations.get(fact)
        if seen is None:
            text = self._texts[fact]
            return f"no {text}" if fact in self._refuted else text
        said = [seen.value or "" if seen.value_type in {"text", "code"} else "", *seen.notes]
        return " ".join(part for part in said if part)

    def read(self, text: str) -> Reading:
        """What a text of this case says."""
        if text not in self._readings:
            self._readings[text] = Reading(text, self.evidence.lexicon)
        return self._readings[text]

    def dates(self, facts: Iterable[str]) -> list[str]:
        """The dates of facts, ISO 8601."""
        return [self._dates[fact] for fact in facts if fact in self._dates]

    def passage(self, passage: str) -> Held:
        """The numbers of a passage; one without a unit supports none with a unit."""
        return _passage(self.evidence.passages[passage])

    def computed(self, finding: Finding) -> Held:
        """The numbers that code says."""
        if finding.id not in self._held:
            self._held[finding.id] = _text(finding.says)
        return self._held[finding.id]

    def says(self, words: str, facts: Iterable[str], passages: Iterable[str]) -> bool:
        """Whether a cited text has these very words."""
        texts = [self._texts.get(fact, "") for fact in facts] + [self.evidence.passages[p] for p in passages]
        return any(words.casefold() in text.casefold() for text in texts)

    def stated(self, text: str, facts: Iterable[str]) -> list[Stated]:
        """The numbers that a sentence states: not those in names, in dates of what it cites, in the patient's age."""
        cited = list(facts)
        plain = self._without_age(self._without_dates(text, cited))
        own = [self.observations[fact].name for fact in cited if fact in self.observations]
        names = [DigitNames(form for name in own if any(c.isdigit() for c in name) for form in _forms(name))]
        if self.evidence.names is not None:
            names.append(self.evidence.names)
        return stated_in(plain, names=names)

    def results(self, facts: Iterable[str]) -> list[str]:
        """Results as sentences write them, value and unit."""
        seen = [self.observations[fact] for fact in facts if fact in self.observations]
        pairs = [(one.value, one.unit) for one in seen] + [
            (one.reported.value, one.reported.unit_shown) for one in seen
        ]
        return [f"{value}{space}{unit}" for value, unit in pairs if value and unit for space in (" ", "")]

    def _observation(self, seen: Observation) -> Held:
        reported = unit_code(seen.reported.unit_shown) or ""
        held = _measured(seen.reported.value, reported) | _measured(seen.reported.range_shown, reported)
        held |= frozenset().union(*(_text(note) for note in seen.notes)) if seen.notes else frozenset()
        if seen.value_type in {"text", "code"}:
            return held | _text(seen.value or "")
        unit = unit_code(seen.unit) or ""
        held |= _measured(seen.value, unit)
        if seen.range is not None:
            held |= _measured(seen.range.low, unit) | _measured(seen.range.high, unit)
        limits = self.evidence.limits(seen.analyte) if seen.analyte else ()
        return held | frozenset((limit, unit) for limit in limits)

    def _without_dates(self, text: str, facts: Iterable[str]) -> str:
        dates = self.dates(facts)
        return _DATE.sub(lambda match: _blank(match) if _is_of(match, dates) else match.group(), text)

    def _without_age(self, text: str) -> str:
        age = self.evidence.case.patient.age_years
        if age is None:
            return text
        pattern = re.compile(rf"(?<![\w.,]){age}(?![\d.,]\d|\d)|(?<=[\u3400-\u9fff]){age}(?![\d.,]\d|\d)")
        return pattern.sub(lambda match: _blank(match) if _is_age(text, match) else match.group(), text)


def holds(held: Held, stated: Stated) -> bool:
    """Whether a number is held: by its value alone when no unit follows it, else together with the unit."""
    if stated.unit is None:
        return any(value == stated.value for value, _ in held)
    return (stated.value, stated.unit) in held or (stated.value, None) in held


@lru_cache(maxsize=2048)
def _passage(text: str) -> Held:
    return frozenset((stated.value, stated.unit or "") for stated in stated_in(text))


def _text(text: str) -> Held:
    return frozenset((stated.value, stated.unit) for stated in stated_in(text))


def _measured(text: str | None, unit: str) -> Held:
    """The numbers of a result or range, which are in `unit` unless they say another."""
    return frozenset((stated.value, stated.unit or unit) for stated in stated_in(text or ""))


def _forms(name: str) -> tuple[str, str]:
    """A name as sent, and as a sentence cuts a long one."""
    return name, " ".join(name.split())[:_LONGEST_NAME].rstrip()


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())


def _is_of(match: re.Match[str], dates: Iterable[str]) -> bool:
    day = f"{match[1]}-{int(match[3]):02}-{int(match[4]):02}"
    return any(date.startswith(f"{day}T{match[5]}" if match[5] else day) for date in dates)


def _is_age(text: str, match: re.Match[str]) -> bool:
    return (
        _AGE_AFTER.match(text, match.end()) is not None
        or _AGE_BEFORE.search(text, max(0, match.start() - 24), match.start()) is not None
        and re.match(r"\s*(?:%|[a-zµμ]+/|mmol|g\b|fL)", text[match.end() :], flags=re.IGNORECASE) is None
    )
