"""`consult verify`: is this export what was signed, by whom, for whom?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from consult.cli._common import Config, Home, Json, Lang, plain, print_json, settings
from consult.cli._verify_pdf import opened, pdf_json, print_pdf
from consult.errors import ConsultError, UsageError

if TYPE_CHECKING:
    from consult.review import Explanation, PdfRecord, Store, VerifyReport
    from consult.settings import Settings

LONGEST = 64 * 1024 * 1024
"""Bytes of an export; consultations are thousands of times smaller."""


def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An exported consultation: JSON, or its PDF.")],
    trust: Annotated[
        Path | None,
        typer.Option("--trust", metavar="PATH", help="Trust this key, certificate or folder instead of the home's."),
    ] = None,
    trust_tsa: Annotated[
        Path | None,
        typer.Option("--trust-tsa", metavar="PATH", help="Certificates of time-stamp authorities, trusted besides."),
    ] = None,
    lang: Lang = None,
    json: Json = False,
    home: Home = None,
    config: Config = None,
) -> None:
    """Check an export offline; exit code 1 when it is not exactly what a trusted signer signed."""
    from consult.review import Keyring, explain, verify_document

    data = _read(file)
    printed = opened(data)
    for named in (trust, trust_tsa):
        if named is not None and not named.exists():
            raise UsageError("the key, certificate or folder to trust does not exist")
    chosen = settings(home, config, lang)
    ring = Keyring.from_path(trust) if trust is not None else Keyring(chosen.home_path / "trusted")
    if trust_tsa is not None:
        ring = ring.with_authorities(trust_tsa)
    with _store(chosen) as store:
        report = verify_document(data if printed is None else printed.document, trusted=ring, store=store)
    try:
        _print(report, explain(report, language=chosen.language), printed, json)
    finally:  # whoever stops reading must not take a forged plan for a verified one
        if not report.ok or (printed is not None and printed.problem is not None):
            raise typer.Exit(1)


def _print(report: VerifyReport, meaning: Explanation, printed: PdfRecord | None, json: bool) -> None:
    ok = report.ok and (printed is None or printed.problem is None)
    if json:
        told = {(one.id, one.result): one.model_dump(mode="json") for one in meaning.checks}
        checks = [{**one.to_json(), **told[one.name, "passed" if one.ok else "failed"]} for one in report.checks]
        more = {"ok": ok, "checks": checks, "explanation": meaning.model_dump(mode="json")}
        pdf = {} if printed is None else {"pdf": pdf_json(printed)}
        print_json({**report.model_dump(mode="json"), **more, **pdf})
        return
    for check in report.checks:
        print(f"{'ok    ' if check.ok else 'FAILED'}  {check.name}: {plain(check.says, 400)}")
    for open_ in report.unchecked:
        print(f"?       {open_.name}: not checked: {plain(open_.says, 400)}")
    for note in report.notes:
        print(f"note    {plain(note, 400)}")
    for section in meaning.sections:
        print(f"\n{section.title}")
        for sentence in section.sentences:
            print(f"  {plain(sentence, 2000)}")
    print(f"\n{meaning.verdict}")
    if printed is not None:
        print_pdf(printed)
    names = ", ".join(plain(name, 120) for name in report.signers)
    print(f"Verified: signed by {names}." if ok else "NOT verified.")


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
