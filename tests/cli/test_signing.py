"""`keys`, `sign` and `verify`."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from .conftest import Call, Stored, all_decisions, document


def export(consult: Call, stored: Stored, tmp_path: Path) -> Path:
    file = tmp_path / "plan.json"
    assert consult("export", stored.id, "--out", file, *stored.at).code == 0
    return file


def new_key(consult: Call, home: Path, name: str, file: Path) -> str:
    made = consult("keys", "new", "--name", name, "--out", file, "--json", "--home", home)
    assert made.code == 0
    return str(made.json["kid"])


# -- keys ---------------------------------------------------------------------------------------------------------


def test_a_new_key_is_private_and_trusted(consult: Call, tmp_path: Path) -> None:
    home, file = tmp_path / "home", tmp_path / "wang.jwk"
    made = consult("keys", "new", "--name", "王医生", "--out", file, "--home", home)
    assert made.code == 0
    assert len(made.err.splitlines()) == 1
    assert "in clear" in made.err
    kid = made.out.split()[0]
    assert made.out == f"{kid}  王医生\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert json.loads(file.read_text(encoding="utf-8"))["d"]
    listed = consult("keys", "list", "--home", home, "--json")
    assert (listed.json, listed.err) == ([{"kid": kid, "name": "王医生"}], "")
    assert consult("keys", "list", "--home", home).out == f"{kid}  王医生\n"
    trusted = [file.read_text(encoding="utf-8") for file in (home / "trusted").iterdir()]
    assert len(trusted) == 1
    assert "d" not in json.loads(trusted[0])


def test_a_key_is_never_overwritten(consult: Call, tmp_path: Path) -> None:
    home, file = tmp_path / "home", tmp_path / "wang.jwk"
    new_key(consult, home, "Dr Wang", file)
    before = file.read_bytes()
    result = consult("keys", "new", "--name", "Dr Wang", "--out", file, "--home", home)
    assert result.code == 2
    assert "never overwritten" in result.sentence
    assert file.read_bytes() == before
    assert len(consult("keys", "list", "--home", home, "--json").json) == 1


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "\x1b[1m", "x" * 500])
def test_a_signer_has_a_name_of_one_line(consult: Call, tmp_path: Path, name: str) -> None:
    result = consult("keys", "new", "--name", name, "--out", tmp_path / "k.jwk", "--home", tmp_path / "home")
    assert result.code == 2
    assert "name" in result.sentence
    assert not (tmp_path / "k.jwk").exists()


def test_a_key_that_cannot_be_written(consult: Call, tmp_path: Path) -> None:
    result = consult(
        "keys", "new", "--name", "Dr Wang", "--out", tmp_path / "no" / "k.jwk", "--home", tmp_path / "home"
    )
    assert result.code == 2
    assert "cannot be written" in result.sentence
    assert consult("keys", "list", "--home", tmp_path / "home", "--json").json == []


def test_trusting_a_colleague(consult: Call, tmp_path: Path) -> None:
    theirs, ours, file = tmp_path / "theirs", tmp_path / "ours", tmp_path / "else.jwk"
    kid = new_key(consult, theirs, "Dr Else", file)
    result = consult("keys", "trust", file, "--name", "Dr Else", "--home", ours, "--json")
    assert (result.code, result.json, result.err) == (0, {"kid": kid, "name": "Dr Else"}, "")
    again = consult("keys", "trust", file, "--name", "Dr Other", "--home", ours)
    assert again.code == 2
    assert "another name" in again.sentence
    gone = consult("keys", "trust", tmp_path / "gone.jwk", "--name", "Dr Else", "--home", ours)
    assert gone.code == 2
    assert "gone" not in gone.sentence


# -- sign ---------------------------------------------------------------------------------------------------------


def test_nothing_is_signed_before_everything_is_decided(consult: Call, draft: Stored, tmp_path: Path) -> None:
    new_key(consult, draft.home, "Dr Meier", draft.key)
    first, *_ = all_decisions(draft)
    consult("review", draft.id, "--decisions", draft.decisions(tmp_path, first), "--reviewer", "Dr Meier", *draft.at)
    result = consult("sign", draft.id, "--key", draft.key, *draft.at)
    assert result.code == 2
    assert "undecided are A2, P1" in result.sentence
    assert document(draft)["signatures"] == []


def test_one_signature_each(consult: Call, signed: Stored, tmp_path: Path) -> None:
    twice = consult("sign", signed.id, "--key", signed.key, *signed.at)
    assert twice.code == 2
    assert "already" in twice.sentence
    new_key(consult, signed.home, "Dr Else", tmp_path / "else.jwk")
    second = consult("sign", signed.id, "--key", tmp_path / "else.jwk", *signed.at)
    assert second.code == 0
    assert second.out == f"{signed.id} is signed by Dr Else (2 signatures).\n"
    result = consult("verify", export(consult, signed, tmp_path), *signed.at)
    assert result.code == 0
    assert "signed by Dr Meier, Dr Else" in result.out


def test_signing_as_one_document(consult: Call, signed: Stored, tmp_path: Path) -> None:
    new_key(consult, signed.home, "Dr Else", tmp_path / "else.jwk")
    result = consult("sign", signed.id, "--key", tmp_path / "else.jwk", "--json", *signed.at)
    assert (result.code, result.err) == (0, "")
    assert (result.json["status"], len(result.json["signatures"])) == ("signed", 2)


@pytest.mark.parametrize("content", [None, b"", b"not json", b"{}", b"[]", b'{"kty": "RSA"}', b"\xff"])
def test_no_usable_key(consult: Call, signed: Stored, tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "else.jwk"
    if content is not None:
        file.write_bytes(content)
    result = consult("sign", signed.id, "--key", file, *signed.at)
    assert result.code == 2
    assert "key" in result.sentence or "JWK" in result.sentence


def test_a_public_or_unregistered_key_cannot_sign(consult: Call, signed: Stored, tmp_path: Path) -> None:
    (public,) = (signed.home / "trusted").iterdir()
    half = consult("sign", signed.id, "--key", public, *signed.at)
    assert half.code == 2
    assert "public half" in half.sentence
    new_key(consult, tmp_path / "elsewhere", "Dr Else", tmp_path / "else.jwk")
    stranger = consult("sign", signed.id, "--key", tmp_path / "else.jwk", *signed.at)
    assert stranger.code == 2
    assert "not registered" in stranger.sentence


# -- verify -------------------------------------------------------------------------------------------------------


def test_a_signed_plan_is_verified(consult: Call, signed: Stored, tmp_path: Path) -> None:
    file = export(consult, signed, tmp_path)
    result = consult("verify", file, *signed.at)
    assert (result.code, result.err) == (0, "")
    assert result.out.endswith("Verified: signed by Dr Meier.\n")
    found = consult("verify", file, "--json", *signed.at)
    assert (found.code, found.json["ok"], found.json["signers"]) == (0, True, ["Dr Meier"])
    assert {check["name"] for check in found.json["checks"]} == {
        "canonical", "schema", "audit", "content", "subject", "signature", "signer", "complete",
    }  # fmt: skip


def test_elsewhere_the_signer_is_unknown_until_trusted(consult: Call, signed: Stored, tmp_path: Path) -> None:
    file, elsewhere = export(consult, signed, tmp_path), tmp_path / "elsewhere"
    unknown = consult("verify", file, "--home", elsewhere)
    assert unknown.code == 1
    assert "FAILED  signer" in unknown.out
    assert "NOT verified" in unknown.out
    assert not elsewhere.exists()
    found = consult("verify", file, "--home", elsewhere, "--json")
    assert (found.code, found.json["ok"]) == (1, False)
    for trusted in (signed.key, next((signed.home / "trusted").iterdir()), signed.home / "trusted"):
        assert consult("verify", file, "--trust", trusted, "--home", elsewhere).code == 0
    new_key(consult, elsewhere, "Dr Meier", tmp_path / "impostor.jwk")
    assert consult("verify", file, "--home", elsewhere).code == 1
    assert consult("verify", file, "--trust", tmp_path / "impostor.jwk", *signed.at).code == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"6.9"', b'"3.9"'),
        (b"Potassium", b"Potassiun"),
        (b'{"audit"', b'{ "audit"'),
        (b"}", b"}\n"),
        (b'"status":"signed"', b'"status":"reviewed"'),
        (b'"acknowledge"', b'"accept"'),
    ],
)
def test_a_changed_export_is_not_verified(
    consult: Call, signed: Stored, tmp_path: Path, old: bytes, new: bytes
) -> None:
    file = export(consult, signed, tmp_path)
    data = file.read_bytes()
    assert old in data
    file.write_bytes(new.join(data.rsplit(old, 1)))
    result = consult("verify", file, *signed.at)
    assert result.code == 1
    assert "FAILED" in result.out
    assert consult("verify", file, "--json", *signed.at).json["ok"] is False


@pytest.mark.parametrize(
    "content", [b"", b"not json", b"[]", b"{}", b"null", b"\xff\x00", b"[" * 50_000, b'{"schema": 9}']
)
def test_what_is_no_export_is_not_verified(consult: Call, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "plan.json"
    file.write_bytes(content)
    result = consult("verify", file, "--home", tmp_path / "home")
    assert result.code == 1
    assert "NOT verified" in result.out
    assert result.err == ""


def test_nothing_to_verify_is_wrong_use(consult: Call, signed: Stored, tmp_path: Path) -> None:
    file = export(consult, signed, tmp_path)
    for arguments in (
        (tmp_path / "gone.json",),
        (tmp_path,),
        (file, "--trust", tmp_path / "gone.jwk"),
        (file, "--trust", file),
    ):
        result = consult("verify", *arguments, "--home", tmp_path / "home")
        assert result.code == 2
        assert "gone" not in result.sentence


def test_a_draft_is_not_verified(consult: Call, draft: Stored, tmp_path: Path) -> None:
    result = consult("verify", export(consult, draft, tmp_path), *draft.at)
    assert result.code == 1
    assert "not signed" in result.out


def test_what_the_home_knows_besides_is_told(consult: Call, signed: Stored, tmp_path: Path) -> None:
    file = export(consult, signed, tmp_path)
    decision = signed.decisions(tmp_path, {"item": "R1", "decision": "reject", "reason": "done by phone"})
    consult("review", signed.id, "--decisions", decision, "--reviewer", "Dr Meier", *signed.at)
    result = consult("verify", file, *signed.at)
    assert result.code == 0
    assert "note    it was superseded by" in result.out
    assert consult("verify", file, "--json", *signed.at).json["notes"]
