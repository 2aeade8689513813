"""A PAdES signature on the record (ETSI EN 319 142-1): level B-B, and B-T where a time-stamp authority is named."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from consult.errors import MissingExtra, NotFound, ReviewError, SigningError
from consult.plan import Language
from consult.review._clock import Clock, utc_now
from consult.review._consultation import Consultation
from consult.review._paper.glyphs import drawable
from consult.review._paper.legible import legible
from consult.review._paper.letterhead import Letterhead
from consult.review._paper.pdf import Place, compiler, typeset, with_room
from consult.review._paper.words import word
from consult.review._passwords import open_pkcs12, refuse_endless

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

FIELD = "ConsultationSignature"
WIDE, HIGH = 82 * 72 / 25.4, 24 * 72 / 25.4
"""The room for the signature in points, as `record.typ` and `seal.typ` have it."""
_A4 = 297 * 72 / 25.4
_LARGEST = 1 << 20
"""Bytes of a key file."""
_NEEDED_FOR = "signing a PDF"


@dataclass(frozen=True, slots=True)
class PdfKey:
    """A key with its certificate and those that lead to its authority."""

    certificate: Certificate
    _data: bytes = field(repr=False)
    _password: str | None = field(repr=False)

    @classmethod
    def load(cls, path: Path, password: Callable[[], str]) -> PdfKey:
        """Read a PKCS#12 file.

        Args:
            path: of the file.
            password: asked only when the file has one.

        Raises:
            NotFound: no such file.
            ReviewError: the password is wrong, or the file is damaged or holds no key with its certificate.
        """
        try:
            with path.open("rb") as stream:
                data = stream.read(_LARGEST + 1)
        except FileNotFoundError:
            raise NotFound("the key file does not exist") from None
        except OSError as error:
            raise ReviewError(f"the key file cannot be read: {error.strerror}") from None
        if len(data) > _LARGEST:
            raise ReviewError("the key file is far larger than any key")
        refuse_endless(data)
        try:
            found, secret = open_pkcs12(data, None), None
        except ReviewError:
            secret = password()
            found = open_pkcs12(data, secret)
        if found.key is None or found.cert is None:
            raise ReviewError("the key file holds no key with its certificate (PKCS#12)")
        return cls(found.cert.certificate, data, secret)

    @property
    def name(self) -> str:
        """Whom the certificate names."""
        return _common_name(self.certificate.subject)

    @property
    def issuer(self) -> str:
        """Who says so."""
        return _common_name(self.certificate.issuer)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, hexadecimal."""
        from cryptography.hazmat.primitives.hashes import SHA256

        return self.certificate.fingerprint(SHA256()).hex()

    def signer(self) -> Any:
        """The key in the hands of pyHanko."""
        from pyhanko.sign.signers import SimpleSigner

        secret = None if self._password is None else self._password.encode()
        try:
            return SimpleSigner.load_pkcs12_data(self._data, other_certs=[], passphrase=secret)
        except (ValueError, NotImplementedError):
            raise ReviewError("a PDF cannot be signed with this kind of key") from None

    def problem(self, now: datetime) -> str | None:
        """Why a signature with it would not be believed; None when nothing speaks against it."""
        from cryptography.x509 import ExtensionNotFound, KeyUsage

        if not self.certificate.not_valid_before_utc <= now <= self.certificate.not_valid_after_utc:
            return "the certificate of the key is not valid today"
        try:
            usage = self.certificate.extensions.get_extension_for_class(KeyUsage).value
        except ExtensionNotFound:
            return None
        if not (usage.digital_signature or usage.content_commitment):
            return "the certificate of the key is not made out for signatures"
        return None


def export_signed_pdf(
    consultation: Consultation,
    key: PdfKey,
    *,
    letterhead: Letterhead | None = None,
    tsa: str | None = None,
    tsa_timeout: float = 10.0,
    clock: Clock = utc_now,
) -> bytes:
    """The record of a signed consultation as PDF/A-3a with a visible signature that PDF readers check.

    May be called inside a running event loop; it blocks until the authority has answered.

    Args:
        consultation: signed, and not superseded.
        key: a person's, or the hospital's.
        letterhead: hospital, patient, language, clock.
        tsa: address of a time-stamp authority (RFC 3161), which is sent a hash; None: level B-B.
        tsa_timeout: seconds to wait for its answer.
        clock: gives the present.

    Raises:
        ReviewError: it is not signed, was superseded, or the key cannot be used.
        SigningError: the authority gave no usable time stamp.
        MissingExtra: the extra `pdf` is not installed.
    """
    _may_sign(consultation)
    now = clock()
    problem = key.problem(now)
    if problem is not None:
        raise ReviewError(problem)
    _library()
    head = letterhead or Letterhead()
    pdf, place = with_room(consultation, head)
    language = head.language or consultation.language
    look = _look(key, consultation.id, language, now, head.time_zone)
    stamper = _stamper(tsa, tsa_timeout) if tsa is not None else None
    reason = legible(word("seal.reason", language, id=consultation.id))
    with ThreadPoolExecutor(1) as pool:  # the caller may be in an event loop, which pyHanko cannot enter again
        return pool.submit(asyncio.run, _signed(pdf, place, key, look, reason, stamper)).result()


def _may_sign(consultation: Consultation) -> None:
    name = f"consultation {consultation.id!r}"
    if consultation.status != "signed":
        raise ReviewError(f"{name} is {consultation.status}: only a signed consultation becomes a signed PDF")
    if consultation.superseded_by is not None:
        raise ReviewError(f"{name} was superseded by {consultation.superseded_by!r}")


async def _signed(pdf: bytes, place: Place, key: PdfKey, look: bytes, reason: str, stamper: Any) -> bytes:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter
    from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
    from pyhanko.sign.timestamps.common_utils import TimestampRequestError

    top = _A4 - place.y
    box = (round(place.x), round(top - HIGH), round(place.x + WIDE), round(top))
    meta = PdfSignatureMetadata(
        field_name=FIELD, md_algorithm="sha256", reason=reason, name=key.name, subfilter=SigSeedSubFilter.PADES
    )
    spec = SigFieldSpec(FIELD, on_page=place.page - 1, box=box, readable_field_name=reason)
    signer = PdfSigner(meta, key.signer(), timestamper=stamper, stamp_style=_style(look), new_field_spec=spec)
    try:
        made = await signer.async_sign_pdf(IncrementalPdfFileWriter(BytesIO(pdf)))
    except TimestampRequestError:
        raise SigningError("wrong", "the time-stamp authority gave no time stamp") from None
    return bytes(made.getvalue())


def _look(key: PdfKey, id: str, language: Language, now: datetime, zone: str) -> bytes:
    """The visible signature as a page of its own size: who, by whose word, when, for what."""
    at = now.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S %z")
    told = [("by", key.name), ("issuer", key.issuer), ("at", at)]
    lines = [(word(f"seal.{name}", language), drawable(legible(value))) for name, value in told]
    lines.append((word("seal.reason", language, id=id), ""))
    engine = compiler("seal.typ", {"lines": json.dumps(lines), "language": language})
    return typeset(engine, at=now, tags=False)


def _style(look: bytes) -> Any:
    """The visible signature as pyHanko takes it."""
    from pyhanko.pdf_utils.content import PdfContent
    from pyhanko.pdf_utils.layout import AxisAlignment, BoxConstraints, Margins, SimpleBoxLayoutRule
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.stamp import StaticStampStyle

    class Page(PdfContent):  # type: ignore[misc]  # read as untyped, whether or not the extra is there
        """A page that is in memory; pyHanko's own reads a file."""

        def render(self) -> bytes:
            page = self._ensure_writer.import_page_as_xobject(PdfFileReader(BytesIO(look)), page_ix=0)
            self.resources.xobject["/Seal"] = page
            self.box = BoxConstraints(width=round(WIDE), height=round(HIGH))
            return b"/Seal Do"

    whole = SimpleBoxLayoutRule(AxisAlignment.ALIGN_MIN, AxisAlignment.ALIGN_MIN, margins=Margins(0, 0, 0, 0))
    return StaticStampStyle(background=Page(), background_layout=whole, border_width=0)


def _stamper(url: str, timeout: float) -> Any:
    import httpx2
    from asn1crypto import tsp
    from pyhanko.sign.timestamps import TimeStamper

    class Authority(TimeStamper):  # type: ignore[misc]
        """A time-stamp authority over HTTP (RFC 3161, 3.4)."""

        async def async_request_tsa_response(self, req: Any) -> Any:
            headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
            try:
                async with httpx2.AsyncClient(timeout=timeout, follow_redirects=False) as client:
                    answer = await client.post(url, content=req.dump(), headers=headers)
            except httpx2.TimeoutException:
                raise SigningError("unavailable", "the time-stamp authority did not answer in time") from None
            except (httpx2.HTTPError, httpx2.InvalidURL):
                raise SigningError("unavailable", "the time-stamp authority cannot be reached") from None
            if answer.status_code != 200:
                raise SigningError("refused", f"the time-stamp authority answered {answer.status_code}")
            try:
                response = tsp.TimeStampResp.load(answer.content, strict=True)
                response.native  # noqa: B018  # parsed to its end here, where what is wrong with it can be said
            except (ValueError, TypeError, KeyError):
                raise SigningError("wrong", "the time-stamp authority gave no time stamp") from None
            return response

    return Authority()


def _common_name(name: Any) -> str:
    from cryptography.x509.oid import NameOID

    for kind in (NameOID.COMMON_NAME, NameOID.ORGANIZATION_NAME):
        found = name.get_attributes_for_oid(kind)
        if found:
            return str(found[0].value)
    return str(name.rfc4514_string())


def _library() -> None:
    try:
        import pyhanko.sign.signers  # noqa: F401
    except ImportError:
        raise MissingExtra("pdf", _NEEDED_FOR) from None
