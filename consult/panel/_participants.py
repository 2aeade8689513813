"""Asking an outside model about a patient's images: nothing that names the patient goes with them."""

from __future__ import annotations

from collections.abc import Sequence

from consult.case import Case, attach
from consult.interop.participant import Context, Image, Participant, ParticipantRequest, ask
from consult.panel._library import Library
from consult.privacy import Gateway
from consult.settings import Settings

_OLDEST = 90
"""Ages above are told as this one: few are so old, and a place and an age would name them."""


def request_of(
    case: Case, *, kind: str, images: Sequence[Image], task: str | None, settings: Settings
) -> ParticipantRequest:
    """The question to a model: sex, age and a de-identified question beside the images."""
    age = case.patient.age_years
    context = Context(
        sex=case.patient.sex,
        age_years=None if age is None else min(age, _OLDEST),
        question=Gateway(case.identity).redact(" ".join(case.questions)),
    )
    return ParticipantRequest(kind=kind, task=task, language=settings.language, context=context, images=list(images))


def with_answer(
    case: Case,
    name: str,
    *,
    kind: str,
    images: Sequence[Image],
    task: str | None,
    participant: Participant | None,
    settings: Settings,
    library: Library,
) -> Case:
    """The case with what the model said, or with the gap that it left."""
    request = request_of(case, kind=kind, images=images, task=task, settings=settings)
    answer = ask(name, request, settings=settings.participants, participant=participant)
    return attach(case, answer, participants=settings.participants, catalog=library.catalog)
