"""Messages of patients whose names must not be repeated, a clock that is set, and homes with a panel."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from consult.live import Inbox
from consult.panel import Panel
from consult.settings import Settings

NAME = "Nachtigall"


@dataclass
class Clock:
    """Stands still until it is set forward."""

    now: datetime = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


POTASSIUM = "2823-3^Potassium^LN||{}|mmol/L|3.5-5.1"
SODIUM = "2951-2^Sodium^LN||{}|mmol/L|136-145"
CREATININE = "14682-9^Creatinine^LN||{}|umol/L|57-111"


def result(test: str, value: str, *, status: str = "F", flag: str = "", time: str = "20260504073000+0200") -> str:
    """One OBX without its number."""
    return f"NM|{test.format(value)}|{flag}|||{status}|||{time}"


def message(
    control: str,
    *results: str,
    patient: str = "MRN-558291",
    order: str = "BMP^Metabolic panel^L",
    number: str = "1",
    codec: str = "utf-8",
    header: str = "ORU^R01^ORU_R01|{}|P|2.5.1|||||||UNICODE UTF-8",
    name: str = f"{NAME}^Ottilie",
) -> bytes:
    """One ORU of one order."""
    segments = [
        f"MSH|^~\\&|LIS|LAB|HIS|WARD|20260504080000+0200||{header.format(control)}",
        f"PID|1||{patient}^^^LAB^MR||{name}||19610203|F",
        f"OBR|1|P{number}^HIS|A{number}^LIS|{order}|||20260504073000+0200|||||||||||||||||F",
        *(f"OBX|{place}|{one}" for place, one in enumerate(results, start=1)),
    ]
    return ("\r".join(segments) + "\r").encode(codec)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[Inbox]:
    opened = Inbox.open(tmp_path / "inbox")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def open_panel(new_home: Callable[[], Path]) -> Iterator[Callable[[], Panel]]:
    """Panels over homes of their own, without models; closed at the end."""
    panels: list[Panel] = []

    def make() -> Panel:
        panels.append(Panel.from_settings(Settings(home=new_home())))
        return panels[-1]

    yield make
    for panel in panels:
        panel.close()


@pytest.fixture(scope="session")
def shared_panel(open_panel: Callable[[], Panel]) -> Panel:
    """One panel for all tests that bring a patient of their own."""
    return open_panel()
