"""Names and numbers back into what a reviewer sees; nothing of it is stored or exported."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import JsonValue

    from consult.review import Consultation, Store


def for_reviewer(store: Store, consultation: Consultation) -> Consultation:
    """A copy in which the placeholders of the text (`[name-1]`) are what they stand for, as far as this home knows."""
    from consult.privacy import Gateway

    known = store.replacements(consultation.subject.key, consultation=consultation.id)
    if not known:
        return consultation
    document = _each(consultation.to_json(), Gateway(None, known=known).restore)
    return type(consultation).model_validate(document)


def restorer(store: Store, consultation: Consultation) -> Callable[[str], str]:
    """Puts the meaning of placeholders back into any text that belongs to this consultation."""
    from consult.privacy import Gateway

    known = store.replacements(consultation.subject.key, consultation=consultation.id)
    return Gateway(None, known=known).restore


def _each(value: JsonValue, change: Callable[[str], str]) -> JsonValue:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_each(item, change) for item in value]
    if isinstance(value, dict):
        return {key: _each(item, change) for key, item in value.items()}
    return value
