"""A signature with a certificate is believed as far as its issuer is, at the time it was made, and no further."""

from __future__ import annotations

import base64
import copy
import json
import random  # noqa: TID251  # seeded: which bytes are damaged does not matter to a plan
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pki_kit
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID as Purpose
from joserfc import jws
from joserfc.jwk import ECKey
from pki_kit import KEYS, NOW, Holder, issue

from consult.errors import ReviewError
from consult.review import (
    CertificateStatus,
    Consultation,
    CrlFiles,
    Keyring,
    Signer,
    SigningKey,
    VerifyReport,
    _jws,
    export_json,
    load_signer,
    read_certificates,
    revoke_key,
    sign,
    verify_document,
)
from consult.review._audit import AuditChain
from consult.review._canonical import canonical, digest
from consult.review._certificates import header_members
from consult.review._consultation import AuditEntry
from consult.review._credentials import credential_of
from consult.review._keyring import Trust
from consult.review._signing import payload, protected_header

from .conftest import Desk

Document = dict[str, Any]
HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def root() -> Holder:
    return pki_kit.root()


@pytest.fixture(scope="module")
def issuer(root: Holder) -> Holder:
    return pki_kit.intermediate(root)


def signer_of(held: Holder, tmp_path: Path) -> Signer:
    file = tmp_path / f"{held.certificate.serial_number}.p12"
    file.write_bytes(held.p12())
    return load_signer(file, password="correct horse")


def trusting(folder: Path, *certificates: Holder, crls: tuple[bytes, ...] = ()) -> Keyring:
    folder.mkdir(exist_ok=True)
    for number, held in enumerate(certificates):
        (folder / f"{number}.pem").write_bytes(held.pem)
    for number, data in enumerate(crls):
        (folder / f"{number}.crl").write_bytes(data)
    return Keyring(folder)


def signed_by(desk: Desk, held: Holder, root: Holder, tmp_path: Path) -> Consultation:
    desk.trusted.register_certificate(root.certificate)
    return sign(desk.store, desk.reviewed().id, signer_of(held, tmp_path), clock=desk.clock)


def failed(report: VerifyReport) -> dict[str, str]:
    assert not report.ok
    return {check.name: check.says for check in report.checks if not check.ok}


@pytest.mark.parametrize("algorithm", sorted(KEYS))
def test_each_algorithm_signs_and_verifies(
    desk: Desk, root: Holder, issuer: Holder, tmp_path: Path, algorithm: str
) -> None:
    made = signed_by(desk, issue("王医生", KEYS[algorithm](), issuer), root, tmp_path)
    document = json.loads(export_json(made))
    header = _jws.header_of(document["signatures"][0])
    assert (header["alg"], header["signer"], len(header["x5c"])) == (algorithm, "王医生", 2)
    report = verify_document(export_json(made), trusted=trusting(tmp_path / "elsewhere", root))
    assert report.ok
    assert report.signers == ["王医生"]
    (seen,) = report.signatures
    assert (seen.known, seen.algorithm, seen.holds, seen.witness) == ("root", algorithm, True, "claim")
    assert seen.certificate is not None
    assert (seen.certificate.subject, seen.certificate.root) == ("CN=王医生", "Hospital Root")
    assert [(one.name, one.code) for one in report.unchecked] == [("revocation", "list"), ("timestamp", "stamp")]
    assert "certificate" in {check.name for check in report.checks}
    assert verify_document(export_json(made), trusted=desk.trusted, store=desk.store).ok


def test_any_jws_library_can_check_it(desk: Desk, root: Holder, issuer: Holder, tmp_path: Path) -> None:
    held = issue("Dr Meier", KEYS["ES256"](), issuer)
    document = json.loads(export_json(signed_by(desk, held, root, tmp_path)))
    whole = {"payload": _jws.encode(payload(document)), "signatures": document["signatures"]}
    registry = jws.JWSRegistry(algorithms=["ES256"], strict_check_header=False)
    registry.max_header_length, registry.max_payload_length = 1 << 20, 1 << 20
    leaf = x509.load_der_x509_certificate(base64.b64decode(_jws.header_of(document["signatures"][0])["x5c"][0]))
    key = ECKey.import_key(_jws.jwk_of(leaf.public_key()))
    assert jws.deserialize_json(whole, key, registry=registry).payload == payload(document)


def test_a_certified_doctor_and_one_with_a_key_sign_together(
    desk: Desk, root: Holder, issuer: Holder, tmp_path: Path
) -> None:
    first = signed_by(desk, issue("Dr Li", KEYS["ES384"](), issuer), root, tmp_path)
    both = desk.sign(first.id)
    report = verify_document(export_json(both), trusted=desk.trusted, store=desk.store)
    assert (report.ok, report.signers) == (True, ["Dr Li", "Dr Meier"])
    assert [one.known for one in report.signatures] == ["root", "key"]
    with pytest.raises(ReviewError, match="signed with this key already"):
        desk.sign(first.id)


# -- who may sign -----------------------------------------------------------------------------------------------------

UNFIT: list[tuple[str, dict[str, Any], str]] = [
    ("expired", {"end": NOW - timedelta(days=1)}, "had expired on 2026-05-03"),
    ("not yet valid", {"start": NOW + timedelta(days=1)}, "begins on 2026-05-05"),
    ("for encryption", {"usage": ("key_encipherment",)}, "not made for signatures"),
    ("of a server", {"purposes": (Purpose.SERVER_AUTH,)}, "another purpose"),
    ("for logging in", {"purposes": (Purpose.CLIENT_AUTH,)}, "another purpose"),
    ("of a time-stamp authority", {"purposes": (Purpose.TIME_STAMPING,)}, "another purpose"),
]


@pytest.mark.parametrize(("more", "says"), [row[1:] for row in UNFIT], ids=[row[0] for row in UNFIT])
def test_an_unfit_certificate_cannot_sign(
    desk: Desk, root: Holder, issuer: Holder, tmp_path: Path, more: dict[str, Any], says: str
) -> None:
    desk.trusted.register_certificate(root.certificate)
    reviewed = desk.reviewed()
    signer = signer_of(issue("Dr Meier", KEYS["ES256"](), issuer, **more), tmp_path)
    with pytest.raises(ReviewError, match=says):
        sign(desk.store, reviewed.id, signer, clock=desk.clock)
    assert desk.store.get(reviewed.id) == reviewed


@pytest.mark.parametrize("purposes", [None, (Purpose.EMAIL_PROTECTION,), (Purpose.ANY_EXTENDED_KEY_USAGE,)])
def test_fit_certificates(desk: Desk, root: Holder, issuer: Holder, tmp_path: Path, purposes: Any) -> None:
    held = issue("Dr Meier", KEYS["ES256"](), issuer, usage=("content_commitment",), purposes=purposes)
    report = verify_document(export_json(signed_by(desk, held, root, tmp_path)), trusted=desk.trusted)
    assert report.ok


def test_a_stranger_s_certificate_cannot_sign(desk: Desk, root: Holder, tmp_path: Path) -> None:
    desk.trusted.register_certificate(root.certificate)
    other = pki_kit.root("Hospital Root")  # the same name, another key
    own = issue("Dr Meier", KEYS["ES256"](), None)
    end_entity = issue("Dr Who", KEYS["ES256"](), root)
    by_a_doctor = issue("Dr Meier", KEYS["ES256"](), end_entity)
    for held in (issue("Dr Meier", KEYS["ES256"](), other), own, by_a_doctor):
        with pytest.raises(ReviewError, match="does not lead"):
            sign(desk.store, desk.reviewed().id, signer_of(held, tmp_path), clock=desk.clock)


def test_a_self_signed_certificate_is_believed_only_where_it_is_trusted(desk: Desk, tmp_path: Path) -> None:
    own = issue("Dr Meier", KEYS["ES256"](), None, usage=None, purposes=None)
    export = export_json(signed_by(desk, own, own, tmp_path))
    assert verify_document(export, trusted=trusting(tmp_path / "this", own)).signatures[0].known == "certificate"
    report = verify_document(export, trusted=trusting(tmp_path / "other", pki_kit.root()))
    assert failed(report).keys() == {"signer"}
    assert "issued to itself" in failed(report)["signer"]
    file = tmp_path / "own.crt"
    file.write_bytes(own.certificate.public_bytes(Encoding.DER))
    assert verify_document(export, trusted=Keyring.from_path(file)).ok


def test_whom_nobody_trusts_is_refused_though_the_signature_holds(
    desk: Desk, root: Holder, issuer: Holder, tmp_path: Path
) -> None:
    export = export_json(signed_by(desk, issue("Dr Meier", KEYS["PS256"](), issuer), root, tmp_path))
    report = verify_document(export, trusted=Keyring(tmp_path / "none"))
    assert failed(report).keys() == {"signer"}
    assert "leads to no trusted root" in failed(report)["signer"]
    assert report.signers == []
    assert report.signatures[0].holds


def test_the_certificate_counts_at_the_time_of_signing(
    desk: Desk, root: Holder, issuer: Holder, tmp_path: Path
) -> None:
    short = issue("Dr Meier", KEYS["ES256"](), issuer, end=NOW + timedelta(hours=1))
    report = verify_document(export_json(signed_by(desk, short, root, tmp_path)), trusted=desk.trusted)
    assert report.ok  # the clock of whoever verifies, years later, does not matter


# -- a forger with a certified key ------------------------------------------------------------------------------------


def forged(document: Document, key: Signer, **header: Any) -> bytes:
    """The document signed anew, its log made to fit."""
    made = copy.deepcopy(document)
    chain = AuditChain()
    for entry in made["audit"]:
        if entry["event"] != "signed":
            chain.append(entry["event"], entry["data"], entry["at"])
    at = document["audit"][-1]["at"]
    protected = {
        **protected_header(
            made, kid=key.kid, signer=key.name, at=at, head=chain.head, algorithm=key.algorithm,
            chain=key.certificate_chain,
        ),
        **header,
    }  # fmt: skip
    protected = {name: value for name, value in protected.items() if value is not None}
    entry = _jws.sign_detached(payload(made), key, protected)
    made["signatures"] = [entry]
    data = {"kid": protected["kid"], "signer": protected["signer"], "signature": digest(entry)}
    chain.append("signed", data, protected["iat"])
    made["audit"] = [AuditEntry.model_validate(one).model_dump() for one in chain.entries]
    return canonical(made)


@pytest.fixture
def certified(desk: Desk, root: Holder, issuer: Holder, tmp_path: Path) -> tuple[Signer, Document]:
    held = issue("Dr Meier", KEYS["ES256"](), issuer, end=NOW + timedelta(days=2))
    signer = signer_of(held, tmp_path)
    desk.trusted.register_certificate(root.certificate)
    return signer, json.loads(export_json(sign(desk.store, desk.reviewed().id, signer, clock=desk.clock)))


def test_the_forger_s_tools_work(desk: Desk, certified: tuple[Signer, Document]) -> None:
    assert verify_document(forged(certified[1], certified[0]), trusted=desk.trusted).ok


FORGED: list[tuple[str, dict[str, Any], set[str]]] = [
    ("another name", {"signer": "Dr Li"}, {"signer"}),
    ("after the certificate ended", {"iat": "2026-06-01T00:00:00.000Z"}, {"signer", "certificate"}),
    ("before it began", {"iat": "2026-01-01T00:00:00.000Z"}, {"signer", "certificate"}),
    ("at no time", {"iat": "yesterday"}, {"signature", "signer"}),
    ("without offset", {"iat": "2026-05-04T07:00:00"}, {"signature", "signer"}),
    ("no chain", {"x5c": None, "x5t#S256": None}, {"signature", "signer"}),
    ("no chain, a hash", {"x5c": None}, {"signature", "signer"}),
    ("a chain, no hash", {"x5t#S256": None}, {"signature", "signer"}),
    ("another hash", {"x5t#S256": "A" * 43}, {"signature", "signer"}),
    ("an empty chain", {"x5c": []}, {"signature", "signer"}),
    ("no list", {"x5c": "AAAA"}, {"signature", "signer"}),
    ("no certificate", {"x5c": ["AAAA"]}, {"signature", "signer"}),
    ("numbers", {"x5c": [1, 2]}, {"signature", "signer"}),
    ("hundreds", {"x5c": ["AAAA"] * 500}, {"signature", "signer"}),
    ("a huge one", {"x5c": ["A" * 60_000]}, {"signature", "signer"}),
    ("alg none", {"alg": "none"}, {"signature", "signer"}),
    ("alg HS256", {"alg": "HS256"}, {"signature", "signer"}),
    ("alg RS256", {"alg": "RS256"}, {"signature", "signer"}),
    ("alg ES384", {"alg": "ES384"}, {"signature", "signer"}),
    ("alg EdDSA", {"alg": "EdDSA"}, {"signature", "signer"}),
    ("alg PS256", {"alg": "PS256"}, {"signature", "signer"}),
    ("alg as a list", {"alg": ["ES256"]}, {"signature", "signer"}),
    ("a link to a chain", {"x5u": "https://example.org/c.pem"}, {"signature", "signer"}),
    ("a key of its own", {"jwk": {"kty": "oct", "k": "AAAA"}}, {"signature", "signer"}),
    ("critical", {"crit": ["b64"], "b64": False}, {"signature", "signer"}),
    ("another key's id", {"kid": "A" * 43}, {"signature", "signer"}),
]


@pytest.mark.parametrize(("header", "named"), [row[1:] for row in FORGED], ids=[row[0] for row in FORGED])
def test_every_change_of_the_header_is_named(
    desk: Desk, certified: tuple[Signer, Document], header: dict[str, Any], named: set[str]
) -> None:
    report = verify_document(forged(certified[1], certified[0], **header), trusted=desk.trusted)
    assert named <= failed(report).keys()


def test_a_chain_cannot_be_borrowed(desk: Desk, certified: tuple[Signer, Document], tmp_path: Path) -> None:
    """Somebody else's certificate over one's own signature."""
    signer, document = certified
    stranger = SigningKey.generate("Dr Meier")
    header = _jws.header_of(document["signatures"][0])
    borrowed = {name: header[name] for name in ("x5c", "x5t#S256", "kid", "alg")}
    report = verify_document(forged(document, stranger, **borrowed), trusted=desk.trusted)
    assert "signature" in failed(report)
    only_chain = {name: header[name] for name in ("x5c", "x5t#S256")}
    assert "signature" in failed(verify_document(forged(document, stranger, **only_chain), trusted=desk.trusted))


def test_a_registered_key_does_not_save_a_bad_certificate(desk: Desk, issuer: Holder, tmp_path: Path) -> None:
    """Whoever shows a certificate is held to it."""
    held = issue("Dr Meier", KEYS["ES256"](), issuer, end=NOW - timedelta(days=1))
    signer = signer_of(held, tmp_path)
    desk.trusted.register(_jws.jwk_of(held.key.public_key()), "Dr Meier")
    with pytest.raises(ReviewError, match="had expired on 2026-05-03"):
        sign(desk.store, desk.reviewed().id, signer, clock=desk.clock)


def test_no_byte_of_the_signature_can_be_changed(desk: Desk, certified: tuple[Signer, Document]) -> None:
    export = canonical(certified[1])
    fixed = desk.trusted.read_once()
    assert verify_document(export, trusted=fixed).ok
    start = export.index(b'"signatures":[')
    accepted = []
    for place in range(start, export.index(b'"status"', start), 3):
        changed = export[:place] + bytes([export[place] ^ 1]) + export[place + 1 :]
        if verify_document(changed, trusted=fixed).ok:
            accepted.append(place)
    assert accepted == []


# -- revocation -------------------------------------------------------------------------------------------------------

DAY = timedelta(days=1)
LOST, LEFT = x509.ReasonFlags.key_compromise, x509.ReasonFlags.affiliation_changed
CRLS: list[tuple[str, datetime | None, x509.ReasonFlags, dict[str, Any], bool, bool]] = [
    # what, revoked when, why, the list, holds, said to be unchecked
    ("not revoked", None, LEFT, {}, True, False),
    ("before", NOW - DAY, LEFT, {}, False, False),
    ("after, left", NOW + DAY, LEFT, {}, True, False),
    ("after, stolen: the signer's word counts for nothing", NOW + DAY, LOST, {}, False, False),
    ("the current one then", None, LEFT, {"made": NOW - DAY, "until": NOW + DAY}, True, False),
    ("an old list", None, LEFT, {"made": NOW - 9 * DAY, "until": NOW - DAY}, True, True),
    ("an old list that names it", NOW - 10 * DAY, LEFT, {"made": NOW - 9 * DAY, "until": NOW - DAY}, False, False),
    ("made after it expired", None, LEFT, {"made": NOW + 900 * DAY, "until": NOW + 999 * DAY}, True, True),
    ("of another issuer", NOW - DAY, LEFT, {"key": KEYS["ES256"]()}, True, True),
]


@pytest.mark.parametrize(
    ("since", "why", "more", "holds", "open_"), [row[1:] for row in CRLS], ids=[r[0] for r in CRLS]
)
def test_revocation_lists(
    desk: Desk, root: Holder, issuer: Holder, tmp_path: Path, since: Any, why: Any, more: Any, holds: bool, open_: bool
) -> None:
    held = issue("Dr Meier", KEYS["ES256"](), issuer)
    export = export_json(signed_by(desk, held, root, tmp_path))
    rows = () if since is None else ((held.certificate, since, why),)
    lists = (pki_kit.crl(issuer, *rows, **more), pki_kit.crl(root))
    report = verify_document(export, trusted=trusting(tmp_path / "t", root, crls=lists))
    assert report.ok is holds
    assert [one.code for one in report.unchecked if one.name == "revocation"] == (["list"] if open_ else [])
    made = [check.ok for check in report.checks if check.name == "revocation"]
    assert made == ([] if open_ else [holds])


def test_an_issuer_may_be_revoked_too(desk: Desk, root: Holder, issuer: Holder, tmp_path: Path) -> None:
    export = export_json(signed_by(desk, issue("Dr Meier", KEYS["ES256"](), issuer), root, tmp_path))
    above = pki_kit.crl(root, (issuer.certificate, NOW - DAY, LOST))
    trusted = trusting(tmp_path / "t", root, crls=(above, pki_kit.crl(issuer)))
    assert "an issuer's certificate is revoked" in failed(verify_document(export, trusted=trusted))["revocation"]


def test_another_source_may_be_asked(desk: Desk, root: Holder, issuer: Holder, tmp_path: Path) -> None:
    """Such as OCSP, in a site that may ask a network."""

    class Responder:
        def __init__(self, said: CertificateStatus) -> None:
            self.said = said

        def status(self, certificate: Any, issuer: Any, at: datetime) -> CertificateStatus:
            assert at.tzinfo is not None
            return self.said

    export = export_json(signed_by(desk, issue("Dr Meier", KEYS["ES256"](), issuer), root, tmp_path))
    said = {
        "good": CertificateStatus("good"),
        "revoked": CertificateStatus("revoked", NOW - DAY, "superseded"),
        "unknown": CertificateStatus("unknown"),
    }
    reports = {
        name: verify_document(export, trusted=desk.trusted, sources=[Responder(one)]) for name, one in said.items()
    }
    assert {name: report.ok for name, report in reports.items()} == {"good": True, "revoked": False, "unknown": True}
    assert [one.name for one in reports["good"].unchecked] == ["timestamp"]
    assert [one.name for one in reports["unknown"].unchecked] == ["revocation", "timestamp"]


@pytest.mark.parametrize(("name", "data"), [("a.crl", b"-----BEGIN"), ("a.crl", b"\x30\x00"), ("k.revoked", b"{}")])
def test_what_cannot_be_read_is_not_passed_over(desk: Desk, name: str, data: bytes) -> None:
    (desk.home / "trusted" / name).write_bytes(data)
    with pytest.raises(ReviewError, match="cannot be read"):
        verify_document(b"{}", trusted=desk.trusted)


REVOKED: list[tuple[str, timedelta, str, bool, bool]] = [
    # what, from when, why, holds elsewhere, holds in the home that signed it
    ("before", timedelta(seconds=-30), "superseded", False, False),
    ("after", timedelta(seconds=60), "superseded", True, True),
    ("after, but stolen", timedelta(seconds=60), "key-compromise", False, True),
    ("before and stolen", timedelta(seconds=-30), "key-compromise", False, False),
]


@pytest.mark.parametrize(
    ("when", "why", "elsewhere", "here"), [row[1:] for row in REVOKED], ids=[row[0] for row in REVOKED]
)
def test_a_revoked_key(desk: Desk, when: timedelta, why: str, elsewhere: bool, here: bool) -> None:
    signed = desk.signed()
    at = datetime.fromisoformat(signed.audit[-1].at)
    desk.clock.now += timedelta(minutes=5)
    revoke_key(desk.store, desk.key.kid, since=at + when, reason=why, by="admin", clock=desk.clock)
    export = export_json(signed)
    assert verify_document(export, trusted=desk.trusted).ok is elsewhere
    report = verify_document(export, trusted=desk.trusted, store=desk.store)
    assert report.ok is here
    assert [check.ok for check in report.checks if check.name == "revocation"] == [here]


def test_a_revoked_key_signs_nothing_more(desk: Desk) -> None:
    reviewed = desk.reviewed()
    revoke_key(desk.store, desk.key.kid, since=desk.clock.now, reason="superseded", by="admin", clock=desk.clock)
    with pytest.raises(ReviewError, match=r"cannot sign: the key is revoked from .* on \(superseded\)"):
        desk.sign(reviewed.id)
    assert desk.store.get(reviewed.id) == reviewed


def test_a_revocation_is_in_the_log_of_the_home_and_cannot_be_taken_away(desk: Desk) -> None:
    signed = desk.signed()
    revoke_key(desk.store, desk.key.kid, since=NOW - DAY, reason="privilege-withdrawn", by="Dr Chief", clock=desk.clock)
    (entry,) = desk.store.home_log()
    assert entry.event == "key-revoked"
    assert entry.data == {
        "kid": desk.key.kid, "since": "2026-05-03T07:00:00.000Z", "reason": "privilege-withdrawn", "by": "Dr Chief",
    }  # fmt: skip
    (file,) = (desk.home / "trusted").glob("*.revoked")
    file.unlink()
    assert verify_document(export_json(signed), trusted=desk.trusted).ok
    report = verify_document(export_json(signed), trusted=desk.trusted, store=desk.store)
    assert failed(report).keys() == {"revocation"}


def test_a_key_is_revoked_from_an_earlier_time_never_a_later_one(desk: Desk) -> None:
    def revoke(since: datetime, **more: Any) -> None:
        given = {"reason": "superseded", "by": "admin", **more}
        revoke_key(desk.store, given.pop("kid", desk.key.kid), since=since, clock=desk.clock, **given)

    revoke(NOW - DAY)
    with pytest.raises(ReviewError, match="revoked already"):
        revoke(NOW)
    revoke(NOW - 2 * DAY, reason="key-compromise")
    for more, says in [
        ({"kid": "../../etc/passwd" + "x" * 27}, "by its id"),
        ({"kid": "short"}, "by its id"),
        ({"reason": "because"}, "the reason is one of"),
        ({"by": " "}, "needs the name"),
    ]:
        with pytest.raises(ReviewError, match=says):
            revoke(NOW - 3 * DAY, **more)
    for wrong in (NOW + 365 * DAY, NOW.replace(tzinfo=None)):
        with pytest.raises(ReviewError, match="not still to come"):
            revoke(wrong)
    assert len(desk.store.home_log()) == 2


def test_the_key_of_a_certificate_can_be_revoked(desk: Desk, certified: tuple[Signer, Document]) -> None:
    signer, document = certified
    revoke_key(desk.store, signer.kid, since=NOW - DAY, reason="superseded", by="admin", clock=desk.clock)
    assert failed(verify_document(canonical(document), trusted=desk.trusted)).keys() == {"revocation"}


# -- what was signed before there were certificates -------------------------------------------------------------------


def test_what_was_signed_before_there_were_certificates_still_verifies() -> None:
    document = (HERE / "signed-before-certificates.json").read_bytes()
    report = verify_document(document, trusted=Keyring.from_path(HERE / "signed-before-certificates.jwks"))
    assert report.ok
    assert report.signers == ["Dr Meier", "王医生"]
    assert export_json(Consultation.model_validate_json(document)) == document
    assert "timestamps" not in json.loads(document)


CHANGES: list[Callable[[Document], Any]] = [
    lambda d: d.update(timestamps=[]),
    lambda d: d.update(timestamps=[{"kid": "x", "token": ""}]),
    lambda d: d["signatures"][0].update(x5c=[]),
]


@pytest.mark.parametrize("change", CHANGES)
def test_nothing_can_be_put_into_it(change: Callable[[Document], Any]) -> None:
    document = json.loads((HERE / "signed-before-certificates.json").read_bytes())
    change(document)
    trusted = Keyring.from_path(HERE / "signed-before-certificates.jwks")
    assert failed(verify_document(canonical(document), trusted=trusted)).keys() & {"schema", "timestamp"}


def test_damaged_chains_and_lists_are_refused_and_never_break_a_check(root: Holder, issuer: Holder) -> None:
    rng = random.Random(3)
    held = issue("Dr Meier", KEYS["ES256"](), issuer)
    chain = [one.public_bytes(Encoding.DER) for one in (held.certificate, issuer.certificate)]
    kid, listed = _jws.thumbprint(_jws.jwk_of(held.key.public_key())), pki_kit.crl(root)
    outcomes: set[str] = set()

    def damaged(data: bytes) -> bytes:
        changed = bytearray(data)
        for _ in range(rng.randint(1, 3)):
            changed[rng.randrange(len(data))] = rng.randrange(256)
        return bytes(changed)

    for _ in range(400):
        parts = [damaged(one) if rng.random() < 0.7 else one for one in chain]
        header = {"kid": kid, "alg": "ES256", **header_members(parts)}
        try:
            found = credential_of(header, Trust(roots=(root.certificate,)), NOW)
            assert found.known == "unknown" or parts[0] == chain[0]
            outcomes.add(found.known)
        except ValueError:
            outcomes.add("refused")
        for read in (lambda: read_certificates(damaged(chain[0])), lambda: CrlFiles.read([damaged(listed)])):
            with suppress(ReviewError):
                read()
    assert outcomes == {"refused", "unknown", "root"}
