"""`--home`, `--config`, `CONSULT_*`, and the words of the command line itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from consult._version import __version__

from .conftest import CASES, Call, Stored

COMMANDS = (
    ("case",), ("run",), ("show",), ("list",), ("review",), ("sign",), ("timestamp",), ("verify",), ("export",),
    ("keys", "new"), ("keys", "show"), ("keys", "change-password"), ("keys", "revoke"),
    ("keys", "trust"), ("keys", "list"), ("knowledge", "build"), ("knowledge", "search"), ("knowledge", "check"),
    ("report",), ("calc",), ("purge",), ("storage", "key"), ("storage", "status"), ("storage", "rewrite"),
    ("listen",), ("send",), ("inbox",), ("replay",), ("compare",), ("judge",), ("learn",), ("value",),
    ("chat",),
)  # fmt: skip
SCREEN = 24
LONG = {("replay",): 36}
"""Commands with more options than a screen has lines."""
HEADING = 12
"""Lines of the help of a group besides one for each command."""
OPTIONS = {
    "case": ["--format", "--deidentify", "--with"],
    "run": ["--case", "--engine", "--resume", "--format", "--lang", "--revises", "--with"],
    "show": ["--why"],
    "list": ["--status", "--limit"],
    "review": ["--reviewer", "--decisions"],
    "chat": ["--ask", "--accept", "--decline", "--transcript", "--who", "--engine", "--lang"],
    "sign": ["--key", "--password-file", "--stale-reason"],
    "timestamp": [],
    "verify": ["--trust", "--trust-tsa", "--lang"],
    "export": ["--format", "--out", "--pdf-key", "--password-file", "--lang"],
    "keys new": ["--name", "--out", "--encrypt", "--password-file"],
    "keys show": ["--password-file"],
    "keys change-password": ["--password-file", "--new-password-file"],
    "keys revoke": ["--from", "--reason", "--by"],
    "keys trust": ["--name", "--timestamps"],
    "keys list": [],
    "knowledge build": [],
    "knowledge check": ["--today"],
    "report": ["--out", "--lang"],
    "calc": ["--list", "--lang"],
    "purge": ["--before", "--older-than", "--subject", "--by", "--dry-run"],
    "storage key": ["--out"],
    "storage status": [],
    "storage rewrite": [],
    "listen": ["--host", "--port"],
    "send": [],
    "inbox": ["--retry", "--purge-days"],
    "replay": [
        "--out",
        "--arm",
        "--engine",
        "--executor",
        "--concurrency",
        "--limit",
        "--sample",
        "--budget",
        "--flat",
    ],
    "value": ["--since", "--until", "--by", "--prices", "--out", "--lang"],
    "learn": ["--out", "--since", "--until", "--by", "--lang"],
    "compare": ["--gate", "--cases", "--case"],
    "judge": ["--judge", "--check"],
    "knowledge search": ["--queries", "--corpus", "-k", "--lang"],
}


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_is_one_screen_and_names_every_option(consult: Call, command: tuple[str, ...]) -> None:
    result = consult(*command, "--help")
    assert (result.code, result.err) == (0, "")
    assert len(result.out.splitlines()) <= LONG.get(command, SCREEN)
    assert all(len(line) <= 80 for line in result.out.splitlines())
    assert f"Usage: consult {' '.join(command)}" in result.out
    for option in [*OPTIONS[" ".join(command)], "--json", "--home", "--config", "--help"]:
        assert f"  {option} " in result.out, option


@pytest.mark.parametrize(
    ("group", "names"),
    [((), {c[0] for c in COMMANDS}), (("keys",), {"new", "show", "change-password", "trust", "revoke", "list"})],
)
def test_help_of_a_group_names_its_commands(consult: Call, group: tuple[str, ...], names: set[str]) -> None:
    result = consult(*group, "--help")
    assert result.code == 0
    assert len(result.out.splitlines()) <= len(names) + HEADING
    assert names <= {line.split()[0] for line in result.out.splitlines() if line.startswith("  ") and line.split()}


def test_the_version(consult: Call) -> None:
    assert consult("--version").out == f"consult {__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["keys"],
        ["knowledge"],
        ["zhang-san.hl7"],
        ["keys", "zhang-san.hl7"],
        ["case"],
        ["case", "zhang", "san.hl7"],
        ["case", "--nonsense", "zhang-san.hl7"],
        ["case", "--format"],
        ["show"],
        ["review", "C-1"],
        ["keys", "new", "--name", "x"],
        ["sign", "C-1"],
        ["list", "--limit", "zhang-san.hl7"],
    ],
    ids=" ".join,
)
def test_wrong_words_in_one_sentence(consult: Call, arguments: list[str]) -> None:
    result = consult(*arguments)
    assert result.code == 2
    assert len(result.sentence) < 160
    assert "san" not in result.sentence


# -- homes --------------------------------------------------------------------------------------------------------


def test_the_home_is_the_option_then_the_file_then_the_variable(
    consult: Call, draft: Stored, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty, config = tmp_path / "empty", tmp_path / "site.toml"
    monkeypatch.setenv("CONSULT_HOME", str(draft.home))
    assert len(consult("list", "--json").json) == 1
    config.write_text(f"home = {str(empty)!r}\n", encoding="utf-8")
    assert consult("list", "--json", "--config", config).json == []
    assert len(consult("list", "--json", "--config", config, *draft.at).json) == 1
    Path("consult.toml").write_text(f"home = {str(empty)!r}\n", encoding="utf-8")
    assert consult("list", "--json").json == []


def test_a_home_that_is_a_file(consult: Call, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    result = consult("list", "--home", tmp_path / "file")
    assert result.code == 2
    assert "home" in result.sentence


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("colour = 1", "colour"),
        ("[retrieval]\nembeder = 'x'", "embeder"),
        ("language = 3", "language"),
        ("language = 'de'", "language"),
        ("[site]\ntime_zone = 'Mars/Olympus'", "time_zone"),
        ("[agents.hematology]\nk = 0", "k"),
        ("[agents]\nhematology = 1", "hematology"),
        ("home = [1]", "home"),
        ("rules = 'all'", "rules"),
        ("[models.x]\nprovider = 'openai'", "models"),
        ("home = ", "TOML"),
        ("\x00", "TOML"),
    ],
)
@pytest.mark.parametrize("command", [("list",), ("keys", "list"), ("case", CASES / "resp-abpa" / "case.json")], ids=str)
def test_a_wrong_configuration_is_named(
    consult: Call, tmp_path: Path, command: tuple[str, ...], text: str, says: str
) -> None:
    config = tmp_path / "site.toml"
    config.write_text(text, encoding="utf-8")
    result = consult(*command, "--config", config)
    assert result.code == 2
    assert says in result.sentence
    assert "site.toml" not in result.err


@pytest.mark.parametrize("name", ["gone.toml", "."])
def test_a_configuration_that_is_not_there(consult: Call, name: str) -> None:
    result = consult("list", "--config", name)
    assert result.code == 2
    assert "configuration" in result.sentence
    assert "gone" not in result.sentence


def test_content_that_is_not_there(consult: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONSULT_CONTENT", str(tmp_path))
    result = consult("run", CASES / "resp-abpa" / "case.json", "--home", tmp_path / "home")
    assert result.code == 2
    assert "agents/" in result.sentence


def test_the_language_of_the_file_counts(consult: Call, home: Path, tmp_path: Path) -> None:
    config = tmp_path / "site.toml"
    config.write_text("language = 'zh'\n[site]\ntime_zone = 'Asia/Shanghai'\n", encoding="utf-8")
    ran = consult("run", CASES / "resp-abpa" / "case.json", "--config", config, "--home", home, "--json")
    assert ran.json["plan"]["language"] == "zh"
    assert f"--home {home} --config {config}" in consult(
        "run", CASES / "resp-abpa" / "case.json", "--config", config, "--home", home
    ).err  # fmt: skip


def test_a_damaged_store(consult: Call, draft: Stored) -> None:
    (draft.home / "consult.sqlite").write_bytes(b"no database at all" * 400)
    result = consult("list", *draft.at)
    assert result.code in {2, 3}
    assert "internal error" not in result.sentence
