"""What was measured, as FHIR writes it: the reported number and unit, and the UCUM code where it is certain."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from consult.analytes import Catalog, UnitError, between, normalize_unit, parse_decimal
from consult.case._model import Observation
from consult.case._values import Comparator, decimal_text, read_text
from consult.errors import NotFound
from consult.interop.fhir._systems import UCUM
from consult.interop.fhir._write import Number, Resource, coding, concept, pruned, text

_RATIO = re.compile(r"(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)")
_INTERVAL = re.compile(r"(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)")
_DECIMAL = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?")


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as sent, and its UCUM code where nothing else can be meant."""

    shown: str | None = None
    code: str | None = None

    def quantity(self, number: str | None, comparator: Comparator | None = None) -> Resource:
        """A Quantity in this unit; empty without a number."""
        if number is None:
            return {}
        system = UCUM if self.code else None
        return pruned(
            {
                "value": Number(number),
                "comparator": comparator,
                "unit": text(self.shown),
                "system": system,
                "code": self.code,
            }
        )


@dataclass(frozen=True, slots=True)
class Measured:
    """The value of one observation, ready to be written."""

    value: Resource
    """`{"valueQuantity": …}` or another type; empty when there is none."""
    unit: Unit
    """What the value and the reported range are in."""
    canonical: Unit
    """What our own range is in."""
    same_kind: bool
    """The value is in a unit of the kind that our LOINC code of the analyte is for (mass is not amount)."""


def measured(seen: Observation, catalog: Catalog) -> Measured:
    """The value and units of an observation."""
    canonical = _canonical(seen, catalog)
    if seen.value_type != "quantity":
        unit = Unit(seen.reported.unit_shown or None, _literal(seen.reported.unit_shown))
        return Measured(_other(seen, unit), unit, canonical, same_kind=True)
    sent = read_text((seen.reported.value or "").replace("^", ""))
    shown = seen.reported.unit_shown or sent.unit
    held = parse_decimal(seen.value or "")
    if sent.number is None or not (sent.number == held or _gives(seen, sent.number, shown, catalog)):
        # What was reported cannot be read as the value that we hold: ours is written, as what it is.
        digits = decimal_text(held, seen.value) if held is not None else None
        written = canonical.quantity(digits, seen.comparator)
        return Measured({"valueQuantity": written} if written else {}, canonical, canonical, same_kind=True)
    unit = Unit(shown or None, _code(seen, sent.number, shown, catalog))
    written = unit.quantity(decimal_text(sent.number, sent.text), seen.comparator)
    return Measured({"valueQuantity": written}, unit, canonical, same_kind=_same_kind(seen, unit, catalog))


def _canonical(seen: Observation, catalog: Catalog) -> Unit:
    return Unit(seen.unit, seen.unit if _is_canonical(seen, catalog) else _literal(seen.unit))


def _literal(unit: str | None) -> str | None:
    """The unit where it is written as UCUM writes it; `G/L` could be grams or 10^9."""
    return unit if unit and normalize_unit(unit) == unit else None


def _meant(seen: Observation, unit: str | None, catalog: Catalog) -> str | None:
    """The unit with the basis that name and code declare (urea nitrogen, FEU)."""
    code = seen.code
    found = catalog.match(
        seen.name,
        code=code.code if code is not None else None,
        system=code.system if code is not None else None,
        unit=unit,
        specimen=seen.specimen,
        order=seen.order,
    )
    return found.unit if found.analyte == seen.analyte and found.unit is not None else unit


def _gives(seen: Observation, number: Decimal, unit: str | None, catalog: Catalog) -> bool:
    """Whether a number in a unit is the value that the case holds."""
    try:
        converted = catalog.convert(seen.analyte or "", number, _meant(seen, unit, catalog))
    except (UnitError, NotFound):
        return False
    return converted.unit == seen.unit and converted.value == parse_decimal(seen.value or "")


def _code(seen: Observation, number: Decimal, unit: str | None, catalog: Catalog) -> str | None:
    """The UCUM code: of an analyte the one that gives its value, of anything else only what is UCUM already."""
    if not _is_canonical(seen, catalog):
        return _literal(unit)
    read = normalize_unit(unit) if unit else None
    if read is not None and _gives(seen, number, read, catalog):
        return read
    return seen.unit if number == parse_decimal(seen.value or "") else None


def _is_canonical(seen: Observation, catalog: Catalog) -> bool:
    """Whether the value is in the unit of its analyte, and so was understood."""
    return seen.analyte is not None and seen.analyte in catalog and catalog[seen.analyte].unit == seen.unit


def _same_kind(seen: Observation, unit: Unit, catalog: Catalog) -> bool:
    """Not mass for amount, not one scale of D-dimer for the other."""
    if not _is_canonical(seen, catalog) or unit.code is None or seen.unit is None:
        return False
    try:
        between(Decimal(1), *(code.replace("[IU]", "U") for code in (unit.code, seen.unit)))
    except UnitError:
        return False
    return True


def _other(seen: Observation, unit: Unit) -> Resource:
    """A value that is no quantity."""
    if seen.value_type == "absent" or seen.value is None:
        return {}
    if seen.value_type == "code":
        sent = coding(seen.value_code.system, seen.value_code.code) if seen.value_code is not None else {}
        return {"valueCodeableConcept": concept(seen.value, sent)}
    ratio = _RATIO.fullmatch(seen.value) if seen.value_type == "ratio" and not unit.shown else None
    if ratio is not None and seen.comparator is None and _decimals(*ratio.groups()):
        above, below = ({"value": Number(digits)} for digits in ratio.groups())
        return {"valueRatio": {"numerator": above, "denominator": below}}
    between_ = _INTERVAL.fullmatch(seen.value) if seen.value_type == "interval" else None
    if between_ is not None and _decimals(*between_.groups()):
        low, high = (unit.quantity(digits) for digits in between_.groups())
        return {"valueRange": {"low": low, "high": high}}
    shown = text(f"{seen.comparator or ''}{seen.value}")
    return {"valueString": shown} if shown else {}


def _decimals(*digits: str) -> bool:
    return all(_DECIMAL.fullmatch(one) for one in digits)


def read_back(value: Resource) -> dict[str, str | None]:
    """What a reader takes for the reported value and unit, and for the type."""
    if "valueQuantity" in value:
        held = value["valueQuantity"]
        return {
            "value": f"{held.get('comparator', '')}{held['value'].digits}",
            "unit": held.get("unit"),
            "type": "quantity",
        }
    if "valueCodeableConcept" in value:
        concept_ = value["valueCodeableConcept"]
        coded = concept_.get("coding")
        said = concept_["text"]
        return {"value": coded[0]["code"] if coded else said, "unit": None, "type": "code" if coded else _type(said)}
    if "valueRatio" in value:
        above, below = value["valueRatio"]["numerator"], value["valueRatio"]["denominator"]
        return {"value": f"{above['value'].digits}:{below['value'].digits}", "unit": None, "type": "ratio"}
    if "valueRange" in value:
        low, high = value["valueRange"]["low"], value["valueRange"]["high"]
        return {"value": f"{low['value'].digits}-{high['value'].digits}", "unit": low.get("unit"), "type": "interval"}
    said = value.get("valueString")
    return {"value": said, "unit": None, "type": _type(said) if said is not None else "absent"}


def _type(said: str) -> str:
    return read_text(said).kind
