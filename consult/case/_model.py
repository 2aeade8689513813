"""The case: what is known of one patient, as facts with ids that statements can point at."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer

from consult.analytes import Certainty
from consult.case._text import unescaped

Flag = Literal["LL", "L", "N", "H", "HH", "A"]
Sex = Literal["male", "female", "other", "unknown"]
ValueType = Literal["quantity", "text", "code", "ratio", "interval", "absent"]
"""quantity: a decimal string; text; code: a coded value's text; ratio: `1:640`; interval: `1-10`; absent: no value."""
ObservationStatus = Literal[
    "registered", "preliminary", "final", "amended", "corrected", "cancelled", "entered-in-error", "unknown"
]
"""FHIR R4 observation-status. A withdrawn or replaced result is `entered-in-error`; it stays, and is not used."""
USABLE: frozenset[str] = frozenset({"final", "amended", "corrected", "unknown"})
"""Statuses whose result counts as a result; `unknown` is a sender that fills no OBX-11, said in `quality`."""


class Model(BaseModel):
    """Base of everything that is written to JSON: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid")

    def twin(self) -> Self:
        """An equal object that shares nothing with this one; three times as fast as a deep copy."""
        return self.__pydantic_validator__.validate_python(self.__pydantic_serializer__.to_python(self))  # type: ignore[no-any-return]


class Coding(Model):
    """A code as sent, never remapped."""

    system: str
    """As the sender wrote it (`LN`, `http://loinc.org`, `99MRC`); empty when not said."""
    code: str


class Reported(Model):
    """The result exactly as sent; strings only."""

    value: str | None = None
    """OBX-5 as sent after decoding the character set (`>^10`, `6.90`)."""
    unit: str | None = None
    range: str | None = None
    flag: str | None = None
    """OBX-8: first component of the first repetition."""

    @property
    def unit_shown(self) -> str:
        r"""The unit to read: `10^9/L` of `10\S\9/L`; empty when none was sent."""
        return unescaped(self.unit or "")

    @property
    def range_shown(self) -> str:
        """The range to read; empty when none was sent."""
        return unescaped(self.range or "")


class Range(Model):
    """A reference range in the unit of the observation's `value`; one side may be open."""

    low: str | None = None
    high: str | None = None
    source: str
    """`laboratory`, or the id of the source in guidelines.toml when the range is ours."""


class Observation(Model):
    """One result: value, unit, code, time and provenance."""

    fact: str = ""
    """`F1`, `F2` … in document order over the whole case; the same input gives the same ids."""
    analyte: str | None = None
    """Our key (analytes.csv), or null when the result is of none that we know."""
    matched: Certainty = "none"
    """How sure that is: `exact` (code and name agree), `name` (the name stands for nothing else), `context` (unit,
    specimen or order decided between several), `code` (only the code is known), `weak` (the name decided against the
    code, or the unit does not fit the test or cannot be read), `none`."""
    name: str
    """As the sender wrote it."""
    code: Coding | None = None
    """The first coding as sent."""
    value: str | None = None
    """A decimal string for a quantity (in `unit`), else the text."""
    value_type: ValueType = "absent"
    value_code: Coding | None = None
    """The code of a coded value."""
    comparator: Literal["<", "<=", ">=", ">"] | None = None
    unit: str | None = None
    """UCUM; the analyte's canonical unit where the conversion is known, else the reported unit as sent."""
    reported: Reported = Field(default_factory=Reported)
    range: Range | None = None
    flag: Flag | None = None
    """Always ours, computed from value and range."""
    specimen: str | None = None
    order: str | None = None
    """Name of the order or panel."""
    effective: str | None = None
    """ISO 8601 with the precision that was sent: a year, a month, a day, or a time with its offset."""
    effective_assumed: bool = False
    """The offset was not sent: `site.time_zone` was assumed."""
    status: ObservationStatus = "unknown"
    notes: list[str] = Field(default_factory=list)
    source: str = ""
    """Pointer into the original (`MSH[1]/OBR[2]/OBX[3]`, `observations[4]`); never a file name."""

    @model_serializer(mode="wrap")
    def _written(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without `matched` where it says nothing: documents from before there was one keep their digests."""
        written: dict[str, Any] = write(self)
        if written.get("matched") == "none":
            del written["matched"]
        return written

    @property
    def shown(self) -> str:
        """The value to read: a quantity exactly as sent, of a coded or structured result its text (`1:640`)."""
        structured = self.value_type in {"code", "ratio", "interval"}
        return (self.value if structured else self.reported.value) or self.value or ""


class Report(Model):
    """A text: imaging, pathology, a narrative result."""

    fact: str = ""
    kind: str = "text"
    title: str = ""
    text: str
    effective: str | None = None
    status: ObservationStatus = "unknown"
    source: str = ""


class Entry(Model):
    """A condition, medication, allergy, procedure, immunization or encounter."""

    fact: str = ""
    name: str
    code: Coding | None = None
    status: str | None = None
    """As sent: `active`, `refuted`, `family-history` …; `refuted` means that the patient does not have it."""
    effective: str | None = None
    note: str | None = None
    source: str = ""


class Quality(Model):
    """Something about the data itself that a reader must know."""

    code: str
    """Kebab-case, closed list in `consult.case.QUALITY_CODES`."""
    severity: Literal["info", "warning", "error"]
    facts: list[str] = Field(default_factory=list)
    message: str
    """One plain English sentence with identifiers and positions, without patient text."""


class Patient(Model):
    """What medicine needs of the person; no identifier."""

    sex: Sex = "unknown"
    age_years: int | None = None
    """Completed years at the newest result (or at the message's time)."""
    pregnant: bool | None = None


class Identity(Model):
    """Whatever the input itself names the patient and the people around them by. Stays in the local store."""

    name: str | None = None
    birth_date: str | None = None
    identifiers: list[str] = Field(default_factory=list)
    """Medical record and national numbers, as sent, without their authorities."""
    shared: bool = False
    """Somebody else was sent under one of these numbers: they link nothing."""
    location: str | None = None
    """Ward and bed, for the reviewer's screen."""
    department: str | None = None
    """The ward or department alone, where the input tells it apart from room and bed; figures are counted by it."""
    terms: list[IdentityTerm] = Field(default_factory=list)
    """Every string to be replaced wherever it stands in text."""


class IdentityTerm(Model):
    """One identifying string."""

    kind: Literal["name", "identifier", "address", "phone", "email", "birth-date", "organisation", "other"]
    text: str


class Case(Model):
    """One patient's case.

    A native case file is this without `fact`, `flag`, `quality` and `source`: those are computed.
    """

    id: str
    """From the content: the same input gives the same id."""
    subject: str = "patient-1"
    """Opaque. In a file with several patients they are numbered; the store replaces it by a local key."""
    patient: Patient = Field(default_factory=Patient)
    questions: list[str] = Field(default_factory=list)
    history: str = ""
    observations: list[Observation] = Field(default_factory=list)
    reports: list[Report] = Field(default_factory=list)
    conditions: list[Entry] = Field(default_factory=list)
    medications: list[Entry] = Field(default_factory=list)
    allergies: list[Entry] = Field(default_factory=list)
    procedures: list[Entry] = Field(default_factory=list)
    immunizations: list[Entry] = Field(default_factory=list)
    encounters: list[Entry] = Field(default_factory=list)
    quality: list[Quality] = Field(default_factory=list)
    identity: Identity | None = Field(default=None, exclude=True, repr=False)
    """Never serialised with the case."""

    @classmethod
    def read(cls, source: object, *, format: str = "auto", case: str | None = None, time_zone: str = "UTC") -> Case:
        """The one case in `source`: a path, bytes, text (JSON or HL7 v2) or a dict.

        Args:
            source: where to read from.
            format: `auto`, `json` or `hl7`.
            case: the id of the case to take when the input holds several.
            time_zone: IANA zone assumed for times sent without an offset.

        Raises:
            CaseError: nothing readable, or several cases and no `case` named.
        """
        from consult.case._read import read_one

        return read_one(source, format=format, case=case, time_zone=time_zone)


Identity.model_rebuild()
