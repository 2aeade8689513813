"""`[privacy]`: how carefully texts are searched for people before a model reads them."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

from consult.settings._table import Table


def _detector(value: str) -> str:
    """`value`, when it names a detector that there is."""
    if not re.fullmatch(r"presidio(?::[A-Za-z][\w.-]*)?", value):
        raise ValueError("must be 'presidio', or 'presidio:' and the name of a spaCy model")
    return value


class PrivacySettings(Table):
    """What the privacy gateway does beside its own recognisers."""

    strict: bool = False
    """True: where a text may still name somebody, no model is asked; the rules answer, and the plan says why."""
    detectors: tuple[Annotated[str, AfterValidator(_detector)], ...] = ()
    """Further detectors: `presidio`, or `presidio:<spaCy model>` (extra `presidio`)."""
