"""The assessment of a case: everything that code finds, in one fixed order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from consult.analytes import Catalog
from consult.case import Case, quality_text, unusable_facts
from consult.clinic._applies import Reason, abstains, abstention_findings
from consult.clinic._book import RuleBook
from consult.clinic._critical import is_critical
from consult.clinic._data import DataQuality, data_quality
from consult.clinic._drafts import Draft, number
from consult.clinic._environment import Environment, build_environment
from consult.clinic._evaluate import Asker, Outcome
from consult.clinic._finding import Finding, FindingKind, Likelihood, Severity
from consult.clinic._history import History, read_history
from consult.clinic._measured import (
    Bench,
    critical_findings,
    delta_findings,
    group_usable,
    newest_facts,
    range_findings,
)
from consult.clinic._phrases import Language, phrase
from consult.clinic._results import Chosen, Result, choose, instant, newest_time
from consult.clinic._rule import Rule
from consult.clinic._scores import score_findings
from consult.clinic._shown import render_says

SAME_DRAW = timedelta(hours=6)
"""A gate whose own results have other times doubts the newest result of an analyte when it is this near to them."""
_SURE: tuple[Likelihood, ...] = ("confirmed", "likely", "possible", "unlikely", "excluded")
_ORDER = {"red": 0, "high": 1, "standard": 2}


@dataclass(frozen=True, slots=True)
class Fired:
    """A rule that is true of the case."""

    rule: Rule
    facts: tuple[str, ...]
    """What made it true, and what its sentence shows."""
    finding: str
    """Id of its finding."""
    says: str
    doubted_by: tuple[str, ...]
    """Ids of the gate findings that doubt a fact of it."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """A rule that cannot be decided and is worth asking about."""

    rule: Rule
    missing: tuple[str, ...]
    """The fewest analyte keys and `history.<concept>` that could make it fire."""
    facts: tuple[str, ...]
    """What raises the question."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """What code found in a case."""

    findings: list[Finding]
    """In the order: quality, critical, out of range, delta, scores, gates, then patterns: red, high, standard."""
    fired: list[Fired]
    unknown: list[Unknown]
    as_of: str | None
    """The newest time of a result, as it was sent: what `now` is for this case."""
    results: Mapping[str, Result]
    """The newest usable result of each analyte, whether doubted or not."""
    history: History
    """What the case says of the patient's conditions, medicines and exposures."""
    doubted: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Fact to the ids of the gate rules that doubt it."""
    scores: Mapping[str, Draft] = field(default_factory=dict)
    """By calculator: what it found."""
    data: DataQuality = field(default_factory=lambda: DataQuality(score=100, results=0))

    @property
    def alerts(self) -> list[Finding]:
        """Critical values and red rules that fired: what a clinician is told before anything else."""
        return [finding for finding in self.findings if finding.severity == "red"]


def assess(case: Case, *, catalog: Catalog, book: RuleBook, lang: Language = "en") -> Assessment:
    """Everything that code finds in a case. The same case gives the same assessment: no clock, no chance."""
    grouped = group_usable(case, catalog, frozenset(unusable_facts(case)))
    doubtful = frozenset(fact for entry in case.quality if entry.severity == "error" for fact in entry.facts)
    bench = Bench(case, catalog, doubtful, grouped, lang)
    future = {fact for entry in case.quality if entry.code == "time-in-future" for fact in entry.facts}
    as_of, as_sent = newest_time(case, future)
    newest = {results[0].fact for results in grouped.values()}
    engine = _Engine(bench, book, as_of, read_history(case, book.concepts, newest))
    engine.run()
    drafts = [
        *_quality(bench),
        *engine.essentials(),
        *engine.abstentions(),
        *critical_findings(bench),
        *range_findings(bench),
        *delta_findings(bench),
        *engine.scores(),
        *(draft for _, draft in engine.fired),
    ]
    findings = number(drafts, engine.doubted)
    patterns = findings[len(findings) - len(engine.fired) :]
    return Assessment(
        findings=findings,
        fired=[
            Fired(rule, draft.facts, finding.id, draft.says, tuple(finding.doubted_by))
            for (rule, draft), finding in zip(engine.fired, patterns, strict=True)
        ],
        unknown=engine.unknown,
        as_of=as_sent,
        results={analyte: results[0] for analyte, results in grouped.items()},
        history=engine.history,
        doubted={fact: tuple(gates) for fact, gates in engine.doubted.items()},
        scores={draft.source: draft for draft in drafts if draft.kind == "score"},
        data=data_quality(case, doubted=engine.doubted, missing=len(engine.essential)),
    )


def _quality(bench: Bench) -> Iterator[Draft]:
    for entry in bench.case.quality:
        if entry.severity != "info":
            severity: Severity = "gate" if entry.severity == "error" and entry.facts else "info"
            says = quality_text(entry, bench.lang)
            yield Draft("quality", severity, tuple(entry.facts), entry.code, says)


class _Engine:
    """Runs the rules of a book over one case: gates first, then everything else."""

    def __init__(self, bench: Bench, book: RuleBook, as_of: datetime | None, history: History) -> None:
        self.bench = bench
        self.book = book
        self.as_of = as_of
        self.history = history
        self.doubted: dict[str, list[str]] = {}
        self.fired: list[tuple[Rule, Draft]] = []
        self.unknown: list[Unknown] = []
        self.essential: tuple[str, ...] = ()
        """Analytes that the question needs and that were not sent."""
        self._reasons: list[Reason | None] = []
        self._gates = dict.fromkeys((*(rule.id for rule in book.gates), *book.fields.get("gate", ())), False)
        self._named = {key: results for key, results in bench.grouped.items() if key in book.fields}
        self._histories: dict[frozenset[str], Mapping[str, object]] = {}
        self._known = frozenset({*self._named, "gate"})
        self._told = frozenset(self._history_variables(frozenset()))
        self._span = _span(bench.grouped, as_of)
        self._environments: dict[tuple[object, ...], Environment] = {}
        self._views: dict[tuple[object, ...], Environment] = {}
        self._pasts: dict[float, frozenset[str]] = {}

    def run(self) -> None:
        """Ask every rule."""
        for rule in self.book.gates:
            self._ask(rule)
        self.doubted = {fact: self._strongest(gates) for fact, gates in self.doubted.items()}
        rest = [rule for rule in self.book if rule.severity != "gate"]
        for rule in sorted(rest, key=lambda rule: _ORDER[rule.severity]):
            self._ask(rule)

        self._ask_what_was_asked()

    def essentials(self) -> Iterator[Draft]:
        """What the question needs and was not sent, said once for the case."""
        if self.essential:
            catalog, lang = self.bench.catalog, self.bench.lang
            names = [catalog[key].name_zh if lang == "zh" else catalog[key].name_en for key in self.essential]
            says = phrase("essentials.missing", lang, names=("、" if lang == "zh" else ", ").join(names))
            yield Draft("quality", "info", (), "essentials-missing", says)

    def _ask_what_was_asked(self) -> None:
        """A question about a condition is worth asking, whether or not a result raises it."""
        needed: dict[str, None] = {}
        for concept in self.book.concepts.mentions(" ".join(self.bench.case.questions)):
            open_ = self._open_question(concept)
            if open_ is not None:
                needed |= dict.fromkeys(key for key in open_.missing if key in self.bench.catalog)
                if all(known.rule is not open_.rule for known in self.unknown):
                    self.unknown.append(open_)
        self.essential = tuple(needed)

    def _open_question(self, concept: str) -> Unknown | None:
        """The rule that would answer with the fewest further results whether there is `concept`; None: one has."""
        answering = [
            rule
            for rule in self.book
            if rule.severity != "gate"
            and rule.concludes is not None
            and rule.concludes.concept == concept
            and abstains(rule, self.bench.case.patient, self._pregnant) is None
        ]
        if any(rule is fired for rule in answering for fired, _ in self.fired):
            return None
        outcomes = [
            (rule, Asker(self._environment(rule), self.history.present).ask(rule, settle=True)) for rule in answering
        ]
        possible = [
            Unknown(rule, outcome.missing, outcome.facts)
            for rule, outcome in outcomes
            if any(key in self.bench.catalog for key in outcome.missing)
        ]
        return min(possible, key=_asks, default=None)

    def abstentions(self) -> Iterator[Draft]:
        """What must be said of rules that were not applied."""
        patient = self.bench.case.patient
        mentioned = self._pregnant is None and "pregnancy" in self.history.present
        return abstention_findings(
            self._reasons,
            rules=self.book,
            patient=patient,
            pregnancy_mentioned=mentioned,
            pregnancy_told=patient.pregnant is None and self._pregnant is True,
            facts=newest_facts(self.bench),
            lang=self.bench.lang,
        )

    def scores(self) -> Iterator[Draft]:
        """What the calculators find, once it is known which results are doubted."""
        return score_findings(
            self.bench,
            concepts=self.book.concepts,
            history=self.history,
            concluded=[
                rule.concludes.concept
                for rule, _ in self.fired
                if rule.concludes is not None and rule.concludes.likelihood not in {"unlikely", "excluded"}
            ],
            doubted=self.doubted.keys() | self.bench.doubtful,
            as_of=self.as_of,
            pregnant=self._pregnant,
        )

    @property
    def _pregnant(self) -> bool | None:
        return self.history.pregnant

    def _ask(self, rule: Rule) -> None:
        reason = abstains(rule, self.bench.case.patient, self._pregnant)
        self._reasons.append(reason)
        if reason is not None or not self._is_in_question(rule):
            return
        environment = self._environment(rule)
        outcome = Asker(environment, self.history.present).ask(rule)
        if outcome.value is True:
            self._fire(rule, outcome, environment)
        elif outcome.worth_asking:
            self.unknown.append(Unknown(rule, outcome.missing, outcome.facts))

    def _is_in_question(self, rule: Rule) -> bool:
        """Anything at all is known of what the rule asks; most rules need not be asked of most cases."""
        when = rule.when
        return not (self._known.isdisjoint(when.roots) and self._told.isdisjoint(when.told))

    def _fire(self, rule: Rule, outcome: Outcome, environment: Environment) -> None:
        says, shown = render_says(
            rule.says.text(self.bench.lang),
            chosen=environment.chosen,
            patient=self.bench.case.patient,
            lang=self.bench.lang,
        )
        facts = tuple(dict.fromkeys((*outcome.facts, *shown)))
        gate = rule.severity == "gate"
        kind: FindingKind = "quality" if gate else "pattern"
        self.fired.append((rule, Draft(kind, rule.severity, facts, rule.id, says, rule=rule.id)))
        if gate:
            self._gates[rule.id] = True
            for built in self._environments.values():
                built.tell_gates()
            for fact in self._doubts(rule, facts, environment):
                self.doubted.setdefault(fact, []).append(rule.id)

    def _doubts(self, gate: Rule, facts: Sequence[str], environment: Environment) -> Iterator[str]:
        """The results that a gate doubts: drawn with its own evidence, else the newest if near; untimed ones always."""
        times = self._noted_times(facts) or [
            result.at
            for analyte in gate.analytes
            if analyte in environment.chosen and (result := environment.chosen[analyte].latest).fact in facts
            if result.at is not None
        ]
        for analyte in gate.doubts:
            results = self.bench.grouped.get(analyte, ())
            same = [result for result in results if result.at is None or result.at in times]
            near = [result for result in results[:1] if _near(result, times)]
            yield from (result.fact for result in same or near)

    def _noted_times(self, facts: Sequence[str]) -> list[datetime]:
        """When the specimens were drawn that a note among `facts` speaks of."""
        noted = self.history.noted.intersection(facts)
        seen = [observation for observation in self.bench.case.observations if observation.fact in noted]
        return [at for observation in seen if (at := instant(observation.effective)) is not None]

    def _strongest(self, gates: Sequence[str]) -> list[str]:
        """Of gates that conclude the same, the surest: one doubt is said once."""
        best: dict[str, str] = {}
        for id in gates:
            concludes = self.book[id].concludes
            key = id if concludes is None else concludes.concept
            if key not in best or self._sureness(id) < self._sureness(best[key]):
                best[key] = id
        return list(best.values())

    def _sureness(self, gate: str) -> int:
        concludes = self.book[gate].concludes
        return len(_SURE) if concludes is None else _SURE.index(concludes.likelihood)

    def _environment(self, rule: Rule) -> Environment:
        doubts = -1 if rule.sees_doubted else len(self.doubted)
        within = min(rule.within, self._span)
        past = self._past(rule.within)
        view = (within, doubts, past)
        if view not in self._views:
            doubted = () if rule.sees_doubted else self.doubted
            chosen = choose(self._named, as_of=self.as_of, within=within, doubted=doubted)
            # most views choose the same results: a context costs more than all rules together
            seen = ((item.latest.fact, item.previous and item.previous.fact) for item in chosen.values())
            key = (past, *seen)
            if key not in self._environments:
                self._environments[key] = self._built(chosen, past)
            self._views[view] = self._environments[key]
        return self._views[view]

    def _past(self, within: float) -> frozenset[str]:
        """Findings that are too old for a rule that looks back so many days."""
        if within not in self._pasts:
            before = self.as_of and self.history.before(self.as_of - timedelta(days=within))
            self._pasts[within] = before or frozenset()
        return self._pasts[within]

    def _built(self, chosen: Mapping[str, Chosen], past: frozenset[str]) -> Environment:
        patient = self.bench.case.patient
        person: dict[str, object] = {}
        if patient.age_years is not None:
            person["age"] = float(patient.age_years)
        if patient.sex in {"male", "female"}:
            person["sex"] = patient.sex
        return build_environment(
            chosen,
            fields=self.book.fields,
            others={"patient": person, "history": self._history_variables(past), "gate": self._gates},
            as_of=self.as_of,
            critical=lambda c: is_critical(c.latest, self.bench.catalog, patient.age_years),
        )

    def _history_variables(self, past: frozenset[str]) -> Mapping[str, object]:
        """What is known of the history when the findings `past` are too old to count."""
        if past not in self._histories:
            history, concepts = self.history.without(past), self.book.concepts
            told = {name: history.holds(concepts[concept]) for name, concept in self.book.history.items()}
            self._histories[past] = {name: holds for name, holds in told.items() if holds is not None}
        return self._histories[past]


def _span(grouped: Mapping[str, Sequence[Result]], as_of: datetime | None) -> float:
    """Days from the oldest result to `as_of`: every longer window is the same."""
    times = [result.at for results in grouped.values() for result in results if result.at is not None]
    return (as_of - min(times)) / timedelta(days=1) + 1 if times and as_of is not None else 1.0


def _asks(unknown: Unknown) -> tuple[int, int]:
    """How much a laboratory cannot give of what is missing, and how much is missing at all."""
    return sum(key.startswith("history.") for key in unknown.missing), len(unknown.missing)


def _near(result: Result, times: Sequence[datetime]) -> bool:
    return result.at is None or any(abs(result.at - time) <= SAME_DRAW for time in times)
