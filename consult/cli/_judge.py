"""`consult judge`: the plans of finished replays held against the rubrics of their cases by a pinned model."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from consult.cli._common import Config, Home, Json, console, print_json, say, settings
from consult.errors import ConsultationError, UsageError

if TYPE_CHECKING:
    from consult.replay import ArmSummary, JudgeCheck, Judging, Results
    from consult.settings import Settings


def judge(
    folders: Annotated[
        list[Path], typer.Argument(metavar="DIR", help="Folders of replay; what is judged in one serves the others.")
    ],
    judge: Annotated[
        str | None, typer.Option("--judge", metavar="MODEL", help="A model of [models]; default: [judge] model.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Only ask the questions whose answers are known; judge nothing.")
    ] = False,
    json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Judge the plans of a replay by the rubrics of its cases; exit code 1 when the judge is not to be trusted."""
    from consult.replay import Results
    from consult.storage import Vault

    chosen = settings(home, config)
    name = judge or chosen.judge.model
    if name is None:
        raise UsageError("name the model that judges, with --judge or as model in [judge]")
    absent = [folder for folder in folders if not folder.is_dir()]
    if absent:
        raise UsageError("there is no such folder of results")
    vault = Vault.from_settings(chosen.storage)
    documents: list[dict[str, Any]] = []
    unanswered, trusted = 0, True
    with ExitStack() as stack:
        opened = [stack.enter_context(Results(folder, vault=vault)) for folder in dict.fromkeys(folders)]
        for results in opened:
            others = [one for one in opened if one is not results]
            found, progress, arms = _judged(results, name, chosen, others, check_only=check)
            documents.append(_document(found, progress, arms))
            if not json:
                if others:
                    say(f"{results.folder}:")
                _show(found, progress, arms)
            unanswered, trusted = unanswered + progress.unanswered, trusted and found.trusted
    if json:
        print_json(documents[0] if len(documents) == 1 else documents)
    if unanswered:
        raise ConsultationError(f"the judge did not answer {unanswered} questions; the same command asks them again")
    if not trusted:
        raise typer.Exit(1)


def _judged(
    results: Results, name: str, chosen: Settings, others: list[Results], *, check_only: bool
) -> tuple[JudgeCheck, Judging, dict[str, ArmSummary]]:
    import asyncio

    from consult.replay import judge_folder, pinned_judge, publish_results

    with console(stderr=True).status("asking the judge") as status:

        def tell(progress: Judging) -> None:
            status.update(_line(progress))

        async def run() -> tuple[JudgeCheck, Judging]:
            judge = pinned_judge(name, chosen, results)
            try:
                return await judge_folder(
                    results, judge, settings=chosen, others=others, check_only=check_only, tell=tell
                )
            finally:
                await judge.close()

        try:
            found, progress = asyncio.run(run())
        except KeyboardInterrupt:
            raise ConsultationError("interrupted; the same command goes on where this one stopped") from None
        return found, progress, publish_results(results, chosen)


def _line(progress: Judging) -> str:
    if progress.checking:
        return f"known answers: {progress.asked} asked"
    return f"{progress.done} of {progress.total} plans, {progress.asked} questions asked, {progress.calls} calls"


def _document(found: JudgeCheck, progress: Judging, arms: dict[str, ArmSummary]) -> dict[str, Any]:
    return {
        "schema": 1,
        "judge": {"trusted": found.trusted, "doubt": found.doubt, **found.model_dump(mode="json")},
        "plans": progress.done,
        "asked": progress.asked,
        "unanswered": progress.unanswered,
        "calls": progress.calls,
        "cost": f"{progress.cost.normalize():f}",
        "arms": {name: arm.rubric.as_json() for name, arm in arms.items()},
    }


def _show(found: JudgeCheck, progress: Judging, arms: dict[str, ArmSummary]) -> None:
    from rich.table import Table

    terminal = console()
    share = f"{found.agreed} of {found.n}"
    terminal.print(
        f"judge {found.judge.name} ({found.judge.model}): {share} known answers, macro F1 {found.macro_f1:.2f}",
        markup=False,
    )
    if found.missed:
        missed = ", ".join(f"{kind} {n} of {found.kinds[kind]}" for kind, n in found.missed.items())
        terminal.print(f"missed: {missed}", markup=False)
    if not found.trusted:
        terminal.print(
            f"JUDGE NOT TRUSTED: {found.doubt}. Its scores are marked, and a gate on them fails.",
            style="bold red",
            markup=False,
        )
    if progress.total:
        table = Table("arm", "mean score", "cases judged", "not judged", "criteria judged", "not judged", box=None)
        for name, arm in arms.items():
            sums = arm.rubric
            mean = "not judged" if sums.mean is None else f"{sums.mean:.3f}"
            counts = (sums.judged, sums.not_judged, sums.criteria, sums.criteria_not_judged)
            table.add_row(name, mean, *(str(one) for one in counts))
        terminal.print(table)
    say(f"{progress.asked} questions asked in {progress.calls} calls; the others were answered before")
