"""What is done with a draft: reported, decided on, signed, and asked what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from consult.clinic import assess
from consult.panel._desk import desk_of_code
from consult.panel._lab_report import LabReport, lab_report
from consult.panel._library import Library
from consult.panel._opening import test_analytes
from consult.plan import Language
from consult.review import Consultation, Decision, FollowUp, Review, Signer, Store, load_signer, sign
from consult.review._clock import Clock


class Reviewing:
    """Reports, decisions, signatures and follow-ups; a part of `Panel`."""

    library: Library
    store: Store
    _clock: Clock

    def report(self, identifier: str, *, language: Language | None = None) -> LabReport:
        """The interpretive laboratory report, drafted from the findings of code alone, in either language.

        Raises:
            NotFound: there is no such consultation.
        """
        library, stored = self.library, self.store.get(self.store.resolve(identifier))
        chosen = language or stored.language
        assessment = assess(stored.case, catalog=library.catalog, book=library.book, lang=chosen)
        desk = desk_of_code(stored.case, assessment, library=library, language=chosen, consultation=stored.id)
        return lab_report(desk, stored)

    def review(self, identifier: str, decisions: Sequence[Mapping[str, Any] | Decision], reviewer: str) -> Consultation:
        """Record a doctor's decisions on items; all of them or, when one is not allowed, none.

        Raises:
            ReviewError: an unknown item, a decision that the item does not allow, or a missing text or reason.
        """
        return Review(self.store, self._clock).decide(self.store.resolve(identifier), decisions, reviewer)

    def sign(self, identifier: str, signer: Signer | Path | str, *, stale_reason: str | None = None) -> Consultation:
        """Sign exactly what was decided; every item must be decided and every alert acknowledged.

        Args:
            identifier: the consultation.
            signer: a key of any kind, or the path of a key file in clear; `load_signer` reads an encrypted one.
            stale_reason: why it is signed although results came that it has not seen; needed then.

        Raises:
            ReviewError: something is undecided, results came and no reason is given, or the key is not trusted here.
            SigningError: a key that is kept elsewhere could not be used; nothing is signed.
        """
        key = load_signer(Path(signer)) if isinstance(signer, Path | str) else signer
        resolved = self.store.resolve(identifier)
        return sign(self.store, resolved, key, stale_reason=stale_reason, clock=self._clock)

    def follow_ups(self, subject_key: str) -> list[FollowUp]:
        """What the patient's open and signed plans ask for, with the results that answered it.

        Args:
            subject_key: local key of the patient (`Consultation.subject.key`).
        """
        return list(self.store.follow_ups(subject_key, tests=test_analytes(self.library.concepts)))
