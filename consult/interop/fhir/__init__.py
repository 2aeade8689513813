"""FHIR in JSON: documents, references, versions, newline-delimited files; nothing of cases."""

from consult.interop.fhir._attachments import attachment_text, plain_text
from consult.interop.fhir._compartment import SHARED, encounters_of, subject_of
from consult.interop.fhir._documents import Lines, Opened, Placed, holds_fhir, open_document
from consult.interop.fhir._index import Group, LineIndex, listed, no_patient
from consult.interop.fhir._ndjson import is_ndjson, looks_like_ndjson, read_lines, unreadable
from consult.interop.fhir._references import References, address, identifiers, target_kind
from consult.interop.fhir._shapes import (
    Code,
    Resource,
    all_words,
    choice,
    code_set,
    codings,
    items,
    obj,
    objs,
    text,
    texts,
    type_of,
    walk,
    words,
)
from consult.interop.fhir._systems import LOINC, SNOMED, UCUM
from consult.interop.fhir._versions import Version, number_to_version, version_of
from consult.interop.fhir._write_json import fhir_json

__all__ = [
    "LOINC",
    "SHARED",
    "SNOMED",
    "UCUM",
    "Code",
    "Group",
    "LineIndex",
    "Lines",
    "Opened",
    "Placed",
    "References",
    "Resource",
    "Version",
    "address",
    "all_words",
    "attachment_text",
    "choice",
    "code_set",
    "codings",
    "encounters_of",
    "fhir_json",
    "holds_fhir",
    "identifiers",
    "is_ndjson",
    "items",
    "listed",
    "looks_like_ndjson",
    "no_patient",
    "number_to_version",
    "obj",
    "objs",
    "open_document",
    "plain_text",
    "read_lines",
    "subject_of",
    "target_kind",
    "text",
    "texts",
    "type_of",
    "unreadable",
    "version_of",
    "walk",
    "words",
]
