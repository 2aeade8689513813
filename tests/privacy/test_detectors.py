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
    ("与周建军沟通，请白雪琴主任查房后指示", "与[name-1]沟通，请[name-2]主任查房后指示"),
    ("由其子石磊陪同，夜间由方桂兰看护", "由其子[name-1]陪同，夜间由[name-2]看护"),
    ("电话联系时秀英，家属表示理解；万小红称已就诊", "电话联系[name-1]，家属表示理解；[name-2]称已就诊"),
    ("今日金志强值班，尚文静管床", "今日[name-1]值班，[name-2]管床"),
    ("记录者 向东升 上级医师 鲜于海 指示：继续", "记录者 [name-1] 上级医师 [name-2] 指示：继续"),
    ("高骥建议行骨髓穿刺，易梓涵补充意见", "[name-1]建议行骨髓穿刺，[name-2]补充意见"),
    ("之嫂蹇玉珍、其孙鹿鸣体健", "之嫂[name-1]、其孙[name-2]体健"),
    ("江海涛/于丽娜 2026年", "[name-1]/[name-2] 2026年"),
    ("哈斯巴根来电，其美多吉接听，额尔德尼陪护", "[name-1]来电，[name-2]接听，[name-3]陪护"),
    ("Acct# 00-123-4567, Visit: V0012345678, MR#: 12-34-56", "Acct# [id-1], Visit: [id-2], MR#: [id-3]"),
    ("Spec. A26-01234; prior S26-31038, 26:H12345G", "Spec. [id-1]; prior [id-2], [id-3]"),
    ("Order # 88123, Group # 39274, Lab# 7781234", "Order # [id-1], Group # [id-2], Lab# [id-3]"),
    ("0161 496 0018 ext. 2231, pager 4471, dect 98138", "[phone-1] ext. [phone-2], pager [phone-3], dect [phone-4]"),
    ("(302) 555-6964 x13685; 1-887-555-6714", "[phone-1] x[phone-2]; [phone-3]"),
    ("MBI 1EG4-TE5-MK73, SSN: 380 41 1322, xxx-xx-1234", "MBI [id-1], SSN: [id-2], [id-3]"),
    ("Policy # LXZ 8050 9044, Member ID ZGP12345A67", "Policy # [id-1], Member ID [id-2]"),
    ("S/N PJN123456S, lot BLC149536G, unit number W1234 26 123456", "S/N [id-1], lot [id-2], unit number [id-3]"),
    ("Ward 7B bed 12, Room 4-A, Rm 3.91", "Ward 7B bed [id-1], Room [id-2], Rm [id-3]"),
    ("ZIP 43210-1234, postcode LS12 3AB; our ref AB/123/26", "ZIP [address-1], postcode [address-2]; our ref [id-1]"),
    ("MAC 00:1B:44:38:3A:B7, UDI (01)00643169123456", "MAC [id-1], UDI [id-2]"),
    ("Wristband HB-2219-7740, ABHA 91-4432-1187-6620, UHID AP.00112934", "Wristband [id-1], ABHA [id-2], UHID [id-3]"),
    ("seal no. 004417783; (h/53535/24); wrote 77100219934", "seal no. [id-1]; ([id-2]); wrote [id-3]"),
    ("paged Dr. Quist at 1373, cell 353875372868 / none", "paged Dr. [name-1] at [phone-1], cell [id-1] / none"),
    ("taxi KX19 VPT, 171-D-50197, MH 12 AB 1234", "taxi [id-1], [id-2], [id-3]"),
    ("WR: Haddad / Mwangi / SpR Thandiwe", "WR: [name-1] / [name-2] / SpR [name-3]"),
    ("per Ludmila, d/w JR Oyelaran; hi bronagh", "per [name-1], d/w [name-2]; hi [name-3]"),
    ("OKONKWO-REILLY, Tamsin seen.\nK. Vandermeulen", "[name-1] seen.\n[name-2]"),
    ("from 2905 County Road 66, Elkhart IN 46526. Seen", "from [address-1]. Seen"),
    ("to Northgate District General from Rose Cottage, Church Lane, Galway", "to [organisation-1] from [address-1]"),
    ("腕带号W20260087，血袋号：0210326017744，申请单2603150817作废", "腕带号[id-1]，血袋号：[id-2]，申请单[id-3]作废"),
    ("军官证：军字第20881号，0755-22565403转6742，A11床", "军官证：[id-1]，[phone-1]，[id-3]床"),
    (
        "接听人石明，已复读；前夫蒋立新面谈；审核医师：方向",
        "接听人[name-1]，已复读；前夫[name-2]面谈；审核医师：[name-3]",
    ),
    ("参加：高明远、应采薇、关小彤。", "参加：[name-1]、[name-2]、[name-3]。"),
    ("车牌京A·12345，身份证110105491231002", "车牌[id-1]，身份证[id-2]"),
    ("Beds 04 and 17, bed 2B, ICU05床，走廊4床", "Beds [id-1] and [id-2], bed [id-3], ICU[id-4]床，[id-5]床"),
    (
        "key safe 4471, marrow B26.10442, Ext x2207, log 481/2210/26",
        "key safe [id-1], marrow [id-2], Ext [phone-1], log [id-3]",
    ),
    ("（2024）沪02民终881号，警号K7731", "[id-1]，警号[id-2]"),
    ("Will Castellanos and Wai Ling Okonjo; seen by Pieter ten Hoeven", "[name-1] and [name-2]; seen by [name-3]"),
    ("患者由其兄宁送来，上机郑小兰，工友蒋大勇", "患者由其兄[name-1]送来，上机[name-2]，工友[name-3]"),
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
        "WBC 12500, 10-25-2 mg, 1:160, 46,XX,t(9;22)(q34;q11), LOINC 2823-3, ICD C83.3, c.743G>A, rs1799963, T4 9, CA 19-9 1250.",
        "Specimen: blood 5 mL. Ref: 135-145. Reference 12-16. Order 3 tests, group A, unit dose 5 mg, sample 2, study 2019, visit 3.",
        "Room air 96%, bed rest, room temp 22 degrees, ext 0-90 degrees, 10-100000 CFU/mL, NHS 111, ACC/AHA 2017, 2024-25 season.",
        "家属要求出院，与患者及家属沟通，由家属代签，请主任查房，请示上级医师，通知医生，用于医生判断，位于X染色体，小时。",
        "金双歧无效，安德森病，库欣综合征，史蒂文斯-约翰逊综合征，马尔尼菲篮状菌，促红细胞生成素，帕罗西汀，艾多沙班，后段厚壁空洞。",
        "同时采集，及时完成，应立即就诊，有影响，都会使其降低，但变化不大，和其他操作，查直接抗人球蛋白，易发生出血，文化程度小学。",
        "BRAF V600E, E746_A750del, G20210A, rs6025, NM_000546.6:c.743G>A, NCT04280705, SNOMED 271737000, PF-07321332, 7440-57-5.",
        "heparin 25000units, 12500iu/ml, 150/90mmHg, 7500/mm3, 1:10240, 2023-2024, 100000-150000, HBV DNA 23456789, A/Victoria/4897/2022.",
        "Continue Eliquis and Lantus. Salmonella Typhi isolated, Klebsiella too. Cockcroft-Gault with Devine weight; Gleason 3+4; Bence Jones protein.",
        "Sysmex XN-1000, Beckman AU5800. Hospital Day 5. Zimmer frame. Section 5(2). Surgeon General. Braxton Hicks earlier.",
        "施慧达、华法林×2盒、贺普丁，艾迪生病，何氏-乔利小体，随车医生，家属向护士询问，诊断成立，危急值登记：2026年3月15日。",
        "Berg 21/56, Fontaine IIb, Cormack-Lehane 2b, Hunt and Hess 2. Los Angeles grade B. Milan and Tokyo criteria. Gillies lift. Mowbray ordered.",
        "Stanford B型，Ashworth 1+级，McConnell征（-），赛治10mg，杜仲、徐长卿、何首乌停用，试剂批号20241107，工作单位：退休，I/O 2450/1900。",
        "外院查血红蛋白78g/L，单核细胞增多，常规治疗，明显好转，平均动脉压65，连续监测，许多医院，主管护师。",
        "No Osborn waves. Query Austin Flint, no Graham Steell murmur. Carpentier I. Target INR (St Jude 23 mm). Jones criteria not met.",
        "Neville-Barnes forceps. Guthrie card taken. Wood's lamp negative. Pupils: no Marcus Gunn. Fuchs dystrophy. Charnley hemiarthroplasty.",
        "Machine: Philips Epiq 7. Syringe driver (McKinley T34). Klaricid confirmed. Told to stop Xarelto. Nutrison by Corflo 8 Fr. Wernicke signs: none.",
        "C-spine cleared by Canadian rule. Kcal (Mifflin-St Jeor x 1.3). Mueller Hinton, Paul Bunnell neg. Free fluid in the pouch of Douglas.",
        "Leopold四步触诊清楚，无Schneider一级症状，Murphy征（-）。无施奈德一级症状，利奥波德四步触诊，奥本海姆征阴性，罗夫辛征阴性。",
        "透析机：费森尤斯4008S，贝朗血滤机，西门子CT。心电图：窦律，ST段改变。满意度：满意。甘舒霖、安博诺口服，库克球囊。",
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
        (
            "Graves^Ann",
            "Graves' disease, Dr Graves; Graves seen, Ann well",
            "Graves' disease, Dr [name-1]; [name-1] seen, [name-1] well",
        ),
        (
            "Wells^Tom",
            "Wells score 4. Mr Wells is well; Wells agrees",
            "Wells score 4. Mr [name-1] is well; [name-1] agrees",
        ),
        (
            "Jones^Una",
            "Jones criteria met; Jones test due; Jones drain out",
            "Jones criteria met; [name-1] test due; [name-1] drain out",
        ),
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
        ("About 771 0021 9934 on the form.", ["number"]),
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
