"""`consult verify`: is this export what was signed, by whom, for whom?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from consult.cli._common import Config, Home, Json, plain, print_json, settings
from consult.errors import ConsultError, UsageError

if TYPE_CHECKING:
    from consult.review import Store, VerifyReport
    from consult.settings import Settings

LONGEST = 64 * 1024 * 1024
"""Bytes of an export; consultations are thousands of times smaller."""


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

    data = _read(file)
    if trust is not None and not trust.exists():
        raise UsageError("the key or folder to trust does not exist")
    chosen = settings(home, config)
    ring = Keyring.from_path(trust) if trust is not None else Keyring(chosen.home_path / "trusted")
    with _store(chosen) as store:
        report = verify_document(data, trusted=ring, store=store)
    try:
        _print(report, json)
    finally:  # whoever stops reading must not take a forged plan for a verified one
        if not report.ok:
            raise typer.Exit(1)


def _print(report: VerifyReport, json: bool) -> None:
    if json:
        print_json(report.model_dump(mode="json"))
        return
    for check in report.checks:
        print(f"{'ok    ' if check.ok else 'FAILED'}  {check.name}: {plain(check.says, 400)}")
    for note in report.notes:
        print(f"note    {plain(note, 400)}")
    names = ", ".join(plain(name, 120) for name in report.signers)
    print(f"Verified: signed by {names}." if report.ok else "NOT verified.")


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            data = stream.read(LONGEST + 1)
    except FileNotFoundError:
        raise UsageError("the file to verify does not exist") from None
    except (OSError, ValueError):
        raise UsageError("the file to verify cannot be read") from None
    if len(data) > LONGEST:
        raise UsageError("the file to verify is far larger than any export")
    return data


@contextmanager
def _store(chosen: Settings) -> Iterator[Store | None]:
    """The home's store when there is one; verifying works without, and makes none."""
    if chosen.store is None and not (chosen.home_path / "consult.sqlite").is_file():
        yield None
        return
    from consult.review import Store

    try:
        opened = Store.from_settings(chosen)
    except (OSError, ConsultError):  # an archive that may not be written: the document is checked by itself
        yield None
        return
    with opened as store:
        yield store
