"""What `consult verify` says of a PDF beside what it says of the document inside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from consult.cli._common import plain

if TYPE_CHECKING:
    from consult.review import PdfRecord

_UNSIGNED = "the PDF has no signature of its own: the document inside it is protected, its printed pages are not"
_READER = "whether the certificate is to be trusted is for a PDF reader to say"


def opened(data: bytes) -> PdfRecord | None:
    """What a PDF holds; None when it is none.

    Raises:
        UsageError: it cannot be read, or holds no signed consultation.
        MissingExtra: the extra `pdf` is not installed.
    """
    from consult.review import is_pdf, read_pdf

    return read_pdf(data) if is_pdf(data) else None


def pdf_json(record: PdfRecord) -> dict[str, Any]:
    """`{"problem", "signatures": [{"name", "holds", "whole", "level"}, …]}`."""
    signatures = [
        {"name": one.name, "holds": one.holds, "whole": one.whole, "level": one.level} for one in record.signatures
    ]
    return {"problem": record.problem, "signatures": signatures}


def print_pdf(record: PdfRecord) -> None:
    """One line for each of its signatures, or that there is none."""
    if record.problem is not None:
        print(f"FAILED  pdf: {record.problem}")
        return
    for one in record.signatures:
        name = plain(one.name, 120)
        print(f"ok      pdf: signed by {name} (PAdES {one.level}) and not changed since; {_READER}")
    if not record.signatures:
        print(f"note    pdf: {_UNSIGNED}")
