"""A door in a process of its own, to be killed. Usage: killed_door.py HOME"""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

from consult.live import Door, Inbox
from consult.settings import Listen


async def main() -> None:
    door = Door(Listen(), Inbox.open(Path(sys.argv[1])), clock=lambda: datetime.now(UTC))
    print(await door.open(0), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
