"""Small sets of cases, and folders of results, for the tests of replay."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from replay_rows import FEW

from consult.analytes import Catalog
from consult.concepts import Concepts
from consult.content import content_root
from consult.replay import Results
from consult.settings import Settings

CASES = Path(__file__).resolve().parents[2] / "evals" / "cases"


@pytest.fixture(scope="session")
def few_cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with four cases and what they expect, one of them free text in Chinese."""
    folder = tmp_path_factory.mktemp("cases")
    for name in FEW:
        shutil.copytree(CASES / name, folder / name)
    return folder


@pytest.fixture(scope="session")
def site(new_home: Callable[[], Path]) -> Settings:
    """Settings with an index and without models."""
    return Settings.load(home=new_home())


@pytest.fixture
def results(tmp_path: Path) -> Iterator[Results]:
    """A folder of results that nothing stands in yet."""
    with Results(tmp_path / "out") as opened:
        yield opened


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """The analytes."""
    return Catalog.load(content_root())


@pytest.fixture(scope="session")
def concepts() -> Concepts:
    """Conditions, tests, treatments."""
    return Concepts.load(content_root())
