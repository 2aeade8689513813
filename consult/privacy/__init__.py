"""The one gateway outwards: what leaves for a model, an embedding service or a log passes here."""

from consult.privacy._gateway import Gateway
from consult.privacy._logging import RedactingFilter
from consult.privacy._patterns import resident_id

__all__ = ["Gateway", "RedactingFilter", "resident_id"]
