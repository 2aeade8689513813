"""Every rule of `agents/*/rules.toml`: its own examples, its four kinds of them, and everything it points at."""

from __future__ import annotations

import re
import tomllib

import pytest

from consult.analytes import Catalog
from consult.clinic import RetestIntervals, Rule, RuleBook, RuleTest, check_example, untested_kinds
from consult.clinic._critical import CRITICAL_WHEN_POSITIVE
from consult.concepts import Concepts
from consult.content import content_root

ROOT = content_root()
ANCHOR = re.compile(r"^##\s.*\{#([\w-]+)", re.MULTILINE)


def guideline_ids() -> frozenset[str]:
    return frozenset(tomllib.loads((ROOT / "knowledge/reference/guidelines.toml").read_text("utf-8")))


def passages() -> dict[str, frozenset[str]]:
    """Anchors by file name of the digest: `aga-ida-2020` and `aga-ida-2020.zh`."""
    found: dict[str, set[str]] = {}
    for path in sorted((ROOT / "knowledge/corpora").glob("*/*.md")):
        found.setdefault(path.name.removesuffix(".md"), set()).update(ANCHOR.findall(path.read_text("utf-8")))
    return {name: frozenset(anchors) for name, anchors in found.items()}


CATALOG = Catalog.load(ROOT)
CONCEPTS = Concepts.load(ROOT)
BOOK = RuleBook.load(ROOT, catalog=CATALOG, concepts=CONCEPTS, guidelines_ids=guideline_ids())
PASSAGES = passages()
EXAMPLES = [pytest.param(rule, test, id=f"{rule.id}::{test.name}") for rule in BOOK for test in rule.tests]
RULES = [pytest.param(rule, id=rule.id) for rule in BOOK]


@pytest.mark.parametrize(("rule", "test"), EXAMPLES)
def test_example(rule: Rule, test: RuleTest) -> None:
    problem = check_example(rule, test, book=BOOK, catalog=CATALOG)
    assert problem is None, f"{rule.file}, {rule.id}, {test.name!r}: {problem}"


@pytest.mark.parametrize("rule", RULES)
def test_has_all_four_kinds_of_examples(rule: Rule) -> None:
    assert untested_kinds(rule) == [], f"{rule.file}, {rule.id}: no example of these kinds"


@pytest.mark.parametrize("rule", RULES)
def test_names_of_examples_are_different(rule: Rule) -> None:
    names = [test.name for test in rule.tests]
    assert len(names) == len(set(names)), f"{rule.file}, {rule.id}: two examples have one name"


@pytest.mark.parametrize("rule", RULES)
def test_cited_passages_exist_in_both_languages(rule: Rule) -> None:
    items = [*rule.next, *rule.avoid]
    cites = {*rule.cites, *(cite for item in items for cite in item.cites)}
    assert rule.cites, f"{rule.file}, {rule.id}: cites no passage"
    for cite in sorted(cites):
        guideline, _, anchor = cite.partition("#")
        for digest in (guideline, f"{guideline}.zh"):
            assert anchor in PASSAGES.get(digest, ()), f"{rule.file}, {rule.id}: no passage {cite!r} in {digest}.md"


@pytest.mark.parametrize("rule", RULES)
def test_reviewed_rules_say_by_whom(rule: Rule) -> None:
    assert rule.draft or rule.table.reviewed_by, f"{rule.file}, {rule.id}: reviewed, but by nobody"


def test_what_is_critical_when_positive_is_known_and_sourced() -> None:
    for analyte, source in CRITICAL_WHEN_POSITIVE.items():
        assert analyte in CATALOG
        assert source in guideline_ids()


def test_retest_intervals_are_read_and_sourced() -> None:
    table = RetestIntervals.load(ROOT, catalog=CATALOG)
    assert len(table) > 0
    assert {table[key].source for key in CATALOG if key in table} <= guideline_ids()


def test_every_specialist_with_a_folder_has_rules() -> None:
    written = {path.parent.name for path in (ROOT / "agents").glob("*/rules.toml")}
    assert {rule.specialty for rule in BOOK} == written
