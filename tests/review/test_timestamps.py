"""A time stamp proves itself: over this signature, by a trusted authority, or it is worth nothing."""

from __future__ import annotations

import base64
import builtins
import json
import sqlite3
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pki_kit
import pytest
from pki_kit import NOW, Authority

from consult.errors import MissingExtra, NotFound, ReviewError, SigningError
from consult.review import (
    Consultation,
    TimeStampAuthority,
    export_json,
    load_signer,
    record_problem,
    revoke_key,
    sign,
    time_stamp,
    verify_document,
)
from consult.review._canonical import canonical
from consult.review._der import element, elements, only

from .conftest import Desk


@pytest.fixture(scope="module")
def authority() -> Authority:
    return pki_kit.time_authority()


def trust(desk: Desk, authority: Authority) -> None:
    desk.trusted.register_certificate(authority.holder.above[0], stamps_times=True)


def stamped(desk: Desk, authority: Authority) -> Consultation:
    trust(desk, authority)
    return time_stamp(desk.store, desk.signed().id, authority, clock=desk.clock)


def test_a_stamped_signature_says_when(desk: Desk, authority: Authority) -> None:
    made = stamped(desk, authority)
    assert desk.store.get(made.id) == made
    (entry,) = [one for one in made.audit if one.event == "timestamped"]
    assert (entry.data["authority"], entry.data["time"]) == ("Test TSA", "2026-05-04T07:01:00.000Z")
    report = verify_document(export_json(made), trusted=desk.trusted)
    assert report.ok
    assert [check.ok for check in report.checks if check.name == "timestamp"] == [True]
    (seen,) = report.signatures
    assert (seen.witness, seen.authority, seen.at) == ("time-stamp", "Test TSA", "2026-05-04T07:01:00.000Z")
    assert report.unchecked == []
    assert record_problem(made, trusted=desk.trusted, store=desk.store) is None


def test_the_token_is_over_the_signature_and_stands_beside_it(desk: Desk, authority: Authority) -> None:
    signed = desk.signed()
    before = export_json(signed)
    trust(desk, authority)
    after = export_json(time_stamp(desk.store, signed.id, authority, clock=desk.clock))
    old, new = json.loads(before), json.loads(after)
    (stamp,) = new.pop("timestamps")
    assert canonical(new) == before == canonical(old)
    assert stamp.keys() == {"kid", "token"}
    assert verify_document(before, trusted=desk.trusted, store=desk.store).ok


def test_each_signature_has_its_own_and_what_is_stamped_is_not_stamped_again(desk: Desk, authority: Authority) -> None:
    first = stamped(desk, authority)
    both = sign(desk.store, first.id, desk.new_key("Dr Zhang"), clock=desk.clock)
    assert verify_document(export_json(both), trusted=desk.trusted, store=desk.store).ok
    whole = time_stamp(desk.store, first.id, authority, clock=desk.clock)
    assert [one.kid for one in whole.timestamps] == [desk.key.kid, desk.trusted.signers()[1][0]]
    assert whole.timestamps[0] == first.timestamps[0]
    assert time_stamp(desk.store, first.id, authority, clock=desk.clock) == whole
    report = verify_document(export_json(whole), trusted=desk.trusted, store=desk.store)
    assert (report.ok, [one.witness for one in report.signatures]) == (True, ["time-stamp", "time-stamp"])


def test_without_a_trusted_authority_it_is_not_checked(desk: Desk, authority: Authority) -> None:
    made = time_stamp(desk.store, desk.signed().id, authority, clock=desk.clock)
    report = verify_document(export_json(made), trusted=desk.trusted)
    assert report.ok
    assert [(one.name, one.code) for one in report.unchecked] == [("timestamp", "authority")]
    assert report.signatures[0].witness == "claim"


def test_an_authority_s_root_vouches_for_no_signer(desk: Desk, authority: Authority, tmp_path: Path) -> None:
    held = pki_kit.issue("Dr Meier", pki_kit.KEYS["ES256"](), authority.root)
    (tmp_path / "k.p12").write_bytes(held.p12())
    signer = load_signer(tmp_path / "k.p12", password="correct horse")
    trust(desk, authority)
    with pytest.raises(ReviewError, match="does not lead"):
        sign(desk.store, desk.reviewed().id, signer, clock=desk.clock)
    desk.trusted.register_certificate(authority.root.certificate)
    assert sign(desk.store, desk.reviewed().id, signer, clock=desk.clock).status == "signed"


# -- forgers ----------------------------------------------------------------------------------------------------------


def other_token(authority: Authority, made: Consultation, data: bytes | None = None) -> str:
    signature = made.signatures[0].signature.encode()
    return base64.b64encode(authority.stamp(data if data is not None else signature)).decode()


def late() -> Authority:
    return pki_kit.time_authority()


Forger = Callable[[Consultation, Authority, dict[str, Any]], Any]
FORGED: list[tuple[str, Forger, str]] = [
    ("over another signature", lambda c, a, d: d.update(token=other_token(a, c, b"x")), "over another signature"),
    ("of a stranger", lambda c, a, d: d.update(token=other_token(late(), c)), "not trusted"),
    ("of nobody's", lambda c, a, d: d.update(kid="A" * 43), "belongs to none"),
    ("cut", lambda c, a, d: d.update(token=d["token"][:-8]), "RFC 3161"),
    ("empty", lambda c, a, d: d.update(token=""), "RFC 3161"),
    ("no base64", lambda c, a, d: d.update(token="!" * 40), "RFC 3161"),
    ("another spelling", lambda c, a, d: d.update(token=d["token"] + "\n"), "RFC 3161"),
    ("huge", lambda c, a, d: d.update(token="A" * 200_000), "RFC 3161"),
    ("deep", lambda c, a, d: d.update(token=base64.b64encode(b"\x30\x80" * 20_000).decode()), "RFC 3161"),
]


@pytest.mark.parametrize(("change", "says"), [row[1:] for row in FORGED], ids=[row[0] for row in FORGED])
def test_a_forged_time_stamp_is_named(desk: Desk, authority: Authority, change: Forger, says: str) -> None:
    made = stamped(desk, authority)
    document = json.loads(export_json(made))
    change(made, authority, document["timestamps"][0])
    started = time.monotonic()
    report = verify_document(canonical(document), trusted=desk.trusted)
    assert time.monotonic() - started < 3
    assert [check.name for check in report.checks if not check.ok] == ["timestamp"]
    assert says in next(check.says for check in report.checks if check.name == "timestamp")


def test_what_a_time_stamp_says_cannot_be_changed(desk: Desk, authority: Authority) -> None:
    made = stamped(desk, authority)
    document = json.loads(export_json(made))
    token, fixed = base64.b64decode(made.timestamps[0].token), desk.trusted.read_once()
    good = verify_document(export_json(made), trusted=fixed).signatures
    passed = 0
    for place in range(0, len(token), 5):
        changed = token[:place] + bytes([token[place] ^ 1]) + token[place + 1 :]
        document["timestamps"][0]["token"] = base64.b64encode(changed).decode()
        report = verify_document(canonical(document), trusted=fixed)
        if report.ok:  # a name of an algorithm that nobody reads: what it says is the same
            passed += 1
            assert report.signatures == good
        # The home that stamped it knows each byte.
        assert place % 50 or not verify_document(canonical(document), trusted=fixed, store=desk.store).ok
    assert passed <= 5


def test_certificates_that_it_does_not_need_are_refused(desk: Desk) -> None:
    stuffed = pki_kit.time_authority()
    stuffed.holder.above.append(pki_kit.root("Something else").certificate)
    trust(desk, stuffed)
    with pytest.raises(SigningError, match="certificates that it does not need"):
        time_stamp(desk.store, desk.signed().id, stuffed, clock=desk.clock)


def test_a_certificate_for_something_else_stamps_no_time(desk: Desk) -> None:
    poser = pki_kit.time_authority(purposes=(pki_kit.DOCUMENTS,))
    trust(desk, poser)
    with pytest.raises(SigningError, match="not trusted here"):
        time_stamp(desk.store, desk.signed().id, poser, clock=desk.clock)


def test_a_time_stamp_from_before_the_signature_is_refused(desk: Desk, authority: Authority) -> None:
    early = Authority(authority.holder, authority.root, now=lambda: NOW - timedelta(hours=1))
    report = verify_document(export_json(stamped(desk, early)), trusted=desk.trusted)
    assert not report.ok
    assert "older than the time" in next(check.says for check in report.checks if check.name == "timestamp")


def test_the_earliest_time_stamp_counts(desk: Desk, authority: Authority) -> None:
    made = stamped(desk, authority)
    document = json.loads(export_json(made))
    later = Authority(authority.holder, authority.root, now=lambda: NOW + timedelta(days=3))
    for place in (0, 1):
        both = [{"kid": desk.key.kid, "token": other_token(later, made)}]
        both.insert(1 - place, document["timestamps"][0])
        report = verify_document(canonical({**document, "timestamps": both}), trusted=desk.trusted)
        assert report.ok
        assert report.signatures[0].at == "2026-05-04T07:01:00.000Z"


def test_a_time_stamp_saves_what_a_stolen_key_signed_before(desk: Desk, authority: Authority) -> None:
    plain, made = desk.signed(), stamped(desk, authority)
    desk.clock.now += timedelta(days=1)
    revoke_key(
        desk.store, desk.key.kid, since=NOW + timedelta(hours=1), reason="key-compromise", by="admin", clock=desk.clock
    )
    assert verify_document(export_json(made), trusted=desk.trusted).ok
    assert not verify_document(export_json(plain), trusted=desk.trusted).ok
    document = json.loads(export_json(made))
    after = Authority(authority.holder, authority.root, now=lambda: NOW + timedelta(hours=2))
    document["timestamps"][0]["token"] = other_token(after, made)
    assert not verify_document(canonical(document), trusted=desk.trusted).ok


# -- asking an authority ----------------------------------------------------------------------------------------------


def test_an_authority_is_asked_over_http(desk: Desk, authority: Authority) -> None:
    trust(desk, authority)
    asked: list[bytes] = []

    def answer(question: bytes) -> tuple[int, bytes]:
        asked.append(question)
        return 200, authority.answer(question)

    signed = desk.signed()
    with pki_kit.serving(answer) as url:
        made = time_stamp(desk.store, signed.id, TimeStampAuthority(url), clock=desk.clock)
    assert verify_document(export_json(made), trusted=desk.trusted).signatures[0].witness == "time-stamp"
    assert len(asked) == 1
    assert signed.signatures[0].signature.encode() not in asked[0]  # it sees a hash


def unsorted(answer: bytes) -> bytes:
    """The certificates in the other order, as OpenSSL's authority sends them: no signature covers it."""
    status, token = only(only(answer, 0x30)[0], 0x30, 0x30)
    kind, boxed = only(only(element(0x30, token), 0x30)[0], 0x06, 0xA0)
    parts = list(elements(only(boxed, 0x30)[0]))
    turned = [
        (tag, b"".join(element(*one) for one in reversed(list(elements(data)))) if tag == 0xA0 else data)
        for tag, data in parts
    ]
    signed = element(0x30, b"".join(element(*one) for one in turned))
    whole = element(0x30, element(0x06, kind) + element(0xA0, signed))
    return element(0x30, element(0x30, status) + whole)


def test_certificates_may_come_in_any_order(desk: Desk, authority: Authority) -> None:
    trust(desk, authority)
    for change in (unsorted, lambda answer: unsorted(unsorted(answer))):
        with pki_kit.serving(lambda question, change=change: (200, change(authority.answer(question)))) as url:
            made = time_stamp(desk.store, desk.signed().id, TimeStampAuthority(url), clock=desk.clock)
        assert verify_document(export_json(made), trusted=desk.trusted).signatures[0].authority == "Test TSA"


ANSWERS: list[tuple[str, Callable[[Authority, bytes], tuple[int, bytes]], str, str]] = [
    ("an error", lambda a, q: (503, b""), "refused", "answered 503"),
    ("a redirection", lambda a, q: (302, b""), "refused", "answered 302"),
    ("nothing", lambda a, q: (200, b""), "wrong", "gave no time stamp"),
    ("a page", lambda a, q: (200, b"<html>" * 100), "wrong", "gave no time stamp"),
    ("a rejection", lambda a, q: (200, b"\x30\x05\x30\x03\x02\x01\x02"), "wrong", "gave no time stamp"),
    ("an old answer", lambda a, q: (200, replayed(a, q)), "wrong", "for what it was asked"),
    ("far too much", lambda a, q: (200, b"\x30" * 200_000), "wrong", "far more"),
]


def replayed(authority: Authority, question: bytes) -> bytes:
    """The answer to another question."""
    from asn1crypto import tsp

    asked = tsp.TimeStampReq.load(question)
    asked["nonce"] = 4711
    return authority.answer(asked.dump(force=True))


@pytest.mark.parametrize(("answer", "kind", "says"), [row[1:] for row in ANSWERS], ids=[row[0] for row in ANSWERS])
def test_an_unusable_answer_is_a_typed_error_and_keeps_nothing(
    desk: Desk, authority: Authority, answer: Any, kind: str, says: str
) -> None:
    signed = desk.signed()
    with pki_kit.serving(lambda question: answer(authority, question)) as url:
        with pytest.raises(SigningError, match=says) as caught:
            time_stamp(desk.store, signed.id, TimeStampAuthority(url), clock=desk.clock)
        assert caught.value.kind == kind
        assert url not in str(caught.value)
    assert desk.store.get(signed.id) == signed


def test_an_authority_that_is_not_there(desk: Desk, authority: Authority) -> None:
    signed = desk.signed()
    with pki_kit.serving(lambda q: (200, b"")) as url:
        gone = url

    def slow(question: bytes) -> tuple[int, bytes]:
        time.sleep(0.5)
        return 200, b""

    with pytest.raises(SigningError, match="cannot be reached"):
        time_stamp(desk.store, signed.id, TimeStampAuthority(gone), clock=desk.clock)
    with pki_kit.serving(slow) as url, pytest.raises(SigningError, match="in time"):
        time_stamp(desk.store, signed.id, TimeStampAuthority(url, timeout=0.1), clock=desk.clock)
    assert desk.store.get(signed.id) == signed


def test_only_what_is_signed_is_stamped(desk: Desk, authority: Authority) -> None:
    with pytest.raises(ReviewError, match="is not signed"):
        time_stamp(desk.store, desk.reviewed().id, authority, clock=desk.clock)
    with pytest.raises(NotFound):
        time_stamp(desk.store, "C-none", authority, clock=desk.clock)


def test_without_the_extra_it_is_said(desk: Desk, authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    made = stamped(desk, authority)
    real = builtins.__import__

    def without(name: str, *more: Any, **others: Any) -> Any:
        if name == "rfc3161_client":
            raise ImportError(name)
        return real(name, *more, **others)

    monkeypatch.setattr(builtins, "__import__", without)
    report = verify_document(export_json(made), trusted=desk.trusted)
    assert (report.ok, [one.code for one in report.unchecked]) == (True, ["extra"])
    with pytest.raises(MissingExtra, match=r"consult-mdt\[timestamp\]"):
        TimeStampAuthority("http://127.0.0.1:1/").stamp(b"x")


def test_a_token_changed_in_the_store_is_noticed(desk: Desk, authority: Authority) -> None:
    made = stamped(desk, authority)
    later = base64.b64encode(
        Authority(authority.holder, authority.root, now=lambda: NOW + timedelta(hours=2)).stamp(
            made.signatures[0].signature.encode()
        )
    ).decode()
    connection = sqlite3.connect(desk.home / "consult.sqlite")
    body = json.dumps({"kid": desk.key.kid, "token": later})
    assert connection.execute("UPDATE detail SET body = ?", (body,)).rowcount == 1
    connection.commit()
    connection.close()
    changed = desk.store.get(made.id)
    assert verify_document(export_json(changed), trusted=desk.trusted).ok  # it is a time stamp of the authority
    assert record_problem(changed, trusted=desk.trusted, store=desk.store) == "timestamp"
