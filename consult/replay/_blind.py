"""The case as it is put to the arm `blind`: what is asked and of whom, and nothing that answers it."""

from __future__ import annotations

from consult.case import Case

_KEPT = frozenset({"id", "subject", "patient", "questions", "identity"})


def blinded(case: Case) -> Case:
    """The case with sex, age and questions alone: what a plan still gets right it knows or guesses, and does not find.

    Args:
        case: as it was read; it is not changed.
    """
    gone = {name: type(getattr(case, name))() for name in type(case).model_fields if name not in _KEPT}
    return case.model_copy(update=gone)
