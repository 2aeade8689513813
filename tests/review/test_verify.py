"""Whatever is changed in a signed export is noticed, and named."""

from __future__ import annotations

import copy
import hashlib
import json
import random  # noqa: TID251  # seeded: which bytes are tried does not matter to a plan
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consult.case import Identity
from consult.models import Call
from consult.plan import Plan
from consult.review import (
    AuditChain,
    AuditEntry,
    Keyring,
    SigningKey,
    _jws,
    export_json,
    sign,
    usage_of,
    verify_document,
)
from consult.review._canonical import canonical, digest
from consult.review._signing import payload, protected_header

from .conftest import DECISIONS, Desk, make_case

NAMES = ["canonical", "schema", "audit", "content", "subject", "signature", "signer", "complete"]
Document = dict[str, Any]


@pytest.fixture
def export(desk: Desk) -> bytes:
    signed = desk.signed()
    both = sign(desk.store, signed.id, desk.new_key("Dr Zhang"), clock=desk.clock)
    return export_json(both)


def failed(data: bytes, desk: Desk, **more: Any) -> set[str]:
    """Names of the checks that fail; the report must not be ok."""
    report = verify_document(data, trusted=desk.trusted, **more)
    wrong = {check.name for check in report.checks if not check.ok}
    assert not report.ok
    assert wrong
    assert all(check.says for check in report.checks)
    return wrong


def test_a_signed_export_holds(export: bytes, desk: Desk) -> None:
    for store in (None, desk.store):
        report = verify_document(export, trusted=desk.trusted, store=store)
        assert report.ok
        assert [check.name for check in report.checks] == NAMES
        assert all(check.ok for check in report.checks)
        assert report.signers == ["Dr Meier", "Dr Zhang"]
        assert report.notes == []
    assert report.checks[0].to_json() == {"name": "canonical", "ok": True, "says": "the bytes are canonical JSON"}


def test_what_happens_later_does_not_break_an_export(export: bytes, desk: Desk) -> None:
    id = json.loads(export)["id"]
    desk.store.record(id, "exported", format="json")
    assert export_json(desk.store.get(id)) == export
    assert verify_document(export, trusted=desk.trusted, store=desk.store).ok
    sign(desk.store, id, desk.new_key("Dr Roth"), clock=desk.clock)
    report = verify_document(export, trusted=desk.trusted, store=desk.store)
    assert (report.ok, report.notes) == (True, ["more doctors have signed it since"])


# -- every byte -------------------------------------------------------------------------------------------------------


def others(place: int, byte: int, count: int) -> list[int]:
    """Bytes to try instead: a neighbour, the other case, a digit, a space, a quote, a non-ASCII byte, in turn."""
    tried = [byte ^ 1, byte ^ 0x20, (byte + 1) % 256, 0x30, 0x20, 0x22, 0xC3]
    turn = place % len(tried)
    return [other for other in tried[turn:] + tried[:turn] if other != byte][:count]


def test_no_byte_of_a_signed_export_can_be_changed(desk: Desk) -> None:
    case = make_case().model_copy(update={"observations": [], "history": "乏力 \u00e9\n\\"})
    drafted = desk.draft(case, plan=Plan(language="zh", engine="rules"), findings=[], tasks=[])
    reviewed = desk.review.decide(drafted.id, [], "Dr Meier")
    export = export_json(sign(desk.store, reviewed.id, desk.key, clock=desk.clock))
    trusted = fixed(desk)
    assert verify_document(export, trusted=trusted).ok
    accepted = []
    for place, byte in enumerate(export):
        for other in others(place, byte, 7 if in_the_seal(export, place) else 2):
            changed = export[:place] + bytes([other]) + export[place + 1 :]
            if verify_document(changed, trusted=trusted).ok:
                accepted.append((place, other))
    assert accepted == []


def test_no_byte_of_a_larger_export_can_be_changed(export: bytes, desk: Desk) -> None:
    rng = random.Random(5)
    for place in (rng.randrange(len(export)) for _ in range(400)):
        for other in others(place, export[place], 1):
            failed(export[:place] + bytes([other]) + export[place + 1 :], desk)


def fixed(desk: Desk) -> Keyring:
    """The trusted keys read once; a folder is read at every question."""
    desk.key.save(desk.home.parent / "key.jwk")
    return Keyring.from_path(desk.home.parent / "key.jwk")


def in_the_seal(export: bytes, place: int) -> bool:
    """Whether this byte belongs to `signatures`, or to the last entry of `audit`."""
    start = export.index(b'"signatures":[')
    last = export.index(b'"event":"signed"')
    return start <= place < export.index(b'"status"', start) or last <= place < export.index(b'"case"', last)


def test_no_byte_can_be_added_or_taken_away(export: bytes, desk: Desk) -> None:
    rng = random.Random(7)
    for place in {0, 1, len(export) - 1, *(rng.randrange(len(export)) for _ in range(120))}:
        failed(export[:place] + export[place + 1 :], desk)
        failed(export[:place] + bytes([rng.choice(b' 0"a,}\n')]) + export[place:], desk)


@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_the_spare_bits_of_base64url_are_not_free(data: st.DataObject) -> None:
    """Some last characters decode to the same bytes: only one spelling counts."""
    text = data.draw(st.binary(min_size=1, max_size=70).map(_jws.encode))
    other = data.draw(st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"))
    changed = text[:-1] + other
    if changed == text:
        assert _jws.encode(_jws.decode(changed)) == text
        return
    with suppress(ValueError):
        assert _jws.decode(changed) != _jws.decode(text)


ENCODINGS: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("newline at the end", lambda data: data + b"\n"),
    ("space at the start", lambda data: b" " + data),
    ("space inside", lambda data: data.replace(b'"id":', b'"id": ', 1)),
    ("pretty", lambda data: json.dumps(json.loads(data), indent=2, ensure_ascii=False).encode()),
    ("escaped", lambda data: json.dumps(json.loads(data), separators=(",", ":"), sort_keys=True).encode()),
    ("order", lambda data: json.dumps(dict(reversed(json.loads(data).items())), separators=(",", ":")).encode()),
    ("unicode escape", lambda data: data.replace(b'"status"', b'"\\u0073tatus"', 1)),
    ("escaped slash", lambda data: data.replace(b"mmol/L", b"mmol\\/L", 1)),
    ("number form", lambda data: data.replace(b'"schema":1', b'"schema":1.0', 1)),
    ("exponent", lambda data: data.replace(b'"schema":1', b'"schema":1e0', 1)),
    ("minus zero", lambda data: data.replace(b'"repaired":0', b'"repaired":-0', 1)),
    ("byte order mark", lambda data: b"\xef\xbb\xbf" + data),
    ("utf-16", lambda data: data.decode().encode("utf-16")),
    ("duplicate key", lambda data: data.replace(b'"schema":1', b'"schema":1,"schema":1', 1)),
    ("duplicate key, another value", lambda data: data.replace(b'{"audit"', b'{"status":"signed","audit"', 1)),
    ("trailing object", lambda data: data + b"{}"),
    ("empty", lambda data: b""),
    ("nesting", lambda data: b"[" * 100_000),
]


@pytest.mark.parametrize("change", [row[1] for row in ENCODINGS], ids=[row[0] for row in ENCODINGS])
def test_other_bytes_for_the_same_content_are_refused(
    export: bytes, desk: Desk, change: Callable[[bytes], bytes]
) -> None:
    changed = change(export)
    assert changed != export
    assert "canonical" in failed(changed, desk)


# -- a forger who writes canonical JSON -------------------------------------------------------------------------------


def rechain(audit: list[Document]) -> list[Document]:
    """The entries with all their hashes made right again."""
    chain = AuditChain()
    for entry in audit:
        chain.append(entry["event"], entry["data"], entry["at"])
    return [entry.model_dump() for entry in chain.entries]


def move(document: Document) -> None:
    audit = document["audit"]
    audit[2], audit[3] = audit[3], audit[2]


def rehash(document: Document) -> None:
    document["audit"][2]["data"]["by"] = "Dr Else"
    document["audit"] = rechain(document["audit"])


def forge_time(document: Document) -> None:
    document["audit"][-1]["at"] = "2026-05-05T00:00:00.000Z"
    document["audit"] = rechain(document["audit"])


def add_tail(document: Document) -> None:
    chain = AuditChain([AuditEntry.model_validate(entry) for entry in document["audit"]])
    document["audit"].append(chain.append("exported", {}, "2026-05-05T00:00:00.000Z").model_dump())


def insert_between_signatures(document: Document) -> None:
    signed = document["audit"].pop()
    add_tail(document)
    document["audit"] = rechain([*document["audit"], signed])


def drop_alert(document: Document) -> None:
    document["plan"]["alerts"] = []
    document["decisions"] = [one for one in document["decisions"] if one["item"] != "A1"]


def put(*path: Any) -> Callable[[Document], None]:
    *where, last, value = path

    def change(document: Document) -> None:
        target: Any = document
        for step in where:
            target = target[step]
        target[last] = value

    return change


def cut(*path: Any) -> Callable[[Document], None]:
    *where, last = path

    def change(document: Document) -> None:
        target: Any = document
        for step in where:
            target = target[step]
        del target[last]

    return change


def upper(*path: Any) -> Callable[[Document], None]:
    *where, last = path

    def change(document: Document) -> None:
        target: Any = document
        for step in where:
            target = target[step]
        target[last] = target[last].upper()

    return change


def spare_bits(document: Document) -> None:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    text = document["signatures"][0]["signature"]
    document["signatures"][0]["signature"] = text[:-1] + alphabet[alphabet.index(text[-1]) ^ 1]
    body = dict(document["signatures"][0])
    entry = next(one for one in document["audit"] if one["event"] == "signed")
    entry["data"]["signature"] = digest(body)
    document["audit"] = rechain(document["audit"])


FORGED: list[tuple[str, Callable[[Document], None], set[str]]] = [
    # what, how, what must at least be named
    ("a value", put("case", "observations", 0, "value", "4.1"), {"content", "audit"}),
    ("a sentence", put("plan", "problems", 0, "statements", 0, "text", "All is well."), {"content", "audit"}),
    ("a decision", put("decisions", 3, "reason", "because"), {"content", "audit"}),
    ("a decision dropped", cut("decisions", 1), {"content", "audit", "complete"}),
    ("an alert not acknowledged", cut("decisions", 0), {"content", "complete"}),
    ("an alert dropped", drop_alert, {"content", "complete"}),
    ("the finding dropped too", put("findings", []), {"content", "audit"}),
    ("a reviewer", put("decisions", 0, "by", "Dr Else"), {"content", "audit"}),
    ("usage", put("usage", "cost", "0.01"), {"content"}),
    ("the id", put("id", "C-000000000002"), {"content", "audit"}),
    ("the revision", put("revision", 2), {"content"}),
    ("the patient", put("subject", {"key": "S-0001", "identity": "hmac-sha256:00"}), {"subject", "content"}),
    ("the patient's hash", put("subject", "identity", "hmac-sha256:00"), {"subject", "content"}),
    ("the case's patient", put("case", "subject", "S-0001"), {"subject", "content"}),
    ("entries moved", move, {"audit"}),
    ("entries rewritten", rehash, {"audit"}),
    ("an entry cut out", cut("audit", 3), {"audit"}),
    ("the last entry cut", cut("audit", -1), {"audit"}),
    ("the first entry cut", cut("audit", 0), {"audit"}),
    ("all entries cut", put("audit", []), {"audit"}),
    ("the time of signing", forge_time, {"audit"}),
    ("an entry added", add_tail, {"audit"}),
    ("an entry slipped in", insert_between_signatures, {"audit"}),
    ("the hash in capitals", upper("audit", 0, "hash"), {"audit"}),
    ("the sealed head", put("provenance", "audit_head", "0" * 64), {"content", "audit"}),
    ("the sealed head taken out", put("provenance", "audit_head", None), {"content", "audit"}),
    ("a signature taken out", cut("signatures", 0), {"audit"}),
    ("all signatures taken out", put("signatures", []), {"signature", "audit"}),
    ("status", put("status", "reviewed"), {"signature", "content"}),
    ("a signature twice", lambda d: d["signatures"].append(d["signatures"][0]), {"signature", "audit"}),
    ("signatures swapped", lambda d: d["signatures"].reverse(), {"audit"}),
    ("signature bytes", put("signatures", 0, "signature", "A" * 86), {"signature", "audit"}),
    ("signature cut short", put("signatures", 0, "signature", "AAAA"), {"signature"}),
    ("spare bits", spare_bits, {"signature"}),
    ("an unprotected header", put("signatures", 0, "header", {"kid": "x"}), {"signature", "schema"}),
    ("another part", put("signatures", 0, "payload", ""), {"signature", "schema"}),
    ("a header that is none", put("signatures", 0, "protected", "AAAA"), {"signature"}),
    ("an empty header", put("signatures", 0, "protected", ""), {"signature"}),
    ("a list as header", put("signatures", 0, "protected", _jws.encode(b"[]")), {"signature"}),
    ("deep header", put("signatures", 0, "protected", _jws.encode(b"[" * 100_000)), {"signature"}),
    ("a newer schema", put("schema", 2), {"schema"}),
    ("an older schema", put("schema", 0), {"schema"}),
    ("schema as text", put("schema", "1"), {"schema"}),
    ("schema as truth", put("schema", True), {"schema"}),
    ("an unknown key", put("note", "x"), {"schema"}),
    ("an unknown key deep inside", put("case", "patient", "note", "x"), {"schema"}),
    ("a key left out", cut("usage", "calls"), {"schema"}),
    ("a key by its other name", put("schema_version", 1), {"schema"}),
    ("a number as text", put("revision", "1"), {"schema"}),
    ("a truth as number", put("plan", "problems", 0, "draft_knowledge", 0), {"schema"}),
    ("an unknown status", put("status", "approved"), {"schema"}),
]  # fmt: skip


@pytest.mark.parametrize(("change", "named"), [row[1:] for row in FORGED], ids=[row[0] for row in FORGED])
def test_every_change_is_named(export: bytes, desk: Desk, change: Callable[[Document], None], named: set[str]) -> None:
    document = json.loads(export)
    change(document)
    forged = canonical(document)
    assert forged != export
    found = failed(forged, desk)
    assert named <= found
    assert "canonical" not in found


def test_the_newer_version_is_told(export: bytes, desk: Desk) -> None:
    report = verify_document(canonical({**json.loads(export), "schema": 7}), trusted=desk.trusted)
    assert report.checks[-1].says == "it has schema version 7; this program reads up to version 1"


@pytest.mark.parametrize("data", [b"[]", b"null", b'"x"', b"1", b"{}", b'{"schema":1}'])
def test_what_is_no_consultation_is_refused(desk: Desk, data: bytes) -> None:
    assert failed(data, desk) == {"schema"}


def test_a_draft_is_not_signed(desk: Desk) -> None:
    for one in (desk.create(), desk.draft(), desk.reviewed()):
        data = export_json(one)
        assert "signature" in failed(data, desk)
        says = {check.name: check.says for check in verify_document(data, trusted=desk.trusted).checks}
        assert one.status in says["signature"]
        assert json.loads(data).keys() == json.loads(export_json(desk.signed())).keys()


# -- forgers with keys ------------------------------------------------------------------------------------------------


def resign(document: Document, key: SigningKey, **header: str) -> bytes:
    """The document signed anew with `key`, its log made to fit: all that a forger without a trusted key can do."""
    made = copy.deepcopy(document)
    audit = [entry for entry in made["audit"] if entry["event"] != "signed"]
    head = AuditChain([AuditEntry.model_validate(entry) for entry in rechain(audit)]).head
    made["provenance"]["audit_head"] = head
    at = document["audit"][-1]["at"]
    protected = {**protected_header(made, kid=key.kid, signer=key.name, at=at, head=head), **header}
    entry = _jws.sign_detached(payload(made), key, protected)
    made["signatures"] = [entry]
    data = {"kid": protected["kid"], "signer": protected["signer"], "signature": digest(entry)}
    made["audit"] = rechain([*audit, {"event": "signed", "data": data, "at": at}])
    return canonical(made)


def test_the_forger_s_tools_work(export: bytes, desk: Desk) -> None:
    """Otherwise the tests below would prove nothing."""
    assert verify_document(resign(json.loads(export), desk.key), trusted=desk.trusted).ok


def test_an_unregistered_key_is_not_believed(export: bytes, desk: Desk) -> None:
    stranger = SigningKey.generate("Dr Meier")
    assert failed(resign(json.loads(export), stranger), desk) == {"signer", "signature"}


def test_an_unregistered_key_cannot_use_a_trusted_id(export: bytes, desk: Desk) -> None:
    stranger = SigningKey.generate("Dr Meier")
    assert failed(resign(json.loads(export), stranger, kid=desk.key.kid), desk) == {"signature"}


def test_a_trusted_key_cannot_use_another_name(export: bytes, desk: Desk) -> None:
    assert failed(resign(json.loads(export), desk.key, signer="Dr Zhang"), desk) == {"signer"}


@pytest.mark.parametrize(
    "header",
    [
        {"typ": "JWT"}, {"meaning": "seen"}, {"jku": "https://example.org"}, {"iat": "2020-01-01T00:00:00.000Z"},
        {"digest": "00"}, {"subject": "00"}, {"audit": "0" * 64},
    ],
    ids=lambda header: next(iter(header)),
)  # fmt: skip
def test_a_trusted_key_signs_only_our_statement(export: bytes, desk: Desk, header: dict[str, str]) -> None:
    failed(resign(json.loads(export), desk.key, **header), desk)


def test_one_untrusted_signer_among_trusted_ones_is_too_many(export: bytes, desk: Desk) -> None:
    id = json.loads(export)["id"]
    sign(desk.store, id, desk.new_key("Dr Roth"), clock=desk.clock)
    only = desk.home.parent / "only"
    Keyring(only).register(desk.key.public_jwk(), desk.key.name)
    report = verify_document(export_json(desk.store.get(id)), trusted=Keyring(only))
    assert not report.ok
    assert {check.name for check in report.checks if not check.ok} == {"signer", "signature"}
    assert report.signers == ["Dr Meier"]


def test_trusting_nobody_trusts_nobody(export: bytes, desk: Desk) -> None:
    report = verify_document(export, trusted=Keyring(desk.home.parent / "none"))
    assert {check.name for check in report.checks if not check.ok} == {"signer", "signature"}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (lambda d: d["decisions"].pop(0), {"complete", "audit"}),
        (lambda d: d["decisions"].append({**d["decisions"][0], "item": "P1"}), {"complete", "audit"}),
        (lambda d: d["decisions"][1].update(by=""), {"complete", "audit"}),
        (drop_alert, {"complete", "audit"}),
        (lambda d: d.update(plan=None), {"complete", "audit"}),
        (lambda d: d["case"].update(subject="S-0001"), {"subject", "audit"}),
        (lambda d: d.update(status="reviewed"), {"signature"}),
    ],
    ids=["undecided", "wrong decision", "nobody decided", "dropped alert", "no plan", "another's case", "not signed"],
)
def test_even_a_trusted_key_cannot_make_an_incomplete_plan_hold(
    export: bytes, desk: Desk, change: Callable[[Document], Any], named: set[str]
) -> None:
    document = json.loads(export)
    change(document)
    assert failed(resign(document, desk.key), desk) == named


# -- the ledger of model calls ----------------------------------------------------------------------------------------


@pytest.fixture
def with_calls(desk: Desk) -> bytes:
    return export_json(desk.signed_with_calls())


def summed(document: Document) -> None:
    """The sums made right again."""
    old = document["usage"]
    calls = [Call.model_validate(row) for row in old["ledger"]]
    document["usage"] = usage_of(calls, seconds=old["seconds"], currency=old["currency"]).model_dump(mode="json")


def row(change: Callable[[list[Document]], Any]) -> Callable[[Document], None]:
    def changed(document: Document) -> None:
        change(document["usage"]["ledger"])
        summed(document)

    return changed


def drop_the_entry(document: Document) -> None:
    calls = [entry for entry in document["audit"] if entry["event"] == "model-call"]
    document["audit"] = rechain([entry for entry in document["audit"] if entry is not calls[1]])


def drop_both(document: Document) -> None:
    drop_the_entry(document)
    row(lambda ledger: ledger.pop(1))(document)


LEDGER: list[tuple[str, Callable[[Document], None], str]] = [
    ("a row dropped", row(lambda ledger: ledger.pop(1)), "the ledger holds 3 model calls, the log tells of 4"),
    ("all rows dropped", row(list.clear), "the ledger holds 0 model calls, the log tells of 4"),
    ("a row added", row(lambda ledger: ledger.append(ledger[0])), "the ledger holds 5 model calls, the log tells of 4"),
    ("two rows exchanged", row(list.reverse), "model call 1 of the ledger is not the one that was logged"),
    ("a cost", row(lambda ledger: ledger[2].update(cost="0.001")), "model call 3 of"),
    ("a model", row(lambda ledger: ledger[2].update(model="other")), "model call 3 of"),
    ("the model that served", row(lambda ledger: ledger[3].update(served="x")), "model call 4 of"),
    ("a time", row(lambda ledger: ledger[0].update(at="2026-05-04T07:00:02Z")), "model call 1 of"),
    ("the hash of an answer", row(lambda ledger: ledger[0].update(answer="sha256:0")), "model call 1 of"),
    ("a failure hidden", row(lambda ledger: ledger[1].update(status="ok", error="")), "model call 2 of"),
    ("a sum", put("usage", "cost", "0.001"), "the usage is not the sum of its ledger"),
    ("a count", put("usage", "failed_calls", 0), "the usage is not the sum of its ledger"),
    ("an entry of the log", drop_the_entry, "the ledger holds 4 model calls, the log tells of 3"),
]


@pytest.mark.parametrize(("change", "says"), [row[1:] for row in LEDGER], ids=[row[0] for row in LEDGER])
def test_a_ledger_that_is_not_the_logged_one_is_named(
    with_calls: bytes, desk: Desk, change: Callable[[Document], None], says: str
) -> None:
    document = json.loads(with_calls)
    change(document)
    assert {"audit"} <= failed(canonical(document), desk)
    signed_anew = resign(document, desk.key)
    assert failed(signed_anew, desk) - {"schema"} == {"audit"}  # a document without calls has a shape of its own
    report = verify_document(signed_anew, trusted=desk.trusted)
    assert next(check.says for check in report.checks if check.name == "audit").startswith(says)


def test_a_call_taken_out_of_ledger_and_log_breaks_the_seal(with_calls: bytes, desk: Desk) -> None:
    document = json.loads(with_calls)
    drop_both(document)
    assert {"audit", "content"} <= failed(canonical(document), desk)
    assert failed(resign(document, desk.key), desk, store=desk.store) == {"audit"}


def test_no_byte_of_a_ledger_can_be_changed(with_calls: bytes, desk: Desk) -> None:
    trusted = fixed(desk)
    assert verify_document(with_calls, trusted=trusted).ok
    start = with_calls.index(b'"ledger":[')
    for place in range(start, with_calls.index(b"}]", start)):
        for other in others(place, with_calls[place], 1):
            changed = with_calls[:place] + bytes([other]) + with_calls[place + 1 :]
            assert not verify_document(changed, trusted=trusted).ok


@pytest.mark.parametrize("cost", ["9" * 2_000_000, "0." + "1" * 100_000])
def test_a_forged_sum_cannot_hurt(with_calls: bytes, desk: Desk, cost: str) -> None:
    document = json.loads(with_calls)
    document["usage"]["ledger"][0]["cost"] = cost
    assert "audit" in failed(canonical(document), desk)


# -- what the store knows ---------------------------------------------------------------------------------------------


def test_a_plan_is_not_another_patient_s(desk: Desk, identity: Identity) -> None:
    other = Identity(identifiers=["MRN-0099"])
    mine = desk.signed(make_case().model_copy(update={"identity": identity}))
    theirs = desk.store.subject_for(other, "patient-1")
    document = json.loads(export_json(mine))
    document["subject"] = theirs.model_dump()
    document["case"]["subject"] = theirs.key
    assert {"subject", "content"} <= failed(canonical(document), desk)


def test_an_identity_exchanged_in_the_store_is_noticed(desk: Desk, identity: Identity) -> None:
    signed = desk.signed(make_case().model_copy(update={"identity": identity}))
    desk.store.remember(signed.subject.key, identity, {})
    export = export_json(signed)
    assert verify_document(export, trusted=desk.trusted, store=desk.store).ok
    with desk.store.change(signed.id) as record:
        record.connection.exec_driver_sql(
            "UPDATE subject SET identity = ?", (Identity(identifiers=["MRN-0099"]).model_dump_json(),)
        )
    assert failed(export, desk, store=desk.store) == {"subject"}
    assert verify_document(export, trusted=desk.trusted).ok


def test_a_history_other_than_the_stored_one_is_noticed(desk: Desk) -> None:
    document = json.loads(export_json(desk.signed()))
    document["audit"][1]["at"] = "2026-05-04T06:00:00.000Z"
    forged = resign(document, desk.key)
    assert verify_document(forged, trusted=desk.trusted).ok
    assert failed(forged, desk, store=desk.store) == {"audit"}


def test_a_stranger_s_store_is_no_obstacle(export: bytes, desk: Desk, tmp_path: Any) -> None:
    from consult.review import Store

    with Store.open(tmp_path / "elsewhere") as other:
        assert verify_document(export, trusted=desk.trusted, store=other).ok


def test_signing_twice_differs_only_where_it_must(desk: Desk) -> None:
    first, second = desk.signed(), desk.signed()
    assert first.plan == second.plan
    assert hashlib.sha256(export_json(first)).digest() != hashlib.sha256(export_json(second)).digest()
    assert DECISIONS[0]["item"] == "A1"
