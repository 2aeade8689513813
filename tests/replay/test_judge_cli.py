"""`consult judge` as its user gives it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from replay_judges import Honest, asked, longest_line, says_met

from consult.cli import main
from consult.replay import known_answers
from consult.storage import new_key
from consult.testing import Fault, ModelServer

CASES = Path(__file__).resolve().parents[2] / "evals" / "cases"
KNOWN = len(known_answers())


class Ended(NamedTuple):
    """A call of the command line."""

    code: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer(Honest("asks", "names", "要求")) as running:
        yield running


@pytest.fixture
def run(home: Path, server: ModelServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Gives a command with one model in the settings, priced."""
    price = 'price = { input = 1000, output = 0, currency = "CNY" }'
    model = f'provider = "openai"\nbase_url = "{server.base_url}"\nmodel = "judge-1"\nretries = 0\n{price}'
    config = tmp_path / "consult.toml"
    config.write_text(f'[judge]\nmodel = "j"\n\n[models.j]\n{model}\n', encoding="utf-8")

    def give(*words: object, more: str = "") -> Ended:
        if more:
            config.write_text(f"{config.read_text(encoding='utf-8')}\n{more}\n", encoding="utf-8")
        capsys.readouterr()
        with pytest.raises(SystemExit) as leave:
            main([*(str(word) for word in words), "--home", str(home), "--config", str(config)])
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        return Ended(int(str(leave.value.code)), printed.out, printed.err)

    return give


def replayed(run: Run, folder: Path, case: str = "lab-outreach-potassium-zh", more: str = "") -> Path:
    found = run("replay", CASES / case, "--out", folder, "--engine", "rules", "--concurrency", "1", more=more)
    assert found.code == 0, found.err
    return folder


def test_a_finished_replay_is_judged_and_compared(run: Run, tmp_path: Path, server: ModelServer) -> None:
    folder = replayed(run, tmp_path / "night")
    found = run("judge", folder, "--json")
    assert found.code == 0
    document: dict[str, Any] = json.loads(found.out)
    assert document["judge"]["trusted"]
    assert document["judge"]["n"] == KNOWN
    assert document["calls"] == server.calls == KNOWN + 6
    assert float(document["cost"]) > 0
    assert document["arms"]["panel"]["judged"] == 1
    assert document["arms"]["panel"]["mean"] == pytest.approx(9 / 14)
    shown = run("judge", folder)
    assert f"{KNOWN} of {KNOWN} known answers" in shown.out
    assert "0 questions asked" in shown.err

    gate = tmp_path / "gate.toml"
    gate.write_text('[[gate]]\nmetric = "rubric"\nmin = 0.9\n', encoding="utf-8")
    compared = run("compare", folder, folder, "--gate", gate)
    assert compared.code == 1
    assert "0.6429 over 1 cases, at least 0.9 wanted" in compared.out


def test_a_later_replay_keeps_the_scores_in_summary_and_report(run: Run, tmp_path: Path) -> None:
    folder = replayed(run, tmp_path / "night")
    run("judge", folder)
    before = (folder / "summary.json").read_text(encoding="utf-8")
    assert '"macro_f1": 1.0' in before
    (folder / "run.json").unlink()
    replayed(run, folder)
    assert (folder / "summary.json").read_text(encoding="utf-8") == before
    assert 'id="rubric"' in (folder / "report.html").read_text(encoding="utf-8")


def test_only_the_known_answers_are_asked_where_that_is_wanted(run: Run, tmp_path: Path, server: ModelServer) -> None:
    folder = replayed(run, tmp_path / "night", "hem-mgus-iron-deficiency")
    assert run("judge", folder, "--check").code == 0
    assert server.calls == KNOWN
    assert run("judge", folder).code == 2


def test_a_judge_that_is_not_trusted_ends_with_one(run: Run, tmp_path: Path, server: ModelServer) -> None:
    server.reply = says_met
    found = run("judge", replayed(run, tmp_path / "night"))
    assert found.code == 1
    assert "JUDGE NOT TRUSTED" in found.out
    assert "hostile 3 of 5" in found.out


def test_a_judge_that_breaks_down_ends_with_three_and_goes_on_later(
    run: Run, tmp_path: Path, server: ModelServer
) -> None:
    server.faults = lambda number, body: Fault("status", status=503) if number > KNOWN + 2 else None
    folder = replayed(run, tmp_path / "night")
    found = run("judge", folder)
    assert found.code == 3
    assert (folder / "judged.jsonl").read_text(encoding="utf-8").count("\n") == 1
    server.faults = {}
    assert run("judge", folder).code == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("judge", "nowhere"), "no such folder"),
        (("judge", ".", "--judge", "nobody"), "no model 'nobody'"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(
    run: Run, words: tuple[str, ...], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = run(*words)
    assert found.code == 2
    assert says in found.err


def test_an_encrypted_site_seals_what_was_quoted(
    run: Run, tmp_path: Path, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("THE_KEY", new_key())
    more = '[storage]\nencryption = "aes-256-gcm"\nkey_env = "THE_KEY"'
    folder = replayed(run, tmp_path / "night", more=more)
    assert run("judge", folder).code == 0
    quoted = longest_line(asked(server.requests[-1].body)[0])[:12].encode()
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert len(files) > 6
    assert not any(quoted in path.read_bytes() for path in files)
    assert not any(path.read_bytes()[:2] == b"\x1f\x8b" for path in folder.rglob("*.gz"))
