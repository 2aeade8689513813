"""`consult case`: read a file and show the normalised cases."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from consult.cli._common import Config, Home, Json, console, plain, print_json, say, settings
from consult.errors import CaseError

if TYPE_CHECKING:
    from consult.case import Case

FORMATS = ("auto", "json", "hl7")


def case(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A message, batch or case file.")],
    format: Annotated[str, typer.Option("--format", help="auto, json or hl7.")] = "auto",
    deidentify: Annotated[
        bool, typer.Option("--deidentify", help="Replace whatever the input names people by, in all text.")
    ] = False,
    json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Read FILE and print its cases, normalised."""
    chosen = settings(home, config)
    cases = load_cases(file, format, time_zone=chosen.site.time_zone, content=chosen.content)
    if deidentify:
        from consult.privacy import Gateway

        cases = [Gateway(one.identity).redact_case(one) for one in cases]
    if json:
        print_json([one.model_dump(mode="json") for one in cases])
        return
    from consult.cli._tables import case_table

    for one in cases:
        case_table(console(), one)


def load_cases(file: Path, format: str, *, time_zone: str, content: Path | None = None) -> list[Case]:
    """All cases of `file`; each unreadable part is named on standard error in one line.

    Raises:
        CaseError: nothing could be read.
    """
    from consult.analytes import Catalog
    from consult.case import read_cases
    from consult.content import content_root

    if format not in FORMATS:
        raise CaseError(f"unknown format {plain(format, 20)!r}; this version reads {' and '.join(FORMATS[1:])}")
    catalog = Catalog.load(content_root(content))
    result = read_cases(file, format=format, catalog=catalog, time_zone=time_zone)
    if not result.cases:
        raise CaseError(_first(result.problems) or "the input holds no case")
    for problem in result.problems:
        say(f"consult: {problem}")
    return result.cases


def _first(problems: list[str]) -> str:
    """The first problem, and how many more there are: one sentence."""
    return "; ".join([*problems[:1], *([f"and {len(problems) - 1} more parts are unreadable"] if problems[1:] else [])])


def choose(cases: list[Case], wanted: str | None) -> Case:
    """The one case to consult on.

    Raises:
        CaseError: there are several and none is named, or none has that id.
    """
    if wanted is not None:
        for one in cases:
            if one.id == wanted:
                return one
        raise CaseError(f"the input holds no case {plain(wanted, 60)!r}; it holds {_ids(cases)}")
    if len(cases) > 1:
        raise CaseError(
            f"the input holds {len(cases)} cases ({_ids(cases)}); choose one with --case ID, "
            "or run all of them with consult replay"
        )
    return cases[0]


def _ids(cases: list[Case]) -> str:
    shown = ", ".join(plain(one.id, 60) for one in cases[:10])
    return shown if len(cases) <= 10 else f"{shown} and {len(cases) - 10} more"
