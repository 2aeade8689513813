"""Beginning one after another."""

import asyncio

import pytest

from consult.panel._pace import Pace


def test_one_begins_at_a_time_and_those_under_way_go_on_between() -> None:
    async def run() -> list[str]:
        pace, seen = Pace(), []

        async def one(name: str) -> None:
            async with pace.begin():
                seen.append(f"{name} begins")
                await asyncio.sleep(0.01)
                seen.append(f"{name} has begun")
            seen.append(f"{name} works")
            await asyncio.sleep(0)
            seen.append(f"{name} ends")

        await asyncio.gather(*(one(name) for name in "ab"))
        return seen

    assert asyncio.run(run()) == [
        f"{name} {what}" for name in "ab" for what in ("begins", "has begun", "works", "ends")
    ]


def test_a_beginning_that_fails_or_is_cancelled_gives_up_its_turn() -> None:
    async def run() -> bool:
        pace = Pace()
        with pytest.raises(ValueError, match="broken"):
            async with pace.begin():
                raise ValueError("broken")

        async def waiting() -> None:
            async with pace.begin():
                await asyncio.sleep(60)

        holds, waits = asyncio.ensure_future(waiting()), asyncio.ensure_future(waiting())
        await asyncio.sleep(0.05)
        for task in (waits, holds):
            task.cancel()
        await asyncio.gather(holds, waits, return_exceptions=True)
        async with asyncio.timeout(5), pace.begin():
            return True

    assert asyncio.run(run())
