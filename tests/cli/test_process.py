"""The command line as its user starts it: a process of its own, with pipes and a locale."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from .conftest import CASES, Stored, all_decisions

POSIX = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": ""}
START = "from consult.cli import main; main()"
LIGHT = (
    "import sys; from consult.cli import main\n"
    "try: main(sys.argv[1:])\n"
    "finally: print(*[name for name in ('chromadb','langgraph','numpy','cel','openai','torch','jieba',"
    "'sqlalchemy') if name in sys.modules], file=sys.stderr)"
)


def start(
    *arguments: object, code: str = START, env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> subprocess.CompletedProcess[bytes]:
    """`consult …`, its output in bytes."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("CONSULT_")}
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        capture_output=True, stdin=subprocess.DEVNULL, env={**inherited, **(env or {})}, cwd=cwd,
        timeout=120, check=False,
    )  # fmt: skip


def test_from_a_message_to_a_verified_plan(home: Path, tmp_path: Path) -> None:
    """The walk of a user, every step a process, in the poorest of locales."""
    at = ("--home", home)
    ran = start("run", CASES / "lab-haemolysed-potassium" / "case.hl7", "--lang", "zh", "--json", *at, env=POSIX)
    assert ran.returncode == 0, ran.stderr
    id = json.loads(ran.stdout)["id"]
    assert all(line.startswith(b"ALERT: ") for line in ran.stderr.splitlines())
    shown = start("show", id, *at, env=POSIX)
    assert (shown.returncode, shown.stderr) == (0, b"")
    assert "会诊方案" in shown.stdout.decode()
    stored = Stored(home, id, tmp_path / "wang.jwk")
    decisions = stored.decisions(tmp_path, *all_decisions(stored))
    for step in (
        ("keys", "new", "--name", "王医生", "--out", stored.key),
        ("review", id, "--decisions", decisions, "--reviewer", "王医生"),
        ("sign", id, "--key", stored.key),
        ("export", id, "--out", "plan.json"),
        ("verify", "plan.json"),
    ):
        done = start(*step, *at, env=POSIX, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    assert "Verified: signed by 王医生." in done.stdout.decode()
    (tmp_path / "plan.json").write_bytes((tmp_path / "plan.json").read_bytes().replace(b"6.9", b"9.6"))
    assert start("verify", "plan.json", *at, cwd=tmp_path).returncode == 1


def test_a_reviewer_named_in_no_encoding_at_all(draft: Stored, tmp_path: Path) -> None:
    file = draft.decisions(tmp_path, {"item": "P1", "decision": "accept"})
    command = [sys.executable, "-c", START, "review", draft.id, "--decisions", str(file), *draft.at, "--reviewer"]
    done = subprocess.run([*map(os.fsencode, command), b"Dr \xff"], capture_output=True, timeout=120, check=False)
    assert done.returncode == 2
    assert done.stderr == b"consult: --reviewer is not UTF-8 text\n"


@pytest.mark.parametrize(
    "arguments", [("show",), ("show", "--json"), ("export",), ("list",), ("verify",)], ids=" ".join
)
def test_a_reader_that_leaves(signed: Stored, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """`| head -1`: no traceback, no complaint, and still no 0 for a plan that is not verified."""
    command, *options = arguments
    words = [] if command == "list" else [signed.id]
    if command == "verify":
        (tmp_path / "plan.json").write_bytes(b"{}")
        words = ["plan.json"]
    near, far = os.pipe()
    os.close(near)
    done = subprocess.run(
        [sys.executable, "-c", START, command, *words, *options, *signed.at],
        stdout=far, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, cwd=tmp_path, timeout=120, check=False,
    )  # fmt: skip
    os.close(far)
    assert done.stderr == b""
    assert done.returncode == (1 if command == "verify" else 0)


def test_a_traceback_only_for_those_who_ask(tmp_path: Path) -> None:
    broken = f"import consult.cli._list as it; it.open_store = None\n{START}"
    quiet = start("list", code=broken, cwd=tmp_path)
    assert quiet.returncode == 3
    assert b"Traceback" not in quiet.stderr
    assert quiet.stderr.count(b"\n") == 1
    loud = start("list", code=broken, cwd=tmp_path, env={"CONSULT_DEBUG": "1"})
    assert b"Traceback" in loud.stderr


@pytest.mark.parametrize(
    ("arguments", "heavy"),
    [
        (("--help",), set()),
        (("keys", "list"), set()),
        (("case", CASES / "resp-abpa" / "case.json"), set()),
        (("list",), {"sqlalchemy", "cel"}),
        (("verify", "consult.toml"), {"cel"}),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else None,
)
def test_commands_import_what_they_need(tmp_path: Path, arguments: tuple[object, ...], heavy: set[str]) -> None:
    (tmp_path / "consult.toml").touch()
    done = start(*arguments, "--home", tmp_path, code=LIGHT, cwd=tmp_path) if arguments != ("--help",) else start(
        "--help", code=LIGHT
    )  # fmt: skip
    assert done.returncode in {0, 1}
    assert set(done.stderr.decode().split()) <= heavy
