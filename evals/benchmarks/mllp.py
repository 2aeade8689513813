"""Prints what the MLLP listener does: messages acknowledged a second, latency, reading, and what a kill loses.

Every sender waits for each acknowledgement before the next message, over a socket of its own; the listener runs in a
process of its own and acknowledges what is on the disk. A message is a metabolic and blood count panel of 20 results.

Usage: `python evals/benchmarks/mllp.py [--seconds 5] [--worker]`
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from consult.interop.mllp import Client

_TESTS = """
2823-3 Potassium mmol/L 3.5-5.1 4.1|2951-2 Sodium mmol/L 136-145 139|2075-0 Chloride mmol/L 98-107 101
2160-0 Creatinine mg/dL 0.6-1.2 0.9|3094-0 Urea-nitrogen mg/dL 7-20 14|2345-7 Glucose mg/dL 70-99 91
17861-6 Calcium mg/dL 8.6-10.2 9.1|1742-6 ALT U/L 7-56 20|1920-8 AST U/L 10-40 22|6768-6 ALP U/L 44-147 80
1975-2 Bilirubin mg/dL 0.1-1.2 0.6|2885-2 Protein g/dL 6-8.3 7.1|1751-7 Albumin g/dL 3.5-5 4.1
718-7 Hemoglobin g/dL 12-16 13.1|6690-2 Leukocytes 10*3/uL 4-11 6.1|777-3 Platelets 10*3/uL 150-400 250
4544-3 Hematocrit % 36-46 40|787-2 MCV fL 80-100 90|1988-5 CRP mg/L 0-5 3|2532-0 LDH U/L 140-280 180
"""
TESTS = [line.split() for line in _TESTS.strip().replace("\n", "|").split("|")]
DOOR = """
import asyncio, sys
from datetime import UTC, datetime
from pathlib import Path
from consult.live import Door, Inbox
from consult.settings import Listen

async def main():
    inbox = Inbox.open(Path(sys.argv[1]))
    door = Door(Listen(), inbox, clock=lambda: datetime.now(UTC))
    print(await door.open(0), flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


def message(control: str, patient: int) -> bytes:
    """20 results of one order."""
    segments = [
        f"MSH|^~\\&|LIS|LAB|HIS|WARD|20260504080000+0200||ORU^R01^ORU_R01|{control}|P|2.5.1|||||||UNICODE UTF-8",
        f"PID|1||{patient}^^^LAB^MR||Sample{patient}^Jane||19610203|F",
        f"OBR|1|P{control}|A{control}|PANEL^Panel^L|||20260504073000+0200|||||||||||||||||F",
    ]
    for number, (code, name, unit, normal, value) in enumerate(TESTS, start=1):
        segments.append(f"OBX|{number}|NM|{code}^{name}^LN||{value}|{unit}|{normal}|N|||F|||20260504073000+0200")
    return ("\r".join(segments) + "\r").encode()


class Listening:
    """A listener in a process of its own."""

    def __init__(self, home: Path, *, worker: bool) -> None:
        if worker:
            (home / "consult.toml").write_text("[listen]\nport = 25750\nsettle_seconds = 1\n", encoding="utf-8")
            command = [str(Path(sys.executable).parent / "consult"), "listen", "--json", "--home", str(home)]
            command += ["--config", str(home / "consult.toml")]
        else:
            command = [sys.executable, "-c", DOOR, str(home)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self.process.stdout is not None
        said = self.process.stdout.readline()
        self.port = 25750 if worker else int(said)

    def end(self, number: int = signal.SIGTERM) -> None:
        self.process.send_signal(number)
        self.process.wait()


async def one_sender(name: str, port: int, until: float, taken: list[float], acknowledged: list[str]) -> int:
    """Sends until the time is over or the listener is gone; how many were sent."""
    sent = 0
    try:
        async with await Client.connect("127.0.0.1", port) as client:
            while perf_counter() < until:
                control = f"{name}-{sent}"
                sent += 1
                started = perf_counter()
                said = await client.send(message(control, sent % 50))
                taken.append(perf_counter() - started)
                if said.accepted:
                    acknowledged.append(control)
    except Exception as error:  # the killed run ends here
        if "connection" not in str(error):
            raise
    return sent


async def burst(port: int, senders: int, seconds: float) -> tuple[list[float], list[str], int]:
    taken: list[float] = []
    acknowledged: list[str] = []
    until = perf_counter() + seconds
    sent = await asyncio.gather(
        *(one_sender(f"{senders}.{number}", port, until, taken, acknowledged) for number in range(senders))
    )
    return taken, acknowledged, sum(sent)


def throughput(seconds: float, *, worker: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        listening = Listening(Path(folder), worker=worker)
        try:
            for senders in (1, 4, 16):
                started = perf_counter()
                taken, acknowledged, _ = asyncio.run(burst(listening.port, senders, seconds))
                rate = len(acknowledged) / (perf_counter() - started)
                cuts = statistics.quantiles(taken, n=100)
                print(
                    f"{senders:3} senders   {rate:7.0f} messages/s acknowledged   "
                    f"p50 {cuts[49] * 1000:6.2f} ms   p99 {cuts[98] * 1000:6.2f} ms"
                )
        finally:
            listening.end()


def killed(seconds: float) -> None:
    """Kill -9 in the middle of a burst of 8 senders; then everything is sent again."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        listening = Listening(home, worker=False)

        async def run() -> tuple[list[str], int]:
            asyncio.get_running_loop().call_later(seconds, os.kill, listening.process.pid, signal.SIGKILL)
            _, acknowledged, sent = await burst(listening.port, 8, seconds + 60)
            return acknowledged, sent

        acknowledged, sent = asyncio.run(run())
        listening.process.wait()
        stored = _stored(home)
        print(f"killed after {seconds:.0f} s: {sent} sent, {len(acknowledged)} acknowledged, {len(stored)} stored")
        print(f"   acknowledged and not stored     {len(set(acknowledged) - stored)}")
        again = Listening(home, worker=False)
        try:
            asyncio.run(_resend(again.port, sorted(stored | set(acknowledged))))
        finally:
            again.end()
        print(f"   stored twice when sent again    {len(_all(home)) - len(stored)}")


async def _resend(port: int, controls: list[str]) -> None:
    async with await Client.connect("127.0.0.1", port) as client:
        for control in controls:
            said = await client.send(message(control, (int(control.split("-")[1]) + 1) % 50))
            assert said.accepted


def _all(home: Path) -> list[str]:
    connection = sqlite3.connect(home / "inbox.sqlite")
    try:
        rows = connection.execute("SELECT body FROM message").fetchall()
    finally:
        connection.close()
    return [bytes(row[0]).split(b"|")[9].decode() for row in rows]


def _stored(home: Path) -> set[str]:
    return set(_all(home))


def reading(seconds: float) -> None:
    """Messages through the reader in this process, one at a time and as one file."""
    from consult.analytes import Catalog
    from consult.case import read_cases
    from consult.content import content_root

    catalog = Catalog.load(content_root())
    messages = [message(str(number), number) for number in range(500)]
    read_cases(messages[0], catalog=catalog)
    count, started = 0, perf_counter()
    while perf_counter() - started < seconds:
        count += len(read_cases(messages[count % len(messages)], catalog=catalog).cases)
    print(f"reader, one by one     {count / (perf_counter() - started):7.0f} messages/s   (promised 150)")
    started = perf_counter()
    found = read_cases(b"".join(messages), catalog=catalog)
    print(f"reader, one file       {len(found.cases) / (perf_counter() - started):7.0f} messages/s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--worker", action="store_true", help="measure `consult listen` with its consultations too")
    options = parser.parse_args()
    print("the door alone (promised 100 messages/s)")
    throughput(options.seconds, worker=False)
    if options.worker:
        print("consult listen, sorting and reading at the same time")
        throughput(options.seconds, worker=True)
    killed(min(options.seconds, 3))
    reading(options.seconds)


if __name__ == "__main__":
    main()
