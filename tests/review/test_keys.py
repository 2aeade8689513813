"""A key signs in one name, is its owner's alone, and is believed only where it was registered."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from joserfc.jwk import OctKey, OKPKey

from consult.errors import NotFound, ReviewError
from consult.review import Keyring, SigningKey, read_public_jwk


@pytest.fixture
def key() -> SigningKey:
    return SigningKey.generate("Dr Meier")


def test_a_saved_key_is_the_same_key(tmp_path: Path, key: SigningKey) -> None:
    key.save(tmp_path / "meier.jwk")
    assert SigningKey.load(tmp_path / "meier.jwk") == key
    assert stat.S_IMODE((tmp_path / "meier.jwk").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["meier.jwk"]


def test_the_file_is_a_jwk_that_others_read(tmp_path: Path, key: SigningKey) -> None:
    key.save(tmp_path / "meier.jwk")
    found = json.loads((tmp_path / "meier.jwk").read_bytes())
    assert (found["kty"], found["crv"], found["name"]) == ("OKP", "Ed25519", "Dr Meier")
    assert OKPKey.import_key(found).thumbprint() == key.kid == found["kid"]


def test_a_key_is_never_overwritten(tmp_path: Path, key: SigningKey) -> None:
    (tmp_path / "meier.jwk").write_text("mine", encoding="ascii")
    with pytest.raises(ReviewError, match="never overwritten"):
        key.save(tmp_path / "meier.jwk")
    assert (tmp_path / "meier.jwk").read_text(encoding="ascii") == "mine"
    with pytest.raises(ReviewError, match="cannot be written"):
        key.save(tmp_path / "nowhere" / "meier.jwk")


def test_the_public_half_is_public(key: SigningKey) -> None:
    assert set(key.public_jwk()) == {"crv", "kty", "x", "kid", "name"}
    assert key.jwk["d"] not in repr(key)


@pytest.mark.parametrize("name", ["", " ", "a\nb", "x" * 121, "a\u202eb"])
def test_a_signer_has_a_name(name: str) -> None:
    with pytest.raises(ReviewError, match="name"):
        SigningKey.generate(name)


def unusable() -> list[tuple[str, bytes, str]]:
    ed448 = {**OKPKey.generate_key("Ed448").as_dict(private=True), "name": "x"}
    public = {**OKPKey.generate_key("Ed25519").as_dict(private=False), "name": "x"}
    nameless = OKPKey.generate_key("Ed25519").as_dict(private=True)
    secret = {**OctKey.generate_key(256).as_dict(private=True), "name": "x"}
    return [
        ("other curve", json.dumps(ed448).encode(), "no Ed25519 key"),
        ("symmetric", json.dumps(secret).encode(), "no Ed25519 key"),
        ("public", json.dumps(public).encode(), "public half"),
        ("nameless", json.dumps(nameless).encode(), "no named signing key"),
        ("broken", json.dumps({**nameless, "name": "x", "x": "!"}).encode(), "no Ed25519 key"),
        ("not json", b"-----BEGIN PRIVATE KEY-----", "not a JWK"),
        ("a list", b"[]", "not a JWK"),
        ("empty set", b'{"keys": []}', "not a JWK"),
        ("twice", b'{"kty":"OKP","kty":"OKP"}', "twice"),
    ]


@pytest.mark.parametrize(("data", "says"), [row[1:] for row in unusable()], ids=[row[0] for row in unusable()])
def test_what_cannot_sign_is_refused(tmp_path: Path, data: bytes, says: str) -> None:
    (tmp_path / "key").write_bytes(data)
    with pytest.raises(ReviewError, match=says):
        SigningKey.load(tmp_path / "key")


def test_an_absent_key_is_not_found(tmp_path: Path) -> None:
    for call in (SigningKey.load, Keyring.from_path, read_public_jwk):
        with pytest.raises(NotFound):
            call(tmp_path / "none.jwk")


def test_a_registered_key_is_found_by_its_thumbprint(tmp_path: Path, key: SigningKey) -> None:
    ring = Keyring(tmp_path / "trusted")
    assert ring.find(key.kid) is None
    assert ring.signers() == []
    assert ring.register(key.public_jwk(), "Dr Meier") == key.kid
    assert ring.register(key.public_jwk(), "Dr Meier") == key.kid
    found = Keyring(tmp_path / "trusted").find(key.kid)
    assert found is not None
    assert (found.name, found.kid) == ("Dr Meier", key.kid)
    assert ring.signers() == [(key.kid, "Dr Meier")]
    assert key.jwk["d"] not in "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "trusted").iterdir())


def test_registering_a_private_key_keeps_its_public_half(tmp_path: Path, key: SigningKey) -> None:
    Keyring(tmp_path).register(key.jwk, "Dr Meier")
    assert all('"d"' not in path.read_text(encoding="utf-8") for path in tmp_path.iterdir())


def test_a_key_has_one_name(tmp_path: Path, key: SigningKey) -> None:
    Keyring(tmp_path).register(key.public_jwk(), "Dr Meier")
    with pytest.raises(ReviewError, match="another name"):
        Keyring(tmp_path).register(key.public_jwk(), "Dr Zhang")
    with pytest.raises(ReviewError, match="Ed25519"):
        Keyring(tmp_path).register({"kty": "oct", "k": "AAAA"}, "Dr Meier")


def test_the_id_is_never_taken_from_the_file(tmp_path: Path, key: SigningKey) -> None:
    other = SigningKey.generate("Dr Else")
    (tmp_path / f"{key.kid}.jwk.json").write_text(json.dumps({**other.public_jwk(), "kid": key.kid}), encoding="utf-8")
    ring = Keyring(tmp_path)
    assert ring.find(key.kid) is None
    assert ring.find(other.kid) is not None


def test_trust_from_a_file_a_set_or_a_folder(tmp_path: Path, key: SigningKey) -> None:
    other = SigningKey.generate("Dr Zhang")
    key.save(tmp_path / "private.jwk")
    (tmp_path / "set.json").write_text(json.dumps({"keys": [key.public_jwk(), other.public_jwk()]}), encoding="utf-8")
    (tmp_path / "readme.txt").write_text("not a key", encoding="utf-8")
    assert Keyring.from_path(tmp_path / "private.jwk").signers() == [(key.kid, "Dr Meier")]
    assert len(Keyring.from_path(tmp_path / "set.json").signers()) == 2
    assert Keyring.from_path(tmp_path).find(other.kid) is not None
    assert read_public_jwk(tmp_path / "private.jwk") == {k: v for k, v in key.jwk.items() if k != "d"}
    with pytest.raises(ReviewError, match="several"):
        read_public_jwk(tmp_path / "set.json")
    (tmp_path / "wrong.json").write_text('{"kty":"oct","k":"AAAA"}', encoding="utf-8")
    with pytest.raises(ReviewError, match="not an Ed25519 JWK"):
        Keyring.from_path(tmp_path).signers()
