"""What ships, and what importing costs."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import consult

ROOT = Path(__file__).resolve().parent.parent
HEAVY = ("langgraph", "chromadb", "openai", "torch", "sentence_transformers", "numpy", "sqlalchemy", "pydantic", "rich")


def test_the_front_door_holds_what_it_says() -> None:
    assert sorted(consult.__all__, key=str.lower) == sorted(consult.__all__, key=str.lower)
    for name in consult.__all__:
        assert getattr(consult, name) is not None
    assert set(dir(consult)) == set(consult.__all__)
    with pytest.raises(AttributeError):
        _ = consult.nothing


def loaded_after(code: str) -> set[str]:
    """Top-level modules that are loaded after `code` ran in a process of its own."""
    script = f"{code}\nimport sys\nprint(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    answer = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, timeout=60)
    return set(answer.stdout.split())


def test_importing_consult_imports_nothing_heavy() -> None:
    assert loaded_after("import consult").isdisjoint(HEAVY)


def test_reading_a_case_imports_no_graph_and_no_index() -> None:
    code = "from consult import Case; Case.read({'id': 'x', 'observations': [{'name': 'K', 'value': '4'}]})"
    assert loaded_after(code).isdisjoint(HEAVY[:6])


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built through the sdist as a release would."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_the_tracked_content_and_nothing_else(built: Path) -> None:
    try:
        listed = subprocess.run(
            ["git", "ls-files", "-z", "agents", "knowledge", "consult"], cwd=ROOT, check=True, capture_output=True
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    tracked = {name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).exists()}
    expected = {name if name.startswith("consult/") else f"consult/content/{name}" for name in tracked}
    names = set(zipfile.ZipFile(built).namelist())
    assert {name for name in names if ".dist-info/" not in name} == expected


def test_the_installed_wheel_consults(built: Path, tmp_path: Path, home: Path) -> None:
    """Elsewhere, without the checkout: the content comes out of the package."""
    place = tmp_path / "site"
    zipfile.ZipFile(built).extractall(place)
    case = ROOT / "evals" / "cases" / "lab-haemolysed-potassium" / "case.hl7"
    code = "from consult.cli import main; import consult, sys; assert 'site' in consult.__file__; main(sys.argv[1:])"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("CONSULT_")} | {"PYTHONPATH": str(place)}
    answer = subprocess.run(
        [sys.executable, "-c", code, "run", str(case), "--home", str(home)],
        cwd=tmp_path, env=environment, check=False, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    assert "6.9 mmol/L" in answer.stdout
