"""What the web service costs those who do not use it, and what it says where it is not installed."""

from __future__ import annotations

import subprocess
import sys


def run(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60).stdout


def test_importing_the_package_imports_no_web_server() -> None:
    loaded = run("import sys, consult, consult.web; print(*sys.modules)").split()
    assert {"fastapi", "starlette", "uvicorn", "pydantic", "joserfc"}.isdisjoint(loaded)


def test_without_the_extra_the_error_names_it() -> None:
    code = """
import sys
sys.modules["fastapi"] = None
import consult.web
try:
    consult.web.cds_app
except consult.MissingExtra as error:
    print(error)
"""
    assert "pip install 'consult-mdt[web]'" in run(code)


def test_nothing_of_the_framework_is_traced_or_exported() -> None:
    from consult.web._cds_router import NO_TELEMETRY

    assert set(NO_TELEMETRY) == {"tracing", "metrics", "logs", "auto_configure"}
    assert not any(NO_TELEMETRY.values())
