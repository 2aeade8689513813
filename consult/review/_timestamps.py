"""Time stamps over signatures (RFC 3161): who else says that a signature existed at a time.

The token is over the ASCII bytes of the base64url signature, as the signature time stamp of JAdES (ETSI TS 119 182-1,
5.3.4) has it. It stands beside the signatures, not in them: it can only be made once the signature is there, and
whoever takes it away leaves the export of before.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol

from consult.errors import MissingExtra, ReviewError, SigningError
from consult.review._clock import Clock, stamp, utc_now
from consult.review._consultation import STAMPED, Consultation, Signature, TimeStamp
from consult.review._der import element, elements, only
from consult.review._jws import header_of
from consult.review._revocation import written

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

    from consult.review._store import Store

LONGEST = 64 * 1024
"""Bytes of a token; usual ones have five thousand."""
_TYPES = ("application/timestamp-query", "application/timestamp-reply")
_GRANTED = b"\x30\x03\x02\x01\x00"
"""PKIStatusInfo: granted. The library reads whole responses; what is kept is the token in it."""


class TimeStamper(Protocol):
    """Whoever can say that something existed now."""

    def stamp(self, data: bytes) -> bytes:
        """A TimeStampToken (RFC 3161, DER) over a hash of `data`.

        Raises:
            SigningError: there was no usable answer.
        """


class TimeStampAuthority:
    """A time-stamp authority that is asked over HTTP (RFC 3161, section 3.4). It sees a hash of the signature alone."""

    def __init__(self, url: str, *, timeout: float = 10.0) -> None:
        self._url = url
        self._timeout = timeout

    def stamp(self, data: bytes) -> bytes:
        """A token over the SHA-512 of `data`, with the authority's certificate in it.

        Raises:
            MissingExtra: `rfc3161-client` is not installed.
            SigningError: no answer in time, or none that belongs to the question.
        """
        library = _library()
        request = library.TimestampRequestBuilder().data(data).build()
        answer = self._ask(request.as_bytes())
        try:
            status, token = _parts(answer)
            response = library.decode_timestamp_response(element(0x30, status + token))
            same = response.tst_info.nonce == request.nonce
        except Exception:  # the parser's own kinds of error, and whatever else a strange answer does to it
            raise SigningError("wrong", "the time-stamp authority gave no time stamp") from None
        if response.status != 0 or not same or not _is_over(response, data):
            raise SigningError("wrong", "the time-stamp authority gave no time stamp for what it was asked")
        return token

    def _ask(self, question: bytes) -> bytes:
        import httpx2

        headers = {"Content-Type": _TYPES[0], "Accept": _TYPES[1]}
        try:
            with (
                httpx2.Client(timeout=self._timeout, follow_redirects=False) as client,
                client.stream("POST", self._url, content=question, headers=headers) as answer,
            ):
                if answer.status_code != 200:
                    raise SigningError("refused", f"the time-stamp authority answered {answer.status_code}")
                return _bounded(answer.iter_bytes())
        except httpx2.TimeoutException:
            raise SigningError("unavailable", "the time-stamp authority did not answer in time") from None
        except (httpx2.HTTPError, httpx2.InvalidURL):
            raise SigningError("unavailable", "the time-stamp authority cannot be reached") from None


@dataclass(frozen=True, slots=True)
class TokenFinding:
    """What a token is worth."""

    state: Literal["good", "bad", "unknown"]
    """good: a trusted authority says it of this signature; bad: it does not; unknown: it could not be judged."""
    says: str
    code: Literal["", "authority", "extra"] = ""
    """Why it is unknown: no authority is trusted, or what reads it is not installed."""
    at: datetime | None = None
    authority: str = ""


def examine_token(token: str, signature: str, authorities: Sequence[Certificate]) -> TokenFinding:
    """Hold a token against the signature that it is said to be over, and against the authorities that are trusted.

    Args:
        token: base64 of the TimeStampToken.
        signature: base64url of the signature.
        authorities: their roots.
    """
    try:
        response, library = _response(token), _library()
        over = _is_over(response, signature.encode("ascii"))
    except MissingExtra as error:
        return TokenFinding("unknown", str(error), "extra")
    except Exception:  # the parser's own kinds of error, and whatever else a forged token does to it
        return TokenFinding("bad", "a time stamp is not written as RFC 3161 has it")
    if not over:
        return TokenFinding("bad", "a time stamp is over another signature")
    if not authorities:
        return TokenFinding("unknown", "no time-stamp authority is trusted here", "authority")
    try:
        library.VerifierBuilder(roots=list(authorities)).build().verify_message(response, signature.encode("ascii"))
        if not _needed(response, authorities):
            return TokenFinding("bad", "a time stamp carries certificates that it does not need")
        at = response.tst_info.gen_time
        name = _authority(response)
    except Exception:  # VerificationError, and what a forged token does to the parser below it
        return TokenFinding("bad", "a time stamp was changed, or its authority is not trusted here")
    moment = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return TokenFinding("good", "", at=moment, authority=name)


def time_stamp(store: Store, id: str, stamper: TimeStamper, *, clock: Clock = utc_now) -> Consultation:
    """Have every signature stamped that has no time stamp yet. May be done again whenever it failed.

    Args:
        store: where the signed consultation is.
        id: of it.
        stamper: the authority.
        clock: gives the present.

    Raises:
        NotFound: no such consultation.
        ReviewError: it is not signed.
        SigningError: the authority gave no usable time stamp, or is not one that this home trusts; what was stamped
            before stays.
        MissingExtra: `rfc3161-client` is not installed.
    """
    consultation = store.get(id)
    if not consultation.signatures:
        raise ReviewError(f"consultation {id!r} is not signed; there is nothing to stamp")
    have = {one.kid for one in consultation.timestamps}
    for signature in consultation.signatures:
        kid = str(header_of(signature.model_dump())["kid"])
        if kid not in have:
            consultation = _stamp_one(store, id, kid, signature, stamper, clock)
    return consultation


def token_hash(token: str) -> str:
    """What the audit log keeps of a token: SHA-256 of its base64, hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()


def _stamp_one(
    store: Store, id: str, kid: str, signature: Signature, stamper: TimeStamper, clock: Clock
) -> Consultation:
    # The authority is asked before the record is held: nobody waits for it.
    token = base64.b64encode(stamper.stamp(signature.signature.encode("ascii"))).decode("ascii")
    authorities = store.keyring.trust().authorities
    found = examine_token(token, signature.signature, authorities)
    if found.state == "bad" or (authorities and found.state != "good"):
        raise SigningError("wrong", f"the time stamp is not kept: {found.says}")
    with store.change(id, "durable") as record:
        if all(one.kid != kid for one in record.consultation.timestamps):
            made = TimeStamp(kid=kid, token=token)
            data = {"kid": kid, "token": token_hash(token)}
            told = {"time": written(found.at), "authority": found.authority} if found.at is not None else {}
            entry = record.append(STAMPED, {**data, **told}, stamp(clock))
            record.add_detail(entry, made.model_dump_json())
            record.consultation.timestamps = [*record.consultation.timestamps, made]
        return record.consultation


def _response(token: str) -> Any:
    if len(token) > LONGEST * 4 // 3 + 4:
        raise ValueError("too long")
    try:
        data = base64.b64decode(token, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("not base64") from None
    if base64.b64encode(data).decode("ascii") != token:
        raise ValueError("another spelling")
    return _library().decode_timestamp_response(element(0x30, _GRANTED + data))


def _parts(answer: bytes) -> tuple[bytes, bytes]:
    """Status and token of a TimeStampResp.

    Raises:
        ValueError: it is something else, or was refused: then there is no token.
    """
    status, token = only(only(answer, 0x30)[0], 0x30, 0x30)
    return element(0x30, status), _sorted(element(0x30, token))


def _sorted(token: bytes) -> bytes:
    """The token with its certificates in the order that DER gives a set; no signature covers that order.

    OpenSSL's authorities send them as they are configured, and the library reads them in order only.
    """
    kind, boxed = only(only(token, 0x30)[0], 0x06, 0xA0)
    parts = list(elements(only(boxed, 0x30)[0]))
    written = b"".join(
        element(tag, b"".join(sorted(element(*one) for one in elements(content))) if tag == 0xA0 else content)
        for tag, content in parts
    )
    return element(0x30, element(0x06, kind) + element(0xA0, element(0x30, written)))


def _is_over(response: Any, data: bytes) -> bool:
    """Whether the token is over this, by a hash that is not broken."""
    imprint = response.tst_info.message_imprint
    hashes = {64: hashlib.sha512, 48: hashlib.sha384, 32: hashlib.sha256}
    made = hashes.get(len(imprint.message))
    return made is not None and bytes(imprint.message) == made(data).digest()


def _needed(response: Any, authorities: Sequence[Certificate]) -> bool:
    """Whether every certificate in the token is trusted or issued by one that is: no signature covers the others."""
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature

    waiting = [x509.load_der_x509_certificate(data) for data in response.signed_data.certificates]
    believed = list(authorities)
    waiting = [one for one in waiting if one not in believed]
    progress = True
    while waiting and progress:
        progress = False
        for one in list(waiting):
            for issuer in believed:
                try:
                    one.verify_directly_issued_by(issuer)
                except (ValueError, TypeError, InvalidSignature):
                    continue
                waiting.remove(one)
                believed.append(one)
                progress = True
                break
    return not waiting


def _authority(response: Any) -> str:
    """Name of the certificate that signed the token."""
    from cryptography import x509

    from consult.review._certificates import common_name

    (signer,) = response.signed_data.signer_infos
    for data in response.signed_data.certificates:
        one = x509.load_der_x509_certificate(data)
        if (one.issuer, one.serial_number) == (signer.issuer, signer.serial_number):
            return common_name(one)
    return "an authority without a name"


def _bounded(parts: Any) -> bytes:
    data = b""
    for part in parts:
        data += part
        if len(data) > LONGEST:
            raise SigningError("wrong", "the time-stamp authority answered far more than a time stamp")
    return data


def _library() -> Any:
    try:
        import rfc3161_client
    except ImportError:
        raise MissingExtra("timestamp", "time stamps are read and made with rfc3161-client") from None
    return rfc3161_client
