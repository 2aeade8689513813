"""A worker in a process of its own, which kills itself at a named point.

Usage: killed_worker.py HOME [decide | opened | done]
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from consult.live import Inbox, Runs, Worker
from consult.panel import Panel
from consult.settings import Listen, Settings


def main() -> None:
    def kill(*_: Any) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    home = Path(sys.argv[1])
    if len(sys.argv) > 2:
        setattr(Runs, sys.argv[2], kill)
    settings = Settings(home=home, listen=Listen(settle_seconds=0))
    with Panel.from_settings(settings) as panel:
        inbox = Inbox.open(home)
        worker = Worker(inbox, panel, settings, clock=lambda: datetime.now(UTC))
        while worker.step():
            pass
        inbox.close()


if __name__ == "__main__":
    main()
