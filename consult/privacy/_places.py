# ruff: noqa: E501 - tables and patterns, which are read as a whole
"""Addresses and hospitals that lead to somebody, in English and Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterator

from consult.privacy._detect import Found
from consult.privacy._fold import Folded
from consult.privacy._words_en import STOP

_CAP = r"(?:St\.|[A-Z][A-Za-z']*)"
_STREET = re.compile(
    rf"(?<![\w.])(?:(?:Flat|Apt\.?|Apartment|Unit|Suite|Room|No\.?) ?\w{{1,5}},? )?\d{{1,5}}[A-Za-z]?(?:-\d{{1,5}})?,? "
    rf"(?:{_CAP} ){{1,4}}"
    r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Court|Ct|Close|Crescent|Cres|Way|Place|Pl|Square|Sq|Terrace|Boulevard|Blvd|Gardens|Grove|Hill|Row|Mews|"
    r"Parade|Highway|Parkway|Walk|Circle|Trail|Loop|Quay|Park|Rise|Green)\b\.?"
    rf"(?:,? (?:Apt|Flat|Unit|Suite|Apartment|#) ?\.?\w{{1,5}}\b)?(?:,\s(?:{_CAP})(?: {_CAP}){{0,2}}(?! \d{{1,3}}\b))?(?:,? [A-Z]{{2}} \d{{5}}(?:-\d{{4}})?)?"
)
_POSTCODE = re.compile(
    r"(?<![A-Za-z0-9])(?:AB|AL|B|BA|BB|BD|BH|BL|BN|BR|BS|BT|CA|CB|CF|CH|CM|CO|CR|CT|CV|CW|DA|DD|DE|DG|DH|DL|DN|DT|DY|E|EC|EH|EN|EX|FK|FY|G|GL|GU|HA|HD|HG|HP|HR|HS|HU|HX|IG|IP|IV|KA|KT|"
    r"KW|KY|L|LA|LD|LE|LL|LN|LS|LU|M|ME|MK|ML|N|NE|NG|NN|NP|NR|NW|OL|OX|PA|PE|PH|PL|PO|PR|RG|RH|RM|S|SA|SE|SG|SK|SL|SM|SN|SO|SP|SR|SS|ST|SW|SY|TA|TD|TF|TN|TQ|TR|TS|TW|UB|W|WA|WC|WD|WF|"
    r"WN|WR|WS|WV|YO|ZE)\d[A-Z\d]? \d[ABD-HJLNP-UW-Z]{2}(?![A-Za-z0-9])"
)
_ZIP = re.compile(
    rf"(?<![A-Za-z])(?:{_CAP}(?: {_CAP}){{0,2}}),? (?:AL|AK|AZ|AR|CA|CO|CT|DE|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR|PA|RI|SC|SD|TN|TX|"
    r"UT|VT|VA|WA|WV|WI|WY),? \d{5}(?:-\d{4})?(?![\d.])"
)
_LIVES = re.compile(
    rf"(?<![a-z])(?:[Ll]iv(?:es|ing|ed)|[Rr]esid(?:es|ing|ed|ent)|[Mm]oved) (?:alone )?(?:in|at|to|near|on) (?:the )?((?:\d{{1,5}} )?{_CAP}(?:[ -]{_CAP}){{0,3}}(?:, {_CAP})?)"
)
_HOSPITAL = re.compile(
    r"(?<![A-Za-z])(?:[A-Z][\w'.&-]*(?: (?:of|the|and|de|for|&))* ){1,6}(?:Hospitals?|Infirmary|Medical Cent(?:re|er)|Clinic|Health Cent(?:re|er)|Nursing Home|Care Home|Hospice|"
    r"Health System|Healthcare|Laborator(?:y|ies)|Practice|Surgery|Pharmacy|Sanatorium|Maternity Home|Institute|NHS Trust|Foundation Trust|Medical Group|School|College|University)(?![A-Za-z])"
    r"(?: of (?:the )?[A-Z][a-z]+(?: [A-Z][a-z]+)?)?"
)
_KINDS_EN = frozenset(
    [
        "university",
        "general",
        "community",
        "district",
        "local",
        "regional",
        "teaching",
        "children's",
        "childrens",
        "women's",
        "day",
        "private",
        "public",
        "our",
        "this",
        "outside",
        "referring",
        "base",
        "county",
        "city",
        "state",
        "national",
        "memorial",
        "fracture",
        "diabetes",
        "anticoagulation",
        "warfarin",
        "inr",
        "chest",
        "heart",
        "failure",
        "foot",
        "skin",
        "eye",
        "pain",
        "sleep",
        "memory",
        "walk-in",
        "walk",
        "minor",
        "injuries",
        "fertility",
        "antenatal",
        "postnatal",
        "breast",
        "cancer",
        "tb",
        "hiv",
        "travel",
        "asthma",
        "dental",
        "vaccination",
        "dialysis",
        "transplant",
        "thrombosis",
        "nurse-led",
        "follow-up",
        "clinical",
        "reference",
        "central",
        "main",
        "core",
        "stat",
        "hot",
        "research",
        "academic",
        "acute",
        "tertiary",
        "secondary",
        "primary",
        "family",
        "gp",
        "medical",
        "veterans",
        "rehabilitation",
        "psychiatric",
        "mental",
        "health",
        "good",
        "best",
        "standard",
        "elective",
        "keyhole",
        "cardiac",
        "bypass",
        "bariatric",
        "day-case",
        "laparoscopic",
        "general",
        "private",
        "vascular",
        "spinal",
        "plastic",
        "robotic",
        "major",
        "emergency",
        "two-week",
        "tia",
        "stroke",
        "lung",
        "liver",
        "joint",
        "hospital",
        "centre",
        "center",
        "institute",
        "infirmary",
        "nursing",
        "care",
        "home",
        "of",
        "the",
        "and",
        "for",
        "de",
        "&",
        "high",
        "primary",
        "middle",
        "secondary",
        "medical",
    ]
)
_PROVINCES = "北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|四川|贵州|云南|陕西|甘肃|青海|台湾|内蒙古|广西|西藏|宁夏|新疆|香港|澳门"
_H = r"[\u4e00-\u9fff]"
_NOT = r"(?![病社地城郊市县镇乡村路街区号]|患者|医院)"
_ROAD = r"(?:大道|[东南西北中]道|大街|路|街|巷|弄|胡同|里弄|条|村|镇|乡|街道|小区|花园|新村|苑|公寓|嘉园|家园|庄|寨|屯|社区|广场|城|坊|园|里)"
_NUMBERED = (
    r"(?:第?[0-9a-z一二三四五六七八九十百-]{1,7}(?:号楼|号院|单元|号|弄|栋|幢|座|室|楼|层|村|组|队|户|巷|支|排|门|院)(?:[东南西北]?[门侧])?|[东南西北中]段|"
    r"(?<=[号栋幢座元])[0-9]{2,5}(?!\d)|(?<=[园区苑村寓])\d{1,3}-\d{1,4}(?:-\d{1,5})?)"
)
_ADDRESS_ZH = re.compile(
    rf"(?:{_PROVINCES})(?:省|市|壮族自治区|回族自治区|维吾尔自治区|自治区)?"
    rf"(?:{_H}{{1,9}}?(?:自治州|地区|市|盟|州))?(?:{_H}{{1,7}}?(?:自治县|新区|开发区|区|县|市|旗))(?:{_H}{{1,7}}?(?:街道|镇|乡|苏木))?"
    rf"(?:{_H}{{1,9}}?{_ROAD}){{0,3}}(?:{_NUMBERED}){{0,6}}"
)
_STREET_ZH = re.compile(
    rf"(?:{_H}{{2,4}}?(?:市|县|区|旗))?(?:{_H}{{1,5}}?(?:县|区|镇|乡|街道))?{_H}{{2,6}}?(?:大道|大街|路|街|巷|弄|胡同|小区|花园|新村|苑|公寓|嘉园|家园|里|村|庄|社区|城|园|[东南西北中]道)(?:[东南西北中]段)?(?:{_NUMBERED}){{1,6}}(?:{_H}{{2,6}}?(?:小区|花园|新村|苑|公寓|嘉园|家园|社区|广场|城|园|里|府|庭)(?:{_NUMBERED}){{1,6}})?"
)
_VILLAGE_ZH = re.compile(
    rf"{_H}{{2,4}}?(?:市|县|区|旗){_H}{{1,5}}?(?:镇|乡|街道|苏木)(?:{_H}{{1,5}}?(?:村|社区|嘎查|屯|庄|寨|组))?(?:{_NUMBERED}){{0,2}}"
)
_LABELLED_ZH = re.compile(
    r"(?:(?:家庭|现|户籍|联系|通讯|单位|户口|居住|工作)?(?:住址|地址)|户口所在地|户籍(?:所在地)?|籍贯|工作单位|出生地|邮寄地址)\s?[:]\s?([^\s,.;。、()|:]{2,40})"
    r"|(?:家住|现住(?:于|在)?|居住(?:于|在)|住在|暂住(?:于|在)?|租住(?:于|在)?|长期居住(?:于|在))([^\s,.;。、()|:]{2,5}?[省市区县旗州][^\s,.;。、()|:]{0,36}|[^\s,.;。、()|:]{2,30}?(?:路|村|镇|乡|街|号|小区|苑|里|园)[^\s,.;。、()|:与和因]{0,20})"
)
_LEADING_ZH = re.compile(
    rf"\A.*(?:患者|家属|现住址?|家住|住址|住在|住于|住|居住于|居住在|来自|位于|户籍|于|在|从|至|到|为|送往|寄往|地址|籍贯)(?={_H}{{2}})"
)
_HOSPITAL_ZH = re.compile(
    rf"{_H}{{1,22}}?(?<!程度)(?:医院|卫生院|保健院|卫生服务中心|卫生服务站|疾控中心|疾病预防控制中心|诊所|医学检验(?:所|中心|实验室)|体检中心|护理院|养老院|福利院|疗养院|血液中心|血站|(?<=[大医省市县附])[一二三四五六]院(?![区内外长士])|医学院|大学|学校|中学|小学|幼儿园|公司|工厂|集团(?!块))(?:{_H}{{1,4}}(?:院区|分院))?"
)
_BEFORE_ZH = re.compile(
    r".*(?:患者|家属|曾经|曾|遂|即|后|前|[于在至到往由从经赴去被入送寻找找转向自及与或为是系,;:、]|(?<![协仁颐平太泰康雍惠])和|就诊|就读于?|供职于?|就职|工作|来自|诊治|住院|当时|先后|再次|多次|首次|急诊|建议|联系|毕业|原|持|携|查|要求|共同|各|出具|提示|年|月|日|天|周|时)"
)
_ANYWHERE_ZH = re.compile(
    r"(?:当地|外地|本地|外|我|本|该|某|上级|下级|社区|基层|[一二三][级甲等]+|其[他它]|综合|专科|附近|各级|各|市|县|区|镇|乡|省|省市?级|市级|县级|区级|国内|国外|私人|许多|多数|大多数|各|另一|[一二三四五六七八九十两几多]+|每|个体|私立|民营|公立|定点|对口|原|大|小|村|一家|一所|儿童|精神|传染病|肿瘤|妇幼|中|中医|"
    r"人民|中心|三甲|二甲|当地(?:的)?(?:县|市|乡镇?|社区|镇|区|人民|中医|中心|诊所|县人民|市人民)*|外院|多家|几家|不同|同级|两家|三家|家|有|无|去|到|到过|未|需|可|请|建议|尽快|及时|随时|立即|再|回|返|来|离|出|入|转|住|办理|要求|自行|步行|平车|轮椅|推|抬|扶|送|救护车|急救车)*\Z"
)
_NAMED_ZH = re.compile(r"\A(?:[一二三四五六七八九十\d]+)?\Z")


_CAPITAL = re.compile(r"[A-Z][a-z]")
_DIGIT = re.compile(r"\d")


def find_places(folded: Folded) -> Iterator[Found]:
    """Addresses, and hospitals and other houses with a name."""
    text = folded.cased
    if not text.isascii():
        yield from _chinese(folded.text)
    if _CAPITAL.search(text) is None:
        return
    if _DIGIT.search(text) is not None:
        yield from (Found("address", *match.span(), 0.9) for match in _STREET.finditer(text))
        yield from (Found("address", *match.span(), 0.8) for match in _POSTCODE.finditer(text))
        yield from (Found("address", *match.span(), 0.8) for match in _ZIP.finditer(text))
    for match in _LIVES.finditer(text):
        if match.group(1).split()[0].lower() not in STOP:
            yield Found("address", *match.span(1), 0.7)
    for match in _HOSPITAL.finditer(text):
        if (start := _hospital_start(match.group())) is not None:
            yield Found("organisation", match.start() + start, match.end(), 0.8)


def _hospital_start(name: str) -> int | None:
    """Where the own name of a hospital begins; None where it has none: `Fracture Clinic`, `The Hospital`."""
    words = name.split()
    own = [word for word in words[:-1] if word.lower().strip(".,'") not in _KINDS_EN | STOP]
    if not own and " of " not in name:
        return None
    skipped = 0
    while words and words[0].lower().strip(".,") in STOP | {"the", "our"} and words[0].lower() not in {"st", "st."}:
        skipped += len(words.pop(0)) + 1
    return skipped if own and words else None


def _chinese(text: str) -> Iterator[Found]:
    for match in _LABELLED_ZH.finditer(text):
        group = 1 if match[1] else 2
        if not re.match(r"不详|同上|未知|无|保密", match[group]):
            yield Found("address", *match.span(group), 0.9)
    for pattern in (_ADDRESS_ZH, _STREET_ZH, _VILLAGE_ZH):
        for match in pattern.finditer(text):
            start = _trimmed(match.group())
            rest = match.group()[start:]
            if len(rest) > 4 and not re.search(r"[病疗癌]区|[血细]|阻滞|通路|途径|回路|区域|地区|社区获得", rest):
                yield Found("address", match.start() + start, match.end(), 0.8)
    if (
        "院" in text
        or "中心" in text
        or "公司" in text
        or "学" in text
        or "所" in text
        or "站" in text
        or "厂" in text
        or "园" in text
        or "集团" in text
    ):
        yield from _houses(text)


def _trimmed(text: str) -> int:
    match = _LEADING_ZH.match(text)
    return 0 if match is None else match.end()


def _houses(text: str) -> Iterator[Found]:
    for match in _HOSPITAL_ZH.finditer(text):
        name = match.group()
        before = _BEFORE_ZH.match(name[:-2])
        start = 0 if before is None else before.end()
        own = re.sub(
            r"(?:人民|中心|第[一二三四五六七八九十\d]+|附属|中医|妇幼|儿童|肿瘤|胸科|精神卫生|传染病|口腔|综合|专科|区|县|市|省)*"
            r"(?:医院|卫生院|保健院|卫生服务中心|卫生服务站|疾控中心|疾病预防控制中心|诊所|医学检验(?:所|中心|实验室)|体检中心|护理院|养老院|福利院|疗养院|血液中心|血站|医学院|大学|学校|中学|小学|幼儿园|公司|工厂|集团).*\Z",
            "",
            name[start:],
        )
        if len(own) > 1 and not _ANYWHERE_ZH.fullmatch(own):
            yield Found("organisation", match.start() + start, match.end(), 0.7)
