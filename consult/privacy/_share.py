"""A case that may be shown to others: nobody is named, no calendar is left, and it reads back to the same findings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from consult.case import Case
from consult.privacy._detect import Detector
from consult.privacy._gateway import Gateway
from consult.privacy._outward import Outward


def shareable(case: Case, *, newest: str | None = None, number: int = 1, detectors: Sequence[Detector] = ()) -> Case:
    """The case as a file for others.

    Names and numbers are placeholders; all dates are moved by the same number of days, so that the newest result is of
    1850-01-01 and intervals and times of day stay; ages from 90 on are 90; the subject is `patient-1`. Values, units,
    ranges, codes and the pointers into the original stay.

    Args:
        case: as it was read.
        newest: the time of its newest result; None: that is looked up in it.
        number: of the case in its file.
        detectors: further detectors, after our own.
    """
    clean = Gateway(case.identity, detectors=detectors).redact_case(case)
    latest = newest or max((one.effective for one in case.observations if one.effective), default=None)
    told: dict[str, Any] = Outward(clean, latest).case
    for name, items in told.items():
        if isinstance(items, list) and name not in {"questions", "quality"}:
            for given, item in zip(getattr(clean, name), items, strict=True):
                item["source"] = given.source
    return Case.model_validate({**told, "id": f"case-{number}", "subject": f"patient-{number}"})
