"""Where the recognisers are not sure, a strict site asks no model; a shared case reads back to the same findings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from staffed import CASES, panel_of

from consult.analytes import Catalog
from consult.case import Case
from consult.clinic import RuleBook, assess
from consult.panel import Library
from consult.privacy import shareable
from consult.settings import Settings
from consult.testing import ModelServer, PanelModel

DOUBTFUL = {
    "history": "Пациент поступил с лихорадкой, кашлем и слабостью.",
    "observations": [{"name": "Potassium", "value": "6.9", "unit": "mmol/L", "status": "final"}],
}


def test_a_doubtful_case_is_withheld(home: Path) -> None:
    with ModelServer(PanelModel()) as server, panel_of(home, server.base_url, privacy={"strict": True}) as panel:
        withheld = panel.consult(Case.read(DOUBTFUL))
        assert server.calls == 0
        asked = panel.consult(Case.read({**DOUBTFUL, "history": "Fever and cough for three days."}))
        assert server.calls > 0
    plan = withheld.plan
    assert plan is not None
    assert plan.engine == "rules"
    assert plan.alerts
    assert {gap.reason for gap in plan.gaps} >= {"m: withheld"}
    assert any("strict" in warning for warning in plan.warnings)
    assert any(event.event == "withheld" for event in withheld.audit)
    assert asked.plan is not None
    assert asked.plan.engine == "m"


def test_the_same_case_is_asked_about_where_nobody_is_strict(home: Path) -> None:
    with ModelServer(PanelModel()) as server, panel_of(home, server.base_url) as panel:
        panel.consult(Case.read(DOUBTFUL))
        assert server.calls > 0


def test_the_settings_name_only_detectors_that_exist() -> None:
    from consult.errors import SettingsError

    with pytest.raises(SettingsError, match="presidio"):
        Settings.load(privacy={"detectors": ["another"]})


@pytest.fixture(scope="module")
def tools() -> tuple[Catalog, RuleBook]:
    library = Library.load(Settings())
    library.close()
    return library.catalog, library.book


@pytest.mark.parametrize("path", sorted(CASES.glob("*/case.*"))[::4], ids=lambda path: path.parent.name)
def test_a_shared_case_gives_the_same_findings(path: Path, tools: tuple[Catalog, RuleBook]) -> None:
    catalog, book = tools
    case = Case.read(path)
    shared = shareable(case)
    plain, again = (Case.read(json.loads(json.dumps(one.model_dump(mode="json")))) for one in (case, shared))
    before, after = (assess(one, catalog=catalog, book=book, lang="en") for one in (plain, again))
    assert [(f.kind, f.severity, f.source, f.facts) for f in after.findings] == [
        (f.kind, f.severity, f.source, f.facts) for f in before.findings
    ]
    assert [one.source for one in shared.observations] == [one.source for one in case.observations]
    assert not any(year in shared.model_dump_json() for year in ("2022-", "2023-", "2024-", "2025-", "2026-"))
