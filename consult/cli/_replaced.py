"""What the privacy gateway replaced in a stored case: kinds and counts, and for the reviewer what they stood for."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from consult.cli._common import plain

if TYPE_CHECKING:
    from rich.console import Console

    from consult.review import Consultation, Store


def counted(consultation: Consultation) -> Counter[str]:
    """How often each placeholder stands in the case."""
    from consult.privacy import PLACEHOLDER

    text = json.dumps(consultation.to_json()["case"], ensure_ascii=False)
    return Counter(match.group() for match in PLACEHOLDER.finditer(text))


def replaced_json(store: Store, consultation: Consultation) -> dict[str, Any]:
    """`{"replaced": [{"placeholder", "kind", "times", "stands_for"}, …]}`; null where this home does not know."""
    known = store.replacements(consultation.subject.key, consultation=consultation.id)
    return {
        "replaced": [
            {"placeholder": name, "kind": _kind(name), "times": times, "stands_for": known.get(name)}
            for name, times in sorted(counted(consultation).items())
        ]
    }


def show_replaced(screen: Console, store: Store, consultation: Consultation) -> None:
    """One line: how many names, numbers and places no model reads; nothing where none was replaced."""
    kinds = Counter(_kind(name) for name in counted(consultation))
    if kinds:
        listed = ", ".join(f"{kind} {number}" for kind, number in sorted(kinds.items()))
        screen.print(
            f"Replaced before anything leaves: {listed} (consult show {consultation.id} --replaced)", markup=False
        )


def show_replacements(screen: Console, store: Store, consultation: Consultation) -> None:
    """Each placeholder with how often it stands in the case, and what it stood for."""
    for one in replaced_json(store, consultation)["replaced"]:
        meaning = "?" if one["stands_for"] is None else plain(one["stands_for"], 80)
        screen.print(f"{one['placeholder']}  {one['times']} x  {meaning}", markup=False, highlight=False)


def _kind(placeholder: str) -> str:
    return placeholder[1:].rpartition("-")[0]
