"""What came after a consultation was drafted: changed results, answered items, what was decided before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rich.text import Text

from consult.cli._common import plain
from consult.cli._tables import when
from consult.plan import Language
from consult.review import stale_reason

if TYPE_CHECKING:
    from rich.console import Console

    from consult.review import ChangeKind, Consultation, FollowUp, LaterResults, Store, Suggestion

_KIND: dict[Language, dict[ChangeKind, str]] = {
    "en": {
        "corrected": "corrected", "withdrawn": "withdrawn", "unit": "unit changed", "finalised": "now final",
        "new": "new", "other-specimen": "new, another specimen", "earlier": "earlier, for comparison",
    },
    "zh": {
        "corrected": "更正", "withdrawn": "撤回", "unit": "单位变更", "finalised": "已成为最终结果",
        "new": "新结果", "other-specimen": "新结果，另一种标本", "earlier": "较早结果，供对比",
    },
}  # fmt: skip
_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "later": "Results that this plan has not seen ({at})",
        "absent": "none",
        "touches": "touches {items}",
        "revise": "A new revision takes them in: consult run FILE --revises {id} (FILE: the message with them)",
        "reason": "Or sign it all the same, with the reason: consult sign {id} --key KEY --stale-reason \"…\"",
        "answered": "Answered since",
        "suggested": "Decided on the revision before ({id}); nothing of it counts until it is decided again",
        "holds": "its results are unchanged",
        "touched": "its results have changed since",
        "signed": "Signed knowing of later results, because: {why}",
    },
    "zh": {
        "later": "本方案未纳入的结果（{at}）",
        "absent": "无",
        "touches": "涉及{items}",
        "revise": "将其纳入新修订版：consult run FILE --revises {id}（FILE为含新结果的报文）",
        "reason": "或说明理由后仍然签署：consult sign {id} --key KEY --stale-reason \"…\"",
        "answered": "此后已有结果",
        "suggested": "上一修订版（{id}）的决定；须重新决定，此前均不生效",
        "holds": "所依据的结果未变",
        "touched": "所依据的结果已变",
        "signed": "知悉后来的结果后仍签署，理由：{why}",
    },
}  # fmt: skip
_DECIDED: dict[Language, dict[str, str]] = {
    "en": {"accept": "accepted", "edit": "edited", "reject": "rejected", "acknowledge": "acknowledged"},
    "zh": {"accept": "采纳", "edit": "修改", "reject": "否决", "acknowledge": "已知晓"},
}


@dataclass(frozen=True, slots=True)
class Later:
    """What the store knows beside the document."""

    results: Sequence[LaterResults]
    follow_ups: Sequence[FollowUp]
    suggestions: Sequence[Suggestion]

    @classmethod
    def of(cls, store: Store, consultation: Consultation) -> Later:
        """Of one consultation; follow-ups are its own."""
        asked = store.follow_ups(consultation.subject.key)
        mine = [one for one in asked if one.consultation == consultation.id]
        return cls(store.later_results(consultation.id), mine, store.suggestions(consultation.id))

    def to_json(self) -> dict[str, object]:
        """Beside the document, only what there is: `stale`, `later_results`, `follow_ups`, `suggestions`."""
        found: dict[str, object] = {
            "stale": bool(self.results),
            "later_results": [one.model_dump(mode="json") for one in self.results],
            "follow_ups": [one.model_dump(mode="json") for one in self.follow_ups if one.answer is not None],
            "suggestions": [one.model_dump(mode="json") for one in self.suggestions],
        }
        return {key: value for key, value in found.items() if value}

    def restored(self, restore: Callable[[str], str]) -> Later:
        """For the reviewer's screen: placeholders in names and texts are what they stand for."""
        results = [
            one.model_copy(
                update={
                    "changes": [
                        change.model_copy(
                            update={
                                "name": restore(change.name),
                                "before": None if change.before is None else restore(change.before),
                                "after": None if change.after is None else restore(change.after),
                            }
                        )
                        for change in one.changes
                    ]
                }
            )
            for one in self.results
        ]
        return replace(self, results=results)


def show_later(console: Console, consultation: Consultation, later: Later) -> None:
    """Changed results with both values, then answered items, then earlier decisions; nothing where there is nothing."""
    words = _WORDS[consultation.language]
    for one in later.results:
        _line(console, words["later"].format(at=when(one.at)), "bold yellow")
        for change in one.changes:
            before, after = (plain(text) or words["absent"] for text in (change.before, change.after))
            kind = _KIND[consultation.language][change.kind]
            items = words["touches"].format(items=", ".join(change.items)) if change.items else ""
            parts = [
                change.fact or "",
                plain(change.name, 80),
                f"{before} → {after}",
                when(change.effective),
                kind,
                items,
            ]
            _line(console, "  ".join(part for part in parts if part), "yellow", indent=3)
    if later.results and consultation.superseded_by is None:
        _line(console, words["revise"].format(id=consultation.id), "", indent=3)
        if consultation.status != "signed":
            _line(console, words["reason"].format(id=consultation.id), "", indent=3)
    for signature in consultation.signatures:
        reason = stale_reason(signature)
        if reason is not None:
            _line(console, words["signed"].format(why=plain(reason, 500)), "bold yellow")
    _answered(console, consultation.language, later.follow_ups)
    show_suggestions(console, consultation.language, later.suggestions)


def _answered(console: Console, language: Language, follow_ups: Sequence[FollowUp]) -> None:
    closed = [one for one in follow_ups if one.answer is not None]
    if closed:
        _line(console, _WORDS[language]["answered"], "bold green")
    for one in closed:
        answer = one.answer
        if answer is not None:
            where = " ".join(part for part in (answer.consultation, answer.fact) if part)
            result = f"{plain(answer.name, 80)} {plain(answer.value)}  {when(answer.effective)}"
            said = f"{one.item}  {plain(one.name)}: {result}"
            _line(console, f"{said}  [{where}]" if where else said, "green", indent=3)


def show_suggestions(console: Console, language: Language, suggestions: Sequence[Suggestion]) -> None:
    """What was decided on the revision before."""
    words = _WORDS[language]
    if suggestions:
        _line(console, words["suggested"].format(id=suggestions[0].consultation), "bold")
    for one in suggestions:
        said = " ".join(plain(text, 500) for text in (one.text, one.reason) if text)
        done = f"{_DECIDED[language][one.decision]} · {plain(one.by, 120)} · {when(one.at)}"
        still = words["holds"] if one.holds else words["touched"]
        _line(console, f"{one.item} ({one.was})  {done}  {said}".rstrip() + f"  ({still})", "dim", indent=3)


def _line(console: Console, text: str, style: str, indent: int = 0) -> None:
    from rich.padding import Padding

    console.print(Padding(Text(text, style=style), (0, 0, 0, indent)))
