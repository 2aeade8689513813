"""What is kept below `documents/`: the rubrics of the cases, and what the judge said of each plan, in its words.

Both are sealed where the site encrypts. A sheet is of one plan text and one judge: arms that give the same plan share
it, and no question on it is ever asked twice.
"""

from __future__ import annotations

import gzip
from collections.abc import Sequence

from pydantic import Field, TypeAdapter, ValidationError

from consult.case import Model
from consult.errors import UsageError
from consult.replay._options import DOCUMENTS
from consult.replay._results import Results
from consult.replay._rubrics.criteria import Criterion
from consult.replay._rubrics.judge import Opinion

_RUBRIC = TypeAdapter(list[Criterion])


class Sheet(Model):
    """What one judge said of one plan."""

    judge: str
    """Fingerprint."""
    plan: str
    """SHA-256 of the text that was judged."""
    opinions: dict[str, Opinion] = Field(default_factory=dict)
    """By the hash of the criterion."""


def keep_rubric(results: Results, case_hash: str, rubric: Sequence[Criterion]) -> None:
    """Keep what a case is judged by, so that a judge needs no case; what stood there before is replaced."""
    place = _rubric_place(case_hash)
    if rubric:
        results.keep(place, _packed(_RUBRIC.dump_json(list(rubric)).decode()))
    else:
        results.drop(place)


def has_rubric(results: Results, case_hash: str) -> bool:
    """Whether a case has a rubric."""
    return (results.folder / _rubric_place(case_hash)).is_file()


def kept_rubric(results: Results, case_hash: str) -> list[Criterion]:
    """What a case is judged by; empty where it has no rubric.

    Raises:
        UsageError: it cannot be read.
    """
    packed = results.fetch(_rubric_place(case_hash))
    try:
        return [] if packed is None else _RUBRIC.validate_json(gzip.decompress(packed))
    except (OSError, EOFError, ValidationError):
        raise UsageError("a rubric of the replay cannot be read") from None


def keep_sheet(results: Results, sheet: Sheet) -> None:
    """Write what is known of a plan so far."""
    results.keep(_sheet_place(sheet.judge, sheet.plan), _packed(sheet.model_dump_json()))


def kept_sheet(folders: Sequence[Results], judge: str, plan: str) -> Sheet:
    """What is known of a plan from any of these folders; a sheet that cannot be read is an empty one."""
    place = _sheet_place(judge, plan)
    for results in folders:
        try:
            packed = results.fetch(place)
            if packed is not None:
                return Sheet.model_validate_json(gzip.decompress(packed))
        except (OSError, EOFError, ValidationError, UsageError):
            continue
    return Sheet(judge=judge, plan=plan)


def _rubric_place(case_hash: str) -> str:
    return f"{DOCUMENTS}/rubrics/{case_hash[:2]}/{case_hash[:24]}.json.gz"


def _sheet_place(judge: str, plan: str) -> str:
    return f"{DOCUMENTS}/judged/{judge[:12]}/{plan[:2]}/{plan[:24]}.json.gz"


def _packed(text: str) -> bytes:
    return gzip.compress(text.encode(), compresslevel=1, mtime=0)
