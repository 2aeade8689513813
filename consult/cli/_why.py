"""From an item of the plan to its facts, its rule and its passages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from consult.cli._tables import plain
from consult.content import content_root, read_toml, specialty_ids
from consult.errors import NotFound
from consult.plan import Alert, Problem, Recommendation, Statement
from consult.review import Consultation


def explain(consultation: Consultation, item: str, *, content: Path | None) -> dict[str, Any]:
    """What `item` rests on: statements with their facts, rules and passages.

    Raises:
        NotFound: the plan has no such item.
    """
    plan = consultation.plan
    items: list[Alert | Problem | Recommendation] = []
    if plan is not None:
        items = [*plan.alerts, *plan.problems, *plan.recommendations]
    found = [one for one in items if one.id == item]
    if not found:
        raise NotFound(f"the plan of {consultation.id} has no item {item!r}")
    one = found[0]
    statements = one.statements if isinstance(one, Problem) else [one.statement]
    rules = _rules(content_root(content))
    return {
        "item": one.id,
        "name": getattr(one, "name", None),
        "likelihood": getattr(one, "likelihood", None),
        "statements": [_statement(consultation, statement, rules) for statement in statements],
        "dissent": [position.model_dump(mode="json") for position in getattr(one, "dissent", [])],
    }


def _rules(root: Path) -> dict[str, dict[str, Any]]:
    """Rule id to the rule as written, with the file it stands in."""
    rules: dict[str, dict[str, Any]] = {}
    for specialty in specialty_ids(root):
        file = f"agents/{specialty}/rules.toml"
        if (root / file).is_file():
            for rule in read_toml(root, file).get("rule", []):
                rules[rule["id"]] = {**rule, "file": file}
    return rules


def _statement(consultation: Consultation, statement: Statement, rules: dict[str, dict[str, Any]]) -> dict[str, Any]:
    case = consultation.case
    facts: dict[str, dict[str, Any]] = {seen.fact: _fact(seen) for seen in case.observations}
    for report in case.reports:
        facts[report.fact] = report.model_dump(mode="json", exclude_none=True)
    for entry in (*case.conditions, *case.medications, *case.allergies, *case.procedures):
        facts[entry.fact] = entry.model_dump(mode="json", exclude_none=True)
    citations = {citation.passage: citation for citation in consultation.plan.citations} if consultation.plan else {}
    return {
        "text": statement.text,
        "author": statement.author,
        "supported": statement.supported,
        "problem": statement.problem,
        "facts": [facts[fact] for fact in statement.facts if fact in facts],
        "rule": _rule(rules.get(statement.rule or "")),
        "passages": [citations[p].model_dump(mode="json") for p in statement.passages if p in citations],
    }


def _fact(seen: Any) -> dict[str, Any]:
    keys = {"fact", "name", "value", "unit", "reported", "range", "flag", "effective", "status", "notes", "source"}
    return dict(seen.model_dump(mode="json", include=keys, exclude_none=True))


def _rule(rule: dict[str, Any] | None) -> dict[str, Any] | None:
    if rule is None:
        return None
    kept = ("id", "file", "title", "severity", "when", "within", "sources", "cites", "review", "reviewed_by")
    return {key: rule[key] for key in kept if key in rule}


def show_explanation(console: Console, explanation: dict[str, Any]) -> None:
    """The explanation as a tree."""
    heading = " ".join(
        str(part) for part in (explanation["item"], explanation["name"], explanation["likelihood"]) if part
    )
    tree = Tree(Text(heading, style="bold"))
    for statement in explanation["statements"]:
        mark = "" if statement["supported"] else f"  (not supported: {statement['problem']})"
        branch = tree.add(Text(f"{plain(statement['text'], 1000)}  — {statement['author']}{mark}"))
        for fact in statement["facts"]:
            branch.add(Text(_fact_line(fact), style="green"))
        if (rule := statement["rule"]) is not None:
            node = branch.add(Text(f"rule {rule['id']} ({rule['file']}, {rule.get('review', 'draft')})", style="yellow"))
            node.add(Text(f"when {plain(rule['when'], 1000)}"))
            node.add(Text(f"sources {', '.join(rule['sources'])}"))
        for passage in statement["passages"]:
            node = branch.add(Text(f"{passage['passage']}  {passage['section']}", style="cyan"))
            node.add(Text(plain(passage["text"], 2000)))
            newer = f"; superseded by {', '.join(passage['superseded_by'])}" if passage["superseded_by"] else ""
            node.add(
                Text(
                    f"{passage['organisation']}. {passage['title']}. {passage['year']}. {passage['reference']}{newer}",
                    style="dim",
                )
            )
    for position in explanation["dissent"]:
        tree.add(
            Text(
                f"differs: {position['specialty']}, {position['stance']}. {plain(position['reason'])}", style="magenta"
            )
        )
    console.print(tree)


def _fact_line(fact: dict[str, Any]) -> str:
    reported = fact.get("reported", {})
    value = f"{plain(reported.get('value'))} {plain(reported.get('unit'))}".strip() or plain(fact.get("text"))
    parts = (
        fact["fact"],
        plain(fact.get("name") or fact.get("title")),
        value,
        fact.get("flag"),
        plain(reported.get("range")),
        fact.get("effective"),
        fact.get("source"),
    )
    return "  ".join(part for part in parts if part)
