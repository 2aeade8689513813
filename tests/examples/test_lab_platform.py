"""The example platform, over real HTTP: HL7 in, plan out, a callback when signed."""

from __future__ import annotations

import importlib.util
import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from consult import Panel, Settings, SigningKey
from consult.review import verify_document

ROOT = Path(__file__).resolve().parents[2]
MESSAGE = ROOT / "evals" / "cases" / "lab-haemolysed-potassium" / "case.hl7"


@pytest.fixture(scope="module")
def example() -> ModuleType:
    spec = importlib.util.spec_from_file_location("lab_platform", ROOT / "examples" / "lab_platform.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def delivered() -> Iterator[tuple[str, list[bytes]]]:
    """A receiver of callbacks: its address and what arrived."""
    arrived: list[bytes] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            arrived.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/signed", arrived
    server.shutdown()
    server.server_close()


def call(address: str, body: bytes | None = None) -> tuple[int, Any]:
    try:
        with urllib.request.urlopen(urllib.request.Request(address, data=body), timeout=30) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


def test_from_message_to_callback(
    example: ModuleType, home: Path, tmp_path: Path, delivered: tuple[str, list[bytes]]
) -> None:
    callback, arrived = delivered
    key = SigningKey.generate("Dr Example")
    key.save(tmp_path / "key.jwk")
    with Panel.from_settings(Settings.load(home=home)) as panel:
        panel.store.keyring.register(key.public_jwk(), "Dr Example")
        server = ThreadingHTTPServer(("127.0.0.1", 0), example.handler(example.Platform(panel, callback)))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        base = f"http://127.0.0.1:{server.server_port}"
        try:
            status, received = call(f"{base}/messages", MESSAGE.read_bytes())
            assert status == 200
            (identifier,) = received["consultations"]
            _, draft = call(f"{base}/consultations/{identifier}")
            plan = draft["plan"]
            assert (
                call(
                    f"{base}/consultations/{identifier}/sign", json.dumps({"key": str(tmp_path / "key.jwk")}).encode()
                )[0]
                == 400
            )
            decisions = [{"item": a["id"], "decision": "acknowledge", "text": "told"} for a in plan["alerts"]]
            decisions += [{"item": i["id"], "decision": "accept"} for i in plan["problems"] + plan["recommendations"]]
            body = json.dumps({"reviewer": "Dr Example", "decisions": decisions}).encode()
            assert call(f"{base}/consultations/{identifier}/review", body)[1]["status"] == "reviewed"
            status, signed = call(
                f"{base}/consultations/{identifier}/sign", json.dumps({"key": str(tmp_path / "key.jwk")}).encode()
            )
            assert (status, signed["status"]) == (200, "signed")
            assert call(f"{base}/messages", b"not a message")[0] == 400
            assert call(f"{base}/consultations/none")[0] == 404
        finally:
            server.shutdown()
            server.server_close()
        assert verify_document(arrived[0], trusted=panel.store.keyring).ok
