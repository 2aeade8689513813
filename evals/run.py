"""Run all cases through the rules engine, each in its language, and print what came of what was expected.

Usage: `python evals/run.py [--cases FOLDER] [--case NAME] [--json]`; the format of a case is told in `evals/README.md`.

Exit code 1 when an expected alert is missed, an alert is false, or a forbidden statement appears.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from scoring import CASES, Score, Tally, names, read, score

from consult.panel import Panel
from consult.settings import Settings

COLUMNS = ("", "cases", "alerts", "false", "first 1", "first 3", "first 5", "next tests", "forbidden")
BY = ("specialty", "group", "language", "trap")


def run(chosen: Sequence[str], cases: Path = CASES) -> list[Score]:
    """The scores of the cases, in order, of one panel without models in a home of its own."""
    scores = []
    with tempfile.TemporaryDirectory() as home, Panel.from_settings(Settings.load(home=home), engine="rules") as panel:
        for name in chosen:
            case, expected = read(name, cases)
            consultation = panel.consult(case, language=expected["language"])
            scores.append(score(name, consultation, expected, panel.library))
    return scores


def tallies(scores: Sequence[Score]) -> dict[str, dict[str, Tally]]:
    """Counts by specialty, group, language and trap, and of all."""
    totals: dict[str, dict[str, Tally]] = {by: {} for by in (*BY, "all")}
    for one in scores:
        for by in BY:
            totals[by].setdefault(getattr(one, by) or "none", Tally()).add(one.tally)
        totals["all"].setdefault("all", Tally()).add(one.tally)
    return {by: dict(sorted(rows.items())) for by, rows in totals.items()}


def table(scores: Sequence[Score]) -> str:
    """The tables as aligned text."""
    rows: list[Sequence[str]] = []
    for by, counted in tallies(scores).items():
        rows += [(f"-- by {by}" if by != "all" else "--", *[""] * (len(COLUMNS) - 1))]
        rows += [_row(name, tally) for name, tally in counted.items()]
    widths = [max(len(row[n]) for row in (COLUMNS, *rows)) for n in range(len(COLUMNS))]
    return "\n".join(_aligned(row, widths) for row in (COLUMNS, *rows))


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    others = (cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))
    return "  ".join([row[0].ljust(widths[0]), *others]).rstrip()


def _row(name: str, tally: Tally) -> tuple[str, ...]:
    return (
        name,
        str(tally.cases),
        f"{tally.alerts}/{tally.alerts_of}",
        str(tally.false_alerts),
        f"{tally.first1}/{tally.first1_of}",
        f"{tally.first3}/{tally.first3_of}",
        f"{tally.first5}/{tally.first5_of}",
        f"{tally.next}/{tally.next_of}",
        str(tally.forbidden),
    )


def failures(scores: Sequence[Score]) -> str:
    """Every case in which something is not as expected, with what."""
    lines = []
    for one in scores:
        if one.misses:
            lines += [f"{'FAIL' if one.danger else 'miss'}  {one.name}", *(f"        {miss}" for miss in one.misses)]
    clean = sum(not one.misses for one in scores)
    return "\n".join([f"{clean}/{len(scores)} cases wholly as expected", *lines])


def as_json(scores: Sequence[Score]) -> str:
    """Everything, for another program."""
    counted = {by: {name: asdict(tally) for name, tally in rows.items()} for by, rows in tallies(scores).items()}
    return json.dumps({"totals": counted, "cases": [asdict(one) for one in scores]}, ensure_ascii=False, indent=2)


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--cases", type=Path, default=CASES, metavar="FOLDER", help="cases of your own, in this layout")
    parser.add_argument("--case", metavar="NAME", help="only this case")
    parser.add_argument("--json", action="store_true", help="as JSON")
    arguments = parser.parse_args()
    known = names(arguments.cases)
    if arguments.case not in {None, *known}:
        parser.error(f"there is no case {arguments.case!r} in {arguments.cases}")
    scores = run([arguments.case] if arguments.case else known, arguments.cases)
    print(as_json(scores) if arguments.json else f"{table(scores)}\n\n{failures(scores)}")
    return 1 if any(one.danger for one in scores) else 0


if __name__ == "__main__":
    sys.exit(main())
