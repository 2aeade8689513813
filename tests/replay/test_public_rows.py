"""Files that are not as they should be: one plain sentence, and a bad row is a failed row, not a stop."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from consult.analytes import Catalog
from consult.concepts import Concepts
from consult.errors import CaseError
from consult.replay._public import public_cases
from consult.replay._public.rows import LONGEST, rows_of

CASE = {"OSCE_Examination": {"Patient_Actor": {"History": "Ill."}, "Correct_Diagnosis": "Asthma"}}
LINE = json.dumps(CASE).encode()
CSV = b"Calculator Name,Patient Note,Question,Ground Truth Answer,Lower Limit,Upper Limit\n"
ROW = b"Anion Gap,A man.,How much?,12,11,13\n"


def rows(tmp_path: Path, content: bytes) -> list[Any]:
    file = tmp_path / "file"
    file.write_bytes(content)
    return list(rows_of(file))


def wrong(tmp_path: Path, content: bytes, name: str, catalog: Catalog, concepts: Concepts) -> str:
    file = tmp_path / "Zhang_San.json"
    file.write_bytes(content)
    with pytest.raises(CaseError) as refused:
        list(public_cases(file, name, catalog=catalog, concepts=concepts))
    return str(refused.value)


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (b"", "agentclinic", "the file is empty"),
        (b" \n\n", "medqa", "the file is empty"),
        (b"\xff\xfe{\x00", "mac", "the file is not text in UTF-8"),
        ("女，30岁".encode("gbk") * 9, "cmb-clin", "the file is not text in UTF-8"),
        (b"[]", "cmb-clin", "no case of CMB-Clin can be read from the file: it holds no row"),
        (CSV, "medcalc-bench", "no case of MedCalc-Bench can be read from the file: it holds no row"),
        (b"a,b\n1,2\n", "medcalc-bench", "the file is not MedCalc-Bench: row 1 has no 'Calculator Name'"),
        (b'{"a": 1}', "diagnosis-arena", "the file is not DiagnosisArena: row 1 has no 'Case Information'"),
        (b"MSH|^~\\&|LAB\rPID|1\r", "mac", "the first line of the file names no columns"),
        (LINE[:-9], "agentclinic", "no case of AgentClinic can be read from the file: row 1: the row is not complete "
         "JSON; what follows it cannot be read"),
        (b'{"OSCE_Examination": []}\n', "agentclinic",
         "no case of AgentClinic can be read from the file: row 1: 'OSCE_Examination' is not an object"),
        (b"PAR1 and nothing else", "diagnosis-arena", "the file is not Parquet, or it is broken"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_one_sentence(
    content: bytes, name: str, says: str, tmp_path: Path, catalog: Catalog, concepts: Concepts
) -> None:
    if content.startswith(b"PAR1"):
        pytest.importorskip("pyarrow")
    assert wrong(tmp_path, content, name, catalog, concepts) == says


@pytest.mark.parametrize(
    ("torn", "why"),
    [
        (LINE[:-20], "the row is not a complete JSON object"),
        (b"\xff\xfe" + LINE, "the row is not text in UTF-8"),
        (b"[1, 2]", "the row is not a complete JSON object"),
        (b'{"a":' * 100_000, "the row is not a complete JSON object"),
        (b'{"a":' + b"[" * 60 + b"]" * 60 + b"}", "the row is not a complete JSON object"),
        (b'{"OSCE_Examination": null}', "'OSCE_Examination' is not an object"),
        (b'{"OSCE_Examination": {"Correct_Diagnosis": 7}}', "'OSCE_Examination' tells nothing of a patient"),
        (b'{"other": 1}', "there is no 'patient_info'"),
        (b'{"OSCE_Examination": {"History": "\\ud800 \\u0000", "Correct_Diagnosis": ["x"]}}',
         "'Correct_Diagnosis' is not text"),
    ],
)  # fmt: skip
def test_a_bad_line_is_one_failed_row(
    torn: bytes, why: str, tmp_path: Path, catalog: Catalog, concepts: Concepts
) -> None:
    file = tmp_path / "cases.jsonl"
    file.write_bytes(b"\n".join([LINE, torn, LINE]))
    first, second, third = public_cases(file, "agentclinic", catalog=catalog, concepts=concepts)
    assert first.case is not None
    assert third.case is not None
    assert (second.id, second.error) == ("agentclinic-2", f"row 2: {why}")


def test_a_line_of_any_length_is_skipped_without_being_held(tmp_path: Path) -> None:
    file = tmp_path / "long.jsonl"
    with file.open("wb") as out:
        out.write(LINE + b'\n{"x": "')
        for _ in range(300):
            out.write(b"a" * 1_000_000)
        out.write(b'"}\n' + LINE)
    tracemalloc.start()
    found = list(rows_of(file))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found == [CASE, f"the row is longer than {LONGEST // 1024 // 1024} MiB", CASE]
    assert peak < 5 * LONGEST


def test_rows_before_a_break_in_a_list_are_read(tmp_path: Path) -> None:
    assert rows(tmp_path, b"[" + LINE + b"," + LINE + b"]") == [CASE, CASE]
    torn = rows(tmp_path, b"[" + LINE + b"," + LINE[:-5])
    assert torn == [CASE, "the row is not complete JSON; what follows it cannot be read"]
    assert rows(tmp_path, b"[" + LINE) == [CASE, "the list is not closed: rows may be missing at its end"]
    assert rows(tmp_path, b'{"Name": "n", "Cases": [' + LINE + b", 7]}")[1] == (
        "the row is not a JSON object, or is nested too deep"
    )
    assert rows(tmp_path, json.dumps(CASE, indent=2).encode()) == [CASE]  # one row over several lines


def test_csv(tmp_path: Path) -> None:
    quoted = b'Anion Gap,"A man,\nill.",How much?,12,11,13\n'
    assert [row["Patient Note"] for row in rows(tmp_path, b"\xef\xbb\xbf" + CSV + ROW + quoted)] == [
        "A man.",
        "A man,\nill.",
    ]
    bad = rows(tmp_path, CSV + b"1,2\n" + ROW.replace(b"man", b"m\xe4n") + b"\n" + ROW)
    assert bad[:2] == ["the row has 2 columns, and the first line names 6", "the row is not text in UTF-8"]
    assert bad[2]["Ground Truth Answer"] == "12"
    open_quote = rows(tmp_path, CSV + b'Anion Gap,"' + b"never closed " * 20_000)
    assert open_quote == ["the row is not CSV: a quotation mark is not closed, or a cell is too long"]


@pytest.mark.parametrize("answer", ["a lot", "NaN", "1e99999", "Infinity"])
def test_an_answer_that_is_no_number_is_a_failed_row(
    answer: str, tmp_path: Path, catalog: Catalog, concepts: Concepts
) -> None:
    file = tmp_path / "medcalc.csv"
    file.write_bytes(CSV + ROW + ROW.replace(b"12", answer.encode()))
    good, bad = public_cases(file, "medcalc-bench", catalog=catalog, concepts=concepts)
    assert good.case is not None
    assert bad.case is None
    assert bad.error.startswith("row 2: the answer or a limit is not a number")
