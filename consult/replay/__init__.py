"""Replay: many cases, several arms, one row each; scores, comparison and reports.

Names are imported when first used: whether a replay is finished needs no rules and no literature.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from consult.replay._ablate import Estimate, ablate
    from consult.replay._ablated import Ablate, is_ablated
    from consult.replay._ablation import Ablation, read_ablation
    from consult.replay._arms import Arm, arms_of
    from consult.replay._cases import Cases, Item, Suite, case_folders, case_hash, read_folder
    from consult.replay._compare import Change, Comparison, Judged, Spent, compare
    from consult.replay._diff import Entry, PlanDiff, diff_plans, plan_diff, says
    from consult.replay._doctors import (
        Agreement,
        Agreements,
        Decided,
        RowAgreement,
        agreement,
        consultations_in,
        decided_items,
        row_agreement,
    )
    from consult.replay._edits import edit_distance
    from consult.replay._expected import Expected
    from consult.replay._fact_score import FactScore, fact_score
    from consult.replay._facts import Fact, facts_of
    from consult.replay._finished import is_finished, request
    from consult.replay._gate import Judgement, Verdict, judge_gates
    from consult.replay._learn import (
        Lessons,
        learn,
        learn_document,
        learn_html,
        learn_proposed,
        learn_summary,
        learn_words,
    )
    from consult.replay._limits import Gates, Limit
    from consult.replay._metrics import Metric, metric_named, metrics_of
    from consult.replay._options import Options, Replayed
    from consult.replay._pairing import Pairing, RowPair, Side, paired
    from consult.replay._process import process_quality
    from consult.replay._progress import Progress
    from consult.replay._replay import replay
    from consult.replay._report.names import Names
    from consult.replay._results import Results, read_rows
    from consult.replay._row import Row
    from consult.replay._rubrics.criteria import Criterion, RowRubric
    from consult.replay._rubrics.folder import Judging, judge_folder
    from consult.replay._rubrics.judge import Judge
    from consult.replay._rubrics.known import JudgeCheck, known_answers
    from consult.replay._rubrics.publish import pinned_judge, publish_results
    from consult.replay._scoring import Miss, Score, Tally, any_of, score
    from consult.replay._summary import ArmSummary, summarise
    from consult.replay._value import (
        Figure,
        Group,
        LiveCases,
        Period,
        Prices,
        ReplayedCases,
        Sheet,
        ValueReport,
        heading_of,
        sheets_of,
        value_html,
        value_report,
    )
    from consult.replay._words import Piece, word_diff

_HOME = {
    "Ablate": "_ablated",
    "Ablation": "_ablation",
    "Agreement": "_doctors",
    "Agreements": "_doctors",
    "Arm": "_arms",
    "ArmSummary": "_summary",
    "Cases": "_cases",
    "Change": "_compare",
    "Comparison": "_compare",
    "Criterion": "_rubrics.criteria",
    "Decided": "_doctors",
    "Entry": "_diff",
    "Estimate": "_ablate",
    "Expected": "_expected",
    "Fact": "_facts",
    "FactScore": "_fact_score",
    "Figure": "_value",
    "Gates": "_limits",
    "Group": "_value",
    "Item": "_cases",
    "Judge": "_rubrics.judge",
    "JudgeCheck": "_rubrics.known",
    "Judged": "_compare",
    "Judgement": "_gate",
    "Judging": "_rubrics.folder",
    "Lessons": "_learn",
    "Limit": "_limits",
    "LiveCases": "_value",
    "Metric": "_metrics",
    "Miss": "_scoring",
    "Names": "_report.names",
    "Options": "_options",
    "Pairing": "_pairing",
    "Period": "_value",
    "Piece": "_words",
    "PlanDiff": "_diff",
    "Prices": "_value",
    "Progress": "_progress",
    "Replayed": "_options",
    "ReplayedCases": "_value",
    "Results": "_results",
    "Row": "_row",
    "RowAgreement": "_doctors",
    "RowPair": "_pairing",
    "RowRubric": "_rubrics.criteria",
    "Score": "_scoring",
    "Sheet": "_value",
    "Side": "_pairing",
    "Spent": "_compare",
    "Suite": "_cases",
    "Tally": "_scoring",
    "ValueReport": "_value",
    "Verdict": "_gate",
    "ablate": "_ablate",
    "agreement": "_doctors",
    "any_of": "_scoring",
    "arms_of": "_arms",
    "case_folders": "_cases",
    "case_hash": "_cases",
    "compare": "_compare",
    "consultations_in": "_doctors",
    "decided_items": "_doctors",
    "diff_plans": "_diff",
    "edit_distance": "_edits",
    "fact_score": "_fact_score",
    "facts_of": "_facts",
    "heading_of": "_value",
    "is_ablated": "_ablated",
    "is_finished": "_finished",
    "judge_folder": "_rubrics.folder",
    "judge_gates": "_gate",
    "known_answers": "_rubrics.known",
    "learn": "_learn",
    "learn_document": "_learn",
    "learn_html": "_learn",
    "learn_proposed": "_learn",
    "learn_summary": "_learn",
    "learn_words": "_learn",
    "metric_named": "_metrics",
    "metrics_of": "_metrics",
    "paired": "_pairing",
    "pinned_judge": "_rubrics.publish",
    "plan_diff": "_diff",
    "process_quality": "_process",
    "publish_results": "_rubrics.publish",
    "read_ablation": "_ablation",
    "read_folder": "_cases",
    "read_rows": "_results",
    "replay": "_replay",
    "request": "_finished",
    "row_agreement": "_doctors",
    "says": "_diff",
    "score": "_scoring",
    "sheets_of": "_value",
    "summarise": "_summary",
    "value_html": "_value",
    "value_report": "_value",
    "word_diff": "_words",
}

__all__ = [
    "Ablate",
    "Ablation",
    "Agreement",
    "Agreements",
    "Arm",
    "ArmSummary",
    "Cases",
    "Change",
    "Comparison",
    "Criterion",
    "Decided",
    "Entry",
    "Estimate",
    "Expected",
    "Fact",
    "FactScore",
    "Figure",
    "Gates",
    "Group",
    "Item",
    "Judge",
    "JudgeCheck",
    "Judged",
    "Judgement",
    "Judging",
    "Lessons",
    "Limit",
    "LiveCases",
    "Metric",
    "Miss",
    "Names",
    "Options",
    "Pairing",
    "Period",
    "Piece",
    "PlanDiff",
    "Prices",
    "Progress",
    "Replayed",
    "ReplayedCases",
    "Results",
    "Row",
    "RowAgreement",
    "RowPair",
    "RowRubric",
    "Score",
    "Sheet",
    "Side",
    "Spent",
    "Suite",
    "Tally",
    "ValueReport",
    "Verdict",
    "ablate",
    "agreement",
    "any_of",
    "arms_of",
    "case_folders",
    "case_hash",
    "compare",
    "consultations_in",
    "decided_items",
    "diff_plans",
    "edit_distance",
    "fact_score",
    "facts_of",
    "heading_of",
    "is_ablated",
    "is_finished",
    "judge_folder",
    "judge_gates",
    "known_answers",
    "learn",
    "learn_document",
    "learn_html",
    "learn_proposed",
    "learn_summary",
    "learn_words",
    "metric_named",
    "metrics_of",
    "paired",
    "pinned_judge",
    "plan_diff",
    "process_quality",
    "publish_results",
    "read_ablation",
    "read_folder",
    "read_rows",
    "replay",
    "request",
    "row_agreement",
    "says",
    "score",
    "sheets_of",
    "summarise",
    "value_html",
    "value_report",
    "word_diff",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'consult.replay' has no attribute {name!r}")
    value = getattr(import_module(f"consult.replay.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
