"""Key files under a password: opened with it, with nothing else, and never for ever."""

from __future__ import annotations

import json
import stat
import time
import warnings
from pathlib import Path

import pki_kit
import pytest
from asn1crypto import pkcs12 as asn1_pkcs12
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import NoEncryption, pkcs12
from joserfc import jwe
from joserfc.jwk import OctKey, OKPKey

from consult.errors import NotFound, ReviewError
from consult.review import Signer, SigningKey, _jws, _passwords, is_protected, load_signer

PASSWORD = "correct horse battery 正确的马"


@pytest.fixture(scope="module")
def key() -> SigningKey:
    return SigningKey.generate("王医生")


@pytest.fixture(scope="module")
def encrypted(key: SigningKey) -> bytes:
    return _passwords.encrypted({**key.jwk, "kid": key.kid, "name": key.name}, PASSWORD)


def test_an_encrypted_key_is_the_same_key(tmp_path: Path, key: SigningKey) -> None:
    file = tmp_path / "wang.jwk"
    key.save(file, password=PASSWORD)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert key.jwk["d"].encode() not in file.read_bytes()
    assert is_protected(file)
    assert SigningKey.load(file, password=PASSWORD) == key
    assert load_signer(file, password=lambda: PASSWORD) == key


def test_the_file_is_a_jwe_that_others_read(key: SigningKey, encrypted: bytes) -> None:
    found = jwe.decrypt_compact(
        encrypted.strip(), OctKey.import_key(PASSWORD), algorithms=["PBES2-HS512+A256KW", "A256GCM"]
    )
    header = found.headers()
    assert (header["alg"], header["enc"], header["cty"]) == ("PBES2-HS512+A256KW", "A256GCM", "jwk+json")
    assert header["p2c"] >= 210_000
    assert json.loads(found.plaintext or b"")["x"] == key.jwk["x"]


def test_one_password_however_it_is_typed(key: SigningKey, tmp_path: Path) -> None:
    (tmp_path / "k").write_bytes(_passwords.encrypted({**key.jwk, "name": "x"}, "Schlüssel der Ärztin"))
    assert SigningKey.load(tmp_path / "k", password="Schlu\u0308ssel der A\u0308rztin").kid == key.kid


@pytest.mark.parametrize("password", ["", "wrong", PASSWORD + " ", PASSWORD[:-1], "\ud800"])
def test_another_password_opens_nothing(tmp_path: Path, encrypted: bytes, password: str) -> None:
    (tmp_path / "k").write_bytes(encrypted)
    with pytest.raises(ReviewError, match="password is wrong"):
        load_signer(tmp_path / "k", password=password)


def test_without_a_password_it_is_asked_for(tmp_path: Path, encrypted: bytes) -> None:
    (tmp_path / "k").write_bytes(encrypted)
    with pytest.raises(ReviewError, match="is encrypted; its password is needed"):
        load_signer(tmp_path / "k")


@pytest.mark.parametrize("password", ["short", "x" * 11, "x" * 1025])
def test_a_new_password_is_long_enough(tmp_path: Path, key: SigningKey, password: str) -> None:
    with pytest.raises(ReviewError, match="12 to 1024 characters"):
        key.save(tmp_path / "k", password=password)
    assert list(tmp_path.iterdir()) == []


def test_the_password_is_changed_in_one_step(tmp_path: Path, key: SigningKey) -> None:
    file = tmp_path / "k.jwk"
    key.save(file)
    key.save_again(file, password=PASSWORD)
    assert [one.name for one in tmp_path.iterdir()] == ["k.jwk"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert load_signer(file, password=PASSWORD) == key
    with pytest.raises(ReviewError, match="cannot be written"):
        key.save_again(tmp_path / "no" / "k.jwk", password=PASSWORD)


def jwe_with(key: SigningKey, **header: object) -> bytes:
    protected = {"alg": "PBES2-HS512+A256KW", "enc": "A256GCM", "p2c": 1000, **header}
    names = [str(protected["alg"]), str(protected["enc"])]
    text = json.dumps({**key.jwk, "name": "x"})
    return jwe.encrypt_compact(protected, text, OctKey.import_key(PASSWORD), algorithms=names).encode()


def test_a_jwe_that_asks_for_endless_work_is_refused_at_once(tmp_path: Path, key: SigningKey) -> None:
    head, *rest = jwe_with(key).split(b".")
    assert load_bytes(tmp_path, b".".join([head, *rest])).kid == key.kid
    text = _jws.decode(head.decode()).replace(b'"p2c":1000', b'"p2c":2000000000')
    assert b"2000000000" in text
    endless = b".".join([_jws.encode(text).encode(), *rest])
    started = time.monotonic()
    with pytest.raises(ReviewError, match="damaged"):
        load_bytes(tmp_path, endless)
    assert time.monotonic() - started < 2


def load_bytes(tmp_path: Path, data: bytes, password: str = PASSWORD) -> Signer:
    (tmp_path / "k").write_bytes(data)
    return load_signer(tmp_path / "k", password=password)


def test_no_byte_of_an_encrypted_key_can_be_changed(tmp_path: Path, key: SigningKey) -> None:
    data = jwe_with(key)
    accepted = []
    for place in range(0, len(data), 7):
        changed = bytearray(data)
        changed[place] ^= 1
        try:
            load_bytes(tmp_path, bytes(changed))
        except (ReviewError, NotFound):
            continue
        accepted.append(place)
    # The spare bits of base64url are free in a JWE; the last character of a part may have some.
    assert all(data[place + 1 : place + 2] in {b".", b""} for place in accepted)


@pytest.mark.parametrize(
    "data",
    [
        b"eyJ....", b"eyJhbGciOiJub25lIn0....", b"eyJ" + b"A" * 5000 + b"....",
        b"eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0....",
        b"eyJ\xff....", b"\x30\x80\x02\x01\x03", b"\x30\x84\xff\xff\xff\xff\x02\x01\x03" + b"\x30" * 50_000,
        b"\x30\x03\x02\x01\x03", b"", b"{" * 50_000, b"x" * (1024 * 1024 + 1),
    ],
    ids=range(11),
)  # fmt: skip
def test_hostile_files_are_refused_in_a_sentence(tmp_path: Path, data: bytes) -> None:
    started = time.monotonic()
    with pytest.raises(ReviewError):
        load_bytes(tmp_path, data)
    assert time.monotonic() - started < 2


# -- PKCS#12 ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def issuer() -> pki_kit.Holder:
    return pki_kit.intermediate(pki_kit.root())


@pytest.mark.parametrize("algorithm", sorted(pki_kit.KEYS))
def test_every_kind_of_key_is_read_from_pkcs12(tmp_path: Path, issuer: pki_kit.Holder, algorithm: str) -> None:
    held = pki_kit.issue("Dr Meier", pki_kit.KEYS[algorithm](), issuer)
    signer = load_bytes(tmp_path, held.p12(), "correct horse")
    assert (signer.name, signer.algorithm) == ("Dr Meier", algorithm)
    assert len(signer.certificate_chain) == 2  # the root is whoever verifies's own
    assert isinstance(signer, Signer)
    assert "key" not in repr(signer)
    assert is_protected(tmp_path / "k")


def test_pkcs12_without_a_password_is_read_without_one(tmp_path: Path, issuer: pki_kit.Holder) -> None:
    (tmp_path / "k").write_bytes(pki_kit.issue("Dr Meier", pki_kit.KEYS["ES256"](), issuer).p12(None))
    assert load_signer(tmp_path / "k").name == "Dr Meier"


@pytest.mark.parametrize("password", ["", "wrong", "correct horse "])
def test_the_wrong_password_of_pkcs12(tmp_path: Path, issuer: pki_kit.Holder, password: str) -> None:
    held = pki_kit.issue("Dr Meier", pki_kit.KEYS["ES256"](), issuer)
    with pytest.raises(ReviewError, match="password is wrong"):
        load_bytes(tmp_path, held.p12(), password)
    with pytest.raises(ReviewError, match="password is needed"):
        load_signer(tmp_path / "k")


UNFIT = {
    "P-521": lambda: ec.generate_private_key(ec.SECP521R1()),
    "secp256k1": lambda: ec.generate_private_key(ec.SECP256K1()),
    "RSA 1024": lambda: rsa.generate_private_key(65537, 1024),
}


@pytest.mark.parametrize("kind", UNFIT)
def test_keys_of_other_kinds_cannot_sign(tmp_path: Path, kind: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        held = pki_kit.issue("Dr Meier", UNFIT[kind](), None)
        with pytest.raises(ReviewError, match="cannot sign here"):
            load_bytes(tmp_path, held.p12(), "correct horse")


def test_a_key_without_its_certificate_cannot_sign(tmp_path: Path, issuer: pki_kit.Holder) -> None:
    held = pki_kit.issue("Dr Meier", pki_kit.KEYS["ES256"](), issuer)
    alone = pkcs12.serialize_key_and_certificates(b"x", held.key, None, None, NoEncryption())
    only = pkcs12.serialize_key_and_certificates(b"x", None, held.certificate, None, NoEncryption())
    for data in (alone, only):
        with pytest.raises(ReviewError, match="no private key with its certificate"):
            load_bytes(tmp_path, data)


@pytest.mark.parametrize("rounds", [2**31 - 1, 20_000_000])
def test_pkcs12_that_asks_for_endless_work_is_refused_at_once(
    tmp_path: Path, issuer: pki_kit.Holder, rounds: int
) -> None:
    data = pki_kit.issue("Dr Meier", pki_kit.KEYS["ES256"](), issuer).p12()
    found = asn1_pkcs12.Pfx.load(data)
    found["mac_data"]["iterations"] = rounds
    inner = data.replace((2000).to_bytes(2, "big"), (32767).to_bytes(2, "big"))
    assert inner != data
    started = time.monotonic()
    with pytest.raises(ReviewError, match="more work"):
        load_bytes(tmp_path, found.dump(force=True), "correct horse")
    with pytest.raises(ReviewError, match="password is wrong"):
        load_bytes(tmp_path, inner, "correct horse")
    assert time.monotonic() - started < 3


def test_a_private_jwk_of_two_keys_is_none() -> None:
    one, two = (OKPKey.generate_key("Ed25519").as_dict(private=True) for _ in range(2))
    with pytest.raises(ReviewError, match="no Ed25519 key"):
        SigningKey._of(json.dumps({**one, "x": two["x"], "name": "Dr Meier"}).encode())
