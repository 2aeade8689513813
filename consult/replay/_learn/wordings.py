"""Doctors' and drafts' wordings without anybody's name and without a calendar; none where the gateway is not sure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from consult.case import Case
from consult.privacy import Detector, Doubt, Gateway, day_of, doubts, shareable, undated
from consult.review import Consultation, Store


class Deidentified:
    """One consultation as it may leave: its case, and what was written about it."""

    def __init__(
        self, store: Store, consultation: Consultation, *, signers: Iterable[str], detectors: Sequence[Detector]
    ) -> None:
        key = consultation.subject.key
        staff = {*signers, *(one.by for one in consultation.decisions if one.by)}
        self._case = consultation.case
        self._detectors = detectors
        self._staff = sorted(staff)
        self._known = store.replacements(key, consultation=consultation.id)
        self._identity = store.identity(key)
        self._gateway = self._opened(detect=True)
        self._newest = max((day for one in self._case.observations if (day := day_of(one.effective))), default=None)

    def said(self, text: str) -> str | None:
        """A wording on one line; None where something in it may still name somebody."""
        told = undated(self._gateway.redact(" ".join(text.split())), newest=self._newest, told=self._days)
        return None if self._doubted(Case(id="wording", history=told)) else told

    def case(self) -> Case:
        """The case as `consult case --deidentify` writes it, under `case-1`."""
        return shareable(self._gateway.redact_case(self._case), detectors=self._detectors)

    def doubts(self, case: Case) -> list[Doubt]:
        """What may still name somebody in it."""
        return self._doubted(case)

    def names_somebody(self, text: str) -> bool:
        """Whether a document holds what the message, or an earlier text, named somebody by, wherever it stands."""
        return bool(self._opened(detect=False).places(text))

    def _opened(self, *, detect: bool) -> Gateway:
        return Gateway(self._identity, names=self._staff, known=self._known, detect=detect, detectors=self._detectors)

    def _doubted(self, case: Case) -> list[Doubt]:
        return doubts(case, self._detectors)

    def _days(self, day: date) -> str:
        """`D-3`: three days before the newest result."""
        return "" if self._newest is None else f"D{(day - self._newest).days:+d}"
