"""What differs between two texts and between two plans, in English and in Chinese."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from replay_rows import folder_of, row

from consult.case import Case, Patient
from consult.clinic import Finding
from consult.errors import ConsultError
from consult.plan import Alert, Plan, Position, Problem, Recommendation, Statement, Unavailable
from consult.replay import Entry, PlanDiff, Results, Side, compare, diff_plans, plan_diff, word_diff
from consult.replay._diff import moved
from consult.replay._results import pack, place_of
from consult.replay._words import text_diffs, tokens
from consult.review import Consultation, Provenance, Subject
from consult.storage import MasterKey, Vault, new_key


def marked(before: str, after: str) -> str:
    marks = {"same": "{}", "gone": "[-{}-]", "new": "{{+{}+}}"}
    return "".join(marks[piece.mark].format(piece.text) for piece in word_diff(before, after))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("Potassium 6.9 mmol/L.", "Potassium 5.9 mmol/L.", "Potassium [-6.9-]{+5.9+} mmol/L."),
        ("血钾6.9 mmol/L，立即复查", "血钾6.9 mmol/L，当日复查", "血钾6.9 mmol/L，[-立即-]{+当日+}复查"),
        ("血小板12 10^9/L", "血小板120 10^9/L", "血小板[-12-]{+120+} 10^9/L"),
        ("rests on [F2, F3]", "rests on [F23, F3]", "rests on [[-F2-]{+F23+}, F3]"),
        ("the same", "the same", "the same"),
        ("", "new", "{+new+}"),
        ("gone", "", "[-gone-]"),
        ("", "", ""),
    ],
)
def test_words_that_differ(before: str, after: str, expected: str) -> None:
    assert marked(before, after) == expected


@pytest.mark.parametrize("text", ["a  b\n c", "钾（K⁺）6.90 mmol/L", "x" * 5000, "1,234.5%", "\u202e\x1b[31m"])
def test_both_texts_can_be_had_back(text: str) -> None:
    other = f"血钾 {text[::2]} end"
    pieces = word_diff(text, other)
    assert "".join(tokens(text)) == text
    assert "".join(piece.text for piece in pieces if piece.mark != "new") == text
    assert "".join(piece.text for piece in pieces if piece.mark != "gone") == other


def test_a_text_without_end_is_told_apart_as_a_whole() -> None:
    before, after = ("word " * 20_000, "other " * 20_000)
    assert [piece.mark for piece in word_diff(before, after)] == ["gone", "new"]
    assert len(text_diffs([before], [after])) == 2


def test_sentences_find_their_other_wording() -> None:
    before = ["Ferritin is low.", "Read the film today.", "Kept."]
    after = ["Kept.", "Read the film now.", "Call the ward."]
    found = ["".join(f"{piece.mark[0]}<{piece.text}>" for piece in pieces) for pieces in text_diffs(before, after)]
    assert found == ["g<Ferritin is low.>", "s<Read the film >g<today>n<now>s<.>", "n<Call the ward.>"]
    assert text_diffs(before, before) == []
    assert len(text_diffs(["twice", "twice"], ["twice"])) == 1


def test_the_fewest_move() -> None:
    assert moved("abcd", "dabc") == {"d": (4, 1)}
    assert moved("abcd", "xabcd") == {}
    assert moved("abcd", "abd") == {}
    assert moved("abcd", "bacd") in ({"a": (1, 2)}, {"b": (2, 1)})
    assert set(moved("abcdef", "fabcde")) == {"f"}


def statement(text: str, **more: Any) -> Statement:
    return Statement(text=text, facts=["F1"], author="laboratory", **more)


def problem(concept: str, text: str, **more: Any) -> Problem:
    told: dict[str, Any] = {"likelihood": "likely", "severity": "standard", "said_by": ["laboratory"], **more}
    return Problem(id="P1", concept=concept, name=concept.title(), statements=[statement(text)], **told)


def advice(concept: str, text: str, **more: Any) -> Recommendation:
    told: dict[str, Any] = {"kind": "test", "urgency": "routine", "said_by": ["laboratory"], **more}
    return Recommendation(id="R1", concept=concept, name=concept.title(), statement=statement(text), **told)


def alert(finding: str, text: str) -> Alert:
    return Alert(id="A1", finding=finding, statement=statement(text), source="x")


def consultation(plan: Plan | None, findings: dict[str, str] | None = None) -> Consultation:
    return Consultation(
        id="C-1",
        subject=Subject(key="S-1", identity=""),
        case=Case(id="x", subject="S-1", patient=Patient()),
        provenance=Provenance(version="0", content_hash="0"),
        findings=[
            Finding(id=id, kind="pattern", severity="red", facts=["F1"], source="x", says="x", rule=rule)
            for id, rule in (findings or {}).items()
        ],
        plan=plan,
    )


def plan(language: Any = "en", **parts: Any) -> Plan:
    names = {"laboratory": "检验医学科", "hematology": "血液科"}
    return Plan(language=language, engine="rules", specialties=names if language == "zh" else {}, **parts)


def told(diff: PlanDiff) -> list[tuple[str, str, str, list[str]]]:
    return [(entry.part, entry.name, entry.change, entry.notes) for entry in diff.entries]


def test_two_plans_that_are_the_same() -> None:
    one = plan(problems=[problem("a", "A.")], recommendations=[advice("r", "R.")], alerts=[])
    assert diff_plans(consultation(one), consultation(one)).entries == []


def test_alerts_are_told_apart_by_their_rule_and_not_by_their_number() -> None:
    before = consultation(plan(alerts=[alert("N1", "K."), alert("N2", "P.")]), {"N1": "LAB31", "N2": "HEM10"})
    after = consultation(plan(alerts=[alert("N7", "P.")]), {"N7": "HEM10"})
    assert told(diff_plans(before, after)) == [("alert", "LAB31", "gone", [])]
    assert told(diff_plans(after, before)) == [("alert", "LAB31", "new", [])]


def test_problems_move_change_come_and_go() -> None:
    before = plan(problems=[problem("a", "A."), problem("b", "B."), problem("c", "C."), problem("gone", "G.")])
    after = plan(
        problems=[
            problem("new", "N."),
            problem("c", "C."),
            problem("a", "A.", likelihood="possible", severity="red"),
            problem("b", "B 2.", below_the_line=True, said_by=["hematology"]),
        ]
    )
    assert told(diff_plans(consultation(before), consultation(after))) == [
        ("problem", "Gone", "gone", ["likely · routine"]),
        ("problem", "New", "new", ["likely · routine"]),
        ("problem", "C", "changed", ["moved from 3 to 2"]),
        ("problem", "A", "changed", ["likely → possible", "routine → danger"]),
        (
            "problem",
            "B",
            "changed",
            ["now below the line: unsupported", "no longer said by laboratory", "now also said by hematology"],
        ),
    ]


def test_the_same_in_chinese() -> None:
    position = Position(specialty="hematology", stance="unlikely", reason="x")
    before = plan("zh", problems=[problem("a", "血钾6.9。"), problem("b", "乙。")])
    after = plan(
        "zh",
        problems=[problem("b", "乙。"), problem("a", "血钾6.8。", likelihood="possible", dissent=[position])],
        gaps=[Unavailable(specialty="hematology", reason="x")],
    )
    diff = diff_plans(consultation(before), consultation(after))
    assert told(diff) == [
        ("problem", "B", "changed", ["由第2位移至第1位"]),
        ("problem", "A", "changed", ["很可能 → 可能", "不同意见：0 → 1"]),
        ("gap", "血液科", "new", []),
    ]
    sentences = [pieces for entry in diff.entries for pieces in entry.statements]
    assert [(piece.text, piece.mark) for piece in sentences[0]] == [
        ("血钾", "same"),
        ("6.9", "gone"),
        ("6.8", "new"),
        ("。 [F1]", "same"),
    ]


def test_recommendations_are_told_apart_by_what_they_ask_for() -> None:
    before = plan(recommendations=[advice("x", "X."), advice("y", "Y.", kind="avoid")])
    after = plan(recommendations=[advice("x", "X.", urgency="immediate"), advice("y", "Y.")])
    assert told(diff_plans(consultation(before), consultation(after))) == [
        ("recommendation", "Y", "gone", ["avoid · routine"]),
        ("recommendation", "X", "changed", ["routine → now"]),
        ("recommendation", "Y", "new", ["test · routine"]),
    ]


def test_an_unsupported_sentence_is_seen_as_one() -> None:
    refused = Problem(
        id="P1", concept="a", name="A", likelihood="likely", severity="standard", said_by=["laboratory"],
        statements=[statement("Lactate 17.3.", supported=False, problem="the number 17.3 stands in nothing")],
    )  # fmt: skip
    diff = diff_plans(consultation(plan(problems=[problem("a", "A.")])), consultation(plan(problems=[refused])))
    assert isinstance(diff.entries[0], Entry)
    assert diff.entries[0].statements[-1][-1].text.endswith("(not supported: the number 17.3 stands in nothing)")


def test_plans_in_two_languages_are_compared_by_their_items_only() -> None:
    before, after = (
        plan(problems=[problem("a", "A.")]),
        plan("zh", problems=[problem("a", "甲。"), problem("b", "乙。")]),
    )
    diff = diff_plans(consultation(before), consultation(after))
    assert diff.remark == "两份方案语言不同，未比较文句"
    assert told(diff) == [("problem", "B", "new", ["很可能 · 常规"])]
    assert diff.entries[0].statements == []


def test_documents_of_an_encrypted_home_are_opened_with_its_key(tmp_path: Path) -> None:
    vault = Vault([MasterKey.read(new_key())], writes=True)
    plans = {"a": plan(problems=[problem("a", "A.")]), "b": plan(problems=[problem("a", "B.")])}
    for name, held in plans.items():
        place = place_of("0" * 64, name * 64)
        with Results(tmp_path / name, vault=vault) as results:
            results.keep(place, pack(consultation(held)))
            results.append(row("x", document=place))
    comparison = compare(*(Side.read(str(tmp_path / name)) for name in plans))
    pair = comparison.pairing.pairs[0]
    assert told(plan_diff(comparison, pair, vault.sealer("replay"))) == [("problem", "A", "changed", [])]
    with pytest.raises(ConsultError):
        plan_diff(comparison, pair, Vault().sealer("replay"))


def test_a_side_that_failed_has_no_plan(tmp_path: Path) -> None:
    a, b = folder_of(tmp_path / "a", row("x", language="zh")), folder_of(tmp_path / "b", row("x", status="failed"))
    comparison = compare(Side.read(str(a)), Side.read(str(b)))
    diff = plan_diff(comparison, comparison.pairing.pairs[0], Vault().sealer("replay"))
    assert (diff.entries, diff.remark) == ([], "一方没有方案")


def test_without_a_plan_there_is_nothing_to_compare() -> None:
    diff = diff_plans(consultation(plan(problems=[problem("a", "A.")])), consultation(None))
    assert (diff.entries, diff.remark) == ([], "no plan on one side")
