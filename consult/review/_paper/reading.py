"""What a PDF of ours holds: the signed document, and whether the PDF's own signatures hold."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any

from consult.errors import MissingExtra, UsageError
from consult.review._paper.pdf import ATTACHMENT

_NEEDED_FOR = "checking a PDF"
_STAMP = "signature_time_stamp_token"
_NOT_OURS = "the PDF holds no signed consultation: only the record of a signed one does"


@dataclass(frozen=True, slots=True)
class PdfSignature:
    """A signature of the PDF itself. Whether its certificate is to be trusted is for a PDF reader to say."""

    name: str
    """Whom its certificate names."""
    holds: bool
    """It was made with that certificate's key, and what it covers is as it was signed."""
    whole: bool
    """Nothing of what is shown was changed or added since."""
    level: str
    """PAdES level: `B-B`, or `B-T` with a time stamp."""


@dataclass(frozen=True, slots=True)
class PdfRecord:
    """What is in a PDF."""

    document: bytes
    """The signed document, for `verify_document`. What is printed is a rendering of it."""
    signatures: tuple[PdfSignature, ...]

    @property
    def problem(self) -> str | None:
        """Why the PDF is not what was signed, as one clause; None where nothing speaks against it."""
        if any(not one.holds for one in self.signatures):
            return "a signature of the PDF does not hold: the PDF was changed"
        if any(not one.whole for one in self.signatures):
            return "the PDF was changed after it was signed"
        return None


def is_pdf(data: bytes) -> bool:
    """Whether it begins as a PDF does."""
    return data[:5] == b"%PDF-"


def read_pdf(data: bytes) -> PdfRecord:
    """Look into a PDF, offline.

    Raises:
        UsageError: it cannot be read, or holds no signed consultation.
        MissingExtra: the extra `pdf` is not installed.
    """
    return PdfRecord(_attached(data), _signatures(data))


def _attached(data: bytes) -> bytes:
    try:
        import pypdfium2
    except ImportError:
        raise MissingExtra("pdf", _NEEDED_FOR) from None
    try:
        with pypdfium2.PdfDocument(data) as pdf:
            found = [pdf.get_attachment(number) for number in range(pdf.count_attachments())]
            ours = [bytes(one.get_data()) for one in found if one.get_name() == ATTACHMENT]
    except pypdfium2.PdfiumError:
        raise UsageError("the PDF cannot be read") from None
    if len(ours) != 1:
        raise UsageError(_NOT_OURS)
    return ours[0]


def _signatures(data: bytes) -> tuple[PdfSignature, ...]:
    try:
        from pyhanko.pdf_utils.reader import PdfFileReader
    except ImportError:
        raise MissingExtra("pdf", _NEEDED_FOR) from None
    try:
        return tuple(_examined(one) for one in PdfFileReader(BytesIO(data)).embedded_regular_signatures)
    except Exception:  # whatever a strange PDF does to the parser: then nothing can be said for it
        return (PdfSignature("", holds=False, whole=False, level=""),) if b"/ByteRange" in data else ()


def _examined(embedded: Any) -> PdfSignature:
    from pyhanko.sign.validation.generic_cms import validate_sig_integrity

    # Whom to trust is not asked here: only what the file itself can prove.
    embedded.compute_integrity_info()
    told = embedded.summarise_integrity_info()
    digest = embedded.compute_digest()
    same, made = validate_sig_integrity(embedded.signer_info, embedded.signer_cert, "data", digest)
    return PdfSignature(
        name=str(embedded.signer_cert.subject.native.get("common_name") or ""),
        holds=bool(same and made),
        whole=bool(told["docmdp_ok"]),
        level="B-T" if _STAMP in {one["type"].native for one in embedded.signer_info["unsigned_attrs"]} else "B-B",
    )
