"""The interpretive laboratory report: what code found, whoever reasoned, in either language."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from staffed import CASES, POTASSIUM, panel_of

from consult.case import Case
from consult.errors import NotFound
from consult.panel import LabReport, Panel, report_markdown
from consult.settings import Settings
from consult.testing import ModelServer, PanelModel


@pytest.fixture
def panel(home: Path) -> Iterator[Panel]:
    with Panel.from_settings(Settings.load(home=home)) as opened:
        yield opened


def said(report: LabReport) -> list[tuple[str, ...]]:
    """A report without its words."""
    return [
        *((one.concept, one.likelihood, one.severity) for one in report.interpretation),
        *((one.kind, one.concept, one.urgency) for one in report.suggestions),
        *((one.what, *one.decides) for one in report.missing),
    ]


def test_a_doubted_critical_value(panel: Panel) -> None:
    report = panel.report(panel.consult(Case.read(POTASSIUM)).id)
    assert any("6.9 mmol/L" in one.text for one in report.critical)
    (potassium,) = [one for one in report.results if one.name == "Potassium"]
    assert potassium.flag == "HH"
    assert any("haemolysed" in comment for comment in potassium.comments)
    assert "hyperkalaemia" in [one.concept for one in report.interpretation]
    assert {one.kind for one in report.suggestions} <= {"test", "monitoring", "avoid"}
    used = {passage for one in report.interpretation for s in one.statements for passage in s.passages}
    assert used <= {citation.passage for citation in report.citations}


@pytest.mark.parametrize("name", ["lab-haemolysed-potassium", "hem-suspected-ttp", "resp-tuberculous-pleurisy"])
def test_both_languages_say_the_same(panel: Panel, name: str) -> None:
    source = next(path for path in (CASES / name).iterdir() if path.stem == "case")
    drafted = panel.consult(Case.read(source))
    english, chinese = (panel.report(drafted.id, language=language) for language in ("en", "zh"))
    assert said(english) == said(chinese)
    text = report_markdown(chinese)
    assert "检验解释性报告" in text
    assert "检验医师" in text
    for one in chinese.interpretation:
        assert all(any("\u4e00" <= c <= "\u9fff" for c in statement.text) for statement in one.statements)


def test_it_says_that_it_is_a_draft_before_anything_else(panel: Panel) -> None:
    text = report_markdown(panel.report(panel.consult(Case.read(POTASSIUM)).id))
    assert text.splitlines()[2].startswith("**DRAFT")


def test_what_a_doctor_rejected_is_left_out(panel: Panel) -> None:
    drafted = panel.consult(Case.read(POTASSIUM))
    assert drafted.plan is not None
    rejected = next(item for item in drafted.plan.recommendations if item.kind == "test")
    panel.review(drafted.id, [{"item": rejected.id, "decision": "reject", "reason": "done already"}], "Dr Example")
    before, after = drafted.plan.recommendations, panel.report(drafted.id).suggestions
    assert rejected.concept in [item.concept for item in before if item.kind == "test"]
    assert rejected.concept not in [one.concept for one in after if one.kind == "test"]


def test_what_a_doctor_worded_is_said_in_these_words(panel: Panel) -> None:
    drafted = panel.consult(Case.read(POTASSIUM))
    assert drafted.plan is not None
    problem = next(one for one in drafted.plan.problems if one.concept == "hyperkalaemia")
    advice = next(one for one in drafted.plan.recommendations if one.kind == "test")
    panel.review(
        drafted.id,
        [
            {"item": problem.id, "decision": "edit", "text": "Real until the second sample says otherwise."},
            {"item": advice.id, "decision": "edit", "text": "ECG on the ward, now."},
        ],
        "Dr Example",
    )
    report = panel.report(drafted.id, language="zh")
    (interpreted,) = [one for one in report.interpretation if one.concept == "hyperkalaemia"]
    assert interpreted.edited is not None
    assert interpreted.edited.by == "Dr Example"
    text = report_markdown(report)
    assert "Real until the second sample says otherwise. (措辞： Dr Example)" in text
    assert "ECG on the ward, now." in text
    assert interpreted.statements[0].text not in text.split("## 结果解释")[1]


def test_content_that_changed_since_the_consultation_is_said(panel: Panel) -> None:
    drafted = panel.consult(Case.read(POTASSIUM))
    assert not panel.report(drafted.id).changed
    changed = panel.report(drafted.id).model_copy(update={"changed": True})
    assert "have changed since this consultation" in report_markdown(changed)


def test_models_have_no_say_in_it(home: Path, panel: Panel) -> None:
    by_rules = panel.report(panel.consult(Case.read(POTASSIUM)).id)
    model = PanelModel(disputes="interstitial lung disease")
    with ModelServer(model) as server, panel_of(home / "models", server.base_url) as other:
        report = other.report(other.consult(Case.read(POTASSIUM)).id)
    assert report.model_dump(exclude={"consultation"}) == by_rules.model_dump(exclude={"consultation"})


def test_nothing_wrong_says_so(panel: Panel) -> None:
    case = {
        "patient": {"sex": "female", "age_years": 40},
        "observations": [{"name": "Hb", "value": "132", "unit": "g/L", "effective": "2026-11-20T08:00:00+00:00"}],
    }
    text = report_markdown(panel.report(panel.consult(Case.read(case)).id))
    assert "No finding needs an interpretation." in text


def test_hostile_text_stays_text(panel: Panel) -> None:
    case = {
        "patient": {"sex": "male", "age_years": 50},
        "questions": ["# Sign | this\n\n**now**"],
        "observations": [{"name": "K|x", "value": "7.4", "unit": "mmol/L", "notes": ["\n## Signed by Dr No\n"]}],
    }
    lines = report_markdown(panel.report(panel.consult(Case.read(case)).id)).splitlines()
    assert not [line for line in lines if line.startswith(("# Sign", "## Signed", "**now"))]


def test_an_unknown_consultation(panel: Panel) -> None:
    with pytest.raises(NotFound):
        panel.report("C-000000000000")
