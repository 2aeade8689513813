"""Opening the record of a consultation: identifiers leave the case here, and earlier consultations hear of it."""

from __future__ import annotations

from consult.case import Case
from consult.concepts import Concepts
from consult.errors import ReviewError
from consult.panel._library import Library
from consult.plan import Language
from consult.privacy import Gateway, load_detectors
from consult.review import Consultation, Provenance, Store, merged_case, says_the_same
from consult.settings import Settings

_ASKED = frozenset({"test", "monitoring"})


def open_record(
    case: Case,
    *,
    store: Store,
    library: Library,
    settings: Settings,
    provenance: Provenance,
    language: Language,
    engine: str,
    revises: str | None = None,
) -> Consultation:
    """Store the de-identified case as a new consultation, and mark those that have not seen its results.

    Args:
        case: as it was read.
        store: where it is stored.
        library: the analytes, and which concept is which test.
        settings: the site's.
        provenance: of the run.
        language: of the plan.
        engine: `rules`, or the names of the models.
        revises: the consultation whose next revision this is: its case with what `case` adds to it and changes in it.

    Raises:
        NotFound, ReviewError: as `Store.create`; or `case` holds nothing that `revises` has not seen.
    """
    subject = store.subject_for(case.identity, case.subject)
    old = None if revises is None else store.get(store.resolve(revises))
    known = {} if old is None else store.replacements(subject.key, consultation=old.id)
    gateway = Gateway(case.identity, known=known, detectors=load_detectors(settings.privacy.detectors))
    news = gateway.redact_case(case).model_copy(update={"subject": subject.key})
    opened = store.create(
        news if old is None else _merged(old, news),
        subject=subject,
        provenance=provenance,
        language=language,
        engine=engine,
        revises=None if old is None else old.id,
    )
    store.note_later_results(subject.key, news, tests=test_analytes(library.concepts), source=opened.id)
    store.remember(subject.key, case.identity, gateway.replacements, consultation=opened.id)
    return opened


def test_analytes(concepts: Concepts) -> dict[str, str]:
    """Concept ids of tests and checks to the analyte that answers them, where it is one that we know."""
    return {one.id: one.analyte for one in concepts.values() if one.kind in _ASKED and one.analyte is not None}


def _merged(old: Consultation, news: Case) -> Case:
    merged = merged_case(old.case, news)
    if says_the_same(merged, old.case):
        raise ReviewError(f"the input holds nothing that consultation {old.id!r} has not seen")
    return merged
