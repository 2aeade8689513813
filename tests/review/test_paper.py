"""The record on paper: what stands on it, and the HTML file."""

from __future__ import annotations

import base64
import hashlib
import re
from html import unescape
from html.parser import HTMLParser
from typing import Any

import paper_kit
import pytest

from consult.errors import ReviewError
from consult.review import Consultation, Letterhead, export_html

from .conftest import Desk

HOSPITAL = "示例市第一人民医院"


@pytest.fixture
def drafted(desk: Desk) -> Consultation:
    case = paper_kit.make_case()
    whom = desk.store.subject_for(case.identity, case.subject)
    made = desk.store.create(
        case, provenance=paper_kit.make_draft()["provenance"], language="zh", engine="hema-7b", subject=whom
    )
    desk.store.remember(whom.key, case.identity, {"[name-1]": "欧阳慕云"}, consultation=made.id)
    return desk.store.save_draft(made.id, **paper_kit.make_draft())


@pytest.fixture
def signed(desk: Desk, drafted: Consultation) -> Consultation:
    desk.review.decide(drafted.id, paper_kit.DECISIONS, "Dr Meier")
    return desk.sign(drafted.id)


def html(desk: Desk, consultation: Consultation, **more: Any) -> str:
    head = Letterhead.of(desk.store, consultation, hospital=HOSPITAL, time_zone="Asia/Shanghai", **more)
    return export_html(consultation, letterhead=head).decode()


def words(page: str) -> str:
    """What a reader sees, on one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", re.sub(r"<style>.*?</style>", "", page, flags=re.S))).split())


def test_a_draft_says_whose_it_is_and_that_it_is_one(desk: Desk, drafted: Consultation) -> None:
    seen = words(html(desk, drafted))
    for told in (
        HOSPITAL, "多学科会诊记录单", "草稿", "姓名 欧阳慕云", "性别 女", "年龄 67岁", "病案号 ZY-0871",
        "科室/病区 血液内科", "床号 12室 03床", f"会诊编号 {drafted.id}", "肾功能为何恶化？", "欧阳慕云，女，67岁",
        "待决定", "尚无通知记录", "未签名", "腰椎MRI (2026-11-18)", "布洛芬",
    ):  # fmt: skip
        assert told in seen, told
    assert "110101195903072826" not in seen


def test_a_signed_record_says_what_was_decided_by_whom(desk: Desk, signed: Consultation) -> None:
    seen = words(html(desk, signed))
    for told in (
        "采纳：Dr Meier，2026-05-04 15:00", "明晨复查血钙，由主管医师决定", "机器原文： 复查血钙R1", "患者今日外出检查",
        "审阅中否决", "否决：Dr Meier", "骨髓检查已排除", "急诊已完成", "09:31电话通知5病区值班护士，已复述",
        "已签名", desk.key.kid,
    ):  # fmt: skip
        assert told in seen, told
    assert "待决定" not in seen
    assert 'class="mark"' not in html(desk, signed)
    assert "P1, P2" not in seen  # what was rejected is no reason any more


def test_what_models_wrote_and_what_is_unsupported_is_marked(desk: Desk, drafted: Consultation) -> None:
    seen = words(html(desk, drafted))
    assert "AI生成（hema-7b）" in seen
    assert "轻链比值升高。 [F2] [AI：hema-7b] [无依据: 未引用任何依据]" in seen
    assert "[所引内容不支持]" in seen
    assert "呼吸科未能作答（timeout）" in seen
    assert "检验科 · 可能性小 ← 可能： 标本溶血。" in seen
    assert "未达成一致" in seen


def test_an_edition_is_one_reference_and_its_passages_have_letters(desk: Desk, drafted: Consultation) -> None:
    seen = words(html(desk, drafted))
    assert "高钙可致肾损害。 [F1; 1a]" in seen
    assert "1 示例学会. 骨髓瘤指南. 2023. doi:10.1000/x. a) 终末器官损害; b) 游离轻链 [已被取代： mye-2026]" in seen


def test_headings_in_the_other_language_leave_what_was_signed_alone(desk: Desk, signed: Consultation) -> None:
    page = html(desk, signed, language="en")
    seen = words(page)
    assert '<html lang="en">' in page
    assert "Multidisciplinary consultation record" in seen
    assert "accepted: Dr Meier, 2026-05-04 15:00" in seen
    assert "高钙可致肾损害。" in seen


def test_without_a_letterhead_nobody_is_named(drafted: Consultation) -> None:
    seen = words(export_html(drafted).decode())
    assert "[name-1]" in seen
    assert "欧阳慕云" not in seen
    assert "姓名 —" in seen


def test_a_superseded_record_says_so(desk: Desk, signed: Consultation) -> None:
    newer = desk.review.decide(signed.id, [{**paper_kit.DECISIONS[3], "text": "改为后日"}], "Dr Meier")
    old = desk.store.get(signed.id)
    page = html(desk, old)
    assert '<div class="mark" aria-hidden="true">已被取代</div>' in page
    assert f"本版已被{newer.id}取代" in words(page)
    assert f"第2版，取代{signed.id}" in words(html(desk, newer))
    assert '<div class="mark" aria-hidden="true">草稿</div>' in html(desk, newer)


def test_exporting_changes_nothing(desk: Desk, drafted: Consultation) -> None:
    first = html(desk, drafted)
    desk.store.record(drafted.id, "exported", format="html", status=drafted.status)
    assert html(desk, desk.store.get(drafted.id)) == first


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in {"meta", "col"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_whole_and_asks_for_nothing(desk: Desk, signed: Consultation) -> None:
    page = html(desk, signed)
    parsed = _Elements()
    parsed.feed(page)
    assert parsed.open == []
    assert {tag for tag, _ in parsed.seen}.isdisjoint({"script", "link", "img", "iframe", "object", "form", "a"})
    asked = {name for _, attributes in parsed.seen for name in attributes}
    assert asked.isdisjoint({"src", "href", "style"})
    assert not any(name.startswith("on") for name in asked)
    style = re.search(r"<style>(.*)</style>", page, re.S)
    assert style is not None
    assert "url(" not in style[1]
    assert "@import" not in style[1]
    allowed = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{allowed}'" in page


def test_hostile_text_stays_text(desk: Desk) -> None:
    hostile = '</style><script>alert(1)</script>\u202e\x07\ud800 #import "x" *b* \\ $x$'
    case = paper_kit.make_case().model_copy(
        update={"history": hostile.replace("\ud800", ""), "questions": ["<b>q</b>"]}
    )
    made = desk.store.save_draft(desk.create(case).id, **paper_kit.make_draft())
    head = Letterhead(hospital=f'"}}{hostile}', language="en")
    page = export_html(made, letterhead=head).decode()
    parsed = _Elements()
    parsed.feed(page)
    assert "script" not in {tag for tag, _ in parsed.seen}
    assert parsed.open == []
    assert "\u202e" not in page
    assert "\x07" not in page
    assert "&lt;/style&gt;&lt;script&gt;" in page


def test_without_a_plan_there_is_nothing_to_export(desk: Desk) -> None:
    with pytest.raises(ReviewError, match="there is no plan"):
        export_html(desk.create())
