"""What is told of a screened record: findings, orders that repeat, medicines that something speaks against."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from consult.analytes import Catalog
from consult.case import Observation, unusable_facts
from consult.clinic import Finding, Rule, instant, name_of, range_of, value_of
from consult.panel import Library, Repeated, Screening, Warned
from consult.plan import Language
from consult.web._cds_cards import Indicator, Proposal, Told, Topic, literal, proposal, removal
from consult.web._cds_phrases import phrase

_LISTED = 8
_RESULTS = 6
_LOINC = "http://loinc.org"
_INDICATOR: dict[str, Indicator] = {"red": "critical", "high": "warning", "gate": "warning", "standard": "info"}
_GRAVE: dict[str, Indicator] = {"allergy": "critical", "cross-allergy": "warning", "contraindication": "warning"}


@dataclass(frozen=True)
class Teller:
    """Puts what a screening found into words."""

    screening: Screening
    library: Library
    language: Language
    now: datetime
    recent: timedelta
    patient: str | None
    """The patient's id at the client, for what is proposed."""

    # the record

    def findings(self, *, patterns: bool) -> Iterator[Told]:
        """Critical values and red rules; with `patterns` every other rule that fired too. Old results tell nothing."""
        for finding in self.screening.assessment.findings:
            told = finding.severity == "red" or (patterns and finding.rule is not None)
            if told and self._is_recent(finding):
                yield self._finding(finding)

    def unusable(self) -> Iterator[Told]:
        """Recent results that could have been critical and that no limit was held against: silence would reassure."""
        doubtful = unusable_facts(self.screening.case)
        age = self.screening.case.patient.age_years
        listed = [
            name_of(seen, self._catalog, self.language)
            for seen in self.screening.case.observations
            if seen.fact in doubtful and seen.value_type == "quantity" and self._is_near(seen.effective)
            if seen.status not in {"entered-in-error", "cancelled"} and seen.analyte is not None
            if self._catalog.critical_limits(seen.analyte, age_years=age) is not None
        ]
        if listed:
            shown = ", ".join(dict.fromkeys(listed[:_LISTED]))
            yield Told("warning", "data", "unusable", phrase("unusable", self.language, listed=shown))

    def _finding(self, finding: Finding) -> Told:
        rule = self.library.book[finding.rule] if finding.rule is not None else None
        label, url = self._source(rule.sources[0] if rule is not None else finding.source)
        return Told(
            indicator=_INDICATOR[finding.severity],
            topic=_topic(finding),
            about=finding.rule or f"critical:{finding.analyte or 'laboratory'}",
            summary=finding.says,
            lines=tuple(self._lines(finding, rule)),
            label=label,
            url=url,
            proposals=tuple(self._proposals(rule)) if rule is not None else (),
        )

    def _lines(self, finding: Finding, rule: Rule | None) -> Iterator[str]:
        says = {one.id: one.says for one in self.screening.assessment.findings}
        for doubt in finding.doubted_by:
            yield f"**{literal(phrase('doubt', self.language, reason=says[doubt]))}**"
        yield from self._table(finding.facts)
        for step in rule.next if rule is not None else ():
            yield literal(phrase("consider", self.language, text=step.text(self.language)))
        for against in rule.table.avoid if rule is not None else ():
            yield literal(phrase("avoid", self.language, text=against.text(self.language)))
        for source in rule.sources if rule is not None else (finding.source,):
            yield from self._cited(source)
        if rule is not None and rule.table.review == "draft":
            yield phrase("draft", self.language)
        yield phrase("computed", self.language)

    def _table(self, facts: Sequence[str]) -> Iterator[str]:
        """The results, one a line, each with its time: a card about an old number must not look new."""
        seen = [one for one in self.screening.case.observations if one.fact in facts][:_RESULTS]
        if seen:
            yield "\n".join(f"- {self._result(one)}" for one in seen)

    def _result(self, seen: Observation) -> str:
        limits = range_of(seen)
        parts = [f"{name_of(seen, self._catalog, self.language)} {value_of(seen)}"]
        parts += [phrase("range", self.language, range=limits)] if limits is not None else []
        parts.append(seen.effective or phrase("untimed", self.language))
        return literal(" · ".join(parts))

    def _proposals(self, rule: Rule) -> Iterator[Proposal]:
        """Tests that a rule asks for; without a patient there is nobody to propose them for."""
        for step in rule.next:
            concept = self.library.concepts.get(step.concept)
            if self.patient is not None and concept is not None and step.kind == "test":
                name = self.library.concepts.name(concept.id, self.language)
                codings = self._codings(concept.loinc, concept.analyte)
                yield proposal(name, patient=self.patient, codings=codings, language=self.language)

    def _codings(self, loinc: str | None, analyte: str | None) -> list[dict[str, str]]:
        if loinc is None and analyte is not None and self._catalog[analyte].loinc:
            loinc = self._catalog[analyte].loinc[0]
        return [{"system": _LOINC, "code": loinc}] if loinc is not None else []

    # the orders

    def repeated(self, found: Repeated) -> Told:
        """A test whose result is there."""
        seen = self._observation(found.fact)
        name = name_of(seen, self._catalog, self.language)
        label, url = self._source(found.interval.source)
        lines = [f"- {self._result(seen)}"]
        lines.append(phrase("retest.interval", self.language, hours=f"{found.interval.window_hours:g}"))
        if found.interval.exception:
            lines.append(literal(phrase("retest.exception", self.language, exception=found.interval.exception)))
        lines += self._cited(found.interval.source)
        can_remove = "/" in found.order.key
        return Told(
            indicator="info",
            topic="retest",
            about=found.analyte,
            summary=phrase("retest", self.language, name=name, value=value_of(seen), age=self._age(found.age_hours)),
            lines=(*lines, phrase("computed", self.language)),
            label=label,
            url=url,
            proposals=(removal(name, key=found.order.key, language=self.language),) if can_remove else (),
        )

    def warned(self, found: Warned) -> Told:
        """A medicine that something speaks against."""
        order = found.order.names[0]
        allergy = found.kind == "allergy" or (found.kind == "cross-allergy" and not found.passages)
        if allergy:
            summary = phrase(found.kind, self.language, order=order, allergy=found.text)
        else:
            summary = phrase("caution", self.language, order=order, text=found.text)
        sources = [passage.partition("#")[0] for passage in found.passages]
        label, url = self._source(sources[0]) if sources else ("", None)
        cited = [line for source in dict.fromkeys(sources) for line in self._cited(source)]
        return Told(
            indicator=_GRAVE.get(found.kind, "warning"),
            topic="allergy" if allergy else "caution",
            about="allergy" if allergy else f"{found.kind}:{found.about}",
            summary=summary,
            lines=(*self._table(found.facts), *cited, phrase("computed", self.language)),
            label=label,
            url=url,
        )

    # the rest

    @property
    def _catalog(self) -> Catalog:
        return self.library.catalog

    def _observation(self, fact: str) -> Observation:
        return next(one for one in self.screening.case.observations if one.fact == fact)

    def _age(self, hours: float) -> str:
        if hours < 48:
            return phrase("hours", self.language, n=max(1, round(hours)))
        return phrase("days", self.language, n=round(hours / 24))

    def _is_recent(self, finding: Finding) -> bool:
        """One of its results is recent; without any time it is taken to be."""
        times = {one.fact: one.effective for one in self.screening.case.observations}
        known = [times[fact] for fact in finding.facts if fact in times]
        return not known or any(self._is_near(time) for time in known)

    def _is_near(self, effective: str | None) -> bool:
        at = instant(effective)
        return at is None or self.now - at <= self.recent

    def _source(self, guideline: str) -> tuple[str, str | None]:
        """Label and address of a document; the laboratory and our own code have none."""
        if guideline == "laboratory":
            return phrase("laboratory", self.language), None
        document = self.library.guidelines.get(guideline)
        if document is None:
            return "", None
        url = f"https://doi.org/{document.doi}" if document.doi is not None else document.url
        return f"{document.organisation} ({document.year})", url

    def _cited(self, guideline: str) -> Iterator[str]:
        """The title of a document, and whether a newer one has replaced it."""
        document = self.library.guidelines.get(guideline)
        if document is None:
            return
        told = f"{document.organisation}: {document.title} ({document.year}), {document.reference}"
        yield literal(phrase("source", self.language, source=told))
        newer = [self.library.guidelines[one] for one in self.library.guidelines.superseded_by(guideline)]
        if newer:
            listed = ", ".join(f"{one.organisation} {one.year}" for one in newer)
            key = "superseded" if document.status == "superseded" else "superseded.partly"
            yield literal(phrase(key, self.language, newer=listed))


def _topic(finding: Finding) -> Topic:
    if finding.kind == "quality":
        return "validity"
    return "critical" if finding.severity == "red" else "pattern"
