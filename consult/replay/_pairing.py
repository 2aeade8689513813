"""The two sides of a comparison: the rows of one arm each, and which of them are of the same case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal, InvalidOperation
from operator import attrgetter
from pathlib import Path

from consult.errors import UsageError
from consult.replay._metrics import Metric
from consult.replay._results import arms_now, read_rows
from consult.replay._row import Row
from consult.replay._scoring import Tally

_EXPECTED = attrgetter(*(one.name for one in fields(Tally) if one.name.endswith("_of")))
"""How many of each kind a case expects."""
_MOST = Decimal(10) ** 12
"""Of money or seconds; no case takes as much."""


@dataclass(frozen=True, slots=True)
class Side:
    """One arm of one folder of results."""

    folder: Path
    arm: str
    arm_hash: str
    rows: Sequence[Row]
    older: int = 0
    """Rows of the arm as it was before its settings or its content changed; they are not compared."""

    @classmethod
    def read(cls, said: str) -> Side:
        """What `FOLDER` or `FOLDER:ARM` names.

        Raises:
            UsageError: there are no results, no such arm, or several and none is named; one sentence.
        """
        folder, arm = _split(said)
        by_arm: dict[str, list[Row]] = {}
        for row in read_rows(folder):
            by_arm.setdefault(row.arm, []).append(_countable(row))
        chosen = _chosen(by_arm, arm)
        now = arms_now(folder).get(chosen, "")
        last = now if any(row.arm_hash == now for row in by_arm[chosen]) else by_arm[chosen][-1].arm_hash
        rows = [row for row in by_arm[chosen] if row.arm_hash == last]
        return cls(folder, chosen, last, rows, len(by_arm[chosen]) - len(rows))


@dataclass(frozen=True, slots=True)
class RowPair:
    """The rows of one case on both sides."""

    a: Row
    b: Row

    @property
    def same_expectations(self) -> bool:
        """Whether both were scored against the same, as far as the counts of what was expected tell."""
        both = self.a.scored and self.b.scored and not self.failed
        return not both or _EXPECTED(self.a.tally) == _EXPECTED(self.b.tally)

    @property
    def failed(self) -> bool:
        """Whether either side has no plan."""
        return "failed" in {self.a.status, self.b.status}

    @property
    def trusted(self) -> bool:
        """Whether the judge of both rubrics can be believed, as far as anything was judged."""
        return all(row.rubric is None or row.rubric.trusted for row in (self.a, self.b))

    def values(self, metric: Metric) -> tuple[float, float] | None:
        """Of both sides; None where either cannot be judged."""
        if metric.expects and not self.same_expectations:
            return None
        if metric.alike is not None and metric.alike(self.a) != metric.alike(self.b):
            return None
        a, b = metric.of(self.a), metric.of(self.b)
        return None if a is None or b is None else (a, b)

    def said(self, by: str) -> str:
        """Specialty, group, language or trap of the case; empty where nobody said."""
        return str(getattr(self.a, by) or getattr(self.b, by))


@dataclass(frozen=True, slots=True)
class Pairing:
    """Which rows are of the same case, and which have no counterpart."""

    pairs: list[RowPair]
    only_a: list[str] = field(default_factory=list)
    """Ids of cases of which only the first side has a row."""
    only_b: list[str] = field(default_factory=list)
    by_id: int = 0
    """Pairs whose cases have the same id, but were not read as the same: of the pairs, so many."""


def paired(a: Iterable[Row], b: Iterable[Row]) -> Pairing:
    """Rows of the same case, in order of `a`: the same hash, else the same id where one row on each side has it."""
    before, after = {row.case_hash: row for row in a}, {row.case_hash: row for row in b}
    matched = {hash: after[hash] for hash in before if hash in after}
    loose_a, loose_b = (_by_id(row for hash, row in rows.items() if hash not in matched) for rows in (before, after))
    again = {row.case_hash: loose_b[id] for id, row in loose_a.items() if id in loose_b}
    other = {**matched, **again}
    taken = {row.case_hash for row in other.values()}
    return Pairing(
        pairs=[RowPair(row, other[hash]) for hash, row in before.items() if hash in other],
        only_a=sorted(row.case for hash, row in before.items() if hash not in other),
        only_b=sorted(row.case for hash, row in after.items() if hash not in taken),
        by_id=len(again),
    )


def _by_id(rows: Iterable[Row]) -> dict[str, Row]:
    """Ids that one row only has."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.case, []).append(row)
    return {id: same[0] for id, same in found.items() if len(same) == 1}


def _split(said: str) -> tuple[Path, str]:
    """A folder may have a colon in its name; an arm has none."""
    if Path(said).is_dir():
        return Path(said), ""
    folder, colon, arm = said.rpartition(":")
    if not colon or not Path(folder).is_dir():
        raise UsageError("there is no such folder of results; A and B are each FOLDER or FOLDER:ARM")
    return Path(folder), arm


def _countable(row: Row) -> Row:
    """The row, once its amounts have been seen to be numbers."""
    try:
        amounts = [Decimal(row.usage.cost), Decimal(row.seconds)]
    except InvalidOperation:
        amounts = []
    if not amounts or not all(amount.is_finite() and 0 <= amount < _MOST for amount in amounts):
        raise UsageError("a row of the results has a cost or a time that is no number")
    return row


def _chosen(by_arm: dict[str, list[Row]], arm: str) -> str:
    if not by_arm:
        raise UsageError("a folder of results holds no row yet")
    names = ", ".join(sorted(by_arm))
    if arm and arm not in by_arm:
        raise UsageError(f"a folder of results has no arm {arm!r}; it has {names}")
    if not arm and len(by_arm) > 1:
        raise UsageError(f"a folder of results holds several arms ({names}): name one, as FOLDER:ARM")
    return arm or next(iter(by_arm))
