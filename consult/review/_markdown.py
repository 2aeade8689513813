"""A consultation to read on paper: the plan with what was decided on each item and who signed."""

from __future__ import annotations

from consult.errors import ReviewError
from consult.plan import Language, render_markdown
from consult.plan._markdown import escape
from consult.review._consultation import Consultation, Decision, DecisionKind, Signature
from consult.review._jws import header_of
from consult.review._labels import generated_label, usage_line
from consult.review._signing import stale_reason
from consult.review._state import review_state

DECIDED: dict[Language, dict[DecisionKind, str]] = {
    "en": {"accept": "accepted", "edit": "edited", "reject": "rejected", "acknowledge": "acknowledged"},
    "zh": {"accept": "采纳", "edit": "修改", "reject": "否决", "acknowledge": "已知晓"},
}
_STALE: dict[Language, str] = {
    "en": "signed although results had come that the plan has not seen, because",
    "zh": "签署时已有本方案未纳入的新结果，理由",
}


def export_markdown(consultation: Consultation) -> str:
    """The plan as Markdown, marked as a draft unless it is signed. For people: only the JSON export can be verified.

    Raises:
        ReviewError: there is no plan yet.
    """
    if consultation.plan is None:
        raise ReviewError(f"consultation {consultation.id!r} is {consultation.status}: there is no plan to export")
    language = consultation.language
    decided = review_state(consultation)
    text = render_markdown(
        consultation.plan,
        case=consultation.case,
        identifier=consultation.id,
        status=consultation.status,
        decisions={item: _line(one, language) for item, one in decided.items() if one is not None},
        signers=[_signer(signature, language) for signature in consultation.signatures],
    )
    return _labelled(text, generated_label(consultation.plan), usage_line(consultation.usage, language))


def _labelled(text: str, generated: str | None, usage: str | None) -> str:
    """With who drafted it below the title, and what that cost at the end."""
    title, rest = text.split("\n\n", 1)
    above = [title] if generated is None else [title, f"**{escape(generated)}**"]
    below = [] if usage is None else ["---", escape(usage)]
    return "\n\n".join([*above, rest.rstrip("\n"), *below]) + "\n"


def _line(decision: Decision, language: Language) -> str:
    words = [f"{DECIDED[language][decision.decision]}: {decision.by}, {decision.at[:19]}Z"]
    words += [text.strip() for text in (decision.text, decision.reason) if text is not None and text.strip()]
    return " — ".join(words)


def _signer(signature: Signature, language: Language) -> str:
    header = header_of(signature.model_dump())
    reason = stale_reason(signature)
    why = "" if reason is None else f" — {_STALE[language]}: {reason}"
    return f"{header['signer']}, {header['iat'][:19]}Z ({header['kid']}){why}"
