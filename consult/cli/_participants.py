"""`--with RESULT.json`: what outside models said of images, among the facts of a case."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from consult.cli._common import say
from consult.errors import CaseError

if TYPE_CHECKING:
    from consult.case import Case
    from consult.settings import Settings

LARGEST = 1_000_000
With = Annotated[
    list[Path] | None,
    typer.Option("--with", metavar="RESULT", help="An outside model's result (JSON) on this case; may be repeated."),
]


def with_results(cases: list[Case], files: list[Path] | None, settings: Settings) -> list[Case]:
    """The one case with the results in `files`; a model that the settings do not approve leaves a gap, and is named.

    Raises:
        CaseError: a file is no result, or there are several cases.
    """
    if not files:
        return cases
    if len(cases) != 1:
        raise CaseError("--with needs an input with one case: whose images were read must not be guessed")
    from consult.analytes import Catalog
    from consult.case import attach
    from consult.content import content_root
    from consult.interop.participant import approved, read_result

    catalog, case = Catalog.load(content_root(settings.content)), cases[0]
    for file in files:
        result = read_result(_content(file))
        case = attach(case, result, participants=settings.participants, catalog=catalog)
        if approved(result, settings.participants) is None:
            say("consult: the model, its version or its kind of image is not under [participants]; a gap was noted")
    return [case]


def _content(file: Path) -> bytes:
    """A result's bytes.

    Raises:
        CaseError: it cannot be read, or is larger than any result.
    """
    try:
        if file.stat().st_size > LARGEST:
            raise CaseError(f"the result of a model has more than {LARGEST} bytes")
        return file.read_bytes()
    except OSError as error:
        raise CaseError(f"the result of a model cannot be read: {error.strerror}") from None
