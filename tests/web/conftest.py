"""A site whose hooks are asked over ASGI, from this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from web import hooks

from consult import Panel, Settings
from consult.web import CdsResponse, cds_app


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Callable[..., TestClient]]:
    """Opens a site with settings of its own; `cds` is its `[cds]` table."""
    with ExitStack() as opened:

        def start(*, cds: dict[str, Any] | None = None, local: bool = True, **settings: Any) -> TestClient:
            loaded = Settings.load(home=tmp_path / "home", cds=cds or {}, **settings)
            panel = opened.enter_context(Panel.from_settings(loaded))
            app = cds_app(panel, clock=hooks.now)
            where: Any = (
                hooks.LOCAL if local else {"base_url": "https://cds.example.org", "client": ("10.1.2.3", 50000)}
            )
            return opened.enter_context(TestClient(app, raise_server_exceptions=False, **where))

        yield start


@pytest.fixture
def client(site: Callable[..., TestClient]) -> TestClient:
    return site(cds={"workspace": "https://consult.example.org/work"})


@pytest.fixture
def ask(client: TestClient) -> hooks.Ask:
    """The cards for a request, valid by the specification."""

    def call(request: dict[str, Any], status: int = 200) -> list[dict[str, Any]]:
        answer = client.post(f"/cds-services/consult-{request['hook']}", json=request)
        assert answer.status_code == status, answer.text
        if status == 200:
            CdsResponse.model_validate(answer.json())
        found: list[dict[str, Any]] = answer.json().get("cards", [])
        return found

    return call
