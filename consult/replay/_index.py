"""Where the rows of a folder of results stand: they are read one at a time, in order, by arm, or case by case."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from consult.errors import UsageError
from consult.replay._options import ROWS
from consult.replay._pairing import RowPair
from consult.replay._results import arms_now, row_in
from consult.replay._row import Row
from consult.replay._rubrics.records import Scores


@dataclass(frozen=True, slots=True)
class RowIndex:
    """The rows that count: of each arm as it is now, and of each pair the last one. Rows are not held in memory."""

    path: Path
    places: Mapping[str, Mapping[str, int]]
    """Arm, in the order that was asked for, to case hash to the byte at which its row begins."""
    hashes: Mapping[str, str]
    """Arm to its fingerprint."""
    older: Mapping[str, int]
    """Arm to the rows that were written before its settings or its content changed; they are left out."""
    scores: Scores = field(default_factory=Scores)
    """By the rubrics of cases, where a judge gave any."""

    @classmethod
    def read(cls, folder: Path, *, order: Sequence[str] = (), now: Mapping[str, str] | None = None) -> RowIndex:
        """Index a folder of results; a torn last line is passed over.

        Args:
            folder: of a replay.
            order: of the arms; those that it does not name come after, by name, whatever the order of their rows.
            now: arm to its fingerprint, where it is known, else those of the last finished replay; of other arms the
                one that was written last counts.

        Raises:
            UsageError: it holds no results, or a line that is no row.
        """
        places: dict[tuple[str, str], dict[str, int]] = {}
        latest: dict[str, str] = {}
        for at, (arm, arm_hash, case_hash) in _keys(folder / ROWS):
            places.setdefault((arm, arm_hash), {})[case_hash] = at
            latest[arm] = arm_hash
        known = arms_now(folder) if now is None else now
        latest |= {arm: hash for arm, hash in known.items() if (arm, hash) in places}
        older = dict.fromkeys(latest, 0)
        for (arm, arm_hash), rows in places.items():
            older[arm] += len(rows) if arm_hash != latest[arm] else 0
        arms = [*(arm for arm in order if arm in latest), *sorted(set(latest) - set(order))]
        return cls(folder / ROWS, {arm: places[arm, latest[arm]] for arm in arms}, latest, older, Scores.read(folder))

    @property
    def arms(self) -> list[str]:
        """Their names, in order."""
        return list(self.places)

    def __len__(self) -> int:
        return sum(len(rows) for rows in self.places.values())

    @property
    def cases(self) -> int:
        """How many cases have a row of any arm."""
        return len({case for rows in self.places.values() for case in rows})

    def rows(self, arm: str | None = None) -> Iterator[Row]:
        """The rows of one arm or of all, in the order in which they were written."""
        chosen = self.places.values() if arm is None else [self.places[arm]]
        return self._read(sorted(at for rows in chosen for at in rows.values()))

    def row(self, arm: str, case_hash: str) -> Row | None:
        """The row of one case; None where there is none."""
        at = self.places.get(arm, {}).get(case_hash)
        return None if at is None else next(self._read([at]))

    def pairs(self, a: str, b: str) -> Iterator[RowPair]:
        """The rows of every case that both arms have, in order of `a`."""
        before, after = self.places[a], self.places[b]
        both = sorted((at, after[case]) for case, at in before.items() if case in after)
        for first, second in zip(self._read(at for at, _ in both), self._read(at for _, at in both), strict=True):
            yield RowPair(first, second)

    def pair(self, a: str, b: str, case_hash: str) -> RowPair:
        """The rows of one case that both arms have."""
        return RowPair(*self._read([self.places[a][case_hash], self.places[b][case_hash]]))

    def of_case(self, case_hash: str) -> Iterator[Row]:
        """The rows of one case, of every arm that has one."""
        return self._read([rows[case_hash] for rows in self.places.values() if case_hash in rows])

    def _read(self, places: Iterator[int] | list[int]) -> Iterator[Row]:
        with self.path.open("rb") as file:
            for at in places:
                file.seek(at)
                yield self.scores.on(row_in(file.readline()))


def _keys(path: Path) -> Iterator[tuple[int, tuple[str, str, str]]]:
    at = 0
    try:
        file = path.open("rb")
    except OSError:
        raise UsageError("this folder holds no results of a replay") from None
    with file:
        for line in file:
            if line.endswith(b"\n"):
                yield at, _key(line)
            at += len(line)


def _key(line: bytes) -> tuple[str, str, str]:
    try:
        found = json.loads(line)
        return str(found["arm"]), str(found["arm_hash"]), str(found["case_hash"])
    except (ValueError, KeyError, TypeError):
        raise UsageError(f"a line of {ROWS} is not a row") from None
