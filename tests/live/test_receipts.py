"""When the messages of a consultation were received."""

from __future__ import annotations

from pathlib import Path

from consult.live import Inbox, Receipts, Runs
from consult.live._runs import Plan

from .conftest import Clock
from .test_inbox import arrival


def test_the_times_of_the_messages_in_the_order_in_which_they_were_read(tmp_path: Path, clock: Clock) -> None:
    inbox = Inbox.open(tmp_path)
    ids = []
    for control in ("1", "2", "3"):
        ids += [one.id for one in inbox.store([arrival(control)], clock())]
        clock.forward(90)
    runs = Runs(inbox.database)
    nothing: frozenset[str] = frozenset()
    runs.decide(ids, [Plan((ids[2], ids[0]), "c", nothing, nothing, nothing, "critical")], clock())
    (run,) = runs.open(clock())
    runs.done(run, "C-1", "S-1")
    inbox.purge(clock.now)
    inbox.close()
    receipts = Receipts.open(tmp_path)
    assert receipts is not None
    assert receipts.of("C-1") == ["2026-05-04T08:03:00.000Z", "2026-05-04T08:00:00.000Z"]
    assert receipts.of("C-2") == []
    receipts.close()


def test_a_home_that_never_received_anything_gets_no_inbox(tmp_path: Path) -> None:
    assert Receipts.open(tmp_path) is None
    assert not list(tmp_path.iterdir())
