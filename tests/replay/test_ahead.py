"""Lines that others read give the items that reading them here gives."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from consult.panel import Library
from consult.replay import Cases, Item
from consult.replay._ahead import Line, Part, read_ahead
from consult.settings import Settings


def case(id: str | None, value: str, **more: Any) -> str:
    result = {"name": "Haemoglobin", "value": value, "unit": "g/L"}
    sent = {"observations": [result], **more} | ({} if id is None else {"id": id})
    return json.dumps(sent)


LINES = [
    case("A", "96"), case("B", "97"), "", case("A", "98"), case("A", "96"), "{not json", case(None, "90"),
    '{"observations": 5}', case("C", "91"), case("Li Wei", "92", subject={"name": "Li Wei"}),
    case("B", "97"), case("A", "93"),
]  # fmt: skip
"""Equal ids with other results, the same case twice, blank, broken, without an id, named after the patient."""


@pytest.fixture
def cases(site: Settings, tmp_path: Path) -> Cases:
    library = Library.load(site)
    path = tmp_path / "cases.ndjson"
    path.write_text("\n".join(LINES * 3), encoding="utf-8")
    return Cases(path, library.catalog, concepts=library.concepts, time_zone="UTC")


async def ahead(cases: Cases, *, batches: int = 3, limit: int | None = None, fails: bool = False) -> list[Item]:
    running = 0

    async def reader(lines: Sequence[Line]) -> list[list[Part]] | None:
        nonlocal running
        running += 1
        assert running <= batches + 1
        await asyncio.sleep(0.01 if lines[0][0] % 2 else 0)  # later batches may be read first
        running -= 1
        return None if fails else [cases.parts(line) for line in lines]

    lines = cases.lines()
    assert lines is not None
    async with aclosing(read_ahead(cases, lines, reader, batches=batches, limit=limit)) as items:
        return [item async for item in items]


def opened(items: Sequence[Item]) -> list[Any]:
    return [(one.id, one.hash, one.error, one.opened, one.opened and one.opened.identity) for one in items]


@pytest.mark.parametrize("fails", [False, True], ids=["read elsewhere", "nobody could read"])
def test_the_items_are_those_of_reading_here(cases: Cases, fails: bool) -> None:
    here = opened(list(cases))
    assert len({id for id, *_ in here}) == len(here) >= 8
    assert opened(asyncio.run(ahead(cases, fails=fails))) == here
    assert opened(list(cases)) == here


@pytest.mark.parametrize("limit", [0, 1, 5, 1000])
def test_a_limit_takes_the_first(cases: Cases, limit: int) -> None:
    assert opened(asyncio.run(ahead(cases, limit=limit))) == opened(list(cases)[:limit])


def test_other_files_are_read_here(site: Settings, tmp_path: Path) -> None:
    library = Library.load(site)
    path = tmp_path / "one.json"
    path.write_text(case("A", "96"), encoding="utf-8")
    assert Cases(path, library.catalog).lines() is None
    assert Cases(tmp_path, library.catalog).lines() is None
    assert Cases(path, library.catalog, format="fhir").lines() is None
