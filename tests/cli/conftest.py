"""The command line called in process, and homes in which something has happened already."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from consult.cli import main

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / "evals" / "cases"
NAME = "Nachtigall"
NUMBER = "MRN-558291"


@dataclass(frozen=True)
class Result:
    """What one call printed and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, which must be one JSON document and nothing else."""
        return json.loads(self.out)

    @property
    def sentence(self) -> str:
        """Standard error, which must be one plain sentence."""
        lines = self.err.splitlines()
        assert len(lines) == 1, self.err
        assert lines[0].startswith("consult: "), self.err
        assert "Traceback" not in self.err
        assert self.out == ""
        return lines[0].removeprefix("consult: ")


Call = Callable[..., Result]


@pytest.fixture
def consult(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """`consult …` in this process; no `consult.toml`, no `CONSULT_*`, and nobody at the keyboard."""
    monkeypatch.chdir(tmp_path)
    for name in ("HOME", "CONTENT", "STORE", "LANGUAGE", "TIME_ZONE", "EMBEDDER", "DEBUG"):
        monkeypatch.delenv(f"CONSULT_{name}", raising=False)

    def call(*arguments: object) -> Result:
        capsys.readouterr()
        with pytest.raises(SystemExit) as leave:
            main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        assert leave.value.code in {0, 1, 2, 3}
        return Result(int(leave.value.code or 0), printed.out, printed.err)

    return call


@dataclass(frozen=True)
class Stored:
    """A home that holds one consultation."""

    home: Path
    id: str
    key: Path

    @property
    def at(self) -> tuple[str, str]:
        """The option that names the home."""
        return ("--home", str(self.home))

    def decisions(self, tmp_path: Path, *decisions: dict[str, Any]) -> Path:
        """A file of decisions."""
        file = tmp_path / "decisions.json"
        file.write_text(json.dumps({"decisions": decisions}, ensure_ascii=False), encoding="utf-8")
        return file


def document(stored: Stored) -> dict[str, Any]:
    """The consultation as it is stored."""
    from consult.review import Store

    with Store.open(stored.home) as store:
        return dict(store.get(stored.id).to_json())


def all_decisions(stored: Stored) -> list[dict[str, str]]:
    """A decision for every item."""
    plan = document(stored)["plan"]
    told = [{"item": one["id"], "decision": "acknowledge", "text": "Ward 3 told by phone"} for one in plan["alerts"]]
    return told + [{"item": one["id"], "decision": "accept"} for one in plan["problems"] + plan["recommendations"]]


def _called(*arguments: object) -> None:
    with pytest.raises(SystemExit) as leave:
        main([str(argument) for argument in arguments])
    assert leave.value.code == 0


def _copied(stored: Stored, home: Path) -> Stored:
    """Without the index: what follows a draft needs none."""
    shutil.copytree(stored.home, home, ignore=shutil.ignore_patterns("index"), dirs_exist_ok=True)
    return Stored(home, stored.id, home / "meier.jwk")


@pytest.fixture(scope="session")
def _drafted(new_home: Callable[[], Path]) -> Stored:
    """One consultation in English, with alerts; nothing decided."""
    home = new_home()
    _called("run", CASES / "lab-haemolysed-potassium" / "case.hl7", "--home", home, "--lang", "en")
    return Stored(home, _only_id(home), home / "meier.jwk")


def _only_id(home: Path) -> str:
    from consult.review import Store

    with Store.open(home) as store:
        (row,) = store.list()
    return row.id


@pytest.fixture(scope="session")
def _drafted_zh(new_home: Callable[[], Path]) -> Stored:
    home = new_home()
    _called("run", CASES / "resp-abpa" / "case.json", "--home", home, "--lang", "zh")
    return Stored(home, _only_id(home), home / "meier.jwk")


@pytest.fixture(scope="session")
def _signed(_drafted: Stored, tmp_path_factory: pytest.TempPathFactory) -> Stored:
    stored = _copied(_drafted, tmp_path_factory.mktemp("signed"))
    file = stored.decisions(stored.home, *all_decisions(stored))
    _called("keys", "new", "--name", "Dr Meier", "--out", stored.key, *stored.at)
    _called("review", stored.id, "--decisions", file, "--reviewer", "Dr Meier", *stored.at)
    _called("sign", stored.id, "--key", stored.key, *stored.at)
    return stored


@pytest.fixture
def draft(_drafted: Stored, tmp_path: Path) -> Stored:
    """A consultation that awaits review."""
    return _copied(_drafted, tmp_path / "draft-home")


@pytest.fixture
def draft_zh(_drafted_zh: Stored, tmp_path: Path) -> Stored:
    """The same in Chinese, another case, without alerts."""
    return _copied(_drafted_zh, tmp_path / "draft-zh-home")


@pytest.fixture
def signed(_signed: Stored, tmp_path: Path) -> Stored:
    """A consultation that Dr Meier has signed."""
    return _copied(_signed, tmp_path / "signed-home")


Message = Callable[..., Path]


@pytest.fixture
def message(tmp_path: Path) -> Message:
    """Writes an HL7 message of one patient with these OBX segments under a name that must not be repeated."""

    def write(*results: str, name: str = f"{NAME}^Ottilie", time: str = "20260504080000") -> Path:
        segments = [
            f"MSH|^~\\&|LIS|LAB|HIS|WARD|{time}+0200||ORU^R01^ORU_R01|1|P|2.5.1|||||||UNICODE UTF-8",
            f"PID|1||{NUMBER}^^^LAB^MR||{name}||19610203|F",
            f"OBR|1||A1|BMP^Metabolic panel^L|||{time}+0200",
            *results,
        ]
        file = tmp_path / f"{NAME}-{NUMBER}.hl7"
        file.write_bytes("\r".join(segments).encode() + b"\r")
        return file

    return write


POTASSIUM = "OBX|1|NM|2823-3^Potassium^LN||4.1|mmol/L|3.5-5.1|N|||F|||20260504073000+0200"


def silent_about_the_patient(result: Result) -> bool:
    """Whether no message names the patient or the file."""
    return NAME not in result.err and NUMBER not in result.err and ".hl7" not in result.err
