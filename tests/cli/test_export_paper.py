"""`consult export --format pdf` and `html`, and `consult verify` of what they wrote."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import paper_kit
import pypdfium2
import pytest

from .conftest import NAME, NUMBER, POTASSIUM, Call, Message, Stored, document


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "site.toml"
    file.write_text('[site]\nname = "Example Hospital"\ntime_zone = "Europe/Berlin"\n', encoding="utf-8")
    return file


@pytest.fixture
def named(consult: Call, message: Message, tmp_path: Path) -> Stored:
    """A consultation on a message that names its patient."""
    home = tmp_path / "named-home"
    made = consult("run", message(POTASSIUM.replace("||4.1|", "||6.9|")), "--home", home, "--lang", "en", "--json")
    return Stored(home, made.json["id"], home / "none")


def text(data: bytes) -> str:
    with pypdfium2.PdfDocument(data) as read:
        return "\n".join(page.get_textpage().get_text_range() for page in read)


def test_a_draft_on_paper_names_the_patient_and_says_that_it_is_a_draft(
    consult: Call, named: Stored, config: Path, tmp_path: Path
) -> None:
    for format in ("pdf", "html"):
        out = tmp_path / f"plan.{format}"
        result = consult("export", named.id, "--format", format, "--out", out, "--config", config, *named.at)
        assert result.code == 0
        assert "this export is a draft" in result.err
        assert out.stat().st_mode & 0o077 == 0
        data = out.read_bytes()
        seen = text(data) if format == "pdf" else data.decode()
        for told in ("Example Hospital", NAME, NUMBER, "DRAFT", named.id):
            assert told in seen, told
    assert [one["data"]["format"] for one in document(named)["audit"] if one["event"] == "exported"] == ["pdf", "html"]


def test_headings_in_chinese(consult: Call, draft: Stored) -> None:
    page = consult("export", draft.id, "--format", "html", "--lang", "zh", *draft.at).out
    assert '<html lang="zh-CN">' in page
    assert "多学科会诊记录单" in page


def test_as_json(consult: Call, named: Stored) -> None:
    told = consult("export", named.id, "--format", "pdf", "--json", *named.at).json
    data = base64.b64decode(told["base64"])
    assert (data[:5], told["bytes"]) == (b"%PDF-", len(data))
    assert NAME in consult("export", named.id, "--format", "html", "--json", *named.at).json["text"]


def test_a_signed_pdf_is_verified_and_a_changed_one_is_not(consult: Call, signed: Stored, tmp_path: Path) -> None:
    key = paper_kit.Authority().pkcs12(tmp_path / "seal.p12", "Example Hospital Seal")
    password, out = tmp_path / "password", tmp_path / "plan.pdf"
    password.write_text(paper_kit.PASSWORD + "\n", encoding="utf-8")
    written = consult(
        "export", signed.id, "--format", "pdf", "--out", out, "--pdf-key", key, "--password-file", password, *signed.at
    )
    assert written.code == 0
    good = consult("verify", out, *signed.at)
    assert good.code == 0
    assert "signed by Example Hospital Seal (PAdES B-B) and not changed since" in good.out
    assert "Verified: signed by" in good.out
    data = bytearray(out.read_bytes())
    data[data.index(b"stream", len(data) // 2) + 30] ^= 1
    out.write_bytes(data)
    bad = consult("verify", out, "--json", *signed.at)
    assert bad.code == 1
    assert bad.json["ok"] is False
    assert bad.json["pdf"]["problem"] is not None
    certificate = document(signed)["audit"][-1]["data"]["certificate"]
    assert re.fullmatch("[0-9a-f]{64}", certificate)


def test_a_pdf_without_a_signature_of_its_own_says_so(consult: Call, signed: Stored, tmp_path: Path) -> None:
    out = tmp_path / "plan.pdf"
    assert consult("export", signed.id, "--format", "pdf", "--out", out, *signed.at).code == 0
    told = consult("verify", out, *signed.at)
    assert told.code == 0
    assert "its printed pages are not" in told.out


def test_wrong_uses_in_one_sentence(
    consult: Call, draft: Stored, signed: Stored, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = paper_kit.Authority().pkcs12(tmp_path / "seal.p12", "X")
    monkeypatch.setenv("CONSULT_KEY_PASSWORD", paper_kit.PASSWORD)
    wrong = [
        ((draft.id, "--format", "html", "--pdf-key", key, *draft.at), "--format pdf"),
        ((draft.id, "--format", "pdf", "--pdf-key", key, *draft.at), "only a signed consultation"),
        ((signed.id, "--format", "pdf", "--pdf-key", tmp_path / "none", *signed.at), "does not exist"),
        ((signed.id, "--format", "pdf", "--pdf-key", signed.key, *signed.at), "key file"),
    ]
    for arguments, says in wrong:
        result = consult("export", *arguments)
        assert result.code == 2
        assert says in result.sentence
    monkeypatch.setenv("CONSULT_KEY_PASSWORD", "another password")
    result = consult("export", signed.id, "--format", "pdf", "--pdf-key", key, *signed.at)
    assert (result.code, "password is wrong" in result.sentence) == (2, True)
    assert "another password" not in result.err


def test_a_pdf_that_is_none_of_ours(consult: Call, tmp_path: Path) -> None:
    out = tmp_path / "x.pdf"
    out.write_bytes(b"%PDF-1.7\nnothing")
    result = consult("verify", out, "--home", tmp_path / "none")
    assert (result.code, result.sentence) == (2, "the PDF cannot be read")
