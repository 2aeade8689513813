"""One rule against one case: does it fire, on what does it rest, and what would settle it?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from consult.clinic._environment import Environment
from consult.clinic._expression import Leaf, Node, Reference, evidence, needs, truth
from consult.clinic._rule import Rule

_CHANGES = frozenset({"previous", "delta", "delta_percent", "delta_hours"})
_NEVER_MEASURED = _CHANGES | {"age_days"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a rule."""

    value: bool | None
    facts: tuple[str, ...] = ()
    """Of a rule that fired: what made it true. Of an unknown one: what is known to be true of it."""
    missing: tuple[str, ...] = ()
    """Of an unknown rule: the fewest analyte keys and `history.<concept>` that could make it fire, in order."""
    worth_asking: bool = False
    """Something abnormal raises the question, and something can settle it."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks rules of one environment."""

    environment: Environment
    history_facts: Mapping[str, tuple[str, ...]]
    """Concept id to the facts that name it, for concepts that are present."""

    def ask(self, rule: Rule, *, settle: bool = False) -> Outcome:
        """What becomes of `rule`; with `settle` what would settle it is told even where nothing raises the question."""
        when = rule.when
        value = self.environment.run(when.program, when.references, when.literals)
        if value is False:
            return Outcome(False)
        known = _Known(rule, self)
        if value is True:
            return Outcome(True, facts=known.facts(evidence(when.tree, True, known.value)))
        parts = [(part, truth(part, known.value)) for part in when.parts]
        if any(holds is False for _, holds in parts):
            return Outcome(False)
        true_leaves = [evidence(part, True, known.value) for part, holds in parts if holds]
        raising = any(known.raises(leaf) for leaves in true_leaves for leaf in leaves)
        if not raising and not settle:
            return Outcome(None)
        missing = needs(when.tree, True, known.value, known.settles) or ()
        facts = known.facts([leaf for leaves in true_leaves for leaf in leaves])
        return Outcome(None, facts, missing, worth_asking=raising and bool(missing) and not known.circular(missing))

    def holds_partly(self, rule: Rule) -> bool:
        """At least one part of the condition is true; for the tables of examples."""
        known = _Known(rule, self)
        return any(known.holds_somewhere(part) for part in rule.when.parts)


class _Known:
    """The leaves of one rule, each asked once."""

    def __init__(self, rule: Rule, asker: Asker) -> None:
        self.rule = rule
        self.environment = asker.environment
        self.history_facts = asker.history_facts
        self.answers: dict[int, bool | None] = {}

    def value(self, leaf: Leaf) -> bool | None:
        key = id(leaf)
        if key not in self.answers:
            self.answers[key] = self.environment.run(leaf.program, leaf.references, self.rule.when.literals)
        return self.answers[key]

    def true(self, part: Node) -> bool:
        return truth(part, self.value) is True

    def holds_somewhere(self, part: Node) -> bool:
        if isinstance(part, Leaf):
            return self.value(part) is True
        inner = getattr(part, "parts", None) or (getattr(part, "part", None),)
        return self.true(part) or any(node is not None and self.holds_somewhere(node) for node in inner)

    def facts(self, leaves: list[Leaf]) -> tuple[str, ...]:
        """Facts of what the leaves name, in order of appearance."""
        found: dict[str, None] = {}
        for leaf in leaves:
            for reference in leaf.references:
                found.update(dict.fromkeys(self._facts(reference)))
        return tuple(found)

    def _facts(self, reference: Reference) -> tuple[str, ...]:
        root, field = reference
        if root == "history":
            return self.history_facts.get(self.rule.history[field], ())
        chosen = self.environment.chosen.get(root)
        if chosen is None:
            return ()
        if field in _CHANGES and chosen.previous is not None:
            return (chosen.latest.fact, chosen.previous.fact)
        return (chosen.latest.fact,)

    def circular(self, missing: tuple[str, ...]) -> bool:
        """Asking whether the patient has the very condition that the rule concludes."""
        concludes = self.rule.concludes
        return concludes is not None and f"history.{concludes.concept}" in missing

    def raises(self, leaf: Leaf) -> bool:
        """The part itself is true of something abnormal, or of the history; in a red rule, of any result.

        What is true only because its negation is not (`!wbc.low` of a high count) raises no question.
        """
        if self.value(leaf) is not True:
            return False
        for root, field in leaf.references:
            chosen = self.environment.chosen.get(root)
            if chosen is not None and self.rule.severity == "red":
                return True
            if chosen is not None and (chosen.latest.abnormal or field in {"delta", "delta_percent"}):
                return True
            if root == "history" and self.environment.variables.get("history", {}).get(field) is True:
                return True
        return False

    def settles(self, leaf: Leaf) -> tuple[str, ...] | None:
        """What would have to be known for an unknown leaf; None where no new result can help."""
        names: dict[str, None] = {}
        for root, field in leaf.references:
            known = self.environment.variables.get(root)
            if known is not None and field in known:
                continue
            if root == "history":
                names[f"history.{self.rule.history[field]}"] = None
            elif root in {"patient", "gate"} or field in _NEVER_MEASURED:
                return None
            elif root not in self.environment.chosen or field == "value" and root in self.environment.intervals:
                names[root] = None
            else:
                return None
        return tuple(names) or None
