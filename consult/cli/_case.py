"""`consult case`: read a file and show the normalised cases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from consult.cli._common import Config, Home, Json, console, plain, print_json_list, say, settings
from consult.cli._participants import With, with_results
from consult.errors import CaseError

if TYPE_CHECKING:
    from consult.case import Case

FORMATS = ("auto", "json", "fhir", "hl7", "pdf", "text")


def case(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A message, batch, case file, report or note.")],
    format: Annotated[str, typer.Option("--format", help="auto, json, fhir, hl7, pdf or text.")] = "auto",
    deidentify: Annotated[
        bool,
        typer.Option("--deidentify", help="As a case to share: nobody is named, dates are moved, subjects are opaque."),
    ] = False,
    with_: With = None,
    json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Read FILE and print its cases, normalised."""
    chosen = settings(home, config)
    cases = stream(file, format, time_zone=chosen.site.time_zone, content=chosen.content)
    if with_:
        cases = iter(with_results(list(cases), with_, chosen))
    if deidentify:
        from consult.privacy import load_detectors, shareable

        detectors = load_detectors(chosen.privacy.detectors)
        cases = (shareable(one, number=number, detectors=detectors) for number, one in enumerate(cases, start=1))
    if json:
        print_json_list(one.model_dump(mode="json") for one in cases)
        return
    from consult.cli._tables import case_table

    for one in cases:
        case_table(console(), one)


def stream(file: Path, format: str, *, time_zone: str, content: Path | None = None) -> Iterator[Case]:
    """The cases of `file` one by one, however many it holds; what is unreadable is named on standard error.

    Raises:
        CaseError: nothing could be read.
    """
    from consult.analytes import Catalog
    from consult.case import Case, stream_cases
    from consult.content import content_root

    _check_format(format)
    catalog = Catalog.load(content_root(content))
    problems: list[str] = []
    found = False
    for one in stream_cases(file, format=format, catalog=catalog, time_zone=time_zone):
        if isinstance(one, Case):
            found = True
            yield one
        else:
            problems.append(one)
    if not found:
        raise CaseError(_first(problems) or "the input holds no case")
    for problem in problems:
        say(f"consult: {problem}")


def _check_format(format: str) -> None:
    if format not in FORMATS:
        raise CaseError(f"unknown format {plain(format, 20)!r}; this version reads {', '.join(FORMATS[1:])}")


def load_cases(file: Path, format: str, *, time_zone: str, content: Path | None = None) -> list[Case]:
    """All cases of `file`; each unreadable part is named on standard error in one line.

    Raises:
        CaseError: nothing could be read.
    """
    from consult.analytes import Catalog
    from consult.case import read_cases
    from consult.content import content_root

    _check_format(format)
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
