# ruff: noqa: E501 - tables and patterns, which are read as a whole
"""People whom no message names are found; medicine is not."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

import pytest

from consult.case import Case, Identity
from consult.errors import MissingExtra
from consult.privacy import Found, Gateway, doubts, load_detectors
from consult.privacy._labelled import nhs_number
from consult.privacy._patterns import luhn

FOUND = [
    ("Spoke with Dr. O'Brien-Jones (Cardiology).", "Spoke with Dr. [name-1] (Cardiology)."),
    ("daughter Ngozi, son Peter", "daughter [name-1], son [name-2]"),
    ("Reviewed by Ulrike Fenwarth, MD", "Reviewed by [name-1], MD"),
    ("Present: Ottilie Fitzgerald and the team", "Present: [name-1] and the team"),
    ("MRN: 0044-123, Acct # 88-1123, visit no V-1234", "MRN: [id-1], Acct # [id-2], visit no [id-3]"),
    ("NHS 943 476 5919; card 4111 1111 1111 1111", "NHS [id-1]; card [id-2]"),
    ("ext. 4471, fax 020 7946 0018", "ext. [phone-1], fax [phone-2]"),
    ("DOB 12/03/1962, born on 14 March 1962", "DOB [birth-date-1], born on [birth-date-2]"),
    ("lives at 12 Oak Tree Road, Leeds", "lives at [address-1]"),
    ("Transferred from St Brigid's Hospital", "Transferred from [organisation-1]"),
    ("host 10.2.3.4, see https://example.org/p?id=7", "host [other-1], see [other-2]"),
    ("姓名：张伟 审核者：欧阳兰芝/李敏", "姓名：[name-1] 审核者：[name-2]/[name-3]"),
    ("家属李建平诉，王主任查房", "家属[name-1]诉，[name-2]主任查房"),
    ("买买提·吐尔逊代诉，次仁卓玛陪同", "[name-1]代诉，[name-2]陪同"),
    ("住院号：0012345，12床，微信号zhang_12", "住院号：[id-1]，[id-2]床，微信号[id-3]"),
    ("于北京协和医院就诊", "于[organisation-1]就诊"),
    ("住址：北京市海淀区学院路3号", "住址：[address-1]"),
    ("车牌京A·12345，身份证110105491231002", "车牌[id-1]，身份证[id-2]"),
]


@pytest.mark.parametrize(("text", "left"), FOUND)
def test_people_numbers_and_places_are_found(text: str, left: str) -> None:
    assert Gateway(None).redact(text) == left


@pytest.mark.parametrize(
    "text",
    [
        "Hodgkin lymphoma, Wegener's granulomatosis, Crohn's disease, Cushing's syndrome, Auer rods, Howell-Jolly bodies.",
        "Light's criteria met. Wells score 4. Coombs test negative. Philadelphia chromosome found. Gram stain: cocci.",
        "K 6.9, Hb 78, 2.5-5.0, CD34 12%, platelets 150000/uL, WBC 18.2 x10^9/L, BP 120/80, INR 2.1 on warfarin 4 mg.",
        "Patient denies fever. Mother had Type 2 diabetes. Seen by Cardiology. Reviewed with ICU. No known allergies.",
        "白细胞升高，红霉素过敏，黄疸，金黄色葡萄球菌，高血压，予万古霉素。何时起病不详，周围血象，任何药物，程度不重。",
        "患者高热，全身乏力，水肿，时有胸闷，于今晨加重，余无特殊，石膏固定，卧床3天。上级医师查房，责任护士宣教，社区医院。",
        "外院查血红蛋白78g/L，单核细胞增多，常规治疗，明显好转，平均动脉压65，连续监测，许多医院，主管护师。",
    ],
)
def test_medicine_is_left_alone(text: str) -> None:
    assert Gateway(None).redact(text) == text


def test_whoever_is_introduced_once_is_known_in_the_whole_case() -> None:
    case = Case(id="c", history="Lives with his wife, Odalys Brimwick.", questions=["What did ODALYS BRIMWICK report?"])
    clean = Gateway(None).redact_case(case)
    assert (clean.history, clean.questions) == ("Lives with his wife, [name-1].", ["What did [name-1] report?"])


@pytest.mark.parametrize(
    ("named", "text", "left"),
    [
        ("张伟", "Zhang Wei, zhangwei, ZHANG W, Wei Zhang", "[name-1], [name-1], [name-1], [name-1]"),
        ("Zhang^Wei", "张伟、章薇，张先生", "[name-1]、[name-1]，[name-1]先生"),
        ("吕晓明", "LV Xiaoming, Lu Xiao-Ming, lyu xiaoming", "[name-1], [name-1], [name-1]"),
        ("欧阳兰芝", "Ouyang Lanzhi", "[name-1]"),
        ("Li^Na", "利钠肽 120, Na 140, Li 0.8; 李娜", "利钠肽 120, Na 140, Li 0.8; [name-1]"),
        (
            "Smith^John",
            "J. Smith; Smith J; patient JS; J.S.; JS 1",
            "[name-1]; [name-1]; patient [name-1]; [name-1]; JS 1",
        ),
        ("Smith^Karl", "Smith K 6.9", "[name-1] K 6.9"),
        ("Bishop^Gwen", "G. Bishop; the bishop's move", "[name-1]; the bishop's move"),
    ],
)
def test_a_known_name_in_other_writings(named: str, text: str, left: str) -> None:
    assert Gateway(Identity(name=named), detect=False).redact(text) == left


def test_check_digits() -> None:
    assert nhs_number("9434765919")
    assert not nhs_number("9434765918")
    assert luhn("4111 1111 1111 1111")
    assert not luhn("4111 1111 1111 1112")


class Marking:
    """Finds one word, half sure."""

    def __init__(self, sure: float) -> None:
        self._sure = sure

    def find(self, text: str) -> Iterable[Found]:
        place = text.find("Xqz")
        return [Found("name", place, place + 3, self._sure)] if place >= 0 else []


def test_a_detector_of_ones_own() -> None:
    assert Gateway(None, detectors=[Marking(0.9)]).redact("see Xqz") == "see [name-1]"
    assert Gateway(None, detectors=[Marking(0.2)]).redact("see Xqz") == "see Xqz"
    assert [one.kind for one in doubts(Case(id="c", history="see Xqz"), [Marking(0.2)])] == ["name"]


@pytest.mark.parametrize(
    ("history", "kinds"),
    [
        ("Fever for three days. Hb 78 g/L, K 6.9. 否认糖尿病。", []),
        ("Wrote down 77100219934 on the form.", ["number"]),
        ("Пациент поступил с лихорадкой и кашлем.", ["language"]),
        ("Der Patient wurde mit Fieber und Husten aufgenommen, das Kalium ist nicht erhöht.", ["language"]),
        ("so Qwerton Blaffer then came", []),
        ("platelets 150000000 /L on 20240315083000", []),
    ],
)
def test_doubts(history: str, kinds: list[str]) -> None:
    clean = Gateway(None).redact_case(Case(id="c", history=history))
    assert [one.kind for one in doubts(clean)] == kinds


def test_presidio_is_an_extra() -> None:
    if find_spec("presidio_analyzer") is None:
        with pytest.raises(MissingExtra, match=r"consult-mdt\[presidio\]"):
            load_detectors(["presidio"])
        return
    (detector,) = load_detectors(["presidio"])
    found = list(detector.find("Mail anna@example.org, SSN 536-90-4399"))
    assert "id" in {one.kind for one in found}


def test_the_corpus_is_found_again() -> None:
    """A sample of the development notes; the figures are those of `evals/benchmarks/privacy.py`."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "evals" / "privacy"))
    try:
        from corpus import notes
    finally:
        sys.path.pop(0)
    missed, count = 0, 0
    for note in notes("development", 144):
        gateway = Gateway(note.identity)
        gateway.learn([note.text])
        covered = {at for span, _ in gateway.places(note.text) for at in range(*span)}
        for gold in note.gold:
            count += 1
            missed += not covered.issuperset(at for at in range(gold.start, gold.end) if note.text[at].isalnum())
    assert count > 500
    assert missed <= count // 100
