"""What differs between two plans of one case, item by item, in the language of the plans."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeVar

from consult.plan import Alert, Language, Problem, Recommendation, Statement, phrase
from consult.replay._compare import Comparison
from consult.replay._pairing import RowPair
from consult.replay._results import read_document
from consult.replay._words import Piece, text_diffs
from consult.review import Consultation
from consult.storage import Sealer

Part = Literal["alert", "problem", "recommendation", "missing", "conflict", "gap"]
Key = TypeVar("Key", bound=Hashable)
Item = TypeVar("Item")

_SAYS: dict[str, tuple[str, str]] = {
    "moved": ("moved from {a} to {b}", "由第{a}位移至第{b}位"),
    "below": ("now below the line: unsupported", "现列于线下：无依据支持"),
    "above": ("no longer below the line", "不再列于线下"),
    "joined": ("now also said by {who}", "新增意见方：{who}"),
    "left": ("no longer said by {who}", "不再由{who}提出"),
    "dissent": ("dissenting positions: {a} → {b}", "不同意见：{a} → {b}"),
    "new": ("new", "新增"),
    "gone": ("gone", "已去除"),
    "changed": ("changed", "有变化"),
    "alert": ("alert", "警报"),
    "problem": ("problem", "问题"),
    "recommendation": ("to consider", "建议考虑"),
    "missing": ("missing information", "缺失信息"),
    "conflict": ("differing opinions", "意见不一致"),
    "gap": ("no answer", "未作答"),
    "none": ("the plans are the same", "两份方案相同"),
    "languages": ("the plans are in different languages: sentences are not compared", "两份方案语言不同，未比较文句"),
    "no-plan": ("no plan on one side", "一方没有方案"),
}


def says(key: str, language: Language, **values: object) -> str:
    """A word of a diff in a language."""
    return _SAYS[key][0 if language == "en" else 1].format(**values)


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a plan that is not the same in the other."""

    part: Part
    name: str
    change: Literal["new", "gone", "changed"]
    notes: list[str]
    """What became of it, in the language of the plan: place, likelihood, urgency, who says it."""
    statements: list[list[Piece]]
    """Its sentences that differ, with what they cite; those that are equal are not here."""


@dataclass(frozen=True, slots=True)
class PlanDiff:
    """Two plans of one case, as far as they differ."""

    language: Language
    entries: list[Entry]
    remark: str = ""
    """What hinders the comparison; empty mostly."""

    def as_json(self) -> dict[str, Any]:
        """JSON types; sentences as lists of `{text, mark}`."""
        return asdict(self)


def plan_diff(comparison: Comparison, pair: RowPair, sealer: Sealer) -> PlanDiff:
    """What differs in the plans of one pair, read from the folders of both sides.

    Args:
        comparison: whose pair it is.
        pair: of which a side that failed has no plan.
        sealer: that opens what an encrypted home wrote.

    Raises:
        UsageError: a consultation is not there or cannot be read.
    """
    if pair.failed:
        language: Language = "zh" if "zh" in {pair.a.language, pair.b.language} else "en"
        return PlanDiff(language, [], says("no-plan", language))
    before = read_document(comparison.a.folder, pair.a, sealer)
    return diff_plans(before, read_document(comparison.b.folder, pair.b, sealer))


def diff_plans(before: Consultation, after: Consultation) -> PlanDiff:
    """What the second plan has otherwise than the first: dangers first, in the order of a plan."""
    old, new = before.plan, after.plan
    if old is None or new is None:
        return PlanDiff(after.language, [], says("no-plan", after.language))
    differ = _Differ(new.language, {**old.specialties, **new.specialties}, texts=old.language == new.language)
    entries = [
        *differ.alerts(_alerts(before), _alerts(after)),
        *differ.problems({one.concept: one for one in old.problems}, {one.concept: one for one in new.problems}),
        *differ.recommendations(_recommendations(old.recommendations), _recommendations(new.recommendations)),
        *differ.names(
            "conflict", {c.concept: c.name for c in old.conflicts}, {c.concept: c.name for c in new.conflicts}
        ),
        *differ.names("missing", {m.what: m.name for m in old.missing}, {m.what: m.name for m in new.missing}),
        *differ.names(
            "gap", {g.specialty: g.specialty for g in old.gaps}, {g.specialty: g.specialty for g in new.gaps}
        ),
    ]
    return PlanDiff(new.language, entries, "" if differ.texts else says("languages", new.language))


class _Differ:
    """Compares the items of two plans."""

    def __init__(self, language: Language, specialties: Mapping[str, str], *, texts: bool) -> None:
        self.language = language
        self.specialties = specialties
        self.texts = texts

    def alerts(self, old: Mapping[tuple[str, int], Alert], new: Mapping[tuple[str, int], Alert]) -> list[Entry]:
        found = []
        for key in _in_order(old, new):
            statements = [[alert.statement] if (alert := side.get(key)) else [] for side in (old, new)]
            found += self.entry("alert", key[0], key in old, key in new, [], statements)
        return found

    def problems(self, old: Mapping[str, Problem], new: Mapping[str, Problem]) -> list[Entry]:
        shifted = moved(list(old), list(new))
        found = []
        for concept in _in_order(old, new):
            a, b = old.get(concept), new.get(concept)
            notes = self.problem_notes(a, b, shifted.get(concept)) if a and b else [self.grade(a or b)]
            statements = [side.statements if side else [] for side in (a, b)]
            found += self.entry("problem", _name(a, b), a is not None, b is not None, notes, statements)
        return found

    def problem_notes(self, a: Problem, b: Problem, moved: tuple[int, int] | None) -> list[str]:
        notes = [says("moved", self.language, a=moved[0], b=moved[1])] if moved else []
        notes += self.arrow(a.likelihood, b.likelihood) + self.arrow(a.severity, b.severity)
        if len(a.dissent) != len(b.dissent):
            notes.append(says("dissent", self.language, a=len(a.dissent), b=len(b.dissent)))
        return notes + self.standing(a, b)

    def recommendations(
        self, old: Mapping[tuple[str, bool, int], Recommendation], new: Mapping[tuple[str, bool, int], Recommendation]
    ) -> list[Entry]:
        shifted = moved(list(old), list(new))
        found = []
        for key in _in_order(old, new):
            a, b = old.get(key), new.get(key)
            notes = self.recommendation_notes(a, b, shifted.get(key)) if a and b else [self.grade(a or b)]
            statements = [[side.statement, *side.further] if side else [] for side in (a, b)]
            found += self.entry("recommendation", _name(a, b), a is not None, b is not None, notes, statements)
        return found

    def recommendation_notes(self, a: Recommendation, b: Recommendation, moved: tuple[int, int] | None) -> list[str]:
        notes = [says("moved", self.language, a=moved[0], b=moved[1])] if moved else []
        return notes + self.arrow(a.kind, b.kind) + self.arrow(a.urgency, b.urgency) + self.standing(a, b)

    def names(self, part: Part, old: Mapping[str, str], new: Mapping[str, str]) -> list[Entry]:
        gone = [Entry(part, self.called(old[key]), "gone", [], []) for key in old if key not in new]
        return gone + [Entry(part, self.called(new[key]), "new", [], []) for key in new if key not in old]

    def entry(
        self, part: Part, name: str, was: bool, there: bool, notes: list[str], statements: Sequence[Sequence[Statement]]
    ) -> list[Entry]:
        """None where nothing differs."""
        differing = text_diffs(*([self.written(one) for one in side] for side in statements)) if self.texts else []
        if was and there:
            return [Entry(part, name, "changed", notes, differing)] if notes or differing else []
        return [Entry(part, name, "new" if there else "gone", notes, differing)]

    def written(self, statement: Statement) -> str:
        """A sentence as a reviewer sees it."""
        cites = [*statement.facts, *statement.passages]
        text = f"{statement.text} [{', '.join(cites)}]" if cites else statement.text
        if statement.supported:
            return text
        return f"{text} ({phrase('label.unsupported', self.language)}: {statement.problem})"

    def standing(self, a: Problem | Recommendation, b: Problem | Recommendation) -> list[str]:
        """Whether it is supported, and by whom it is said."""
        notes = []
        if a.below_the_line != b.below_the_line:
            notes.append(says("below" if b.below_the_line else "above", self.language))
        for key, who in (("left", set(a.said_by) - set(b.said_by)), ("joined", set(b.said_by) - set(a.said_by))):
            if who:
                notes.append(says(key, self.language, who=", ".join(self.called(one) for one in sorted(who))))
        return notes

    def grade(self, item: Problem | Recommendation | None) -> str:
        if isinstance(item, Problem):
            return f"{phrase(item.likelihood, self.language)} · {phrase(item.severity, self.language)}"
        return "" if item is None else f"{phrase(item.kind, self.language)} · {phrase(item.urgency, self.language)}"

    def arrow(self, before: str, after: str) -> list[str]:
        return [] if before == after else [f"{phrase(before, self.language)} → {phrase(after, self.language)}"]

    def called(self, name: str) -> str:
        """A specialty by its name in the language of the plan; anything else as it is."""
        return self.specialties.get(name, name)


def _alerts(consultation: Consultation) -> dict[tuple[str, int], Alert]:
    """By the rule or analyte that raised it; findings are numbered anew in every plan."""
    findings = {finding.id: finding for finding in consultation.findings}
    raised = [] if consultation.plan is None else consultation.plan.alerts
    names = [(found := findings[alert.finding]).rule or found.analyte or found.source for alert in raised]
    return dict(zip(_numbered(names), raised, strict=True))


def _recommendations(items: Sequence[Recommendation]) -> dict[tuple[str, bool, int], Recommendation]:
    """By what is recommended and whether it is advised against."""
    keys = _numbered([(item.concept, item.kind == "avoid") for item in items])
    return {(*key, number): item for (key, number), item in zip(keys, items, strict=True)}


def _numbered(names: Sequence[Key]) -> list[tuple[Key, int]]:
    """Each name with how often it stood before."""
    return [(name, names[:place].count(name)) for place, name in enumerate(names)]


def _name(a: Problem | Recommendation | None, b: Problem | Recommendation | None) -> str:
    return next(item.name for item in (b, a) if item is not None)


def _in_order(old: Mapping[Key, Item], new: Mapping[Key, Item]) -> list[Key]:
    """What is gone, then the new plan in its order."""
    return [*(key for key in old if key not in new), *new]


def moved(old: Sequence[Key], new: Sequence[Key]) -> dict[Key, tuple[int, int]]:
    """Of what stands in both, what does not keep its place among the others: key to its places, from 1.

    The fewest that can be said to have moved, so that one new item at the top moves nothing.
    """
    place = {key: number for number, key in enumerate(old, 1)}
    both = [key for key in new if key in place]
    still = _rising([place[key] for key in both])
    return {key: (place[key], new.index(key) + 1) for key in both if place[key] not in still}


def _rising(numbers: Sequence[int]) -> set[int]:
    """A longest part of the sequence that rises throughout."""
    ends: list[int] = []
    at: list[int] = []
    for number in numbers:
        length = bisect_left(ends, number)
        ends[length:] = [number, *ends[length + 1 :]] if length < len(ends) else [number]
        at.append(length)
    wanted, chosen = len(ends) - 1, set()
    for number, length in zip(reversed(numbers), reversed(at), strict=True):
        if length == wanted:
            chosen.add(number)
            wanted -= 1
    return chosen
