"""A laboratory platform that embeds the library: HL7 in, plan out, a callback when a doctor has signed.

    python examples/lab_platform.py --home .consult --callback http://127.0.0.1:9000/signed

    curl --data-binary @message.hl7 http://127.0.0.1:8765/messages          -> {"consultations": ["…"], "problems": []}
    curl http://127.0.0.1:8765/consultations/ID                             -> the consultation as JSON
    curl -d '{"reviewer": "Dr Li", "decisions": […]}' …/consultations/ID/review
    curl -d '{"key": "/path/of/dr-li.jwk"}'           …/consultations/ID/sign   -> then the callback is told

Standard library only, loopback only, no accounts: an example to read, not a service to expose.
"""

from __future__ import annotations

import argparse
import json
import logging
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from consult import CaseError, ConsultError, NotFound, Panel, Settings, UsageError
from consult.case import read_cases
from consult.clinic import Finding
from consult.review import export_json

LIMIT = 8 * 1024 * 1024
log = logging.getLogger("lab_platform")


class Platform:
    """The platform's own code around the panel."""

    def __init__(self, panel: Panel, callback: str | None) -> None:
        self.panel = panel
        self.callback = callback

    def receive(self, message: bytes) -> dict[str, Any]:
        """Every case of the message becomes a consultation that awaits review."""
        result = read_cases(message, format="hl7", catalog=self.panel.library.catalog)
        if not result.cases:
            raise CaseError(result.problems[0])
        drafts = [self.panel.consult(case) for case in result.cases]
        return {"consultations": [draft.id for draft in drafts], "problems": result.problems}

    def consultation(self, identifier: str) -> bytes:
        store = self.panel.store
        return export_json(store.get(store.resolve(identifier)))

    def review(self, identifier: str, body: dict[str, Any]) -> dict[str, Any]:
        reviewed = self.panel.review(identifier, body["decisions"], body["reviewer"])
        return {"id": reviewed.id, "status": reviewed.status}

    def sign(self, identifier: str, body: dict[str, Any]) -> dict[str, Any]:
        signed = self.panel.sign(identifier, body["key"])
        self.tell(signed.id, export_json(signed))
        return {"id": signed.id, "status": signed.status}

    def tell(self, identifier: str, document: bytes) -> None:
        """The callback when signed: the same bytes that `consult verify` checks."""
        if self.callback is None:
            log.info("%s is signed", identifier)
            return
        request = urllib.request.Request(
            self.callback, data=document, headers={"Content-Type": "application/json"}, method="POST"
        )
        with urllib.request.urlopen(request, timeout=10):
            log.info("%s is signed and delivered", identifier)


def handler(platform: Platform) -> type[BaseHTTPRequestHandler]:
    """The HTTP side, bound to one platform."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kind, _, identifier = self.path.strip("/").partition("/")
            self.answer(lambda: platform.consultation(identifier) if kind == "consultations" else None)

        def do_POST(self) -> None:
            body = self.rfile.read(min(int(self.headers.get("Content-Length", 0)), LIMIT))
            parts = self.path.strip("/").split("/")
            match parts:
                case ["messages"]:
                    self.answer(lambda: platform.receive(body))
                case ["consultations", identifier, "review"]:
                    self.answer(lambda: platform.review(identifier, json.loads(body)))
                case ["consultations", identifier, "sign"]:
                    self.answer(lambda: platform.sign(identifier, json.loads(body)))
                case _:
                    self.answer(lambda: None)

        def answer(self, work: Any) -> None:
            try:
                found = work()
                status = 404 if found is None else 200
            except NotFound as error:
                status, found = 404, {"error": str(error)}
            except (UsageError, KeyError, TypeError, ValueError) as error:
                status, found = 400, {"error": str(error) if isinstance(error, UsageError) else "malformed request"}
            except ConsultError as error:
                status, found = 500, {"error": str(error)}
            data = found if isinstance(found, bytes) else json.dumps(found, ensure_ascii=False).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:
            log.debug(format, *args)

    return Handler


def alert(consultation: str, finding: Finding) -> None:
    """Critical findings arrive here before any specialist is asked: ring the ward's bell."""
    log.warning("alert in %s: finding %s, facts %s", consultation, finding.id, ", ".join(finding.facts))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, default=None)
    parser.add_argument("--port", type=int, default=8765)
    parser.add_argument("--callback", default=None)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    with Panel.from_settings(Settings.load(home=options.home), on_alert=alert) as panel:
        server = ThreadingHTTPServer(("127.0.0.1", options.port), handler(Platform(panel, options.callback)))
        log.info("listening on http://127.0.0.1:%s", server.server_port)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            log.info("stopping")
        finally:
            server.server_close()


if __name__ == "__main__":
    main()
