"""The case and its readers: one reader per format behind one contract."""

from consult.case._fhir.reader import Notice
from consult.case._fhir.stream import stream_cases
from consult.case._fhir.writer import case_bundle
from consult.case._instructions import holds_instructions
from consult.case._model import (
    USABLE,
    Case,
    Coding,
    Entry,
    Flag,
    Identity,
    IdentityTerm,
    Model,
    Observation,
    ObservationStatus,
    Patient,
    Quality,
    Range,
    Report,
    Reported,
)
from consult.case._native.stream import Numbering, native_lines, read_line
from consult.case._participant import attach, is_gap, machine_made, unconfirmed
from consult.case._quality import QUALITY_CODES, QualityCode, quality_text
from consult.case._read import MAX_BYTES, ReadResult, read_cases, unusable_facts

__all__ = [
    "MAX_BYTES",
    "QUALITY_CODES",
    "USABLE",
    "Case",
    "Coding",
    "Entry",
    "Flag",
    "Identity",
    "IdentityTerm",
    "Model",
    "Notice",
    "Numbering",
    "Observation",
    "ObservationStatus",
    "Patient",
    "Quality",
    "QualityCode",
    "Range",
    "ReadResult",
    "Report",
    "Reported",
    "attach",
    "case_bundle",
    "holds_instructions",
    "is_gap",
    "machine_made",
    "native_lines",
    "quality_text",
    "read_line",
    "read_cases",
    "stream_cases",
    "unconfirmed",
    "unusable_facts",
]
