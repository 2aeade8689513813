"""What a verified file means, said to somebody who is no programmer; in two languages, with nothing of the patient."""

from __future__ import annotations

import json
import string
from datetime import timedelta
from pathlib import Path
from typing import get_args

import pki_kit
import pytest

from consult.case import Identity
from consult.plan import Language
from consult.review import (
    CheckName,
    Explanation,
    Keyring,
    VerifyReport,
    explain,
    export_json,
    load_signer,
    revoke_key,
    sign,
    time_stamp,
    verify_document,
)
from consult.review._canonical import canonical
from consult.review._explain_words import CHECKS, TEXT

from .conftest import Desk, make_case

LANGUAGES: tuple[Language, ...] = get_args(Language)


def section(meaning: Explanation, title: str) -> list[str]:
    return next((one.sentences for one in meaning.sections if one.title == title), [])


def everything(meaning: Explanation) -> str:
    return meaning.model_dump_json()


def fields(sentence: str) -> set[str]:
    """What is put into it."""
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


def test_both_languages_say_the_same_things() -> None:
    assert CHECKS["en"].keys() == CHECKS["zh"].keys() == set(get_args(CheckName))
    assert TEXT["en"].keys() == TEXT["zh"].keys()
    assert [key for key, text in TEXT["en"].items() if fields(text) != fields(TEXT["zh"][key])] == []
    sentences = [text for key, text in TEXT["zh"].items() if key not in {"decided item", "separator", "colon"}]
    assert all(any("\u4e00" <= letter <= "\u9fff" for letter in text) for text in sentences)


def test_a_signature_with_a_key(desk: Desk) -> None:
    signed = desk.signed()
    meaning = explain(verify_document(export_json(signed), trusted=desk.trusted))
    assert [one.title for one in meaning.sections] == [
        "What was signed", "Who signed", "When", "What was decided", "What was checked", "What was not checked",
    ]  # fmt: skip
    assert signed.id in section(meaning, "What was signed")[0]
    (who,) = section(meaning, "Who signed")
    assert who.startswith("Dr Meier. Known by a public key that was registered")
    assert "Nobody else confirms it." in section(meaning, "When")[0]
    assert section(meaning, "What was decided") == [
        "4 of 4 items are decided: A1 acknowledged, P1 accepted, R1 edited, R2 rejected.",
        "Decided by Dr Meier, from 2026-05-04T07:00:04.000Z to 2026-05-04T07:00:04.000Z.",
    ]
    open_ = section(meaning, "What was not checked")
    assert open_[0].startswith("Time stamps: When Dr Meier signed: there is no time stamp")
    assert open_[-1] == "Nothing was asked of any network."
    assert {one.result for one in meaning.checks} == {"passed", "not-checked"}


def test_the_digest_is_the_one_that_was_signed(desk: Desk) -> None:
    report = verify_document(export_json(desk.signed()), trusted=desk.trusted)
    assert report.covers is not None
    assert report.covers.digest in section(explain(report), "What was signed")[1]


def test_a_certificate_and_a_time_stamp(desk: Desk, tmp_path: Path) -> None:
    root, authority = pki_kit.root(), pki_kit.time_authority()
    held = pki_kit.issue("王医生", pki_kit.KEYS["ES256"](), root)
    (tmp_path / "k.p12").write_bytes(held.p12())
    desk.trusted.register_certificate(root.certificate)
    desk.trusted.register_certificate(authority.root.certificate, stamps_times=True)
    signer = load_signer(tmp_path / "k.p12", password="correct horse")
    made = sign(desk.store, desk.reviewed().id, signer, clock=desk.clock)
    stamped = time_stamp(desk.store, made.id, authority, clock=desk.clock)
    report = verify_document(export_json(stamped), trusted=desk.trusted)
    english, chinese = (explain(report, language=language) for language in LANGUAGES)
    (who,) = section(english, "Who signed")
    assert "leads to the trusted root Hospital Root" in who
    assert f"serial number {held.certificate.serial_number:x}, valid from 2026-04-04" in who
    assert (
        "by 2026-05-04T07:01:00.000Z at the latest, as stated by the time-stamp authority Test TSA"
        in section(english, "When")[0]
    )
    assert "no current revocation list" in section(english, "What was not checked")[0]
    assert "可追溯到受信任根证书 Hospital Root" in section(chinese, "由谁签署")[0]
    assert "由时间戳机构 Test TSA 声明" in section(chinese, "何时签署")[0]
    assert len(english.sections) == len(chinese.sections)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_failure_says_what_it_means(desk: Desk, language: Language) -> None:
    document = json.loads(export_json(desk.signed()))
    document["plan"]["problems"][0]["statements"][0]["text"] = "All is well."
    meaning = explain(verify_document(canonical(document), trusted=desk.trusted), language=language)
    told = {one.id: one.explanation for one in meaning.checks if one.result == "failed"}
    assert told.keys() == {"audit", "content", "signature"}
    assert told["content"] == CHECKS[language]["content"][2]
    assert meaning.verdict == TEXT[language]["fails"]
    assert TEXT[language]["broken"].strip() in everything(meaning)
    assert len(section(meaning, TEXT[language]["failed"])) == 3


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"schema": 9}', b"\xff", b"null"])
def test_what_is_no_record_is_explained_too(desk: Desk, data: bytes, language: Language) -> None:
    meaning = explain(verify_document(data, trusted=desk.trusted), language=language)
    assert section(meaning, TEXT[language]["what"]) == [TEXT[language]["unread"]]
    assert section(meaning, TEXT[language]["who"]) == [TEXT[language]["nobody"]]
    assert meaning.verdict == TEXT[language]["fails"]


def test_a_stranger_is_called_one(desk: Desk, tmp_path: Path) -> None:
    meaning = explain(verify_document(export_json(desk.signed()), trusted=Keyring(tmp_path / "none")))
    assert section(meaning, "Who signed")[0].startswith("A key that calls itself Dr Meier")
    assert "Anybody can make a key and give it any name." in everything(meaning)


def test_a_stolen_key_is_explained(desk: Desk) -> None:
    signed = desk.signed()
    desk.clock.now += timedelta(hours=1)
    revoke_key(desk.store, desk.key.kid, since=desk.clock.now, reason="key-compromise", by="admin", clock=desk.clock)
    meaning = explain(verify_document(export_json(signed), trusted=desk.trusted))
    (told,) = [one for one in meaning.checks if one.id == "revocation"]
    assert "nothing but the signature itself says that it is from before" in told.says
    assert told.says in section(meaning, "What failed")[0]


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_of_the_patient_is_said(desk: Desk, identity: Identity, language: Language) -> None:
    signed = desk.signed(make_case().model_copy(update={"identity": identity}))
    document = json.loads(export_json(signed))
    forged = canonical({**document, "status": "reviewed"})
    for data in (export_json(signed), forged):
        text = everything(explain(verify_document(data, trusted=desk.trusted, store=desk.store), language=language))
        for word in ("Muster", "MRN-0047", "Potassium", "7.1", "乏力", "Ward sister", "last week"):
            assert word not in text


def test_hostile_names_break_nothing(desk: Desk) -> None:
    document = json.loads(export_json(desk.signed()))
    for decision in document["decisions"]:
        decision["by"] = "{0.__class__}{kid}%s" + "x" * 5000
    report: VerifyReport = verify_document(canonical(document), trusted=desk.trusted)
    assert "{0.__class__}" in everything(explain(report))
    assert len(everything(explain(report))) < 20_000
