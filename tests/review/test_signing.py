"""A signature covers exactly what was shown, by a registered doctor, once everything was decided."""

from __future__ import annotations

import hashlib
import json
import sqlite3

import pytest
import rfc8785
from joserfc import jws
from joserfc.jwk import OKPKey

from consult.errors import NotFound, ReviewError
from consult.review import AuditChain, SigningKey, export_json, sign, verify_document
from consult.review._jws import _registry, decode, header_of

from .conftest import DECISIONS, Desk


def test_signing_seals_the_record(desk: Desk) -> None:
    reviewed = desk.reviewed()
    made = sign(desk.store, reviewed.id, desk.key, clock=desk.clock)
    assert made.status == "signed"
    assert len(made.signatures) == 1
    assert made.provenance.audit_head == reviewed.audit[-1].hash
    assert made.audit[:-1] == reviewed.audit
    assert made.audit[-1].event == "signed"
    assert made.audit[-1].data["kid"] == desk.key.kid
    assert AuditChain(made.audit).problem() is None
    assert desk.store.get(made.id) == made


def test_the_header_says_who_when_what_for_and_about_whom(desk: Desk) -> None:
    document = json.loads(export_json(desk.signed()))
    header = header_of(document["signatures"][0])
    unsigned = {key: value for key, value in document.items() if key not in {"signatures", "audit"}}
    assert header == {
        "alg": "EdDSA",
        "kid": desk.key.kid,
        "typ": "consult+jws",
        "iat": document["audit"][-1]["at"],
        "signer": "Dr Meier",
        "digest": hashlib.sha256(rfc8785.dumps(unsigned)).hexdigest(),
        "subject": hashlib.sha256(rfc8785.dumps(document["subject"])).hexdigest(),
        "audit": document["provenance"]["audit_head"],
        "meaning": "reviewed-and-approved",
    }


def test_any_jws_library_can_check_it(desk: Desk) -> None:
    """Put the payload back and it is an ordinary JWS in general JSON serialization."""
    document = json.loads(export_json(desk.signed()))
    unsigned = {key: value for key, value in document.items() if key not in {"signatures", "audit"}}
    whole = jws.serialize_json(
        [{"protected": {"alg": "EdDSA"}}], rfc8785.dumps(unsigned), desk_key(desk), registry=_registry()
    )
    attached = {"payload": whole["payload"], "signatures": document["signatures"]}
    public = OKPKey.import_key(desk.key.public_jwk())
    assert jws.deserialize_json(attached, public, registry=_registry()).payload == rfc8785.dumps(unsigned)


def desk_key(desk: Desk) -> OKPKey:
    return OKPKey.import_key({key: desk.key.jwk[key] for key in ("kty", "crv", "x", "d")})


def test_several_doctors_sign_the_same_bytes_each_once(desk: Desk) -> None:
    first = desk.signed()
    zhang = desk.new_key("Dr Zhang")
    desk.store.record(first.id, "exported", format="json")
    both = sign(desk.store, first.id, zhang, clock=desk.clock)
    assert both.signatures[0] == first.signatures[0]
    assert header_of(both.signatures[1].model_dump())["audit"] == both.audit[-2].hash
    report = verify_document(export_json(both), trusted=desk.trusted, store=desk.store)
    assert report.ok
    assert report.signers == ["Dr Meier", "Dr Zhang"]
    for key in (desk.key, zhang):
        with pytest.raises(ReviewError, match="signed with this key already"):
            sign(desk.store, first.id, key, clock=desk.clock)
    assert desk.store.get(first.id) == both


def test_nothing_undecided_is_signed(desk: Desk) -> None:
    drafted = desk.draft()
    part = desk.review.decide(desk.draft().id, DECISIONS[1:], "Dr Meier")
    for one, open_items in ((drafted, "A1, P1, R1, R2"), (part, "A1")):
        with pytest.raises(ReviewError, match=f"undecided are {open_items}"):
            sign(desk.store, one.id, desk.key, clock=desk.clock)
        assert desk.store.get(one.id) == one


def test_only_a_reviewed_plan_is_signed(desk: Desk) -> None:
    running = desk.create()
    rejected = desk.review.reject(desk.reviewed().id, "Dr Meier", "no")
    for one in (running, rejected, desk.store.fail(desk.create().id, "x")):
        with pytest.raises(ReviewError, match=f"is {one.status} and cannot be signed"):
            sign(desk.store, one.id, desk.key, clock=desk.clock)
    with pytest.raises(NotFound):
        sign(desk.store, "C-none", desk.key, clock=desk.clock)


def test_only_a_registered_key_signs(desk: Desk) -> None:
    reviewed = desk.reviewed()
    stranger = SigningKey.generate("Dr Else")
    posing = SigningKey(name="Dr Zhang", jwk=desk.key.jwk, kid=desk.key.kid)
    for key in (stranger, posing):
        with pytest.raises(ReviewError, match="not registered"):
            sign(desk.store, reviewed.id, key, clock=desk.clock)
    assert desk.store.get(reviewed.id) == reviewed


def test_a_superseded_plan_gets_no_further_signature(desk: Desk) -> None:
    signed = desk.signed()
    desk.review.revise(signed.id, "Dr Meier")
    with pytest.raises(ReviewError, match="superseded"):
        sign(desk.store, signed.id, desk.new_key("Dr Zhang"), clock=desk.clock)


def test_a_revision_is_signed_like_the_first(desk: Desk) -> None:
    signed = desk.signed()
    revised = desk.review.decide(signed.id, DECISIONS, "Dr Zhang")
    made = sign(desk.store, revised.id, desk.key, clock=desk.clock)
    for one in (signed, made):
        assert verify_document(export_json(one), trusted=desk.trusted, store=desk.store).ok
    notes = verify_document(export_json(signed), trusted=desk.trusted, store=desk.store).notes
    assert notes == [f"it was superseded by '{made.id}'"]


DOCUMENT = "UPDATE consultation SET document = replace(document, "
DAMAGE = [
    ("plan", DOCUMENT + "'Consider repeating', 'Consider ignoring')"),
    ("case", DOCUMENT + "'two days', 'ten days')"),
    ("findings", DOCUMENT + """'"source":"LAB01","says"', '"source":"X","says"')"""),
    ("decisions", "UPDATE decision SET body = replace(body, 'done last week', 'done')"),
    ("decisions", "DELETE FROM decision WHERE seq = 1"),
    ("entry 3", "UPDATE audit SET body = replace(body, 'Dr Meier', 'Dr Else') WHERE seq = 3"),
    ("entry", "DELETE FROM audit WHERE seq = 2"),
    ("entries", "DELETE FROM audit"),
    ("another consultation", DOCUMENT + "'C-000000000001', 'C-000000000009')"),
]  # fmt: skip


@pytest.mark.parametrize(("says", "damage"), DAMAGE, ids=[f"{n} {row[0]}" for n, row in enumerate(DAMAGE)])
def test_a_record_changed_behind_our_back_is_not_signed(desk: Desk, says: str, damage: str) -> None:
    reviewed = desk.reviewed()
    connection = sqlite3.connect(desk.home / "consult.sqlite")
    assert connection.execute(damage).rowcount > 0
    connection.commit()
    connection.close()
    with pytest.raises(ReviewError, match=says if "seq = 1" not in damage else "undecided"):
        sign(desk.store, reviewed.id, desk.key, clock=desk.clock)
    assert desk.store.get(reviewed.id).status != "signed"


@pytest.mark.parametrize("text", ["AA=", "A", "AB", "A A", "AA==", "A+", "A/", "AA\n", "é"])
def test_base64url_has_one_spelling(text: str) -> None:
    with pytest.raises(ValueError, match="base64url"):
        decode(text)
    assert decode("AA") == b"\x00"
