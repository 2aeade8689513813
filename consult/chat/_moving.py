"""What becomes otherwise between two plans of one patient: alerts, conditions, advice, what is missing, findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from consult.chat._model import Change, Move, Part, Sentence
from consult.chat._table import ENGINE
from consult.chat._words import says
from consult.clinic import Finding
from consult.plan import UNEXPLAINED, Language, Plan, Problem, Recommendation, Statement, phrase

_LIKELIHOODS = ("excluded", "unlikely", "possible", "likely", "confirmed")
_URGENCIES = ("routine", "same-day", "immediate")


def _nothing(rule: str) -> tuple[str, ...]:
    del rule
    return ()


@dataclass(frozen=True)
class Side:
    """One of the two."""

    plan: Plan
    findings: Sequence[Finding]
    cites: Callable[[str], tuple[str, ...]] = _nothing
    """Rule id to the passages it cites."""

    @property
    def alerts(self) -> dict[str, Statement]:
        """By the rule or analyte that raised them; findings are numbered anew in every assessment."""
        known = {one.id: one for one in self.findings}
        return {
            (found.rule or f"{found.kind} {found.analyte or found.source}"): alert.statement
            for alert in self.plan.alerts
            if (found := known.get(alert.finding)) is not None
        }

    @property
    def conditions(self) -> dict[str, Problem]:
        """By concept; results that no rule explains are no condition."""
        return {one.concept: one for one in self.plan.problems if one.concept != UNEXPLAINED and not one.below_the_line}

    def advice(self, part: Part) -> dict[str, Recommendation]:
        """By concept; of several items on one thing the most urgent."""
        found: dict[str, Recommendation] = {}
        for one in self.plan.recommendations:
            mine = (one.kind == "avoid") == (part == "avoid") and not one.below_the_line
            if mine and (one.concept not in found or _rank(one) > _rank(found[one.concept])):
                found[one.concept] = one
        return found

    @property
    def missing(self) -> dict[str, str]:
        """What to its name."""
        return {one.what: one.name for one in self.plan.missing}

    @property
    def single(self) -> dict[str, Finding]:
        """Findings that are neither alerts nor conclusions of rules: out of range, changes, scores, doubts."""
        raised = {alert.finding for alert in self.plan.alerts}
        kept = [one for one in self.findings if one.id not in raised and one.kind != "pattern"]
        return {f"{one.kind} {one.rule or one.analyte or one.source} {one.direction}": one for one in kept}


def moves(before: Side, after: Side, language: Language) -> list[Move]:
    """What the second has otherwise than the first, in the order of a plan; one move for each thing."""
    return [
        *_named("alert", {key: one.text for key, one in before.alerts.items()},
                {key: one.text for key, one in after.alerts.items()}),
        *_graded("condition", before.conditions, after.conditions, language),
        *_graded("advice", before.advice("advice"), after.advice("advice"), language),
        *_graded("avoid", before.advice("avoid"), after.advice("avoid"), language),
        *_named("missing", before.missing, after.missing),
        *_findings(before.single, after.single),
    ]  # fmt: skip


def _named(part: Part, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Move]:
    yield from (Move(part=part, name=after[key], change="new") for key in after if key not in before)
    yield from (Move(part=part, name=before[key], change="gone") for key in before if key not in after)


def _findings(before: Mapping[str, Finding], after: Mapping[str, Finding]) -> Iterator[Move]:
    """A score is found in both and may say otherwise."""
    for key, one in after.items():
        old = before.get(key)
        if old is None or (one.kind == "score" and old.says != one.says):
            yield Move(part="finding", name=one.says, change="new" if old is None else "otherwise",
                       before="" if old is None else old.says, after=one.says)  # fmt: skip
    yield from (Move(part="finding", name=one.says, change="gone") for key, one in before.items() if key not in after)


def _graded(
    part: Part,
    before: Mapping[str, Problem] | Mapping[str, Recommendation],
    after: Mapping[str, Problem] | Mapping[str, Recommendation],
    language: Language,
) -> Iterator[Move]:
    for concept in (*after, *(gone for gone in before if gone not in after)):
        old, new = before.get(concept), after.get(concept)
        change = _change(old, new)
        named = new or old
        if change is not None and named is not None:
            yield Move(part=part, name=named.name, change=change, before=_grade(old, language),
                       after=_grade(new, language))  # fmt: skip


def _change(old: Problem | Recommendation | None, new: Problem | Recommendation | None) -> Change | None:
    if old is None or new is None:
        return "new" if old is None else "gone"
    if isinstance(old, Problem) and isinstance(new, Problem):
        step = _LIKELIHOODS.index(new.likelihood) - _LIKELIHOODS.index(old.likelihood)
        return None if not step else "stronger" if step > 0 else "weaker"
    step = _rank(new) - _rank(old)
    return None if not step else "sooner" if step > 0 else "later"


def _rank(one: Problem | Recommendation) -> int:
    return 0 if isinstance(one, Problem) else _URGENCIES.index(one.urgency)


def _grade(one: Problem | Recommendation | None, language: Language) -> str:
    if one is None:
        return ""
    return phrase(one.likelihood if isinstance(one, Problem) else one.urgency, language)


# -- in words ---------------------------------------------------------------------------------------------------------


def told(before: Side, after: Side, moved: Sequence[Move], language: Language) -> Iterator[tuple[Sentence, bool]]:
    """The moves as sentences; true where a sentence is checked against the second side, false against the first."""
    for move in moved:
        if move.part == "alert":
            yield _alert(move, before, after, language)
        elif move.part == "condition":
            yield _condition(move, before, after, language)
    for part in ("advice", "avoid"):
        yield from _listed(part, before, after, moved, language)
    for change in ("new", "gone"):
        names = [move.name for move in moved if move.part == "missing" and move.change == change]
        if names:
            yield _plain(f"move.missing.{change}", language, names=_join(names, language)), change == "new"
    for move in moved:
        if move.part == "finding":
            yield _finding(move, before, after, language)


def _alert(move: Move, before: Side, after: Side, language: Language) -> tuple[Sentence, bool]:
    new = move.change == "new"
    side = after if new else before
    one = next(one for one in side.alerts.values() if one.text == move.name)
    text = says(f"move.alert.{move.change}", language, text=one.text)
    return Sentence(text=text, facts=list(one.facts), passages=list(one.passages), specialty=ENGINE), new


def _condition(move: Move, before: Side, after: Side, language: Language) -> tuple[Sentence, bool]:
    new = move.change != "gone"
    side = after if new else before
    one = next(one for one in side.conditions.values() if one.name == move.name)
    first = one.statements[0]
    key = move.change if move.change in {"new", "gone"} else "moved"
    text = says(
        f"move.condition.{key}", language, name=move.name, before=move.before, after=move.after, text=first.text
    )
    return Sentence(text=text, facts=list(first.facts), passages=list(first.passages), specialty=first.author), new


def _listed(
    part: Part, before: Side, after: Side, moved: Sequence[Move], language: Language
) -> Iterator[tuple[Sentence, bool]]:
    """What is to be considered, in one sentence for each way in which it moves."""
    for change in ("new", "gone"):
        names = [move.name for move in moved if move.part == part and move.change == change]
        side = (after if change == "new" else before).advice(part)
        said = [one.statement for one in side.values() if one.name in names]
        if names:
            text = says(f"move.{part}.{change}", language, names=_join(names, language))
            yield _over(text, said), change == "new"
    for move in moved:
        if move.part == part and move.change in {"sooner", "later"}:
            text = says("move.advice.moved", language, name=move.name, before=move.before, after=move.after)
            yield _over(text, [one.statement for one in after.advice(part).values() if one.name == move.name]), True


def _over(text: str, said: Iterable[Statement]) -> Sentence:
    listed = list(said)
    facts = list(dict.fromkeys(fact for one in listed for fact in one.facts))
    passages = list(dict.fromkeys(passage for one in listed for passage in one.passages))
    return Sentence(text=text, facts=facts, passages=passages, specialty=listed[0].author if listed else ENGINE)


def _finding(move: Move, before: Side, after: Side, language: Language) -> tuple[Sentence, bool]:
    new = move.change != "gone"
    side = after if new else before
    one = next(one for one in side.single.values() if one.says == move.name)
    passages = list(side.cites(one.rule)) if one.rule is not None else []
    text = says(f"move.finding.{move.change}", language, text=one.says)
    if not one.facts:
        return Sentence(text=text, specialty=ENGINE, about="record"), new
    return Sentence(text=text, facts=list(one.facts), passages=passages, specialty=ENGINE), new


def _plain(key: str, language: Language, **values: object) -> Sentence:
    return Sentence(text=says(key, language, **values), specialty=ENGINE, about="record")


def _join(names: Sequence[str], language: Language) -> str:
    return ("、" if language == "zh" else ", ").join(names)
