"""`show`, `list` and `export`: what is stored, for a reader and for a program."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from consult.case import Case
from consult.review import Store

from .conftest import Call, Stored, document

ANYWHERE = ("C-nobody", "nobody", "", "C-", "../../etc/passwd")


# -- show ---------------------------------------------------------------------------------------------------------


def test_show_names_the_patient_to_the_reviewer_only(consult: Call, draft: Stored) -> None:
    shown = consult("show", draft.id, *draft.at)
    assert (shown.code, shown.err) == (0, "")
    assert "Patricia" in shown.out
    assert "DRAFT, not signed" in shown.out
    for text in ("A1 ", "P1 ", "R1 ", "F1 "):
        assert text in shown.out
    as_json = consult("show", draft.id, "--json", *draft.at)
    assert as_json.json == document(draft)
    assert "Patricia" not in as_json.out


def test_what_was_replaced_is_put_back_for_the_reviewer_only(consult: Call, tmp_path: Path, home: Path) -> None:
    file = tmp_path / "case.hl7"
    file.write_bytes(
        b"MSH|^~\\&|LIS|LAB|HIS|WARD|20260504||ORU^R01|1|P|2.5.1\rPID|1||77||Nachtigall^Ottilie||19610203|F\r"
        b"OBR|1||A1|X^Panel^L\rOBX|1|TX|8251-1^Comment^LN||Ms Nachtigall has asthma||||||F\r"
    )
    ran = consult("run", file, "--home", home, "--json").json
    assert "Nachtigall" in consult("show", ran["id"], "--home", home).out.partition("has asthma")[0].splitlines()[-1]
    assert "Nachtigall" not in consult("show", ran["id"], "--home", home, "--json").out


@pytest.mark.parametrize("item", ["A1", "P1", "R1"])
def test_why_walks_to_facts_rule_and_passage(consult: Call, draft: Stored, item: str) -> None:
    found = consult("show", draft.id, "--why", item, "--json", *draft.at)
    assert (found.code, found.err) == (0, "")
    assert found.json["item"] == item
    facts = [fact for statement in found.json["statements"] for fact in statement["facts"]]
    assert {"F1"} <= {fact["fact"] for fact in facts}
    assert facts[0]["reported"]["value"] == "6.9"
    assert facts[0]["source"]
    if item == "A1":
        assert found.json["findings"][0]["kind"] == "critical"
        assert found.json["findings"][0]["source"]
    else:
        assert any(statement["rule"]["file"].startswith("agents/") for statement in found.json["statements"])
        assert any(passage["text"] for one in found.json["statements"] for passage in one["passages"])
    shown = consult("show", draft.id, "--why", item, *draft.at)
    assert shown.code == 0
    assert "Potassium  6.9 mmol/L  HH  3.5-5.3" in shown.out
    assert shown.out.startswith(item)


def test_why_in_chinese(consult: Call, draft_zh: Stored) -> None:
    problem = consult("show", draft_zh.id, "--why", "P1", *draft_zh.at).out
    for word in ("规则 RSP", "条件 ", "依据 ", "发现 N"):
        assert word in problem
    assert "可能" in problem.splitlines()[0]
    assert consult("show", draft_zh.id, "--why", "R1", *draft_zh.at).code == 0
    shown = consult("show", draft_zh.id, *draft_zh.at).out
    assert "会诊方案" in shown
    assert "建议考虑" in shown


@pytest.mark.parametrize("item", ["P99", "p1", "", "F1", "\x1b[31m"])
def test_why_of_nothing(consult: Call, draft: Stored, item: str) -> None:
    result = consult("show", draft.id, "--why", item, *draft.at)
    assert result.code == 2
    assert "no item" in result.sentence
    assert "\x1b" not in result.err


@pytest.mark.parametrize("id", ANYWHERE)
@pytest.mark.parametrize("command", ["show", "export"])
def test_an_unknown_consultation(consult: Call, tmp_path: Path, command: str, id: str) -> None:
    result = consult(command, id, "--home", tmp_path / "empty")
    assert result.code == 2
    assert "consultation" in result.sentence


def test_the_beginning_of_an_id_is_enough(consult: Call, draft: Stored) -> None:
    for beginning in (draft.id[:5], draft.id[2:7], draft.id):
        assert consult("show", beginning, "--json", *draft.at).json["id"] == draft.id


def test_later_results_are_shown(consult: Call, draft: Stored) -> None:
    stored = document(draft)
    case = Case.model_validate(stored["case"])
    corrected = case.observations[0].model_copy(update={"value": "4.4", "status": "corrected"})
    with Store.open(draft.home) as store:
        assert store.note_later_results(stored["subject"]["key"], case.model_copy(update={"observations": [corrected]}))
    assert "Stale since" in consult("show", draft.id, *draft.at).out
    assert "stale" in consult("list", *draft.at).out
    assert "has not seen" in consult("export", draft.id, *draft.at).err


@pytest.mark.parametrize("columns", ["60", "80", "200"])
def test_any_width_shows_every_result(
    consult: Call, draft: Stored, draft_zh: Stored, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    for stored in (draft, draft_zh):
        case = document(stored)["case"]
        for arguments in (("show", stored.id), ("show", stored.id, "--why", "P1"), ("list",)):
            result = consult(*arguments, *stored.at)
            assert result.code == 0
            assert all(_width(line) <= int(columns) for line in result.out.splitlines())
        shown = "".join(consult("show", stored.id, *stored.at).out.split())
        for seen in case["observations"]:
            assert "".join(seen["reported"]["value"].split()) in shown
        assert stored.id in consult("list", *stored.at).out


def _width(line: str) -> int:
    from rich.cells import cell_len

    return cell_len(line)


# -- list ---------------------------------------------------------------------------------------------------------


def test_listing(consult: Call, draft: Stored) -> None:
    (row,) = consult("list", "--json", *draft.at).json
    assert (row["id"], row["status"], row["open"]) == (draft.id, "awaiting-review", len(_items(draft)))
    line = consult("list", *draft.at).out.splitlines()[1]
    assert line.split()[:2] == [draft.id, "awaiting-review"]
    assert consult("list", "--status", "signed", "--json", *draft.at).json == []
    assert len(consult("list", "--status", "awaiting-review", "--json", *draft.at).json) == 1


def _items(stored: Stored) -> list[str]:
    plan = document(stored)["plan"]
    return [item["id"] for kind in ("alerts", "problems", "recommendations") for item in plan[kind]]


def test_an_empty_home_lists_nothing(consult: Call, tmp_path: Path) -> None:
    assert consult("list", "--json", "--home", tmp_path / "new").json == []
    assert consult("list", "--home", tmp_path / "new").code == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(["--status", "open"], "awaiting-review"), (["--limit", "0"], "limit"), (["--limit", "x"], "limit")],
)
def test_wrong_filters(consult: Call, tmp_path: Path, arguments: list[str], says: str) -> None:
    result = consult("list", *arguments, "--home", tmp_path)
    assert result.code == 2
    assert says in result.sentence


# -- export -------------------------------------------------------------------------------------------------------


def test_a_draft_is_marked_as_one(consult: Call, draft: Stored, tmp_path: Path) -> None:
    document_ = consult("export", draft.id, *draft.at)
    assert document_.code == 0
    assert "is a draft, not a signed plan" in document_.err
    assert len(document_.err.splitlines()) == 1
    assert (document_.json["status"], document_.json["signatures"]) == ("awaiting-review", [])
    markdown = consult("export", draft.id, "--format", "md", *draft.at)
    assert markdown.code == 0
    assert "DRAFT, not signed" in markdown.out.splitlines()[0]
    assert "Machine-made draft" in markdown.out
    assert "is a draft" in markdown.err


def test_a_signed_plan_is_final(consult: Call, signed: Stored, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    exported = consult("export", signed.id, "--out", file, "--json", *signed.at)
    assert (exported.code, exported.err) == (0, "")
    data = file.read_bytes()
    assert exported.json == {"id": signed.id, "status": "signed", "format": "json", "bytes": len(data)}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert consult("verify", file, *signed.at).code == 0
    printed = consult("export", signed.id, *signed.at)
    assert printed.out.encode() == data
    markdown = consult("export", signed.id, "--format", "md", *signed.at)
    assert "DRAFT" not in markdown.out
    assert "Dr Meier" in markdown.out


def test_markdown_as_one_document(consult: Call, draft: Stored) -> None:
    result = consult("export", draft.id, "--format", "md", "--json", *draft.at)
    assert result.code == 0
    assert result.json["text"].startswith("# Consultation plan")
    assert "draft" in result.err


def test_a_file_open_to_others_is_closed(consult: Call, signed: Stored, tmp_path: Path) -> None:
    file = tmp_path / "plan.md"
    file.write_text("older and longer " * 10_000, encoding="utf-8")
    file.chmod(0o644)
    assert consult("export", signed.id, "--format", "md", "--out", file, *signed.at).code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "older" not in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("format", ["docx", "JSON", ""])
def test_an_unknown_format(consult: Call, signed: Stored, format: str) -> None:
    result = consult("export", signed.id, "--format", format, *signed.at)
    assert result.code == 2
    assert "json, fhir" in result.sentence


def test_a_file_that_cannot_be_written(consult: Call, signed: Stored, tmp_path: Path) -> None:
    before = document(signed)["audit"]
    for out in (tmp_path, tmp_path / "secret-name" / "plan.json", tmp_path / ("n" * 400)):
        result = consult("export", signed.id, "--out", out, *signed.at)
        assert result.code == 2
        assert "cannot be written" in result.sentence
        assert "secret-name" not in result.err
    assert document(signed)["audit"] == before


def test_an_export_is_in_the_audit_log(consult: Call, signed: Stored) -> None:
    consult("export", signed.id, *signed.at)
    *_, last = document(signed)["audit"]
    assert (last["event"], last["data"]) == ("exported", {"format": "json", "status": "signed"})
    assert json.dumps(last)
