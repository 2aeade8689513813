"""How an outside model's result enters a case: as facts that say who made them, and that nobody has confirmed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256

from consult.analytes import Catalog
from consult.case._draft import Named, Result
from consult.case._measure import Subject, measure
from consult.case._model import USABLE, Case, Coding, Observation, ObservationStatus, Quality, Report, Reported
from consult.case._quality import QUALITY_CODES, quality
from consult.case._text import clean, storable
from consult.case._times import When
from consult.case._values import Value, read_text
from consult.interop.participant import (
    ParticipantFinding,
    ParticipantGap,
    ParticipantResult,
    approved,
)
from consult.settings import ParticipantSettings

REPORT = "model"
"""Kind of the report that holds a model's whole answer, and of the one that says that there is none."""
MADE = "machine-made: "
"""How the note begins that every observation of a model carries; it survives every format that a case is written to.
Without `by`, after which a name of a person is looked for."""
_FACTS = (
    "observations", "reports", "conditions", "medications", "allergies", "procedures", "immunizations", "encounters",
)  # fmt: skip
_MARROW = "marrow"


def attach(
    case: Case,
    result: ParticipantResult | ParticipantGap,
    *,
    participants: Mapping[str, ParticipantSettings],
    catalog: Catalog,
) -> Case:
    """The case with a model's findings among its facts, or with the gap that it left.

    The whole answer becomes a report of kind `model`. Each finding that has a value, and the confidence that the site
    asks for, becomes an observation: status `preliminary`, which no rule takes for a measurement (a critical value is
    told all the same), or `final` where the site takes this model's numbers for measurements. Ids of the facts that
    are there stay; the same result again changes nothing.

    Args:
        case: as it is; it is not changed.
        result: what the model said, or why it did not.
        participants: `Settings.participants`; a model, version or kind of image that is not there leaves a gap.
        catalog: the analytes.
    """
    said = approved(result, participants) if isinstance(result, ParticipantResult) else None
    if isinstance(result, ParticipantGap):
        return _with_gap(case, result)
    if said is None:
        return _with_gap(case, ParticipantGap(model=result.model, version=result.version, kind="not-approved"))
    if result.status == "unavailable":
        return _with_gap(case, ParticipantGap(model=result.model, version=result.version, kind="unavailable"))
    return _Entering(case, result, said, catalog).case()


def machine_made(fact: Observation | Report) -> bool:
    """A model made it, whoever confirmed it since."""
    if isinstance(fact, Report):
        return fact.kind == REPORT
    return any(note.startswith(MADE) for note in fact.notes)


def unconfirmed(fact: Observation | Report) -> bool:
    """A model made it, and neither a clinician nor the site's settings stand for it: no rule reads it."""
    return machine_made(fact) and fact.status not in USABLE


def is_gap(report: Report) -> bool:
    """The report says that a model did not take part: its title is the model, its text the kind of failure."""
    return report.kind == REPORT and report.status == "cancelled"


def _with_gap(case: Case, gap: ParticipantGap) -> Case:
    title = _line(f"{gap.model} {gap.version}", 120).strip()
    report = Report(
        fact=f"F{_next_fact(case)}",
        kind=REPORT,
        title=title,
        text=gap.kind,
        status="cancelled",
        source="participant",
    )
    return case if _holds(case, report) else _extended(case, [], report, [])


def _holds(case: Case, report: Report) -> bool:
    told = (report.title, report.text, report.effective)
    return any(one.kind == REPORT and (one.title, one.text, one.effective) == told for one in case.reports)


def _extended(case: Case, observations: Sequence[Observation], report: Report, codes: Sequence[Quality]) -> Case:
    return case.model_copy(
        update={
            "observations": [*case.observations, *observations],
            "reports": [*case.reports, report],
            "quality": _merged([*case.quality, *codes]),
        }
    )


def _merged(entries: Sequence[Quality]) -> list[Quality]:
    """One entry for each code, in the order of the list."""
    facts: dict[str, dict[str, None]] = {}
    for entry in entries:
        facts.setdefault(entry.code, {}).update(dict.fromkeys(entry.facts))
    unknown = [entry for entry in entries if entry.code not in QUALITY_CODES]
    return [*(quality(code, list(facts[code])) for code in QUALITY_CODES if code in facts), *unknown]


@dataclass(frozen=True)
class _Entering:
    """One result on its way in."""

    original: Case
    result: ParticipantResult
    said: ParticipantSettings
    catalog: Catalog

    def case(self) -> Case:
        """The case with it."""
        first = _next_fact(self.original)
        report = self._report(first)
        if _holds(self.original, report):
            return self.original
        observations, doubts = self._observations(first + 1)
        made = [report.fact, *(one.fact for one in observations)]
        codes = [quality("machine-made", made)]
        if any(self._is_doubtful(one) for one in self.result.findings):
            codes.append(quality("machine-low-confidence", [report.fact]))
        codes += [quality(code, facts) for code, facts in doubts.items()]
        return _extended(self.original, observations, report, codes)

    def _observations(self, first: int) -> tuple[list[Observation], dict[str, list[str]]]:
        """Those with a value and enough confidence, and the facts of each doubt about unit or value."""
        observations: list[Observation] = []
        doubts: dict[str, list[str]] = {}
        patient = self.original.patient
        person = Subject(patient.sex, patient.age_years, patient.pregnant)
        for place, finding in enumerate(self.result.findings):
            if finding.value is None or self._is_doubtful(finding):
                continue
            fact = f"F{first + len(observations)}"
            observation, codes = measure(self._draft(finding, place), fact=fact, person=person, catalog=self.catalog)
            observations.append(observation)
            for code in codes:
                doubts.setdefault(code, []).append(fact)
        return observations, doubts

    def _draft(self, finding: ParticipantFinding, place: int) -> Result:
        code = finding.code
        coding = None if code is None else Coding(system=_line(code.system, 200), code=_line(code.code, 200))
        name, value = _line(finding.label, 200), read_text(_line(finding.value or "", 200))
        unit = _line(finding.unit or "", 40) or value.unit
        return Result(
            name=f"{name} ({_line(finding.location, 100)})" if finding.location else name,
            value=value if value.number is not None else Value("text", value.text),
            source=f"participant/findings[{place}]",
            codings=(Named(name, coding),),
            reported=Reported(value=_line(finding.value or "", 200), unit=unit),
            unit=unit,
            order=self._reading,
            specimen=self._specimen,
            when=_when(self.result.provenance.acquired),
            status=self._status,
            notes=[f"{MADE}{self._who}, {_sureness(finding)}"],
        )

    def _report(self, number: int) -> Report:
        when = _when(self.result.provenance.acquired)
        return Report(
            fact=f"F{number}",
            kind=REPORT,
            title=f"{self._reading} ({_line(self.result.kind, 60)}), machine-made",
            text="\n".join(self._lines()),
            effective=when.text if when is not None else None,
            status=self._status,
            source="participant",
        )

    def _lines(self) -> Iterator[str]:
        """The whole answer, findings below the threshold too, and what it was made from."""
        for finding in self.result.findings:
            yield f"{_told(finding)}{' (below the threshold)' if self._is_doubtful(finding) else ''}"
        if not self.result.findings:
            yield "no finding of its task"
        for limit in self.result.limits:
            yield f"limits of use: {_line(limit, 2000)}"
        digests = ", ".join(dict.fromkeys(_digest(one) for one in self.result.provenance.inputs))
        yield f"input: {digests}; run at {self.result.provenance.at.isoformat()}"

    def _is_doubtful(self, finding: ParticipantFinding) -> bool:
        if self.said.min_confidence == 0:
            return False
        return finding.confidence is None or Decimal(finding.confidence) < Decimal(str(self.said.min_confidence))

    @property
    def _who(self) -> str:
        return f"{_line(self.result.model, 60)} {_line(self.result.version, 40)}"

    @property
    def _reading(self) -> str:
        """The order of its observations, and how the title of its report begins: what belongs together."""
        return f"{self._who}: {_line(self.result.task, 200)}"

    @property
    def _status(self) -> ObservationStatus:
        return "final" if self.said.measured else "preliminary"

    @property
    def _specimen(self) -> str | None:
        if self.result.specimen is not None:
            return _line(self.result.specimen, 60)
        return "bone marrow" if _MARROW in self.result.kind else None


def _next_fact(case: Case) -> int:
    facts = [item.fact for name in _FACTS for item in getattr(case, name)]
    return 1 + max((int(fact[1:]) for fact in facts if fact[1:].isdecimal()), default=0)


def _told(finding: ParticipantFinding) -> str:
    value = f": {_line(finding.value, 200)} {_line(finding.unit or '', 40)}".rstrip() if finding.value else ""
    place = f", {_line(finding.location, 100)}" if finding.location else ""
    return f"{_line(finding.label, 200)}{value}{place}, {_sureness(finding)}"


def _sureness(finding: ParticipantFinding) -> str:
    return "confidence not given" if finding.confidence is None else f"confidence {finding.confidence}"


def _digest(name: str) -> str:
    """An image by its digest; a reference, which can lead to the patient, by the digest of its text."""
    known = len(name) == 64 and all(digit in "0123456789abcdef" for digit in name)
    return f"sha256:{name}" if known else f"reference sha256:{sha256(name.encode()).hexdigest()[:16]}"


def _when(acquired: datetime | None) -> When | None:
    """When the image was taken. When the model ran is no time of a finding: an old scan read today stays old."""
    return None if acquired is None else When(text=acquired.isoformat(), assumed=False, instant=acquired)


def _line(text: str, longest: int) -> str:
    return " ".join(clean(storable(text[: longest * 2])).split())[:longest]
