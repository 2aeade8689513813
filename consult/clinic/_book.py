"""All rules of all specialties, checked and compiled once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from consult._problems import did_you_mean, first_problem
from consult.analytes import Catalog
from consult.clinic._check import Known, analyte_roots, history_id, problems
from consult.clinic._expression import ExpressionError, compile_expression
from consult.clinic._rule import Applies, Avoid, Concludes, Next, Rule, RuleTable, RuleTest, Title
from consult.concepts import Concepts
from consult.content import read_toml
from consult.errors import ContentError

_MODELS = (RuleTable, Applies, Avoid, Concludes, Next, RuleTest, Title)
_KEYS = sorted({key for model in _MODELS for key in model.model_fields})


class RuleBook:
    """The rules in the order in which they are asked: gates, each after the gates it names, then the others by file."""

    def __init__(self, rules: Sequence[Rule], *, concepts: Concepts) -> None:
        self.rules = tuple(rules)
        self.concepts = concepts
        self.gates = tuple(rule for rule in self.rules if rule.severity == "gate")
        self.analytes = tuple(dict.fromkeys(key for rule in self.rules for key in rule.analytes))
        """Keys that any rule names."""
        self.history: Mapping[str, str] = MappingProxyType(
            {name: id for rule in self.rules for name, id in rule.history.items()}
        )
        """Concept id by its name in a condition, over all rules."""
        fields: dict[str, dict[str, None]] = {}
        for rule in self.rules:
            for root, field in rule.when.references:
                fields.setdefault(root, {})[field] = None
        self.fields: Mapping[str, tuple[str, ...]] = MappingProxyType({root: tuple(of) for root, of in fields.items()})
        """What the rules ask of each analyte."""
        self._by_id = {rule.id: rule for rule in self.rules}

    @classmethod
    def load(
        cls,
        root: Path,
        *,
        catalog: Catalog,
        concepts: Concepts,
        guidelines_ids: Collection[str],
        specialties: Collection[str] | None = None,
        disabled: Collection[str] = (),
    ) -> RuleBook:
        """The rules under `root / "agents"`.

        Args:
            root: the content root.
            catalog: the analytes that conditions may name.
            concepts: the concepts that conclusions and histories may name.
            guidelines_ids: ids that `sources` and `cites` may name.
            specialties: whose rules to take; None is every folder with a `rules.toml`.
            disabled: ids of rules that the site has switched off. A gate that is not asked has not closed.

        Raises:
            ContentError: a rule is wrong; names the file, the rule and what is wrong.
        """
        tables = list(_tables(root))  # also of specialties that are off: rules of others may name their gates
        _refuse_duplicates(tables)
        _refuse_unknown(disabled, tables)
        gates = tuple(table.id for _, _, table in tables if table.severity == "gate")
        known = Known(catalog, concepts, guidelines_ids, gates)
        own = [table for table in tables if specialties is None or table[0] in specialties]
        rules = [_compiled(specialty, file, table, known) for specialty, file, table in own]
        enabled = [rule for rule in rules if rule.id not in disabled]
        return cls(_ordered(enabled), concepts=concepts)

    def __len__(self) -> int:
        return len(self.rules)

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules)

    def __contains__(self, id: object) -> bool:
        return id in self._by_id

    def __getitem__(self, id: str) -> Rule:
        return self._by_id[id]

    def for_specialty(self, specialty: str) -> tuple[Rule, ...]:
        """The rules of one specialty, in order."""
        return tuple(rule for rule in self.rules if rule.specialty == specialty)


def _tables(root: Path) -> Iterator[tuple[str, str, RuleTable]]:
    for path in sorted((root / "agents").glob("*/rules.toml")):
        specialty = path.parent.name
        file = f"agents/{specialty}/rules.toml"
        content = read_toml(root, file)
        for key in content:
            if key != "rule":
                raise ContentError(file, "", f"`{key}` is not a key here; rules are [[rule]] tables")
        rules = content.get("rule", [])
        if not isinstance(rules, list):
            raise ContentError(file, "", "a rule begins with [[rule]], in double brackets")
        for number, table in enumerate(rules, start=1):
            yield specialty, file, _validated(file, number, table)


def _validated(file: str, number: int, table: Any) -> RuleTable:
    named = table.get("id") if isinstance(table, dict) else None
    item = named if isinstance(named, str) and named else f"rule {number}"
    try:
        return RuleTable.model_validate(table)
    except ValidationError as error:
        raise ContentError(file, item, first_problem(error, _KEYS)) from None


def _refuse_duplicates(tables: Sequence[tuple[str, str, RuleTable]]) -> None:
    first: dict[str, str] = {}
    for _, file, table in tables:
        if table.id in first:
            raise ContentError(file, table.id, f"this id is used already, in {first[table.id]}")
        first[table.id] = file


def _refuse_unknown(disabled: Collection[str], tables: Sequence[tuple[str, str, RuleTable]]) -> None:
    ids = [table.id for _, _, table in tables]
    for id in sorted(set(disabled) - set(ids)):
        raise ContentError("agents", id, f"a rule that does not exist cannot be switched off{did_you_mean(id, ids)}")


def _compiled(specialty: str, file: str, table: RuleTable, known: Known) -> Rule:
    try:
        when = compile_expression(table.when)
    except ExpressionError as error:
        raise ContentError(file, table.id, f"`when` cannot be read: {error}") from None
    for problem in problems(table, when, known):
        raise ContentError(file, table.id, problem)
    history = {
        field: id
        for root, field in when.references
        if root == "history" and (id := history_id(field, known.concepts)) is not None
    }
    return Rule(table, specialty, file, when, analyte_roots(when), MappingProxyType(history))


def _ordered(rules: Sequence[Rule]) -> list[Rule]:
    """Gates first, each after the enabled gates that it names; else as in the files."""
    waiting = [rule for rule in rules if rule.severity == "gate"]
    ordered: list[Rule] = []
    while waiting:
        ids = {rule.id for rule in waiting}
        ready = next((rule for rule in waiting if not (_named_gates(rule) & ids)), None)
        if ready is None:
            raise ContentError(waiting[0].file, waiting[0].id, "gates name each other in a circle")
        ordered.append(ready)
        waiting.remove(ready)
    return ordered + [rule for rule in rules if rule.severity != "gate"]


def _named_gates(rule: Rule) -> set[str]:
    return {field for root, field in rule.when.references if root == "gate"}
