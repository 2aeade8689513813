"""A corrected result, from the message to the new revision, in both languages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from consult.review import Store

from .conftest import CASES, Call, Stored, all_decisions

HAEMOLYSED = CASES / "lab-haemolysed-potassium" / "case.hl7"


def message(tmp_path: Path, number: int, value: str, *, status: str, taken: str = "20261120081000") -> Path:
    """The potassium of the same patient again."""
    segments = [one for one in HAEMOLYSED.read_text().replace("\n", "\r").split("\r") if one]
    potassium = f"OBX|1|NM|2823-3^Potassium^LN||{value}|mmol/L|3.5-5.3|N|||{status}|||{taken}+0000"
    kept = [one for one in segments if not one.startswith(("OBX", "NTE"))]
    text = "\r".join([*kept, potassium]).replace("MSG-2026-0001", f"MSG-2026-000{number}")
    file = tmp_path / f"{number}.hl7"
    file.write_text(text.replace("20261120081000", taken) + "\r", newline="")
    return file


WORDS = {
    "en": {
        "stale": "has not seen these results, which touch A1, A2", "before": "6.9 mmol/L → 4.3 mmol/L",
        "kind": "corrected", "revise": "A new revision takes them in", "because": "Signed knowing of later results",
        "suggested": "Decided on the revision before",
    },
    "zh": {
        "stale": "未纳入这些结果，涉及A1, A2", "before": "6.9 mmol/L → 4.3 mmol/L", "kind": "更正",
        "revise": "将其纳入新修订版", "because": "知悉后来的结果后仍签署",
        "suggested": "上一修订版",
    },
}  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_corrected_potassium_from_message_to_revision(
    consult: Call, new_home: Callable[[], Path], tmp_path: Path, lang: str
) -> None:
    words, home = WORDS[lang], new_home()
    at = ("--home", str(home))
    old = consult("run", HAEMOLYSED, "--json", "--lang", lang, *at).json["id"]
    stored = Stored(home, old, tmp_path / "li.jwk")
    decisions = stored.decisions(tmp_path, *all_decisions(stored))
    consult("review", old, "--decisions", decisions, "--reviewer", "Dr Li", *at)
    consult("keys", "new", "--name", "Dr Li", "--out", stored.key, *at)

    corrected = message(tmp_path, 2, "4.3", status="C")
    told = consult("run", corrected, "--lang", lang, *at)
    assert words["stale"] in told.err
    assert f"consult run FILE --revises {old}" in told.err
    shown = consult("show", old, *at).out
    assert all(words[key] in shown for key in ("before", "kind", "revise"))
    later: list[dict[str, Any]] = consult("show", old, "--json", *at).json["later_results"]
    assert [(one["before"], one["after"], one["fact"]) for one in later[0]["changes"]] == [
        ("6.9 mmol/L", "4.3 mmol/L", "F1")
    ]
    assert [row["stale"] for row in consult("list", "--json", *at).json if row["id"] == old] == [True]

    refused = consult("sign", old, "--key", stored.key, *at)
    assert refused.code == 2
    assert "results came that it has not seen" in refused.sentence
    assert consult("sign", old, "--key", stored.key, "--stale-reason", "told by phone 电话已告知", *at).code == 0
    assert f"{words['because']}" in consult("show", old, *at).out
    assert "told by phone 电话已告知" in consult("export", old, "--format", "md", *at).out
    plan = tmp_path / "plan.json"
    consult("export", old, "--out", plan, *at)
    assert consult("verify", plan, *at).code == 0

    made = consult("run", corrected, "--revises", old[:8], "--json", "--lang", lang, *at)
    assert made.code == 0
    new = made.json
    assert (new["revision"], new["supersedes"], new["decisions"], new["status"]) == (2, old, [], "awaiting-review")
    potassium = [one for one in new["case"]["observations"] if one["analyte"] == "k"]
    assert [(one["value"], one["status"]) for one in potassium] == [("6.9", "entered-in-error"), ("4.3", "corrected")]
    assert len(new["case"]["observations"]) == 10
    assert not new["plan"]["alerts"]
    assert any(
        "haemol" in one["name"] or "溶血" in one["name"] for one in new["plan"]["problems"]
    )  # LDH, AST: same tube
    assert words["suggested"] in consult("show", new["id"], *at).out
    rows = {row["id"]: row for row in consult("list", "--json", *at).json}
    assert rows[old]["superseded_by"] == new["id"]
    again = consult("run", corrected, "--revises", old, *at)
    assert again.code == 2
    assert "has the revision" in again.sentence or "superseded" in again.sentence


def test_a_repeat_closes_what_asked_for_it(consult: Call, new_home: Callable[[], Path], tmp_path: Path) -> None:
    at = ("--home", str(new_home()))
    old = consult("run", HAEMOLYSED, "--json", *at).json
    asked = next(one["id"] for one in old["plan"]["recommendations"] if one["concept"] == "repeat-sample")
    new = consult("run", message(tmp_path, 3, "4.2", status="F", taken="20261120120000"), "--json", *at).json["id"]
    (closed,) = [one for one in consult("show", old["id"], "--json", *at).json["follow_ups"] if one["item"] == asked]
    assert (closed["answer"]["value"], closed["answer"]["consultation"]) == ("4.2 mmol/L", new)
    assert "Answered since" in consult("show", old["id"], *at).out


def test_the_same_message_again_makes_nothing_stale_and_revises_nothing(
    consult: Call, new_home: Callable[[], Path]
) -> None:
    at = ("--home", str(new_home()))
    old = consult("run", HAEMOLYSED, "--json", *at).json["id"]
    assert "has not seen" not in consult("run", HAEMOLYSED, *at).err
    refused = consult("run", HAEMOLYSED, "--revises", old, *at)
    assert refused.code == 3 or "nothing that consultation" in refused.err
    with Store.open(Path(at[1])) as store:
        assert [row.stale for row in store.list()] == [False, False]


def test_another_patients_results_revise_nothing(consult: Call, draft: Stored, message: Callable[..., Path]) -> None:
    other = message("OBX|1|NM|2823-3^Potassium^LN||4.1|mmol/L|3.5-5.1|N|||F|||20260504073000+0200")
    result = consult("run", other, "--revises", draft.id, *draft.at)
    assert result.code == 2
    assert "about another patient" in result.sentence
    with Store.open(draft.home) as store:
        assert [row.id for row in store.list()] == [draft.id]
