"""A plan as its judge reads it: what a doctor sees, without who or what wrote it."""

from __future__ import annotations

import hashlib
from typing import Any

from consult.case import Case
from consult.panel._fence import neutralise
from consult.plan import Plan, phrase, render_markdown

_LEFT_OUT: dict[str, Any] = {"facts": [], "passages": [], "citations": [], "by": "", "engine": ""}
"""Ids say nothing to a reader without the case; a judge that knows which model wrote a plan may favour its own."""
_MADE_WITH = ("warning.rules", "warning.switched_off")
"""Warnings that tell of the engine and its settings, not of the patient."""


def plan_text(plan: Plan) -> str:
    """The text that is judged and that quotations must stand in; the same plan gives the same text."""
    document = _blinded(plan.model_dump(mode="json"))
    made = tuple(phrase(key, plan.language, listed="\0").partition("\0")[0] for key in _MADE_WITH)
    document["warnings"] = [said for said in plan.warnings if not said.startswith(made)]
    document["gaps"] = [{**gap, "reason": "…"} for gap in document["gaps"]]  # the reason names models
    blind = Plan.model_validate(document)
    return shown(render_markdown(blind, case=Case(id="case"), identifier="", status="draft"))


def shown(text: str) -> str:
    """A text as it stands in the judge's prompt: line by line, and unable to leave its marks."""
    return "\n".join(f"{line[: len(line) - len(line.lstrip())]}{neutralise(line)}" for line in text.splitlines())


def text_hash(text: str) -> str:
    """SHA-256, hex."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _blinded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _LEFT_OUT[key] if key in _LEFT_OUT else _blinded(item) for key, item in value.items()}
    return [_blinded(item) for item in value] if isinstance(value, list) else value
