"""What can be wrong with a rule, said so that its author can mend it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import lru_cache

from consult._problems import did_you_mean
from consult.analytes import Catalog
from consult.clinic._expression import UNKNOWABLE, Expression, Group, Leaf, Node, Not, Reference
from consult.clinic._rule import RuleTable
from consult.concepts import Concepts

NUMBERS = ("value", "times_upper", "previous", "delta", "delta_percent", "delta_hours", "age_days")
TRUTHS = ("low", "high", "normal", "critical", "positive", "negative", "measured")
FIELDS = NUMBERS + TRUTHS
PATIENT = ("age", "sex")
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Known:
    """What rules may name."""

    catalog: Catalog
    concepts: Concepts
    guidelines: Collection[str]
    gates: Collection[str]


def problems(rule: RuleTable, when: Expression, known: Known) -> Iterator[str]:
    """Everything wrong with a rule, most telling first; each is one sentence."""
    yield from _names(when, known)
    yield from _types(when)
    yield from _citations(rule, known)
    yield from _concepts(rule, known)
    yield from _doubts(rule, known)
    yield from _placeholders(rule, when)
    yield from _tests(rule, known)


def history_id(field: str, concepts: Concepts) -> str | None:
    """The concept that `history.<field>` means, or None."""
    spellings = (field.replace("_", "-"), field)
    return next((id for id in spellings if id in concepts), None)


def analyte_roots(when: Expression) -> tuple[str, ...]:
    """The analytes that a condition names, in order, each once."""
    return tuple(dict.fromkeys(r.root for r in when.references if r.root not in {"patient", "history", "gate"}))


def _names(when: Expression, known: Known) -> Iterator[str]:
    for reference in when.references:
        yield from _name(reference, known)
    if not analyte_roots(when) and not _reads_a_finding(when, known.concepts):
        yield "`when` names no analyte and no finding; a rule must rest on a result, or on what a report may name"


def _reads_a_finding(when: Expression, concepts: Concepts) -> bool:
    """Notes and reports are read for concepts of kind `finding`: such a rule has a fact to rest on."""
    named = (history_id(reference.field, concepts) for reference in when.references if reference.root == "history")
    return any(id is not None and concepts[id].kind == "finding" for id in named)


def _name(reference: Reference, known: Known) -> Iterator[str]:
    root, field = reference
    if root == "patient":
        if field not in PATIENT:
            yield f"`patient.{field}` does not exist; there are patient.age and patient.sex"
    elif root == "history":
        if history_id(field, known.concepts) is None:
            near = did_you_mean(field.replace("_", "-"), known.concepts)
            yield f"`history.{field}` in `when` is no concept of concepts.toml{near}"
    elif root == "gate":
        if field not in known.gates:
            yield f"`gate.{field}` in `when` is no gate{did_you_mean(field, known.gates)}"
    elif root not in known.catalog:
        yield f"unknown analyte `{root}` in `when`{did_you_mean(root, (*known.catalog, 'patient', 'history', 'gate'))}"
    elif field not in FIELDS:
        if not field:
            yield f"`{root}` in `when` needs to say what of it: `{root}.value`, `{root}.low`, `{root}.high` …"
        else:
            yield f"`{root}.{field}` does not exist{did_you_mean(field, FIELDS)}; there are {', '.join(FIELDS)}"


def _types(when: Expression) -> Iterator[str]:
    wrong = next((problem for leaf in _leaves(when.tree) if (problem := _type_problem(leaf))), None)
    if wrong is not None:
        yield wrong


@lru_cache(maxsize=4096)
def _type_problem(leaf: Leaf) -> str | None:
    if any(not reference.field for reference in leaf.references):
        return None
    results = (_tried(leaf, truths) for truths in (True, False))
    wrong = next((result for result in results if not isinstance(result, bool)), None)
    if wrong is None:
        return None
    if isinstance(wrong, str) and re.search(r"(?<![\w.])\d+(?![\w.])", leaf.source):
        return f"`{leaf.source}` mixes doubles and integers: write `30.0`, not `30`"
    if isinstance(wrong, str):
        return f"`{leaf.source}` mixes types: .value and deltas are numbers, .low and .high true or false"
    return f"`{leaf.source}` is a number, not a condition: compare it with something"


def _tried(leaf: Leaf, truths: bool) -> object:
    """The leaf's value with everything measured: a bool; a float where it is no condition; a str where it fails."""
    variables: dict[str, dict[str, object]] = {}
    for root, field in leaf.references:
        value: object = 3.0 if field in NUMBERS or (root, field) == ("patient", "age") else truths
        variables.setdefault(root, {})[field] = "female" if (root, field) == ("patient", "sex") else value
    try:
        return leaf.program.execute(variables)
    except UNKNOWABLE as error:
        return str(error)


def _leaves(node: Node) -> Iterator[Leaf]:
    match node:
        case Leaf():
            yield node
        case Not():
            yield from _leaves(node.part)
        case Group():
            for part in node.parts:
                yield from _leaves(part)


def _citations(rule: RuleTable, known: Known) -> Iterator[str]:
    for source in rule.sources:
        if source not in known.guidelines:
            yield f"unknown source `{source}`: it is not in guidelines.toml{did_you_mean(source, known.guidelines)}"
    items = [item.cites for item in rule.next] + [item.cites for item in rule.avoid]
    cited = (*rule.cites, *(cite for cites in items for cite in cites))
    for cite in cited:
        guideline, mark, anchor = cite.partition("#")
        if not mark or not anchor:
            yield f"`{cite}` in `cites` is no passage: write guideline id, `#` and anchor"
        elif guideline not in known.guidelines:
            near = did_you_mean(guideline, known.guidelines)
            yield f"`{cite}` cites a guideline that is not in guidelines.toml{near}"


def _concepts(rule: RuleTable, known: Known) -> Iterator[str]:
    named = [("concludes", rule.concludes.concept)] if rule.concludes else []
    named += [("next", item.concept) for item in rule.next] + [("avoid", item.concept) for item in rule.avoid]
    for where, id in named:
        if id not in known.concepts:
            yield f"unknown concept `{id}` in `{where}`{did_you_mean(id, known.concepts)}"
    for item in rule.next:
        kind = known.concepts[item.concept].kind if item.concept in known.concepts else item.kind
        if kind in {"condition", "finding", "exposure"}:
            yield f"`{item.concept}` in `next` is a {kind}: nothing that can be done next"
    if rule.concludes is None and rule.severity != "gate":
        yield "`concludes` is missing: only a gate may conclude nothing"


def _doubts(rule: RuleTable, known: Known) -> Iterator[str]:
    if rule.severity == "gate" and not rule.doubts:
        yield "`doubts` is missing: a gate names the analytes that it doubts"
    if rule.severity != "gate" and rule.doubts:
        yield f"`doubts` belongs to a gate; this rule is {rule.severity}"
    for key in rule.doubts:
        if key not in known.catalog:
            yield f"unknown analyte `{key}` in `doubts`{did_you_mean(key, known.catalog)}"


def _placeholders(rule: RuleTable, when: Expression) -> Iterator[str]:
    usable = analyte_roots(when)
    for lang, text in (("en", rule.says.en), ("zh", rule.says.zh)):
        for written in PLACEHOLDER.findall(text):
            key = written.removesuffix(".previous")
            if written != "patient.age" and key not in usable:
                near = did_you_mean(key, usable)
                yield f"placeholder `{{{written}}}` in `says.{lang}` is none of the analytes in `when`{near}"
        if "{" in PLACEHOLDER.sub("", text) or "}" in PLACEHOLDER.sub("", text):
            yield f"`says.{lang}` has a brace without its partner"
    for where, items in (("next", rule.next), ("avoid", rule.avoid)):
        if any("{" in item.en + item.zh for item in items):
            yield f"`{where}` has a placeholder; only `says` may"


def _tests(rule: RuleTable, known: Known) -> Iterator[str]:
    for test in rule.test:
        for key in (*test.given, *test.range, *test.before):
            if key not in known.catalog:
                yield f"test {test.name!r}: unknown analyte `{key}`{did_you_mean(key, known.catalog)}"
        for concept in test.history:
            if history_id(concept, known.concepts) is None:
                near = did_you_mean(concept, known.concepts)
                yield f"test {test.name!r}: unknown concept `{concept}` in `history`{near}"
        for gate in test.gates:
            if gate not in known.gates:
                yield f"test {test.name!r}: `{gate}` in `gates` is no gate{did_you_mean(gate, known.gates)}"
