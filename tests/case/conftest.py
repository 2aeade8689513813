"""Fixtures for the readers."""

from __future__ import annotations

import pytest

from consult.analytes import Catalog
from consult.content import content_root


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """The analytes of the checkout."""
    return Catalog.load(content_root())
