"""Fields of HL7 v2 that several segments share: codings, names, units, statuses."""

from __future__ import annotations

import re

from consult.case._draft import Named
from consult.case._model import Coding, ObservationStatus
from consult.case._text import clean
from consult.interop.hl7v2 import Segment

_RESULT_STATUS: dict[str, ObservationStatus] = {
    "F": "final",
    "U": "final",
    "V": "final",
    "P": "preliminary",
    "S": "preliminary",
    "C": "corrected",
    "A": "amended",
    "B": "amended",
    "X": "cancelled",
    "D": "entered-in-error",
    "W": "entered-in-error",
    "I": "registered",
    "O": "registered",
    "R": "registered",
    "N": "unknown",
}
"""HL7 table 0085 (OBX-11)."""
_ORDER_STATUS: dict[str, ObservationStatus] = {
    "F": "final",
    "C": "corrected",
    "P": "preliminary",
    "A": "preliminary",
    "R": "preliminary",
    "I": "registered",
    "O": "registered",
    "S": "registered",
    "X": "cancelled",
}
"""HL7 table 0123 (OBR-25)."""
_SYSTEMS = frozenset({"LN", "LOINC", "L", "SCT", "SNOMED", "I9C", "I10", "I10C", "PLT", "CDCREC", "UCUM"})
_POWER = re.compile(r"[x×X*]?\s?10", re.ASCII)
_EXPONENT = re.compile(r"\d{1,2}\s*/.+")


def result_status(text: str) -> ObservationStatus | None:
    """OBX-11; null when empty or of no table."""
    return _RESULT_STATUS.get(text.strip().upper())


def order_status(text: str) -> ObservationStatus | None:
    """OBR-25; null when empty or of no table."""
    return _ORDER_STATUS.get(text.strip().upper())


def codings(segment: Segment, field: int) -> tuple[tuple[Named, ...], bool]:
    """The codings of a CE or CWE field with their names, first one first; and whether its parts were misplaced."""
    parts = (segment.components(field) + [""] * 9)[:9]
    if parts[1].upper() in _SYSTEMS and parts[2].upper() not in _SYSTEMS:
        return _misplaced(parts), True
    code, text, system, code2, text2, system2, original = *parts[:6], parts[8]
    found = []
    if code or text:
        name = clean(text or original or text2 or code)
        found.append(Named(name, Coding(system=system, code=code) if code else None))
    if code2 or text2:
        found.append(Named(clean(text2 or code2), Coding(system=system2, code=code2) if code2 else None))
    if original and original not in {text, text2}:
        found.append(Named(clean(original)))
    return tuple(found), False


def _misplaced(parts: list[str]) -> tuple[Named, ...]:
    """`94558-4^LN^94558-4^name^L`: the system came before the name."""
    words = [part for part in parts[2:] if part and part != parts[0] and part.upper() not in _SYSTEMS]
    name = max(words, key=len) if words else parts[0]
    return (Named(clean(name), Coding(system=parts[1], code=parts[0])),)


def name_of(segment: Segment, field: int) -> str | None:
    """The text of a CE or CWE field: its first name, else its code; null when the field is empty."""
    found, _ = codings(segment, field)
    return found[0].name if found and found[0].name else None


def coding_of(segment: Segment, field: int) -> Coding | None:
    """The first coding of a CE or CWE field."""
    found, _ = codings(segment, field)
    return next((named.coding for named in found if named.coding is not None), None)


def unit_of(segment: Segment) -> tuple[str | None, str | None]:
    """OBX-6 as sent and as readable text: the identifier, else its name.

    `10^9/L` sent without escaping the component separator is put together again.
    """
    raw = segment.raw(6)
    if not raw:
        return None, None
    separator = segment.separators.component
    pieces = raw.split(segment.separators.repetition)[0].split(separator)
    if len(pieces) > 1 and _POWER.fullmatch(pieces[0].strip()) and _EXPONENT.fullmatch(pieces[1].strip()):
        whole = separator.join(pieces[:2])
        return whole, f"{pieces[0].strip()}^{segment.plain(pieces[1]).strip()}"
    sent = pieces[0] if pieces[0].strip() else (pieces[1] if len(pieces) > 1 else "")
    return (sent, clean(segment.plain(sent))) if sent.strip() else (None, None)
