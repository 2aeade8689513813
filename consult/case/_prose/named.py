"""A test that a text names, while its numbers are read: which analyte it is, in which specimen and unit."""

from __future__ import annotations

import re
from decimal import Decimal

from consult.analytes import Match, normalize_unit
from consult.case._prose.names import Mention
from consult.case._prose.quantity import Lead, Quantity
from consult.case._prose.reading import Found, Reading
from consult.case._prose.units import WINDOWS, only_unit
from consult.case._prose.written_units import SHORTHAND

_VOLUMES = re.compile(r"/[ ]?(?:[dmuµμnf]|mc)?[lL]$|/[ ]?[cm]?m[m³]?[3³]$|/(?:cu)?mm3?$|升$", re.IGNORECASE)
_MATCHED_AS = {
    "weighs": "Weight",
    "o2 sats": "SpO2",
    "sats": "SpO2",
    "bt": "Temp",
    "cd4": "CD4 T cells",
    "cd4+": "CD4 T cells",
    "cd4 t-lymphocyte": "CD4 T cells",
    "pr": "Pulse",
    "resp": "Respirations",
    "wt": "Weight",
    "ht": "Height",
    "pulse ox": "SpO2",
    "bili": "Total bilirubin",
    "plts": "PLT",
    "osm": "Osmolality",
    "serum osm": "Osmolality",
    "r": "Respirations",
    "p": "Pulse",
    "t": "T",
}
_ONLY_WITH_UNIT = frozenset({"T"})
_LOWEST_RATE = {"P": 30, "R": 8}
"""A pulse or a breathing rate only with `/min`, or so high and among other signs; else `P` is phosphate."""
_SIGNS_NEAR = re.compile(r"\bBP|血压|\bSpO2|\bsats\b|\bT[ :]?[34]\d|\b(?:HR|RR)\b", re.IGNORECASE)
_NEEDS_UNIT = frozenset({"wt", "ht", "pr"})
_CLOSE_WITHOUT_UNIT = frozenset({"hr", "p", "r", "rr", "spo2", "gcs", "plt", "hb", "hgb", "wbc", "inr"})
"""Written against their number (`PLT45`) nothing else is called so."""
_PARTS = frozenset({"csf_neut_pct", "csf_lym", "pf_neut", "pf_lym"})
_A_CUBIC_METRE = re.compile(r"/[ ]?m[3³]$")
_BLOOD_ONLY = frozenset({"CBC", "COAG", "CARD", "ENDO", "ABG", "VITAL"})
_SHARED = frozenset({"wbc", "rbc", "ph"})
"""Counted or measured in other fluids as well."""


class NamedTest:
    """A named test, while its numbers are read."""

    def __init__(self, reading: Reading, mention: Mention, way: Lead) -> None:
        self._reading, self._mention, self._way = reading, mention, way
        written = mention.written
        self._as = _MATCHED_AS.get(written.lower(), written)
        self._specimen, self._carried = reading.specimens.of(mention.start, mention.end)
        self._bracket_unit: str | None = None
        if way.bracket is not None:
            inner = reading.folded.text[slice(*way.bracket)]
            if normalize_unit(inner) is not None and re.search(r"[/%^]", inner):
                self._bracket_unit = inner
        self._written = written

    @property
    def differential(self) -> bool:
        """It is counted as a part of the white cells."""
        key = self._match("%").analyte
        return key is not None and (self._reading.catalog[key].group in {"DIFF", "SMEAR"} or key in _PARTS)

    def fits(self, unit: str) -> bool:
        """Whether the unit can be that of a result, not of a dose."""
        if self._written in {"P", "R", "PR"}:
            return normalize_unit(unit) == "/min"
        matched = self._match(unit)
        if matched.analyte is not None and matched.certainty != "weak":
            return True
        return matched.analyte is not None and _VOLUMES.search(unit) is not None

    def sure(self, one: Quantity) -> bool:
        """Whether a name that its number follows at once is meant: `Hb78g/L`, `T38.4`, not `CK7`."""
        digits = self._reading.folded.text[slice(*one.number)]
        return one.unit is not None or "." in digits or self._written.lower() in _CLOSE_WITHOUT_UNIT

    def _is_rate(self, number: Decimal | None) -> bool:
        near = self._reading.folded.text[max(0, self._mention.start - 40) : self._mention.end + 40]
        lowest = _LOWEST_RATE.get(self._written)
        return (
            lowest is not None
            and number is not None
            and number >= lowest
            and number == int(number)
            and _SIGNS_NEAR.search(near) is not None
        )

    def found(self, one: Quantity, shared: tuple[int, int] | None) -> Found | None:
        """The result of one number; its unit may stand behind the last of several."""
        reading = self._reading
        span = one.unit or shared
        unit = reading.text[slice(*span)] if span is not None else self._bracket_unit
        number = reading.number(one)
        inferred = None
        key = self._key(unit)
        if unit is not None and (full := SHORTHAND.get(unit.lower().replace(" ", ""))) is not None:
            key, inferred = self._key(full), full
        elif unit is None and (key is None or not _unitless(reading.catalog[key].unit)):
            key, inferred = self._inferred(key, number, reading.folded.text[slice(*one.number)])
        if key is None or (one.second is not None and unit is None and _unitless(reading.catalog[key].unit)):
            return None
        start = min(self._mention.start, one.start)
        if one.arrow:
            start = one.start
        result = reading.result(
            name=reading.text[self._mention.start : self._mention.end],
            span=(start, one.end), one=one, unit=unit, as_name=self._as, specimen=self._used, inferred=inferred,
        )  # fmt: skip
        if unit is not None and _A_CUBIC_METRE.search(unit):
            result.unit = None  # a slip for cubic millimetres, and the number is not used
        return Found(result, (start, one.end), key)

    @property
    def _used(self) -> str | None:
        return None if self._carried else self._specimen

    def _key(self, unit: str | None) -> str | None:
        catalog = self._reading.catalog
        matched = self._match(unit).analyte
        if not self._carried or self._specimen is None or self._written.startswith("血"):
            return matched
        # Only an earlier sentence speaks of another fluid: what could be of either stays in the text.
        there = catalog.match(self._as, unit=unit, specimen=self._specimen).analyte
        if there == matched and self._specimen in {"arterial blood gas", "urine"}:
            return matched
        if matched is None or there is not None or matched in _SHARED or catalog[matched].group not in _BLOOD_ONLY:
            return None
        return matched

    def _match(self, unit: str | None) -> Match:
        catalog = self._reading.catalog
        names = [self._as, f"{self._as}+"] if self._as[-1:].isdigit() else [self._as]
        matched = Match(None, "none")
        for name in names:
            matched = catalog.match(name, unit=unit, specimen=self._used)
            if matched.analyte is not None:
                self._as = name
                break
        return matched

    def _inferred(self, key: str | None, number: Decimal | None, digits: str) -> tuple[str | None, str | None]:
        """The analyte and the one usual unit that the number can be in."""
        if self._written in {"P", "R", "PR"} or self._written.lower() in _NEEDS_UNIT:
            return (key, "/min") if self._is_rate(number) else (None, None)
        if number is None or (self._written in _ONLY_WITH_UNIT and "." not in digits):
            return key, None
        if key is not None:
            return key, only_unit(key, number)
        possible = [
            (other, window)
            for other, windows in WINDOWS.items()
            for window in windows
            if window.low <= number <= window.high
            and self._key(window.unit) == other
            and self._match(window.unit).certainty != "weak"
        ]
        return (possible[0][0], possible[0][1].unit) if len(possible) == 1 else (None, None)


def _unitless(unit: str) -> bool:
    return unit in {"1", "[pH]"} or unit.startswith("{")
