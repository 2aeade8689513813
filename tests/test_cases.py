"""Every synthetic case gives what its `expected.toml` asks for, and nothing that it forbids."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from consult.case import Case
from consult.panel import Panel
from consult.plan import Plan
from consult.review import Consultation
from consult.settings import Settings

CASES = Path(__file__).resolve().parent.parent / "evals" / "cases"
NAMES = sorted(folder.name for folder in CASES.iterdir() if folder.is_dir())
AFFIRMED = {"confirmed", "likely", "possible"}
KINDS = ("alerts", "recommends", "avoids", "missing", "gates", "differ", "asks")


@pytest.fixture(scope="module")
def panel(new_home: Callable[[], Path]) -> Iterator[Panel]:
    with Panel.from_settings(Settings.load(home=new_home())) as opened:
        yield opened


def read(name: str) -> tuple[Case, dict[str, Any]]:
    folder = CASES / name
    expected = tomllib.loads((folder / "expected.toml").read_text(encoding="utf-8"))
    source = next(path for path in folder.iterdir() if path.stem == "case")
    return Case.read(source), expected


@pytest.mark.parametrize("name", NAMES)
def test_case(name: str, panel: Panel) -> None:
    case, expected = read(name)
    consultation = panel.consult(case, language=expected["language"])
    assert consultation.plan is not None
    assert problems(consultation, consultation.plan, expected) == []


def problems(consultation: Consultation, plan: Plan, expected: dict[str, Any]) -> list[str]:
    """What is not as expected, in words."""
    wanted, forbidden = expected.get("expect", {}), expected.get("forbid", {})
    said = {problem.concept: problem.likelihood for problem in plan.problems}
    findings = {finding.id: finding for finding in consultation.findings}
    alerted = {findings[alert.finding].rule or findings[alert.finding].analyte for alert in plan.alerts}
    does = {item.concept for item in plan.recommendations if item.kind != "avoid"}
    present = {
        "alerts": alerted,
        "recommends": does,
        "avoids": {item.concept for item in plan.recommendations if item.kind == "avoid"},
        "missing": {item.what for item in plan.missing},
        "gates": {finding.rule for finding in consultation.findings if finding.severity == "gate"},
        "differ": {conflict.concept for conflict in plan.conflicts},
        "asks": {task.specialty for task in consultation.tasks},
    }
    found = [
        f"{c} is {said.get(c)}" for c, likelihood in wanted.get("concepts", {}).items() if said.get(c) != likelihood
    ]
    found += [f"says {c}" for c in forbidden.get("concepts", []) if said.get(c) in AFFIRMED]
    for part, items in present.items():
        found += [f"{part}: {item} is missing" for item in wanted.get(part, []) if item not in items]
        found += [f"{part}: {item} must not be" for item in forbidden.get(part, []) if item in items]
    text = plan.model_dump_json(exclude={"citations"})
    found += [f"text matches {pattern}" for pattern in forbidden.get("text", []) if re.search(pattern, text)]
    found += consultation.verification.unsupported
    return found


@pytest.mark.parametrize("name", NAMES)
def test_what_is_expected_or_forbidden_exists(name: str, panel: Panel) -> None:
    """A misspelt concept under `forbid` could never fail."""
    expected = read(name)[1]
    assert set(expected) == {"specialty", "language", "source", "expect", "forbid"}
    for part in (expected["expect"], expected["forbid"]):
        assert set(part) <= {*KINDS, "concepts", "text"}
        named = [concept for kind in ("concepts", "recommends", "avoids", "differ") for concept in part.get(kind, [])]
        assert [concept for concept in named if concept not in panel.library.concepts] == []
        ids = [item for kind in ("alerts", "gates", "missing") for item in part.get(kind, [])]
        assert [i for i in ids if i not in panel.library.book and i not in panel.library.catalog] == []


def test_there_are_enough_cases() -> None:
    expected = [read(name)[1] for name in NAMES]
    assert len(NAMES) >= 12
    for specialty in ("laboratory", "hematology", "respiratory"):
        assert sum(item["specialty"] == specialty for item in expected) >= 4
    assert sum(item["language"] == "zh" for item in expected) >= 2
    assert sum((CASES / name / "case.hl7").is_file() for name in NAMES) >= 4


@pytest.mark.parametrize("name", NAMES)
def test_every_abnormal_finding_is_in_somebodys_task(name: str, panel: Panel) -> None:
    case, expected = read(name)
    consultation = panel.consult(case, language=expected["language"])
    asked = {finding for task in consultation.tasks for finding in task.findings}
    assert asked == {finding.id for finding in consultation.findings}


@pytest.mark.parametrize("name", NAMES)
def test_both_languages_give_the_same_clinical_content(name: str, panel: Panel) -> None:
    case, _ = read(name)
    english, chinese = (panel.consult(case, language=language) for language in ("en", "zh"))
    assert english.plan is not None
    assert chinese.plan is not None
    assert skeleton(english.plan) == skeleton(chinese.plan)
    assert english.verification.unsupported == chinese.verification.unsupported == []


def skeleton(plan: Plan) -> dict[str, Any]:
    """A plan without its words."""
    return {
        "alerts": [(alert.finding, alert.statement.facts) for alert in plan.alerts],
        "problems": [(p.concept, p.likelihood, p.severity, p.said_by) for p in plan.problems],
        "recommendations": [(r.kind, r.concept, r.urgency) for r in plan.recommendations],
        "missing": [(m.what, m.decides) for m in plan.missing],
        "conflicts": [(c.kind, c.concept, c.outcome) for c in plan.conflicts],
    }


@pytest.mark.parametrize("name", NAMES)
def test_two_runs_give_byte_identical_plans(name: str, panel: Panel, home: Path) -> None:
    first = panel.consult(read(name)[0])
    with Panel.from_settings(Settings.load(home=home)) as other:
        second = other.consult(read(name)[0])
    for part in ("plan", "findings", "tasks", "opinions", "verification"):
        one, two = first.model_dump(mode="json")[part], second.model_dump(mode="json")[part]
        assert one == two, part
    assert first.plan is not None
    assert second.plan is not None
    assert first.plan.model_dump_json() == second.plan.model_dump_json()
