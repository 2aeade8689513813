"""What lies before the chat when it answers: the record, its plan and its assessment in the language of the answer."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from consult.analytes import Catalog
from consult.case import Case, Entry, Observation, Report
from consult.chat._model import Sentence
from consult.chat._words import says
from consult.clinic import Assessment, Finding, instant
from consult.panel import Card, Desk, Library, Panel, family
from consult.plan import Language, Opinion, Plan, Problem, Recommendation, Statement
from consult.review import Consultation

ENGINE = "engine"
"""Who says what is computed."""
LISTS = ("conditions", "medications", "allergies", "procedures", "immunizations", "encounters")


@dataclass(frozen=True)
class Table:
    """One consultation, laid out for one question. Nothing on it is changed."""

    panel: Panel
    stored: Consultation
    desk: Desk

    @property
    def language(self) -> Language:
        """Of the answer."""
        return self.desk.language

    @property
    def case(self) -> Case:
        """The record's."""
        return self.desk.case

    @property
    def assessment(self) -> Assessment:
        """What code finds in it."""
        return self.desk.assessment

    @property
    def library(self) -> Library:
        """Rules, concepts and literature."""
        return self.panel.library

    @property
    def catalog(self) -> Catalog:
        """The analytes."""
        return self.library.catalog

    @cached_property
    def by_code(self) -> Plan:
        """The plan that the rules alone give, in the language of the answer."""
        return self.panel.plan_by_code(self.desk)

    @cached_property
    def plan(self) -> Plan:
        """The plan of the record; where it is in another language, what its rules say in that of the answer."""
        own = self.stored.plan
        return own if own is not None and own.language == self.language else self.by_code

    @cached_property
    def opinions(self) -> Sequence[Opinion]:
        """The opinions of the record where they are in the language of the answer."""
        own = self.stored.plan
        return self.stored.opinions if own is not None and own.language == self.language else ()

    @cached_property
    def ruled(self) -> frozenset[str]:
        """The conditions that some rule may conclude."""
        return frozenset(rule.concludes.concept for rule in self.library.book if rule.concludes is not None)

    @cached_property
    def findings(self) -> dict[str, Finding]:
        """By id."""
        return {finding.id: finding for finding in self.assessment.findings}

    @cached_property
    def facts(self) -> dict[str, Observation | Report | Entry]:
        """Everything that has an id, by it."""
        listed: list[Observation | Report | Entry] = [*self.case.observations, *self.case.reports]
        listed += [entry for name in LISTS for entry in getattr(self.case, name)]
        return {one.fact: one for one in listed}

    # -- saying -----------------------------------------------------------------------------------------------------

    def says(self, key: str, **values: object) -> str:
        """Words in the language of the answer."""
        return says(key, self.language, **values)

    def record(self, key: str, facts: Iterable[str] = (), **values: object) -> Sentence:
        """A sentence about the record itself."""
        return Sentence(text=self.says(key, **values), facts=list(facts), specialty=ENGINE, about="record")

    def sentence(self, statement: Statement) -> Sentence:
        """A sentence of the plan."""
        return Sentence(
            text=statement.text,
            facts=list(statement.facts),
            passages=list(statement.passages),
            specialty=statement.author,
            supported=statement.supported,
            problem=statement.problem,
            rule=statement.rule,
            by=statement.by,
        )

    def found(self, finding: Finding) -> Sentence:
        """A finding as a sentence, with the passages of its rule."""
        passages = self.desk.cites(finding.rule) if finding.rule is not None else ()
        specialty = self.library.book[finding.rule].specialty if finding.rule is not None else ENGINE
        return Sentence(
            text=finding.says, facts=list(finding.facts), passages=list(passages), specialty=specialty,
            rule=finding.rule,
        )  # fmt: skip

    # -- looking up -------------------------------------------------------------------------------------------------

    def analyte_name(self, key: str) -> str:
        """The name of an analyte in the language of the answer."""
        analyte = self.catalog[key]
        return analyte.name_zh if self.language == "zh" else analyte.name_en

    def concept_name(self, concept: str) -> str:
        """The name of a concept in the language of the answer."""
        return self.desk.concept_name(concept)

    def specialty_name(self, specialty: str) -> str:
        """The name of a specialist in the language of the answer."""
        card = self.library.cards.get(specialty)
        return specialty if card is None else card.name.text(self.language)

    def of_analyte(self, key: str) -> list[Observation]:
        """Its results that were not withdrawn, newest first; those without a time last, later in the document first."""
        seen = [one for one in self.case.observations if one.analyte == key and one.status != "entered-in-error"]
        places = {one.fact: place for place, one in enumerate(seen)}

        def rank(one: Observation) -> tuple[bool, float, int]:
            at = instant(one.effective)
            return at is not None, at.timestamp() if at is not None else 0.0, places[one.fact]

        return sorted(seen, key=rank, reverse=True)

    def problems_of(self, concepts: Iterable[str]) -> list[Problem]:
        """The problems of the plan on these conditions, or on what is broader or narrower."""
        wanted = list(concepts)
        exact = [one for one in self.plan.problems if one.concept in wanted]
        near = [one for one in self.plan.problems if one not in exact and self.is_near(one.concept, wanted)]
        return [*exact, *near]

    def is_near(self, concept: str, wanted: Collection[str]) -> bool:
        """Broader or narrower than one of these, or called by more words than it (`iron deficiency anaemia`)."""
        wide = {broader for one in wanted for broader in family(self.library, one)}
        if concept in wide or not family(self.library, concept).isdisjoint(wanted):
            return True
        known = self.library.concepts.get(concept)
        names = [self.library.concepts[one] for one in wanted]
        return known is not None and any(
            one.kind == "condition" and (f" {one.en} " in f" {known.en} " or one.zh in known.zh) for one in names
        )

    def advice_on(self, concepts: Iterable[str]) -> list[Recommendation]:
        """The recommendations on these concepts."""
        wanted = set(concepts)
        return [one for one in self.plan.recommendations if one.concept in wanted]

    def seat_of(self, analyte: str) -> str | None:
        """The specialist whose card takes an analyte; None: nobody's."""
        group = self.catalog[analyte].group
        return next((card.id for card in self.cards if card.takes(analyte, group)), None)

    @property
    def cards(self) -> Sequence[Card]:
        """The specialists."""
        return self.library.specialists

    @property
    def default_seat(self) -> str:
        """Who takes what nobody else takes."""
        return next(card.id for card in self.cards if card.default)
