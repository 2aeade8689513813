"""The shape of a native case file: the case without what is computed. Unknown keys are refused by their path."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, ValidationError

from consult.case._json_text import Written
from consult.case._model import (
    Coding,
    Entry,
    Identity,
    Model,
    ObservationStatus,
    Patient,
    Report,
    Reported,
    ValueType,
)
from consult.case._values import Comparator
from consult.errors import CaseError


def _digits(value: Any) -> Any:
    return str(value) if isinstance(value, Written) else value


def _whole(value: Any) -> Any:
    """Pydantic takes digits in a string for a number; here only a number is one."""
    if isinstance(value, Written):
        return int(value) if value.isdigit() and len(value) < 5 else str(value)
    return value if value is None else f"not a number: {type(value).__name__}"


Digits = Annotated[str, BeforeValidator(_digits)]
"""A string, or a number as written."""


class _Input(Model):
    model_config = ConfigDict(extra="forbid", strict=False)


class NativePatient(Patient):
    """`patient`."""

    age_years: Annotated[int | None, BeforeValidator(_whole)] = Field(default=None, ge=0, le=130)


class NativeReported(Reported):
    """`reported`."""

    value: Digits | None = None
    range: Digits | None = None


class NativeRange(_Input):
    """`range` as bounds."""

    low: Digits | None = None
    high: Digits | None = None
    source: str = "laboratory"


class NativeObservation(_Input):
    """`observations[]`."""

    name: str
    code: Coding | None = None
    value: Digits | None = None
    value_type: ValueType | None = None
    value_code: Coding | None = None
    comparator: Comparator | None = None
    unit: str | None = None
    reported: NativeReported | None = None
    range: NativeRange | Digits | None = None
    specimen: str | None = None
    order: str | None = None
    effective: Digits | None = None
    effective_assumed: bool = False
    status: ObservationStatus = "unknown"
    notes: list[str] = Field(default_factory=list)


class NativeReport(Report):
    """`reports[]`."""

    effective: Digits | None = None


class NativeEntry(Entry):
    """A condition, medication, allergy, procedure, immunization or encounter."""

    effective: Digits | None = None


class NativeIdentity(_Input):
    """`identity`: stays in the local store."""

    name: str | None = None
    birth_date: Digits | None = None
    identifiers: list[Digits] = Field(default_factory=list)
    location: str | None = None
    department: str | None = None
    terms: list[dict[str, str]] = Field(default_factory=list)

    def model(self) -> Identity:
        """As the case holds it."""
        return Identity.model_validate(self.model_dump())


class NativeCase(_Input):
    """One native case."""

    id: str | None = None
    subject: str | None = None
    patient: NativePatient = Field(default_factory=NativePatient)
    questions: list[str] = Field(default_factory=list)
    history: str = ""
    observations: list[NativeObservation] = Field(default_factory=list)
    reports: list[NativeReport] = Field(default_factory=list)
    conditions: list[NativeEntry] = Field(default_factory=list)
    medications: list[NativeEntry] = Field(default_factory=list)
    allergies: list[NativeEntry] = Field(default_factory=list)
    procedures: list[NativeEntry] = Field(default_factory=list)
    immunizations: list[NativeEntry] = Field(default_factory=list)
    encounters: list[NativeEntry] = Field(default_factory=list)
    identity: NativeIdentity | None = None


_LISTS = (
    "observations",
    "reports",
    "conditions",
    "medications",
    "allergies",
    "procedures",
    "immunizations",
    "encounters",
)
_COMPUTED = {"observations": ("fact", "flag", "source", "analyte", "matched")}
_SAYS = {
    "extra_forbidden": "is not a key of a case",
    "missing": "is missing",
    "literal_error": "is not one of the allowed values",
    "string_type": "must be a text",
    "list_type": "must be a list",
    "bool_type": "must be true or false",
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "greater_than_equal": "is out of range",
    "less_than_equal": "is out of range",
}


def native_case(document: Any, where: str = "") -> NativeCase:
    """The native case in a document; what is computed is set aside, so an exported case can be read again.

    Raises:
        CaseError: names the JSON path and what is wrong with it, never a value.
    """
    if not isinstance(document, dict):
        raise CaseError(f"{where or 'the case'} must be an object")
    try:
        return NativeCase.model_validate(_given(document))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        path = _path(where, first["loc"])
        raise CaseError(f"{path} {_SAYS.get(first['type'], 'cannot be read')}") from None


def _path(where: str, location: tuple[int | str, ...]) -> str:
    path = where
    for step in location:
        if isinstance(step, int):
            path += f"[{step}]"
        elif step.isidentifier() or not path:
            # Names of union members are no part of the document.
            path += "" if step in {"NativeRange", "str", "function-before"} else f".{step[:40]}"
        elif "function-" not in step:
            path += f"[{step[:40]!r}]"
    return path.lstrip(".") or "the case"


def _given(document: dict[str, Any]) -> dict[str, Any]:
    given = {key: value for key, value in document.items() if key != "quality"}
    for name in _LISTS:
        items = given.get(name)
        if isinstance(items, list):
            drop = _COMPUTED.get(name, ("fact", "source"))
            given[name] = [
                {key: value for key, value in item.items() if key not in drop} if isinstance(item, dict) else item
                for item in items
            ]
    return given
