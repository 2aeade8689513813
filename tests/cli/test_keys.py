"""Encrypted keys, PKCS#12, roots, revocation and time stamps, as somebody types them."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pki_kit
import pytest

from .conftest import Call, Stored
from .test_signing import export, new_key

PASSWORD = "correct horse battery"


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "secret.txt"
    file.write_text(f"{PASSWORD}\n", encoding="utf-8")
    return file


@pytest.fixture(autouse=True)
def _no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CONSULT_KEY_PASSWORD", "CONSULT_NEW_KEY_PASSWORD"):
        monkeypatch.delenv(name, raising=False)


def encrypted(consult: Call, home: Path, file: Path, secret: Path) -> str:
    made = consult(
        "keys", "new", "--name", "Dr Li", "--out", file, "--encrypt", "--password-file", secret, "--home", home
    )
    assert made.code == 0, made.err
    assert "encrypted" in made.err
    assert "in clear" not in made.err
    return made.out.split()[0]


def test_an_encrypted_key_signs_with_its_password(consult: Call, signed: Stored, tmp_path: Path, secret: Path) -> None:
    file = tmp_path / "li.jwk"
    kid = encrypted(consult, signed.home, file, secret)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_bytes().startswith(b"eyJ")
    locked = consult("sign", signed.id, "--key", file, *signed.at)
    assert locked.code == 2
    assert "needs a password: --password-file, CONSULT_KEY_PASSWORD, or a terminal" in locked.sentence
    (tmp_path / "wrong.txt").write_text("something else entirely", encoding="utf-8")
    wrong = consult("sign", signed.id, "--key", file, "--password-file", tmp_path / "wrong.txt", *signed.at)
    assert (wrong.code, "password is wrong" in wrong.sentence) == (2, True)
    done = consult("sign", signed.id, "--key", file, "--password-file", secret, *signed.at)
    assert (done.code, done.out) == (0, f"{signed.id} is signed by Dr Li (2 signatures).\n")
    shown = consult("keys", "show", file, "--password-file", secret, "--json")
    assert shown.json == {"kid": kid, "name": "Dr Li", "algorithm": "EdDSA", "encrypted": True, "certificate": None}
    assert PASSWORD not in shown.out + shown.err + done.out + done.err + wrong.err


def test_the_password_from_the_environment(
    consult: Call, signed: Stored, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONSULT_KEY_PASSWORD", PASSWORD)
    file = tmp_path / "li.jwk"
    assert consult("keys", "new", "--name", "Dr Li", "--out", file, "--encrypt", *signed.at).code == 0
    assert consult("sign", signed.id, "--key", file, *signed.at).code == 0
    short = tmp_path / "short.txt"
    short.write_text("short", encoding="utf-8")
    refused = consult("keys", "new", "--name", "x", "--out", tmp_path / "x", "--encrypt", "--password-file", short)
    assert (refused.code, "12 to 1024 characters" in refused.sentence) == (2, True)  # the file wins


def test_without_a_terminal_nothing_is_asked(consult: Call, tmp_path: Path) -> None:
    result = consult("keys", "new", "--name", "x", "--out", tmp_path / "x", "--encrypt", "--home", tmp_path / "home")
    assert (result.code, "needs a password" in result.sentence) == (2, True)
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe", b"a\nb\n", b"x" * 5000])
def test_a_password_file_holds_one_line(consult: Call, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "p").write_bytes(content)
    result = consult(
        "keys", "new", "--name", "x", "--out", tmp_path / "x", "--encrypt", "--password-file", tmp_path / "p"
    )
    assert (result.code, "password file" in result.sentence) == (2, True)
    gone = consult(
        "keys", "new", "--name", "x", "--out", tmp_path / "x", "--encrypt", "--password-file", tmp_path / "g"
    )
    assert gone.code == 2


def test_changing_the_password(consult: Call, tmp_path: Path, secret: Path) -> None:
    home, file, other = tmp_path / "home", tmp_path / "li.jwk", tmp_path / "other.txt"
    other.write_text("another password, longer", encoding="utf-8")
    kid = new_key(consult, home, "Dr Li", file)
    first = consult("keys", "change-password", file, "--new-password-file", secret)
    assert (first.code, first.out) == (0, f"{kid}  Dr Li\n")
    change = ("keys", "change-password", file, "--password-file", secret, "--new-password-file", other)
    assert consult(*change).code == 0
    assert consult(*change).code == 2
    assert consult("keys", "show", file, "--password-file", other).out.startswith(f"{kid}  Dr Li\nEdDSA, encrypted\n")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_doctor_with_pkcs12_signs_and_a_root_is_trusted(
    consult: Call, signed: Stored, tmp_path: Path, secret: Path
) -> None:
    now = datetime.now(UTC)
    span = {"start": now - timedelta(days=1), "end": now + timedelta(days=30)}
    root = pki_kit.issue("Hospital Root", pki_kit.KEYS["ES256"](), None, authority=True, **span)
    held = pki_kit.issue("王医生", pki_kit.KEYS["ES384"](), root, **span)
    p12, pem = tmp_path / "wang.p12", tmp_path / "root.pem"
    p12.write_bytes(held.p12(PASSWORD.encode()))
    pem.write_bytes(root.pem)
    command = ("sign", signed.id, "--key", p12, "--password-file", secret, *signed.at)
    assert "does not lead" in consult(*command).sentence
    trusted = consult("keys", "trust", pem, *signed.at)
    assert (trusted.code, "CN=Hospital Root" in trusted.out) == (0, True)
    assert consult("keys", "list", *signed.at, "--json").json[-1]["root"] == "signers"
    assert consult(*command).out == f"{signed.id} is signed by 王医生 (2 signatures).\n"
    shown = consult("keys", "show", p12, "--password-file", secret, "--json").json
    assert (shown["algorithm"], shown["certificate"]["issuer"]) == ("ES384", "CN=Hospital Root")
    file = export(consult, signed, tmp_path)
    result = consult("verify", file, *signed.at)
    assert (result.code, result.err) == (0, "")
    assert "ok      certificate: " in result.out
    assert "?       revocation: not checked: " in result.out
    assert result.out.endswith("Verified: signed by Dr Meier, 王医生.\n")
    alone = consult("verify", file, "--trust", pem, "--home", tmp_path / "none")
    assert alone.code == 1  # Dr Meier's key is not the root's to vouch for
    both = tmp_path / "both"
    both.mkdir()
    for one in (pem, next((signed.home / "trusted").glob("*.jwk.json"))):
        (both / one.name).write_bytes(one.read_bytes())
    found = consult("verify", file, "--trust", both, "--home", tmp_path / "none", "--json", "--lang", "zh")
    assert (found.code, found.json["ok"]) == (0, True)
    checks = {check["id"]: check for check in found.json["checks"]}
    assert checks["certificate"]["result"] == "passed"
    assert checks["certificate"]["explanation"].startswith("签名者的证书在签名时有效")
    assert {one["result"] for one in found.json["explanation"]["checks"]} == {"passed", "not-checked"}


def test_trust_says_whose(consult: Call, tmp_path: Path) -> None:
    pem, home = tmp_path / "root.pem", tmp_path / "home"
    pem.write_bytes(pki_kit.root().pem)
    key = tmp_path / "k.jwk"
    new_key(consult, tmp_path / "other", "Dr Li", key)
    for arguments in ((pem, "--name", "x"), (key,), (key, "--name", "x", "--timestamps"), (tmp_path,)):
        assert consult("keys", "trust", *arguments, "--home", home).code == 2
    assert not home.exists()


def test_revoking_a_key(consult: Call, signed: Stored, tmp_path: Path) -> None:
    file = export(consult, signed, tmp_path)
    kid = consult("keys", "list", *signed.at, "--json").json[0]["kid"]
    now = datetime.now(UTC).isoformat()
    assert consult("keys", "revoke", kid, "--from", "yesterday", "--reason", "superseded", *signed.at).code == 2
    done = consult("keys", "revoke", kid, "--from", now, "--reason", "superseded", "--by", "Dr Chief", *signed.at)
    assert (done.code, "is revoked from" in done.out) == (0, True)
    assert "revoked" in consult("keys", "list", *signed.at, "--json").json[0]
    assert "revoked from" in consult("keys", "list", *signed.at).out
    verified = consult("verify", file, *signed.at)
    assert (verified.code, "ok      revocation: " in verified.out) == (0, True)
    before = consult("keys", "revoke", kid, "--from", "2026-01-01T00:00Z", "--reason", "key-compromise", *signed.at)
    assert before.code == 0
    refused = consult("verify", file, *signed.at)
    assert (refused.code, "FAILED  revocation: the key is revoked from 2026-01-01" in refused.out) == (1, True)
    assert consult("storage", "status", *signed.at, "--json").json["broken_logs"] == []


def test_signing_asks_for_a_time_stamp(consult: Call, signed: Stored, tmp_path: Path) -> None:
    authority = pki_kit.time_authority()
    authority.now = lambda: datetime.now(UTC).replace(microsecond=0)
    span = {"start": datetime.now(UTC) - timedelta(days=1), "end": datetime.now(UTC) + timedelta(days=9)}
    authority.root = pki_kit.issue("TSA Root", authority.root.key, None, authority=True, **span)
    purposes = {"purposes": (pki_kit.Purpose.TIME_STAMPING,), "critical_purposes": True}
    authority.holder = pki_kit.issue("TSA", authority.holder.key, authority.root, **purposes, **span)
    pem, config, key = tmp_path / "tsa.pem", tmp_path / "tsa.toml", tmp_path / "li.jwk"
    pem.write_bytes(authority.root.pem)
    assert consult("keys", "trust", pem, "--timestamps", *signed.at).code == 0
    new_key(consult, signed.home, "Dr Li", key)
    assert "signing.tsa" in consult("timestamp", signed.id, *signed.at).sentence
    with pki_kit.serving(lambda question: (200, authority.answer(question))) as url:
        config.write_text(f'[signing]\ntsa = "{url}"\ntsa_timeout = 2\n', encoding="utf-8")
    gone = consult("sign", signed.id, "--key", key, *signed.at, "--config", config)
    assert (gone.code, "without a time stamp" in gone.err) == (0, True)
    down = consult("timestamp", signed.id, *signed.at, "--config", config)
    assert (down.code, "cannot be reached" in down.sentence) == (3, True)
    with pki_kit.serving(lambda question: (200, authority.answer(question))) as url:
        config.write_text(f'[signing]\ntsa = "{url}"\n', encoding="utf-8")
        done = consult("timestamp", signed.id, *signed.at, "--config", config)
    assert done.out == f"{signed.id} has 2 of 2 signatures stamped.\n"
    file = export(consult, signed, tmp_path)
    assert "ok      timestamp: " in consult("verify", file, *signed.at).out
    elsewhere = ("verify", file, "--trust", signed.home / "trusted", "--home", tmp_path / "none")
    assert "as stated by the time-stamp authority TSA" in consult(*elsewhere).out
    only = consult("verify", file, "--trust", key, "--trust-tsa", pem, "--home", tmp_path / "none", "--json")
    assert (only.code, [one["witness"] for one in only.json["signatures"]]) == (1, ["time-stamp", "time-stamp"])


def test_key_files_that_cannot_be_read(consult: Call, signed: Stored, tmp_path: Path, secret: Path) -> None:
    for content in (b"\x30\x80\x02\x01\x03", b"eyJ....", b"x" * 2_000_000):
        (tmp_path / "k").write_bytes(content)
        for command in (("sign", signed.id, "--key", tmp_path / "k", *signed.at), ("keys", "show", tmp_path / "k")):
            result = consult(*command, "--password-file", secret)
            assert result.code == 2
            assert len(result.sentence) < 200
