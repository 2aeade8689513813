"""The record as PDF: its text, its glyphs, its structure, and the signature that a PDF reader checks."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import re
import sys
import threading
import tomllib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import paper_kit
import pypdfium2
import pytest

from consult.content import content_root
from consult.errors import MissingExtra, NotFound, ReviewError, SigningError, UsageError
from consult.review import (
    Consultation,
    Letterhead,
    PdfKey,
    export_json,
    export_pdf,
    export_signed_pdf,
    read_pdf,
    verify_document,
)
from consult.review._paper import glyphs, pdf
from consult.review._paper.blocks import Field, Paper, Paragraph, Run, Section

from .conftest import Desk

HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff\u3000-\u303f\uff00-\uffef]")


@pytest.fixture
def drafted(desk: Desk) -> Consultation:
    return draft(desk)


def draft(desk: Desk, results: int = 3, **changes: Any) -> Consultation:
    made = desk.store.create(
        paper_kit.make_case(results), provenance=paper_kit.make_draft()["provenance"], language="zh", engine="hema-7b"
    )
    return desk.store.save_draft(made.id, **{**paper_kit.make_draft(), **changes})


@pytest.fixture
def signed(desk: Desk, drafted: Consultation) -> Consultation:
    desk.review.decide(drafted.id, paper_kit.DECISIONS, "Dr Meier")
    return desk.sign(drafted.id)


HEAD = Letterhead(
    hospital="示例市第一人民医院",
    identity=paper_kit.IDENTITY,
    replacements={"[name-1]": "欧阳慕云"},
    time_zone="Asia/Shanghai",
)


def pages(data: bytes) -> list[str]:
    """The text of each page, without blanks: a line may be broken anywhere."""
    with pypdfium2.PdfDocument(data) as read:
        texts = [page.get_textpage().get_text_range() for page in read]
    return [re.sub(r"[\s\u200b\ufffe\x02]+", "", text) for text in texts]


def test_the_text_can_be_read_out_again(drafted: Consultation) -> None:
    seen = "".join(pages(export_pdf(drafted, letterhead=HEAD)))
    for told in (
        "示例市第一人民医院", "多学科会诊记录单", "欧阳慕云", "ZY-0871", "血液内科", "12室03床", "肾功能为何恶化？",
        "总钙3.64mmol/L，达到危急值上限。", "轻链比值升高。", "AI：hema-7b", "未达成一致",
        "Hb10⁹/L、CO₂、☐未签。", "Łódź", "[U+20BB7]田", "示例学会.骨髓瘤指南.2023",
    ):  # fmt: skip
        assert told in seen, told


def test_every_page_says_which_record_it_belongs_to(desk: Desk) -> None:
    many = draft(desk, results=160)
    found = pages(export_pdf(many, letterhead=HEAD))
    assert len(found) >= 4
    for number, text in enumerate(found, start=1):
        assert many.id in text
        assert f"第{number}页，共{len(found)}页" in text
        assert "草稿，未签名（待审阅）" in text
    assert all("ZY-0871" in text for text in found)
    assert sum("参考范围" in text for text in found) >= 3  # the heading of the table is repeated


def test_a_draft_is_marked_on_every_page_and_a_signed_record_on_none(desk: Desk) -> None:
    many = draft(desk, results=160)
    assert set(marks(export_pdf(many, letterhead=HEAD))) == {"草稿"}
    desk.review.decide(many.id, paper_kit.DECISIONS, "Dr Meier")
    assert set(marks(export_pdf(desk.sign(many.id), letterhead=HEAD))) == {""}


def marks(data: bytes) -> list[str]:
    """What is written across each page in letters of more than four centimetres."""
    found = []
    with pypdfium2.PdfDocument(data) as read:
        for page in read:
            layer = page.get_textpage()
            boxes = {place: layer.get_charbox(place) for place in range(layer.count_chars())}
            found.append(
                "".join(layer.get_text_range(place, 1) for place, box in boxes.items() if box[3] - box[1] > 120)
            )
    return found


def test_the_same_record_gives_the_same_bytes(desk: Desk, drafted: Consultation) -> None:
    first = export_pdf(drafted, letterhead=HEAD)
    desk.store.record(drafted.id, "exported", format="pdf", status=drafted.status)
    assert export_pdf(desk.store.get(drafted.id), letterhead=HEAD) == first


def test_it_is_an_archive_document_with_title_language_and_bookmarks(drafted: Consultation) -> None:
    data = export_pdf(drafted, letterhead=HEAD)
    with pypdfium2.PdfDocument(data) as read:
        told = read.get_metadata_dict()
        marks = [one.get_title() for one in read.get_toc()]
        assert all(page.get_size() == pytest.approx((595.28, 841.89), abs=0.1) for page in read)
    assert told["Title"] == f"多学科会诊记录单 {drafted.id}"
    assert "AI生成" in told["Keywords"]
    assert told["CreationDate"].startswith("D:202605040700")
    assert "会诊建议" in marks
    assert marks[0] == "会诊目的"
    for part in (b"<pdfaid:part>3", b"<pdfaid:conformance>A", b"<pdfuaid:part>1", b"/MarkInfo", b"/StructTreeRoot"):
        assert part in data, part
    assert re.search(rb"/Lang ?\(zh-CN\)", data)


def test_only_our_fonts_are_in_it_and_each_is_embedded_in_part(drafted: Consultation) -> None:
    from pyhanko.pdf_utils.reader import PdfFileReader

    data = export_pdf(drafted, letterhead=HEAD)
    names = set(re.findall(rb"/FontName ?/([A-Z]{6}\+[\w-]+)", _objects(PdfFileReader(io.BytesIO(data)))))
    families = {name.split(b"+")[1].split(b"-")[0] for name in names}
    assert {b"NotoSerifSC", b"NotoSansSC", b"LibertinusSerif"} <= families
    assert families <= {b"NotoSerifSC", b"NotoSansSC", b"LibertinusSerif", b"DejaVuSansMono"}
    assert len(data) < 300_000


def _objects(reader: Any) -> bytes:
    """Every font descriptor, as text."""
    found = []
    for number in range(1, int(reader.trailer["/Size"])):
        one = reader.get_object(_reference(number, reader), never_decrypt=True)
        if isinstance(one, dict) and "/FontName" in one:
            found.append(f"/FontName {one['/FontName']}")
            assert {"/FontFile2", "/FontFile3"} & set(one)
    return "\n".join(found).encode()


def _reference(number: int, reader: Any) -> Any:
    from pyhanko.pdf_utils.generic import Reference

    return Reference(number, 0, reader)


# -- glyphs --------------------------------------------------------------------------------------------------------


def test_every_chinese_character_of_ours_can_be_drawn() -> None:
    known = glyphs.drawn()
    ours = [*content_root().joinpath("agents").rglob("*"), *content_root().joinpath("knowledge").rglob("*")]
    texts = [path.read_text("utf-8") for path in ours if path.suffix in {".toml", ".md", ".csv"}]
    words = {"words.py", "_phrases.py", "_labels.py", "_markdown.py"}
    texts += [path.read_text("utf-8") for path in Path(pdf.__file__).parents[2].rglob("*.py") if path.name in words]
    used = {one for text in texts for one in text if HAN.match(one)}
    assert len(used) > 1500
    assert used <= known, sorted(used - known)


def test_every_name_of_a_concept_can_be_drawn_as_it_is() -> None:
    concepts = tomllib.loads((content_root() / "knowledge" / "reference" / "concepts.toml").read_text("utf-8"))
    names = [value for text in (json.dumps(concepts, ensure_ascii=False),) for value in re.findall(r'"([^"]+)"', text)]
    assert [name for name in names if glyphs.drawable(name) != name] == []


def test_the_engine_draws_every_character_that_is_said_to_be_drawable() -> None:
    rows = ["".join(sorted(one for one in glyphs.drawn() if not HAN.match(one)))]
    assert len(rows[0]) > 1200
    set_ = typeset_plain(rows[0])
    assert set_.startswith(b"%PDF")


def test_the_engine_refuses_an_empty_box() -> None:
    with pytest.raises(ReviewError, match="cannot be typeset"):
        typeset_plain("\U00020bb7")


def typeset_plain(text: str) -> bytes:
    """A page with `text` in the record's own faces."""
    runs = (Run(" ".join(text)),)
    record = Paper(
        language="zh", id="i", hospital="", title="t", status="", watermark="", fields=(Field("l", "v"),), banners=(),
        sections=(Section("k", "t", (Paragraph(runs),)),), running="", foot="", page="", at="", keywords=(),
    ).to_json()  # fmt: skip
    record["date"] = [2026, 5, 4, 7, 0, 0]
    engine = pdf.compiler("record.typ", {"record": json.dumps(record)})
    return pdf.typeset(engine, "a-3a", at=datetime(2026, 5, 4, 7, tzinfo=UTC))


def test_the_glyphs_are_those_of_the_characters(desk: Desk) -> None:
    """Each character is drawn with ink, and no two alike: boxes would be."""
    text = "血红蛋白铁缺乏性贫血呼吸衰竭脓毒症危急值会诊意见钾钠氯钙磷镁"
    case = paper_kit.make_case().model_copy(update={"questions": [text], "history": ""})
    made = desk.store.save_draft(desk.create(case).id, **paper_kit.make_draft())
    with pypdfium2.PdfDocument(export_pdf(made)) as read:
        page = read[0]
        layer = page.get_textpage()
        start = layer.search(text).get_next()
        assert start is not None
        image, height = page.render(scale=4).to_numpy()[..., 0], page.get_height()
        drawn: dict[str, bytes] = {}
        for place, one in enumerate(text, start=start[0]):
            left, bottom, right, top = (round(4 * edge) for edge in layer.get_charbox(place))
            cut = image[round(4 * height) - top : round(4 * height) - bottom, left:right]
            assert (cut < 100).mean() > 0.03, one
            drawn[one] = cut.tobytes()
    assert len(set(drawn.values())) == len(set(text))


def test_an_endless_word_stays_on_the_page(desk: Desk) -> None:
    case = paper_kit.make_case().model_copy(
        update={"history": "x" * 3000, "questions": ["https://e.example/" + "a" * 400]}
    )
    made = desk.store.save_draft(desk.create(case).id, **paper_kit.make_draft())
    with pypdfium2.PdfDocument(export_pdf(made)) as read:
        for page in read:
            layer = page.get_textpage()
            edges = [layer.get_charbox(place)[2] for place in range(layer.count_chars())]
            assert max(edges) < page.get_width() - 20
    assert "".join(pages(export_pdf(made))).count("x") >= 3000


@pytest.mark.parametrize("module", ["typst", "pylopdf_fonts_zh_cn"])
def test_without_the_extra_one_sentence_says_what_to_install(
    drafted: Consultation, monkeypatch: pytest.MonkeyPatch, module: str
) -> None:
    pdf._fonts.cache_clear()
    monkeypatch.setitem(sys.modules, module, None)
    try:
        with pytest.raises(MissingExtra, match=r"consult-mdt\[pdf\]"):
            export_pdf(drafted)
    finally:
        pdf._fonts.cache_clear()


# -- the document inside -------------------------------------------------------------------------------------------


def test_the_signed_document_is_inside_and_verifies(desk: Desk, signed: Consultation) -> None:
    found = read_pdf(export_pdf(signed, letterhead=HEAD))
    assert found.document == export_json(signed)
    assert verify_document(found.document, trusted=desk.trusted).ok
    assert (found.signatures, found.problem) == ((), None)


def test_a_draft_holds_no_document(drafted: Consultation) -> None:
    with pytest.raises(UsageError, match="no signed consultation"):
        read_pdf(export_pdf(drafted))


@pytest.mark.parametrize("data", [b"%PDF-1.7", b"%PDF-1.7\n" + b"\x00" * 5000, b"%PDF-1.7\n/ByteRange [0 0 0 0]"])
def test_what_is_no_pdf_is_refused(data: bytes) -> None:
    with pytest.raises(UsageError, match="PDF"):
        read_pdf(data)


# -- signatures of the PDF -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority() -> paper_kit.Authority:
    return paper_kit.Authority()


@pytest.fixture
def key(authority: paper_kit.Authority, tmp_path: Path) -> PdfKey:
    file = authority.pkcs12(tmp_path / "seal.p12", "示例市第一人民医院 病历专用章")
    return PdfKey.load(file, lambda: paper_kit.PASSWORD)


def validated(data: bytes, authority: paper_kit.Authority) -> Any:
    """What pyHanko's validator says when it trusts the authority and nothing else."""
    from asn1crypto import x509
    from cryptography.hazmat.primitives.serialization import Encoding
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation import validate_pdf_signature
    from pyhanko_certvalidator import ValidationContext

    root = x509.Certificate.load(authority.certificate.public_bytes(Encoding.DER))
    trust = ValidationContext(trust_roots=[root], allow_fetching=False)
    (found,) = PdfFileReader(io.BytesIO(data)).embedded_regular_signatures
    assert found.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    return validate_pdf_signature(found, trust)


def test_a_signed_pdf_is_valid_and_shows_who_signed(
    desk: Desk, signed: Consultation, key: PdfKey, authority: paper_kit.Authority
) -> None:
    data = export_signed_pdf(signed, key, letterhead=HEAD)
    status = validated(data, authority)
    assert status.bottom_line
    assert status.coverage.name == "ENTIRE_FILE"
    assert status.timestamp_validity is None
    found = read_pdf(data)
    assert [(one.name, one.holds, one.whole, one.level) for one in found.signatures] == [
        ("示例市第一人民医院 病历专用章", True, True, "B-B")
    ]
    assert verify_document(found.document, trusted=desk.trusted).ok
    assert b"<pdfaid:part>3" in data
    assert b"<pdfuaid:part>" not in data
    assert _seal_ink(data) > 0.01


def _seal_ink(data: bytes) -> float:
    """How much of the room for the signature, on the last page, is drawn in."""
    from pyhanko.pdf_utils.reader import PdfFileReader

    (found,) = PdfFileReader(io.BytesIO(data)).embedded_regular_signatures
    left, bottom, right, top = (int(edge) for edge in found.sig_field["/Rect"])
    with pypdfium2.PdfDocument(data) as read:
        read.init_forms()
        image = read[len(read) - 1].render(scale=1).to_numpy()[..., 0]
    cut = image[842 - top + 3 : 842 - bottom - 3, left + 3 : right - 3]
    return float((cut < 120).mean())


def test_a_changed_byte_is_noticed(signed: Consultation, key: PdfKey, authority: paper_kit.Authority) -> None:
    data = bytearray(export_signed_pdf(signed, key, letterhead=HEAD))
    place = data.index(b"stream", len(data) // 3) + 40
    data[place] ^= 1
    assert not validated(bytes(data), authority).bottom_line
    assert read_pdf(bytes(data)).problem is not None


def test_a_page_added_afterwards_is_noticed(signed: Consultation, key: PdfKey) -> None:
    from pyhanko.pdf_utils.generic import StreamObject
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(export_signed_pdf(signed, key, letterhead=HEAD)))
    writer.add_stream_to_page(0, writer.add_object(StreamObject(stream_data=b"0 0 500 500 re f")))
    out = io.BytesIO()
    writer.write(out)
    assert "changed after it was signed" in str(read_pdf(out.getvalue()).problem)


def test_another_authority_is_not_believed(signed: Consultation, key: PdfKey) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("logging.Logger.warning", lambda *_, **__: None)
        assert not validated(export_signed_pdf(signed, key, letterhead=HEAD), paper_kit.Authority()).trusted


class _Stamps(BaseHTTPRequestHandler):
    """A time-stamp authority over HTTP."""

    stamper: Any
    mode = "good"

    def do_POST(self) -> None:
        from asn1crypto import tsp

        request = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
        body = self.stamper.request_tsa_response(request).dump() if self.mode == "good" else b"nonsense"
        self.send_response(503 if self.mode == "busy" else 200)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing is printed."""


@pytest.fixture
def stamps(authority: paper_kit.Authority) -> Iterator[Callable[[str], str]]:
    from asn1crypto import keys, x509
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from pyhanko.sign.timestamps import DummyTimeStamper
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    key, certificate = authority.issue("时间戳", usage="stamp")
    held = keys.PrivateKeyInfo.load(key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
    store = SimpleCertificateStore()
    store.register(x509.Certificate.load(authority.certificate.public_bytes(Encoding.DER)))
    made = DummyTimeStamper(x509.Certificate.load(certificate.public_bytes(Encoding.DER)), held, store)
    handler = type("Stamps", (_Stamps,), {"stamper": made})
    server = HTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()

    def address(mode: str) -> str:
        handler.mode = mode  # type: ignore[attr-defined]
        return f"http://127.0.0.1:{server.server_port}"

    yield address
    server.shutdown()
    thread.join()
    server.server_close()


def test_with_a_time_stamp_the_level_is_b_t(
    signed: Consultation, key: PdfKey, authority: paper_kit.Authority, stamps: Callable[[str], str]
) -> None:
    data = export_signed_pdf(signed, key, letterhead=HEAD, tsa=stamps("good"))
    status = validated(data, authority)
    assert status.bottom_line
    assert status.timestamp_validity.valid
    assert [one.level for one in read_pdf(data).signatures] == ["B-T"]


@pytest.mark.parametrize(("mode", "kind"), [("nonsense", "wrong"), ("busy", "refused")])
def test_an_authority_that_gives_no_time_stamp(
    signed: Consultation, key: PdfKey, stamps: Callable[[str], str], mode: str, kind: str
) -> None:
    with pytest.raises(SigningError) as raised:
        export_signed_pdf(signed, key, tsa=stamps(mode))
    assert raised.value.kind == kind


def test_an_authority_that_is_not_there(signed: Consultation, key: PdfKey) -> None:
    with pytest.raises(SigningError) as raised:
        export_signed_pdf(signed, key, tsa="http://127.0.0.1:9", tsa_timeout=1)
    assert raised.value.kind == "unavailable"


def test_only_a_signed_plan_that_stands_becomes_a_signed_pdf(desk: Desk, signed: Consultation, key: PdfKey) -> None:
    with pytest.raises(ReviewError, match="only a signed consultation"):
        export_signed_pdf(draft(desk), key)
    desk.review.decide(signed.id, [{**paper_kit.DECISIONS[3], "text": "改"}], "Dr Meier")
    with pytest.raises(ReviewError, match="superseded"):
        export_signed_pdf(desk.store.get(signed.id), key)


def test_inside_an_event_loop(signed: Consultation, key: PdfKey) -> None:
    async def inside() -> bytes:
        return export_signed_pdf(signed, key)

    assert read_pdf(asyncio.run(inside())).problem is None


@pytest.mark.parametrize(
    ("more", "says"), [({"days": -1}, "not valid today"), ({"usage": "encrypt"}, "not made out for signatures")]
)
def test_a_certificate_that_would_not_be_believed(
    signed: Consultation, authority: paper_kit.Authority, tmp_path: Path, more: dict[str, Any], says: str
) -> None:
    file = authority.pkcs12(tmp_path / "bad.p12", "X", **more)
    with pytest.raises(ReviewError, match=says):
        export_signed_pdf(signed, PdfKey.load(file, lambda: paper_kit.PASSWORD))


def test_key_files(authority: paper_kit.Authority, tmp_path: Path) -> None:
    def never() -> str:
        raise AssertionError("asked for a password that is not needed")

    clear = authority.pkcs12(tmp_path / "clear.p12", "ohne", password=None)
    found = PdfKey.load(clear, never)
    assert (found.name, found.issuer) == ("ohne", "示例CA")
    assert paper_kit.PASSWORD not in repr(
        PdfKey.load(authority.pkcs12(tmp_path / "a.p12", "a"), lambda: paper_kit.PASSWORD)
    )
    with pytest.raises(ReviewError, match="password is wrong"):
        PdfKey.load(authority.pkcs12(tmp_path / "b.p12", "b"), lambda: "wrong password")
    with pytest.raises(NotFound):
        PdfKey.load(tmp_path / "none.p12", never)
    (tmp_path / "text.p12").write_text("no key at all")
    with pytest.raises(ReviewError):
        PdfKey.load(tmp_path / "text.p12", lambda: "x")
    assert found.fingerprint == hashlib.sha256(_der(found)).hexdigest()
    assert found.problem(datetime.now(UTC) + timedelta(days=4000)) is not None


def _der(key: PdfKey) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return key.certificate.public_bytes(Encoding.DER)
