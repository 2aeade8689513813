"""What is written of a judgement: `judged.jsonl`, `judge.json`, and how both come to the rows of a replay."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from consult.case import Model
from consult.errors import UsageError
from consult.replay._row import Row
from consult.replay._rubrics.criteria import JudgedCriterion, RowRubric, scored
from consult.replay._rubrics.identity import Identity
from consult.replay._rubrics.known import JudgeCheck

JUDGED = "judged.jsonl"
JUDGE = "judge.json"


class JudgedRow(Model):
    """One line of `judged.jsonl`: codes and points. What was quoted stands in `documents/`, sealed where it is."""

    case: str
    case_hash: str
    arm: str
    arm_hash: str
    judge: Identity
    served: list[str] = Field(default_factory=list)
    plan: str = ""
    """SHA-256 of the text that was judged; empty where it could not be read."""
    score: float | None = None
    points: int = 0
    of: int = 0
    not_judged: int = 0
    criteria: list[JudgedCriterion]

    @property
    def pair(self) -> tuple[str, str]:
        """The case and the arm, by their hashes."""
        return self.case_hash, self.arm_hash


class Checks(Model):
    """`judge.json`: who judged in this folder, and how far each can be trusted."""

    last: str = ""
    """Fingerprint of the judge whose scores count: the last one that judged."""
    judges: dict[str, JudgeCheck] = Field(default_factory=dict)
    """By fingerprint."""


@dataclass(frozen=True, slots=True)
class Scores:
    """The scores that the last judge of a folder gave, by case and arm."""

    check: JudgeCheck | None = None
    found: dict[tuple[str, str], RowRubric] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> Scores:
        """Those of a folder; none where nobody judged in it.

        Raises:
            UsageError: a file of them is damaged.
        """
        checks = read_checks(folder)
        check = checks.judges.get(checks.last)
        if check is None:
            return cls()
        found = {}
        for row in read_judged(folder):
            if row.judge.fingerprint == checks.last:
                found[row.pair] = score_of(row, check)
        return cls(check, found)

    def on(self, row: Row) -> Row:
        """The row with its score by the rubric, if it has one."""
        rubric = self.found.get((row.case_hash, row.arm_hash))
        return row if rubric is None else row.model_copy(update={"rubric": rubric})

    def as_json(self) -> dict[str, Any] | None:
        """What a summary says of the judge; None where there is none."""
        return None if self.check is None else told(self.check)


def told(check: JudgeCheck) -> dict[str, Any]:
    """A check as JSON types, without the answer to each item."""
    return {"trusted": check.trusted, "doubt": check.doubt, **check.model_dump(mode="json", exclude={"answers"})}


def score_of(row: JudgedRow, check: JudgeCheck) -> RowRubric:
    """The score of a judged row.

    A verdict that was given under another name than the check saw is not that of the judge that was checked: behind an
    alias a provider puts another model.
    """
    trusted = check.trusted and set(row.served) <= set(check.served)
    return scored(row.criteria, judge=row.judge.fingerprint, trusted=trusted)


def read_checks(folder: Path) -> Checks:
    """What `judge.json` says; nothing where there is none.

    Raises:
        UsageError: it is damaged.
    """
    try:
        return Checks.model_validate_json((folder / JUDGE).read_bytes())
    except FileNotFoundError:
        return Checks()
    except (OSError, ValidationError):
        raise UsageError(f"{JUDGE} cannot be read or is not of this version") from None


def read_judged(folder: Path) -> Iterator[JudgedRow]:
    """The lines of `judged.jsonl`, in order; a torn last line is passed over.

    Raises:
        UsageError: a line is none.
    """
    with suppress(FileNotFoundError), (folder / JUDGED).open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.endswith(b"\n"):
                return
            try:
                yield JudgedRow.model_validate(json.loads(line))
            except ValueError:  # pydantic's errors are some
                raise UsageError(f"line {number} of {JUDGED} is not a judgement of this version") from None
