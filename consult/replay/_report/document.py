"""The report of a replay as one HTML file: no script, nothing fetched, one style sheet named by hash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from consult._version import __version__
from consult.errors import UsageError
from consult.panel import Library
from consult.plan import Language
from consult.replay._ablation import read_ablation
from consult.replay._html import Child
from consult.replay._index import RowIndex
from consult.replay._options import REPORT
from consult.replay._report import plots
from consult.replay._report.ablation import ablations
from consult.replay._report.against import Against, differences
from consult.replay._report.changed import changed_cases
from consult.replay._report.figures import Figures
from consult.replay._report.names import Names
from consult.replay._report.page import page
from consult.replay._report.rubric import rubric
from consult.replay._report.sections import (
    dangers,
    failures,
    groups,
    measures,
    notes,
    paragraph,
    process,
    the_arms,
)
from consult.replay._results import Results
from consult.review import Provenance

_SECTIONS = (
    "arms", "measures", "rubric", "differences", "cost", "groups", "calibration", "latency", "money", "agents",
    "process", "ablation", "dangers", "failed", "changed",
)  # fmt: skip


def write_report(
    results: Results,
    *,
    at: datetime,
    language: Language = "en",
    library: Library | None = None,
    arms: Sequence[str] = (),
    complete: bool = True,
    now: Mapping[str, str] | None = None,
) -> None:
    """Write `report.html` beside the rows.

    Rows are read one at a time. Of consultations, one of each arm and those of the changed cases that are shown are
    read; where a site encrypts them, none is shown.

    Args:
        results: the folder of the replay; rows of arms as they were before they changed are left out.
        at: when it is written.
        language: of the report; plans stay in theirs.
        library: whose agents are called by their names.
        arms: in their order; the others are held against the first.
        complete: whether every pair that was asked for has its row.
        now: see `RowIndex.read`.

    Raises:
        UsageError: there are no rows, or a line is none.
    """
    index = RowIndex.read(results.folder, order=arms, now=now)
    results.write(REPORT, report_html(results, index, at=at, names=Names(language, library), complete=complete))


def report_html(results: Results, index: RowIndex, *, at: datetime, names: Names, complete: bool = True) -> str:
    """The document; see `write_report`."""
    arms = [_counted(index, name) for name in index.arms]
    held = [Against.of(index, arms[0], arm) for arm in arms[1:]]
    made_by = {name: made for name in index.arms if (made := _made_by(index, results, name)) is not None}
    left_out = ablations(read_ablation(results.folder), dict(index.hashes), names)
    judged = rubric(arms, index.scores.check, names)
    parts: list[Child] = [
        the_arms(arms, made_by, names),
        measures(arms, names),
        judged,
        differences(held, names),
        plots.quality_against_cost(arms, names),
        groups(arms, plots.quality_by_group(arms, names), names),
        plots.calibration(arms, names),
        plots.latency(arms, names),
        plots.where_the_money_goes(arms, names),
        plots.contributions(arms, names),
        process(arms, names),
        left_out,
        dangers(arms, names),
        failures(arms, names),
        changed_cases(held, index, results, names),
    ]
    told = {"cases": index.cases, "arms": len(arms), "rows": len(index)}
    said = paragraph(names.say("subtitle", at=f"{at:%Y-%m-%d %H:%M %Z}".strip(), version=__version__, **told))
    head = [said, paragraph(names.say("not-signed"), "note"), *notes(arms, index.older, names, complete=complete)]
    there = {"differences": held, "changed": held, "ablation": left_out, "rubric": judged}
    shown = [name for name in _SECTIONS if there.get(name, True)]
    return page(
        names.say("title"),
        head,
        parts,
        contents=[(name, names.say(f"sec.{name}")) for name in shown],
        labels=(names.say("contents"), names.say("skip")),
        skip_to="measures",
        language=names.language,
    )


def _counted(index: RowIndex, name: str) -> Figures:
    figures = Figures.of(name, index.hashes[name])
    for row in index.rows(name):
        figures.add(row)
    return figures


def _made_by(index: RowIndex, results: Results, name: str) -> Provenance | None:
    """What the plans of an arm were made with, from the first that can be read."""
    for row in index.rows(name):
        if row.document:
            try:
                return results.document(row).provenance
            except UsageError:
                return None
    return None
