"""What all parts of the FHIR document share: entries with URLs, people, the machine, and what was decided."""

from __future__ import annotations

from dataclasses import dataclass, field

from consult.analytes import Catalog
from consult.case._fhir.writer import CaseEntries, case_entries
from consult.concepts import Concept, Concepts
from consult.interop.fhir._systems import ICD10, LOINC
from consult.interop.fhir._write import (
    CONCEPT,
    FROM_CONSULTATION,
    OURS,
    Resource,
    coding,
    concept,
    entry,
    identifier,
    reference,
    urn,
)
from consult.plan import UNEXPLAINED, UNLISTED, Language, Plan
from consult.review._consultation import Consultation, Decision
from consult.review._fhir_words import say
from consult.review._jws import header_of
from consult.review._signing import stale_reason
from consult.review._state import review_state

SOURCE = f"{OURS}source"
EVENT = f"{OURS}event"
LIKELIHOOD = f"{OURS}extension:likelihood"
SECURITY = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"
MACHINE_MADE = {"security": [coding(SECURITY, "AIAST", "Artificial Intelligence asserted")]}
"""HL7's label of what an algorithm asserted."""
PSEUDONYMOUS = {"security": [coding(SECURITY, "PSEUDED", "pseudonymized")]}


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signed, as the protected header says."""

    name: str
    kid: str
    at: str
    stale: str | None
    """Why it was signed although results had come that the plan has not seen."""


@dataclass(slots=True)
class Sheet:
    """The document while it is written."""

    consultation: Consultation
    plan: Plan
    catalog: Catalog
    concepts: Concepts
    case: CaseEntries
    entries: list[Resource] = field(default_factory=list)
    decided: dict[str, Decision | None] = field(default_factory=dict)
    signers: list[Signer] = field(default_factory=list)
    _people: dict[str, str] = field(default_factory=dict)

    @classmethod
    def open(cls, consultation: Consultation, plan: Plan, catalog: Catalog, concepts: Concepts) -> Sheet:
        """A sheet that holds the facts of the case."""
        case = case_entries(consultation.case, root=consultation.id, catalog=catalog, subject=consultation.subject.key)
        sheet = cls(consultation, plan, catalog, concepts, case)
        sheet.decided = review_state(consultation)
        for signature in consultation.signatures:
            header = header_of(signature.model_dump())
            told = stale_reason(signature)
            sheet.signers.append(Signer(str(header["signer"]), str(header["kid"]), str(header["iat"]), told))
        return sheet

    @property
    def language(self) -> Language:
        """Of the plan."""
        return self.plan.language

    @property
    def tag(self) -> str:
        """BCP 47."""
        return "zh-CN" if self.plan.language == "zh" else "en"

    @property
    def signed(self) -> bool:
        """Whether a doctor signed it."""
        return self.consultation.status == "signed"

    @property
    def at(self) -> str:
        """When it became what it is: the last signature, else the last entry of the log."""
        if self.signers:
            return max(signer.at for signer in self.signers)
        return self.consultation.audit[-1].at if self.consultation.audit else "1970-01-01T00:00:00Z"

    @property
    def subject(self) -> Resource:
        """Reference to the patient."""
        return reference(self.case.patient)

    def url(self, *path: str) -> str:
        """The URL of one part of this consultation."""
        return urn(self.consultation.id, *path)

    @property
    def source(self) -> str:
        """`meta.source` of what this consultation says."""
        return f"{FROM_CONSULTATION}:{self.consultation.id}"

    def add(self, resource: Resource, *path: str) -> str:
        """Take an entry and return its URL."""
        url = self.url(*path)
        self.entries.append(entry(url, resource, self.source))
        return url

    def say(self, key: str, **values: str) -> str:
        """Our words in the language of the plan."""
        return say(key, self.language, **values)

    def decision(self, item: str) -> Decision | None:
        """What counts for an item of the plan."""
        return self.decided.get(item)

    def rejected(self, item: str) -> bool:
        """Whether a doctor said no."""
        decision = self.decision(item)
        return decision is not None and decision.decision == "reject"

    def edited(self, item: str) -> str | None:
        """The doctor's own wording, where there is one."""
        decision = self.decision(item)
        return decision.text if decision is not None and decision.decision == "edit" else None

    def person(self, name: str) -> str:
        """The URL of a Practitioner, added when first named."""
        if name not in self._people:
            keys = dict.fromkeys(signer.kid for signer in self.signers if signer.name == name)
            resource = {
                "resourceType": "Practitioner",
                "identifier": [identifier("key", key) for key in keys],
                "name": [{"text": name}],
            }
            self._people[name] = self.add(resource, "person", name)
        return self._people[name]

    @property
    def engine(self) -> str:
        """What wrote the draft."""
        return self.say("rules") if self.plan.engine == "rules" else self.plan.engine

    @property
    def made(self) -> str:
        """That a machine wrote it, and which."""
        return self.say("made", engine=self.engine)

    def machine(self) -> str:
        """The URL of the Device that the engine is."""
        return self.url("device")

    def author(self, item: str) -> str:
        """Who stands behind an item: the doctor who decided on it, else the machine."""
        decision = self.decision(item)
        return self.person(decision.by) if decision is not None and decision.by else self.machine()

    def facts(self, ids: list[str]) -> list[str]:
        """URLs of the facts that are in the case."""
        return [self.case.facts[id] for id in ids if id in self.case.facts]

    def concept(self, id: str, words: str) -> Resource:
        """A concept of ours with its ICD-10 or LOINC code; one that is not in our list is words only."""
        known = self.concepts.get(id)
        if known is None or id == UNEXPLAINED or id.startswith(UNLISTED):
            return concept(words)
        name = self.concepts.name(id, self.language)
        return concept(words, coding(CONCEPT, id, name), coding(ICD10, known.icd10), coding(LOINC, self._loinc(known)))

    def _loinc(self, known: Concept) -> str | None:
        """Of a test: its own code, else that of the analyte which it measures."""
        if known.loinc is not None or known.analyte is None or known.analyte not in self.catalog:
            return known.loinc
        return next(iter(self.catalog[known.analyte].loinc), None)
