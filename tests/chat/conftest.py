"""Consultations on cases of `evals/cases`, drafted by the rules once for all tests of the chat."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from consult.case import Case
from consult.panel import Panel
from consult.review import Consultation
from consult.settings import Settings

CASES = Path(__file__).resolve().parents[2] / "evals" / "cases"
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)

Drafted = Callable[[str], Consultation]


def case_of(id: str) -> Case:
    """A case of the evaluation set."""
    (file,) = (CASES / id).glob("case.*")
    return Case.read(file)


@pytest.fixture(scope="session")
def panel(new_home: Callable[[], Path]) -> Iterator[Panel]:
    """A panel of rules whose clock stands still."""
    with Panel.from_settings(Settings.load(home=new_home()), clock=lambda: NOW) as opened:
        yield opened


@pytest.fixture(scope="session")
def drafted(panel: Panel) -> Drafted:
    """The draft of a case, in English unless the case is Chinese; the same for every test that only asks."""
    known: dict[str, Consultation] = {}

    def draft(id: str) -> Consultation:
        if id not in known:
            known[id] = panel.consult(case_of(id), language="zh" if id.endswith("-zh") else "en")
        return known[id]

    return draft


@pytest.fixture
def fresh(panel: Panel) -> Drafted:
    """A draft of one's own, for tests that revise, sign or purge it."""
    return lambda id: panel.consult(case_of(id))
