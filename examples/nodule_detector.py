"""An outside model, as an HTTP server: it is posted references of images, or the images, and answers with findings.

    DETECTOR_TOKEN=secret python examples/nodule_detector.py --port 8791

    curl -H "Authorization: Bearer secret" -H "Content-Type: application/json" \
         --data-binary @request.json http://127.0.0.1:8791/                 -> a result as JSON

What request and result look like: docs/guides/outside-models.md. The findings here are made up, three tasks' worth of
them, from the digest of what was asked: put a model of your own into `Detector.findings` and the rest stays. Standard
library only, loopback only: in front of it belongs whatever ends TLS.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import json
import logging
import os
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from pydantic import ValidationError

from consult.interop.participant import ParticipantFinding, ParticipantRequest, ParticipantResult, ResultProvenance

LIMIT = 64 * 1024 * 1024
"""Bytes of a request that are read."""
log = logging.getLogger("nodule_detector")
TASKS = {"ct-chest": "nodule-detection", "blood-film": "blast-count", "ecg": "rhythm-and-intervals"}


class Refused(Exception):
    """A request that is not answered: status and a sentence that repeats nothing of it."""

    def __init__(self, status: int, problem: str) -> None:
        super().__init__(problem)
        self.status = status


class Detector:
    """What answers: a stand-in for a model."""

    name = "ExampleReader"
    version = "0.1"

    def findings(self, request: ParticipantRequest) -> list[ParticipantFinding]:
        """Made up, and the same for the same images."""
        digest = hashlib.sha256("".join(sorted(request.names)).encode()).digest()
        size, sure = 4 + digest[0] % 9, f"0.{60 + digest[1] % 39}"
        match request.kind:
            case "ct-chest":
                return [
                    ParticipantFinding(
                        label="Solid nodule, mean diameter",
                        value=f"{size}.{digest[2] % 10}",
                        unit="mm",
                        location="right upper lobe",
                        confidence=sure,
                    ),
                    ParticipantFinding(
                        label="Ground-glass nodule, mean diameter",
                        value="3.1",
                        unit="mm",
                        location="lingula",
                        confidence="0.31",
                    ),
                ]
            case "blood-film":
                return [ParticipantFinding(label="Blasts", value=f"{digest[0] % 40}", unit="%", confidence=sure)]
            case _:
                return [
                    ParticipantFinding(label="Rhythm", value="atrial fibrillation", confidence=sure),
                    ParticipantFinding(
                        label="QTc interval", value=f"{400 + digest[0] % 120}", unit="ms", confidence=sure
                    ),
                ]

    def read(self, request: ParticipantRequest) -> ParticipantResult:
        """The result; this method alone makes it a `Participant` for use without HTTP."""
        if request.kind not in TASKS:
            raise Refused(422, "this model does not read images of this kind")
        return ParticipantResult(
            schema=1,
            model=self.name,
            version=self.version,
            kind=request.kind,
            task=TASKS[request.kind],
            specimen="blood" if request.kind == "blood-film" else None,
            findings=self.findings(request),
            provenance=ResultProvenance(
                inputs=[next(iter(sorted(image.names))) for image in request.images], at=datetime.now(UTC)
            ),
            limits=["An example: its findings are made up."],
        )

    def answer(self, body: bytes) -> dict[str, Any]:
        try:
            request = ParticipantRequest.model_validate_json(body)
        except ValidationError as error:
            places = sorted({".".join(str(part) for part in one["loc"]) for one in error.errors()})
            raise Refused(422, f"not a request of schema 1: {', '.join(places[:5])}") from None
        return self.read(request).model_dump(mode="json", by_alias=True, exclude_none=True)


def handler(detector: Detector, token: str) -> type[BaseHTTPRequestHandler]:
    """The HTTP side, bound to one model."""

    class Handler(BaseHTTPRequestHandler):
        timeout = 30

        def do_POST(self) -> None:
            try:
                status, found = 200, detector.answer(self.body())
            except Refused as refused:
                status, found = refused.status, {"error": str(refused)}
            data = json.dumps(found, ensure_ascii=False).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
            log.info("%s", status)

        def body(self) -> bytes:
            given = self.headers.get("Authorization", "").removeprefix("Bearer ")
            length = self.headers.get("Content-Length", "")
            if token and not hmac.compare_digest(given.encode(), token.encode()):
                raise Refused(401, "the token is missing or wrong")
            if not length.isdecimal():
                raise Refused(411, "the length of the body is needed")
            if int(length) > LIMIT:
                raise Refused(413, "the body is too large")
            return self.rfile.read(int(length))

        def log_message(self, format: str, *args: Any) -> None:
            pass  # the request's own line holds nothing of use

    return Handler


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=8791)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    server = ThreadingHTTPServer(("127.0.0.1", options.port), handler(Detector(), os.environ.get("DETECTOR_TOKEN", "")))
    log.info("listening on http://127.0.0.1:%s", server.server_port)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        log.info("stopping")
    finally:
        server.server_close()


if __name__ == "__main__":
    main()
