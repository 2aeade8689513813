"""The one gateway outwards: what leaves for a model, an embedding service or a log passes here."""

from consult.privacy._dates import OLDEST, UNTOLD, day_of, undated
from consult.privacy._detect import SURE, Detector, Found
from consult.privacy._doubts import Doubt, doubts
from consult.privacy._gateway import PLACEHOLDER, Gateway
from consult.privacy._logging import RedactingFilter
from consult.privacy._outward import Outward
from consult.privacy._patterns import resident_id
from consult.privacy._presidio import load_detectors
from consult.privacy._share import shareable

__all__ = [
    "OLDEST",
    "PLACEHOLDER",
    "SURE",
    "UNTOLD",
    "Detector",
    "Doubt",
    "Found",
    "Gateway",
    "Outward",
    "RedactingFilter",
    "day_of",
    "doubts",
    "load_detectors",
    "resident_id",
    "shareable",
    "undated",
]
