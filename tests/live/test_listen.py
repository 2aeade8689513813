"""`consult listen`, `consult send` and `consult inbox` as a laboratory's engineer runs them."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from consult.cli import main as cli
from consult.interop.mllp import Client
from consult.live import Arrival, Inbox
from consult.review import Review, SigningKey, Store, sign

from .conftest import NAME, POTASSIUM, message, result
from .test_delivery import Receiver

pytestmark = pytest.mark.slow
CONSULT = str(Path(sys.executable).parent / "consult")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def waited(what: Callable[[], object], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "waited for too long"
        time.sleep(0.05)


class Running:
    def __init__(self, home: Path, port: int) -> None:
        self.port = port
        self.log = home / "log.txt"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [CONSULT, "listen", "--port", str(port), "--json", "--home", str(home)],
                stdout=subprocess.PIPE, stderr=log, text=True, cwd=home,
            )  # fmt: skip

    @property
    def ready(self) -> dict[str, object]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.log.read_text()
        return dict(json.loads(line))

    def send(self, *messages: bytes) -> list[str]:
        async def main() -> list[str]:
            async with await Client.connect("127.0.0.1", self.port) as client:
                return [(await client.send(one)).code for one in messages]

        return asyncio.run(main())


@contextmanager
def listening(home: Path) -> Iterator[Running]:
    running = Running(home, free_port())
    try:
        assert running.ready == {"host": "127.0.0.1", "port": running.port}
        yield running
    finally:
        if running.process.poll() is None:
            running.process.kill()
        running.process.communicate()


def rows(home: Path, status: str) -> list[str]:
    with Store.open(home) as store:
        return [row.id for row in store.list(status=status)]


def called(home: Path, *arguments: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [CONSULT, *arguments, "--home", str(home)], capture_output=True, text=True, cwd=home, check=False
    )
    return done.returncode, done.stdout, done.stderr


def test_from_a_message_to_a_signed_answer(home: Path) -> None:
    receiver = Receiver()
    with receiver.listening():
        pass
    (home / "consult.toml").write_text(
        f'[listen]\nsettle_seconds = 0\n[listen.reply]\nhost = "127.0.0.1"\nport = {receiver.port}\n'
    )
    left = message("0", result(POTASSIUM, "6.6"), patient="L-0")
    inbox = Inbox.open(home)
    inbox.store([Arrival("LIS\rLAB", "0", left, "ORU^R01", left)], datetime.now(UTC))
    inbox.close()
    with listening(home) as running:
        assert running.send(message("1", result(POTASSIUM, "6.9"), patient="L-1")) == ["AA"]
        waited(lambda: len(rows(home, "awaiting-review")) == 2)
        code, _, error = called(home, "listen", "--port", str(free_port()))
        assert (code, error.strip()) == (2, "consult: another listener is at work on this home")
        with receiver.listening(), Store.open(home) as store:
            key = SigningKey.generate("Dr Meier")
            store.keyring.register(key.public_jwk(), "Dr Meier")
            (chosen,) = [
                one
                for one in map(store.get, rows(home, "awaiting-review"))
                if one.case.observations[0].reported.value == "6.9"
            ]
            assert chosen.plan is not None
            told = [{"item": one.id, "decision": "acknowledge", "text": "Ward"} for one in chosen.plan.alerts]
            items = [*chosen.plan.problems, *chosen.plan.recommendations]
            Review(store).decide(
                chosen.id, told + [{"item": one.id, "decision": "accept"} for one in items], "Dr Meier"
            )
            sign(store, chosen.id, key)
            waited(lambda: receiver.got)
        assert b"|L-1^^^LAB^MR|" in receiver.got[0]
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(30) == 0
    log = running.log.read_text()
    assert "accepted, stored as #2" in log
    assert "sent: AA" in log
    assert NAME not in log
    assert "L-1" not in log
    code, out, _ = called(home, "inbox", "--json")
    assert code == 0
    assert json.loads(out)["messages"] == {"done": 2}
    assert [one["state"] for one in json.loads(out)["outgoing"]] == ["sent"]


def test_commands_say_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for arguments, says in (
        (["inbox"], "this home has no inbox yet; consult listen makes one"),
        (["send", "C-1"], "nobody is configured to send to: set host and port in [listen.reply]"),
    ):
        with pytest.raises(SystemExit) as leave:
            cli([*arguments, "--home", str(tmp_path)])
        assert leave.value.code == 2
        assert capsys.readouterr().err == f"consult: {says}\n"


def test_a_port_that_is_taken_is_named(home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, _, error = called(home, "listen", "--port", str(port))
    assert code == 2
    assert error.startswith(f"consult: port {port} of 127.0.0.1 cannot be listened on: ")
    assert "Traceback" not in error
