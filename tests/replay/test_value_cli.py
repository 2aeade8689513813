"""`consult value` as it is called."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from replay_rows import folder_of, row
from value_kit import Site, advice, already, plan, said

from consult.cli import main

Call = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    site = Site(tmp_path_factory.mktemp("home"))
    draft = plan(advice("R1", "avoid", "serum-potassium", already()), advice("R2", "test", "smear", said("A film.")))
    for n in range(5):
        site.signed(site.drafted(draft, ward="ICU"), n, R2="reject")
    site.drafted(plan(alerts=1), ward="W1")
    site.store.close()
    return site.home


@pytest.fixture
def consult(capsys: pytest.CaptureFixture[str], home: Path) -> Call:
    """Exit code, standard output and standard error of a call."""

    def call(*arguments: object, at: Path = home) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as leave:
            main(["value", *(str(one) for one in arguments), "--home", str(at)])
        printed = capsys.readouterr()
        assert "Traceback" not in printed.err
        return int(str(leave.value.code)), printed.out, printed.err

    return call


def test_json_is_one_document(consult: Call) -> None:
    code, printed, _ = consult("--json")
    document = json.loads(printed)
    figures = {one["name"]: one for one in document["figures"]}
    assert code == 0
    assert figures["items.rejected"]["value"] == 5
    assert figures["items.rejected"]["n"] == 15
    assert figures["repeats.price"]["value"] is None
    assert "--prices" in figures["repeats.price"]["reason"]["en"]
    assert figures["repeats.annotated"]["definition"]["zh"]
    assert [one["withheld"] for one in document["by"]["department"]] == [True, True]


def test_the_terminal_shows_figures_and_groups(consult: Call, tmp_path: Path) -> None:
    prices = tmp_path / "prices.toml"
    prices.write_text('currency = "CNY"\n[tests]\n"LAB-K" = "12.50"\n')
    code, printed, _ = consult("--prices", prices, "--by", "month")
    assert code == 0
    assert "62.50 CNY" in printed
    assert "2026-05" in printed
    assert "Wren" not in printed
    chinese = consult("--lang", "zh", "--by", "department")[1]
    assert "按科室" in chinese
    assert not [line for line in chinese.splitlines() if line.rstrip().endswith(".")]


def test_the_files_are_their_owners(consult: Call, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert consult("--out", out)[0] == 0
    assert sorted(path.name for path in out.iterdir()) == ["value.html", "value.json"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in out.iterdir()} == {0o600}
    assert json.loads((out / "value.json").read_text())["schema"] == 1


def test_a_period(consult: Call) -> None:
    cases = [
        json.loads(consult("--json", *period)[1])["figures"][0]["value"]
        for period in (("--since", "2026-05-04"), ("--until", "2026-05-03"))
    ]
    assert cases == [6, 0]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--since", "May"), "--since takes a day"),
        (("--until", "2026-02-30"), "--until takes a day"),
        (("--since", "2026-05-02", "--until", "2026-05-01"), "--until is before --since"),
        (("--by", "doctor"), "--by takes department or month"),
        (("--prices", "none.toml"), "the price file cannot be opened"),
        (("nowhere",), "no results of a replay"),
    ],
)
def test_misuse_ends_with_2_and_one_sentence(consult: Call, arguments: tuple[str, ...], says: str) -> None:
    code, printed, told = consult(*arguments)
    assert (code, printed) == (2, "")
    assert says in told


def test_rows_of_a_replay_have_no_dates(consult: Call, tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "out", row("a"))
    assert consult(folder)[0] == 0
    code, _, told = consult(folder, "--since", "2026-05-01")
    assert (code, "the rows of a replay have no dates" in told) == (2, True)


def test_a_home_without_consultations_is_not_made(consult: Call, tmp_path: Path) -> None:
    code, _, told = consult(at=tmp_path / "none")
    assert (code, "holds no consultation yet" in told) == (2, True)
    assert not (tmp_path / "none" / "inbox.sqlite").exists()
