"""What the catalog hands out: an analyte and the answers to questions about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

Kind = Literal["quantity", "ordinal"]
"""quantity: a number with a unit; ordinal: present or absent, a culture, a titre step, an interpretation."""
Certainty = Literal["exact", "name", "context", "code", "weak", "none"]
"""How sure a match is, the surest first. exact: code and name agree; name: the name stands for nothing else;
context: the name could be several, and its unit, specimen or order decided; code: only the code is known; weak: the
name decided against the code, or beside a unit that does not fit or that we cannot read; none: not one of ours."""
Reason = Literal["missing", "unknown", "incompatible", "basis", "scale"]
"""missing: no unit was sent; unknown: we cannot read it; incompatible: it measures something else;
basis: the same letters are used for two scales (FEU or DDU, urea or urea nitrogen) and which one was not said;
scale: it was said, and it is the scale that our limits are not made for."""


@dataclass(frozen=True, slots=True)
class Factor:
    """Canonical value = `slope` times the value in the other unit plus `offset`."""

    slope: Decimal
    offset: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Alias:
    """One way to name an analyte."""

    text: str
    """As printed on reports."""
    needs: Literal["", "unit", "specimen"] = ""
    """unit: names this analyte only beside a unit that fits (`PCT`, `Ca`); specimen: only where the name, the sample or
    the order says the specimen (`Sodium` for urine sodium)."""


@dataclass(frozen=True, slots=True)
class Analyte:
    """Something that can be measured in a patient or a sample."""

    key: str
    """Our name for it; rules and cases use it."""
    group: str
    """`CBC`, `COAG` …: who cares about it."""
    name_en: str
    name_zh: str
    aliases: tuple[str, ...]
    """Other names as laboratories print them, in any language."""
    specimen: str
    """`blood`, `serum/plasma`, `citrate plasma`, `arterial blood`, `urine`, `pleural fluid`, `csf`, `respiratory` …"""
    unit: str
    """Canonical unit, UCUM: values, limits and ranges of this analyte are in it."""
    loinc: tuple[str, ...]
    """Codes that stand for it, our preferred one first; empty where none was verified."""
    molar_mass: Decimal | None
    """g/mol of what is counted, where mass and amount are both reported."""
    factors: Mapping[str, Factor]
    """Other units that dimension and molar mass do not explain, with their factor to the canonical unit."""
    plausible_low: Decimal | None
    """Wide engineering limits in the canonical unit: outside, a unit or typing error is likelier than a patient."""
    plausible_high: Decimal | None
    delta_percent: Decimal | None
    """A change between two results, in percent, that deserves a word; None where we hold no source."""
    delta_absolute: Decimal | None
    """The same in the canonical unit."""
    delta_days: int | None
    """How far apart the two results may lie for that."""
    delta_source: str | None
    """Id in guidelines.toml of the document that calls this change noteworthy."""
    decimals: int
    """Decimal places usual in a report in the canonical unit."""
    kind: Kind
    names: tuple[Alias, ...] = field(default=(), repr=False, compare=False)
    """The aliases with their conditions."""


NO_FACTORS: Mapping[str, Factor] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Match:
    """Which analyte a reported result is of."""

    analyte: str | None
    """Our key, or None when it is none that we know."""
    certainty: Certainty
    conflict: str | None = None
    """The key that the code stands for, when name, unit or specimen contradict it; they decide."""
    unit: str | None = None
    """What to hand to `Catalog.convert`: the unit as sent, with the basis that name or code declare
    (`ng/mL` of a "D-dimer FEU" becomes `ng/mL{FEU}`)."""


@dataclass(frozen=True, slots=True)
class Converted:
    """A value in the canonical unit."""

    value: Decimal
    unit: str
    how: str
    """`same`, `scaled`, `molar mass 113.118 g/mol` or `factor`: how it came about, for the record."""


@dataclass(frozen=True, slots=True)
class ReferenceRange:
    """Our own reference range, used where the report has none; inclusive, in the canonical unit."""

    low: Decimal | None
    high: Decimal | None
    source: str
    """Id in guidelines.toml."""
    population: str
    """Whom it was made from, and in what this patient differs or is not known."""


@dataclass(frozen=True, slots=True)
class CriticalLimits:
    """At or beyond these a clinician is called; in the canonical unit. An example profile that a site adapts."""

    low: Decimal | None
    high: Decimal | None
    source: str
    """Id in guidelines.toml; of the low limit where the two differ (see the next two)."""
    low_source: str | None = None
    high_source: str | None = None


class UnitError(ValueError):
    """A value that cannot be brought to the canonical unit without guessing; `reason` says why."""

    def __init__(self, reason: Reason, *, analyte: str, unit: str | None) -> None:
        self.reason: Reason = reason
        self.analyte = analyte
        self.unit = unit
        super().__init__(f"{analyte}: the unit {unit!r} is {_SAYS[reason]}")


_SAYS: Mapping[Reason, str] = MappingProxyType(
    {
        "missing": "missing",
        "unknown": "not known",
        "incompatible": "of another dimension",
        "basis": "ambiguous without its basis",
        "scale": "of another scale than the limits",
    }
)
