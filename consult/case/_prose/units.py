"""The unit of a number that was written without one, where only one usual unit is possible.

The windows are ours: what numbers reports hold in each of the units that are usual for a test, wide enough for the
sickest patient. Where the windows of two units overlap the number is ambiguous and stays without a unit.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple


class Window(NamedTuple):
    """Numbers that a test can show in one unit."""

    unit: str
    low: Decimal
    high: Decimal


_COUNT = "10*9/L 0.1 99; /uL 100 900000"
_ENZYME = "U/L 1 60000"
_TABLE = {
    "wbc": _COUNT,
    "neut": "10*9/L 0 80; /uL 81 200000",
    "lymph": "10*9/L 0.1 80; /uL 81 200000",
    "plt": "10*9/L 1 2999; /uL 3000 4000000",
    "rbc": "10*12/L 0.5 10",
    "hgb": "g/L 26 260; g/dL 1.5 25",
    "hct": "% 5 80; L/L 0.05 0.8",
    "mcv": "fL 45 160",
    "mch": "pg 10 60",
    "mchc": "g/L 150 450; g/dL 15 45",
    "na": "mmol/L 90 210",
    "k": "mmol/L 1 15",
    "cl": "mmol/L 50 170",
    "hco3": "mmol/L 2 70",
    "ca": "mmol/L 0.5 4.5; mg/dL 3 25",
    "mg": "mmol/L 0.2 5; mg/dL 0.5 12",
    "phos": "mmol/L 0.1 6; mg/dL 0.3 20",
    "crea": "umol/L 20 4000; mg/dL 0.1 30",
    "urea": "mmol/L 0.5 100; mg/dL{BUN} 1 300",
    "glu": "mmol/L 0.5 80; mg/dL 5 1500",
    "alb": "g/L 8 70; g/dL 0.8 7",
    "tp": "g/L 20 180; g/dL 2 18",
    "tbil": "umol/L 1 900; mg/dL 0.1 55",
    "dbil": "umol/L 0.5 700; mg/dL 0.1 40",
    "lactate": "mmol/L 0.2 35; mg/dL 4.5 300",
    "alt": _ENZYME,
    "ast": _ENZYME,
    "alp": _ENZYME,
    "ggt": _ENZYME,
    "ldh": _ENZYME,
    "ck": "U/L 5 900000",
    "amy": _ENZYME,
    "lipase": _ENZYME,
    "crp": "mg/L 0.1 700; mg/dL 0.1 70",
    "esr": "mm/h 0 180",
    "ferritin": "ug/L 1 200000",
    "fib": "g/L 0.2 15; mg/dL 20 1500",
    "pt": "s 6 200",
    "pt_act": "% 5 150",
    "aptt": "s 12 300",
    "tt": "s 8 300",
    "inr": "{INR} 0.5 25",
    "hco3a": "mmol/L 2 70",
    "ph": "[pH] 6.5 8",
    "paco2": "mm[Hg] 8 200; kPa 1 27",
    "pao2": "mm[Hg] 15 650; kPa 2 87",
    "be": "mmol/L -45 45",
    "sao2": "% 20 100",
    "hba1c": "% 3 20; mmol/mol 10 200",
    "tsh": "m[IU]/L 0.001 500",
    "spo2": "% 30 100",
    "fio2": "% 21 100; 1 0.21 1",
    "temp": "Cel 25 45; [degF] 77 113",
    "hr": "/min 10 350",
    "rr": "/min 3 120",
    "sbp": "mm[Hg] 41 320; kPa 4 40",
    "dbp": "mm[Hg] 21 220; kPa 2 20",
    "map": "mm[Hg] 20 250",
    "bmi": "kg/m2 8 100",
    "weight": "kg 0.3 400",
    "height": "cm 25 250; m 0.25 2.5",
}


def _windows(text: str) -> tuple[Window, ...]:
    parts = (part.split() for part in text.split(";"))
    return tuple(Window(unit, Decimal(low), Decimal(high)) for unit, low, high in parts)


WINDOWS: Mapping[str, tuple[Window, ...]] = {key: _windows(text) for key, text in _TABLE.items()}
"""By analyte, its usual units."""


def only_unit(analyte: str, number: Decimal) -> str | None:
    """The only usual unit in which a result of the analyte can be this number, or None."""
    found = [window.unit for window in WINDOWS.get(analyte, ()) if window.low <= number <= window.high]
    return found[0] if len(found) == 1 else None
