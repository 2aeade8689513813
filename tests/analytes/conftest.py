"""The catalog of the checkout, loaded once."""

from __future__ import annotations

from pathlib import Path

import pytest

from consult.analytes import Catalog

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return Catalog.load(ROOT)
