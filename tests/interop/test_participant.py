"""Outside models: the contract, over real sockets."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from consult.errors import CaseError, SettingsError
from consult.interop.participant import (
    Image,
    ParticipantGap,
    ParticipantRequest,
    ParticipantResult,
    ask,
    read_result,
)
from consult.settings import ParticipantSettings, Settings

REFERENCE = "study-1"
REQUEST = ParticipantRequest(kind="ct-chest", images=[Image(reference=REFERENCE)])
Answer = Callable[[BaseHTTPRequestHandler], None]


def document(**changes: Any) -> dict[str, Any]:
    return {
        "schema": 1,
        "model": "LungScan",
        "version": "2.1",
        "kind": "ct-chest",
        "task": "nodule-detection",
        "findings": [{"label": "Solid nodule", "value": 7.2, "unit": "mm", "confidence": 0.9}],
        "provenance": {"inputs": [REFERENCE], "at": "2026-03-02T09:30:00Z"},
        **changes,
    }


@pytest.fixture
def server() -> Iterator[Callable[[Answer], tuple[str, list[dict[str, Any]]]]]:
    """Starts a server with an answer of its own; its address and what it was posted."""
    running: list[ThreadingHTTPServer] = []

    def start(answer: Answer) -> tuple[str, list[dict[str, Any]]]:
        posted: list[dict[str, Any]] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                posted.append({"body": json.loads(body), "authorization": self.headers.get("Authorization")})
                with suppress(OSError):
                    answer(self)

            def log_message(self, *args: object) -> None:
                pass

        one = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=one.serve_forever, args=(0.02,), daemon=True).start()
        running.append(one)
        return f"http://127.0.0.1:{one.server_port}", posted

    yield start
    for one in running:
        one.shutdown()
        one.server_close()


def send(body: bytes, status: int = 200) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def slowly(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(1)
    send(b"{}")(handler)


def dripping(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(30):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.1)


def cut(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"{")
    handler.close_connection = True


def written(**changes: Any) -> bytes:
    return json.dumps(document(**changes)).encode()


def said(url: str | None, **more: Any) -> dict[str, ParticipantSettings]:
    return {"LungScan": ParticipantSettings(url=url, kinds=("ct-chest",), **{"timeout": 5, **more})}


def test_a_result_comes_back_as_it_was_written(server: Any) -> None:
    body = written().replace(b"7.2,", b"7.20,")
    url, posted = server(send(body))
    result = ask("LungScan", REQUEST, settings=said(url))
    assert isinstance(result, ParticipantResult)
    assert (result.findings[0].value, result.findings[0].confidence) == ("7.20", "0.9")
    assert posted[0]["body"] == {
        "schema": 1,
        "kind": "ct-chest",
        "language": "en",
        "context": {"sex": "unknown", "question": ""},
        "images": [{"reference": REFERENCE}],
    }


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (send(b"no", 500), "server"),
        (send(b"no", 503), "server"),
        (send(b"no", 401), "refused"),
        (send(b"no", 302), "refused"),
        (send(b"not json"), "malformed"),
        (send(b"[" * 100_000), "malformed"),
        (send(b"\xff\xfe"), "malformed"),
        (send(b"[]"), "schema"),
        (send(b"{}"), "schema"),
        (send(b" " * 1_000_001), "too-long"),
        (send(written(schema=2)), "schema"),
        (send(written(findings=[{"label": "x", "confidence": 1.2}])), "schema"),
        (send(written(findings=[{"label": "x", "confidence": "NaN"}])), "schema"),
        (send(written(findings=[{"label": "x", "prescription": "aspirin 100 mg"}])), "schema"),
        (send(written(provenance={"inputs": [], "at": "2026-03-02T09:30:00Z"})), "schema"),
        (send(written(provenance={"inputs": [REFERENCE], "at": "2026-03-02T09:30:00"})), "schema"),
        (send(written(provenance={"inputs": ["study-2"], "at": "2026-03-02T09:30:00Z"})), "wrong-input"),
        (send(written(model="Another")), "not-approved"),
        (send(written(kind="ct-brain")), "not-approved"),
        (send(written(status="unavailable", findings=[])), "unavailable"),
        (slowly, "timeout"),
        (dripping, "timeout"),
        (cut, "connection"),
    ],
)
def test_every_failure_is_a_typed_gap(server: Any, answer: Answer, kind: str) -> None:
    url, _ = server(answer)
    found = ask("LungScan", REQUEST, settings=said(url, timeout=0.5))
    assert isinstance(found, ParticipantGap)
    assert (found.model, found.kind) == ("LungScan", kind)


def test_nobody_listens() -> None:
    found = ask("LungScan", REQUEST, settings=said("http://127.0.0.1:9"))
    assert found == ParticipantGap(model="LungScan", kind="connection")


def test_only_approved_models_and_kinds_are_asked(server: Any) -> None:
    url, posted = server(send(written()))
    other = ParticipantRequest(kind="ecg", images=[Image(reference="e")])
    assert ask("LungScan", other, settings=said(url)) == ParticipantGap(model="LungScan", kind="not-approved")
    assert ask("Stranger", REQUEST, settings=said(url)) == ParticipantGap(model="Stranger", kind="not-approved")
    versions = ask("LungScan", REQUEST, settings=said(url, versions=("3.0",)))
    assert isinstance(versions, ParticipantGap)
    assert versions.kind == "not-approved"
    assert len(posted) == 1


def test_images_leave_only_where_the_site_sends_them(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LUNG_KEY", "k-1")
    image = Image.of(b"pixels", content_type="image/png", reference=REFERENCE)
    request = ParticipantRequest(kind="ct-chest", images=[image])
    url, posted = server(send(written()))
    ask("LungScan", request, settings=said(url))
    ask("LungScan", request, settings=said(url, send_images=True, api_key_env="LUNG_KEY"))
    assert "data" not in posted[0]["body"]["images"][0]
    assert posted[0]["authorization"] is None
    assert posted[1]["body"]["images"][0]["data"] == "cGl4ZWxz"
    assert posted[1]["authorization"] == "Bearer k-1"
    bare = ParticipantRequest(kind="ct-chest", images=[Image.of(b"pixels", content_type="image/png")])
    with pytest.raises(SettingsError, match="send_images"):
        ask("LungScan", bare, settings=said(url))


class InProcess:
    """A model as a Python object."""

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def read(self, request: ParticipantRequest) -> ParticipantResult:
        if isinstance(self.answer, Exception):
            raise self.answer
        found: ParticipantResult = self.answer
        return found


def test_a_python_object_takes_part_without_http() -> None:
    settings = said(None)
    result = read_result(document())
    assert ask("LungScan", REQUEST, settings=settings, participant=InProcess(result)) == result
    for answer, kind in ((ValueError("boom"), "server"), ({"model": "LungScan"}, "schema")):
        found = ask("LungScan", REQUEST, settings=settings, participant=InProcess(answer))
        assert isinstance(found, ParticipantGap)
        assert found.kind == kind


@pytest.mark.parametrize("address", ["http://ai.example.org", "http://8.8.8.8/read"])
def test_a_case_does_not_leave_the_house_in_clear(address: str) -> None:
    with pytest.raises(SettingsError, match="https"):
        Settings.load(participants={"LungScan": {"url": address, "kinds": ["ct-chest"]}})


def test_a_key_does_not_stand_in_the_settings() -> None:
    with pytest.raises(SettingsError, match="api_key_env"):
        Settings.load(participants={"LungScan": {"kinds": ["ct-chest"], "api_key": "secret"}})


def test_a_file_that_is_no_result_says_where_and_repeats_nothing() -> None:
    with pytest.raises(CaseError) as problem:
        read_result(json.dumps(document(version="Quendelmann" * 40)))
    assert str(problem.value).startswith("the result of a model cannot be read: version")
    assert "Quendelmann" not in str(problem.value)
    with pytest.raises(CaseError) as problem:
        read_result(json.dumps(document(Quendelmann=1)))
    assert "Quendelmann" not in str(problem.value)


def test_plain_http_goes_through_no_proxy(
    server: Callable[[Answer], tuple[str, list[dict[str, Any]]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy, passed = server(send(written()))
    url, posted = server(send(written()))
    monkeypatch.setenv("HTTP_PROXY", proxy)
    monkeypatch.setenv("http_proxy", proxy)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    assert isinstance(ask("LungScan", REQUEST, settings=said(url)), ParticipantResult)
    assert (len(posted), passed) == (1, [])
