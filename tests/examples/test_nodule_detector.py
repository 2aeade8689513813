"""The example model, over real HTTP: asked by the panel, its findings in the plan."""

from __future__ import annotations

import importlib.util
import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from consult import Case, Panel, Settings
from consult.cli import main
from consult.interop.participant import Image
from consult.review import export_markdown

ROOT = Path(__file__).resolve().parents[2]
CASE = ROOT / "evals" / "cases" / "hem-iron-deficiency-pneumonia" / "case.hl7"


@pytest.fixture(scope="module")
def example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("nodule_detector", ROOT / "examples" / "nodule_detector.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def address(example: ModuleType) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), example.handler(example.Detector(), "secret"))
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def home_of_models(new_home: Callable[[], Path]) -> Path:
    return new_home()


@pytest.fixture
def panel(home_of_models: Path, address: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Panel]:
    monkeypatch.setenv("DETECTOR_TOKEN", "secret")
    said = {
        "url": address,
        "kinds": ["ct-chest", "blood-film", "ecg"],
        "min_confidence": 0.5,
        "api_key_env": "DETECTOR_TOKEN",
    }
    with Panel.from_settings(Settings.load(home=home_of_models, participants={"ExampleReader": said})) as one:
        yield one


def read(panel: Panel, *kinds: str) -> Case:
    case = Case.read(CASE)
    for kind in kinds:
        case = panel.read_images(case, "ExampleReader", kind=kind, images=[Image(reference=f"image-{kind}")])
    return case


def test_its_findings_are_in_the_plan_as_machine_made(panel: Panel) -> None:
    case = read(panel, "ct-chest", "blood-film", "ecg")
    plan = panel.consult(case).plan
    told = [warning for warning in plan.warnings if "Machine-made by ExampleReader 0.1" in warning]
    assert len(told) == 3
    assert all("confidence 0." in warning for warning in told)
    made = {one.fact for one in case.observations if one.notes and one.notes[0].startswith("machine-made")}
    cited = {fact for problem in plan.problems for one in problem.statements for fact in one.facts}
    assert made
    assert not made & cited


def test_what_failed_is_a_gap_of_the_plan(panel: Panel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DETECTOR_TOKEN")
    finished = panel.consult(read(panel, "ct-chest"))
    assert [(gap.specialty, gap.reason) for gap in finished.plan.gaps] == [("ExampleReader", "refused")]
    assert "ExampleReader did not answer (refused)" in export_markdown(finished)


def test_it_takes_part_as_an_object_too(panel: Panel, example: ModuleType) -> None:
    case = panel.read_images(
        Case.read(CASE),
        "ExampleReader",
        kind="ecg",
        images=[Image.of(b"tracing", content_type="application/dicom")],
        participant=example.Detector(),
    )
    assert [one.name for one in case.observations[-2:]] == ["Rhythm", "QTc interval"]


def post(address: str, body: bytes, token: str = "secret") -> tuple[int, Any]:
    request = urllib.request.Request(address, data=body, headers={"Authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


def test_the_server_refuses_without_repeating(address: str) -> None:
    assert post(address, b"{}", token="wrong")[0] == 401
    status, answer = post(address, b'{"schema": 1, "kind": "ecg", "images": [], "Quendelmann": 1}')
    assert status == 422
    assert "images" in answer["error"]
    assert post(address, b'{"schema": 1, "kind": "mri", "images": [{"reference": "x"}]}')[0] == 422


def consult(*arguments: object) -> int:
    with pytest.raises(SystemExit) as leave:
        main([str(argument) for argument in arguments])
    return int(leave.value.code or 0)


def test_a_result_in_a_file_enters_a_case(
    address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    _, answer = post(address, b'{"schema": 1, "kind": "ct-chest", "images": [{"reference": "study-1"}]}')
    (tmp_path / "result.json").write_text(json.dumps(answer), encoding="utf-8")
    (tmp_path / "consult.toml").write_text('[participants.ExampleReader]\nkinds = ["ct-chest"]\n', encoding="utf-8")
    assert consult("case", CASE, "--with", "result.json", "--json", "--home", tmp_path / "home") == 0
    [case] = json.loads(capsys.readouterr().out)
    assert case["reports"][-1]["kind"] == "model"
    (tmp_path / "consult.toml").write_text("", encoding="utf-8")
    assert consult("case", CASE, "--with", "result.json", "--json", "--home", tmp_path / "home") == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)[0]["reports"][-1]["text"] == "not-approved"
    assert "[participants]" in captured.err
    (tmp_path / "result.json").write_text("{}", encoding="utf-8")
    assert consult("case", CASE, "--with", "result.json", "--home", tmp_path / "home") == 2
    assert consult("run", "--resume", "C-1", "--with", "result.json", "--home", tmp_path / "home") == 2
