"""Fixtures for all tests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real messages and cases that others wrote; not part of this repository."""
    folder = Path(os.environ.get("CONSULT_SHARED_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip("no folder of real messages: set CONSULT_SHARED_DATA")
    return folder


@pytest.fixture(scope="session")
def built_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index over our own literature, built once a session."""
    from consult.content import content_root
    from consult.retrieval import Retriever

    home = tmp_path_factory.mktemp("built")
    Retriever.open(content_root(), home).close()
    return home / "index"


@pytest.fixture(scope="session")
def new_home(tmp_path_factory: pytest.TempPathFactory, built_index: Path) -> Callable[[], Path]:
    """Makes homes of their own that already hold the index."""

    def make() -> Path:
        home = tmp_path_factory.mktemp("home")
        shutil.copytree(built_index, home / "index")
        return home

    return make


@pytest.fixture
def home(new_home: Callable[[], Path]) -> Path:
    """A home that already holds the index."""
    return new_home()
