"""Public benchmarks, read from wherever the user keeps them; no row of any is part of this project."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from consult.analytes import Catalog
from consult.case import Case, read_cases
from consult.concepts import Concepts
from consult.errors import CaseError
from consult.replay._expected import Expect, Expected, Public
from consult.replay._public.agentclinic import AGENTCLINIC
from consult.replay._public.answers import concepts_of, is_given_away
from consult.replay._public.cmb_clin import CMB_CLIN
from consult.replay._public.diagnosis_arena import DIAGNOSIS_ARENA
from consult.replay._public.kit import Benchmark, Told, language_of
from consult.replay._public.mac import MAC
from consult.replay._public.medcalc_bench import MEDCALC_BENCH
from consult.replay._public.medqa import MEDQA
from consult.replay._public.rows import Row, beginning_of, rows_of
from consult.replay._rubrics.criteria import Criterion

__all__ = ["BENCHMARKS", "PublicCase", "benchmark_of", "public_cases"]

BENCHMARKS = {one.name: one for one in (AGENTCLINIC, CMB_CLIN, DIAGNOSIS_ARENA, MAC, MEDCALC_BENCH, MEDQA)}
"""By the name that `--format` takes."""
_CRITERION = 1000
"""Characters; the model answers of CMB-Clin are longer now and then, and are cut."""


@dataclass(frozen=True, slots=True)
class PublicCase:
    """A row of a benchmark, or why it gave no case."""

    id: str
    case: Case | None = None
    expected: Expected | None = None
    error: str = ""


def benchmark_of(path: Path) -> str | None:
    """The name of the benchmark that a file belongs to, told from its beginning; None: of none."""
    head = beginning_of(path)
    for one in BENCHMARKS.values():
        if any(all(sign in head for sign in signs) for signs in one.signs):
            return one.name
    return None


def public_cases(
    path: Path, name: str, *, catalog: Catalog, concepts: Concepts, time_zone: str = "UTC"
) -> Iterator[PublicCase]:
    """The cases of a benchmark's file, one by one; a row that cannot be read is one too.

    Args:
        path: a file of this benchmark.
        name: of `BENCHMARKS`.
        catalog: the analytes.
        concepts: conditions, as which answers are looked up.
        time_zone: IANA zone of times without an offset.

    Raises:
        CaseError: the file is of another kind, empty, or no row of it can be read.
        MissingExtra: it is Parquet, and PyArrow is not installed.
    """
    benchmark = BENCHMARKS[name]
    reader = _Reader(benchmark, catalog, concepts, time_zone)
    unread: list[PublicCase] = []
    readable = False
    for number, row in enumerate(rows_of(path), start=1):
        found = reader.read(number, row, known=readable)
        if readable:
            yield found
        elif found.case is None:
            unread.append(found)
        else:
            readable = True
            yield from (*unread, found)
    if not readable:
        why = unread[0].error if unread else "it holds no row"
        raise CaseError(f"no case of {benchmark.title} can be read from the file: {why}")


@dataclass(frozen=True, slots=True)
class _Reader:
    benchmark: Benchmark
    catalog: Catalog
    concepts: Concepts
    time_zone: str

    def read(self, number: int, row: Row | str, *, known: bool) -> PublicCase:
        """A row; the first one that has none of the keys says that the file is of another kind."""
        id = f"{self.benchmark.name}-{number}"
        if isinstance(row, str):
            return PublicCase(id, error=f"row {number}: {row}")
        if not any(all(key in row for key in keys) for keys in self.benchmark.needs):
            lacking = next(key for key in self.benchmark.needs[-1] if key not in row)
            if not known:
                raise CaseError(f"the file is not {self.benchmark.title}: row {number} has no {lacking!r}")
            return PublicCase(id, error=f"row {number}: there is no {lacking!r}")
        try:
            told = self.benchmark.read(row)
            id = f"{self.benchmark.name}-{told.id or number}"
            return PublicCase(id, self._case(told, id), self._expected(told))
        except CaseError as error:
            return PublicCase(id, error=f"row {number}: {error}")

    def _case(self, told: Told, id: str) -> Case:
        found = read_cases(
            told.text, format="text", catalog=self.catalog, concepts=self.concepts, time_zone=self.time_zone
        )
        if len(found.cases) != 1:
            raise CaseError("the row tells no case, or several")
        return found.cases[0].model_copy(update={"id": id, "questions": told.questions})

    def _expected(self, told: Told) -> Expected:
        text = _all_text(told)
        found = {answer: concepts_of(answer, self.concepts) for answer in told.answers}
        given_away = [is_given_away(answer, ids, text, self.concepts) for answer, ids in found.items()]
        names = [ids for ids in found.values() if ids]
        return Expected(
            group=told.group,
            language=language_of(text),
            source=self.benchmark.name,
            public=Public(
                benchmark=self.benchmark.name,
                judged=bool(names or told.calculators),
                given_away=_either(given_away),
            ),
            expect=Expect(
                first=[id for ids in names for id in ids] or None,
                top3=[*names[:3]],
                top5=[*names[3:]],
                calculators=told.calculators,
            ),
            rubric=_rubric(told),
        )


def _rubric(told: Told) -> list[Criterion]:
    """What a judge is asked, in at most so many words as a criterion may have."""
    asked = dict.fromkeys(" ".join(one.split())[:_CRITERION] for one in told.criteria)
    return [Criterion(criterion=one, points=1) for one in asked]


def _either(said: list[bool | None]) -> bool | None:
    """True where one is, None where nothing could be looked for."""
    known = [one for one in said if one is not None]
    return any(known) if known else None


def _all_text(told: Told) -> str:
    """All that is handed over, as the answer is looked for in it."""
    return "\n".join([*_strings(told.text), *told.questions])


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield str(key)
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)
    elif value is not None:
        yield str(value)
