"""`consult verify`: is this export what was signed, by whom, for whom?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from consult.cli._common import Config, Home, Json, print_json, settings
from consult.errors import UsageError

if TYPE_CHECKING:
    from consult.review import Store


def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An exported consultation (JSON).")],
    trust: Annotated[
        Path | None, typer.Option("--trust", metavar="KEY_OR_DIR", help="Trust these keys instead of the home's.")
    ] = None,
    json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Check an export offline; exit code 1 when it is not exactly what a trusted signer signed."""
    from consult.review import Keyring, verify_document

    if not file.is_file():
        raise UsageError("the file to verify does not exist")
    root = settings(home, config).home_path
    ring = Keyring.from_path(trust) if trust is not None else Keyring(root / "trusted")
    report = verify_document(file.read_bytes(), trusted=ring, store=_store(root))
    if json:
        print_json({"ok": report.ok, "checks": [check.to_json() for check in report.checks]})
    else:
        for check in report.checks:
            print(f"{'ok    ' if check.ok else 'FAILED'}  {check.name}: {check.says}")
        print("Verified." if report.ok else "NOT verified.")
    if not report.ok:
        raise typer.Exit(1)


def _store(root: Path) -> Store | None:
    """The home's store when there is one; verifying works without."""
    if not (root / "consult.sqlite").is_file():
        return None
    from consult.review import Store

    return Store.open(root)
