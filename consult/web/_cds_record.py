"""From a hook's request to the record of the one patient in view, and the orders that are being written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from consult.analytes import Catalog
from consult.case import Case, Coding, read_cases
from consult.errors import CaseError
from consult.panel import DraftOrder
from consult.web._cds_services import Context
from consult.web._cds_shapes import OrderContext, SelectContext

_MOST_ORDERS = 200
_MOST_RESOURCES = 5000
_LONGEST_NAME = 200
_MOST_CODINGS = 10
_DEEPEST_BUNDLE = 3
_MEDICINES = frozenset({"MedicationRequest", "MedicationOrder", "MedicationPrescription", "MedicationStatement"})
_WHOSE = ("subject", "patient")
_NAMED_IN = ("medicationCodeableConcept", "code", "medication")
"""Where an order says what is ordered; `medication` in R5 and in DSTU2's contained form."""
_RESULTS = frozenset({"Observation", "DiagnosticReport"})


class Placed(NamedTuple):
    """A resource, and by which address others in its Bundle refer to it."""

    resource: dict[str, Any]
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """What a request brought."""

    resources: list[Placed]
    """Of this patient."""
    keys: frozenset[str]
    """Prefetch keys that the client satisfied, also with nothing (null)."""
    others: int
    """Resources of the prefetch that belong to somebody else: left out."""
    orders: list[DraftOrder]
    selected: list[DraftOrder]
    """Those of `orders` that the user just chose; all of them where the hook does not say."""
    misplaced: bool = False
    """A draft order names another patient than the one in view."""
    results_sent: bool = False
    """Observations came, or the client said that there are none."""


@dataclass(slots=True)
class _Sorted:
    mine: list[Placed] = field(default_factory=list)
    others: int = 0


def received(prefetch: Mapping[str, Any] | None, context: Context) -> Received:
    """The parts of a request, with those of other patients taken out.

    Raises:
        CaseError: a part has a form that FHIR does not know, or there are too many.
    """
    answered = dict(prefetch or {})
    sorted_ = _Sorted()
    for value in answered.values():
        for placed in _resources(value):
            _sort(placed, context.patientId, sorted_)
    drafts = list(_drafts(context)) if isinstance(context, OrderContext) else []
    orders = [_order(resource, place) for place, resource in enumerate(drafts)]
    return Received(
        resources=sorted_.mine,
        keys=frozenset(answered),
        others=sorted_.others,
        orders=orders,
        selected=_selected(orders, context),
        misplaced=any(not _belongs(resource, context.patientId) for resource in drafts),
        results_sent="observations" in answered
        or any(one.resource["resourceType"] in _RESULTS for one in sorted_.mine),
    )


def record(
    parts: Received, context: Context, *, catalog: Catalog, time_zone: str, now: datetime
) -> tuple[Case, list[str]]:
    """The patient's record as a case, and a sentence for each part that could not be read.

    Raises:
        CaseError: nothing of it can be read.
    """
    if not parts.resources:
        return Case(id="empty"), []
    entries = [_entry(placed) for placed in _with_patient(parts.resources, context.patientId)]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    found = read_cases(bundle, format="fhir", catalog=catalog, time_zone=time_zone, now=now)
    if not found.cases:
        raise CaseError(found.problems[0] if found.problems else "the prefetch holds nothing that can be read")
    if len(found.cases) > 1:
        raise CaseError("the prefetch holds several patients")
    return found.cases[0], found.problems


def _entry(placed: Placed) -> dict[str, Any]:
    named = {"fullUrl": placed.address} if placed.address is not None else {}
    return {**named, "resource": placed.resource}


def _with_patient(resources: list[Placed], patient: str | None) -> list[Placed]:
    """References to the patient must lead somewhere, whether or not the client sent the Patient."""
    if patient is None or any(one.resource["resourceType"] == "Patient" for one in resources):
        return resources
    return [Placed({"resourceType": "Patient", "id": patient}), *resources]


def _resources(value: Any, depth: int = 0, address: object = None) -> Iterator[Placed]:
    """The resources in a prefetch value: one, a Bundle, or one inside the answer to a search (`{response, resource}`).

    Raises:
        CaseError: it is none of these.
    """
    if value is None:
        return
    if not isinstance(value, dict):
        raise CaseError("a value of the prefetch is no FHIR resource")
    kind = value.get("resourceType")
    if kind == "Bundle" or (kind is None and "resource" in value):
        if depth >= _DEEPEST_BUNDLE:
            raise CaseError("Bundles of the prefetch lie too deep inside each other")
        for entry in _listed(value.get("entry")) if kind == "Bundle" else [value]:
            inner = entry if isinstance(entry, dict) else {"resource": entry}
            yield from _resources(inner.get("resource"), depth + 1, inner.get("fullUrl"))
    elif isinstance(kind, str) and kind:
        if kind != "OperationOutcome":
            yield Placed(value, address if isinstance(address, str) else None)
    else:
        raise CaseError("a value of the prefetch is no FHIR resource")


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise CaseError("the entry of a Bundle is no list")
    if len(value) > _MOST_RESOURCES:
        raise CaseError(f"a Bundle holds more than {_MOST_RESOURCES} entries")
    return value


def _sort(placed: Placed, patient: str | None, into: _Sorted) -> None:
    if _belongs(placed.resource, patient):
        into.mine.append(placed._replace(resource=_referred(placed.resource, patient)))
    else:
        into.others += 1


def _belongs(resource: Mapping[str, Any], patient: str | None) -> bool:
    """Of the patient in view; what names nobody is taken to be, since the client looked it up for this patient."""
    if patient is None:
        return True
    if resource.get("resourceType") == "Patient":
        return resource.get("id") in (None, patient)
    for key in _WHOSE:
        whose = resource.get(key)
        reference = whose.get("reference") if isinstance(whose, dict) else None
        if isinstance(reference, str) and "Patient/" in reference:
            return reference.partition("/_history/")[0].rpartition("/")[2] == patient
    return True


def _referred(resource: dict[str, Any], patient: str | None) -> dict[str, Any]:
    """With a reference where only an identifier or a name says whose it is: it was looked up for this patient."""
    named = {
        key: {"reference": f"Patient/{patient}"}
        for key in _WHOSE
        if patient is not None and isinstance(whose := resource.get(key), dict) and "reference" not in whose
    }
    return {**resource, **named} if named else resource


def _drafts(context: OrderContext) -> Iterator[dict[str, Any]]:
    """The resources of the draft orders.

    Raises:
        CaseError: they are no resources, or too many.
    """
    found: list[dict[str, Any]] = []
    for value in (context.draftOrders, *_each(context.medications)):
        found.extend(placed.resource for placed in _resources(value))
    if len(found) > _MOST_ORDERS:
        raise CaseError(f"there are more than {_MOST_ORDERS} draft orders")
    yield from found


def _each(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else [value]


def _order(resource: Mapping[str, Any], place: int) -> DraftOrder:
    kind = str(resource["resourceType"])
    id = resource.get("id")
    names: list[str] = []
    codings: list[Coding] = []
    for concept in _concepts(resource):
        names += [text for text in (_text(concept.get("text")),) if text]
        for coding in _codings(concept):
            names += [text for text in (_text(coding.get("display")),) if text]
            if code := _text(coding.get("code")):
                codings.append(Coding(system=_text(coding.get("system")), code=code))
    return DraftOrder(
        key=f"{kind}/{id}" if isinstance(id, str) and id else f"{kind} {place + 1}",
        kind="medication" if kind in _MEDICINES else "other",
        names=tuple(dict.fromkeys(names)),
        codings=tuple(codings),
    )


def _concepts(resource: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """What is ordered; a referenced medicine stands among the contained ones, or its display is all there is."""
    for key in _NAMED_IN:
        value = resource.get(key)
        if isinstance(value, dict):
            yield value.get("concept") if isinstance(value.get("concept"), dict) else value  # type: ignore[misc]
    reference = resource.get("medicationReference")
    if isinstance(reference, dict):
        yield {"text": reference.get("display")}
        for inner in resource.get("contained") or [] if isinstance(resource.get("contained"), list) else []:
            if isinstance(inner, dict) and inner.get("resourceType") == "Medication":
                yield from _concepts({"code": inner.get("code")})


def _codings(concept: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    codings = concept.get("coding")
    for coding in codings[:_MOST_CODINGS] if isinstance(codings, list) else []:
        if isinstance(coding, dict):
            yield coding


def _text(value: Any) -> str:
    return " ".join(value[:_LONGEST_NAME].split()) if isinstance(value, str) else ""


def _selected(orders: list[DraftOrder], context: Context) -> list[DraftOrder]:
    """Selections may be given with or without the type of the resource."""
    if not isinstance(context, SelectContext):
        return orders
    chosen = {one.rpartition("/")[2] for one in context.selections}
    return [order for order in orders if order.key.rpartition("/")[2] in chosen]
