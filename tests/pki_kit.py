"""A certification authority, signers' certificates, revocation lists and a time-stamp authority, made here."""

from __future__ import annotations

import hashlib
import itertools
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

from asn1crypto import cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID as Purpose
from cryptography.x509.oid import NameOID, ObjectIdentifier

NOW = datetime(2026, 5, 4, 7, 0, tzinfo=UTC)
DOCUMENTS = ObjectIdentifier("1.3.6.1.5.5.7.3.36")
_NO_USAGE = dict.fromkeys(
    (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
        "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
    ),
    False,
)  # fmt: skip

KEYS: dict[str, Callable[[], Any]] = {
    "EdDSA": ed25519.Ed25519PrivateKey.generate,
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ES384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "PS256": lambda: rsa.generate_private_key(65537, 2048),
}


@dataclass
class Holder:
    """A key with its certificate and those above it."""

    key: Any
    certificate: x509.Certificate
    above: list[x509.Certificate] = field(default_factory=list)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    def p12(self, password: bytes | None = b"correct horse", *, rounds: int = 2000) -> bytes:
        """PKCS#12 with few rounds: it is opened often."""
        if password is None:
            return pkcs12.serialize_key_and_certificates(b"x", self.key, self.certificate, self.above, NoEncryption())
        chosen = (
            PrivateFormat.PKCS12.encryption_builder()
            .kdf_rounds(rounds)
            .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
            .hmac_hash(hashes.SHA256())
            .build(password)
        )
        return pkcs12.serialize_key_and_certificates(b"x", self.key, self.certificate, self.above, chosen)


def named(name: str, **more: str) -> x509.Name:
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, name)]
    if "organisation" in more:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, more["organisation"]))
    return x509.Name(parts)


def issue(
    name: str,
    key: Any,
    by: Holder | None,
    *,
    authority: bool = False,
    usage: Sequence[str] | None = ("digital_signature",),
    purposes: Sequence[ObjectIdentifier] | None = (DOCUMENTS,),
    critical_purposes: bool = False,
    start: datetime = NOW - timedelta(days=30),
    end: datetime = NOW + timedelta(days=365),
) -> Holder:
    """A certificate for `key`, by `by`, or by itself."""
    issuer_key = key if by is None else by.key
    subject = named(name)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject if by is None else by.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    if authority:
        usage, purposes = ("key_cert_sign", "crl_sign"), None
    if usage is not None:
        builder = builder.add_extension(x509.KeyUsage(**{**_NO_USAGE, **dict.fromkeys(usage, True)}), critical=True)
    if purposes is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=critical_purposes)
    made = builder.sign(issuer_key, None if isinstance(issuer_key, ed25519.Ed25519PrivateKey) else hashes.SHA256())
    return Holder(key, made, [] if by is None else [by.certificate, *by.above])


def root(name: str = "Hospital Root") -> Holder:
    return issue(name, KEYS["ES256"](), None, authority=True)


def intermediate(by: Holder, name: str = "Hospital Doctors CA") -> Holder:
    return issue(name, KEYS["ES256"](), by, authority=True)


def crl(
    by: Holder,
    *revoked: tuple[x509.Certificate, datetime, x509.ReasonFlags],
    made: datetime = NOW + timedelta(days=1),
    until: datetime = NOW + timedelta(days=31),
    key: Any = None,
) -> bytes:
    """A revocation list in PEM."""
    builder = x509.CertificateRevocationListBuilder().issuer_name(by.certificate.subject)
    builder = builder.last_update(made).next_update(until)
    for certificate, since, reason in revoked:
        entry = x509.RevokedCertificateBuilder().serial_number(certificate.serial_number).revocation_date(since)
        builder = builder.add_revoked_certificate(entry.add_extension(x509.CRLReason(reason), False).build())
    return builder.sign(key or by.key, hashes.SHA256()).public_bytes(Encoding.PEM)


# -- time stamps ------------------------------------------------------------------------------------------------------


@dataclass
class Authority:
    """Makes time stamps, true ones and others."""

    holder: Holder
    root: Holder
    now: Callable[[], datetime] = lambda: NOW + timedelta(minutes=1)
    serial: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def stamp(self, data: bytes) -> bytes:
        """A `TimeStamper` without a network."""
        return self.token(hashlib.sha512(data).digest(), "sha512", None)

    def token(self, imprint: bytes, algorithm: str, nonce: int | None) -> bytes:
        info = tsp.TSTInfo(
            {
                "version": "v1",
                "policy": "1.2.3.4.1",
                "message_imprint": {"hash_algorithm": {"algorithm": algorithm}, "hashed_message": imprint},
                "serial_number": next(self.serial),
                "gen_time": self.now(),
                **({} if nonce is None else {"nonce": nonce}),
            }
        ).dump()
        own = asn1_x509.Certificate.load(self.holder.certificate.public_bytes(Encoding.DER))
        attributes = self._attributes(info, own)
        signature = self.holder.key.sign(attributes.dump(), padding.PKCS1v15(), hashes.SHA256())
        signer = cms.SignerInfo(
            {
                "version": "v1",
                "sid": cms.IssuerAndSerialNumber({"issuer": own.issuer, "serial_number": own.serial_number}),
                "digest_algorithm": {"algorithm": "sha256"},
                "signed_attrs": attributes,
                "signature_algorithm": {"algorithm": "sha256_rsa"},
                "signature": signature,
            }
        )
        above = [asn1_x509.Certificate.load(one.public_bytes(Encoding.DER)) for one in self.holder.above]
        signed = cms.SignedData(
            {
                "version": "v3",
                "digest_algorithms": [{"algorithm": "sha256"}],
                "encap_content_info": {"content_type": "tst_info", "content": core.ParsableOctetString(info)},
                "certificates": [own, *above],
                "signer_infos": [signer],
            }
        )
        return bytes(cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump())

    def answer(self, question: bytes) -> bytes:
        """The response to a request in DER."""
        asked = tsp.TimeStampReq.load(question)
        imprint = asked["message_imprint"]
        token = self.token(
            imprint["hashed_message"].native, imprint["hash_algorithm"]["algorithm"].native, asked["nonce"].native
        )
        body = {"status": {"status": "granted"}, "time_stamp_token": cms.ContentInfo.load(token)}
        return bytes(tsp.TimeStampResp(body).dump())

    def _attributes(self, info: bytes, own: Any) -> Any:
        essential = tsp.SigningCertificateV2({"certs": [{"cert_hash": hashlib.sha256(own.dump()).digest()}]})
        return cms.CMSAttributes(
            [
                {"type": "content_type", "values": ["tst_info"]},
                {"type": "message_digest", "values": [hashlib.sha256(info).digest()]},
                {"type": "signing_certificate_v2", "values": [essential]},
            ]
        )


def time_authority(name: str = "Test TSA", *, purposes: Any = (Purpose.TIME_STAMPING,)) -> Authority:
    """One whose root is its own certificate's issuer."""
    above = issue(f"{name} Root", KEYS["PS256"](), None, authority=True)
    held = issue(name, KEYS["PS256"](), above, purposes=purposes, critical_purposes=True)
    return Authority(held, above)


@contextmanager
def serving(answer: Callable[[bytes], tuple[int, bytes]]) -> Iterator[str]:
    """A server on loopback that answers every POST; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:  # the standard library's name
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            code, data = answer(body)
            self.send_response(code)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
