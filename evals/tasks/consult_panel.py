"""Inspect AI tasks: the panel as a solver, our scorers; `inspect eval evals/tasks/consult_panel.py --model none`.

With `--model none` the panel reasons as `consult.toml` says, by rules where it names no model; any model of Inspect's
(`--model openai/…`, `--model vllm/…`) answers for every agent. `-T cases=…` names a folder, a file or a suite, `-T
home=…` and `-T config=…` are those of the command line. Samples hold de-identified cases: Inspect's logs travel.

Needs the extra `evals`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from panel_site import Site, site
from scorers import (
    EXPECTED,
    alerts_found,
    condition_among_3,
    condition_first,
    harmless,
    next_tests,
    supported,
)
from solvers import CASE, consult_panel

from consult.case import Case
from consult.privacy import Gateway, load_detectors
from consult.replay import Cases, Expected, Item, any_of

CASES = str(Path(__file__).resolve().parents[1] / "cases")


@task
def panel(cases: str = CASES, home: str | None = None, config: str | None = None) -> Task:
    """Planner, specialists, cross-review and chair."""
    return _task("panel", cases, home, config)


@task
def single(cases: str = CASES, home: str | None = None, config: str | None = None) -> Task:
    """The control arm: one model answers alone."""
    return _task("single", cases, home, config)


def _task(arm: str, cases: str, home: str | None, config: str | None) -> Task:
    where = site(arm, home, config)
    named: dict[str, Any] = {"arm": arm, "home": home, "config": config}
    found = Cases(
        Path(cases), where.library.catalog, concepts=where.library.concepts, time_zone=where.settings.site.time_zone
    )
    shares = (condition_first, condition_among_3, alerts_found, next_tests, harmless)
    return Task(
        dataset=MemoryDataset([_sample(item, where) for item in found if item.case is not None], name=Path(cases).name),
        solver=consult_panel(**named),
        scorer=[*(one(**named) for one in shares), supported()],
        metadata={"arm": arm, "content": where.library.content_hash},
    )


def _sample(item: Item, where: Site) -> Sample:
    """A sample without anybody's name: the case as models are sent it, and what is expected."""
    expected = item.expected
    case = _deidentified(item, where)
    language = (None if expected is None else expected.language) or where.settings.language
    return Sample(
        id=item.id,
        input=_told(case),
        target=[] if expected is None else _conditions(expected),
        metadata={
            CASE: case.model_dump(mode="json"),
            EXPECTED: None if expected is None else expected.model_dump(mode="json"),
            "language": language,
            "group": item.group,
        },
    )


def _conditions(expected: Expected) -> list[str]:
    """What should stand first, and among the first three."""
    wanted = [*([] if expected.expect.first is None else [expected.expect.first]), *expected.expect.top3]
    return [name for one in wanted for name in any_of(one)]


def _deidentified(item: Item, where: Site) -> Case:
    assert item.case is not None
    gateway = Gateway(item.case.identity, detectors=load_detectors(where.settings.privacy.detectors))
    redacted = gateway.redact_case(item.case)
    return redacted.model_copy(update={"id": item.id, "subject": f"S-{item.hash[:12]}", "identity": None})


def _told(case: Case) -> str:
    """The case in a few lines, for the reader of the log."""
    results = [f"{one.name}: {one.value} {one.unit or ''}".strip() for one in case.observations]
    reports = [report.text for report in case.reports]
    return "\n".join(part for part in (*case.questions, case.history, *reports, *results) if part)
