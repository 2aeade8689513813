"""The three services: at which hook, for which question, with which part of the record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from consult.web._cds_shapes import Hook, OrderContext, PatientContext, SelectContext

Context = PatientContext | OrderContext | SelectContext
_RECORD = {
    "patient": "Patient/{{context.patientId}}",
    "observations": "Observation?patient={{context.patientId}}&category=laboratory&_sort=-date&_count=200",
    "vitals": "Observation?patient={{context.patientId}}&category=vital-signs&_sort=-date&_count=40",
    "conditions": "Condition?patient={{context.patientId}}",
    "medications": "MedicationRequest?patient={{context.patientId}}&status=active",
    "allergies": "AllergyIntolerance?patient={{context.patientId}}",
}
"""Tokens of the context and plain searches only, which every client must support: a window in days would need a date
that a template cannot hold, so the newest 200 results are asked for and their age is looked at here."""


@dataclass(frozen=True, slots=True)
class Service:
    """One entry of the discovery."""

    id: str
    hook: Hook
    title: str
    description: str
    context: type[PatientContext] | type[OrderContext]
    about: Literal["record", "orders"]
    """record: everything worth knowing of the record; orders: what it holds against the orders."""
    criticals: bool
    """Cards of critical values and red rules."""

    def discovered(self) -> dict[str, Any]:
        """As the discovery tells it."""
        return {
            "hook": self.hook,
            "id": self.id,
            "title": self.title,
            "description": self.description,
            "prefetch": dict(_RECORD),
        }


SERVICES: dict[str, Service] = {
    service.id: service
    for service in (
        Service(
            id="consult-patient-view",
            hook="patient-view",
            title="Critical values and result patterns",
            description="Critical values, dangerous patterns and what they call for, from the recent results; "
            "computed by rules with their sources, without a language model.",
            context=PatientContext,
            about="record",
            criticals=True,
        ),
        Service(
            id="consult-order-select",
            hook="order-select",
            title="Orders against the record",
            description="Tests whose result is already there and still valid, and allergies, contraindications and "
            "interactions of the medicines just selected.",
            context=SelectContext,
            about="orders",
            criticals=False,
        ),
        Service(
            id="consult-order-sign",
            hook="order-sign",
            title="Orders against the record, before signing",
            description="Critical values that are open, tests whose result is already there and still valid, and "
            "allergies, contraindications and interactions of the ordered medicines.",
            context=OrderContext,
            about="orders",
            criticals=True,
        ),
    )
}
"""By id."""
