"""A key that somebody else keeps: what it signs holds, and when it fails nothing is half-signed."""

from __future__ import annotations

import base64
import importlib.util
import json
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pki_kit
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from consult.errors import ReviewError, SigningError
from consult.review import Signer, SigningKey, export_json, jwk_of, key_id, sign, verify_document

from .conftest import DECISIONS, Desk

SOFTHSM = Path("/usr/lib/softhsm/libsofthsm2.so")
EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "pkcs11_signer.py"


# -- a key-management service over HTTP -------------------------------------------------------------------------------


class Service:
    """A KMS of ours: POST `{"data": base64}` gives `{"signature": base64}` in DER, as most services do."""

    def __init__(self, url: str, public: Any, *, timeout: float = 2) -> None:
        self._url, self._timeout = url, timeout
        self.kid, self.name, self.algorithm = key_id(public), "Dr Meier", "ES256"
        self.certificate_chain: tuple[bytes, ...] = ()

    def sign(self, data: bytes) -> bytes:
        body = json.dumps({"data": base64.b64encode(data).decode()}).encode()
        try:
            with urllib.request.urlopen(self._url, data=body, timeout=self._timeout) as answer:
                made = base64.b64decode(json.load(answer)["signature"])
        except urllib.error.HTTPError as error:
            error.close()  # it is the answer too, and holds the connection
            raise
        return b"".join(number.to_bytes(32, "big") for number in decode_dss_signature(made))


@pytest.fixture(scope="module")
def kept() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def signs(kept: ec.EllipticCurvePrivateKey) -> Callable[[bytes], tuple[int, bytes]]:
    def answer(question: bytes) -> tuple[int, bytes]:
        data = base64.b64decode(json.loads(question)["data"])
        made = kept.sign(data, ec.ECDSA(hashes.SHA256()))
        return 200, json.dumps({"signature": base64.b64encode(made).decode()}).encode()

    return answer


def test_a_service_signs(desk: Desk, kept: ec.EllipticCurvePrivateKey) -> None:
    desk.trusted.register(jwk_of(kept.public_key()), "Dr Meier")
    with pki_kit.serving(signs(kept)) as url:
        signer = Service(url, kept.public_key())
        assert isinstance(signer, Signer)
        made = sign(desk.store, desk.reviewed().id, signer, clock=desk.clock)
    report = verify_document(export_json(made), trusted=desk.trusted, store=desk.store)
    assert (report.ok, report.signatures[0].algorithm, report.signatures[0].known) == (True, "ES256", "key")


OUTAGES: list[tuple[str, Callable[[bytes], tuple[int, bytes]], str]] = [
    ("an error", lambda q: (500, b""), "unavailable"),
    ("forbidden", lambda q: (403, b""), "unavailable"),
    ("no JSON", lambda q: (200, b"<html>"), "unavailable"),
    ("no signature", lambda q: (200, b'{"signature": "AAAA"}'), "unavailable"),
    ("by another key", signs(ec.generate_private_key(ec.SECP256R1())), "wrong"),
]


@pytest.mark.parametrize(("answer", "kind"), [row[1:] for row in OUTAGES], ids=[row[0] for row in OUTAGES])
def test_an_outage_is_a_typed_error_and_nothing_is_half_signed(
    desk: Desk, kept: ec.EllipticCurvePrivateKey, answer: Callable[[bytes], tuple[int, bytes]], kind: str
) -> None:
    desk.trusted.register(jwk_of(kept.public_key()), "Dr Meier")
    reviewed = desk.reviewed()
    with pki_kit.serving(answer) as url:
        signer = Service(url, kept.public_key())
        with pytest.raises(SigningError, match="nothing was signed") as caught:
            sign(desk.store, reviewed.id, signer, clock=desk.clock)
    assert caught.value.kind == kind
    with pytest.raises(SigningError, match="nothing was signed"):  # it is gone now
        sign(desk.store, reviewed.id, signer, clock=desk.clock)
    assert desk.store.get(reviewed.id) == reviewed
    assert desk.sign(reviewed.id).status == "signed"


def test_a_key_of_another_algorithm_is_refused_before_it_is_asked(desk: Desk, kept: Any) -> None:
    desk.trusted.register(jwk_of(kept.public_key()), "Dr Meier")
    signer = Service("http://127.0.0.1:1/", kept.public_key())
    signer.algorithm = "RS256"
    with pytest.raises(ReviewError, match="its algorithm is not RS256"):
        sign(desk.store, desk.reviewed().id, signer, clock=desk.clock)


def test_nobody_waits_for_a_slow_key_and_what_changed_meanwhile_is_not_signed_over(desk: Desk) -> None:
    """The record is free while a key is asked; a second signer gets in, and the first then signs after it."""
    reviewed, other = desk.reviewed(), desk.new_key("Dr Zhang")
    asked = 0

    class Slow:
        kid, name, algorithm, certificate_chain = desk.key.kid, desk.key.name, desk.key.algorithm, ()

        def sign(self, data: bytes) -> bytes:
            nonlocal asked
            asked += 1
            if asked == 1:
                worker = threading.Thread(target=sign, args=(desk.store, reviewed.id, other))
                worker.start()
                worker.join(10)
                assert not worker.is_alive()
            return desk.key.sign(data)

    made = sign(desk.store, reviewed.id, Slow(), clock=desk.clock)
    assert asked == 2
    assert [entry.data["signer"] for entry in made.audit if entry.event == "signed"] == ["Dr Zhang", "Dr Meier"]
    assert verify_document(export_json(made), trusted=desk.trusted, store=desk.store).ok


def test_a_decision_made_meanwhile_is_not_signed_unseen(desk: Desk) -> None:
    reviewed = desk.reviewed()

    class Slow:
        kid, name, algorithm, certificate_chain = desk.key.kid, desk.key.name, desk.key.algorithm, ()

        def sign(self, data: bytes) -> bytes:
            desk.review.reject(reviewed.id, "Dr Zhang", "wrong patient")
            return desk.key.sign(data)

    with pytest.raises(ReviewError, match="is rejected and cannot be signed"):
        sign(desk.store, reviewed.id, Slow(), clock=desk.clock)
    assert desk.store.get(reviewed.id).signatures == []


# -- PKCS#11 ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A software module with one token and one P-256 and one RSA key, which cannot be taken out of it."""
    if not SOFTHSM.is_file() or importlib.util.find_spec("pkcs11") is None:
        pytest.skip("needs softhsm2 (Debian) and python-pkcs11")
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    (folder / "conf").write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\n")
    environment = {"SOFTHSM2_CONF": str(folder / "conf"), "PKCS11_PIN": "4711", "PATH": "/usr/bin:/bin"}
    initialise = ["softhsm2-util", "--init-token", "--free", "--label", "consult", "--so-pin", "0815", "--pin", "4711"]
    subprocess.run(initialise, check=True, env=environment, capture_output=True)
    make = (
        "import sys, pkcs11\n"
        "from pkcs11.util.ec import encode_named_curve_parameters as named\n"
        "with pkcs11.lib(sys.argv[1]).get_token(token_label='consult').open(rw=True, user_pin='4711') as s:\n"
        "    curve = {pkcs11.Attribute.EC_PARAMS: named('secp256r1')}\n"
        "    domain = s.create_domain_parameters(pkcs11.KeyType.EC, curve, local=True)\n"
        "    domain.generate_keypair(store=True, label='p256')\n"
        "    s.generate_keypair(pkcs11.KeyType.RSA, 2048, store=True, label='rsa')\n"
    )
    subprocess.run([sys.executable, "-c", make, str(SOFTHSM)], check=True, env=environment, capture_output=True)
    return environment


@pytest.mark.parametrize(("label", "algorithm"), [("p256", "ES256"), ("rsa", "PS256")])
def test_the_example_signs_with_a_key_of_a_module(
    desk: Desk, module: dict[str, str], label: str, algorithm: str
) -> None:
    reviewed = desk.reviewed()
    desk.store.close()
    given = ["--home", desk.home, "--library", SOFTHSM, "--token", "consult", "--label", label, "--name", "Dr Token"]
    command = [sys.executable, str(EXAMPLE), reviewed.id, *map(str, given)]
    stranger = subprocess.run(command, env=module, capture_output=True, text=True)
    assert stranger.returncode != 0
    assert "not registered" in stranger.stderr
    wrong = subprocess.run([*command, "--register"], env={**module, "PKCS11_PIN": "1"}, capture_output=True, text=True)
    assert wrong.returncode != 0
    done = subprocess.run([*command, "--register"], env=module, capture_output=True, text=True, check=True)
    assert "is signed by Dr Token" in done.stdout
    made = desk.store.get(reviewed.id)
    report = verify_document(export_json(made), trusted=desk.trusted, store=desk.store)
    assert (report.ok, report.signatures[0].algorithm) == (True, algorithm)
    assert made.plan is not None
    assert len(DECISIONS) == len(made.decisions)


def test_a_signing_key_is_a_signer() -> None:
    assert isinstance(SigningKey.generate("Dr Meier"), Signer)
