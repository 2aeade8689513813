"""A fourth specialty is a folder: no code."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from consult.case import Case
from consult.content import content_root
from consult.errors import ContentError
from consult.panel import Panel
from consult.settings import AgentSettings, Settings

CARD = """
id = "cardiology"
kind = "specialist"
name = { en = "Cardiology", zh = "心内科" }
asks = { en = "Is the rhythm in danger?", zh = "心律是否有危险？" }
index = ["cardiology"]
analytes = ["k"]
"""
RULE = """
[[rule]]
id = "CAR01"
title = { en = "Potassium and rhythm", zh = "血钾与心律" }
severity = "red"
when = "k.value >= 6.5"
sources = ["ukka-hyperkalaemia-2023"]
cites = ["ukka-hyperkalaemia-2023#rhythm"]
concludes = { concept = "arrhythmia-risk", likelihood = "possible" }
says = { en = "Potassium {k} may disturb the rhythm.", zh = "血钾{k}可能影响心律。" }
"""
CONCEPT = """
[arrhythmia-risk]
kind = "condition"
en = "risk of arrhythmia"
zh = "心律失常风险"
synonyms = []
"""
PASSAGE = """+++
guideline = "ukka-hyperkalaemia-2023"
language = "{language}"
+++

# {title}

## {title} {{#rhythm}}

{text}
"""
ENGLISH = """A severe hyperkalaemia can disturb the rhythm of the heart without warning, so the tracing is looked at as
soon as the value is known, and looked at again while it lasts; a normal tracing does not make the value harmless, and
the patient stays monitored until it has fallen."""
CHINESE = """重度高钾血症可在无先兆的情况下影响心律，因此得知结果后应立即查看心电图，并在血钾升高期间复查；
心电图正常并不代表该结果无害，血钾下降之前应持续监护，并由主管医师判断。"""


@pytest.fixture
def content(tmp_path: Path) -> Path:
    root = tmp_path / "content"
    for folder in ("agents", "knowledge"):
        shutil.copytree(content_root() / folder, root / folder)
    agent = root / "agents" / "cardiology"
    agent.mkdir()
    (agent / "agent.toml").write_text(CARD, encoding="utf-8")
    (agent / "rules.toml").write_text(RULE, encoding="utf-8")
    corpus = root / "knowledge" / "corpora" / "cardiology"
    corpus.mkdir()
    english = PASSAGE.format(language="en", title="Rhythm", text=ENGLISH)
    chinese = PASSAGE.format(language="zh", title="心律", text=CHINESE)
    (corpus / "ukka-hyperkalaemia-2023.md").write_text(english, encoding="utf-8")
    (corpus / "ukka-hyperkalaemia-2023.zh.md").write_text(chinese, encoding="utf-8")
    concepts = root / "knowledge" / "reference" / "concepts.toml"
    concepts.write_text(concepts.read_text(encoding="utf-8") + CONCEPT, encoding="utf-8")
    return root


def test_a_cardiology_folder_joins_the_panel(content: Path, home: Path) -> None:
    case = Case.read(Path(__file__).resolve().parents[2] / "evals" / "cases" / "lab-haemolysed-potassium" / "case.hl7")
    with Panel.from_settings(Settings.load(home=home, content=content)) as panel:
        finished = panel.consult(case, language="zh")
    assert finished.plan is not None
    assert "cardiology" in {task.specialty for task in finished.tasks}
    problem = next(p for p in finished.plan.problems if p.concept == "arrhythmia-risk")
    assert problem.name == "心律失常风险"
    assert problem.said_by == ["cardiology"]
    assert problem.statements[0].passages == ["ukka-hyperkalaemia-2023#rhythm@zh"]
    assert all(statement.supported for statement in problem.statements)


def test_a_site_can_switch_a_specialty_off(home: Path) -> None:
    case = Case.read(Path(__file__).resolve().parents[2] / "evals" / "cases" / "hem-suspected-ttp" / "case.json")
    agents = {"hematology": AgentSettings(enabled=False)}
    with Panel.from_settings(Settings.load(home=home, agents=agents)) as panel:
        finished = panel.consult(case)
    assert "hematology" not in {task.specialty for task in finished.tasks}
    asked = {finding for task in finished.tasks for finding in task.findings}
    assert asked == {finding.id for finding in finished.findings}


WRONG = [
    ('id = "cardio"', "differs from the folder's name"),
    ('analytes = ["potassium"]', "unknown analyte 'potassium'"),
    ('groups = ["HEART"]', "unknown group"),
    ('index = ["hearts"]', "unknown corpus"),
    ("default = true", "exactly one specialist must be the default"),
    ("surprise = 1", "surprise"),
]


@pytest.mark.parametrize(("line", "message"), WRONG)
def test_a_wrong_card_stops_the_program_and_says_why(line: str, message: str, content: Path, home: Path) -> None:
    key = line.split(" = ")[0]
    kept = [text for text in CARD.strip().splitlines() if not text.startswith(f"{key} ")]
    card = content / "agents" / "cardiology" / "agent.toml"
    card.write_text("\n".join([*kept, line]), encoding="utf-8")
    with pytest.raises(ContentError, match=message):
        Panel.from_settings(Settings.load(home=home, content=content))


def test_what_a_site_switched_off_is_said_in_every_plan(home: Path) -> None:
    case = Case.read(Path(__file__).resolve().parents[2] / "evals" / "cases" / "lab-haemolysed-potassium" / "case.hl7")
    settings = Settings.load(
        home=home, rules={"disabled": ["LAB31"]}, agents={"respiratory": AgentSettings(enabled=False)}
    )
    with Panel.from_settings(settings) as panel:
        finished = panel.consult(case)
    assert finished.plan is not None
    assert any("LAB31" in warning and "respiratory" in warning for warning in finished.plan.warnings)
    assert any(finding.kind == "critical" for finding in finished.findings)


def test_where_the_default_specialist_is_off_another_takes_what_nobody_else_takes(home: Path) -> None:
    case = Case.read(Path(__file__).resolve().parents[2] / "evals" / "cases" / "lab-haemolysed-potassium" / "case.hl7")
    agents = {"laboratory": AgentSettings(enabled=False)}
    with Panel.from_settings(Settings.load(home=home, agents=agents)) as panel:
        finished = panel.consult(case)
    asked = {finding for task in finished.tasks for finding in task.findings}
    assert asked == {finding.id for finding in finished.findings}
    assert "laboratory" not in {opinion.specialty for opinion in finished.opinions}
    assert finished.plan is not None
    assert "k" in {finding.analyte for finding in finished.findings if finding.severity == "red"}


def test_a_gate_of_a_specialty_that_is_off_has_not_closed(home: Path) -> None:
    """HEM03 asks whether the gate LAB18 has fired: without laboratory medicine it has not, and the rule still works."""
    read = Case.read(Path(__file__).resolve().parents[2] / "evals" / "cases" / "hem-dic-urosepsis" / "case.hl7")
    case = read.model_copy(update={"history": "", "conditions": [], "reports": []})  # or they decide without the gate
    with Panel.from_settings(Settings.load(home=home, agents={"laboratory": AgentSettings(enabled=False)})) as panel:
        finished = panel.consult(case)
    assert "HEM03" in {finding.rule for finding in finished.findings}
